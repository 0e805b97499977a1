"""Elements that are put aside in another array before they are written over are read where they stand, or carried.

`new[i] = u[i]` along a part of a row, then `u[i] = f(new[i - 1], new[i], new[i + 1])`: so the adjoint of a step in
place comes out. What has not been written yet can be read in u itself, and what has been a trip or two ago is a number
that the loop carries. The other array is left alone, where nobody asks later for what was put aside there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from s2s_ad.analysis.lengths import ASKS_LENGTH
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Stmt, Value
from s2s_ad.ir.walk import defined_in, map_inputs, split_params, substitute, use_counts
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import accesses, place_of
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.apart import Apart
from s2s_ad.passes.native.storage import at, plus
from s2s_ad.passes.native.zeros import Sweep, sweep_of

MOST_FACTORS = 2  # each is multiplied with again wherever what is put aside is read
MOST = 2  # trips for which an element is carried
_ROOM = frozenset(("np.empty", "np.empty_like"))


def read_in_place(block: Block) -> Block:
    """The block without such copies, in the trips of its loops."""
    return _Aside(Affine(block)).block(block)


@dataclass(frozen=True)
class _Copy:
    """A loop that puts a part of a row aside, and the If behind it that alone reads it there.

    What was at a place of the row is `shift` before that in the other array, or what it is multiplied with makes of it.
    `room` makes that anew in each trip; else the loop around carries it.
    """

    sweep: Sweep
    source: Value
    shift: int
    read: Apply
    factors: tuple[Apply, ...]  # multiplications, one after the other
    before: Value  # the other array, before and after it
    after: Value
    reader: If
    room: Apply | None


@dataclass
class _Memory:
    """What is known of the row while it is written over."""

    now: Value  # the array
    single: list[Sum] = field(default_factory=list)  # places that have been written to
    part: tuple[Sum, Sum] | None = None  # and a part, from the first to behind the last
    numbers: dict[object, Atom] = field(default_factory=dict)  # what was there at first, by the place


class _Aside:
    def __init__(self, affine: Affine) -> None:
        self.affine = affine

    def block(self, block: Block) -> Block:
        stmts = [map_inputs(stmt, lambda a: a, self.block) for stmt in block.stmts]
        for k, stmt in enumerate(stmts):
            if isinstance(stmt, For):
                stmts[k] = self.loop(stmt, Block((), tuple(stmts[k + 1 :]), block.results))
        return replace(block, stmts=tuple(stmts))

    def loop(self, loop: For, after: Block) -> For:
        """The loop without such a copy in its trips, if there is one and what comes after does not ask for it."""
        for stmt in loop.body.stmts:
            copy = self.copy(stmt, loop)
            if copy is None or copy.room is None and not self.forgotten(copy, loop, after):
                continue
            reader = self.in_place(copy)
            if reader is not None:
                left: dict[Stmt, Stmt] = {copy.reader: reader}
                gone = (copy.sweep.loop, copy.room)
                stmts = tuple(left.get(s, s) for s in loop.body.stmts if s not in gone)
                return replace(loop, body=replace(loop.body, stmts=stmts))
        return loop

    # --- what is put aside --------------------------------------------------------------------------------------------

    def copy(self, stmt: Stmt, loop: For) -> _Copy | None:
        if not isinstance(stmt, For) or len(stmt.init) != 1 or len(stmt.outputs) != 1:
            return None
        sweep = sweep_of(stmt, 0, self.affine)
        if sweep is None or sweep.row:
            return None
        if sweep.stmt.op.name != "index_set":
            return None
        own = {s.out: s for s in sweep.loop.body.stmts if isinstance(s, Apply)}
        factors: list[Apply] = []
        read = own.get(sweep.stmt.inputs[1])  # type: ignore[arg-type]
        while read is not None and read.op.name in ("mul", "neg") and len(factors) < MOST_FACTORS:
            factors.insert(0, read)
            changed = [own[a] for a in read.inputs if isinstance(a, Value) and a in own]
            read = changed[0] if len(changed) == 1 else None
        if read is None or read.op.name != "getitem" or len(own) != len(sweep.loop.body.stmts):
            return None
        if any(s.out.kind != INT for s in own.values() if s not in (read, *factors, sweep.stmt)):
            return None
        (before,), after, source = sweep.loop.init, sweep.loop.outputs[0], read.inputs[0]
        place, index = place_of(read), sweep.loop.body.params[0]
        if not isinstance(before, Value) or not isinstance(source, Value) or place is None or len(place) != 1:
            return None
        offset = self.affine.sum(place[0])
        if dict(offset.terms) != {index: 1}:
            return None
        stmts = loop.body.stmts
        reader = next((s for s in stmts[stmts.index(stmt) + 1 :] if isinstance(s, If)), None)
        if reader is None or source not in defined_in(loop.body):
            return None
        room = next((s for s in stmts if isinstance(s, Apply) and s.outputs == (before,)), None)
        shift = offset.constant - sweep.offset
        if not self.affine.not_negative(sweep.start.more(shift)):
            return None  # counted from the end
        found = _Copy(sweep, source, shift, read, tuple(factors), before, after, reader, room)
        return found if self.alone(found, loop) else None

    def alone(self, copy: _Copy, loop: For) -> bool:
        """Whether only the If reads what was put aside, and writes over what it was, and nothing else meets them."""
        uses, params = use_counts(loop.body), split_params(loop)[1]
        inside = use_counts(copy.reader.then) + use_counts(copy.reader.orelse)
        if copy.room is not None:
            own = copy.room.op.name in _ROOM and uses[copy.after] == inside[copy.after]
        else:
            own = copy.before in params and loop.body.results[params.index(copy.before)] is copy.after
            own = own and uses[copy.after] == inside[copy.after] + 1
        # what they were before is read by the copy and the If alone
        return own and uses[copy.before] == 1 and uses[copy.source] == 1 + inside[copy.source]

    def forgotten(self, copy: _Copy, loop: For, after: Block) -> bool:
        """Whether nobody asks after the loop for what was put aside last: it is written over first, if at all."""
        out = loop.outputs[split_params(loop)[1].index(copy.before)]
        if out in after.results:
            return False
        readers = [s for s in after.stmts if out in _read_by(s)]
        if not readers:
            return True
        first = readers[0]
        if len(readers) > 1 or not isinstance(first, For) or out not in first.init:
            return False
        sweep = sweep_of(first, first.init.index(out), self.affine)
        if sweep is None or not sweep.same_part(copy.sweep) or sweep.stmt.op.name != "index_set":
            return False
        found = accesses(first, sweep.slot)
        return found is not None and len(found.found) == 1 and use_counts(Block((), (first,), ()))[out] == 1

    # --- reading it where it stands -----------------------------------------------------------------------------------

    def in_place(self, copy: _Copy) -> If | None:
        """The If whose one branch reads the row itself; the other still puts it aside."""
        reader = copy.reader
        cond = self.affine.made.get(reader.cond)  # type: ignore[arg-type]
        if not isinstance(cond, Apply) or cond.op.name not in ("gt", "lt") or any(a.kind != INT for a in cond.inputs):
            return None
        less, more = (self.affine.sum(a) for a in (cond.inputs if cond.op.name == "lt" else cond.inputs[::-1]))
        then = _Branch(self.affine, Apart(self.affine, [(less, more)]), copy).rewritten(reader.then)
        if then is None:
            return None
        if copy.room is not None:
            orelse = replace(reader.orelse, stmts=(copy.room, copy.sweep.loop, *reader.orelse.stmts))
            return replace(reader, then=then, orelse=orelse)
        again = replace(copy.sweep.loop, outputs=(replace(copy.after),))
        orelse = substitute(reader.orelse, {copy.after: again.outputs[0]})
        orelse = replace(orelse, stmts=(again, *orelse.stmts), results=(*orelse.results, again.outputs[0]))
        then = replace(then, results=(*then.results, copy.before))
        return replace(reader, then=then, orelse=orelse, outputs=(*reader.outputs, copy.after))


def _read_by(stmt: Stmt) -> set[Atom]:
    return set(use_counts(Block((), (stmt,), ())))


class _Branch:
    """Statements that write over a row, one place after the other, and read aside what was there at first."""

    def __init__(self, affine: Affine, apart: Apart, copy: _Copy) -> None:
        self.affine, self.apart, self.copy = affine, apart, copy
        self.memory = _Memory(copy.source)
        self.older: set[Atom] = set()  # what the row was before its writes
        self.same: dict[Value, Atom] = {}

    def rewritten(self, block: Block) -> Block | None:
        builder = Builder()
        for stmt in block.stmts:
            builder.span = getattr(stmt, "span", None)
            if not self.stmt(builder, stmt):
                return None
        if self.copy.after in block.results:
            return None
        return substitute(replace(block, stmts=tuple(builder.stmts)), self.same)

    def stmt(self, builder: Builder, stmt: Stmt) -> bool:
        """Emit it; False where it does something else with the two arrays."""
        read, now = _read_by(stmt), self.memory.now
        if not self.older.isdisjoint(read):
            return False  # an array that has been written over since
        if self.copy.after not in read and now not in read:
            builder.emit(stmt)
            return True
        if isinstance(stmt, For):
            return self.loop(builder, stmt)
        if not isinstance(stmt, Apply) or stmt.op.name not in ("getitem", "index_set", "index_add", *ASKS_LENGTH):
            return False
        if stmt.op.name in ASKS_LENGTH:
            builder.emit(stmt)
            return self.copy.after not in read
        place = place_of(stmt)
        if place is None or len(place) != 1 or stmt.op.name != "getitem" and self.copy.after in read:
            return False
        where = self.affine.sum(place[0])
        if stmt.op.name != "getitem":
            if not self.not_less(where, Sum({})):
                return False  # counted from the end it may be any place
            self.older.add(now)
            self.memory.now = stmt.out
            self.memory.single.append(where)
            builder.emit(stmt)
            return True
        if stmt.inputs[0] is not self.copy.after:
            builder.emit(stmt)
            return True
        shift = self.copy.shift
        number = self.number(builder, where.more(shift), plus(builder, place[0], Const(shift, INT)))
        if number is None:
            return False
        self.same[stmt.out] = number
        return True

    def number(self, builder: Builder, where: Sum, place: Atom) -> Atom | None:
        """What was at a place of the row before that was written over; None if nobody knows that any more."""
        key = where.key
        if key not in self.memory.numbers:
            if not self.aside(where, where) or not self.untouched(where):
                return None
            self.memory.numbers[key] = self.read(builder, self.memory.now, place)
        return self.memory.numbers[key]

    def read(self, builder: Builder, row: Value, place: Atom) -> Atom:
        """Emit what is put aside of the row's element at a place."""
        number: Atom = builder.apply(OPS["getitem"], row, place, index=at(place))
        before = self.copy.read.out
        for stmt in self.copy.factors:
            inputs = tuple(number if a is before else a for a in stmt.inputs)
            number, before = builder.apply(stmt.op, *inputs), stmt.out
        return number

    def aside(self, first: Sum, last: Sum) -> bool:
        """Whether all from the one place of the row to the other had been put aside."""
        start, stop = (end.more(self.copy.shift) for end in (self.copy.sweep.start, self.copy.sweep.stop))
        return self.not_less(first, start) and self.less(last, stop)

    def untouched(self, where: Sum) -> bool:
        """Whether nothing has been written to this place."""
        memory = self.memory
        if not all(self.less(where, each) or self.less(each, where) for each in memory.single):
            return False
        return memory.part is None or self.less(where, memory.part[0]) or self.not_less(where, memory.part[1])

    def less(self, one: Sum, other: Sum) -> bool:
        return self.apart.at_least(other.plus(one, -1), 1)

    def not_less(self, one: Sum, other: Sum) -> bool:
        return self.apart.at_least(one.plus(other, -1), 0)

    # --- the loop that writes over most of it -------------------------------------------------------------------------

    def loop(self, builder: Builder, loop: For) -> bool:
        trips, memory = loop.trips, self.memory
        ordered = trips is not None and not loop.reverse and isinstance(trips.step, Const) and trips.step.value == 1
        if trips is None or not ordered or loop.stops or loop.xs or memory.now not in loop.init:
            return False
        slot = loop.init.index(memory.now)
        found, index = accesses(loop, slot), loop.body.params[0]
        if found is None or [s.op.name for s, _ in found.found] not in (["index_set"], ["index_add"]):
            return False
        if use_counts(Block((), (loop,), ()))[memory.now] != 1:
            return False
        write, (target,) = found.found[0]
        ahead = self.offset(target, index)
        ages = self.ages(loop, write, ahead) if ahead is not None else {}
        if ahead is None or not ages:
            return False
        oldest, youngest = max(0, *ages.values()), min(0, *ages.values())
        start, stop = self.affine.sum(trips.start), self.affine.sum(trips.stop)
        if oldest > MOST or not self.not_less(stop, start):
            return False
        lowest, beyond = start.more(ahead), stop.more(ahead - youngest)  # of what is read where it stands
        if memory.part is not None or not self.aside(lowest, beyond.more(-1)):
            return False
        if not all(self.less(each, lowest) or self.not_less(each, beyond) for each in memory.single):
            return False
        carried: list[Value] = []
        init: list[Atom] = []
        for age in range(1, oldest + 1):
            place = plus(builder, trips.start, Const(ahead - age, INT))
            number = self.number(builder, start.more(ahead - age), place)
            if number is None:
                return False
            carried.append(Value(FLOAT, base=self.copy.source, suffix="_before"))
            init.append(number)
        self.emit(builder, loop, slot, ahead, ages, carried, init)
        made = builder.stmts[-1]
        assert isinstance(made, For)
        self.older.add(memory.now)
        memory.now = made.outputs[slot]
        memory.part = start.more(ahead), stop.more(ahead)
        for age, out in enumerate(made.outputs[len(loop.init) : len(loop.init) + oldest], 1):
            memory.numbers[stop.more(ahead - age).key] = out
        return True

    def ages(self, loop: For, write: Apply, ahead: int) -> dict[Apply, int]:
        """Of each statement that reads what was put aside, how many trips ago that was where the loop writes; none if
        anything else is done with it, or after the write."""
        found: dict[Apply, int] = {}
        own = loop.body.stmts
        for stmt in own[: own.index(write)]:
            if isinstance(stmt, Apply) and stmt.op.name == "getitem" and stmt.inputs[0] is self.copy.after:
                offset = self.offset(stmt.inputs[1], loop.body.params[0])
                if offset is None:
                    return {}
                found[stmt] = ahead - offset - self.copy.shift
        return found if use_counts(loop.body)[self.copy.after] == len(found) else {}

    def offset(self, place: Atom, index: Value) -> int | None:
        """How far it is from the index of the loop; None where that changes."""
        found = self.affine.sum(place)
        return found.constant if dict(found.terms) == {index: 1} else None

    def emit(
        self,
        builder: Builder,
        loop: For,
        slot: int,
        ahead: int,
        ages: dict[Apply, int],
        carried: Sequence[Value],
        init: Sequence[Atom],
    ) -> None:
        """The loop that reads the row itself, all that it needs of it before it writes."""
        row, index = split_params(loop)[1][slot], loop.body.params[0]
        inner = Builder(loop.span)
        here: dict[int, Atom] = dict(enumerate(carried, 1))
        same: dict[Value, Atom] = {}
        if carried and 0 not in ages.values():
            place = plus(inner, index, Const(ahead, INT))
            here[0] = self.read(inner, row, place)
        for stmt in loop.body.stmts:
            if not isinstance(stmt, Apply) or stmt not in ages:
                inner.emit(stmt)
                continue
            age = ages[stmt]
            if age not in here:
                inner.span = stmt.span
                here[age] = self.read(inner, row, plus(inner, stmt.inputs[1], Const(self.copy.shift, INT)))
            same[stmt.out] = here[age]
        n, results = len(loop.init), loop.body.results
        passed = [here[age - 1] for age in range(1, len(carried) + 1)]
        params = (*loop.body.params, *carried)
        body = substitute(Block(params, tuple(inner.stmts), (*results[:n], *passed, *results[n:])), same)
        outputs = (*loop.outputs[:n], *map(replace, carried), *loop.outputs[n:])
        builder.emit(replace(loop, init=(*loop.init, *init), body=body, outputs=outputs))
