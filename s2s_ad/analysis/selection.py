"""What goes through a selection later on: `where`, `maximum`, `max` and the like.

A cotangent that a selection made zero must stay zero, also where it meets an infinite slope on its way back:
where(x > 0, sqrt(x), 0) has derivative 0 at 0.
"""

from __future__ import annotations

from s2s_ad.ir.kinds import Array, Kind, List
from s2s_ad.ir.nodes import Apply, Atom, Block, For, If, Section, Value, While
from s2s_ad.ir.walk import inputs_of, outputs_of
from s2s_ad.ops.indexing import has_mask


def selected(block: Block) -> frozenset[Value]:
    """The arrays of a block, and of the blocks in it, of which a later operation drops some elements."""
    found: set[Value] = set()
    _block(block, found)
    return frozenset(found)


def _block(block: Block, found: set[Value]) -> None:
    for stmt in reversed(block.stmts):
        if isinstance(stmt, Section):
            continue
        if isinstance(stmt, Apply):
            if stmt.op.selects or any(out in found for out in stmt.outputs):
                _mark(inputs_of(stmt), found)
            elif stmt.op.name == "index_set" and has_mask(dict(stmt.params)["index"], _kinds(stmt.inputs[2:])):
                _mark(stmt.inputs[:1], found)
        elif isinstance(stmt, If):
            for inner in (stmt.then, stmt.orelse):
                _mark([r for r, out in zip(inner.results, stmt.outputs) if out in found], found)
                _block(inner, found)
        elif isinstance(stmt, (For, While)):
            _loop(stmt, found)
        elif any(out in found for out in outputs_of(stmt)):
            _mark(inputs_of(stmt), found)


def _kinds(atoms: tuple[Atom, ...]) -> tuple[Kind, ...]:
    return tuple(a.kind for a in atoms)


def _loop(loop: For | While, found: set[Value]) -> None:
    carried = loop.body.params[len(loop.body.params) - len(loop.init) :]
    _mark([r for r, out in zip(loop.body.results, loop.outputs) if out in found], found)
    while True:  # what one trip hands to the next
        before = len(found)
        _block(loop.body, found)
        _mark([r for r, param in zip(loop.body.results, carried) if param in found], found)
        if len(found) == before:
            break
    _mark([init for init, param in zip(loop.init, carried) if param in found], found)
    if isinstance(loop, For):
        items = loop.body.params[loop.trips is not None :]
        _mark([walk.source for walk, item in zip(loop.xs, items) if item in found], found)


def _mark(atoms: list[Atom] | tuple[Atom, ...], found: set[Value]) -> None:
    found.update(a for a in atoms if isinstance(a, Value) and isinstance(a.kind, (Array, List)))
