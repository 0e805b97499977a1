"""Operations on whole arrays. Most are linear and state their transpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import ANY, ONE, Array, Dim, Kind, broadcast, result_dtype
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant
from s2s_ad.ops.trace import apply


def shape_of(kind: Kind) -> tuple[Dim, ...]:
    return kind.shape if isinstance(kind, Array) else ()


def dtype_of(kind: Kind) -> str:
    return kind.dtype if isinstance(kind, Array) else {"float": "float64", "int": "int64"}.get(str(kind), str(kind))


def like_second(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """The shape of the second input, the dtype of the first."""
    shape = shape_of(kinds[1])
    return Array(dtype_of(kinds[0]), shape) if shape or isinstance(kinds[0], Array) else kinds[0]


@linear(name="broadcast_like", code="np.broadcast_to(x, np.shape(like))", infer=like_second, alias=True)
def broadcast_like(ct, x, like):  # type: ignore[no-untyped-def]
    return ct  # summed over what was broadcast where every cotangent is


@linear(name="unbroadcast", code="unbroadcast(x, np.shape(like))", infer=like_second)
def unbroadcast(ct, x, like):  # type: ignore[no-untyped-def]
    return broadcast_like(ct, x)


@linear(
    name="astype", code=lambda params, kinds: f"x.astype(np.{params['dtype']})",
    infer=lambda kinds, params, op: Array(params["dtype"], shape_of(kinds[0])),
)  # fmt: skip
def astype(ct, x, dtype=None):  # type: ignore[no-untyped-def]
    return ct  # narrowed where every cotangent is


def _zeros_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return kinds[0]


@piecewise_constant(name="zeros_like", code="np.zeros_like(x)", infer=_zeros_kind, cost=20)
def zeros_like(x):  # type: ignore[no-untyped-def]
    ...


def _reduced(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    x = kinds[0]
    if not isinstance(x, Array):
        return Array(dtype_of(x), ())
    axis, keepdims = params.get("axis"), params.get("keepdims", False)
    gone = range(x.rank) if axis is None else [a % x.rank for a in (axis if isinstance(axis, tuple) else (axis,))]
    if keepdims:
        shape = tuple(ONE if i in gone else dim for i, dim in enumerate(x.shape))
    else:
        shape = tuple(dim for i, dim in enumerate(x.shape) if i not in gone)
    dtype = "int64" if np.dtype(x.dtype).kind in "bi" else x.dtype
    return Array(dtype, shape)


def restore_axes(ct: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The cotangent of a reduction, with the reduced axes back at length one, ready to broadcast."""
    if axis is None or keepdims or not x.rank:
        return ct
    return apply("np.expand_dims", ct, axis=axis)


@linear(np.sum, infer=_reduced)
def sum(ct, x, axis=None, keepdims=False):  # type: ignore[no-untyped-def]
    return broadcast_like(restore_axes(ct, x, axis, keepdims), x)


def _expanded(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    shape = list(shape_of(kinds[0]))
    axes = params["axis"] if isinstance(params["axis"], tuple) else (params["axis"],)
    for axis in sorted(a % (len(shape) + len(axes)) for a in axes):
        shape.insert(axis, ONE)
    return Array(dtype_of(kinds[0]), tuple(shape))


@linear(np.expand_dims, infer=_expanded, alias=True, cost=5)
def expand_dims(ct, x, axis=0):  # type: ignore[no-untyped-def]
    return apply("np.squeeze", ct, axis=axis)


def _squeezed(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    shape, axis = shape_of(kinds[0]), params["axis"]
    axes = range(len(shape)) if axis is None else [a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))]
    gone = [i for i in axes if shape[i] == ONE or axis is not None]
    return Array(dtype_of(kinds[0]), tuple(dim for i, dim in enumerate(shape) if i not in gone))


@linear(np.squeeze, infer=_squeezed, alias=True, cost=5)
def squeeze(ct, x, axis=None):  # type: ignore[no-untyped-def]
    return apply("np.expand_dims", ct, axis=axis)


where = declare(
    (np.where,), lambda c, x, y: None, joint=True, cost=20,
    infer=lambda kinds, params, op: Array(result_dtype(kinds[1:]), broadcast(*kinds)),
    transposes={
        1: lambda ct, c, x, y: where(c, ct, 0.0),
        2: lambda ct, c, x, y: where(c, 0.0, ct),
    },
)  # fmt: skip


