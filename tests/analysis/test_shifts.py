"""A largest element that cancels has no derivative code; one that does not has, and both are right."""

import math

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


# --- found by loops and branches --------------------------------------------------------------------------------------

V = np.array([0.3, -1.2, 0.9, 0.4])


def summed_in_a_loop(x):
    largest = -1e300
    for i in range(len(x)):
        if x[i] > largest:
            largest = x[i]
    s = 0.0
    for i in range(len(x)):
        s += math.exp(x[i] - largest)
    return math.log(s) + largest


def through_an_array(x):
    largest = x[0]
    for i in range(1, len(x)):
        largest = max(largest, x[i])
    e = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        e[i] = 2.0 * math.exp(x[i] - largest)
        s += e[i]
    p = np.zeros(len(x))
    for i in range(len(x)):
        p[i] = e[i] / s
    return p


def of_two(x):
    largest = max(x[0], x[1])
    return largest + math.log(math.exp(x[0] - largest) + math.exp(x[1] - largest))


def row_by_row(x):
    total = 0.0
    for i in range(3):
        largest = -np.inf
        for j in range(4):
            largest = max(largest, x[i, j])
        s = 0.0
        for j in range(4):
            if x[i, j] < 0.8:
                s += math.exp(x[i, j] - largest)
            else:
                s += 3.0 * math.exp(x[i, j] - largest)
        total += (math.log(s) + largest) * W[i]
    return total


@pytest.mark.parametrize("f, x", [(summed_in_a_loop, V), (through_an_array, V), (of_two, V), (row_by_row, X)])
def test_what_a_loop_has_found_and_cancels_leaves_no_trace(f, x):
    agrees(f, x)
    text = derivative_source(f, ("jvp", "vjp"), args=(x,))
    assert "largest_bar" not in text and "largest_dot" not in text


def divided_in_place(x):
    largest = max(x[0], x[1])
    e = np.zeros(len(x))
    for i in range(len(x)):
        e[i] = math.exp(x[i] - largest)
    s = np.sum(e)
    for i in range(2, len(x)):
        e[i] /= s
    return e


def one_more(x):
    largest = max(x[0], x[1])
    s = 1.0
    for i in range(len(x)):
        s += math.exp(x[i] - largest)
    return math.log(s) + largest


def as_it_goes(x):
    """The largest so far changes with each trip, and what was summed with it."""
    largest, s = x[0], 0.0
    for i in range(len(x)):
        new = max(largest, x[i])
        s = s * math.exp(largest - new) + math.exp(x[i] - new)
        largest = new
    return math.log(s) + 2.0 * largest


def added_each_trip(x):
    largest = max(x[0], x[1])
    total = 0.0
    for i in range(len(x)):
        total += x[i] * (x[i] - largest)
    return total


def of_growing_degree(x):
    largest = max(x[0], x[1])
    p = 1.0
    for i in range(len(x)):
        p *= math.exp(x[i] - largest)
    return math.log(p) + 3.0 * largest


def one_branch(x):
    largest = max(x[0], x[1])
    s = 0.0
    for i in range(len(x)):
        if i > 1:
            s += math.exp(x[i] - largest)
        else:
            s += math.exp(2.0 * (x[i] - largest))
    return math.log(s) + largest


def partly_written(x):
    largest = max(x[0], x[1])
    e = np.ones(len(x))
    for i in range(2):
        e[i] = math.exp(x[i] - largest)
    return np.log(np.sum(e)) + largest


def kept_in_a_list(x):
    largest = max(x[0], x[1])
    seen = []
    for i in range(len(x)):
        seen.append(math.exp(x[i] - largest))
    return sum(seen) * seen[0]


def shifts_added_to_an_array(x):
    largest = max(x[0], x[1])
    e = np.zeros(2)
    for i in range(len(x)):
        e[0] += x[i] - largest
    return np.exp(e[0]) * np.exp(largest)


NOT = [
    divided_in_place,
    one_more,
    as_it_goes,
    added_each_trip,
    of_growing_degree,
    one_branch,
    partly_written,
    kept_in_a_list,
]


@pytest.mark.parametrize("f", [*NOT, shifts_added_to_an_array])
def test_what_a_loop_has_found_and_does_not_cancel_is_differentiated(f):
    agrees(f, V)
