"""Reductions that pass over NaN, and running products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ops.core import Op, declare, piecewise_constant, rule
from s2s_ad.ops.linear import dtype_of, reshape_like, shape_of, total
from s2s_ad.ops.reductions import reduced, restore_axes, sum
from s2s_ad.ops.shaping import expand_dims, moveaxis, ravel
from s2s_ad.ops.slopes import real_only
from s2s_ad.ops.trace import ZERO, d
from s2s_ad.ops.ufuncs import where

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _averaged(dtype: str) -> str:
    return "float64" if np.dtype(dtype).kind in "biu" else dtype


def _summed(dtype: str) -> str:
    kind = np.dtype(dtype).kind
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(kind, dtype)


# --- passing over NaN -------------------------------------------------------------------------------------------------

_missing = piecewise_constant(name="is_missing", code="np.isnan(x)", cost=1, flavor="numpy")(lambda x: None)


def _sum_present(x: Any, axis: Any, keepdims: bool) -> Any:
    return sum(where(_missing(x), 0.0, d[x]), axis=axis, keepdims=keepdims)


def _spread(ct: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    return where(_missing(x), 0.0, restore_axes(ct, x, axis, keepdims))


def _nansum_pullback(ct, x, axis=None, keepdims=False, *, out):
    return _spread(ct, x, axis, keepdims)


@rule(np.nansum, infer=reduced(_summed), cost=20, selects=True, pullback=_nansum_pullback)
def nansum(x, axis=None, keepdims=False, *, out):
    d[out] = _sum_present(x, axis, keepdims)


def _present_code(params: Params, kinds: Kinds) -> str:
    given = "" if params.get("axis") is None else f", axis={params['axis']}"
    return f"np.sum(~np.isnan(x){given}{', keepdims=True' if params.get('keepdims') else ''})"


@piecewise_constant(
    name="count_present", code=_present_code, infer=reduced(lambda dtype: "int64"), cost=20, flavor="numpy"
)
def count_present(x, axis=None, keepdims=False):
    """How many numbers a reduction takes together."""


def _nanmean_pullback(ct, x, axis=None, keepdims=False, *, out):
    return _spread(ct / count_present(x, axis=axis, keepdims=keepdims), x, axis, keepdims)


@rule(np.nanmean, infer=reduced(_averaged), cost=20, selects=True, pullback=_nanmean_pullback)
def nanmean(x, axis=None, keepdims=False, *, out):
    d[out] = _sum_present(x, axis, keepdims) / count_present(x, axis=axis, keepdims=keepdims)


def _best(x: Any, axis: Any, keepdims: bool, out: Any) -> tuple[Any, Any]:
    real_only(x)
    best = x == restore_axes(out, x, axis, keepdims)
    return best, sum(best, axis=axis, keepdims=keepdims)


def _nan_extreme(x, axis=None, keepdims=False, *, out):
    best, ties = _best(x, axis, keepdims, out)
    d[out] = sum(where(best, d[x], 0.0), axis=axis, keepdims=keepdims) / ties


def _nan_extreme_pullback(ct, x, axis=None, keepdims=False, *, out):
    best, ties = _best(x, axis, keepdims, out)
    return where(best, restore_axes(ct / ties, x, axis, keepdims), 0.0)


nanmax, nanmin = (
    declare(
        (function,), _nan_extreme, infer=reduced(lambda dtype: dtype), cost=20, selects=True, rule=_nan_extreme,
        pullback=_nan_extreme_pullback,
    )
    for function in (np.nanmax, np.nanmin)
)  # fmt: skip


# --- running products -------------------------------------------------------------------------------------------------


def _running(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    whole = params.get("axis") is None or not shape
    return Array(_summed(dtype_of(kinds[0])), (total(shape),) if whole else shape)


@rule(np.cumprod, infer=_running, cost=20)
def cumprod(x, axis=None, *, out):
    if d[x] is ZERO:
        return
    if not x.rank:
        d[out] = reshape_like(d[x], out)
        return
    # without dividing by the factors, so it is exact also where some are 0
    items, changes = (ravel(v) if axis is None and v.rank != 1 else v for v in (x, d[x]))
    last = axis is None or axis % x.rank == x.rank - 1
    if not last:
        items, changes = (moveaxis(v, source=axis, destination=-1) for v in (items, changes))
    moved = sum(expand_dims(changes, axis=-1) * prefixes_without(items), axis=-2)
    d[out] = moved if last else moveaxis(moved, source=-1, destination=axis)


def _prefixes_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    return Array(dtype_of(kinds[0]), (*shape[:-1], *[shape[-1]] * (params.get("m", 1) + 1)))


@rule(
    name="prefixes_without", code=lambda params, kinds: f"prefixes_without(x, {params.get('m', 1)})", cost=20,
    infer=_prefixes_kind, flavor="numpy",
)  # fmt: skip
def prefixes_without(x, m=1, *, out):
    if d[x] is not ZERO:
        changes = expand_dims(d[x], axis=tuple(range(x.rank, x.rank + m + 1)))
        d[out] = sum(changes * prefixes_without(x, m=m + 1), axis=-(m + 2))
