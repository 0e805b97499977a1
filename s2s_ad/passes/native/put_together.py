"""Arrays put together from others: one that is made empty, of which each of them is a part.

numba has np.concatenate and np.stack of tuples; as parts, what is put together need not be made first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from s2s_ad.ir.builder import ONE_INT, Builder, const
from s2s_ad.ir.kinds import ONE
from s2s_ad.ir.nodes import Apply, Atom, Block, Value
from s2s_ad.ir.walk import map_inputs
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.linear import axes_of, shape_of
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS

_LINES = {"np.vstack": 0, "np.hstack": 0, "np.column_stack": 1}  # where a vector gets its second axis


def put_together(block: Block) -> Block:
    """The block with such arrays as empty ones and writes to their parts, in inner blocks too."""
    builder = Builder()
    for stmt in block.stmts:
        moved = map_inputs(stmt, lambda a: a, put_together)
        builder.span = getattr(stmt, "span", None)
        if not isinstance(moved, Apply) or not _made(builder, moved):
            builder.emit(moved)
    return replace(block, stmts=tuple(builder.stmts))


def _made(builder: Builder, stmt: Apply) -> bool:
    """Whether it was one of these operations."""
    params = {**stmt.op.defaults, **dict(stmt.params)}
    arrays = bool(stmt.inputs) and all(shape_of(a.kind) for a in stmt.inputs)
    if stmt.op.name == "np.concatenate" and arrays and params["axis"] is not None:
        _one_after_the_other(builder, stmt, axes_of(params["axis"], len(shape_of(stmt.out.kind)))[0])
    elif stmt.op.name == "np.stack" and arrays:
        _side_by_side(builder, stmt, axes_of(params["axis"], len(shape_of(stmt.out.kind)))[0])
    elif stmt.op.name == "array_of" and arrays and len(params["nest"] or (0,)) == 1:
        _side_by_side(builder, stmt, 0)
    elif stmt.op.name in _LINES and arrays:
        _lines(builder, stmt, _LINES[stmt.op.name])
    elif stmt.op.name == "part":
        entry, places = _between(*_bounds(builder, stmt.inputs[1:], params["axis"], params["i"]))
        index = (WHOLE,) * params["axis"] + entry
        builder.emit(Apply(OPS["getitem"], (stmt.inputs[0], *places), stmt.outputs, (("index", index),), stmt.span))
    else:
        return False
    return True


def _lines(builder: Builder, stmt: Apply, axis: int) -> None:
    """np.vstack and the like: vectors are rows (axis 0) or columns of a matrix, others follow one another."""
    ranks = [len(shape_of(a.kind)) for a in stmt.inputs]
    rank = len(shape_of(stmt.out.kind))
    if set(ranks) == {1} and rank == 2:
        return _side_by_side(builder, stmt, axis)
    lifted = [
        builder.apply(OPS["np.expand_dims"], a, axis=axis) if own < rank else a for a, own in zip(stmt.inputs, ranks)
    ]
    along = axis if stmt.op.name != "np.hstack" or rank == 1 else 1
    _one_after_the_other(builder, replace(stmt, inputs=tuple(lifted)), along)


def _length(builder: Builder, array: Atom, axis: int) -> Atom:
    return ONE_INT if shape_of(array.kind)[axis] == ONE else builder.apply(OPS["shape_item"], array, axis=axis)


def _bounds(builder: Builder, arrays: Sequence[Atom], axis: int, i: int) -> tuple[Atom | None, Atom | None]:
    """Where the i-th of them begins in the whole, and where it ends; None at the ends of the whole."""
    start: Atom | None = None
    for array in arrays[:i]:
        length = _length(builder, array, axis)
        start = length if start is None else builder.apply(OPS["add"], start, length)
    if i + 1 == len(arrays):
        return start, None
    length = _length(builder, arrays[i], axis)
    return start, length if start is None else builder.apply(OPS["add"], start, length)


def _between(start: Atom | None, stop: Atom | None) -> tuple[tuple[Any, ...], list[Atom]]:
    """The slice as an entry of an index, and what it reads."""
    places = [a for a in (start, stop) if a is not None]
    ends = [None if a is None else ("in", places.index(a)) for a in (start, stop)]
    return (("slice", *ends, None),), places


def _room(builder: Builder, stmt: Apply, sizes: Sequence[Atom]) -> Value:
    dtype = dtype_object(stmt.out.kind)
    params: tuple[tuple[str, Any], ...] = (("shape", (None,) * len(sizes)),)
    out = Value(stmt.out.kind)
    builder.emit(
        Apply(OPS["np.empty"], tuple(sizes), (out,), params + ((("dtype", dtype),) if dtype else ()), stmt.span)
    )
    return out


def _others(builder: Builder, arrays: Sequence[Atom], without: int | None) -> list[Atom]:
    """The lengths that all must have, looked at; not along the axis in which they may differ."""
    sizes: list[Atom] = []
    for axis in range(len(shape_of(arrays[0].kind))):
        size = _length(builder, arrays[0], axis)
        for array in arrays[1:] if axis != without else ():
            size = builder.apply(OPS["same_length"], size, _length(builder, array, axis))
        sizes.append(size)
    return sizes


def _one_after_the_other(builder: Builder, stmt: Apply, axis: int) -> None:
    sizes = _others(builder, stmt.inputs, axis)
    ends = [sizes[axis]]
    for array in stmt.inputs[1:]:
        ends.append(builder.apply(OPS["add"], ends[-1], _length(builder, array, axis)))
    sizes[axis] = ends[-1]
    whole = _room(builder, stmt, sizes)
    for array, start, stop in zip(stmt.inputs, (None, *ends), (*ends[:-1], None)):
        entry, places = _between(start, stop)
        out = replace(whole) if stop is not None else stmt.out
        _write(builder, whole, array, places, (WHOLE,) * axis + entry, out)
        whole = out


def _side_by_side(builder: Builder, stmt: Apply, axis: int) -> None:
    sizes = _others(builder, stmt.inputs, None)
    sizes.insert(axis, const(len(stmt.inputs)))
    whole = _room(builder, stmt, sizes)
    for i, array in enumerate(stmt.inputs):
        out = stmt.out if i + 1 == len(stmt.inputs) else replace(whole)
        _write(builder, whole, array, (), (WHOLE,) * axis + (i,), out)
        whole = out


def _write(
    builder: Builder, whole: Value, array: Atom, places: Sequence[Atom], index: tuple[Any, ...], out: Value
) -> None:
    builder.emit(Apply(OPS["index_set"], (whole, array, *places), (out,), (("index", index),), builder.span))
