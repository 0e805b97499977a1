"""Elements that each trip of a loop adds to where they are zero, and sets to zero again at its end.

Where a trip finds zeros it writes instead of adding, and the zeros are written once, after the loop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.analysis.activity import split_params
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Apply, Block, Const, For, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, clone, defined_in, free_values, inputs_of, substitute
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import accesses
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.loops import LoopPass

_ZEROS = frozenset(("np.zeros", "np.zeros_like", "zeros_like"))


def written_once(block: Block) -> Block:
    """The block with such zeros written once."""
    return _Zeros(Affine(block)).block(block)


@dataclass(frozen=True)
class Sweep:
    """A loop that does one thing to each element of a part of a row: from `start` to `stop`, as sums."""

    loop: For
    slot: int
    stmt: Apply
    start: Sum
    stop: Sum
    offset: int  # from the index of the loop
    row: tuple[Any, ...]

    def same_part(self, other: Sweep) -> bool:
        ends = [self.start.plus(other.start, -1), self.stop.plus(other.stop, -1)]
        return self.row == other.row and not any(e.terms or e.constant for e in ends)


def sweep_of(stmt: Stmt, slot: int, affine: Affine) -> Sweep | None:
    """What a loop does with the array of this slot, if it is one write or sum at each element of a part of a row.

    It may read the element before it is written.
    """
    if not isinstance(stmt, For) or stmt.trips is None or stmt.reverse or stmt.stops or stmt.xs:
        return None
    if not isinstance(stmt.trips.step, Const) or stmt.trips.step.value != 1:
        return None
    found = accesses(stmt, slot)
    if found is None or not found.found:
        return None
    *reads, (last, place) = found.found
    index, inside = stmt.body.params[0], defined_in(stmt.body)
    keys = [tuple(map(affine.key, p)) for _, p in found.found]
    offset = affine.sum(place[-1])
    if dict(offset.terms) != {index: 1} or not inside.isdisjoint(place[:-1]) or len(set(keys)) != 1:
        return None
    if last.op.name == "getitem" or any(s.op.name != "getitem" for s, _ in reads):
        return None
    ends = [affine.sum(a).plus(offset).plus(affine.sum(index), -1) for a in (stmt.trips.start, stmt.trips.stop)]
    if not affine.not_negative(ends[0]):
        return None  # counted from the end, two trips may name one element
    return Sweep(stmt, slot, last, ends[0], ends[1], offset.constant, keys[0][:-1])


def clears(sweep: Sweep) -> bool:
    """Whether it leaves zeros."""
    value = sweep.stmt.inputs[1]
    return sweep.stmt.op.name == "index_set" and isinstance(value, Const) and value.value == 0.0


class _Zeros(LoopPass):
    def __init__(self, affine: Affine) -> None:
        self.affine = affine

    def loop(self, builder: Builder, loop: For) -> None:
        later: list[tuple[Value, Value, For]] = []
        for slot in range(len(loop.init)):
            found = self.sweeps(loop, slot)
            if found is None:
                continue
            first, last = found
            made, outputs = loop.outputs[slot], list(loop.outputs)
            outputs[slot] = replace(made)
            loop = replace(_written(loop, slot, first, last), outputs=tuple(outputs))
            later.append((made, outputs[slot], last.loop))
        builder.emit(loop)
        for made, before, clearing in later:
            body = clone(clearing.body, {})
            builder.emit(replace(clearing, init=(before,), body=body, outputs=(made,)))

    def sweeps(self, loop: For, slot: int) -> tuple[Sweep, Sweep] | None:
        """The first and the last thing that a trip does with the array, if they are such a sum and such a clearing."""
        init, inside = loop.init[slot], defined_in(loop.body)
        zeros = self.affine.made.get(init) if isinstance(init, Value) else None
        if not isinstance(zeros, Apply) or zeros.op.name not in _ZEROS:
            return None
        at = split_params(loop)[1][slot]
        users = _users(at, loop.body)
        if not users or not isinstance(users[0], For) or users[0].init.count(at) != 1:
            return None
        first = sweep_of(users[0], users[0].init.index(at), self.affine)
        if first is None or first.stmt.op.name != "index_add" or len(users) > 1 or at in loop.body.results:
            return None
        own = split_params(first.loop)[1][first.slot]
        if len(_users(own, first.loop.body)) > 1:
            return None
        at = first.loop.outputs[first.slot]
        users = _users(at, loop.body)
        end = users[-1] if users else first.loop
        if not isinstance(end, For) or end.init != (at,) or not all(_only_reads(s, at) for s in users[:-1]):
            return None
        last = sweep_of(end, 0, self.affine)
        if last is None or not clears(last) or not first.same_part(last) or len(end.body.stmts) != 1:
            return None
        if loop.body.results[slot] is not end.outputs[0] or list(loop.body.results).count(end.outputs[0]) != 1:
            return None
        outside = end.trips is not None and inside.isdisjoint(
            (end.trips.start, end.trips.stop, *last.stmt.inputs[2:-1])
        )
        return (
            (first, last) if outside and not _users(end.outputs[0], loop.body) and at not in loop.body.results else None
        )


def _written(loop: For, slot: int, first: Sweep, last: Sweep) -> For:
    """The loop whose trips write where they added, and leave what they have written."""
    written = replace(first.stmt, op=OPS["index_set"])
    inner = replace(first.loop.body, stmts=tuple(written if s is first.stmt else s for s in first.loop.body.stmts))
    stmts = [replace(first.loop, body=inner) if s is first.loop else s for s in loop.body.stmts if s is not last.loop]
    body = replace(loop.body, stmts=tuple(stmts))
    return replace(loop, body=substitute(body, {last.loop.outputs[0]: first.loop.outputs[first.slot]}))


def _users(value: Value, block: Block) -> list[Stmt]:
    """The statements that read it, themselves or in their blocks."""
    return [s for s in block.stmts if value in inputs_of(s) or any(value in free_values(b) for b in blocks_of(s))]


def _only_reads(stmt: Stmt, value: Value) -> bool:
    """Whether no other version of the array comes of it."""
    if isinstance(stmt, (For, While)) and value in stmt.init:
        return False
    if isinstance(stmt, Apply) and (stmt.op.store or stmt.op.alias) and stmt.inputs[:1] == (value,):
        return stmt.op.name == "getitem"
    return all(_only_reads(s, value) for inner in blocks_of(stmt) for s in inner.stmts)
