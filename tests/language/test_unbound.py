"""Variables that only some paths bind: a derivative asks for them where the function does, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees


def a_number(x, n):
    if n > 2:
        a = x * x
    b = np.sin(x) * x
    c = b * b - x
    if n > 2:
        c = c * a
    return c


def an_array(x, n):
    if n > 2:
        if n > 4:
            return np.sum(x * x)
    else:
        a = x * x * x
    return np.sum(a * x) if n <= 2 else np.sum(np.sin(x))


def a_list(x, n):
    if n > 2:
        if n > 4:
            return x[0] * x[1]
    else:
        parts = [v * v for v in x]
    return sum(parts) * x[0] if n <= 2 else x[0] - x[1] ** 3


def one_of_two_arrays(x, y, n):
    """Written to later, and handed out of a loop that may do it in no trip."""
    if n:
        y = x
    np.multiply(y, x, out=x)
    for i in range(3):
        if x[0] > 0.5 * i + n:
            return np.sum(x * y) * (i + 1), x
    return np.sum(y), y


@pytest.mark.parametrize("n", [1, 3, 5])
@pytest.mark.parametrize("f", [a_number, an_array, a_list])
def test_on_each_path(f, n):
    x = np.array([0.6, 1.1, 0.3])
    agrees(f, 0.6 if f is a_number else x, n)


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("x", [0.4, 0.9, 2.5])
def test_one_of_two_arrays(x, n):
    agrees(one_of_two_arrays, np.array([x, 0.7]), np.array([1.2, 0.3]), n)


def missing(x, n):
    if n > 2:
        a = x * x
    return a * x


@pytest.mark.parametrize("x", [0.5, np.array([0.5, 0.2])])
def test_where_the_function_asks_python_raises(x):
    f = missing
    with pytest.raises(UnboundLocalError):
        f(x, 1)
    for derive in (
        lambda: s2s_ad.jvp(f, (x, 1), (x, None)),
        lambda: s2s_ad.vjp(f, x, 1),
        lambda: s2s_ad.grad(lambda x, n: np.sum(f(x, n)))(x, 1),
    ):
        with pytest.raises(UnboundLocalError, match="a"):
            derive()


def a_whole_number(x, y):
    if x < 1:
        acc = 2
    if y > 0:
        if x > 0.5:
            return x * y
    else:
        acc = y * y
    return x * acc


@pytest.mark.parametrize("x, y", [(0.7, 0.3), (1.7, 0.3), (0.2, 0.3), (0.7, -0.4), (1.7, -0.4)])
def test_a_whole_number_on_one_path_and_nothing_on_another(x, y):
    agrees(a_whole_number, x, y)
