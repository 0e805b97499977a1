"""Arrays that a nest of loops reads over and over are saved whole; of others what is read, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

X = np.array([0.3, 0.7, 1.1, 0.5])
M = np.array([[0.3, 0.7, 1.1], [0.5, 0.2, 0.9], [0.4, 0.8, 0.6]])


def below_the_diagonal(a, w):
    n = len(a)
    work = np.zeros(n)
    total = 0.0
    for k in range(3):
        for i in range(n):
            work[i] = a[i] * a[k]
        for i in range(n):
            z = 0.0
            for j in range(i):
                z += w[i] * work[j]
            total += z * z
    return total


def above_the_diagonal(a, w):
    n = len(a)
    work = np.zeros(n)
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for i in range(n):
            for j in range(n - 1, i, -1):
                total += w[i] * work[j] * work[j]
    return total


def every_pair(a, w):
    work = np.empty(len(a) + 2)
    total = 0.0
    for k in range(len(w)):
        work[1 : len(a) + 1] = a * w[k]
        for i in range(len(w)):
            for j in range(1, len(a) + 1):
                total += w[i] * work[j] * work[j]
    return total


def powers_of_a_matrix(a, w):
    n = len(a)
    m = a.shape[1]
    work = a.copy()
    new = np.empty((n, m))
    for _ in range(2):
        for i in range(n):
            for j in range(m):
                s = 0.0
                for k in range(n):
                    s += a[i, k] * work[k, j]
                new[i, j] = s * w[i]
        for i in range(n):
            for j in range(m):
                work[i, j] = new[i, j]
    return np.sum(work)


def of_so_many(a, w, n):
    work = np.zeros(n - 1)
    total = 0.0
    for k in range(2):
        for i in range(n - 1):
            work[i] = a[i + 1] * a[k]
        for i in range(1, n):
            for j in range(i):
                total += w[i] * work[i - 1] * work[j]
    return total


def once(a, w):
    work = np.zeros(len(a))
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for j in range(len(a)):
            total += w[j] * work[j] * work[j]
    return total


def of_a_large_array(a, w):
    work = np.zeros(100 * len(a))
    total = 0.0
    for k in range(3):
        work[k] = a[k] * w[k]
        for i in range(2):
            for j in range(3):
                total += w[i] * work[j] * work[j]
    return total


def both_ends_move(a, w):
    n = len(a)
    work = np.zeros(n)
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for i in range(n):
            for j in range(i, i + 1):
                total += w[i] * work[j] * work[j]
    return total


def if_it_is_asked_for(a, w):
    work = np.zeros(len(a))
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for i in range(len(a)):
            if w[i] > 0.6:
                for j in range(len(a)):
                    total += w[i] * work[j] * work[j]
    return total


def until_it_is_enough(a, w):
    work = np.zeros(len(a))
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for i in range(len(a)):
            for j in range(len(a)):
                total += w[i] * work[j] * work[j]
                if total > 0.2:
                    break
    return total


def one_place(a, w):
    work = np.zeros(len(a))
    total = 0.0
    for k in range(3):
        work[:] = a * a[k]
        for i in range(len(a)):
            for j in range(len(a)):
                total += w[i] * w[j] * work[2] ** 2
    return total


def on_the_diagonal(a, w):
    work = np.zeros((3, 3))
    total = 0.0
    for k in range(2):
        work[:] = a * a[k, k]
        for _ in range(2):
            for i in range(3):
                for j in range(3):
                    total += w[j] * work[i, i] ** 2
    return total


def written_meanwhile(a, w):
    work = a.copy()
    total = 0.0
    for k in range(2):
        for i in range(1, len(a)):
            for j in range(len(a)):
                total += w[i] * work[j] * work[j]
                work[j] = total * w[k]
    return total


WHOLE = [below_the_diagonal, above_the_diagonal, every_pair, powers_of_a_matrix, of_so_many]
BY_ELEMENTS = [
    once,
    both_ends_move,
    if_it_is_asked_for,
    until_it_is_enough,
    one_place,
    on_the_diagonal,
    written_meanwhile,
    of_a_large_array,
]


def point(f: Callable[..., Any]) -> tuple[Any, ...]:
    a = M if f in (powers_of_a_matrix, on_the_diagonal) else X
    return (a.copy(), X * 1.2, *((4,) if f is of_so_many else ()))


@pytest.mark.parametrize("f", [*WHOLE, *BY_ELEMENTS], ids=lambda f: f.__name__)
def test_right_to_second_order(f: Callable[..., Any]) -> None:
    agrees(f, *point(f))


@pytest.mark.parametrize("f", [*WHOLE, *BY_ELEMENTS], ids=lambda f: f.__name__)
def test_an_array_is_saved_whole_where_that_is_less(f: Callable[..., Any]) -> None:
    assert ("work.copy()" in s2s_ad.grad(f, (0, 1)).source(*point(f))) == (f in WHOLE)
