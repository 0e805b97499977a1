"""Elements that a trip of a loop writes and the next ones read, kept in numbers meanwhile.

`u[i] = f(u[i - 1], u[i])` writes an element and reads it again at the next trip: machine code would go through memory.
Here the few elements of a row that the trips come to are numbers which the loop carries: each is read when the first
trip comes to it, and written when the last one has written to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ONE_INT, Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Stmt, Value
from s2s_ad.ir.walk import all_stmts, defined_in, split_params, substitute
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import Accesses, Place, Row, accesses
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.apart import Apart
from s2s_ad.passes.native.loops import LoopPass
from s2s_ad.passes.native.storage import at, minus, plus

WIDEST = 4  # elements that are carried


def slid(block: Block) -> Block:
    """The block with such numbers in its loops."""
    return _Sliding(Affine(block)).block(block)


@dataclass(frozen=True)
class _Window:
    """What a loop does with the elements of one row that lie so far from its index.

    The age of an element grows by one from trip to trip: where the index grows, it is what the element lies before it.
    """

    slot: int
    ages: dict[Apply, int]  # of what each statement reads, writes or adds to
    place: Place  # of one of them
    way: int  # by which the index changes from trip to trip

    @property
    def youngest(self) -> int:
        return min(self.ages.values())

    @property
    def oldest(self) -> int:
        return max(self.ages.values())

    @property
    def begun(self) -> int:
        """The age at which an element is first written."""
        return min(age for stmt, age in self.ages.items() if stmt.op.name != "getitem")

    @property
    def done(self) -> int:
        """The age at which it is last written."""
        return max(age for stmt, age in self.ages.items() if stmt.op.name != "getitem")

    @property
    def returns(self) -> bool:
        """Whether an element is read at a later trip than it is written."""
        if all(stmt.op.name == "getitem" for stmt in self.ages):
            return False
        return any(age > self.begun for stmt, age in self.ages.items() if stmt.op.name != "index_set")

    def beside(self, builder: Builder, index: Atom, age: int) -> Place:
        """Where the element of this age stands in the trip with this index."""
        return *self.place[:-1], plus(builder, index, Const(-self.way * age, INT))


class _Sliding(LoopPass):
    def __init__(self, affine: Affine) -> None:
        super().__init__()
        self.affine = affine
        self.apart = Apart(affine)

    def loop(self, builder: Builder, loop: For) -> None:
        trips = loop.trips
        windows = self.windows(loop) if self.plain(loop) else []
        if trips is None or not windows:
            builder.emit(loop)
            return
        indices = [b.params[0] for b in self.around if b.params and b.params[0] in self.affine.ranges]
        if self.apart.surely_runs(trips.start, trips.stop, indices):
            self.slide(builder, loop, trips, windows, loop.outputs)
        elif len(loop.outputs) > len(loop.init):
            builder.emit(loop)
        else:
            ran = builder.apply(OPS["gt"], trips.stop, trips.start)
            inner, outputs = Builder(loop.span), tuple(map(replace, loop.outputs))
            self.slide(inner, loop, trips, windows, outputs)
            builder.emit(If(ran, inner.block((), outputs), Block((), (), loop.init), loop.outputs, loop.span))

    def plain(self, loop: For) -> bool:
        """Whether it makes all trips of a range, which may be many: else it stands beside one that is gathered."""
        trips = loop.trips
        if trips is None or not isinstance(trips.step, Const) or trips.step.value != 1 or loop.stops:
            return False
        made = self.affine.made.get(trips.stop) if isinstance(trips.stop, Value) else None
        few = isinstance(made, Apply) and made.op.name == "lesser"
        return not few and (loop.even or not loop.xs) and not any(map(_may_raise, all_stmts(loop.body)))

    # --- what is to be carried ----------------------------------------------------------------------------------------

    def windows(self, loop: For) -> list[_Window]:
        found = [accesses(loop, slot) for slot in range(len(loop.init))]
        return [window for array in found if array is not None and (window := self.window(loop, array)) is not None]

    def window(self, loop: For, array: Accesses) -> _Window | None:
        """The row of the array of which elements are carried, if there is one."""
        inside, index, way = defined_in(loop.body), loop.body.params[0], -1 if loop.reverse else 1
        rows: dict[Row, dict[Apply, int]] = {}
        places: dict[Row, Place] = {}
        for stmt, place in array.found:
            far = self.affine.sum(place[-1])
            if dict(far.terms) != {index: 1} or not inside.isdisjoint(place[:-1]):
                return None
            if (stmt.out if stmt.op.name == "getitem" else stmt.inputs[1]).kind != FLOAT:
                return None
            if not self.affine.not_negative(Sum({index: 1}, far.constant)):
                return None  # counted from the end it may be that of another trip
            key: Row = tuple(map(self.affine.key, place[:-1]))
            rows.setdefault(key, {})[stmt] = -way * far.constant
            places[key] = place
        for key, ages in rows.items():
            window = _Window(array.slot, ages, places[key], way)
            others = (place for other, place in places.items() if other != key)
            if not window.returns or window.oldest - window.youngest > WIDEST:
                continue
            if all(self.apart.never_equal(places[key][:-1], each[:-1]) for each in others):
                return window
        return None

    # --- carrying it --------------------------------------------------------------------------------------------------

    def slide(
        self, builder: Builder, loop: For, trips: Range, windows: Sequence[_Window], outputs: Sequence[Value]
    ) -> None:
        """Emit the loop, and what its first trips need before it and its last ones leave after it."""
        builder.span = loop.span
        here = minus(builder, trips.stop, ONE_INT) if loop.reverse else trips.start
        after = Builder(loop.span)
        there = minus(after, trips.start, ONE_INT) if loop.reverse else trips.stop
        loop = replace(loop, outputs=tuple(outputs))
        for window in windows:
            loop, carried = _carrying(builder, loop, window, here)
            left = [(age, number) for age, number in carried.items() if window.begun < age <= window.done]
            array = outputs[window.slot]
            if left:
                array = replace(array)
                ends = list(loop.outputs)
                ends[window.slot] = array
                loop = replace(loop, outputs=tuple(ends))
            for k, (age, number) in enumerate(left):
                place = window.beside(after, there, age)
                array = _written(after, array, number, place, outputs[window.slot] if k == len(left) - 1 else None)
        builder.emit(loop)
        builder.stmts += after.stmts


def _may_raise(stmt: Stmt) -> bool:
    """Whether it may raise before the trip gets to an element that is not there."""
    return isinstance(stmt, Apply) and stmt.op.effect


def _carrying(builder: Builder, loop: For, window: _Window, here: Atom) -> tuple[For, dict[int, Value]]:
    """The loop that carries the elements, and by their ages after it those that are left."""
    start, params, reads = loop.init[window.slot], dict[int, Value](), list[Atom]()
    for age in range(window.youngest + 1, window.oldest + 1):
        place = window.beside(builder, here, age)
        reads.append(builder.apply(OPS["getitem"], start, *place, index=at(*place)))
        params[age] = Value(FLOAT, base=split_params(loop)[1][window.slot], suffix="_next")
    inner, now, same = Builder(loop.span), dict[int, Atom](params), dict[Value, Atom]()
    for stmt in loop.body.stmts:
        if not isinstance(stmt, Apply) or stmt not in window.ages:
            inner.emit(stmt)
            continue
        age = window.ages[stmt]
        inner.span = stmt.span
        if age not in now and stmt.op.name != "index_set":
            place = stmt.inputs[1 if stmt.op.name == "getitem" else 2 :]
            now[age] = inner.apply(OPS["getitem"], stmt.inputs[0], *place, **dict(stmt.params))
        if stmt.op.name == "getitem":
            same[stmt.out] = now[age]
            continue
        same[stmt.out] = stmt.inputs[0]
        new = stmt.inputs[1]
        now[age] = new if stmt.op.name == "index_set" else inner.apply(OPS["add"], now[age], new)
    n, results = len(loop.init), list(loop.body.results)
    last = next(stmt for stmt, age in window.ages.items() if age == window.done and stmt.op.name != "getitem")
    array = results[window.slot]
    assert isinstance(array, Value)
    out = replace(array)
    inner.emit(replace(last, op=OPS["index_set"], inputs=(array, now[window.done], *last.inputs[2:]), outputs=(out,)))
    results[window.slot] = out
    results[n:n] = [now[age - 1] for age in params]
    body = substitute(Block((*loop.body.params, *params.values()), tuple(inner.stmts), tuple(results)), same)
    left = {age: replace(param) for age, param in params.items()}
    outputs = (*loop.outputs[:n], *left.values(), *loop.outputs[n:])
    return replace(loop, init=(*loop.init, *reads), body=body, outputs=outputs), left


def _written(builder: Builder, array: Value, number: Atom, place: Place, out: Value | None) -> Value:
    out = out or replace(array)
    builder.emit(Apply(OPS["index_set"], (array, number, *place), (out,), (("index", at(*place)),), builder.span))
    return out
