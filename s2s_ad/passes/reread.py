"""Elements of lists that are read where they stand once more, rather than under a name that says nothing.

`v_bar = A_bar[i][k]`, which two statements read, goes into both of them if the first does not write to that element:
proved from the ranges of the loops. So does what has just been multiplied or divided in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, map_inputs, use_counts
from s2s_ad.ops.updates import ELEMENTS
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.apart import Apart

_READ, _SET = ELEMENTS["getitem"], ELEMENTS["index_set"]
_WRITES = frozenset({_SET, ELEMENTS["index_add"]})
_IN_PLACE = frozenset({"mul", "div"})


def read_again(program: Program) -> Program:
    """The program with elements of lists that are read twice instead of named."""
    functions = {}
    for name, function in program.functions.items():
        if any(isinstance(s, Apply) and s.op is _READ for s in all_stmts(function.body)):
            function = replace(function, body=_Again(function.body).block(function.body))
        functions[name] = function
    return replace(program, functions=functions)


@dataclass
class _Stands:
    """Where a number stands: in the last version so far of a list, which may have been written to elsewhere."""

    listed: Value
    params: tuple[tuple[str, object], ...]
    at: tuple[Atom, ...]
    moved: bool = False


class _Again:
    def __init__(self, body: Block) -> None:
        self.uses: Counter[Atom] = use_counts(body)
        self.made = {s.out: s for s in all_stmts(body) if isinstance(s, Apply) and len(s.outputs) == 1}
        self.apart = Apart(Affine(body))

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        standing: dict[Atom, _Stands] = {}
        early = self.put_back_early(block.stmts)
        for k, stmt in enumerate(early):
            if isinstance(stmt, Apply):
                stmts += self.reading(stmt, standing)
                self.written(stmt, standing)
                found = self.stands(stmt)
                if found is not None and self.is_named_for_nothing(found[0], stmt, early[k + 1 :]):
                    standing[found[0]] = found[1]
                continue
            if not isinstance(stmt, Section):
                standing.clear()
            stmts.append(map_inputs(stmt, lambda atom: atom, self.block))
        return replace(block, stmts=tuple(stmts))

    def put_back_early(self, stmts: Sequence[Stmt]) -> list[Stmt]:
        """The statements, with what is put back in its place as soon as it has been multiplied or divided."""
        found = list(stmts)
        for stmt in stmts:
            made = self.multiplied(stmt) if isinstance(stmt, Apply) else None
            if made is not None and made in found:
                start, end = found.index(made) + 1, found.index(stmt)
                if not any(_has_to_do_with(s, inputs_of(stmt)[0]) for s in found[start:end]):
                    found.insert(start, found.pop(end))
        return found

    def reading(self, stmt: Apply, standing: dict[Atom, _Stands]) -> list[Stmt]:
        """The statement, after the reads of what a name stood for."""
        again: dict[Atom, Apply] = {}
        for atom in stmt.inputs:
            place = standing.get(atom)
            if place is not None and place.moved:
                again[atom] = Apply(_READ, (place.listed, *place.at), (Value(atom.kind),), place.params, stmt.span)
        inputs = tuple(again[a].out if a in again else a for a in stmt.inputs)
        return [*again.values(), replace(stmt, inputs=inputs)]

    def written(self, stmt: Apply, standing: dict[Atom, _Stands]) -> None:
        for value, place in list(standing.items()):
            if not stmt.op.store or stmt.inputs[0] is not place.listed:
                continue
            if stmt.op in _WRITES and self.apart.never_equal(_place(stmt), _numbers(place.params, place.at)):
                place.listed, place.moved = stmt.out, True
            else:
                del standing[value]

    def stands(self, stmt: Apply) -> tuple[Value, _Stands] | None:
        """A number of which this statement shows where it stands."""
        if stmt.op is _READ and isinstance(stmt.inputs[0], Value):
            return stmt.out, _Stands(stmt.inputs[0], stmt.params, stmt.inputs[1:])
        made = self.multiplied(stmt)
        return None if made is None else (made.out, _Stands(stmt.out, stmt.params, stmt.inputs[2:], moved=True))

    def multiplied(self, stmt: Apply) -> Apply | None:
        """Where what the statement puts into a list was made, as a multiple of what has been read at that place."""
        made = self.made.get(stmt.inputs[1]) if stmt.op is _SET else None  # type: ignore[arg-type]
        if made is None or made.op.name not in _IN_PLACE:
            return None
        read = self.made.get(made.inputs[0])  # type: ignore[arg-type]
        if read is None or read.op is not _READ or read.inputs != (stmt.inputs[0], *stmt.inputs[2:]):
            return None
        return made if read.params == stmt.params and self.uses[read.out] == 1 else None

    def is_named_for_nothing(self, value: Value, stmt: Apply, after: Sequence[Stmt]) -> bool:
        """Whether two statements of the same line of the user's read it, and its name would not be one of his."""
        said = value.hint or value.base is not None and value.base.hint
        if self.uses[value] != 2 or said:
            return False
        readers = [s for s in after if isinstance(s, Apply) and value in s.inputs]
        lines = {s.span.line if s.span is not None else 0 for s in (stmt, *readers)}
        return len(readers) == 2 - (value in stmt.inputs) and len(lines) == 1


def _has_to_do_with(stmt: Stmt, listed: Atom) -> bool:
    return listed in inputs_of(stmt) or bool(blocks_of(stmt))


def _place(stmt: Apply) -> list[Atom]:
    """The whole numbers that name the element which is read, written or added to."""
    return _numbers(stmt.params, stmt.inputs[1 if stmt.op is _READ else 2 :])


def _numbers(params: tuple[tuple[str, object], ...], at: Sequence[Atom]) -> list[Atom]:
    index = dict(params)["index"]
    assert isinstance(index, tuple)
    return [Const(e, INT) if isinstance(e, int) else at[e[1]] for e in index]
