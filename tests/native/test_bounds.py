"""Indices out of bounds raise in native code as they do in Python, whatever was proven or assumed of them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees


def product(a, b, n):
    total = 0.0
    for i in range(n):
        total += a[i] * b[i]
    return total


def wraps(u):
    total = 0.0
    for i in range(len(u)):
        total += u[i] * u[i - 1]
    return total


def picked(u, k):
    total = 0.0
    for i in range(len(k)):
        total += u[k[i]] * u[k[i]]
    return total


def guarded(u, n):
    total = 0.0
    for i in range(n):
        if i + 1 < len(u):
            total += u[i] * u[i + 1]
    return total


def last(u):
    return u[-1] * u[0]


a, b = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0])


def test_arguments_that_do_not_fit_together():
    gradient = s2s_ad.grad(product, (0, 1), backend="numba")
    joint_agrees(product, a, b, 2)
    with pytest.raises(IndexError):
        gradient(a, b, 3)
    joint_agrees(product, b, a, 2)


def test_what_is_never_reached_may_be_out_of_bounds():
    joint_agrees(guarded, a, 10)
    joint_agrees(product, a, b, 0)


def test_places_before_the_first_count_from_the_end():
    joint_agrees(wraps, a)
    joint_agrees(last, a)
    with pytest.raises(IndexError):
        s2s_ad.grad(last, backend="numba")(np.zeros(0))


def test_places_from_an_array():
    joint_agrees(picked, a, np.array([2, 0, -1, 2]))
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            s2s_ad.grad(picked, backend="numba")(a, np.array([0, wrong]))
