"""What a selection may drop later on, and so may have a cotangent of exactly zero while others have not.

A cotangent that a selection made zero must stay zero, also where it meets an infinite slope on its way back:
where(x > 0, sqrt(x), 0) has derivative 0 at 0. Selections are `where`, `maximum`, `max` and the like, what is written
over, what only one branch uses, and elements that are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from s2s_ad.analysis.shifts import cancelled
from s2s_ad.ir.kinds import Array, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, outputs_of, split_params
from s2s_ad.ops.guards import HANDS_NAN_ON, POWERS, Guard, bounded, pole
from s2s_ad.ops.indexing import has_mask

_WRITES = frozenset({"index_set", "list_set"})
_SHORTENS = frozenset({"list_init", "list_head", "list_tail"})
_READS_PART = frozenset({"getitem", "list_get"})
_ARITHMETIC = (
    frozenset({"add", "sub", "mul", "neg", "div", "np.add", "np.subtract", "np.multiply", "np.divide"}) | POWERS
)
_HANDS_ON = _ARITHMETIC | _READS_PART | _WRITES


class Selection:
    """For every value of a program how its derivative is guarded. A function is guarded for all of its callers."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.cancelled = cancelled(program)  # what has no derivative drops none
        self.levels: dict[Value, Guard] = {}
        self.makers = {o: s for f in program.functions.values() for s in all_stmts(f.body) for o in outputs_of(s)}
        self.reads: dict[Block, set[Value]] = {}
        self.infinite: set[Value] = set()  # arrays that may hold an infinity, of which NumPy only warns
        for stmt in self.makers.values():
            if isinstance(stmt, Apply) and (pole(stmt) or stmt.op.name in _HANDS_ON and self._infinite(stmt.inputs)):
                self.infinite.update(out for out in stmt.outputs if _rank(out))
        while True:
            before = dict(self.levels)
            for function in program.functions.values():
                self._block(function.body, frozenset())
            if self.levels == before:
                break

    def guard(self, stmt: Apply) -> Guard:
        """How the pullback of the statement must be guarded."""
        level = self._known(stmt.out)
        if level is Guard.INFINITY:
            return Guard.NONE if bounded(stmt) else Guard.ALL
        # 0 * inf, where an infinity was made, or multiplied with something, and then dropped
        infinite = pole(stmt) if level is Guard.NUMBER else False
        infinite = infinite or level >= Guard.POLE and self._infinite((*stmt.inputs, stmt.out))
        return Guard.ALL if infinite else level

    def level(self, value: Value) -> Guard:
        """What may be dropped of a value later on."""
        return self._known(value)

    def _infinite(self, atoms: Iterable[Atom]) -> bool:
        return any(a in self.infinite for a in atoms)

    def _mark(self, atoms: Iterable[Atom], level: Guard) -> None:
        if level:
            for a in atoms:
                if isinstance(a, Value) and a not in self.cancelled:
                    # a number of Python is never half taken: what it overflows to raises, or is the user's
                    most = min(level, Guard.POLE) if isinstance(a.kind, Scalar) else level
                    self.levels[a] = max(self.levels.get(a, Guard.NONE), most)

    def _known(self, atom: Atom) -> Guard:
        return self.levels.get(atom, Guard.NONE) if isinstance(atom, Value) else Guard.NONE

    def _level(self, values: Iterable[Value]) -> Guard:
        return max(map(self._known, values), default=Guard.NONE)

    def _pass_on(self, atoms: Sequence[Atom], values: Sequence[Value]) -> None:
        for atom, value in zip(atoms, values):
            self._mark([atom], self._level([value]))

    # `filled`: statements that write to another element in each trip of the loop that is looked at

    def _block(self, block: Block, filled: frozenset[Stmt]) -> None:
        for stmt in reversed(block.stmts):
            if isinstance(stmt, Apply):
                self._apply(stmt, filled)
            elif isinstance(stmt, If):
                self._branch(stmt, filled)
            elif isinstance(stmt, (For, While)):
                self._loop(stmt, filled)
            elif isinstance(stmt, Call):
                callee = self.program.functions[stmt.callee].body
                self._pass_on(callee.results, stmt.outputs)
                self._pass_on(stmt.inputs, callee.params)

    def _apply(self, stmt: Apply, filled: frozenset[Stmt]) -> None:
        level, name = self._level(stmt.outputs), stmt.op.name
        if stmt.out in self.cancelled:
            return
        if stmt.op.selects:
            level = max(level, Guard.INFINITY if name in HANDS_NAN_ON else Guard.ALL)
        elif name in _READS_PART:
            level = max(level, Guard.STEEP)
        elif name in _SHORTENS:
            level = max(level, Guard.POLE)
        elif name in _WRITES:
            old, new, *at = stmt.inputs
            # reading some elements is no reason to guard each number that was written to one
            self._mark([new], Guard.NONE if level is Guard.STEEP and not _rank(new) else level)
            if name == "index_set" and has_mask(dict(stmt.params)["index"], tuple(a.kind for a in at)):
                level = Guard.ALL
            elif stmt not in filled and not self._goes_on(stmt):
                level = max(level, Guard.POLE)
            self._mark([old], level)
            return
        self._mark(stmt.inputs, level)

    def _goes_on(self, write: Apply) -> bool:
        """Whether what is written over is read for what is written, as in a[i] -= b."""
        old, new, *at = write.inputs
        waiting, seen = [new], {new}
        while waiting:
            maker = self.makers.get(waiting.pop())  # type: ignore[arg-type]
            if not isinstance(maker, Apply) or maker.op.zero:
                continue
            if maker.op.name in _READS_PART and [*maker.inputs] == [old, *at] and maker.params == write.params:
                return True
            if maker.op.name in _ARITHMETIC:
                waiting += [a for a in maker.inputs if a not in seen]
                seen.update(maker.inputs)
        return False

    def _branch(self, stmt: If, filled: frozenset[Stmt]) -> None:
        then, orelse = self._smoothly_read(stmt.then), self._smoothly_read(stmt.orelse)
        self._mark(then ^ orelse, Guard.NUMBER)
        for block in (stmt.then, stmt.orelse):
            self._pass_on(block.results, stmt.outputs)
            self._block(block, filled)

    def _at_start(self, loop: For | While, filled: frozenset[Stmt]) -> list[Guard]:
        """The levels of what the loop carries, at the start of a trip, if those writes leave the others alone."""
        kept = dict(self.levels)
        self._block(loop.body, filled)
        found = [self._known(p) for p in split_params(loop)[1]]
        self.levels = kept
        return found

    def _smoothly_read(self, block: Block) -> set[Value]:
        """What a block reads of the values around it, other than in operations of derivative zero."""
        if block in self.reads:
            return self.reads[block]
        read: set[Atom] = set(block.results)
        made: set[Atom] = set(block.params)
        for stmt in block.stmts:
            if not (isinstance(stmt, (Section, If)) or isinstance(stmt, Apply) and stmt.op.zero):
                read.update(inputs_of(stmt))
            for inner in blocks_of(stmt):
                read |= self._smoothly_read(inner)
            made.update(outputs_of(stmt))
        self.reads[block] = {a for a in read - made if isinstance(a, Value) and a.kind.real}
        return self.reads[block]

    def _loop(self, loop: For | While, filled: frozenset[Stmt]) -> None:
        items, carried = split_params(loop)
        self._pass_on(loop.body.results, loop.outputs)
        own = filled | _fills(loop)
        while True:  # what one trip hands to the next
            before = [self._known(r) for r in loop.body.results]
            for result, level in zip(loop.body.results, self._at_start(loop, own)):
                self._mark([result], level)
            if [self._known(r) for r in loop.body.results] == before:
                break
        self._block(loop.body, filled)
        self._pass_on(loop.init, carried)
        if isinstance(loop, For):
            for walk, item in zip(loop.xs, items[loop.trips is not None :]):
                self._mark([walk.source], self._level([item]))


def _rank(atom: Atom) -> int:
    return atom.kind.rank if isinstance(atom.kind, Array) else 0


def _fills(loop: For | While) -> frozenset[Stmt]:
    """The writes that go to another element in each trip: one of their indices is the loop's own."""
    if not isinstance(loop, For) or loop.trips is None:
        return frozenset()
    index = loop.body.params[0]

    def moves(stmt: Stmt) -> bool:
        if not isinstance(stmt, Apply) or stmt.op.name not in _WRITES or index not in stmt.inputs[2:]:
            return False
        return stmt.op.name == "list_set" or ("in", stmt.inputs[2:].index(index)) in dict(stmt.params)["index"]

    return frozenset(filter(moves, all_stmts(loop.body)))
