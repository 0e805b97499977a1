"""The same elements in another shape or order. Each is linear and states its transpose.

Sizes known when compiled stand in the static tuple `shape`; each None in it is taken from the next of the `sizes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Kind
from s2s_ad.ops.core import Op, call_code, linear
from s2s_ad.ops.linear import as_number, axes_of, both, dim_of, dtype_of, reshape_like, shape_of, total

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def shape_text(shape: Sequence[int | None], first: int, bare: bool = False) -> str:
    """A shape as it stands in the code; the holes are the inputs from number `first` on."""
    holes = iter(range(first, first + len(shape)))
    entries = [f"_{next(holes)}" if n is None else str(n) for n in shape]
    if bare and len(entries) == 1:
        return entries[0]
    return f"({', '.join(entries)}{',' * (len(entries) == 1)})"


def _reshaped(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, wanted = shape_of(kinds[0]), params["shape"]
    others = [n for n in wanted if n != -1]
    dims = tuple(total(x) if n == -1 and all(m == 1 for m in others) else dim_of(n) for n in wanted)
    return Array(dtype_of(kinds[0]), dims)


def _reshape_code(params: Params, kinds: Kinds) -> str:
    rank = len(params["shape"])
    return as_number(f"np.reshape(_0, {shape_text(params['shape'], 1, bare=True)})", rank)


@linear(np.reshape, infer=_reshaped, code=_reshape_code, alias=True, cost=1)
def reshape(ct, x, *sizes, shape=()):
    return reshape_like(ct, x)


def _flat(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), (total(shape_of(kinds[0])),))


@linear(np.ravel, infer=_flat, alias=True, cost=1)
def ravel(ct, x):
    return reshape_like(ct, x)


def _expanded(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = list(shape_of(kinds[0]))
    axes = params["axis"] if isinstance(params["axis"], tuple) else (params["axis"],)
    for axis in sorted(axes_of(axes, len(shape) + len(axes))):
        shape.insert(axis, ONE)
    return Array(dtype_of(kinds[0]), tuple(shape))


@linear(np.expand_dims, infer=_expanded, code=lambda p, k: f"np.expand_dims(x, {p['axis']})", alias=True, cost=1)
def expand_dims(ct, x, axis=0):
    return squeeze(ct, axis=axis)


def taken_away(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    if axis is not None:
        return axes_of(axis, len(shape))
    if ANY in shape:
        raise KindError("which axes np.squeeze takes away is known only when it runs", remedy="Say which: axis=...")
    return tuple(i for i, dim in enumerate(shape) if dim == ONE)


def _squeezed(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    gone = taken_away(shape, params.get("axis"))
    return Array(dtype_of(kinds[0]), tuple(dim for i, dim in enumerate(shape) if i not in gone))


def _squeeze_code(params: Params, kinds: Kinds) -> str:
    shape, axis = shape_of(kinds[0]), params.get("axis")
    text = "np.squeeze(x)" if axis is None else f"np.squeeze(x, axis={axis})"
    return as_number(text, len(shape) - len(taken_away(shape, axis)))


@linear(np.squeeze, infer=_squeezed, code=_squeeze_code, alias=True, cost=1)
def squeeze(ct, x, axis=None):
    gone = taken_away(shape_of(x.kind), axis)
    return expand_dims(ct, axis=gone[0] if len(gone) == 1 else gone) if gone else ct


# --- the order of axes ------------------------------------------------------------------------------------------------


def _permuted(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    axes = params.get("axes")
    order = range(len(shape))[::-1] if axes is None else axes_of(tuple(axes), len(shape))
    return Array(dtype_of(kinds[0]), tuple(shape[a] for a in order))


def _transpose_code(params: Params, kinds: Kinds) -> str:
    if params.get("axes") is not None:
        return f"np.transpose(x, {tuple(params['axes'])})"
    return "x.T" if isinstance(kinds[0], Array) else "np.asarray(x)[()]"


@linear(np.transpose, infer=_permuted, code=_transpose_code, alias=True, cost=1)
def transpose(ct, x, axes=None):
    if axes is None:
        return transpose(ct)
    order = axes_of(tuple(axes), len(axes))
    return transpose(ct, axes=tuple(order.index(a) for a in range(len(order))))


def _swapped(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = list(shape_of(kinds[0]))
    a, b = axes_of((params["axis1"], params["axis2"]), len(shape))
    shape[a], shape[b] = shape[b], shape[a]
    return Array(dtype_of(kinds[0]), tuple(shape))


@linear(
    np.swapaxes, infer=_swapped, code=lambda p, k: f"np.swapaxes(x, {p['axis1']}, {p['axis2']})", alias=True, cost=1
)
def swapaxes(ct, x, axis1=0, axis2=1):
    return swapaxes(ct, axis1=axis1, axis2=axis2)


def _moved(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    start, end = (axes_of(params[name], len(shape)) for name in ("source", "destination"))
    order = [i for i in range(len(shape)) if i not in start]
    for to, at in sorted(zip(end, start)):
        order.insert(to, at)
    return Array(dtype_of(kinds[0]), tuple(shape[i] for i in order))


@linear(
    np.moveaxis,
    infer=_moved,
    code=lambda p, k: f"np.moveaxis(x, {p['source']}, {p['destination']})",
    alias=True,
    cost=1,
)
def moveaxis(ct, x, source=0, destination=-1):
    return moveaxis(ct, source=destination, destination=source)


# --- the order of elements --------------------------------------------------------------------------------------------


def same_shape(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[0]))


@linear(np.flip, infer=same_shape, alias=True, cost=1)
def flip(ct, x, axis=None):
    return flip(ct, axis=axis)


@linear(np.roll, infer=same_shape)
def roll(ct, x, shift, axis=None):
    return roll(ct, -shift, axis=axis)


@linear(np.triu, infer=same_shape)
def triu(ct, x, k=0):
    return triu(ct, k=k)


@linear(np.tril, infer=same_shape)
def tril(ct, x, k=0):
    return tril(ct, k=k)


# --- more of the same -------------------------------------------------------------------------------------------------


def _broadcast_to(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, wanted = shape_of(kinds[0]), [dim_of(n) for n in params["shape"]]
    have = [ANY] * (len(wanted) - len(x)) + [MANY if dim == MANY else ANY for dim in x]
    return Array(dtype_of(kinds[0]), tuple(both(dims) for dims in zip(wanted, have)))


def _broadcast_code(params: Params, kinds: Kinds) -> str:
    return as_number(f"np.broadcast_to(_0, {shape_text(params['shape'], 1)})", len(params["shape"]))


@linear(np.broadcast_to, infer=_broadcast_to, code=_broadcast_code, alias=True, broadcasts=True)
def broadcast_to(ct, x, *sizes, shape=()):
    return ct  # summed over what was broadcast where every cotangent is


def reps_of(reps: Any) -> tuple[int, ...]:
    return tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)


def _tiled(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, reps = shape_of(kinds[0]), reps_of(params["reps"])
    rank = max(len(x), len(reps))
    x, reps = (ONE,) * (rank - len(x)) + x, (1,) * (rank - len(reps)) + reps
    return Array(dtype_of(kinds[0]), tuple(total((dim, dim_of(n))) for dim, n in zip(x, reps)))


@linear(np.tile, infer=_tiled, code=lambda p, k: f"np.tile(x, {p['reps']!r})")
def tile(ct, x, reps=1):
    return sum_tiles(ct, x, reps=reps_of(reps))


@linear(
    name="sum_tiles", code=lambda p, k: as_number(f"sum_tiles(x, np.shape(like), {p['reps']})", len(shape_of(k[1]))),
    infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[1])),
)  # fmt: skip
def sum_tiles(ct, x, like, reps=()):
    return tile(ct, reps=reps)


def _repeated(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, axis = shape_of(kinds[0]), params.get("axis")
    if shape_of(kinds[1]):
        raise KindError("np.repeat with a number of times for each item", remedy="Index with np.repeat of np.arange.")
    if axis is None:
        return Array(dtype_of(kinds[0]), (MANY if MANY in x else ANY,))
    (at,) = axes_of(axis, len(x))
    more = MANY if x[at] == MANY else ANY
    return Array(dtype_of(kinds[0]), (*x[:at], more, *x[at + 1 :]))


def repeated_evenly(a: Any, repeats: Any, axis: Any = None) -> Any:
    """np.repeat with one number of times for all."""
    return np.repeat(a, repeats, axis)


@linear(
    repeated_evenly, name="np.repeat", infer=_repeated, flavor="numpy",
    code=call_code("np.repeat", ("x", "repeats"), {"axis": None}),
)  # fmt: skip
def repeat(ct, x, repeats, axis=None):
    return sum_repeats(ct, x, repeats, axis=axis)


@linear(
    name="sum_repeats", code=lambda p, k: f"sum_repeats(x, np.shape(like), repeats, {p['axis']})",
    infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[1])),
)  # fmt: skip
def sum_repeats(ct, x, like, repeats, axis=None):
    return repeat(ct, repeats, axis=axis)
