"""Sums that go to neighbouring elements in several trips, as the adjoint of a stencil does, gathered by element.

Where trip i adds to the elements i - 1, i and i + 1, each trip would wait for the writes of the one before. Here
element j takes what the trips j + 1, j and j - 1 have for it, so that all elements can be done at once. The elements
near the ends, to which not all of these trips belong, are written out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from s2s_ad.ir.builder import ONE_INT, Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Value
from s2s_ad.ir.walk import (
    all_stmts,
    blocks_of,
    defined_in,
    inputs_of,
    is_derivative,
    outputs_of,
    split_params,
    substitute,
    use_counts,
)
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import Accesses, Add, Row, accesses, needed, sums_by_row, without
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.factors import added, sum_of
from s2s_ad.passes.native.fuse import only_sums
from s2s_ad.passes.native.storage import minus, plus
from s2s_ad.passes.native.zeros import Sweep, clears, sweep_of

WIDEST = 4  # trips between the first and the last that add to one element
EDGES = 12  # sums that are written out
MOST = 60  # operations that are done for an element
_NONE: Mapping[int, Value] = MappingProxyType({})
CHEAP = 1  # the cost of an operation that is done once for each neighbour


@dataclass
class _Plan:
    """What a loop does: by slots of what it carries."""

    wide: dict[int, list[list[Add]]] = field(default_factory=dict)  # sums onto neighbours of one row
    plain: dict[int, list[Add]] = field(default_factory=dict)  # the other sums
    cleared: dict[int, Apply] = field(default_factory=dict)  # what each trip writes where it has read
    numbers: list[int] = field(default_factory=list)  # sums that are one number
    zeroed: dict[int, Sweep] = field(default_factory=dict)  # what sets all elements to zero that are then summed up

    @property
    def width(self) -> int:
        return max(_width(adds) for groups in self.wide.values() for adds in groups)


class Gather:
    """Rewrites one loop at a time."""

    def __init__(self, affine: Affine) -> None:
        self.affine = affine

    def loop(self, builder: Builder, loop: For, around: Block) -> bool:
        """Emit what stands for the loop in this block, if it is one that this is about."""
        plan = self.plan(loop)
        if plan is None or loop.trips is None:
            return False
        start, stop, outputs = loop.trips.start, loop.trips.stop, list(loop.outputs)
        builder.span = loop.span
        loop = _merged(loop, plan)
        for slot in plan.wide:
            loop = self.not_zeroed(builder, loop, slot, plan, around)
        enough = builder.apply(OPS["gt"], minus(builder, stop, start), Const(plan.width, INT))
        inner = Builder(loop.span)
        ends = _Gathered(self.affine, inner, loop, plan).ends()
        rest = [k for k in range(len(outputs)) if k not in plan.cleared]
        kept, fresh = Builder(loop.span), [replace(outputs[k]) for k in rest]
        for slot, zeroing in plan.zeroed.items():
            loop = _zeroed_first(kept, loop, slot, zeroing)
        # that there are few is said where it stands: else the compiler makes much of this loop, and little of the other
        few = kept.apply(OPS["lesser"], stop, plus(kept, start, Const(plan.width, INT)))
        kept.emit(_without(replace(loop, trips=Range(start, few, ONE_INT)), plan.cleared, fresh))
        made = tuple(outputs[k] for k in rest)
        builder.emit(If(enough, inner.block((), [ends[k] for k in rest]), kept.block((), fresh), made, loop.span))
        clearing = _Gathered(self.affine, builder, loop, plan)
        for slot, stmt in plan.cleared.items():
            clearing.swept(list(loop.init), [(slot, stmt)], {slot: outputs[slot]})
        return True

    def not_zeroed(self, builder: Builder, loop: For, slot: int, plan: _Plan, around: Block) -> For:
        """The loop with the array as it was before its elements were set to zero, if all of them get a sum at once."""
        array, groups, trips = loop.init[slot], plan.wide[slot], loop.trips
        assert trips is not None
        at = next((k for k, s in enumerate(builder.stmts) if array in outputs_of(s)), None)
        before = builder.stmts[at] if at is not None else None
        if (
            at is None
            or not isinstance(before, For)
            or len(groups) > 1
            or slot in plan.plain
            or not _once(array, around)
        ):
            return loop
        found = sweep_of(before, before.outputs.index(array), self.affine)
        if found is None or not clears(found) or found.row != self.row(groups[0][0]):
            return loop
        low, high = _offsets(groups[0])[0], _offsets(groups[0])[-1]
        first, last = (
            found.start.plus(self.affine.sum(trips.start), -1),
            found.stop.plus(self.affine.sum(trips.stop), -1),
        )
        if not self.from_the_start(loop.body.params[0], low):
            return loop
        if first.terms or last.terms or not (low <= first.constant <= high and low <= last.constant <= high):
            return loop
        rest = [v for v in before.outputs if v is not array]
        builder.stmts[at] = _without(before, (found.slot,), rest)
        plan.zeroed[slot] = found
        init = list(loop.init)
        init[slot] = before.init[found.slot]
        return replace(loop, init=tuple(init))

    def row(self, add: Add) -> Row:
        return tuple(map(self.affine.key, add.stmt.inputs[2:-1]))

    def plan(self, loop: For) -> _Plan | None:
        """What each slot is for; None if the loop does anything else."""
        body = loop.body
        if loop.xs or loop.stops or len(loop.outputs) > len(loop.init):
            return None
        if any(not isinstance(s, Apply) or s.op.effect or len(s.outputs) != 1 for s in body.stmts):
            return None
        plan, inside, uses = _Plan(), defined_in(body), use_counts(body)
        carried = split_params(loop)[1]
        for slot in range(len(loop.init)):
            if carried[slot].kind == FLOAT and only_sums(body, carried[slot], body.results[slot], uses):
                plan.numbers.append(slot)
                continue
            found = accesses(loop, slot)
            if found is None or not found.found or not isinstance(loop.init[slot], Value):
                return None
            if any(isinstance(e, int) for stmt, _ in found.found for e in dict(stmt.params)["index"]):
                return None
            rows = sums_by_row(found, loop, self.affine)
            if rows is not None:
                if not self.sums(plan, slot, rows):
                    return None
            elif not self.clears(plan, found, body.params[0], inside):
                return None
        return plan if plan.wide and self.cheap(plan, loop) else None

    def sums(self, plan: _Plan, slot: int, rows: Mapping[Row, list[Add]]) -> bool:
        for adds in rows.values():
            if _width(adds) > WIDEST:
                return False
            if _width(adds):
                plan.wide.setdefault(slot, []).append(adds)
            else:
                plan.plain.setdefault(slot, []).extend(adds)
        return True

    def clears(self, plan: _Plan, array: Accesses, index: Value, inside: set[Value]) -> bool:
        """Whether each trip reads one element that is its own, and then writes there what no trip changes."""
        *reads, (last, at) = array.found
        if last.op.name != "index_set" or last.inputs[1] in inside or any(s.op.name != "getitem" for s, _ in reads):
            return False
        offset = self.offset(at[-1], index)
        if offset is None or not inside.isdisjoint(at[:-1]) or not self.from_the_start(index, offset):
            return False
        if any(list(map(self.affine.key, place)) != list(map(self.affine.key, at)) for _, place in reads):
            return False
        plan.cleared[array.slot] = last
        return True

    def from_the_start(self, index: Value, offset: int) -> bool:
        """Whether the places so far from the index are not counted from the end, where one may be that of another."""
        return self.affine.not_negative(Sum({index: 1}, offset))

    def offset(self, place: Atom, index: Value) -> int | None:
        found = self.affine.sum(place)
        return found.constant if dict(found.terms) == {index: 1} else None

    def cheap(self, plan: _Plan, loop: For) -> bool:
        """Whether doing the operations of a trip once for each neighbour costs less than it gains."""
        groups = [adds for groups in plan.wide.values() for adds in groups]
        edges = sum(len(_offsets(adds)) * _width(adds) for adds in groups)
        operations = sum(len(needed(loop.body, [a.stmt.inputs[1]])) for adds in groups for a in adds)
        costly = any(isinstance(s, Apply) and s.op.cost > CHEAP for s in loop.body.stmts)
        return edges <= EDGES and operations <= MOST and not costly


class _Gathered:
    """The loops that stand for one."""

    def __init__(self, affine: Affine, builder: Builder, loop: For, plan: _Plan) -> None:
        assert loop.trips is not None
        self.affine, self.builder, self.old, self.plan = affine, builder, loop, plan
        self.start, self.stop = loop.trips.start, loop.trips.stop
        self.index = loop.body.params[0]
        self.carried = split_params(loop)[1]
        self.before = dict(zip(self.carried, loop.init))

    def ends(self) -> list[Atom]:
        """Emit them; what they leave in each slot."""
        ends = list(self.old.init)
        for slot, groups in self.plan.wide.items():
            for adds in groups:
                ends[slot] = self.gathered(ends[slot], slot, adds)
        if self.plan.plain:
            self.swept(ends, [(slot, add.stmt) for slot, adds in self.plan.plain.items() for add in adds])
        for slot in self.plan.numbers:
            ends[slot] = self.summed(slot)
        return ends

    def swept(self, ends: list[Atom], writes: Sequence[tuple[int, Apply]], outs: Mapping[int, Value] = _NONE) -> None:
        """These writes of each trip, by slots, in a loop of their own; it leaves its arrays in `ends`."""
        inner, index = Builder(writes[0][1].span), replace(self.index)
        params = {slot: self.like(ends[slot]) for slot, _ in writes}
        arrays = dict(params)
        for slot, stmt in writes:
            value = self.value(inner, stmt.inputs[1], index, 0)
            places = [self.place(inner, p, index, 0) for p in stmt.inputs[2:]]
            made = self.like(arrays[slot])
            inner.emit(replace(stmt, inputs=(arrays[slot], value, *places), outputs=(made,)))
            arrays[slot] = made
        init = tuple(ends[slot] for slot in params)
        outputs = tuple(outs.get(slot) or self.like(ends[slot]) for slot in params)
        body = inner.block((index, *params.values()), tuple(arrays.values()))
        trips = Range(self.start, self.stop, ONE_INT)
        self.builder.emit(For(trips, False, (), init, body, outputs, span=self.old.span))
        for slot, out in zip(params, outputs):
            ends[slot] = out

    def summed(self, slot: int) -> Value:
        """A sum that is one number, in a loop of its own."""
        inner, index, start = Builder(self.old.span), replace(self.index), self.old.init[slot]
        param, out = replace(self.carried[slot]), replace(self.old.outputs[slot])
        end = self.value(inner, self.old.body.results[slot], index, 0, {self.carried[slot]: param})
        trips = Range(self.start, self.stop, ONE_INT)
        self.builder.emit(
            For(trips, False, (), (start,), inner.block((index, param), (end,)), (out,), span=self.old.span)
        )
        return out

    def gathered(self, array: Atom, slot: int, adds: list[Add]) -> Value:
        """All sums onto one row."""
        offsets, builder, zeroed = _offsets(adds), self.builder, self.plan.zeroed.get(slot)
        low, high = offsets[0], offsets[-1]
        # from here to there the elements are zero
        since = zeroed.start.plus(self.affine.sum(self.start), -1).constant if zeroed is not None else high
        until = zeroed.stop.plus(self.affine.sum(self.stop), -1).constant if zeroed is not None else low
        for j in range(low, high):
            place, own = plus(builder, self.start, Const(j, INT)), [a for a in adds if a.offset <= j]
            array = self.added(array, place, own, j >= since)
        inner, index, at = Builder(adds[0].stmt.span), replace(self.index), self.like(array)
        total = self.total(inner, index, adds)
        stmt = replace(adds[0].stmt, inputs=(at, total, *adds[0].stmt.inputs[2:-1], index))
        stmt = replace(stmt, op=OPS["index_set"]) if zeroed is not None else stmt
        first, last = plus(builder, self.start, Const(high, INT)), plus(builder, self.stop, Const(low, INT))
        found: Atom = self.looped(inner, index, array, at, stmt, first, last)
        for j in range(low, high):
            place, own = plus(builder, self.stop, Const(j, INT)), [a for a in adds if a.offset > j]
            found = self.added(found, place, own, j < until)
        assert isinstance(found, Value)
        return found

    def added(self, array: Atom, place: Atom, adds: list[Add], to_zero: bool) -> Value:
        """What these trips have for one element."""
        builder, model = self.builder, adds[0].stmt
        builder.span = model.span
        total, out = self.total(builder, place, adds), self.like(array)
        op = OPS["index_set"] if to_zero else model.op
        builder.emit(replace(model, op=op, inputs=(array, total, *model.inputs[2:-1], place), outputs=(out,)))
        return out

    def total(self, builder: Builder, place: Atom, adds: Sequence[Add]) -> Atom:
        parts = [self.value(builder, a.stmt.inputs[1], place, a.offset) for a in adds]
        numbers = [_times_constant(builder, part) for part in parts]
        common = numbers[0][1]
        if len(parts) > 1 and common is not None and all(c is not None and c.value == common.value for _, c in numbers):
            return builder.apply(OPS["mul"], added(builder, [rest for rest, _ in numbers]), common)
        return added(builder, parts)

    def looped(
        self, inner: Builder, index: Value, array: Atom, at: Value, stmt: Apply, start: Atom, stop: Atom
    ) -> Value:
        made, out = self.like(array), self.like(array)
        inner.emit(replace(stmt, outputs=(made,)))
        trips, body = Range(start, stop, ONE_INT), inner.block((index, at), (made,))
        self.builder.emit(For(trips, False, (), (array,), body, (out,), span=self.old.span))
        return out

    def like(self, array: Atom) -> Value:
        assert isinstance(array, Value)
        return replace(array)

    def value(
        self, builder: Builder, atom: Atom, place: Atom, offset: int, known: Mapping[Atom, Atom] | None = None
    ) -> Atom:
        """A number of the trip whose index is the place less the offset, made anew."""
        made: dict[Atom, Atom] = dict(known or {})
        for stmt in needed(self.old.body, [atom]):
            if stmt.out.kind == INT and dict(self.affine.sum(stmt.out).terms) == {self.index: 1}:
                continue  # a place: counted from the element, not from the trip
            inputs = tuple(made[a] if a in made else self.place(builder, a, place, offset) for a in stmt.inputs)
            out = replace(stmt.out)
            builder.emit(replace(stmt, inputs=inputs, outputs=(out,)))
            made[stmt.out] = out
        return made[atom] if atom in made else self.place(builder, atom, place, offset)

    def place(self, builder: Builder, atom: Atom, place: Atom, offset: int) -> Atom:
        """What in that trip stands for an index, or for an array as it is before the loop."""
        if isinstance(atom, Value) and atom in self.before:
            return self.before[atom]
        if atom.kind == INT:
            found = self.affine.sum(atom)
            if dict(found.terms) == {self.index: 1}:
                return plus(builder, place, Const(found.constant - offset, INT))
        return atom


def _times_constant(builder: Builder, atom: Atom) -> tuple[Atom, Const | None]:
    """What a number that has just been made is a multiple of, and of what it is that."""
    made = next((s for s in builder.stmts if isinstance(s, Apply) and s.out is atom and s.op.name == "mul"), None)
    for one, other in (made.inputs, made.inputs[::-1]) if made is not None else ():
        if isinstance(other, Const):
            return one, other
    return atom, None


def _without(loop: For, slots: Collection[int], outputs: Sequence[Value]) -> For:
    """The loop that leaves the arrays of these slots as they are."""
    params, carried = split_params(loop)
    rest = [k for k in range(len(carried)) if k not in slots]
    reads: dict[Value, Atom] = {carried[k]: loop.init[k] for k in slots}
    ends = {loop.body.results[k] for k in slots}
    stmts = tuple(s for s in loop.body.stmts if not (isinstance(s, Apply) and s.out in ends))
    body = Block((*params, *(carried[k] for k in rest)), stmts, tuple(loop.body.results[k] for k in rest))
    init = tuple(loop.init[k] for k in rest)
    return replace(loop, init=init, body=substitute(body, reads), outputs=tuple(outputs))


def _merged(loop: For, plan: _Plan) -> For:
    """The loop in which each trip adds once to each neighbour: the plan then says so too."""
    makers = {s.out: s for s in loop.body.stmts if isinstance(s, Apply)}
    reads = [s for s in makers.values() if s.op.name == "getitem" and s.out.kind == FLOAT]
    written = {split_params(loop)[1][slot] for slot in plan.cleared}
    # the adjoints that a trip takes
    factors = [s.out for s in reads if s.inputs[0] in written or _is_derivative(s.inputs[0]) and not written]
    builder = Builder(loop.span)
    gone: set[Apply] = set()
    renamed: dict[Atom, Atom] = {}
    for slot, groups in plan.wide.items():
        at: Atom = split_params(loop)[1][slot]
        for k, adds in enumerate(groups):
            merged: list[Add] = []
            for offset in _offsets(adds):
                own = [a.stmt for a in adds if a.offset == offset]
                builder.span = own[0].span
                factor = factors[0] if len(factors) == 1 else None
                total = sum_of(builder, [s.inputs[1] for s in own], factor, makers)
                out = replace(own[0].out)
                merged.append(Add(replace(own[0], inputs=(at, total, *own[0].inputs[2:]), outputs=(out,)), offset))
                builder.emit(merged[-1].stmt)
                gone.update(own)
                at = out
            groups[k] = merged
        chained: list[Add] = []
        for add in plan.plain.get(slot, []):
            chained.append(
                Add(replace(add.stmt, inputs=(at, *add.stmt.inputs[1:]), outputs=(replace(add.stmt.out),)), add.offset)
            )
            builder.emit(chained[-1].stmt)
            gone.add(add.stmt)
            at = chained[-1].stmt.out
        if chained:
            plan.plain[slot] = chained
        renamed[loop.body.results[slot]] = at
    left = without(loop.body, gone).stmts
    results = tuple(renamed.get(r, r) for r in loop.body.results)
    return replace(loop, body=Block(loop.body.params, (*left, *builder.stmts), results))


def _is_derivative(atom: Atom) -> bool:
    return isinstance(atom, Value) and is_derivative(atom)


def _zeroed_first(builder: Builder, loop: For, slot: int, zeroing: Sweep) -> For:
    """The loop after one that sets these elements to zero."""
    before, model, trips = loop.init[slot], zeroing.stmt, zeroing.loop.trips
    assert isinstance(before, Value) and trips is not None
    index, at, made, out = replace(zeroing.loop.body.params[0]), replace(before), replace(before), replace(before)
    inner, offset = Builder(model.span), zeroing.offset
    place = plus(inner, index, Const(offset, INT))
    inner.emit(replace(model, inputs=(at, *model.inputs[1:-1], place), outputs=(made,)))
    builder.emit(For(trips, False, (), (before,), inner.block((index, at), (made,)), (out,), span=zeroing.loop.span))
    init = list(loop.init)
    init[slot] = out
    return replace(loop, init=tuple(init))


def _once(value: Atom, block: Block) -> bool:
    """Whether the block reads it once."""
    reads = [a for s in all_stmts(block) for a in inputs_of(s)]
    reads += [r for s in all_stmts(block) for inner in blocks_of(s) for r in inner.results]
    return [*reads, *block.results].count(value) == 1


def _offsets(adds: Sequence[Add]) -> list[int]:
    return sorted({add.offset for add in adds})


def _width(adds: Sequence[Add]) -> int:
    offsets = _offsets(adds)
    return offsets[-1] - offsets[0]
