"""What becomes an expression inside another one, and what a statement of its own.

Nothing moves across an effect, a compound statement or a heading; what reads memory does not move across a write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from s2s_ad.analysis.objects import Objects
from s2s_ad.backend import templates
from s2s_ad.backend.candidates import Candidate, Consumer, is_of_list, leaf_size, own_size
from s2s_ad.backend.wishes import DERIVED, HINT, NONE, wish_of
from s2s_ad.ir.kinds import BOOL, INT, Array, Kind, Scalar
from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Section,
    Stmt,
    Unbound,
    Value,
    While,
)  # fmt: skip
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, outputs_of
from s2s_ad.ops.updates import to_list
from s2s_ad.span import line_of

LONG = 90  # characters of an expression, roughly
LONG_DERIVED = 60  # of an adjoint that has a name of its own and could stand alone
LONG_TERNARY = 70
DEEP = 40


@dataclass
class Schedule:
    """The decisions for one function."""

    defs: dict[Value, Stmt] = field(default_factory=dict)
    uses: dict[Value, int] = field(default_factory=dict)
    folded: set[Value] = field(default_factory=set)
    inline: set[If] = field(default_factory=set)
    appends: dict[Block, dict[int, list[tuple[Value, tuple[Atom, ...]]]]] = field(default_factory=dict)
    groups: dict[Value, tuple[Value, ...]] = field(default_factory=dict)  # the first of merged tapes → all of them
    leader: dict[Value, Value] = field(default_factory=dict)

    def used(self, value: Value) -> bool:
        return self.uses.get(value, 0) > 0

    def reads(self, atom: Atom) -> Iterator[Value]:
        """The variables in the expression for `atom`."""
        if not isinstance(atom, Value):
            return
        if atom not in self.folded:
            yield self.leader.get(atom, atom)
            return
        yield from self.source_reads(self.defs[atom])

    def source_reads(self, stmt: Stmt) -> Iterator[Value]:
        """The variables in the expression on the right of `stmt`."""
        if isinstance(stmt, If):
            for atom in (stmt.cond, *stmt.then.results, *stmt.orelse.results):
                yield from self.reads(atom)
        else:
            for atom in inputs_of(stmt):
                yield from self.reads(atom)

    def silent(self, stmt: Stmt) -> bool:
        """Whether nothing is printed where the statement stands."""
        if isinstance(stmt, Section):
            return True
        outputs = outputs_of(stmt)
        return len(outputs) == 1 and outputs[0] in self.folded


class Scheduler:
    def __init__(self, function: Function, optimize: bool, forced: frozenset[Value], effectful: frozenset[str]) -> None:
        self.function = function
        self.optimize = optimize
        self.forced = forced
        self.effectful = effectful
        self.plan = Schedule()
        self.annotate = False
        self.walks: dict[Value, list[tuple[For, int]]] = {}
        self.defined_as: dict[str, int] = {}  # a wish → how many values have it
        self.params = set(function.body.params)
        self.objects = Objects(function.body)
        self.stores: list[Value] = []  # what has been written to so far
        self.indices = {
            s.body.params[0] for s in all_stmts(function.body) if isinstance(s, For) and s.trips is not None
        }
        self.written_numbers = any(isinstance(s, Apply) and _may_write_numbers(s) for s in all_stmts(function.body))

    def run(self) -> Schedule:
        body = self.function.body
        self._count_atoms(body.results)
        self._count(body)
        for stmt in all_stmts(body):
            for value in outputs_of(stmt):
                self.plan.defs[value] = stmt
                self._note_wish(value)
            for block in blocks_of(stmt):
                for value in block.params:
                    self._note_wish(value)
        for stmt in all_stmts(body):
            if isinstance(stmt, (For, While)):
                self._tapes(stmt)
        self._fold(body, self.optimize)
        return self.plan

    def _note_wish(self, value: Value) -> None:
        _, text = wish_of(value)
        if text:
            self.defined_as[text] = self.defined_as.get(text, 0) + 1

    # --- uses, counted backwards so that what only a dead result needs does not count ---------------------------------

    def _count_atoms(self, atoms: tuple[Atom, ...]) -> None:
        uses = self.plan.uses
        for atom in atoms:
            if isinstance(atom, Value):
                uses[atom] = uses.get(atom, 0) + 1

    def _count(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            if isinstance(stmt, If):
                for branch in (stmt.then, stmt.orelse):
                    kept = tuple(r for r, o in zip(branch.results, stmt.outputs) if self.plan.used(o))
                    self._count_atoms(kept)
                    self._count(branch)
            elif isinstance(stmt, (For, While)):
                self._count_atoms(self._loop_results(stmt))
                self._count(stmt.body)
                if isinstance(stmt, While):
                    self._count_atoms(stmt.cond.results)
                    self._count(stmt.cond)
                else:
                    for k, walk in enumerate(stmt.xs):
                        if isinstance(walk.source, Value):
                            self.walks.setdefault(walk.source, []).append((stmt, k))
            self._count_atoms(inputs_of(stmt))

    def _loop_results(self, stmt: For | While) -> tuple[Atom, ...]:
        n = len(stmt.init)
        ys = [r for r, o in zip(stmt.body.results[n:], stmt.outputs[n:]) if self.plan.used(o)]
        stop = stmt.body.results[-1:] if stmt.stops else ()
        return (*stmt.body.results[:n], *ys, *stop)

    # --- tapes --------------------------------------------------------------------------------------------------------

    def _tapes(self, stmt: For | While) -> None:
        n = len(stmt.init)
        ys = [(o, r) for o, r in zip(stmt.outputs[n:], stmt.body.results[n:]) if self.plan.used(o)]
        groups: dict[tuple[int, bool] | Value, list[tuple[Value, Atom]]] = {}
        order: dict[int, int] = {}
        for y, result in ys:
            groups.setdefault(self._walked_with(y, order), []).append((y, result))
        position = {v: k for k, s in enumerate(stmt.body.stmts) for v in outputs_of(s)}
        appends = self.plan.appends.setdefault(stmt.body, {})
        for group in groups.values():
            leader = group[0][0]
            self.plan.groups[leader] = tuple(y for y, _ in group)
            for y, _ in group:
                self.plan.leader[y] = leader
            at = max(position.get(r, -1) if isinstance(r, Value) else -1 for _, r in group)
            appends.setdefault(at, []).append((leader, tuple(r for _, r in group)))

    def _walked_with(self, y: Value, order: dict[int, int]) -> tuple[int, bool] | Value:
        """Tapes with the same key are walked by the same loop from the same end, and by nothing else."""
        walks = self.walks.get(y, [])
        if not self.optimize or self.plan.uses.get(y) != 1 or len(walks) != 1:
            return y
        loop, k = walks[0]
        return order.setdefault(id(loop), len(order)), loop.xs[k].reverse

    # --- folding ------------------------------------------------------------------------------------------------------

    def _fold(self, block: Block, on: bool) -> None:
        pending: dict[Value, Candidate] = {}
        last: dict[str, int] = {}  # a wish → where in this block a value with it was last defined
        barrier = 0
        outer_annotate = self.annotate
        appends = self.plan.appends.get(block, {})
        for at, stmt in enumerate(block.stmts):
            here = Consumer(at, barrier, len(self.stores), last, stmt.span if not isinstance(stmt, Section) else None)
            if isinstance(stmt, Section):
                self.annotate = stmt.annotate
                barrier += 1
                continue
            if isinstance(stmt, (Apply, Call)):
                here.listing = isinstance(stmt, Apply) and stmt.op is to_list
                candidate = self._apply(stmt, pending, here, on)
                if isinstance(stmt, Apply) and stmt.op.store:
                    self.stores += [a for a in stmt.inputs[:1] if isinstance(a, Value)]
                impure = stmt.op.effect if isinstance(stmt, Apply) else stmt.callee in self.effectful
                if impure:
                    barrier += 1
                elif on and len(stmt.outputs) == 1 and not (isinstance(stmt, Apply) and self._keeps_place(stmt)):
                    pending[stmt.outputs[0]] = candidate
            elif isinstance(stmt, If):
                branch_on = on
                sizes = [self._branch(branch, stmt, branch_on) for branch in (stmt.then, stmt.orelse)]
                cond = self._take(stmt.cond, pending, here, LONG) if on else None
                expression = self._ternary(stmt, sizes, cond, here) if on else None
                if expression is not None:
                    self.plan.inline.add(stmt)
                    pending[stmt.outputs[0]] = expression
                else:
                    barrier += 1
            else:
                for inner in blocks_of(stmt):
                    self._fold(inner, on)
                if on:
                    room = LONG
                    for atom in inputs_of(stmt):
                        room -= self._take(atom, pending, here, room).size
                barrier += 1
            for value in outputs_of(stmt):
                strength, text = wish_of(value)
                if text and strength >= DERIVED and value not in self.plan.folded:
                    last[text] = at
            for _, atoms in appends.get(at, ()):
                here = Consumer(at, barrier, len(self.stores), last, None, moved=False)
                for atom in atoms:
                    if on and isinstance(atom, Value) and self.plan.defs.get(atom) is stmt:
                        self._take(atom, pending, here, LONG)
        if on:
            self._fold_results(block, pending, Consumer(len(block.stmts), barrier, len(self.stores), last, None))
        self.annotate = outer_annotate if block is not self.function.body else self.annotate

    def _fold_results(self, block: Block, pending: dict[Value, Candidate], here: Consumer) -> None:
        returned, room = block is self.function.body, LONG
        for atom in block.results:
            if is_of_list(self.plan.defs.get(atom)):  # type: ignore[arg-type]
                room -= self._take(atom, pending, here, room, result=True).size
            elif isinstance(atom, Value) and (not returned or wish_of(atom)[0] < DERIVED):
                self._take(atom, pending, here, LONG, result=True)

    def _keeps_place(self, stmt: Apply) -> bool:
        return stmt.op.store or stmt.op.name == "unpack"

    def _branch(self, branch: Block, stmt: If, on: bool) -> Candidate | None:
        """Fold a branch; what it costs as an expression, or None if it is not one."""
        self._fold(branch, on)
        if not on or len(stmt.outputs) != 1:
            return None
        result = branch.results[0]
        if isinstance(result, (Unbound, Absent)):
            return None
        if not all(self.plan.silent(inner) for inner in branch.stmts):
            return None
        return self._whole(result)

    def _mutable(self, kind: Kind) -> bool:
        """Whether a write may change what is read as this kind; where none is to 0-d arrays, they are plain numbers."""
        if isinstance(kind, Array) and not kind.shape and not self.written_numbers:
            return False
        return templates.mutable(kind)

    def _whole(self, atom: Atom) -> Candidate:
        """The size of an atom, whatever was folded into it."""
        leaves = frozenset(self.plan.reads(atom))
        size, depth = self._measure(atom)
        return Candidate(size, depth, 0, 0, 0, False, leaves, None)

    def _measure(self, atom: Atom) -> tuple[int, int]:
        if isinstance(atom, Value) and atom in self.plan.folded:
            stmt = self.plan.defs[atom]
            atoms: tuple[Atom, ...] = inputs_of(stmt)
            if isinstance(stmt, If):
                atoms, own = (stmt.cond, *stmt.then.results, *stmt.orelse.results), 9
            else:
                own = own_size(stmt)
            parts = [self._measure(a) for a in atoms]
            return own + sum(p[0] for p in parts), 1 + max((p[1] for p in parts), default=0)
        return leaf_size(atom), 0

    def _ternary(
        self, stmt: If, branches: list[Candidate | None], cond: Candidate | None, here: Consumer
    ) -> Candidate | None:
        then, orelse = branches
        if then is None or orelse is None or cond is None or not self.plan.used(stmt.outputs[0]):
            return None
        statement = stmt.span is not None and stmt.span.text.startswith(("if ", "if(", "elif ", "while ", "for "))
        if stmt.outputs[0].hint or (statement and not self.annotate):
            return None  # the user wrote a statement
        size = then.size + orelse.size + cond.size + 9
        depth = 1 + max(then.depth, orelse.depth, cond.depth)
        if size > LONG_TERNARY or depth > DEEP:
            return None
        leaves = then.leaves | orelse.leaves | cond.leaves
        calls = then.calls or orelse.calls or cond.calls
        return Candidate(size, depth, here.at, here.barrier, here.stores, calls, leaves, stmt.span)

    def _apply(self, stmt: Apply | Call, pending: dict[Value, Candidate], here: Consumer, on: bool) -> Candidate:
        size, depth, calls = own_size(stmt), 0, isinstance(stmt, Call)
        leaves: set[Value] = set()
        twice: frozenset[str] = frozenset()
        names: tuple[str, ...] = ("",) * len(stmt.inputs)
        room = max(LONG, len(stmt.span.text)) if stmt.span is not None else LONG  # as long as the user's own line
        if isinstance(stmt, Apply):
            names, twice = templates.names_of(stmt), templates.repeated(templates.code_of(stmt))
        for k, (name, atom) in enumerate(zip(names, stmt.inputs)):
            pinned = name in twice or (isinstance(stmt, Apply) and stmt.op.store and k == 0)
            free = not on or pinned or (isinstance(stmt, Apply) and stmt.op.name == "unpack")
            part = Candidate(leaf_size(atom), 0, 0, 0, 0, False, frozenset(self.plan.reads(atom)), None)
            if not free:
                part = self._take(atom, pending, here, room - size)
            size, depth = size + part.size, max(depth, part.depth)
            leaves |= part.leaves
            calls = calls or part.calls
        found = frozenset(leaves)
        candidate = Candidate(size, depth + 1, here.at, here.barrier, here.stores, calls, found, stmt.span)
        if on and isinstance(stmt, Apply) and self._again(stmt, candidate):
            self.plan.folded.add(stmt.outputs[0])
        return candidate

    def _again(self, stmt: Apply, candidate: Candidate) -> bool:
        """A condition, or a cheap operation, on arguments alone is printed again, not stored; so is i + 1."""
        out = stmt.outputs[0]
        if out.kind == INT and not out.hint and self.plan.used(out) and self._beside(stmt):
            return True
        if out.hint or self.plan.uses.get(out, 0) < 2 or stmt.op.effect or stmt.op.store:
            return False
        if stmt.op.name == "np.transpose" and not stmt.params:  # what an argument refers to is never written to
            return candidate.depth == 1 and all(x in self.params and self._stays(x) for x in candidate.leaves)
        if templates.identity(stmt.op):
            return not isinstance(stmt.inputs[0], Value) or stmt.inputs[0] not in self.plan.folded
        if stmt.op.cost > 1 or not isinstance(out.kind, Scalar):
            return False
        if candidate.depth > (2 if out.kind == BOOL else 1) or (out.kind != BOOL and self.plan.uses[out] > 2):
            return False
        if out.kind != BOOL and not all(leaf in self.params for leaf in candidate.leaves):
            return False
        return all(isinstance(leaf.kind, Scalar) and self._stays(leaf) for leaf in candidate.leaves)

    def _beside(self, stmt: Apply) -> bool:
        """Whether it is i + 1 or n - 1: a whole number that has one name, and a constant."""
        x, y = stmt.inputs if len(stmt.inputs) == 2 else (None, None)
        if stmt.op.name not in ("add", "sub") or not isinstance(x, Value) or not isinstance(y, Const):
            return False
        return x.kind == INT and x not in self.plan.folded and (x in self.indices or x in self.params or self._once(x))

    def _once(self, value: Value) -> bool:
        strength, text = wish_of(value)
        return strength == HINT and self.defined_as.get(text, 0) == 1

    def _stays(self, value: Value) -> bool:
        """Whether a variable is sure to keep its value, as nothing else has its name."""
        strength, text = wish_of(value)
        return strength == NONE if value not in self.params else self.defined_as.get(text, 0) == 0

    def _take(
        self, atom: Atom, pending: dict[Value, Candidate], here: Consumer, room: int, result: bool = False
    ) -> Candidate:
        """Fold `atom` into its reader if that is right; what the reader gets."""
        plain = Candidate(leaf_size(atom), 0, 0, 0, 0, False, frozenset(), None)
        if not isinstance(atom, Value):
            return plain
        if atom in self.plan.folded:
            return self._whole(atom)
        plain.leaves = frozenset((self.plan.leader.get(atom, atom),))
        found = pending.get(atom)
        if found is None or self.plan.uses.get(atom) != 1 or not self._may_fold(atom, found, here, room, result):
            return plain
        self.plan.folded.add(atom)
        return found

    def _may_fold(self, value: Value, found: Candidate, here: Consumer, room: int, result: bool) -> bool:
        forced = value in self.forced
        strength, _ = wish_of(value)
        if found.barrier != here.barrier or self._written_between(found, here):
            return False
        if found.depth >= DEEP or (found.size > room and not forced):
            return False
        if here.moved and not forced and self._overtaken(found, here):
            return False
        if forced:
            return True
        if strength == HINT:
            return False
        if here.listing or is_of_list(self.plan.defs.get(value)):
            return True  # the same numbers, of which one name is enough
        same_line = line_of(found.span) == line_of(here.span)
        if strength == DERIVED and here.moved and (result or not same_line or found.size > LONG_DERIVED):
            return False
        return same_line or result or not self.annotate or here.span is None

    def _written_between(self, found: Candidate, here: Consumer) -> bool:
        """Whether something that the expression reads is written to between its place and the reader's."""
        written = {self.objects.find(target) for target in self.stores[found.stores : here.stores]}
        return bool(written) and (
            found.calls or any(self._mutable(leaf.kind) and self.objects.find(leaf) in written for leaf in found.leaves)
        )

    def _overtaken(self, found: Candidate, here: Consumer) -> bool:
        """Whether a name that the expression reads gets a new value between its place and the reader's."""
        for leaf in found.leaves:
            text = wish_of(leaf)[1]
            if text and here.last.get(text, -1) > found.at:
                return True
        return False


def _may_write_numbers(stmt: Apply) -> bool:
    """Whether it writes to a 0-d array, or makes one that is a view."""
    if stmt.op.store:
        return not getattr(stmt.inputs[0].kind, "shape", (1,))
    copied = stmt.op.name == "getitem" and Ellipsis not in dict(stmt.params)["index"]
    return stmt.op.alias and not copied and any(getattr(out.kind, "shape", (1,)) == () for out in stmt.outputs)
