"""Arrays that change places from trip to trip: the loop writes into them where they are, after one copy before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

X = np.array([0.3, 0.7, 1.1, 0.5])
Y = np.array([0.9, 0.2, 0.4, 0.8])


def one_of_the_caller(x, y, n):
    new = x.copy()
    for _ in range(n):
        new[1:-1] = x[2:] * y[1:-1] + x[:-2]
        x, new = new, x
    return np.sum(x * new)


def both_of_the_caller(x, y, n):
    for _ in range(n):
        for i in range(1, len(x)):
            y[i] = x[i - 1] * 0.5 + x[i]
        x, y = y, x
    return np.sum(x * x) + np.sum(y)


def three_in_turn(x, y, n):
    z = x * y
    for _ in range(n):
        for i in range(1, 4):
            z[i] = x[i - 1] * 0.5 + y[i]
        x, y, z = y, z, x
    return np.sum(x * y * z)


def read_once_more(x, y, n):
    total = 0.0
    for _ in range(n):
        old = y
        y = y.copy()
        y[1:] = x[1:] * 0.5
        total += np.sum(old * y)
        x, y = y, x
    return total


def the_same_twice(x, y, n):
    for _ in range(n):
        y[1:] = x[:-1] * y[1:]
        x = y
    return np.sum(x * y)


def now_and_then(x, y, n):
    for k in range(n):
        y[1:] = x[:-1] * y[1:]
        if k % 2:
            x, y = y, x
    return np.sum(x * y * y)


def kept_as_it_was(x, y, n):
    first = x
    for _ in range(n):
        y[1:] = x[:-1] * 0.5
        x, y = y, x
    return np.sum(x * first)


IN_PLACE = [one_of_the_caller, both_of_the_caller, three_in_turn]
OTHERS = [read_once_more, the_same_twice, now_and_then, kept_as_it_was]


@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize("f", [*IN_PLACE, *OTHERS], ids=lambda f: f.__name__)
def test_right_and_nothing_of_the_caller_is_changed(f: Callable[..., Any], n: int) -> None:
    agrees(f, X.copy(), Y.copy(), n, order=1)
    x, y = X.copy(), Y.copy()
    s2s_ad.value_and_grad(f, (0, 1))(x, y, n)
    assert np.array_equal(x, X) and np.array_equal(y, Y)


@pytest.mark.parametrize("f", IN_PLACE, ids=lambda f: f.__name__)
def test_no_trip_copies_them(f: Callable[..., Any]) -> None:
    text = s2s_ad.value_and_grad(f).source(X, Y, 2)
    assert "copy" not in text[text.index("for _ in") : text.index("# Reverse sweep")]
