"""One derivative along many directions: what does not depend on the direction is computed once, before the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import ONE_FLOAT, ONE_INT, ZERO_INT, Builder, const
from s2s_ad.ir.kinds import ANY, INT, Array, List, is_number
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Program, Range, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, blocks_of, clone, free_values, inputs_of, map_inputs, outputs_of, substitute
from s2s_ad.ops.blocks import CHUNK
from s2s_ad.ops.derive import zero
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.batch import Batch, NotBatched

_BUFFERS = ("zeros_like", "list_zeros")


def split(
    stmts: Iterable[Stmt], seeds: Iterable[Value], there: Collection[Value] = ()
) -> tuple[list[Stmt], list[Stmt]]:
    """The statements that do not depend on the seeds, and those that do.

    With these go statements that make, beside something new, what is `there` already: it is to be made under other
    names, as `only_tangents` does.
    """
    moving = set(seeds)
    before: list[Stmt] = []
    after: list[Stmt] = []
    for stmt in stmts:
        again = sum(out in there for out in outputs_of(stmt))
        if isinstance(stmt, Section) or moving.isdisjoint(_read(stmt)) and again in (0, len(stmt.outputs)):
            before.append(stmt)
            if isinstance(stmt, Apply) and stmt.op.name in _BUFFERS:
                after.append(stmt)  # each direction adds to zeros of its own
        else:
            after.append(stmt)
            moving.update(outputs_of(stmt))
    return before, after


def only_tangents(stmts: Iterable[Stmt], there: set[Value], program: Program) -> list[Stmt]:
    """Statements that compute values which are `there` already beside new ones: for the sake of the new ones.

    What they print, or raise, has been printed and raised. `program` is the one that they were made from.
    """
    calls_draw = _calls_draw(program)
    return [_quiet(stmt, there, calls_draw) for stmt in stmts]


def _calls_draw(program: Program) -> bool:
    """Whether a function that is called takes from a stream of random numbers."""
    stmts = {name: list(all_stmts(function.body)) for name, function in program.functions.items()}
    called = {stmt.callee for body in stmts.values() for stmt in body if isinstance(stmt, Call)}
    return any(isinstance(stmt, Apply) and stmt.op.draws for name in called for stmt in stmts[name])


def _quiet(stmt: Stmt, there: set[Value], calls_draw: bool) -> Stmt:
    inside = [s for block in blocks_of(stmt) for s in all_stmts(block)]
    for part in (stmt, *inside):
        drawn = isinstance(part, Apply) and part.op.draws and part is not stmt
        if drawn or calls_draw and isinstance(part, Call):
            raise UnsupportedError(
                "random numbers are drawn in a loop, a branch or a call, and would be drawn a second time here",
                span=getattr(part, "span", None),
                remedy="Take grad or jacrev without checkpoint, or draw the numbers before, all at once.",
            )
    stmt = _silent(stmt)
    if isinstance(stmt, Section) or there.isdisjoint(stmt.outputs):
        return stmt
    return replace(stmt, outputs=tuple(replace(o) if o in there else o for o in stmt.outputs))


def _silent(stmt: Stmt) -> Stmt:
    def block(b: Block) -> Block:
        kept = [s for s in b.stmts if not (isinstance(s, Apply) and s.op.effect)]
        return replace(b, stmts=tuple(map(_silent, kept)))

    return map_inputs(stmt, lambda atom: atom, block)


def along(
    builder: Builder, stmts: Sequence[Stmt], seed: Value, like: Atom, wanted: Sequence[Atom]
) -> tuple[list[Atom], bool]:
    """What becomes of `wanted` for each unit direction in the place of `seed`, as lists; of a number as it is.

    `like` has the shape of the seed. The second result says whether the lists hold arrays of several directions.
    """
    if is_number(like.kind):
        copied = clone(Block((), tuple(stmts), tuple(wanted)), {seed: ONE_FLOAT})
        builder.stmts.extend(copied.stmts)
        return list(copied.results), False
    several = _several(stmts, seed, like, wanted)
    body = several or _one(stmts, seed, like, wanted)
    lists = tuple(Value(List(r.kind), base=r if isinstance(r, Value) else None, suffix="_list") for r in body.results)
    count = builder.apply(OPS["list_len" if isinstance(like.kind, List) else "array_size"], like)
    if several:
        count = builder.apply(OPS["at_least_one"], count)
    trips = Range(ZERO_INT, count, const(CHUNK) if several else ONE_INT)
    builder.emit(For(trips, False, (), (), body, lists))
    return list(lists), several is not None


def _one(stmts: Sequence[Stmt], seed: Value, like: Atom, wanted: Sequence[Atom]) -> Block:
    """The body of a loop over the directions."""
    index, inner = Value(INT, "i"), Builder()
    if isinstance(like.kind, List):
        inner.apply(OPS["list_set"], inner.apply(OPS["list_zeros"], like), ONE_FLOAT, index)
    else:
        inner.apply(OPS["unit"], inner.apply(OPS["zeros_like"], like), index)
    direction = replace(seed)
    inner.stmts[-1] = replace(inner.stmts[-1], outputs=(direction,))  # type: ignore[arg-type]
    copied = clone(Block((), tuple(stmts), tuple(wanted)), {seed: direction})
    return Block((index,), (*inner.stmts, *copied.stmts), copied.results)


def _several(stmts: Sequence[Stmt], seed: Value, like: Atom, wanted: Sequence[Atom]) -> Block | None:
    """The body of a loop over arrays of directions, where everything can have an axis for them."""
    if isinstance(like.kind, List):
        return None
    start, first = Value(INT, "start"), Builder()
    made = first.apply(OPS["unit_rows"], like, start)
    directions = replace(seed, kind=made.kind)
    first.stmts[-1] = replace(first.stmts[-1], outputs=(directions,))  # type: ignore[arg-type]
    direction = replace(seed)
    copied = clone(Block((), tuple(stmts), tuple(wanted)), {seed: direction})
    batch = Batch({direction: directions})
    try:
        batch.stmts(copied.stmts)
        results = tuple(map(batch.lift, copied.results))
    except NotBatched:
        return None
    if any(not isinstance(r.kind, Array) for r in results):
        return None
    return Block((start,), (*first.stmts, *batch.builder.stmts), results)


class WithZeros:
    """Statements that are linear in their seeds, of which some are zero: what is zero for that is not computed.

    `stmts` are those that remain, and `atom` says what became of a value: None if it is zero.
    """

    def __init__(self, stmts: Iterable[Stmt], seeds: Iterable[Value], zeros: Mapping[Value, Atom]) -> None:
        self.builder = Builder()
        self.moving = {*seeds}
        self.likes = dict(zeros)  # of a seed: what has its shape
        self.waiting: dict[Value, Stmt] = {}  # what would make a value that is zero
        self.instead: dict[Value, Atom] = {}
        for stmt in stmts:
            self.add(stmt)

    def is_zero(self, atom: Atom) -> bool:
        return atom in self.likes or atom in self.waiting

    def atom(self, atom: Atom) -> Atom | None:
        while isinstance(atom, Value) and atom in self.instead:
            atom = self.instead[atom]
        return None if self.is_zero(atom) else atom

    def add(self, stmt: Stmt) -> None:
        stmt = _replaced(stmt, self.instead)
        read = [v for v in _read(stmt) if v in self.moving]
        outputs = outputs_of(stmt)
        self.moving.update(outputs)
        there = [v for v in read if not self.is_zero(v)]
        if not there and all(o.kind.real for o in outputs):
            self.waiting.update(dict.fromkeys(outputs, stmt))
            return
        if isinstance(stmt, Apply) and len(there) < len(read):
            same = self.same_as(stmt)
            if same is not None:
                self.instead[stmt.out] = same
                return
        for value in read:
            self.make(value)
        self.builder.emit(_replaced(stmt, self.instead))

    def same_as(self, stmt: Apply) -> Atom | None:
        """The input that the output is, because the other one is zero."""
        if len(stmt.inputs) < 2:
            return None
        x, y = stmt.inputs[:2]
        if isinstance(stmt.out.kind, Array) and ANY in stmt.out.kind.shape and stmt.op.name != "index_add":
            return None  # the zero may be what makes it as large as it is
        if stmt.op.name in ("add", "sub", "index_add", "list_plus") and self.is_zero(y) and x.kind == stmt.out.kind:
            return x
        if stmt.op.name in ("add", "list_plus") and self.is_zero(x) and y.kind == stmt.out.kind:
            return y
        return None

    def make(self, value: Value) -> None:
        """A zero that something reads beside other things has to be there."""
        if value in self.likes:
            self.instead[value] = zero(self.builder, self.likes.pop(value))
        elif value in self.waiting:
            stmt = self.waiting[value]
            for output in outputs_of(stmt):
                del self.waiting[output]
            for part in _read(stmt):
                self.make(part)
            self.builder.emit(_replaced(stmt, self.instead))


def _read(stmt: Stmt) -> list[Value]:
    atoms = [*inputs_of(stmt), *(v for block in blocks_of(stmt) for v in free_values(block))]
    return [a for a in dict.fromkeys(atoms) if isinstance(a, Value)]


def _replaced(stmt: Stmt, mapping: dict[Value, Atom]) -> Stmt:
    return substitute(Block((), (stmt,), ()), mapping).stmts[0] if mapping else stmt
