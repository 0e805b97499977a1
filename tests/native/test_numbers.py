"""Where machine arithmetic differs from Python's: it says so, or does as NumPy does."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.language.test_unbound import a_number, a_whole_number
from tests.native.harness import joint_agrees, native_agrees


def grows(x, n):
    k = 1
    for i in range(n):
        k = k * 3
    return x * k


def doubles(x, n):
    k = 1
    for i in range(n):
        k += k
    return x * k


def remainder(x, k, m):
    return x * (k // m) + x * x * (k % m)


def never_bound(x, n):
    for i in range(n):
        y = x * i
    return y


def ratio(x, y):
    return x / y


def whole(x, y):
    return x * int(y) + math.floor(x) * y


def test_floats_without_a_whole_part():
    joint_agrees(whole, 2.5, -3.7)
    for wrong in (math.inf, math.nan, 1e300):
        with pytest.raises(OverflowError):
            s2s_ad.grad(whole, backend="numba")(1.0, wrong)


@pytest.mark.parametrize("f", [grows, doubles])
def test_whole_numbers_that_do_not_fit(f):
    joint_agrees(f, 0.5, 20)
    with pytest.raises(OverflowError, match="64 bits"):
        s2s_ad.grad(f, backend="numba")(0.5, 70)


def test_whole_numbers_are_not_divided_by_zero():
    joint_agrees(remainder, 0.5, -7, 2)
    with pytest.raises(ZeroDivisionError):
        s2s_ad.grad(remainder, backend="numba")(0.5, 7, 0)


def test_a_name_without_a_value():
    joint_agrees(never_bound, 0.5, 3)
    with pytest.raises(UnboundLocalError, match="'y'"):
        s2s_ad.value_and_grad(never_bound, backend="numba")(0.5, 0)


def test_floats_divided_by_zero_are_as_numpy_has_them():
    value, (x_bar, y_bar) = s2s_ad.value_and_grad(ratio, (0, 1), backend="numba")(1.0, 0.0)
    assert (value, x_bar, y_bar) == (np.inf, np.inf, -np.inf)


def test_other_dtypes_are_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="float32"):
        s2s_ad.grad(lambda u: u[0] * u[1], backend="numba")(np.ones(2, np.float32))


def test_what_numba_has_not_is_refused_by_name():
    with pytest.raises(s2s_ad.UnsupportedError, match="numba cannot compile"):
        s2s_ad.grad(lambda u: np.median(np.unique(np.convolve(u, u, "same"))), backend="numba")(np.ones(3))
    with pytest.raises(s2s_ad.UnsupportedError, match="Unknown attribute 'rfft' of type Module") as caught:
        s2s_ad.grad(lambda u: np.sum(np.abs(np.fft.rfft(u))), backend="numba")(np.ones(3))
    assert caught.value.span is not None and "np.fft.rfft(u)" in caught.value.span.text
    assert len(str(caught.value)) < 500


def grown_then_replaced(x, n):
    items = [x]
    if x > 0.5:
        while len(items) < n:
            items.append(x * x)
    for _ in range(n):
        items.append(x)
        items = [x, 2.0 * x]
    return sum(items)


def test_a_list_that_grows_and_is_replaced_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="tape of lists that grow") as caught:
        s2s_ad.grad(grown_then_replaced, backend="numba")(0.7, 3)
    assert 'Use backend="numpy"' in str(caught.value)
    assert s2s_ad.grad(grown_then_replaced)(0.7, 3) == 3.0


def test_another_backend_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="no backend 'jax'"):
        s2s_ad.grad(ratio, backend="jax")


@pytest.mark.parametrize("n", [1, 3])
def test_what_is_saved_may_be_missing(n):
    native_agrees(a_number, 0.6, n)
    native_agrees(a_number, np.array([0.6, 0.2]), n)


@pytest.mark.parametrize("x, y", [(0.7, 0.3), (1.7, 0.3), (0.2, 0.3), (1.7, -0.4)])
def test_a_whole_number_on_one_path_and_nothing_on_another(x, y):
    native_agrees(a_whole_number, x, y)


def test_a_number_that_was_never_bound_is_asked_for_after_its_conversion():
    def f(x, y):
        if x < 1:
            acc = 2
        if y < 0:
            acc = y * y
        return x * acc

    with pytest.raises(UnboundLocalError):
        s2s_ad.grad(f, backend="numba")(3.0, 0.5)
