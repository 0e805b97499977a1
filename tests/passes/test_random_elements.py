"""Random loops over elements: adjoints in lists, read where they stand, against complex step and the plain code."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import same
from tests.passes.element_programs import arguments, function_of, text_of

STEP = 1e-30


def along(f, a, b, w, a_dot, b_dot):
    """The directional derivative by complex step."""
    return f(a + 1j * STEP * a_dot, b + 1j * STEP * b_dot, w).imag / STEP


@pytest.mark.parametrize("seed", range(60))
def test_gradients_are_right(seed):
    text = text_of(seed)
    f, (a, b, w) = function_of(text), arguments(seed)
    source = s2s_ad.value_and_grad(f, (0, 1)).source(a, b, w)
    value, (a_bar, b_bar) = s2s_ad.value_and_grad(f, (0, 1))(a, b, w)
    assert value == f(a.copy(), b, w), text
    plain = s2s_ad.grad(f, (0, 1), optimize=False)(a, b, w)
    same((a_bar, b_bar), plain, rtol=1e-11)
    draw = np.random.default_rng(seed + 1000)
    a_dot, b_dot = draw.standard_normal(a.shape), draw.standard_normal(b.shape)
    want = along(f, a, b, w, a_dot, b_dot)
    size = np.sum(np.abs(a_bar * a_dot)) + np.sum(np.abs(b_bar * b_dot))
    assert abs(np.sum(a_bar * a_dot) + np.sum(b_bar * b_dot) - want) <= 1e-12 * size, f"{text}\n{source}"
