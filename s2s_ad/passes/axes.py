"""Axes that are put in, taken out or turned round for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Apply, Atom, Const
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.ops.linear import axes_of
from s2s_ad.ops.registry import OPS

Maker = Callable[[Atom, str], "Apply | None"]  # what made an atom, if it is the operation of this name
_TURNS = ("np.transpose", "np.swapaxes")
_AXES = (*_TURNS, "np.squeeze", "np.expand_dims")


def turned_back(stmt: Apply, maker: Maker) -> Atom | None:
    """The array whose axes are turned round twice."""
    if stmt.op.name not in _TURNS:
        return None
    inner = maker(stmt.inputs[0], stmt.op.name)
    order = _order(stmt)
    if inner is None or tuple(_order(inner)[k] for k in order) != tuple(range(len(order))):
        return None
    return inner.inputs[0] if inner.inputs[0].kind == stmt.out.kind else None


def _order(turn: Apply) -> tuple[int, ...]:
    """For each axis of the result the axis that it was."""
    rank, params = len(shape_of(turn.out.kind)), {**turn.op.defaults, **dict(turn.params)}
    if turn.op.name == "np.transpose":
        axes = params.get("axes")
        return tuple(range(rank))[::-1] if axes is None else axes_of(tuple(axes), rank)
    order = list(range(rank))
    a, b = axes_of((params["axis1"], params["axis2"]), rank)
    order[a], order[b] = b, a
    return tuple(order)


def with_plain_axes(stmt: Apply, maker: Maker, uses: Counter[Atom], builder: Builder) -> Apply | None:
    """The same with fewer operations on axes; None where there are none to be saved."""
    if stmt.op.name in _AXES and (outer := _factor_out(stmt, maker, uses, builder)) is not None:
        return outer
    if stmt.op.name == "np.squeeze":
        return _sum_without(stmt, maker, uses)
    if stmt.op.name in _TURNS:
        return _turned_product(stmt, maker, uses, builder)
    if is_elementwise(stmt.op) and len(stmt.inputs) == 2:
        return _outer(stmt, maker) or _broadcast_anyway(stmt, maker)
    return None


def _factor_out(stmt: Apply, maker: Maker, uses: Counter[Atom], builder: Builder) -> Apply | None:
    """A sign, or a constant factor, after the axes have been changed: there it meets others."""
    x = stmt.inputs[0]
    made = maker(x, "neg") or maker(x, "mul")
    if made is None or uses[made.out] != 1:
        return None
    plain = [a for a in made.inputs if not isinstance(a, Const)]
    if len(plain) != 1 or plain[0].kind != made.out.kind:
        return None
    changed = builder.apply_all(stmt.op, plain, stmt.params)[0]
    return replace(stmt, op=made.op, inputs=tuple(changed if a is plain[0] else a for a in made.inputs), params=())


def _sum_without(stmt: Apply, maker: Maker, uses: Counter[Atom]) -> Apply | None:
    """np.sum(x, axis=0) for what takes out the axis that keepdims=True has kept."""
    kept = maker(stmt.inputs[0], "np.sum")
    if kept is None or uses[kept.out] != 1 or not dict(kept.params).get("keepdims", False):
        return None
    rank, axis = len(shape_of(kept.out.kind)), dict(kept.params).get("axis")
    if axis is None or sorted(axes_of(axis, rank)) != sorted(axes_of(dict(stmt.params).get("axis"), rank)):
        return None
    params = tuple((name, value) for name, value in kept.params if name != "keepdims")
    return replace(stmt, op=kept.op, inputs=kept.inputs, params=params)


def _turned_product(stmt: Apply, maker: Maker, uses: Counter[Atom], builder: Builder) -> Apply | None:
    """y.T @ x for (x.T @ y).T"""
    product = maker(stmt.inputs[0], "matmul")
    rank = len(shape_of(stmt.out.kind))
    if product is None or uses[product.out] != 1 or any(len(shape_of(a.kind)) != rank for a in product.inputs):
        return None
    if _order(stmt) != (*range(rank - 2), rank - 1, rank - 2):
        return None
    turns = [next((t for name in _TURNS if (t := maker(a, name)) is not None), None) for a in product.inputs]
    plain = [t is not None and _order(t) == _order(stmt) for t in turns]
    if not any(plain):
        return None
    x, y = (
        turn.inputs[0] if turn is not None and is_plain else builder.apply_all(stmt.op, (a,), stmt.params)[0]
        for turn, is_plain, a in zip(turns, plain, product.inputs)
    )
    return replace(stmt, op=OPS["matmul"], inputs=(y, x), params=())


def _outer(stmt: Apply, maker: Maker) -> Apply | None:
    """np.outer(x, y) for np.expand_dims(x, -1) * y"""
    column = maker(stmt.inputs[0], "np.expand_dims")
    y = stmt.inputs[1]
    if (
        stmt.op.name != "mul"
        or column is None
        or len(shape_of(y.kind)) != 1
        or dict(column.params)["axis"] not in (-1, 1)
    ):
        return None
    inputs = (column.inputs[0], y)
    same = OPS["np.outer"].kinds(tuple(a.kind for a in inputs)) == (stmt.out.kind,)
    return replace(stmt, op=OPS["np.outer"], inputs=inputs) if same else None


def _broadcast_anyway(stmt: Apply, maker: Maker) -> Apply | None:
    """x * y for np.expand_dims(x, 0) * y, where y has the axis."""
    for i, atom in enumerate(stmt.inputs):
        put_in = maker(atom, "np.expand_dims")
        if put_in is None:
            continue
        rank = len(shape_of(atom.kind))
        axis = dict(put_in.params)["axis"]
        added = sorted(axes_of(axis, rank))
        if added != list(range(len(added))) or len(shape_of(stmt.inputs[1 - i].kind)) < rank:
            continue
        inputs = (*stmt.inputs[:i], put_in.inputs[0], *stmt.inputs[i + 1 :])
        if stmt.op.kinds(tuple(a.kind for a in inputs), stmt.params) == (stmt.out.kind,):
            return replace(stmt, inputs=inputs)
    return None
