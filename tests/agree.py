"""One function at one point: every way to its derivatives must agree, and agree with differences of the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import s2s_ad
from s2s_ad.arguments import replica
from s2s_ad.check import report


def agrees(f: Callable[..., Any], *args: Any, order: int = 2, value: bool = True) -> None:
    """The value is Python's; forward and reverse are right to `order`; optimised and not give the same."""
    if value:
        expected = f(*replica(args))
        got, pullback = s2s_ad.vjp(f, *replica(args))
        same(got, expected)
    result = report(f, args, order=order)
    assert result.good, f"\n{result}"
    plain_and_optimised(f, *args)


def plain_and_optimised(f: Callable[..., Any], *args: Any) -> None:
    """optimize=True and False agree to rounding, in both modes."""
    tangents = tuple(_ones(a) for a in args)
    same(
        s2s_ad.jvp(f, replica(args), tangents, optimize=False)[1],
        s2s_ad.jvp(f, replica(args), tangents, optimize=True)[1],
        rtol=1e-12,
    )
    value, plain = s2s_ad.vjp(f, *replica(args), optimize=False)
    _, optimised = s2s_ad.vjp(f, *replica(args), optimize=True)
    same(plain(_ones(value)), optimised(_ones(value)), rtol=1e-12)


def _ones(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS + (list, tuple, dict)):
        return None
    if isinstance(value, (list, tuple)):
        return type(value)(map(_ones, value))
    if isinstance(value, dict):
        return {k: _ones(v) for k, v in value.items()}
    one = 1.0 - 0.5j if np.iscomplexobj(value) else 1.0
    return np.full_like(value, one, dtype=type(one)) if isinstance(value, np.ndarray) else one


_NUMBERS = (int, float, complex, np.ndarray, np.generic)


def same(got: Any, expected: Any, rtol: float = 1e-13) -> None:
    """Equal structure, and numbers that are equal to `rtol`, NaN and inf included."""
    if isinstance(expected, (list, tuple)):
        assert len(got) == len(expected), (got, expected)
        for g, e in zip(got, expected):
            same(g, e, rtol)
    elif isinstance(expected, dict):
        assert list(got) == list(expected)
        for key, e in expected.items():
            same(got[key], e, rtol)
    elif isinstance(expected, _NUMBERS) and not isinstance(expected, bool):
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-300 if rtol < 1e-12 else 1e-14)
    else:
        assert got == expected
