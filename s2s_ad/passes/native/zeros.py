"""Zeros that need not be written.

Elements that each trip of a loop adds to where they are zero, and sets to zero again at its end: a trip that finds
zeros writes instead of adding, and the zeros are written once, after the loop. The same for an array of zeros to whose
every element a loop adds before anybody looks at it. And what a loop writes where it has read, if nobody reads it then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Apply, Block, Const, For, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, clone, defined_in, free_values, inputs_of, split_params, substitute
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import Row, accesses, without
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.loops import LoopPass

_EMPTY = {"np.zeros": "np.empty", "np.zeros_like": "np.empty_like", "zeros_like": "np.empty_like"}
_ZEROS = frozenset(_EMPTY)


def written_once(block: Block) -> Block:
    """The block with such zeros written once."""
    return _Zeros(block).block(block)


@dataclass(frozen=True)
class Sweep:
    """A loop that does one thing to each element of a part of a row: from `start` to `stop`, as sums."""

    loop: For
    slot: int
    stmt: Apply
    start: Sum
    stop: Sum
    offset: int  # from the index of the loop
    row: Row

    def same_part(self, other: Sweep) -> bool:
        ends = [self.start.plus(other.start, -1), self.stop.plus(other.stop, -1)]
        return self.row == other.row and not any(e.terms or e.constant for e in ends)


def sweep_of(stmt: Stmt, slot: int, affine: Affine) -> Sweep | None:
    """What a loop does with the array of this slot, if it is one write or sum at each element of a part of a row.

    It may read the element before it is written.
    """
    if not isinstance(stmt, For) or stmt.trips is None or stmt.stops or stmt.xs and not stmt.even:
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
    def __init__(self, body: Block) -> None:
        super().__init__()
        self.affine = Affine(body)
        self.read = {a for s in all_stmts(body) for a in inputs_of(s)} | set(body.results)
        self.read |= {r for s in all_stmts(body) for inner in blocks_of(s) for r in inner.results}

    def block(self, block: Block) -> Block:
        return super().block(self.filled(block))

    # --- arrays that are made -----------------------------------------------------------------------------------------

    def filled(self, block: Block) -> Block:
        """The block in which a loop that adds to zeros writes; if to all of their elements, the array is made empty."""
        for made in block.stmts:
            if not isinstance(made, Apply) or made.op.name not in _EMPTY:
                continue
            first = _only_user(made.out, block)
            if first is None:
                continue
            sweep = sweep_of(first, first.init.index(made.out), self.affine)
            if sweep is None or not _alone(sweep):
                continue
            empty = replace(made, op=OPS[_EMPTY[made.op.name]]) if self.covers(sweep, made.out) else made
            written = _writing(sweep)
            block = replace(
                block, stmts=tuple(empty if s is made else written if s is first else s for s in block.stmts)
            )
        return block

    def covers(self, sweep: Sweep, array: Value) -> bool:
        """Whether it goes over all elements of an array with one axis."""
        rest = sweep.stop.plus(self.affine.length(array, 0), -1)
        return not sweep.row and not (sweep.start.terms or sweep.start.constant or rest.terms or rest.constant)

    # --- what nobody reads --------------------------------------------------------------------------------------------

    def not_written(self, loop: For) -> For:
        """The loop without writes to elements that it has read, into arrays that nobody reads after it."""
        for slot in range(len(loop.init)):
            sweep = sweep_of(loop, slot, self.affine) if loop.outputs[slot] not in self.read else None
            if sweep is None or sweep.stmt.op.name != "index_set" or _alone(sweep):
                continue
            loop = replace(loop, body=without(loop.body, (sweep.stmt,)))
        return loop

    # --- zeros at the end of a trip -----------------------------------------------------------------------------------

    def loop(self, builder: Builder, loop: For) -> None:
        loop = self.not_written(loop)
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
        user = _only_user(at, loop.body)
        first = sweep_of(user, user.init.index(at), self.affine) if user is not None else None
        if first is None or first.stmt.op.name != "index_add":
            return None
        if not _alone(first):
            return None
        at = first.loop.outputs[first.slot]
        users = _users(at, loop.body)
        end = users[-1] if users else first.loop
        if not isinstance(end, For) or end.init != (at,) or not all(_only_reads(s, at) for s in users[:-1]):
            return None
        last = sweep_of(end, 0, self.affine)
        if last is None or not clears(last) or not first.same_part(last) or len(end.body.stmts) != 1 or end.xs:
            return None
        if loop.body.results[slot] is not end.outputs[0] or list(loop.body.results).count(end.outputs[0]) != 1:
            return None
        bounds = (end.trips.start, end.trips.stop) if end.trips is not None else ()
        if not inside.isdisjoint((*bounds, *last.stmt.inputs[2:-1])) or _users(end.outputs[0], loop.body):
            return None
        return None if at in loop.body.results else (first, last)


def _written(loop: For, slot: int, first: Sweep, last: Sweep) -> For:
    """The loop whose trips write where they added, and leave what they have written."""
    stmts = [_writing(first) if s is first.loop else s for s in loop.body.stmts if s is not last.loop]
    body = replace(loop.body, stmts=tuple(stmts))
    return replace(loop, body=substitute(body, {last.loop.outputs[0]: first.loop.outputs[first.slot]}))


def _alone(sweep: Sweep) -> bool:
    """Whether it does not look at what it finds there."""
    return len(_users(split_params(sweep.loop)[1][sweep.slot], sweep.loop.body)) == 1


def _writing(sweep: Sweep) -> For:
    """The loop that writes what it adds."""
    written, body = replace(sweep.stmt, op=OPS["index_set"]), sweep.loop.body
    return replace(sweep.loop, body=replace(body, stmts=tuple(written if s is sweep.stmt else s for s in body.stmts)))


def _only_user(value: Value, block: Block) -> For | None:
    """The loop that carries it on, if nothing else reads it."""
    users = _users(value, block)
    if len(users) != 1 or value in block.results:
        return None
    user = users[0]
    if not isinstance(user, For) or inputs_of(user).count(value) != 1 or value not in user.init:
        return None
    return None if value in free_values(user.body) else user


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
