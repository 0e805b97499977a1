"""Reductions that pass over NaN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import Kind
from s2s_ad.ops.core import declare, piecewise_constant, rule
from s2s_ad.ops.reductions import averaged, extreme, extreme_pullback, reduced, restore_axes, sum, summed
from s2s_ad.ops.trace import d
from s2s_ad.ops.ufuncs import where

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


_missing = piecewise_constant(name="is_missing", code="np.isnan(x)", cost=1, flavor="numpy")(lambda x: None)


def _sum_present(x: Any, axis: Any, keepdims: bool) -> Any:
    return sum(where(_missing(x), 0.0, d[x]), axis=axis, keepdims=keepdims)


def _spread(ct: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    return where(_missing(x), 0.0, restore_axes(ct, x, axis, keepdims))


def _nansum_pullback(ct, x, axis=None, keepdims=False, *, out):
    return _spread(ct, x, axis, keepdims)


@rule(np.nansum, infer=reduced(summed), cost=20, selects=True, pullback=_nansum_pullback)
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


@rule(np.nanmean, infer=reduced(averaged), cost=20, selects=True, pullback=_nanmean_pullback)
def nanmean(x, axis=None, keepdims=False, *, out):
    d[out] = _sum_present(x, axis, keepdims) / count_present(x, axis=axis, keepdims=keepdims)


nanmax, nanmin = (
    declare(
        (function,), extreme, infer=reduced(lambda dtype: dtype), cost=20, selects=True, rule=extreme,
        pullback=extreme_pullback,
    )
    for function in (np.nanmax, np.nanmin)
)  # fmt: skip
