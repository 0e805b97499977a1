"""Loops as ones over a range: how they count, and where in what they walk a trip finds its item."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import INT, List
from s2s_ad.ir.nodes import Absent, Apply, Atom, Const, For, Function, Range, Value, Walk, While
from s2s_ad.ir.walk import split_params
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.bound import placeholder
from s2s_ad.passes.native.origins import Origins
from s2s_ad.passes.native.storage import Part, Parts, Reading, Rows, minus, plus

MINUS_ONE = Const(-1, INT)
_ARITHMETIC = frozenset(
    ("add", "sub", "mul", "neg", "stop_gradient", "not_negative", "lesser", "shape_item", "array_len")
)


class Lowering:
    """What stands for the values of a function while it is lowered."""

    def __init__(self, function: Function) -> None:
        self.origins = Origins(function.body)
        self.readings: dict[Value, Reading] = {}
        self.env: dict[Value, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Value) and atom in self.env:
            atom = self.env[atom]
        return atom

    def reading(self, atom: Atom) -> Reading | None:
        return self.readings.get(atom) if isinstance(atom, Value) else None

    def there(self, builder: Builder, atom: Atom) -> Atom:
        if not isinstance(atom, Absent):
            return self.atom(atom)
        if isinstance(atom.kind, List):
            return builder.apply(OPS["list_new"], item=atom.kind.item)
        return placeholder(builder, atom.kind)

    def count(self, builder: Builder, r: Range) -> Atom:
        """How many trips a range has."""
        start, stop, step = (self.atom(a) for a in (r.start, r.stop, r.step))
        if not isinstance(step, Const) or abs(step.value) != 1:
            return builder.apply(OPS["trip_count"], start, stop, step)
        count = minus(builder, *((stop, start) if step.value == 1 else (start, stop)))
        if isinstance(count, Const):
            return Const(max(count.value, 0), INT)
        return count if self.origins.is_length(count) else builder.apply(OPS["not_negative"], count)

    # --- how many items several loops make together -------------------------------------------------------------------

    def room(self, builder: Builder, loop: For | While, result: Atom, trips: Atom | None, depth: int) -> Atom | None:
        """How many numbers the lists of lists hold that a loop of so many trips makes, if that is known before it."""
        nest = self.origins.nest(result, depth - 1)
        if trips is None or not nest or not isinstance(loop, For):
            return None
        return self.together(builder, loop, trips, [loop, *nest], {})

    def together(
        self, builder: Builder, whole: For, trips: Atom, nest: list[For], given: dict[Value, Atom]
    ) -> Atom | None:
        """The trips of all loops of a nest, of which the first makes so many."""
        if len(nest) == 1:
            return trips
        first, second = nest[:2]
        for own in (False, True):  # the bounds inside may depend on the index of the first or not
            inner, index = Builder(builder.span), Value(INT)
            if own and first.trips is None:
                return None
            known = {**given, first.body.params[0]: index} if own else given
            assert second.trips is not None
            ends = (second.trips.start, second.trips.stop, second.trips.step)
            made = [self.before(inner, whole, a, known) for a in ends]
            if any(a is None for a in made):
                continue
            count = self.count(inner, Range(*(a for a in made if a is not None)))
            more = self.together(inner, whole, count, nest[1:], known)
            if more is None:
                continue
            if not own:
                builder.stmts += inner.stmts
                return builder.apply(OPS["mul"], trips, more)
            assert first.trips is not None
            ends = (first.trips.start, first.trips.stop, first.trips.step)
            over = Range(*(a for a in (self.before(builder, whole, e, given) for e in ends) if a is not None))
            total, out = Value(INT, "room"), Value(INT, "room")
            body = inner.block((index, total), (inner.apply(OPS["add"], total, more, hint="room"),))
            builder.emit(For(over, False, (), (ZERO_INT,), body, (out,), span=builder.span))
            return out
        return None

    def before(self, builder: Builder, whole: For, atom: Atom, given: dict[Value, Atom]) -> Atom | None:
        """A whole number as it can be had before a loop, for these indices of loops."""
        if isinstance(atom, Value) and atom in given:
            return given[atom]
        if atom not in self.origins.inside(whole):
            return self.atom(atom)
        made = self.origins.made.get(atom) if isinstance(atom, Value) else None
        if not isinstance(made, Apply) or made.op.name not in _ARITHMETIC:
            return None
        inputs = [self.before(builder, whole, a, given) for a in made.inputs]
        if any(a is None for a in inputs):
            return None
        return builder.apply_all(made.op, [a for a in inputs if a is not None], made.params)[0]


class Counting:
    """A loop as one over a range: how it counts, and where in what it walks a trip finds its item."""

    def __init__(self, lists: Lowering, outer: Builder, inner: Builder, stmt: For) -> None:
        self.lists, self.outer, self.inner, self.stmt = lists, outer, inner, stmt
        items = split_params(stmt)[0]
        self.index = items[0] if stmt.trips is not None else None
        self.walked = items[len(items) - len(stmt.xs) :]
        self.sources = [self.source(walk) for walk in stmt.xs]
        step = lists.atom(stmt.trips.step) if stmt.trips is not None else ONE_INT
        if stmt.trips is not None and stmt.in_step and isinstance(step, Const) and step.value == 1:
            self.start, self.stop = lists.atom(stmt.trips.start), lists.atom(stmt.trips.stop)
            self.down = stmt.reverse
            counter: Value | None = self.index
            self.number: Atom | None = None
        else:
            self.start = ZERO_INT
            if stmt.trips is not None and stmt.in_step and isinstance(step, Const) and step.value == -1:
                self.stop = minus(outer, lists.atom(stmt.trips.start), lists.atom(stmt.trips.stop))
                self.number = None
            else:
                self.number = self.stop = self.least()
            self.down = stmt.trips is None and stmt.in_step and all(walk.reverse for walk in stmt.xs)
            counter = None
        self.counter = counter if counter is not None else Value(INT)
        self.lead = (self.counter,)
        last, first = minus(outer, self.stop, ONE_INT), minus(outer, self.start, ONE_INT)
        self.range = Range(last, first, MINUS_ONE) if self.down else Range(self.start, self.stop, ONE_INT)
        self._trip: Atom | None = None

    def source(self, walk: Walk) -> Reading | None:
        """How the items are read; None of a list that stays one."""
        found = self.lists.reading(walk.source)
        if found is None and not isinstance(walk.source.kind, List):
            return Rows(self.lists.atom(walk.source))
        return found

    def length(self, k: int) -> Atom:
        source = self.sources[k]
        if source is None:
            return self.outer.apply(OPS["list_len"], self.lists.atom(self.stmt.xs[k].source))
        return source.length(self.outer)

    def least(self) -> Atom:
        """The number of trips: of the shortest."""
        stmt = self.stmt
        counts = [self.lists.count(self.outer, stmt.trips)] if stmt.trips is not None else []
        counts += [self.length(k) for k in range(len(self.sources) if not (stmt.even and counts) else 0)]
        if stmt.even:
            return counts[0]
        least = counts[0]
        for count in counts[1:]:
            least = self.outer.apply(OPS["lesser"], least, count)
        return least

    def trips(self) -> Atom | None:
        """The number of trips; None where it is known only afterwards."""
        if self.stmt.stops:
            return None
        if self.number is None:
            assert self.stmt.trips is not None
            self.number = self.lists.count(self.outer, self.stmt.trips)
        return self.number

    def trip(self) -> Atom:
        """The number of trips before this one."""
        if self._trip is None:
            place = minus(self.inner, self.counter, self.start)
            self._trip = minus(self.inner, minus(self.outer, self.stop, ONE_INT), self.counter) if self.down else place
        return self._trip

    def items(self) -> None:
        """Bind the index and what is walked."""
        stmt, inner, lists = self.stmt, self.inner, self.lists
        if self.index is not None and self.counter is not self.index:
            assert stmt.trips is not None
            start, step = lists.atom(stmt.trips.start), lists.atom(stmt.trips.step)
            place = self.trip()
            if stmt.reverse:
                last = minus(self.outer, lists.count(self.outer, stmt.trips), ONE_INT)
                place = minus(inner, last, place)
            if isinstance(step, Const) and step.value == -1:
                index = minus(inner, start, place)
            else:
                moved = place if isinstance(step, Const) and step.value == 1 else inner.apply(OPS["mul"], place, step)
                index = plus(inner, start, moved)
            lists.env[self.index] = _named(inner, index, self.index)
        for k, (walk, source, item) in enumerate(zip(stmt.xs, self.sources, self.walked)):
            place = self.place(walk, k)
            if source is None:
                lists.env[item] = inner.apply(OPS["list_get"], lists.atom(walk.source), place)
                continue
            found = source.item(inner, place, item.kind)
            if isinstance(found, (Rows, Part, Parts)):
                lists.readings[item] = found
            else:
                lists.env[item] = _named(inner, found, item)

    def place(self, walk: Walk, k: int) -> Atom:
        if not walk.reverse:
            return self.trip()
        if not self.stmt.in_step or self.down is False:
            last = minus(self.outer, self.length(k), ONE_INT)
            return minus(self.inner, last, self.trip())
        return minus(self.inner, self.counter, self.start)  # both go down together


def _named(builder: Builder, atom: Atom, like: Value) -> Atom:
    """The index, or an item, under the name that it has in the program."""
    last = builder.stmts[-1] if builder.stmts else None
    if isinstance(last, Apply) and last.outputs == (atom,):
        named = Value(atom.kind, like.hint, like.base, like.suffix)
        builder.stmts[-1] = replace(last, outputs=(named,))
        return named
    return atom
