"""Array expressions as loops: the same numbers, the same exceptions, no arrays in between."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native import expression_programs
from tests.native.expression_programs import EXPRESSION_CASES
from tests.native.harness import joint_agrees, native_agrees

COMPILED = ("burgers", "reductions", "broadcasts", "selected", "rows_and_columns")


@pytest.mark.parametrize("name", COMPILED)
def test_both_backends_agree(name):
    native_agrees(getattr(expression_programs, name), *EXPRESSION_CASES[name])


def test_joint_sweeps_agree():
    joint_agrees(expression_programs.burgers, *EXPRESSION_CASES["burgers"])


def product(u, v):
    return np.sum(u * v) + np.sum(u[1:] * v[1:])


def test_lengths_that_do_not_fit_together():
    gradient = s2s_ad.value_and_grad(product, (0, 1), backend="numba")
    gradient(np.ones(3), np.ones(3))
    for n in (2, 4):
        with pytest.raises(ValueError, match="broadcast"):
            gradient(np.ones(3), np.ones(n))


def test_slices_that_leave_nothing():
    for n in (0, 2):
        u = np.full(n, 0.5)
        value, u_bar = s2s_ad.value_and_grad(expression_programs.burgers, backend="numba")(u, 2, 0.1, 0.1)
        assert value == 0.25 * n
        np.testing.assert_array_equal(u_bar, np.ones(n))


def text_of(name):
    """The code, without the user's lines in comments."""
    f = getattr(expression_programs, name)
    text = s2s_ad.value_and_grad(f, backend="numba").source(*EXPRESSION_CASES[name])
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def test_what_a_trip_adds_to_a_neighbour_is_its_adjoint_times_a_sum():
    assert re.search(r"\w+\[i\] \* \(nu \+ c \* \w+\[i \+ 1\]\)", text_of("burgers"))


def test_nothing_in_between_is_an_array():
    text = text_of("selected")
    assert "np.where" not in text and "np.empty" not in text.replace("u_bar = np.empty", "")


@pytest.mark.parametrize("name", ["shifted_down", "turned", "moved"])
def test_what_is_written_over_is_read_before(name):
    joint_agrees(getattr(expression_programs, name), *EXPRESSION_CASES[name])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_all_that_goes_into_an_adjoint_shares_a_loop():
    x = np.array([0.3, -0.8, 1.2, 0.5, -0.1])
    native_agrees(rosenbrock, x, second=True)
    for n in (0, 1, 2, 3):
        joint_agrees(rosenbrock, x[:n])
        native_agrees(rosenbrock, x[:n], second=True)
    gradient = s2s_ad.value_and_grad(rosenbrock, backend="numba").source(x)
    product = s2s_ad.jvp(s2s_ad.grad(rosenbrock), (x,), (x,), backend="numba")[1]
    along = (s2s_ad.grad(rosenbrock)(x + 1e-6 * x) - s2s_ad.grad(rosenbrock)(x - 1e-6 * x)) / 2e-6
    np.testing.assert_allclose(product, along, rtol=1e-6)
    assert gradient.count("for i in range") == 1 and "np.empty" not in gradient
