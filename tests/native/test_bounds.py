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


def test_what_is_assumed_is_asked_once_and_the_compiled_function_returns_the_result():
    text = s2s_ad.value_and_grad(product, (0, 1), backend="numba").source(a, b, 2)
    public = text[text.index("def product_value_and_grad") : text.index("@numba.njit")]
    assert public.count("if") == 1 and public.count("return") == 2
    assert "return _product_value_and_grad(a, b, n)\n" in public


def in_a_tuple(pair, n):
    return product(pair[0], pair[1], n)


def test_arguments_with_structure_are_checked_too():
    gradient = s2s_ad.grad(in_a_tuple, backend="numba")
    for pair in ((a, b), (b, a)):
        expected = s2s_ad.grad(in_a_tuple)(pair, 2)
        for found, wanted in zip(gradient(pair, 2), expected):
            np.testing.assert_array_equal(found, wanted)
    with pytest.raises(IndexError):
        gradient((a, b), 3)
