"""An array saved once a trip, where an inner loop would save several numbers made of its elements.

The numbers are made again from the elements, by operations no dearer than an addition, where they are read. The inner
loop may write to the array, if a trip only reads what no trip before it has written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import INT, Array, List
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Stmt, Value, Walk
from s2s_ad.ir.walk import blocks_of, clone, defined_in, free_values, inputs_of, map_inputs, split_params
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import array_before
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.storage import plus

CHEAP = 1  # the cost of an operation that is done again
EDGE = 8  # elements of an array that a loop over it may leave out


def rows_saved(block: Block) -> Block:
    """The block with rows saved instead of elements, where they are fewer; the lists are then read by nobody."""
    return _rows_saved(block, Affine(block))


def _rows_saved(block: Block, affine: Affine) -> Block:
    stmts = [map_inputs(stmt, lambda a: a, lambda b: _rows_saved(b, affine)) for stmt in block.stmts]
    for k, first in enumerate(stmts):
        for m in range(k + 1, len(stmts)):
            second = stmts[m]
            if isinstance(first, For) and isinstance(second, For):
                found = _Pair(first, second, affine).rows()
                if found is not None:
                    stmts[k], stmts[m] = first, second = found
    return replace(block, stmts=tuple(stmts))


@dataclass
class _Saved:
    """A number that an inner loop saves and an inner loop of the reverse sweep reads."""

    value: Atom  # in the inner loop of the forward sweep
    item: Value  # in that of the reverse sweep
    made: list[Apply]  # how to make it again
    arrays: list[Value]  # of whose elements


@dataclass
class _Inner:
    """An inner loop and the one that reads what it saves."""

    forward: For
    reverse: For
    saved: list[_Saved] = field(default_factory=list)


class _Pair:
    """A loop of the forward sweep and the one of the reverse sweep that reads its lists, last trip first."""

    def __init__(self, first: For, second: For, affine: Affine) -> None:
        self.first, self.second, self.affine = first, second, affine
        self.inside = defined_in(first.body)
        self.began: dict[Value, Value] = {}  # of arrays that inner loops write to: as they were before

    def rows(self) -> tuple[For, For] | None:
        if self.first.stops or self.second.stops or not self.second.even:
            return None
        changed = False
        for inner in self.inner_pairs():
            arrays = list(dict.fromkeys(a for saved in inner.saved for a in saved.arrays if a in self.inside))
            if inner.saved and all(self.covered(inner, a, len(arrays)) for a in arrays):
                self.save(inner, arrays)
                changed = True
        return (self.first, self.second) if changed else None

    def covered(self, inner: _Inner, array: Value, count: int) -> bool:
        """Whether rows of so many arrays are no more than what is saved, as the inner loop goes over the whole array,
        but for a few elements, or over more and more of it."""
        trips = inner.forward.trips
        if trips is None or not isinstance(array.kind, Array) or array.kind.rank != 1:
            return False
        number = self.affine.sum(trips.stop).plus(self.affine.sum(trips.start), -1)
        rest = self.affine.length(array, 0).plus(number, -1)
        if not isinstance(trips.step, Const) or trips.step.value != 1:
            return False
        if rest.terms:
            growing = self.first.trips is not None and abs(number.terms.get(self.first.body.params[0], 0)) == 1
            least = self.affine.least(rest) if growing else None
            return least is not None and not least.terms and least.constant <= EDGE and 2 * count <= len(inner.saved)
        return rest.constant <= EDGE and count < len(inner.saved)

    def inner_pairs(self) -> list[_Inner]:
        """The inner loops that save numbers which can be made again of elements of arrays."""
        first, second = self.first, self.second
        makers = {out: s for s in first.body.stmts if isinstance(s, For) for out in s.outputs[len(s.init) :]}
        items = split_params(second)[0]
        lists = dict(zip(first.outputs[len(first.init) :], first.body.results[len(first.init) :]))
        found: dict[tuple[For, For], _Inner] = {}
        for walk, item in zip(second.xs, items[len(items) - len(second.xs) :]):
            saved = lists.get(walk.source) if isinstance(walk.source, Value) else None
            maker = makers.get(saved) if isinstance(saved, Value) else None
            readers = [s for s in second.body.stmts if _reads(s, item)]
            if maker is None or not walk.reverse or len(readers) != 1 or item in second.body.results:
                continue
            reader = readers[0]
            if not isinstance(reader, For) or not self.same_trips(maker, reader):
                continue
            inner = found.setdefault((maker, reader), _Inner(maker, reader))
            assert isinstance(saved, Value)
            value = maker.body.results[maker.outputs.index(saved)]
            for own, q in zip(reader.xs, _items(reader)):
                if own.source is item and own.reverse == (maker.reverse != reader.reverse):
                    made = self.made_again(maker, value)
                    if made is not None:
                        inner.saved.append(_Saved(value, q, *made))
        return list(found.values())

    def same_trips(self, maker: For, reader: For) -> bool:
        """Whether the index of the one is that of the other when it reads what was saved."""
        a, b = maker.trips, reader.trips
        if a is None or b is None or maker.stops or reader.stops or maker.xs:
            return False
        pairs = ((a.start, b.start), (a.stop, b.stop), (a.step, b.step))
        return reader.even and all(self.same_in_both(x, y) for x, y in pairs)

    def same_in_both(self, one: Atom, other: Atom) -> bool:
        """Whether a number of a trip is that of the trip of the reverse sweep that reads what it has saved."""
        a, b = self.affine.sum(one), self.affine.sum(other)
        if self.first.trips is not None and self.same_index():
            index, there = self.first.body.params[0], self.second.body.params[0]
            count = a.terms.get(index, 0)
            a = a.plus(Sum({index: 1}), -count).plus(Sum({there: 1}), count)
        return a.key == b.key and not any(getattr(symbol, "array", symbol) in self.inside for symbol in a.terms)

    def same_index(self) -> bool:
        """Whether the outer loops have the same index in the trips that belong together."""
        a, b = self.first.trips, self.second.trips
        if a is None or b is None or self.first.reverse:
            return False
        one, other = (getattr(trips.step, "value", None) for trips in (a, b))
        begins, stops = self.affine.sum(a.start), self.affine.sum(a.stop)
        if not self.second.reverse:  # from its last item to its first range(n - 1, -1, -1) is range(0, n)
            if one not in (1, -1):
                return False
            one, begins, stops = -one, stops.more(-one), begins.more(-one)
        ends = self.affine.key(b.start), self.affine.key(b.stop)
        return one == other is not None and ends == (begins.key, stops.key)

    def made_again(self, loop: For, value: Atom) -> tuple[list[Apply], list[Value]] | None:
        """The operations that make a value of the loop from elements of arrays that the loop leaves as they are."""
        makers = {out: s for s in loop.body.stmts if isinstance(s, Apply) for out in s.outputs}
        own = defined_in(loop.body)
        made: dict[Value, Apply] = {}
        arrays: list[Value] = []

        def visit(atom: Atom) -> bool:
            if not isinstance(atom, Value) or atom in made or atom is loop.body.params[0]:
                return True
            if atom not in own:
                return atom not in self.inside
            stmt = makers.get(atom)
            if stmt is None or stmt.op.cost > CHEAP or stmt.op.store or stmt.op.effect:
                return False
            if stmt.op.name == "getitem":
                array = self.before(loop, stmt) if stmt.inputs[0] in own else stmt.inputs[0]
                if not isinstance(array, Value) or isinstance(stmt.out.kind, Array):
                    return False
                arrays.append(array)
                reads: tuple[Atom, ...] = stmt.inputs[1:]
            else:
                reads = stmt.inputs
            if not all(map(visit, reads)):
                return False
            made[atom] = stmt
            return True

        return (list(made.values()), arrays) if visit(value) and arrays else None

    def before(self, loop: For, read: Apply) -> Value | None:
        """The array of whose elements one is read, as it was before the loop, if no trip before has written to that."""
        array = read.inputs[0]
        start = array_before(loop, read, self.affine) if not loop.reverse else None
        if not isinstance(array, Value) or not isinstance(start, Value) or start not in self.inside:
            return None
        self.began[array] = start
        return start

    def save(self, inner: _Inner, arrays: list[Value]) -> None:
        """Save these arrays in the outer loop, and make the numbers again in the reverse one."""
        first, second = self.first, self.second
        lists = [Value(List(a.kind), base=a, suffix="_tape") for a in arrays]
        rows = [replace(a) for a in arrays]
        before, saved = Builder(inner.forward.span), list[Value]()
        for array in arrays:
            count = self.count(before, inner, array)
            saved.append(array if count is None else before.apply(OPS["beginning"], array, count))
        at = first.body.stmts.index(inner.forward)
        body = replace(
            first.body,
            stmts=(*first.body.stmts[:at], *before.stmts, *first.body.stmts[at:]),
            results=(*first.body.results, *saved),
        )
        self.first = replace(first, body=body, outputs=(*first.outputs, *lists))
        mapping: dict[Value, Atom] = dict(zip(arrays, rows))
        mapping.update((array, mapping[start]) for array, start in self.began.items() if start in mapping)
        mapping[inner.forward.body.params[0]] = inner.reverse.body.params[0]
        stmts = tuple({stmt: None for saved in inner.saved for stmt in saved.made})
        again = clone(Block((), stmts, ()), mapping)
        given: dict[Value, Atom] = {
            s.item: mapping.get(s.value, s.value) if isinstance(s.value, Value) else s.value for s in inner.saved
        }
        old = inner.reverse.body

        def atom(a: Atom) -> Atom:
            return given.get(a, a) if isinstance(a, Value) else a

        def within(b: Block) -> Block:
            return Block(b.params, tuple(map_inputs(s, atom, within) for s in b.stmts), tuple(map(atom, b.results)))

        new = within(old)
        reverse = replace(inner.reverse, body=replace(new, stmts=(*again.stmts, *new.stmts)))
        params = second.body.params
        at = len(params) - len(second.init)
        changed = tuple(reverse if s is inner.reverse else s for s in second.body.stmts)
        self.second = replace(
            second,
            xs=(*second.xs, *(Walk(y, True) for y in lists)),
            body=Block((*params[:at], *rows, *params[at:]), changed, second.body.results),
        )
        self.inside = defined_in(self.first.body)

    def count(self, builder: Builder, inner: _Inner, array: Value) -> Atom | None:
        """How many elements of the array are read, if the inner loop goes over more and more of it."""
        trips, index = inner.forward.trips, inner.forward.body.params[0]
        assert trips is not None
        if not self.affine.length(array, 0).plus(self.affine.sum(trips.stop), -1).terms:
            return None  # nearly all of them
        last = 0
        for stmt in (stmt for saved in inner.saved for stmt in saved.made if stmt.op.name == "getitem"):
            if array in (stmt.inputs[0], self.began.get(stmt.inputs[0])):  # type: ignore[arg-type]
                place = self.affine.sum(stmt.inputs[1])
                if dict(place.terms) != {index: 1}:
                    return None
                last = max(last, place.constant)
        count = plus(builder, trips.stop, Const(last, INT))
        rest = self.affine.length(array, 0).plus(self.affine.sum(trips.stop), -1).more(-last)
        if self.affine.not_negative(rest):
            return count
        return builder.apply(OPS["lesser"], count, builder.apply(OPS["array_len"], array))  # it may make no trip


def _items(loop: For) -> tuple[Value, ...]:
    items = split_params(loop)[0]
    return items[len(items) - len(loop.xs) :]


def _reads(stmt: Stmt, value: Value) -> bool:
    return value in inputs_of(stmt) or any(value in free_values(b) for b in blocks_of(stmt))
