"""Elements that are read again where they stand, and those that must be saved because they are written to later."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.analysis.affine import Sum, contradictory
from tests.agree import agrees

X = np.array([0.3, 0.7, 1.1, 0.5, 0.9])
M = np.arange(1.0, 26.0).reshape(5, 5) / 20.0


def test_inequalities_of_whole_numbers() -> None:
    x, y = Sum(0, {"x": 1}), Sum(0, {"y": 1})
    assert contradictory([x - y + 1, y - x])  # x < y <= x
    assert not contradictory([x - y, y - x])
    assert contradictory([x * 2 - 1, x * -2 + 1])  # 2 x = 1
    assert contradictory([x - 3, y - 3, x * -1 - y + 7])  # x, y <= 3 and x + y >= 7
    assert not contradictory([x - 3, y - 3, x * -1 - y + 6])
    assert not contradictory([])


# --- nothing needs to be saved ----------------------------------------------------------------------------------------


def forward_recurrence(a):
    for i in range(1, len(a)):
        a[i] = a[i] + math.sin(a[i - 1])
    return np.sum(a)


def backward_recurrence(a):
    for i in range(len(a) - 2, -1, -1):
        a[i] = a[i] + a[i + 1] * a[i + 1]
    return a[0]


def triangle(a):
    n = len(a)
    for j in range(n):
        for i in range(j + 1, n):
            a[i, j] = a[i, j] / a[j, j]
            a[i, j + 1 :] -= a[i, j] * a[j, j + 1 :]
    return np.sum(a * a)


def every_second(a):
    for i in range(0, len(a) - 1, 2):
        a[i + 1] = a[i] * a[i] + 1.0
    return np.sum(a**2)


def after_the_loop(a):
    for i in range(1, len(a)):
        a[i] = math.sin(a[i - 1])
    for i in range(len(a)):
        a[i] = a[i] * 2.0
    return np.sum(a**3)


def last_by_its_end(a):
    a[-1] = math.exp(a[-1])
    for i in range(len(a) - 2, -1, -1):
        a[i] = a[i] + a[-1] * a[-1]
    return np.sum(a)


# --- something does ---------------------------------------------------------------------------------------------------


def around_the_end(a):
    for i in range(len(a)):
        a[i] = math.sin(a[i - 1]) * a[i]
    return np.sum(a)


def again_and_again(a):
    for _ in range(3):
        for i in range(1, len(a)):
            a[i] = math.sin(a[i - 1]) * a[i]
    return np.sum(a)


def always_one_place(a):
    for i in range(len(a)):
        a[2] = math.sin(a[2]) * a[i]
    return np.sum(a)


def an_index_that_wanders(a):
    k = 0
    for i in range(8):
        a[k] = math.sin(a[k]) * a[(k + 1) % 5]
        k = (k + i) % 5
    return np.sum(a)


def where_it_was(a):
    b = a.copy()
    for i in range(len(a) - 1):
        a[i] = math.sin(b[i + 1]) * a[i + 1]
        b[i + 1] = a[i] * b[i]
    return np.sum(a * b)


def in_a_branch(a):
    for i in range(1, len(a)):
        if a[i] > 0.6:
            a[i] = math.sin(a[i - 1]) * a[i]
        else:
            a[i - 1] = math.cos(a[i]) * a[i - 1]
    return np.sum(a * a)


def while_it_lasts(a):
    i = 0
    while a[i] < 1.0 and i < 4:
        a[i + 1] = a[i + 1] * math.exp(a[i])
        i += 1
    return np.sum(a * a)


def mirrored(a):
    n = len(a)
    for i in range(n):
        a[n - 1 - i] = math.sin(a[i]) * a[n - 1 - i]
    return np.sum(a)


def row_by_row(a):
    for i in range(1, len(a)):
        a[i] = a[i] + np.sin(a[i - 1])
    return np.sum(a)


def columns_and_rows(a):
    for i in range(len(a)):
        for j in range(len(a)):
            a[j, i] = np.sin(a[i, j]) * a[j, i]
    return np.sum(a)


def made_in_the_loop(a):
    total = 0.0
    for k in range(3):
        b = np.zeros(4)
        b[0] = a[k]
        for i in range(1, 4):
            b[i] = math.sin(b[i - 1]) * a[k + 1]
        total = total + b[3] * b[2]
    return total


def written_in_another_block(a):
    for i in range(1, len(a)):
        x = math.sin(a[i - 1]) * a[i]
        if a[i] > 0.6:
            a[i] = x
        for j in range(i):
            a[j] = math.exp(x) * a[j]
            a[j] = x
    return np.sum(a * a)


def where_the_index_comes_after(a):
    b = 0.7 * a
    for i in range(len(a) - 1, 0, -1):
        a[i - 1] = a[i] / (2.0 + b[(i + 1) % 5] * b[i])
        b[2] = np.sin(b[i]) + a[i + i - 2 * i]
    return np.sum(a * a) + np.sum(b)


FREE = [forward_recurrence, backward_recurrence, triangle, every_second, after_the_loop, last_by_its_end, row_by_row]
SAVING = [
    around_the_end,
    again_and_again,
    always_one_place,
    an_index_that_wanders,
    where_it_was,
    in_a_branch,
    while_it_lasts,
    mirrored,
    columns_and_rows,
    made_in_the_loop,
    written_in_another_block,
    where_the_index_comes_after,
]


def point(f: Callable[..., Any]) -> np.ndarray:
    return M.copy() if f in (triangle, row_by_row, columns_and_rows) else X.copy()


@pytest.mark.parametrize("f", [*FREE, *SAVING], ids=lambda f: f.__name__)
def test_right_to_second_order(f: Callable[..., Any]) -> None:
    agrees(f, point(f))


@pytest.mark.parametrize("f", FREE, ids=lambda f: f.__name__)
def test_nothing_is_saved_that_still_stands(f: Callable[..., Any]) -> None:
    assert "append" not in s2s_ad.grad(f).source(point(f))


@pytest.mark.parametrize("f", SAVING[:3], ids=lambda f: f.__name__)
def test_what_is_overwritten_is_saved(f: Callable[..., Any]) -> None:
    assert "append" in s2s_ad.grad(f).source(point(f))


def test_an_array_that_does_not_fit_is_refused_as_numpy_refuses_it() -> None:
    def whole(a, b):
        a[:] = b
        return np.sum(a * a)

    agrees(whole, X.copy(), X + 1.0)
    with pytest.raises(ValueError, match="broadcast"):
        s2s_ad.grad(whole)(X.copy(), X[:3] + 1.0)