# --- reading and writing elements -------------------------------------------------------------------------------------
# `index` is one entry an axis: an int, None (newaxis), Ellipsis, ("in", k) for the k-th index input, or a tuple
# ("slice", start, stop, step) of such entries or None.


def index_text(index: tuple[Any, ...], names: tuple[str, ...]) -> str:
    def entry(e: Any) -> str:
        if e is Ellipsis:
            return "..."
        if isinstance(e, tuple) and e[0] == "in":
            return names[e[1]]
        if isinstance(e, tuple):
            start, stop, step = ("" if part is None else entry(part) for part in e[1:])
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return repr(e)

    return ", ".join(map(entry, index))


def _indexed(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    x, at = kinds[0], kinds[1:]
    assert isinstance(x, Array)
    index = params["index"]
    fancy = [at[e[1]] for e in index if isinstance(e, tuple) and e[0] == "in" and shape_of(at[e[1]])]
    used = 0
    for e in index:
        if e is None or e is Ellipsis:
            continue
        mask = isinstance(e, tuple) and e[0] == "in" and dtype_of(at[e[1]]) == "bool"
        used += len(shape_of(at[e[1]])) if mask else 1
    full = list(index) if any(e is Ellipsis for e in index) else [*index, Ellipsis]
    shape: list[Dim] = []
    axis = 0
    place: int | None = None
    split = False
    for position, e in enumerate(full):
        if e is None:
            shape.append(ONE)
        elif e is Ellipsis:
            rest = x.rank - used
            shape.extend(x.shape[axis : axis + rest])
            axis += rest
        elif isinstance(e, tuple) and e[0] == "slice":
            whole = e[1:] in ((None, None, None), (None, None, -1))
            shape.append(x.shape[axis] if whole else ANY)
            axis += 1
        else:
            is_array = isinstance(e, tuple) and shape_of(at[e[1]])
            mask = isinstance(e, tuple) and dtype_of(at[e[1]]) == "bool"
            axis += len(shape_of(at[e[1]])) if mask else 1
            if is_array or fancy:
                if place is not None and full[position - 1] in (None, Ellipsis):
                    split = True
                elif place is not None and isinstance(full[position - 1], tuple) and full[position - 1][0] == "slice":
                    split = True
                place = len(shape) if place is None else place
    if fancy:
        masks = [k for k in fancy if dtype_of(k) == "bool"]
        common = (ANY,) if masks else broadcast(*fancy)
        at_axis = 0 if split else place or 0
        shape[at_axis:at_axis] = common
    return Array(x.dtype, tuple(shape))


def _names(kinds: tuple[Kind, ...], first: int) -> tuple[str, ...]:
    return tuple(f"_{k}" for k in range(first, len(kinds)))


getitem = declare(
    (), lambda x, *at, index=(): None, name="getitem", infer=_indexed, cost=1, alias=True,
    code=lambda params, kinds: f"_0[{index_text(params['index'], _names(kinds, 1))}]",
    transposes={0: lambda ct, x, *at, index: index_add(zeros_like(x), ct, *at, index=index)},
)  # fmt: skip


def _index_add_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    names, index = _names(kinds, 2), params["index"]
    repeats = any(isinstance(e, tuple) and e[0] == "in" and shape_of(kinds[2 + e[1]]) for e in index)
    repeats = repeats and not all(
        dtype_of(kinds[2 + e[1]]) == "bool" for e in index if isinstance(e, tuple) and e[0] == "in"
    )
    where = index_text(index, names)
    if repeats:  # an index may occur twice: += would add it once
        return f"np.add.at(_0, {where if len(index) == 1 else f'({where})'}, _1)"
    return f"_0[{where}] += _1"


index_add = declare(
    (), lambda x, v, *at, index=(): None, name="index_add", infer=lambda kinds, params, op: kinds[0], cost=1, store=True,
    joint=True, code=_index_add_code,
    transposes={
        0: lambda ct, x, v, *at, index: ct,
        1: lambda ct, x, v, *at, index: getitem(ct, *at, index=index),
    },
)  # fmt: skip
