"""A largest element that cancels has no derivative code; one that does not has, and both are right."""

import numpy as np
import pytest

from s2s_ad.listing import derivative_source
from tests.agree import agrees

X = np.random.default_rng(7).standard_normal((3, 4))
W = np.linspace(0.5, 2.0, 4)


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def log_sum_exp(x):
    largest = np.max(x, axis=1)
    return largest + np.log(np.sum(np.exp(x - largest[:, np.newaxis]), axis=1))


def log_softmax(x):
    z = x - np.max(x, axis=1, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))


def of_all(x):
    m = np.max(x)
    return m + np.log(np.mean(np.exp(x - m) * W))


def powers(x):
    e = np.exp(2.0 * (x.T - np.max(x, axis=1)))
    return (e / np.sum(e, axis=0)).T


def weighted(x):
    e = np.exp(np.expand_dims(np.min(x, axis=1), 1) - x)
    return (e @ W) / np.sum(e, axis=1)


def kept_shift(x):
    return np.sum(np.exp(x - np.max(x, axis=1, keepdims=True)), axis=1)


def wrong_axis(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / np.sum(e, axis=1, keepdims=True)


def returned_too(x):
    largest = np.max(x, axis=1)
    return largest, np.log(np.sum(np.exp(x - largest[:, np.newaxis]), axis=1)) + largest


def other_power(x):
    z = x - np.max(x, axis=1, keepdims=True)
    return np.exp(2.0 * z) / np.sum(np.exp(z), axis=1, keepdims=True)


def in_a_loop(x):
    largest = np.max(x, axis=1, keepdims=True)
    total = 0.0
    for k in range(3):
        total = total + np.sum(np.exp(k * (x - largest)))
    return total


def along_the_diagonal(x):
    square = x[:, :3]
    m = np.max(square, axis=1)
    return (square - m) - (square - m[:, np.newaxis])


@pytest.mark.parametrize("f", [softmax, log_sum_exp, log_softmax, of_all, powers, weighted])
def test_what_cancels_leaves_no_trace(f):
    agrees(f, X)
    text = derivative_source(f, ("jvp", "vjp"), args=(X,))
    assert "==" not in text and "np.where" not in text


@pytest.mark.parametrize("f", [kept_shift, wrong_axis, returned_too, other_power, in_a_loop, along_the_diagonal])
def test_what_does_not_cancel_is_differentiated(f):
    agrees(f, X)
