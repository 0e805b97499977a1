"""Operations on whole arrays that numba has not, as loops over elements.

Reductions along axes, reads and sums by arrays of indices, and the sums over what was broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import ANY, BOOL, FLOAT, INT, ONE, Array, Kind
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Value
from s2s_ad.ir.walk import map_inputs
from s2s_ad.ops.linear import axes_of, dtype_of, shape_of
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.numbers import plain_kind

_REDUCTIONS = frozenset(("np.sum", "np.mean", "np.max", "np.min", "np.prod"))
_ACCESSES = {"getitem": 1, "index_add": 2}
Body = Callable[[Builder, tuple[Value, ...], tuple[Value, ...]], Sequence[Atom]]


def array_loops(block: Block) -> Block:
    """The block with such operations as loops."""
    builder = Builder()
    for stmt in block.stmts:
        moved = map_inputs(stmt, lambda a: a, array_loops)
        made = _lowered(builder, moved) if isinstance(moved, Apply) and len(moved.outputs) == 1 else None
        if made is None:
            builder.emit(moved)
        else:
            # under the name that it has
            builder.emit(Apply(OPS["stop_gradient"], (made,), moved.outputs, (), moved.span))  # type: ignore[union-attr]
    return replace(block, stmts=tuple(builder.stmts))


def _lowered(builder: Builder, stmt: Apply) -> Atom | None:
    """What the operation makes, by loops; None if it is left as it is."""
    builder.span = stmt.span
    params = {**stmt.op.defaults, **dict(stmt.params)}
    if stmt.op.name in _REDUCTIONS and isinstance(stmt.inputs[0].kind, Array) and params.get("dtype") is None:
        axes = axes_of(params["axis"], stmt.inputs[0].kind.rank)
        if axes and (params["keepdims"] or len(axes) < stmt.inputs[0].kind.rank):
            return _reduction(builder, stmt, axes, params["keepdims"])
    if stmt.op.name == "np.expand_dims" and isinstance(stmt.out.kind, Array):
        x, rank = stmt.inputs[0], stmt.out.kind.rank
        if not shape_of(x.kind):
            return builder.apply(OPS["np.full"], x, shape=(1,) * rank)
        if isinstance(params["axis"], tuple):
            for axis in sorted(axes_of(params["axis"], rank)):
                x = builder.apply(OPS["np.expand_dims"], x, axis=axis)
            return x
    if stmt.op.name == "unbroadcast" and shape_of(stmt.inputs[0].kind):
        return _unbroadcast(builder, stmt.inputs[0], stmt.inputs[1])
    if stmt.op.name in _ACCESSES:
        places = stmt.inputs[_ACCESSES[stmt.op.name] :]
        entries = params["index"]
        plain = all(isinstance(e, tuple) and e[0] == "in" for e in entries)
        fancy = [p for p in places if shape_of(p.kind)]
        if plain and fancy and all(len(shape_of(p.kind)) == 1 and dtype_of(p.kind) == "int64" for p in fancy):
            return _picked(builder, stmt) if stmt.op.name == "getitem" else _scattered(builder, stmt)
    return None


# --- loops over elements ----------------------------------------------------------------------------------------------


def nest(builder: Builder, sizes: Sequence[Atom], init: Sequence[Atom], body: Body) -> tuple[Value, ...]:
    """Loops over all indices below these sizes, the last one innermost, that carry some values; what they are then."""
    kinds = [plain_kind(a.kind) for a in init]

    def level(outer: Builder, at: int, indices: tuple[Value, ...], carried: Sequence[Atom]) -> Sequence[Atom]:
        if at == len(sizes):
            return body(outer, indices, tuple(carried))  # type: ignore[arg-type]
        inner = Builder(outer.span)
        index, params = Value(INT), tuple(Value(kind) for kind in kinds)
        results = level(inner, at + 1, (*indices, index), params)
        outs = tuple(Value(kind) for kind in kinds)
        trips = Range(ZERO_INT, sizes[at], ONE_INT)
        block = inner.block((index, *params), results)
        outer.emit(For(trips, False, (), tuple(carried), block, outs, span=outer.span))
        return outs

    return tuple(level(builder, 0, (), init))  # type: ignore[arg-type]


def _index(places: Sequence[Atom]) -> tuple[tuple[str, int], ...]:
    return tuple(("in", k) for k in range(len(places)))


def element(builder: Builder, array: Atom, places: Sequence[Atom]) -> Atom:
    return builder.apply(OPS["getitem"], array, *places, index=_index(places))


def _room(builder: Builder, like: Kind, sizes: Sequence[Atom], dtype: str) -> Value:
    """An array of these sizes, of which some are known to be 1."""
    shape = tuple(a.value if isinstance(a, Const) else None for a in sizes)
    params: dict[str, Any] = {"shape": shape}
    if dtype != "float64":
        params["dtype"] = dtype_object(Array(dtype, ()))
    op = OPS["np.empty"]
    out = Value(Array(dtype, shape_of(like)))
    inputs = tuple(a for a in sizes if not isinstance(a, Const))
    builder.emit(Apply(op, inputs, (out,), tuple(params.items()), builder.span))
    return out


def _sizes(builder: Builder, array: Atom) -> list[Atom]:
    return [builder.apply(OPS["shape_item"], array, axis=axis) for axis in range(len(shape_of(array.kind)))]


# --- reductions -------------------------------------------------------------------------------------------------------


def _reduction(builder: Builder, stmt: Apply, axes: tuple[int, ...], keepdims: bool) -> Atom:
    x, out = stmt.inputs[0], stmt.out.kind
    sizes = _sizes(builder, x)
    kept = [axis for axis in range(len(sizes)) if axis not in axes]
    dtype = dtype_of(out)
    if stmt.op.name in ("np.max", "np.min"):
        refuse_nothing(builder, stmt, [sizes[a] for a in axes])
    room = _room(
        builder, out, [ONE_INT if a in axes else sizes[a] for a in range(len(sizes)) if keepdims or a in kept], dtype
    )
    start = start_of(stmt.op.name, dtype)

    def whole(outer: Builder, indices: tuple[Value, ...], carried: tuple[Value, ...]) -> Sequence[Atom]:
        def one(inner: Builder, more: tuple[Value, ...], sums: tuple[Value, ...]) -> Sequence[Atom]:
            places: list[Atom] = [ZERO_INT] * len(sizes)
            for axis, index in (*zip(kept, indices), *zip(axes, more)):
                places[axis] = index
            return [step_of(inner, stmt.op.name, sums[0], element(inner, x, places))]

        (total,) = nest(outer, [sizes[a] for a in axes], [start], one)
        result: Atom = total
        if stmt.op.name == "np.mean":
            for axis in axes:
                result = outer.apply(OPS["div"], result, sizes[axis])
        given = iter(indices)
        where = [next(given) if a in kept else ZERO_INT for a in range(len(sizes)) if keepdims or a in kept]
        return [outer.apply(OPS["index_set"], carried[0], result, *where, index=_index(where))]

    return nest(builder, [sizes[a] for a in kept], [room], whole)[0]


def start_of(name: str, dtype: str) -> Const:
    if name in ("np.max", "np.min"):
        return (
            Const(-math.inf if name == "np.max" else math.inf, FLOAT)
            if dtype == "float64"
            else Const(-(2**63) if name == "np.max" else 2**63 - 1, INT)
        )
    one = 1 if name == "np.prod" else 0
    return Const(float(one), FLOAT) if dtype == "float64" else Const(one, INT)


def step_of(builder: Builder, name: str, total: Atom, item: Atom) -> Atom:
    if name in ("np.sum", "np.mean"):
        return builder.apply(OPS["add"], total, item)
    if name == "np.prod":
        return builder.apply(OPS["mul"], total, item)
    better = builder.apply(OPS["gt" if name == "np.max" else "lt"], item, total)
    missing = builder.apply(OPS["ne"], item, item)  # a NaN is kept
    taken = Value(BOOL)
    builder.emit(If(better, Block((), (), (better,)), Block((), (), (missing,)), (taken,), builder.span))
    out = Value(plain_kind(item.kind))
    builder.emit(If(taken, Block((), (), (item,)), Block((), (), (total,)), (out,), builder.span))
    return out


def refuse_nothing(builder: Builder, stmt: Apply, sizes: Sequence[Atom]) -> None:
    text = "zero-size array to reduction operation which has no identity"
    for size in sizes:
        empty = builder.apply(OPS["eq"], size, ZERO_INT)
        builder.apply_all(OPS["effect"], (empty,), (("code", f'if _0:\n    raise ValueError("{text}")'),))


def _unbroadcast(builder: Builder, x: Atom, like: Atom) -> Atom:
    """x summed over the axes along which `like` was broadcast to the shape of x."""
    if not shape_of(like.kind):
        return builder.apply(OPS["np.sum"], x)
    wanted = shape_of(like.kind)
    lead = len(shape_of(x.kind)) - len(wanted)
    sizes = _sizes(builder, x)
    last: dict[int, Atom] = {}
    for axis, dim in enumerate(wanted):
        if dim == ANY:  # 1, or as long as that of x
            length = builder.apply(OPS["shape_item"], like, axis=axis)
            last[axis] = builder.apply(OPS["sub"], length, ONE_INT)
    room = builder.apply(OPS["np.zeros_like"], like)

    def one(inner: Builder, indices: tuple[Value, ...], carried: tuple[Value, ...]) -> Sequence[Atom]:
        where: list[Atom] = []
        for axis, dim in enumerate(wanted):
            index: Atom = indices[lead + axis]
            if axis in last:
                index = inner.apply(OPS["lesser"], index, last[axis])
            where.append(ZERO_INT if dim == ONE else index)
        item = element(inner, x, indices)
        return [inner.apply(OPS["index_add"], carried[0], item, *where, index=_index(where))]

    return nest(builder, sizes, [room], one)[0]


# --- elements by arrays of indices ------------------------------------------------------------------------------------


def _places(builder: Builder, stmt: Apply, trip: Value) -> list[Atom]:
    """The places that one trip names."""
    found = []
    for entry in dict(stmt.params)["index"]:
        place = stmt.inputs[_ACCESSES[stmt.op.name] + entry[1]]
        found.append(element(builder, place, [trip]) if shape_of(place.kind) else place)
    return found


def _count(builder: Builder, stmt: Apply) -> Atom:
    first = next(p for p in stmt.inputs[_ACCESSES[stmt.op.name] :] if shape_of(p.kind))
    return builder.apply(OPS["shape_item"], first, axis=0)


def _picked(builder: Builder, stmt: Apply) -> Atom:
    x, out = stmt.inputs[0], stmt.out.kind
    count = _count(builder, stmt)
    used = len(dict(stmt.params)["index"])
    rest = [builder.apply(OPS["shape_item"], x, axis=a) for a in range(used, len(shape_of(x.kind)))]
    room = _room(builder, out, [count, *rest], dtype_of(out))

    def one(inner: Builder, indices: tuple[Value, ...], carried: tuple[Value, ...]) -> Sequence[Atom]:
        item = element(inner, x, _places(inner, stmt, indices[0]))
        return [inner.apply(OPS["index_set"], carried[0], item, indices[0], index=_index(indices))]

    return nest(builder, [count], [room], one)[0]


def _scattered(builder: Builder, stmt: Apply) -> Atom:
    array, v = stmt.inputs[0], stmt.inputs[1]

    def one(inner: Builder, indices: tuple[Value, ...], carried: tuple[Value, ...]) -> Sequence[Atom]:
        item = element(inner, v, indices) if shape_of(v.kind) else v
        places = _places(inner, stmt, indices[0])
        return [inner.apply(OPS["index_add"], carried[0], item, *places, index=_index(places))]

    return nest(builder, [_count(builder, stmt)], [array], one)[0]
