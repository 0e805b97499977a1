"""Medians, quantiles and places of extremes that pass over NaN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ops.core import literal, piecewise_constant, rule
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.reductions import averaged, reduced, restore_axes, sum
from s2s_ad.ops.slopes import real_only
from s2s_ad.ops.trace import ZERO, d
from s2s_ad.ops.ufuncs import where

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _given(params: Params, *names: str) -> str:
    """The options that are not as they are when nothing is said."""
    plain = {"axis": None, "method": "linear", "keepdims": False}
    shown = {name: params.get(name, plain[name]) for name in names}
    return "".join(f", {name}={literal(value)}" for name, value in shown.items() if value != plain[name])


def middle_present(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """np.nanmedian along one axis or all."""
    return np.nanmedian(a, axis=axis, keepdims=keepdims)


def quantile_present(a: Any, q: float, axis: Any = None, keepdims: bool = False, method: Any = "linear") -> Any:
    """np.nanquantile for one q, which is known when compiled."""
    return np.nanquantile(a, q, axis=axis, keepdims=keepdims, method=method)


@piecewise_constant(
    name="nanquantile_weights", infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[0])), cost=20,
    code=lambda p, k: f"nanquantile_weights(x, {p['q']}, {p['axis']}{_given(p, 'method')})", flavor="numpy",
)  # fmt: skip
def nanquantile_weights(x, q=0.5, axis=None, method="linear"):
    """How much each element counts."""


def _weights(x: Any, q: float, axis: Any, method: str) -> Any:
    real_only(x)
    if isinstance(axis, tuple):
        raise UnsupportedError("the derivative of a quantile over several axes", remedy="Flatten these axes first.")
    return nanquantile_weights(x, q=q, axis=axis, method=method)


def _moved(x: Any, q: float, axis: Any, keepdims: bool, method: str) -> Any:
    if d[x] is ZERO:
        return ZERO
    weights = _weights(x, q, axis, method)
    return sum(where(weights != 0, d[x] * weights, 0.0), axis=axis, keepdims=keepdims)


def _shares(ct: Any, x: Any, q: float, axis: Any, keepdims: bool, method: str) -> Any:
    weights = _weights(x, q, axis, method)
    return where(weights != 0, restore_axes(ct, x, axis, keepdims) * weights, 0.0)


def _median_pullback(ct, x, axis=None, keepdims=False, *, out):
    return _shares(ct, x, 0.5, axis, keepdims, "linear")


@rule(middle_present, name="np.nanmedian", infer=reduced(averaged), flavor="numpy", cost=20, selects=True,
      code=lambda p, k: f"np.nanmedian(x{_given(p, 'axis', 'keepdims')})", pullback=_median_pullback)  # fmt: skip
def nanmedian(x, axis=None, keepdims=False, *, out):
    d[out] = _moved(x, 0.5, axis, keepdims, "linear")


def _quantile_pullback(ct, x, q=0.5, axis=None, keepdims=False, method="linear", *, out):
    return _shares(ct, x, q, axis, keepdims, method)


@rule(quantile_present, name="np.nanquantile", infer=reduced(averaged), flavor="numpy", cost=20, selects=True,
      code=lambda p, k: f"np.nanquantile(x, {p['q']}{_given(p, 'axis', 'method', 'keepdims')})",
      pullback=_quantile_pullback)  # fmt: skip
def nanquantile(x, q=0.5, axis=None, keepdims=False, method="linear", *, out):
    d[out] = _moved(x, q, axis, keepdims, method)


for _function in (np.nanargmax, np.nanargmin):
    piecewise_constant(_function, infer=reduced(lambda dtype: "int64"), cost=20)(
        lambda a, axis=None, keepdims=False: None
    )
