"""Native code beside the NumPy backend and beside differences of the function itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import s2s_ad
from s2s_ad.arguments import own_copy
from tests.agree import same

ROUNDING = 1e-11


def native_agrees(f: Callable[..., Any], *args: Any, second: bool = False) -> None:
    """Value, tangent and cotangents of both backends are equal to rounding, and the tangent is that of differences."""
    rng = np.random.default_rng(7)
    tangents = tuple(_random(rng, a) for a in args)
    expected = f(*own_copy(args))
    value, dot = s2s_ad.jvp(f, args, tangents, backend="numba")
    same(value, expected, ROUNDING)
    same(dot, s2s_ad.jvp(f, args, tangents)[1], ROUNDING)
    value, pullback = s2s_ad.vjp(f, *args, backend="numba")
    same(value, expected, ROUNDING)
    cotangent = _random(rng, expected)
    cts = pullback(cotangent)
    same(cts, s2s_ad.vjp(f, *args)[1](cotangent), ROUNDING)
    same(pullback(cotangent), cts)
    assert abs(_dot(cotangent, dot) - _dot(cts, tangents)) <= 1e-9 * (1.0 + abs(_dot(cotangent, dot)))
    slope = _difference(f, args, tangents, cotangent)
    assert abs(slope - _dot(cotangent, dot)) <= 1e-5 * (1.0 + abs(slope))
    if second:
        gradient = s2s_ad.grad(f, _reals(args))
        primals, moves = tuple(args), tangents
        got = s2s_ad.jvp(gradient, primals, moves, backend="numba")
        same(got, s2s_ad.jvp(gradient, primals, moves), 1e-9)


def joint_agrees(f: Callable[..., Any], *args: Any) -> None:
    """value_and_grad of both backends are equal to rounding."""
    wrt = _reals(args)
    same(s2s_ad.value_and_grad(f, wrt, backend="numba")(*args), s2s_ad.value_and_grad(f, wrt)(*args), ROUNDING)


def _reals(args: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(k for k, a in enumerate(args) if isinstance(a, float) or getattr(a, "dtype", None) == float)


def _random(rng: np.random.Generator, value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(_random(rng, item) for item in value)
    if isinstance(value, dict):
        return {key: _random(rng, item) for key, item in value.items()}
    if isinstance(value, float) or getattr(value, "dtype", None) == float:
        return rng.standard_normal(np.shape(value)) if np.ndim(value) else float(rng.standard_normal())
    return None


def _dot(a: Any, b: Any) -> float:
    if a is None or b is None:
        return 0.0
    if isinstance(a, (tuple, list)):
        return sum(_dot(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return sum(_dot(a[key], b[key]) for key in a)
    return float(np.sum(np.asarray(a) * np.asarray(b)))


def _difference(f: Callable[..., Any], args: tuple[Any, ...], tangents: tuple[Any, ...], cotangent: Any) -> float:
    """Of the function weighted by the cotangent, along the tangents."""
    step = 1e-6
    ends = [_dot(cotangent, f(*own_copy(_moved(args, tangents, sign * step)))) for sign in (1.0, -1.0)]
    return (ends[0] - ends[1]) / (2.0 * step)


def _moved(value: Any, tangent: Any, step: float) -> Any:
    if tangent is None:
        return value
    if isinstance(value, (tuple, list)):
        return type(value)(_moved(v, t, step) for v, t in zip(value, tangent))
    if isinstance(value, dict):
        return {key: _moved(value[key], tangent[key], step) for key in value}
    return value + step * tangent
