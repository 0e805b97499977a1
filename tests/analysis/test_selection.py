"""Zeros that come out of a selection stay zero in both modes."""

import numpy as np
import pytest

from s2s_ad.analysis.selection import Selection
from s2s_ad.frontend.lower import lower
from s2s_ad.ir.structure import spec_of
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.passes.forward import forward
from s2s_ad.passes.reverse import reverse_joint


def root(x):
    return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


def root_of_helper(x):
    y = x * 1.0
    for _ in range(2):
        y = np.sqrt(y)
    return np.sum(np.where(x > 0, y, 0.0))


def clipped(x):
    return np.sum(np.minimum(1.0 / x, 2.0))


def logarithm(x):
    return np.sum(np.maximum(np.log(x), -1.0))


@pytest.mark.parametrize("function", [root, root_of_helper, clipped, logarithm])
def test_zeros_stay(function):
    x = np.array([0.0, 4.0, 0.25])
    program = lower(function, {"x": spec_of(x)}).program
    with np.errstate(all="ignore"):
        _, x_bar = evaluate(reverse_joint(program, (True,), (True,)), x, 1.0)
        tangents = [evaluate(forward(program, (True,))[0], x, unit)[1] for unit in np.eye(3)]
        h = 1e-7
        right = [(function(x + h * unit) - function(x)) / h for unit in np.eye(3)[1:]]
    assert x_bar[0] == 0.0
    np.testing.assert_allclose(x_bar[1:], right, rtol=1e-5)
    np.testing.assert_allclose(tangents[1:], right, rtol=1e-5)


def test_straight_code_pays_nothing():
    x = np.ones(3)
    program = lower(lambda x: np.sum(np.sqrt(x) * x), {"x": spec_of(x)}).program
    assert not any(Selection(program).levels.values())
