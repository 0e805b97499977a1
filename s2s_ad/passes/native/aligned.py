"""Copies between arrays that begin with their first elements.

Where each step makes `new` of u, but for the elements at the ends, and copies it back, both arrays have the same first
elements all the time: those may be copied as well. Arrays begin where machine code reads and writes several elements at
once best; from their second element on, every other time it meets the end of what is fetched together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import permutations

from s2s_ad.ir.builder import ZERO_INT
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Value
from s2s_ad.ir.walk import map_inputs, split_params
from s2s_ad.passes.native.accesses import place_of
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.zeros import sweep_of

MOST = 4  # elements that are copied for nothing
_COPIES = frozenset(("copy", "np.copy"))


def begun_first(block: Block) -> Block:
    """The block in which such copies begin with the first elements."""
    return _Aligned(Affine(block)).block(block)


@dataclass
class _History:
    """What the trips of a loop write to an array, and all that it is in the course of them."""

    versions: set[Value]
    writes: list[Apply] = field(default_factory=list)

    def follow(self, block: Block, at: Value, end: Atom) -> bool:
        """Whether the block makes `end` of the array by writes alone, in loops or not."""
        self.versions.add(at)
        for stmt in block.stmts:
            if isinstance(stmt, Apply) and stmt.op.store and stmt.inputs[0] is at:
                self.writes.append(stmt)
                at = stmt.out
            elif isinstance(stmt, For) and at in stmt.init:
                slot = stmt.init.index(at)
                if not self.follow(stmt.body, split_params(stmt)[1][slot], stmt.body.results[slot]):
                    return False
                at = stmt.outputs[slot]
            self.versions.add(at)
        return at is end


class _Aligned:
    def __init__(self, affine: Affine) -> None:
        self.affine = affine

    def block(self, block: Block) -> Block:
        stmts = [map_inputs(stmt, lambda a: a, self.block) for stmt in block.stmts]
        return replace(block, stmts=tuple(self.loop(s) if isinstance(s, For) else s for s in stmts))

    def loop(self, loop: For) -> For:
        """The loop in whose trips such copies begin with the first elements."""
        histories = [self.history(loop, slot) for slot in range(len(loop.init))]
        for one, other in permutations(range(len(histories)), 2):
            into, source = histories[one], histories[other]
            if into is None or source is None or self.origin(loop.init[one]) is not self.origin(loop.init[other]):
                continue
            stmts = tuple(self.widened(s, into, source) if isinstance(s, For) else s for s in loop.body.stmts)
            loop = replace(loop, body=replace(loop.body, stmts=stmts))
        return loop

    def history(self, loop: For, slot: int) -> _History | None:
        """Of an array with one axis."""
        at, found = split_params(loop)[1][slot], _History(set())
        line = isinstance(at.kind, Array) and at.kind.rank == 1 and at.kind.dtype == "float64"
        return found if line and found.follow(loop.body, at, loop.body.results[slot]) and found.writes else None

    def origin(self, array: Atom) -> Atom:
        """The array of which this one is a copy, or that itself."""
        made = self.affine.made.get(array) if isinstance(array, Value) else None
        return self.origin(made.inputs[0]) if isinstance(made, Apply) and made.op.name in _COPIES else array

    def widened(self, loop: For, into: _History, source: _History) -> For:
        """The loop, from the first element on if it copies from the second one on, or one soon after."""
        if len(loop.init) != 1 or loop.init[0] not in into.versions or loop.trips is None or loop.xs:
            return loop
        sweep = sweep_of(loop, 0, self.affine)
        if sweep is None or sweep.offset or sweep.start.terms or not 0 < sweep.start.constant <= MOST:
            return loop
        if len(loop.body.stmts) != 2 or sweep.stmt.op.name != "index_set":
            return loop
        read = loop.body.stmts[0]
        if not isinstance(read, Apply) or read.op.name != "getitem" or read.out is not sweep.stmt.inputs[1]:
            return loop
        if read.inputs[0] not in source.versions or read.inputs[1:] != sweep.stmt.inputs[2:]:
            return loop
        if not all(self.behind(write, sweep.start) for write in (*into.writes, *source.writes)):
            return loop
        return replace(loop, trips=replace(loop.trips, start=ZERO_INT))

    def behind(self, write: Apply, first: Sum) -> bool:
        """Whether it writes to an element that is not before this one."""
        place = place_of(write)
        return place is not None and self.affine.not_negative(self.affine.sum(place[0]).plus(first, -1))
