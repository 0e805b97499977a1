"""Sums that several trips of a loop add to one element, such as the adjoint of a stencil, kept in numbers meanwhile.

A trip that adds to the elements before, at and behind its own place would read and write each of them three times, and
wait each time for the write of the trip before. Here it passes on what it has for later places as carried numbers, and
writes only the element that no later trip adds to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Value
from s2s_ad.ir.walk import split_params
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import Add, Row, accesses, sums_by_row, without
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.gather import Gather
from s2s_ad.passes.native.loops import LoopPass
from s2s_ad.passes.native.storage import plus

WIDEST = 6  # places that one trip adds to


def rolled(block: Block) -> Block:
    """The block with such sums in its loops."""
    return _Rolling(Affine(block)).block(block)


class _Rolling(LoopPass):
    def __init__(self, affine: Affine) -> None:
        super().__init__()
        self.affine = affine
        self.gather = Gather(affine)

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
            array = accesses(loop, k)
            rows = None if array is None or len(array.found) < 2 else sums_by_row(array, loop, self.affine)
            if rows is None:
                continue
            loop, ends = self.changed(loop, k, rows)
            if ends:
                made, outputs = loop.outputs[k], list(loop.outputs)
                outputs[k] = replace(made)
                loop = replace(loop, outputs=tuple(outputs))
                later.append((made, outputs[k], ends))
        builder.emit(loop)
        for made, before, ends in later:
            self.finish(builder, loop, made, before, ends)

    def changed(self, loop: For, k: int, rows: dict[Row, list[Add]]) -> tuple[For, list[_End]]:
        """The loop with the sums of each row rolled, and what is left to be added after it."""
        before = without(loop.body, [add.stmt for adds in rows.values() for add in adds]).stmts
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


def _total(builder: Builder, parts: Sequence[Atom]) -> Atom:
    total = parts[0]
    for part in parts[1:]:
        total = builder.apply(OPS["add"], total, part)
    return total


def _added(builder: Builder, at: Value, value: Atom, model: Apply) -> Value:
    out = replace(at)
    builder.emit(replace(model, inputs=(at, value, *model.inputs[2:]), outputs=(out,)))
    return out
