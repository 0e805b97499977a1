"""Reversed loops run forward if what they hand from trip to trip is an array of zeros.

The adjoint of an array that each trip fills anew is one that begins as zeros, is added to, and is read and set to zero
again, element by element. So no trip sees what another one did, and their order matters to sums alone.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Value
from s2s_ad.ir.walk import blocks_of, map_inputs, outputs_of, split_params
from s2s_ad.ops.creation import ZEROS
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.fuse import turned


def forward_again(block: Block) -> Block:
    """The block with such loops turned around, in inner blocks too."""
    return _turned(block, zeros_throughout(block))


def zeros_throughout(block: Block) -> set[Value]:
    """Arrays of zeros: that are made so, and that every trip of the loops which carry them leaves so."""
    return _Clean(block).found


def _turned(block: Block, clean: set[Value]) -> Block:
    stmts = []
    for stmt in block.stmts:
        moved = map_inputs(stmt, lambda a: a, lambda b: _turned(b, clean))
        own = clean.intersection(split_params(moved)[1]) if isinstance(moved, For) else None
        stmts.append(turned(moved, own) if own else moved)
    return replace(block, stmts=tuple(stmts))


class _Clean:
    def __init__(self, block: Block) -> None:
        self.affine = Affine(block)
        self.found: set[Value] = set()
        self.look(block)

    def look(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Apply) and stmt.op.name in ZEROS:
                self.found.add(stmt.out)
            elif isinstance(stmt, For):
                for k, param in enumerate(split_params(stmt)[1]):
                    if stmt.init[k] in self.found and self.left(stmt.body, stmt.body.results[k], param):
                        self.found.update((param, stmt.outputs[k]))
            for inner in blocks_of(stmt):
                self.look(inner)

    def left(self, block: Block, end: Atom, start: Value) -> bool:
        """Whether the block leaves zeros in `end`, if `start` holds zeros."""
        if end is start or self.cleared(block, end, (), None):
            return True
        made = next((s for s in reversed(block.stmts) if end in outputs_of(s)), None)
        if not isinstance(made, For) or not isinstance(end, Value) or (k := made.outputs.index(end)) >= len(made.init):
            return False
        inner = self.left(made.body, made.body.results[k], split_params(made)[1][k])
        return inner and self.left(block, made.init[k], start)

    def cleared(self, block: Block, end: Atom, around: tuple[For, ...], start: Value | None) -> bool:
        """Whether the last thing that happens to the array in the block is that all of its elements are set to zero.

        `around`: the loops that do that, each of which makes all of its trips, and nothing else is written in them to
        the array, which is `start` when a trip of the last of them begins.
        """
        made = next((s for s in reversed(block.stmts) if end in outputs_of(s)), None)
        if isinstance(made, For) and isinstance(end, Value) and not made.stops and made.trips is not None:
            k = made.outputs.index(end)
            if k >= len(made.init) or start is not None and made.init[k] is not start:
                return False
            return self.cleared(made.body, made.body.results[k], (*around, made), split_params(made)[1][k])
        if not isinstance(made, Apply) or made.op.name != "index_set" or not isinstance(made.out.kind, Array):
            return False
        if made.inputs[0] is not start:
            return False
        entries, value = dict(made.params)["index"], made.inputs[1]
        if not isinstance(value, Const) or value.value != 0 or len(entries) != made.out.kind.rank:
            return False
        indices = [made.inputs[2:][e[1]] if isinstance(e, tuple) and e[0] == "in" else None for e in entries]
        return bool(around) and indices == [loop.body.params[0] for loop in around] and self.covers(made.out, around)

    def covers(self, array: Value, loops: tuple[For, ...]) -> bool:
        """Whether the loops go along all axes, from one end to the other."""
        for axis, loop in enumerate(loops):
            assert loop.trips is not None
            start, stop = self.affine.sum(loop.trips.start), self.affine.sum(loop.trips.stop)
            rest = self.affine.length(array, axis).plus(stop, -1)
            step = loop.trips.step
            if start.terms or start.constant > 0 or rest.terms or rest.constant > 0:
                return False
            if not isinstance(step, Const) or step.value != 1:
                return False
        return True
