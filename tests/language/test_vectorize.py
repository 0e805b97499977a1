"""np.vectorize: as a decorator, from outside, made inside."""

from __future__ import annotations

import math

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

X = np.array([0.3, -1.2, 0.7, 2.0])


@np.vectorize
def softened(t):
    return t * t if t > 0.5 else -t


product = np.vectorize(lambda a, b: a * b + b, otypes=[float])


def decorated(x):
    return np.sum(softened(x) ** 2)


def outside(x):
    return np.sum(product(x, 2.0) * x)


def inside(x):
    f = np.vectorize(lambda t: math.exp(t) * x[0])
    return np.sum(f(x))


def broadcast(A):
    return np.sum(product(A, A[0]) * A)


def of_a_number(x):
    return softened(x[0]) * softened(2.0 * x[3])


def said(x):
    return np.sum(np.vectorize(lambda t: 1 if t > 0 else t, otypes=[float])(x) * x)


@pytest.mark.parametrize("f", [decorated, outside, inside, of_a_number, said])
def test_vectorize(f):
    agrees(f, X)


def test_of_several_arrays():
    agrees(broadcast, np.arange(6.0).reshape(2, 3) + 0.5)


def mixed(x):
    return np.sum(np.vectorize(lambda t: 1 if t > 0 else t)(x))


def several(x):
    return np.vectorize(lambda t: (t, t * t))(x)[0]


@pytest.mark.parametrize(
    "f, text", [(mixed, "dtype of the first"), (several, "one list for each"),
                (lambda x: np.vectorize(lambda a: a, signature="(n)->(n)")(x), "signature=")],
)  # fmt: skip
def test_refused(f, text):
    with pytest.raises(s2s_ad.UnsupportedError) as caught:
        s2s_ad.vjp(f, X)
    assert text in str(caught.value) and caught.value.span is not None and caught.value.remedy
