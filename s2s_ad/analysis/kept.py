"""Elements that stay as they are: read from an array, or written to it, and never written to again.

A reverse sweep reads them where they still stand, in the last version of the array, instead of saving them. That a
later write meets other elements is proved from the index expressions and the ranges of the loops: that no trips of the
loops make the two indices equal in every axis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from s2s_ad.analysis.absence import maybe_absent
from s2s_ad.analysis.affine import Sum, contradictory, number_of, sum_of
from s2s_ad.analysis.lengths import ASKS_LENGTH, Length, Lengths
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, outputs_of, split_params, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.indexing import every_axis
from s2s_ad.ops.linear import dtype_of
from s2s_ad.ops.registry import OPS

MOST_PROOFS = 2000  # for one function; what is not proved is saved
Loop = For | While
Name = Callable[[Atom], object]  # what stands for a whole number in one trip of the loops around it


@dataclass(frozen=True)
class Step:
    """One step on the way to a statement: which of its block, and in which block of that the next step is."""

    at: int
    stmt: Stmt
    inner: Block | None


@dataclass(frozen=True)
class Access:
    """A read of elements, or a write to them."""

    stmt: Apply
    path: tuple[Step, ...]  # from the block where the array is

    @property
    def loops(self) -> list[Loop]:
        return [step.stmt for step in self.path if isinstance(step.stmt, (For, While))]


@dataclass
class _Chain:
    """The versions of one array: each with the place in its block where it comes to be."""

    home: Block
    versions: list[tuple[int, Value]]
    writes: list[Access]


class Kept:
    """Answers for the elements of one function."""

    def __init__(self, body: Block, lengths: Lengths, overwritten: Collection[Value]) -> None:
        self.body, self.lengths, self.overwritten = body, lengths, overwritten
        self.makers: dict[Value, Apply] = {}
        self.around: dict[Value, tuple[Loop, ...]] = {}  # the loops in which a value is defined
        self.places: dict[Stmt, tuple[Step, ...]] = {}  # from the body of the function
        self.depths: dict[Value, int] = {}  # how many steps it takes to where a value is defined
        self.chains: dict[Value, _Chain] = {}
        self.users: dict[Value, list[Stmt]] = {}  # the statements that make another version of one
        self.stored: dict[Value, Apply] = {}
        self.reads = use_counts(body)
        self._survey(body, (), ())
        if any(isinstance(s, Apply) and s.op.store for s in self.places):
            self._follow_all(body)
        self.found: dict[Value, Apply | None] = {}
        self.proofs = 0
        self.shapes: dict[object, Value] | None = None

    def read_again(self, value: Value) -> Apply | None:
        """The read of the last version of an array that gives this value, which was read there or written there."""
        if value not in self.found:
            self.found[value] = self._read_again(value)
        return self.found[value]

    def of_shape(self, atom: Atom) -> Value | None:
        """An array of the whole function that surely is there, with the same kind and shape, in its last version."""
        if self.shapes is None:
            self.shapes = {}
            absent = maybe_absent(self.body)
            for value in (*self.body.params, *(v for s in self.body.stmts for v in outputs_of(s))):
                if isinstance(value.kind, Array) and value.kind.rank and value not in absent:
                    self.shapes.setdefault((value.kind, self.lengths.of(value)), value)
        found = self.shapes.get((atom.kind, self.lengths.of(atom)))
        chain = self.chains.get(found) if found is not None else None
        return chain.versions[-1][1] if chain is not None and chain.home is self.body else found

    def only_written(self, value: Value) -> Value | None:
        """The last version of an array, if the number is read by nothing but the write to an element that stays."""
        stored = self.stored.get(value)
        if stored is None or not _fits(value, stored) or stored.out not in self.chains or self.reads[value] != 1:
            return None
        found = self._last(stored, stored.out, stored.inputs[2:], value)
        return found.inputs[0] if found is not None else None  # type: ignore[return-value]

    # --- what there is ------------------------------------------------------------------------------------------------

    def _survey(self, block: Block, path: tuple[Step, ...], loops: tuple[Loop, ...]) -> None:
        made: set[Atom] = set(block.params)
        for value in block.params:
            self.around[value], self.depths[value] = loops, len(path)
        for at, stmt in enumerate(block.stmts):
            self.places[stmt] = (*path, Step(at, stmt, None))
            if isinstance(stmt, Apply):
                self.makers.update((out, stmt) for out in stmt.outputs)
                if stmt.op.store and isinstance(stmt.inputs[0], Value):
                    self.users.setdefault(stmt.inputs[0], []).append(stmt)
                # in an inner block it may not be written at all, or more than once
                if stmt.op.name == "index_set" and stmt.inputs[1] in made:
                    self.stored.setdefault(stmt.inputs[1], stmt)  # type: ignore[arg-type]
                made.update(stmt.outputs)
            elif isinstance(stmt, (For, While)):
                for init in stmt.init:
                    if isinstance(init, Value):
                        self.users.setdefault(init, []).append(stmt)
            for value in outputs_of(stmt):
                self.around[value], self.depths[value] = loops, len(path)
            for inner in blocks_of(stmt):
                around = (*loops, stmt) if isinstance(stmt, (For, While)) else loops
                self._survey(inner, (*path, Step(at, stmt, inner)), around)

    def _follow_all(self, body: Block) -> None:
        homes = [body, *(inner for stmt in all_stmts(body) for inner in blocks_of(stmt))]
        for home in homes:
            starts = [(-1, v) for v in home.params]
            starts += [(at, v) for at, stmt in enumerate(home.stmts) for v in outputs_of(stmt)]
            for at, value in starts:
                is_array = isinstance(value.kind, Array) and value.kind.rank
                if is_array and value in self.users and value not in self.chains:
                    chain = _Chain(home, [(at, value)], [])
                    end, inner = _follow(home, value, at + 1, (), chain)
                    if chain.writes:
                        for version in (*inner, *(v for _, v in chain.versions)):
                            self.chains.setdefault(version, chain)

    # --- one value ----------------------------------------------------------------------------------------------------

    def _read_again(self, value: Value) -> Apply | None:
        made, stored = self.makers.get(value), self.stored.get(value)
        if made is not None and made.op.name == "getitem" and self._is_current(made):
            found = self._last(made, made.inputs[0], made.inputs[1:], value)
            if found is not None:
                return found
        if stored is not None and _fits(value, stored) and stored.out in self.chains:
            return self._last(stored, stored.out, stored.inputs[2:], value)
        return None

    def _is_current(self, read: Apply) -> bool:
        """Whether what is read is the newest version of its array at that place."""
        version = read.inputs[0]
        if not isinstance(version, Value) or version not in self.chains:
            return False
        here = self.places[read]
        for user in self.users.get(version, ()):
            steps = [(one, other) for one, other in zip(here, self.places[user]) if one != other]
            if not steps or steps[0][0].stmt is not steps[0][1].stmt and steps[0][0].at > steps[0][1].at:
                return False
        return True

    def _last(self, stmt: Apply, version: Atom, at: Sequence[Atom], value: Value) -> Apply | None:
        assert isinstance(version, Value)
        chain = self.chains[version]
        read = Access(stmt, self._from(chain.home, stmt))
        if not read.path:
            return None
        top = read.path[0].at
        for place, last in reversed(chain.versions):
            if place < top or place == top and stmt.op.name == "getitem" and len(read.path) == 1:
                break
            if last in self.overwritten and (chain.home is not self.body or len(read.path) == 1):
                continue  # a copy of the whole array is worth while only once, and for the reads of a loop
            if all(self._apart(read, write) for write in chain.writes if write.path[0].at <= place):
                return Apply(OPS["getitem"], (last, *at), (value,), (("index", dict(stmt.params)["index"]),), stmt.span)
        return None

    def _from(self, home: Block, stmt: Stmt) -> tuple[Step, ...]:
        path = self.places[stmt]
        if home is self.body:
            return path
        starts = [k + 1 for k, step in enumerate(path) if step.inner is home]
        return path[starts[0] :] if starts else ()

    # --- two accesses -------------------------------------------------------------------------------------------------

    def _apart(self, read: Access, write: Access) -> bool:
        """Whether the write never comes after the read to one of its elements."""
        shared, after = _common(read.path, write.path)
        outer = [s.stmt for s in self.places[read.stmt] if isinstance(s.stmt, (For, While))]
        outside = outer[: len(outer) - len(read.loops)]
        for k, loop in enumerate(shared):
            if not self._never_meet(read, write, {*outside, *shared[:k]}, loop):
                return False
        return not after or self._never_meet(read, write, {*outside, *shared}, None)

    def _never_meet(self, read: Access, write: Access, equal: set[Loop], later: Loop | None) -> bool:
        """No element is in both, where the loops `equal` are in one trip and `later` is in a later one at the write."""

        def named(side: str) -> Name:
            return lambda atom: atom if equal.issuperset(self._loops_of(atom)) else (atom, side)

        rows: list[Sum] = []
        at_read, at_write = named("read"), named("write")
        for access, name in ((read, at_read), (write, at_write)):
            for step in self.places[access.stmt]:
                if isinstance(step.stmt, For):
                    rows += self._in_range(step.stmt, name)
        if isinstance(later, For) and later.trips is not None and (step_by := number_of(later.trips.step)):
            index = later.body.params[0]
            first, second = self.summed(index, at_read), self.summed(index, at_write)
            rows.append(first - second + 1 if (step_by > 0) != later.reverse else second - first + 1)
        for axis, (one, other) in enumerate(zip(self._axes(read, at_read, rows), self._axes(write, at_write, rows))):
            if one is not None and other is not None:
                point = Sum(0, {("axis", axis): 1})
                rows += [*_holds(one, point), *_holds(other, point)]
        self.proofs += 1
        return self.proofs <= MOST_PROOFS and contradictory(rows)

    def _loops_of(self, atom: Atom) -> tuple[Loop, ...]:
        return self.around.get(atom, ()) if isinstance(atom, Value) else ()

    def _in_range(self, loop: For, name: Name) -> Iterator[Sum]:
        """That the index of a loop is in its range."""
        if loop.trips is None or not (step := number_of(loop.trips.step)):
            return
        index, start, stop = (self.summed(a, name) for a in (loop.body.params[0], loop.trips.start, loop.trips.stop))
        yield start - index if step > 0 else index - start
        yield index - stop + 1 if step > 0 else stop - index + 1

    def summed(self, atom: Atom, name: Name) -> Sum:
        def other(atom: Atom, made: Apply | None) -> Sum:
            if made is not None and made.op.name in ASKS_LENGTH:
                return self.length_of(made.inputs[0], dict(made.params).get("axis", 0), name)
            return Sum(0, {name(atom): 1})

        return sum_of(atom, self.makers, other)

    def length_of(self, array: Atom, axis: int, name: Name) -> Sum:
        chain = self.chains.get(array) if isinstance(array, Value) else None
        return self._of_length(self.lengths.of(chain.versions[0][1] if chain is not None else array)[axis], name)

    def _of_length(self, length: Length, name: Name) -> Sum:
        if length == 1:
            return Sum(1)
        what, of_axis, shorter = length
        assert isinstance(shorter, int)
        if isinstance(what, tuple) and what[0] == "number":  # it was made of so many
            return self._named(what[1], name) - shorter
        return Sum(-shorter, {("length", what, of_axis): 1})

    def _named(self, number: Hashable, name: Name) -> Sum:
        """What a whole number is under the name that it has in `Lengths`."""
        if isinstance(number, Value):
            return self.summed(number, name)
        if isinstance(number, tuple) and number[0] is int:
            return Sum(number[1])
        if isinstance(number, tuple) and number[0] == "length":
            return self._of_length(number[1], name)
        if isinstance(number, tuple) and number[0] in ("add", "sub"):
            one, other = (self._named(part, name) for part in number[1:])
            return one + other if number[0] == "add" else one - other
        return Sum(0, {number: 1})

    def _axes(self, access: Access, name: Name, rows: list[Sum]) -> list[tuple[Sum, Sum | None] | None]:
        """For each axis its first element and the one after its last (None: to the end); None where it is not known."""
        stmt = access.stmt
        array, at = stmt.inputs[0], stmt.inputs[1 if stmt.op.name == "getitem" else 2 :]
        rank = len(shape_of(array.kind))
        index = [e for e in every_axis(dict(stmt.params)["index"], rank) if e is not None]
        if any(isinstance(e, tuple) and e[0] == "in" and shape_of(at[e[1]].kind) for e in index):
            return [None] * rank
        return [self._axis(e, array, axis, at, name, rows) for axis, e in enumerate(index)]

    def _axis(
        self, entry: object, array: Atom, axis: int, at: Sequence[Atom], name: Name, rows: list[Sum]
    ) -> tuple[Sum, Sum | None] | None:
        def place(e: object) -> Sum | None:
            """Where an entry points, if it is sure from which end it counts."""
            atom = at[e[1]] if isinstance(e, tuple) else None
            total = self.summed(atom, name) if atom is not None else Sum(e) if isinstance(e, int) else None
            if total is None or contradictory([*rows, total + 1]):
                return total  # it is surely not negative
            return self.length_of(array, axis, name) + total if contradictory([*rows, total * -1]) else None

        if isinstance(entry, tuple) and entry[0] == "slice":
            start, stop, step = entry[1:]
            if step not in (None, 1):
                return None
            first = Sum(0) if start is None else place(start)
            end = None if stop is None else place(stop)
            return None if first is None or stop is not None and end is None else (first, end)
        point = place(entry)
        return None if point is None else (point, point + 1)


def _holds(span: tuple[Sum, Sum | None], point: Sum) -> list[Sum]:
    """That the point is in the span."""
    first, end = span
    return [first - point, *([point - end + 1] if end is not None else [])]


def _fits(value: Value, stored: Apply) -> bool:
    """Whether what is read where the value was written is the value: of one kind, and nothing was broadcast."""
    array = stored.inputs[0].kind
    return (
        isinstance(value.kind, Array)
        and not value.kind.shape
        and value.kind.dtype == dtype_of(array)
        and (OPS["getitem"].kinds((array, *(a.kind for a in stored.inputs[2:])), stored.params) == (value.kind,))
    )


def _common(read: Sequence[Step], write: Sequence[Step]) -> tuple[list[Loop], bool]:
    """The loops around both, and whether in one trip of all of them the write comes after the read."""
    loops: list[Loop] = []
    for one, other in zip(read, write):
        if one.stmt is not other.stmt:
            return loops, other.at > one.at
        if isinstance(one.stmt, If) and one.inner is not other.inner:
            return loops, False
        if isinstance(one.stmt, (For, While)):
            loops.append(one.stmt)
        if one.inner is not other.inner:
            return loops, True  # the condition of a loop and its body
    return loops, False


def _follow(block: Block, value: Value, start: int, path: tuple[Step, ...], chain: _Chain) -> tuple[Value, list[Value]]:
    """The last version in the block of an array that is there at `start`, and the versions inside its statements."""
    inside: list[Value] = []
    for at in range(start, len(block.stmts)):
        stmt = block.stmts[at]
        before = len(chain.writes)
        after: Value | None = None
        found: list[Value] = []
        if isinstance(stmt, Apply) and stmt.op.name in ("index_set", "index_add") and stmt.inputs[0] is value:
            chain.writes.append(Access(stmt, (*path, Step(at, stmt, None))))
            after = stmt.out
        elif isinstance(stmt, (For, While)) and value in stmt.init:
            k = stmt.init.index(value)
            param = split_params(stmt)[1][k]
            end, found = _follow(stmt.body, param, 0, (*path, Step(at, stmt, stmt.body)), chain)
            found = [param, end, *found]
            after = stmt.outputs[k] if stmt.body.results[k] is end and stmt.init.count(value) == 1 else None
        elif isinstance(stmt, If):
            ends = []
            for branch in (stmt.then, stmt.orelse):
                end, more = _follow(branch, value, 0, (*path, Step(at, stmt, branch)), chain)
                ends.append(end)
                found += [end, *more]
            pairs = list(zip(stmt.then.results, stmt.orelse.results))
            if ends != [value, value] and tuple(ends) in pairs:
                after = stmt.outputs[pairs.index((ends[0], ends[1]))]
        if after is None:
            del chain.writes[before:]  # what is written to there is another array
            continue
        inside += found
        value = after
        if not path:
            chain.versions.append((at, value))
        else:
            inside.append(value)
    return value, inside
