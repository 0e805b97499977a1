"""Reads and writes of elements that can be had for less: what has just been written, sums onto zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import ANY
from s2s_ad.ir.nodes import Apply, Atom, Const
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.indexing import WHOLE, may_repeat
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.axes import Maker, turned_back


def known_elements(stmt: Apply, maker: Maker, fills: Callable[[Apply], bool]) -> Atom | None:
    """What reading or writing these elements is sure to give: the array itself, or what was written there.

    `fills`: whether what is written surely has the shape of what it is written to.
    """
    x, out = stmt.inputs, stmt.out
    if (plain := turned_back(stmt, maker)) is not None:
        return plain
    if stmt.op.name == "getitem":
        if _whole(stmt):
            return x[0]
        written = maker(x[0], "index_set")
        if written is not None and written.inputs[1].kind == out.kind and same_elements(stmt, written):
            return written.inputs[1] if ANY not in shape_of(out.kind) and not _repeats(written) else None
    elif stmt.op.name == "index_set" and _whole(stmt) and x[1].kind == out.kind and fills(stmt):
        return x[1]
    return None


def written_at_once(stmt: Apply, maker: Maker, builder: Builder) -> Apply | None:
    """A sum onto elements that are zero as a plain write, and the write of zero before it left out."""
    x = stmt.inputs
    if stmt.op.name == "index_set" and _whole(stmt) and is_zero(x[1]):
        return Apply(OPS["zeros_like"], x[:1], stmt.outputs, (), stmt.span)
    if stmt.op.name != "index_add" or _repeats(stmt) and not _counts(stmt, maker):
        return None
    if maker(x[0], "zeros_like") is not None:
        return replace(stmt, op=OPS["index_set"])
    zeroed = _zeroed(x[0], stmt, maker)
    if zeroed is not None:
        return replace(stmt, op=OPS["index_set"], inputs=(zeroed, *x[1:]))
    between = maker(x[0], "index_add")
    if between is None or _repeats(between):
        return None
    zeroed = _zeroed(between.inputs[0], stmt, maker)
    if zeroed is None:
        return None
    # a sum of two may be taken in the other order
    first = builder.apply_all(OPS["index_set"], (zeroed, *x[1:]), stmt.params)[0]
    return replace(between, inputs=(first, *between.inputs[1:]), outputs=stmt.outputs)


def _zeroed(atom: Atom, stmt: Apply, maker: Maker) -> Atom | None:
    """The array before the elements that `stmt` is about were set to zero."""
    zeroing = maker(atom, "index_set")
    if zeroing is not None and is_zero(zeroing.inputs[1]) and same_elements(stmt, zeroing):
        return zeroing.inputs[0]
    return None


def same_elements(one: Apply, other: Apply) -> bool:
    """Whether two reads or writes are of the same elements."""
    return _at(one)[0] == _at(other)[0] and all(_same(a, b) for a, b in zip(_at(one)[1], _at(other)[1]))


def _at(stmt: Apply) -> tuple[tuple[object, ...], tuple[Atom, ...]]:
    return dict(stmt.params)["index"], stmt.inputs[1 if stmt.op.name == "getitem" else 2 :]


def _same(a: Atom, b: Atom) -> bool:
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and bool(a.value == b.value)
    return a is b


def _whole(stmt: Apply) -> bool:
    """Whether the index leaves nothing out and adds no axis."""
    index = _at(stmt)[0]
    return len(index) <= len(shape_of(stmt.inputs[0].kind)) + 1 and all(e == WHOLE or e is Ellipsis for e in index)


def _repeats(stmt: Apply) -> bool:
    index, at = _at(stmt)
    return may_repeat(index, tuple(a.kind for a in at))


def _counts(stmt: Apply, maker: Maker) -> bool:
    """Whether of two index arrays one counts along the other: a[np.arange(len(at)), at] names nothing twice."""
    index, at = _at(stmt)
    if index != (("in", 0), ("in", 1)) or any(len(shape_of(a.kind)) != 1 for a in at):
        return False
    for a in at:
        counted = maker(a, "np.arange")
        length = maker(counted.inputs[0], "array_len") if counted is not None and len(counted.inputs) == 1 else None
        if length is not None and not counted.params and any(length.inputs[0] is b for b in at):  # type: ignore[union-attr]
            return True
    return False


def is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value == 0
