"""Running products, and what they are without each of their factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ops.core import Op, rule
from s2s_ad.ops.linear import dtype_of, reshape_like, shape_of, total
from s2s_ad.ops.reductions import sum, summed
from s2s_ad.ops.shaping import expand_dims, moveaxis, ravel
from s2s_ad.ops.trace import ZERO, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _running(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    whole = params.get("axis") is None or not shape
    return Array(summed(dtype_of(kinds[0])), (total(shape),) if whole else shape)


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
