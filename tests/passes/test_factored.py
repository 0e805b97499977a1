"""Common factors of what reverse sweeps add up: fewer products, the same derivatives, and nothing of the user's."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees


def mixed(p, values):
    total = 0.0
    for k in range(len(values) - 1):
        total += p * values[k + 1] + (1.0 - p) * values[k] * total
    return total


def weighted(p, values):
    total = 0.0
    for k in range(len(values) - 1):
        total += np.sin(p * values[k + 1] + (1.0 - p) * values[k])
    return total


def quotient(a, b, c):
    return (a * b - c) / (a - c * b)


def polynomial(x, y):
    return x * y * y - x * x * y + x * y + 3.0 * x - y * x * x * x


def constants(x, y):
    z = 2.0 * x + x * 0.5 - x
    return z * y - z * 3.0 - y


def squares(x, y, n):
    total = 0.0
    for k in range(n):
        x = x * y
        total += 0.5 * x * x - x * (0.25 * y) + 0.75 * x * y
    return total


def cancelling(x, y, n):
    for k in range(n):
        y = y + 0.5 * x * x - 0.25 * x * (2.0 * x) + x * y * 1.0e300
    return y * 1.0e-300


def fractions(x, y, z):
    w = 1.0 / x
    return (y - w) / (x - w) * z / x - y / x


V = np.array([0.5, 1.25, -0.75, 2.0])


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (mixed, (0.3, V)),
        (weighted, (0.3, V)),
        (quotient, (1.5, 0.7, 0.4)),
        (polynomial, (1.3, -0.6)),
        (constants, (0.4, 1.7)),
        (squares, (0.4, 1.7, 3)),
        (fractions, (0.4, 1.7, -0.6)),
        (cancelling, (0.4, 1.7, 1)),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_derivatives_are_right(f, args):
    agrees(f, *args)


def test_a_common_factor_is_taken_out():
    source = s2s_ad.grad(weighted).source(0.3, V)
    assert "* (v3 - v2)\n" in source, source


def test_what_the_user_wrote_stays_as_it_is():
    def f(x, y):
        z = x * y - x * 3.0
        return z * z * y

    source = s2s_ad.value_and_grad(f, (0, 1)).source(0.5, 2.0)
    assert "z = x * y - x * 3.0\n" in source, source
    value, _ = s2s_ad.value_and_grad(f, (0, 1))(0.1, 0.7)
    assert value == f(0.1, 0.7)


def test_like_terms_are_joined():
    source = s2s_ad.grad(squares).source(0.4, 1.7, 3)
    assert "x_bar += 0.5 * y + x\n" in source, source


def test_a_division_keeps_the_type_of_what_is_divided():
    """The adjoint is one of NumPy's numbers: 0.0 / 0.0 of Python's would raise."""
    pullback = s2s_ad.vjp(lambda x: x * np.log(x), 2.0)[1]
    assert pullback(1.0) == (np.log(2.0) + 1.0,)
    with np.errstate(all="ignore"):
        value, pullback = s2s_ad.vjp(lambda x: x * np.log(x), 0.0)
        assert np.isnan(value) and np.isnan(pullback(np.float64(1.0))[0])


def test_what_divides_all_terms_divides_their_sum():
    source = s2s_ad.grad(fractions).source(0.4, 1.7, -0.6)
    assert ") / x + v3)" in source, source


def shared(x, y, z):
    return np.exp(x * y) + np.sin(x * y) * z


def test_a_sum_that_two_factors_multiply_is_made_once():
    agrees(shared, 0.4, 1.7, -0.6)
    source = s2s_ad.grad(shared, (0, 1)).source(0.4, 1.7, -0.6)
    assert "x_bar = y * v" in source and "y_bar = x * v" in source, source
