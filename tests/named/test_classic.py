"""Gradients, Jacobians, Hessians and products of classic test functions, against complex steps."""

import numpy as np
import pytest

from s2s_ad import grad, hessian, hvp, jacfwd, jacobian, jacrev

from .classic import FUNCTIONS
from .numeric import by_differences, by_steps

EACH = pytest.mark.parametrize("residuals", FUNCTIONS, ids=lambda f: f.__name__)


def close(found, expected, tight):
    scale = np.max(np.abs(expected)) or 1.0
    np.testing.assert_allclose(found / scale, expected / scale, rtol=tight, atol=tight)


@EACH
def test_the_residuals(residuals):
    x = np.array(FUNCTIONS[residuals])
    expected = by_steps(residuals, x)
    for jac in (jacfwd, jacrev, jacobian):
        close(jac(residuals)(x), expected, 1e-12)


@EACH
def test_the_sum_of_their_squares(residuals):
    x = np.array(FUNCTIONS[residuals])
    loss = lambda x: np.sum(residuals(x) ** 2)  # noqa: E731
    gradient = by_steps(loss, x)
    close(grad(loss)(x), gradient, 1e-12)
    v = np.linspace(-1.0, 1.5, len(x))
    step = 1e-5 * max(1.0, np.max(np.abs(x)) * 1e-3)
    second = by_differences(lambda y: by_steps(loss, y), x, step)
    found = hessian(loss)(x)
    rounding = 1e-15 * np.max(np.abs(gradient)) / step / (np.max(np.abs(second)) or 1.0)
    close(found, second, 2e-7 + rounding)
    close(found, found.T, 1e-12)
    close(hvp(loss, (x,), (v,)), found @ v, 1e-11)
