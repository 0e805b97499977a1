"""Several arrays or numbers put together into one. Linear in all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Dim, Kind, result_dtype
from s2s_ad.ops.control import EveryInput
from s2s_ad.ops.core import Op, declare
from s2s_ad.ops.indexing import WHOLE, getitem
from s2s_ad.ops.linear import axes_of, both, dim_of, dtype_of, reshape_like, shape_of, zeros_like
from s2s_ad.ops.shaping import expand_dims, ravel, reshape, squeeze

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _dtype(kinds: Kinds) -> str:
    return result_dtype(tuple(Array(dtype_of(k), ()) for k in kinds))


def _one_shape(kinds: Kinds) -> tuple[Dim, ...]:
    """The shape that all have; what is known of one is known of all."""
    shapes = [shape_of(k) for k in kinds]
    if len({len(shape) for shape in shapes}) > 1:
        raise ValueError("all input arrays must have the same number of dimensions")
    return tuple(both(dims) for dims in zip(*shapes))


def _named(name: str, **defaults: Any) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        given = "".join(f", {k}={params[k]!r}" for k in defaults if params.get(k, defaults[k]) != defaults[k])
        return f"{name}([{{}}]{given})"

    return code


# --- along a new axis -------------------------------------------------------------------------------------------------


def _stacked(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = list(_one_shape(kinds))
    (axis,) = axes_of(params.get("axis", 0), len(shape) + 1)
    shape.insert(axis, dim_of(len(kinds)))
    return Array(_dtype(kinds), tuple(shape))


def _slice_of(ct: Any, i: int, axis: int) -> Any:
    (at,) = axes_of(axis, ct.rank)
    return getitem(ct, index=(WHOLE,) * at + (i,))


stack = declare(
    (np.stack,), lambda *xs, axis=0: None, code=_named("np.stack", axis=0), infer=_stacked, joint=True, cost=20,
    transposes=EveryInput(lambda ct, i, *xs, axis=0: _slice_of(ct, i, axis)),
)  # fmt: skip


def _array_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    nest = params.get("nest") or (len(kinds),)
    return Array(_dtype(kinds), tuple(map(dim_of, nest)) + _one_shape(kinds))


def _array_code(params: Params, kinds: Kinds) -> str:
    nest = params.get("nest") or (len(kinds),)
    texts = [f"_{k}" for k in range(len(kinds))]
    for n in nest[::-1]:
        texts = [f"[{', '.join(texts[k : k + n])}]" for k in range(0, len(texts), n)]
    return f"np.array({texts[0]})"


def _array_share(ct: Any, i: int, *xs: Any, nest: Any = None) -> Any:
    return getitem(ct, index=tuple(int(k) for k in np.unravel_index(i, nest or (len(xs),))))


# np.array of a list, or of lists of lists with the lengths `nest`, of numbers or arrays of one shape
array_of = declare(
    (), lambda *xs, nest=None: None, name="array_of", code=_array_code, infer=_array_kind, joint=True, cost=20,
    transposes=EveryInput(_array_share), flavor="numpy",
)  # fmt: skip


# --- along an axis that is there --------------------------------------------------------------------------------------


def _concatenated(kinds: Kinds, params: Params, op: Op) -> Kind:
    shapes = [shape_of(k) for k in kinds]
    axis = params.get("axis", 0)
    if axis is None:
        shapes, axis = [(ANY,)] * len(shapes), 0
    if len({len(shape) for shape in shapes}) > 1:
        raise ValueError("all the input array dimensions must match in number")
    (at,) = axes_of(axis, len(shapes[0]))
    dims = [both(column) for column in zip(*shapes)]
    along = [shape[at] for shape in shapes]
    # lengths add up; two or more that are 1 make more than 1, while a length that is not 1 may be 0
    more = along.count(ONE) > 1 or all(dim == MANY for dim in along)
    dims[at] = along[0] if len(along) == 1 else MANY if more else ANY
    return Array(_dtype(kinds), tuple(dims))


def _part_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[1 + params["i"]]))


def _part_code(params: Params, kinds: Kinds) -> str:
    i, axis = params["i"], params["axis"]

    def length(k: int) -> str:
        return "1" if shape_of(kinds[k])[axis] == ONE else f"_{k}.shape[{axis}]"

    start = " + ".join(length(k) for k in range(1, i + 1))
    stop = " + ".join(length(k) for k in range(1, i + 2)) if i + 2 < len(kinds) else ""
    return f"_0[{':, ' * axis}{start}:{stop}]"


# the part of the whole that came from the i-th of xs
part = declare(
    (), lambda whole, *xs, i=0, axis=0: None, name="part", code=_part_code, infer=_part_kind, alias=True, cost=1,
    others=True,
    transposes={
        0: lambda ct, whole, *xs, i, axis: concatenate(
            *(ct if k == i else zeros_like(x) for k, x in enumerate(xs)), axis=axis
        )
    },
)  # fmt: skip


def _concatenate_share(ct: Any, i: int, *xs: Any, axis: Any = 0) -> Any:
    if axis is not None:
        return _part(ct, i, xs, axes_of(axis, ct.rank)[0])
    own = _part(ct, i, [x if x.rank == 1 else ravel(x) for x in xs], 0)
    return own if xs[i].rank == 1 else reshape_like(own, xs[i])


def _part(ct: Any, i: int, xs: Any, axis: int) -> Any:
    return ct if len(xs) == 1 else part(ct, *xs, i=i, axis=axis)


concatenate = declare(
    (np.concatenate,), lambda *xs, axis=0: None, code=_named("np.concatenate", axis=0), infer=_concatenated, joint=True,
    cost=20, transposes=EveryInput(_concatenate_share),
)  # fmt: skip


# --- rows and columns -------------------------------------------------------------------------------------------------
# Each lifts what has too few axes, then joins along one: `lift` says how a kind or a value is lifted, `axis` the axis.


def _lifted(shape: tuple[Dim, ...], rank: int, rows: bool) -> tuple[Dim, ...]:
    shape = shape or (ONE,)
    if len(shape) >= rank:
        return shape
    return (ONE, *shape) if rows else (*shape, ONE)


def _joined(rank: int, rows: bool, axis_of: Any, name: str) -> Any:
    """The operation `name`: lift every input to `rank` axes (a vector as a row or as a column), then concatenate."""

    def infer(kinds: Kinds, params: Params, op: Op) -> Kind:
        lifted = tuple(Array(dtype_of(k), _lifted(shape_of(k), rank, rows)) for k in kinds)
        return _concatenated(lifted, {"axis": axis_of(len(lifted[0].shape))}, op)

    def lift(x: Any) -> Any:
        if not x.rank:
            return reshape(x, shape=(1,) * rank)
        return expand_dims(x, axis=0 if rows else -1) if x.rank < rank else x

    def share(ct: Any, i: int, *xs: Any) -> Any:
        axis = axis_of(ct.rank)
        lifted_rank = len(_lifted(shape_of(xs[i].kind), rank, rows))
        if all(_lifted(shape_of(x.kind), rank, rows)[axis] == ONE and x.rank < lifted_rank for x in xs):
            return _slice_of(ct, i, axis)  # one line from each
        own = _part(ct, i, [lift(x) for x in xs], axis)
        if not xs[i].rank:
            return reshape(own, shape=())
        return squeeze(own, axis=0 if rows else -1) if xs[i].rank < lifted_rank else own

    return declare(
        (getattr(np, name),), lambda *xs: None, code=f"np.{name}([{{}}])", infer=infer, joint=True, cost=20,
        transposes=EveryInput(share),
    )  # fmt: skip


vstack = _joined(2, True, lambda rank: 0, "vstack")
hstack = _joined(1, True, lambda rank: 0 if rank == 1 else 1, "hstack")
column_stack = _joined(2, False, lambda rank: 1, "column_stack")
