"""The compiler may reorder sums and products where that was asked for, and only there."""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from tests.agree import same


def cosine(u, v):
    uv = uu = vv = 0.0
    for i in range(len(u)):
        uv += u[i] * v[i]
        uu += u[i] * u[i]
        vv += v[i] * v[i]
    return uv / (uu * vv) ** 0.5


def windows(u):
    total = 0.0
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * (u[i - 1] + u[i + 1]) / (1.0 + u[i] * u[i])
        total += u[i] * u[i]
    return total


u, v = np.random.default_rng(3).uniform(0.5, 1.5, (2, 200))


@pytest.mark.parametrize("f, args", [(cosine, (u, v)), (windows, (u,))])
def test_to_the_last_digits(f, args):
    wrt = tuple(range(len(args)))
    fast = s2s_ad.value_and_grad(f, wrt, backend="numba-fastmath")(*args)
    same(fast, s2s_ad.value_and_grad(f, wrt)(*args), 1e-12)
    tangents = args[::-1]
    same(s2s_ad.jvp(f, args, tangents, backend="numba-fastmath"), s2s_ad.jvp(f, args, tangents), 1e-12)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_nan_and_inf_stay(hole):
    holed = u.copy()
    holed[7] = hole
    with np.errstate(all="ignore"):
        same(
            s2s_ad.value_and_grad(cosine, (0, 1), backend="numba-fastmath")(holed, v),
            s2s_ad.value_and_grad(cosine, (0, 1))(holed, v),
            1e-12,
        )


def test_it_stands_in_the_text_where_it_was_asked_for():
    licence = 'fastmath={"arcp", "contract", "nsz", "reassoc"}'
    assert licence in s2s_ad.grad(cosine, backend="numba-fastmath").source(u, v)
    assert "fastmath=" not in s2s_ad.grad(cosine, backend="numba").source(u, v)
