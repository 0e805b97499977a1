"""Sums that go through an array of zeros on their way to another array go there at once.

The adjoint of what each trip fills anew is such an array: it is added to, and in the end each of its elements is added
to an element of another one, and set to zero again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Stmt, Value
from s2s_ad.ir.walk import defined_in, map_inputs, outputs_of, split_params, substitute, use_counts
from s2s_ad.ops.creation import ZEROS
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import accesses, place_of
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.apart import Apart
from s2s_ad.passes.native.scratch import zeros_throughout

T = TypeVar("T")
# one that adds to an array, what that is after it, and what in it does so
_Step = tuple[Stmt, Value, "list[_Step]"]


def direct(block: Block) -> Block:
    """The block with such sums made where they belong, in inner blocks too."""
    return _Direct(block).block(block, None)


@dataclass(frozen=True)
class _Last:
    """A loop that adds each element of an array, or its negative, to one of another array; by their slots."""

    loop: For
    source: int
    target: int
    add: Apply
    axis: int  # of the whole numbers that name the element of the target that which is the index
    negative: bool


class _Direct:
    def __init__(self, body: Block) -> None:
        self.affine = Affine(body)
        self.apart = Apart(self.affine)
        self.clean = zeros_throughout(body)

    def block(self, block: Block, owner: For | None) -> Block:
        """The block, which is the body of this loop if it is one."""
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, For):
                stmts.append(replace(stmt, body=self.block(stmt.body, stmt)))
            else:
                stmts.append(map_inputs(stmt, lambda a: a, lambda b: self.block(b, None)))
        block = replace(block, stmts=tuple(stmts))
        for stmt in block.stmts:
            last = self.last(stmt)
            found = self.without(block, last, owner) if last is not None else None
            if found is not None:
                return self.block(found, owner)
        return block

    def last(self, stmt: Stmt) -> _Last | None:
        """What the loop does, if it is such a one."""
        if not isinstance(stmt, For) or stmt.trips is None or stmt.reverse or stmt.xs or stmt.stops:
            return None
        if len(stmt.init) != 2 or len(stmt.outputs) != 2 or not all(isinstance(s, Apply) for s in stmt.body.stmts):
            return None
        index = stmt.body.params[0]
        slots = [accesses(stmt, k) for k in (0, 1)]
        for source, target in ((0, 1), (1, 0)):
            taken, given = slots[source], slots[target]
            if taken is None or given is None or [s.op.name for s, _ in given.found] != ["index_add"]:
                continue
            names = [s.op.name for s, _ in taken.found]
            if names != ["getitem", "index_set"] or any(len(p) != 1 or p[0] is not index for _, p in taken.found):
                continue
            read, cleared, add = taken.found[0][0], taken.found[1][0], given.found[0][0]
            zero, value = cleared.inputs[1], add.inputs[1]
            others = [s for s in stmt.body.stmts if s not in (read, cleared, add)]
            negative = len(others) == 1 and isinstance(others[0], Apply) and others[0].op.name == "neg"
            if negative and isinstance(others[0], Apply):
                value = others[0].inputs[0] if value is others[0].out else value
            axes = [k for k, a in enumerate(add.inputs[2:]) if a is index]
            plain = isinstance(zero, Const) and zero.value == 0.0 and len(others) == negative
            if plain and value is read.out and len(axes) == 1 and self.covers(stmt, stmt.init[source]):
                return _Last(stmt, source, target, add, axes[0], negative)
        return None

    def covers(self, loop: For, array: Atom) -> bool:
        """Whether it goes along all of an array with one axis."""
        assert loop.trips is not None
        start, step = loop.trips.start, loop.trips.step
        rest = self.affine.length(array, 0).plus(self.affine.sum(loop.trips.stop), -1)
        from_zero = isinstance(start, Const) and start.value == 0 and isinstance(step, Const) and step.value == 1
        return from_zero and not rest.terms and not rest.constant

    # --- what is added to the array before ----------------------------------------------------------------------------

    def without(self, block: Block, last: _Last, owner: For | None) -> Block | None:
        """The block that adds to the target at once; None if something else is done with one of the two arrays."""
        uses = use_counts(block)
        array, target, end = last.loop.init[last.source], last.loop.init[last.target], last.loop.outputs[last.source]
        if not isinstance(array, Value) or not isinstance(target, Value) or uses[target] != 1:
            return None
        start, steps = self.steps(block, array, uses)
        if not steps or uses[end] != (end in block.results) or not self.begins_as_zeros(block, start, end, owner):
            return None
        first = block.stmts.index(steps[0][0])
        later = {v for s in block.stmts[first:] for v in outputs_of(s)} | defined_in(last.loop.body)
        if not later.isdisjoint([target, *(a for k, a in enumerate(last.add.inputs[2:]) if k != last.axis)]):
            return None
        new, after = _moved(block.stmts, steps, target, last)
        whole = replace(block, stmts=tuple(s for s in new if s is not last.loop))
        return substitute(whole, {last.loop.outputs[last.target]: after, end: start})

    def steps(self, block: Block, array: Value, uses: Counter[Atom]) -> tuple[Value, list[_Step]]:
        """What the array is at first, and the statements that add to it, in order; none if anything else is done."""
        makers = {v: s for s in block.stmts for v in outputs_of(s)}
        found: list[_Step] = []
        while uses[array] == 1 and array in makers:
            stmt = makers[array]
            if isinstance(stmt, Apply) and stmt.op.name in ZEROS:
                return array, found[::-1]
            before, inner = self.step(stmt, array, uses)
            if before is None:
                return array, []
            found.append((stmt, array, inner))
            array = before
        return array, found[::-1] if uses[array] == 1 else []

    def step(self, stmt: Stmt, array: Value, uses: Counter[Atom]) -> tuple[Value | None, list[_Step]]:
        """The array before a statement that adds to it, and what does so in it; None if it does anything else."""
        if isinstance(stmt, Apply):
            adds = stmt.op.name == "index_add" and isinstance(stmt.inputs[0], Value) and self.within(stmt)
            return (stmt.inputs[0] if adds else None), []  # type: ignore[return-value]
        if not isinstance(stmt, For) or array not in stmt.outputs[: len(stmt.init)]:
            return None, []
        slot = stmt.outputs.index(array)
        before, result = stmt.init[slot], stmt.body.results[slot]
        if not isinstance(before, Value) or not isinstance(result, Value):
            return None, []
        start, inner = self.steps(stmt.body, result, uses)
        return (before if inner and start is split_params(stmt)[1][slot] else None), inner

    def begins_as_zeros(self, block: Block, start: Value, end: Value, owner: For | None) -> bool:
        """Whether the array holds zeros at first, and nobody else has it."""
        if start not in self.clean:
            return False
        if owner is None or start not in block.params:
            return start not in block.params and end not in block.results
        slot = split_params(owner)[1].index(start)
        return block.results[slot] is end and list(block.results).count(end) == 1

    def within(self, add: Apply) -> bool:
        """Whether it surely adds to an element that is there, and not counted from the end."""
        place = place_of(add)
        if place is None or len(place) != 1 or len(add.inputs) != 3 or add.inputs[1].kind != FLOAT:
            return False
        at = self.affine.sum(place[0])
        return self.apart.at_least(at, 0) and self.apart.at_least(self.affine.length(add.inputs[0], 0).plus(at, -1), 1)


def _moved(stmts: Sequence[Stmt], steps: Sequence[_Step], to: Value, last: _Last) -> tuple[list[Stmt], Value]:
    """The statements that add to the other array, and what it is after them."""
    found = {stmt: (array, inner) for stmt, array, inner in steps}
    builder = Builder()
    for stmt in stmts:
        if stmt not in found:
            builder.emit(stmt)
            continue
        array, inner = found[stmt]
        builder.span = stmt.span  # type: ignore[union-attr]
        after = replace(to)
        if isinstance(stmt, For):
            slot, carried = stmt.outputs.index(array), replace(to)
            body, end = _moved(stmt.body.stmts, inner, carried, last)
            at = len(stmt.body.params) - len(stmt.init) + slot
            whole = Block(_with(stmt.body.params, at, carried), tuple(body), _with(stmt.body.results, slot, end))
            init, outputs = _with(stmt.init, slot, to), _with(stmt.outputs, slot, after)
            builder.emit(replace(stmt, init=init, body=whole, outputs=outputs))
        else:
            assert isinstance(stmt, Apply)
            value = builder.apply(OPS["neg"], stmt.inputs[1]) if last.negative else stmt.inputs[1]
            inputs = _with((to, value, *last.add.inputs[2:]), 2 + last.axis, stmt.inputs[2])
            builder.emit(replace(last.add, inputs=inputs, outputs=(after,), span=stmt.span))
        to = after
    return builder.stmts, to


def _with(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
