"""Sums that several trips of a loop add to one element, such as the adjoint of a stencil, kept in numbers meanwhile.

A trip that adds to the elements before, at and behind its own place would read and write each of them three times, and
wait each time for the write of the trip before. Here it passes on what it has for later places as carried numbers, and
writes only the element that no later trip adds to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT, INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Value
from s2s_ad.ir.walk import blocks_of, defined_in, free_values, inputs_of, split_params
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.gather import Gather
from s2s_ad.passes.native.loops import LoopPass
from s2s_ad.passes.native.storage import plus

WIDEST = 6  # places that one trip adds to
FAR = 1000


def rolled(block: Block) -> Block:
    """The block with such sums in its loops."""
    return _Rolling(Affine(block)).block(block)


@dataclass
class _Add:
    """One index_add of a chain: its statement, what the last entry of the index is beside the loop's, and the rest."""

    stmt: Apply
    offset: int
    row: tuple[Any, ...]


class _Rolling(LoopPass):
    def __init__(self, affine: Affine) -> None:
        self.affine = affine
        self.gather = Gather(affine)
        self.around: list[Block] = []

    def block(self, block: Block) -> Block:
        self.around.append(block)
        made = super().block(block)
        self.around.pop()
        return made

    def loop(self, builder: Builder, loop: For) -> None:
        trips = loop.trips
        plain = trips is not None and not loop.reverse and isinstance(trips.step, Const) and trips.step.value == 1
        if not plain or loop.stops or len(loop.outputs) > len(loop.init):
            builder.emit(loop)
            return
        if self.gather.loop(builder, loop, self.around[-1]):
            return
        later: list[tuple[Value, Value, list[_End]]] = []
        for k in range(len(loop.init)):
            chain = self.chain(loop, k)
            rows = _rows(chain, loop)
            if rows is None:
                continue
            loop, ends = self.changed(loop, k, chain, rows)
            if ends:
                made, outputs = loop.outputs[k], list(loop.outputs)
                outputs[k] = replace(made)
                loop = replace(loop, outputs=tuple(outputs))
                later.append((made, outputs[k], ends))
        builder.emit(loop)
        for made, before, ends in later:
            self.finish(builder, loop, made, before, ends)

    def chain(self, loop: For, k: int) -> list[_Add]:
        """The sums into the k-th carried array, if the loop does nothing else with it; empty if it does."""
        body, at = loop.body, split_params(loop)[1][k]
        index = body.params[0]
        if not isinstance(at.kind, Array) or at.kind.dtype != "float64":
            return []
        found: list[_Add] = []
        for stmt in body.stmts:
            if any(at in free_values(b) for b in blocks_of(stmt)):
                return []
            if at not in inputs_of(stmt):
                continue
            if not isinstance(stmt, Apply) or stmt.op.name != "index_add" or stmt.inputs[0] is not at:
                return []
            entries, places = dict(stmt.params)["index"], stmt.inputs[2:]
            if stmt.inputs[1].kind != FLOAT or [e for e in entries] != [("in", i) for i in range(len(places))]:
                return []
            if len(places) != at.kind.rank or at in places:
                return []
            offset = self.affine.sum(places[-1]).plus(Sum({index: 1}), -1)
            rows = tuple(_key(self.affine.sum(p)) for p in places[:-1])
            found.append(_Add(stmt, offset.constant if not offset.terms else FAR, rows))
            at = stmt.out
        done = body.results[k] is at and list(body.results).count(at) == 1
        return found if done and len(found) > 1 else []

    def changed(
        self, loop: For, k: int, chain: list[_Add], rows: dict[tuple[Any, ...], list[_Add]]
    ) -> tuple[For, list[_End]]:
        """The loop with the sums of each row rolled, and what is left to be added after it."""
        gone = {add.stmt for add in chain}
        before = [s for s in loop.body.stmts if s not in gone]
        tail = Builder(loop.span)
        at = split_params(loop)[1][k]
        params: list[Value] = []
        results: list[Atom] = []
        ends: list[_End] = []
        for adds in rows.values():
            offsets = sorted({add.offset for add in adds})
            tail.span = adds[0].stmt.span
            sums = {o: _total(tail, [a.stmt.inputs[1] for a in adds if a.offset == o]) for o in offsets}
            first, last = offsets[0], offsets[-1]
            if last - first >= WIDEST or last == first:
                for offset in offsets:
                    at = _added(tail, at, sums[offset], next(a.stmt for a in adds if a.offset == offset))
                continue
            carried = {o: Value(FLOAT, base=at, suffix="_next") for o in range(first, last)}
            whole: dict[int, Atom] = {}
            for o in range(first, last + 1):
                parts = [a for a in (carried.get(o), sums.get(o)) if a is not None]
                whole[o] = _total(tail, parts)
            model = next(a.stmt for a in adds if a.offset == first)
            at = _added(tail, at, whole[first], model)
            for o in range(first, last):
                params.append(carried[o])
                results.append(whole[o + 1])
                ends.append(_End(replace(carried[o]), model, o))
        n = len(loop.init)
        new = [*loop.body.results[:k], at, *loop.body.results[k + 1 : n], *results]
        body = Block((*loop.body.params, *params), (*before, *tail.stmts), tuple(new))
        made = replace(
            loop,
            init=(*loop.init, *[ZERO_FLOAT] * len(params)),
            body=body,
            outputs=(*loop.outputs, *(end.sum for end in ends)),
        )
        return made, ends

    def finish(self, builder: Builder, loop: For, made: Value, before: Value, ends: list[_End]) -> None:
        """Add after the loop what its last trips have passed on; nothing if there was none."""
        assert loop.trips is not None
        start, stop = loop.trips.start, loop.trips.stop
        ran = builder.apply(OPS["gt"], stop, start)
        inner, at = Builder(loop.span), before
        for end in ends:
            place = plus(inner, stop, Const(end.offset, INT))
            out = replace(before)
            inputs = (at, end.sum, *end.model.inputs[2:-1], place)
            inner.emit(replace(end.model, inputs=inputs, outputs=(out,)))
            at = out
        builder.emit(If(ran, inner.block((), (at,)), Block((), (), (before,)), (made,), loop.span))


@dataclass
class _End:
    """A sum that a loop leaves, of the place that is so far from where it stops; `model` writes to such places."""

    sum: Value
    model: Apply
    offset: int


def _rows(chain: list[_Add], loop: For) -> dict[tuple[Any, ...], list[_Add]] | None:
    """The sums by all but the last entry of their index; None where the places do not count with the loop."""
    if not chain:
        return None
    inside = defined_in(loop.body)
    rows: dict[tuple[Any, ...], list[_Add]] = {}
    for add in chain:
        if add.offset >= FAR or any(place in inside for place in add.stmt.inputs[2:-1]):
            return None
        rows.setdefault(add.row, []).append(add)
    return rows


def _key(number: Sum) -> Any:
    return frozenset(number.terms.items()), number.constant


def _total(builder: Builder, parts: Sequence[Atom]) -> Atom:
    total = parts[0]
    for part in parts[1:]:
        total = builder.apply(OPS["add"], total, part)
    return total


def _added(builder: Builder, at: Value, value: Atom, model: Apply) -> Value:
    out = replace(at)
    builder.emit(replace(model, inputs=(at, value, *model.inputs[2:]), outputs=(out,)))
    return out
