"""What a loop or a branch hands out twice is handed out once: each list has one place where it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from s2s_ad.ir.nodes import Absent, Atom, Block, For, If, Stmt, Value, While
from s2s_ad.ir.walk import map_inputs


def handed_out_once(block: Block) -> Block:
    """The block without lists that a loop makes, and results of a branch, that are others over again."""
    return _Once().block(block)


class _Once:
    def __init__(self) -> None:
        self.same: dict[Value, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.same.get(atom, atom) if isinstance(atom, Value) else atom

    def block(self, block: Block) -> Block:
        stmts = tuple(self.fewer(map_inputs(stmt, self.atom, self.block)) for stmt in block.stmts)
        return Block(block.params, stmts, tuple(map(self.atom, block.results)))

    def fewer(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, (For, While)):
            n = len(stmt.init)
            ends = [(result,) for result in stmt.body.results[n : len(stmt.outputs)]]
            kept = [*range(n), *(n + k for k in self.first(ends, stmt.outputs[n:]))]
            more = range(len(stmt.outputs), len(stmt.body.results))  # the flag of a loop that stops
            body = replace(stmt.body, results=tuple(stmt.body.results[k] for k in (*kept, *more)))
            return replace(stmt, body=body, outputs=tuple(stmt.outputs[k] for k in kept))
        if isinstance(stmt, If):
            pairs = list(zip(stmt.then.results, stmt.orelse.results))
            kept = self.first(pairs, stmt.outputs)
            then, orelse = (
                replace(side, results=tuple(side.results[k] for k in kept)) for side in (stmt.then, stmt.orelse)
            )
            return replace(stmt, then=then, orelse=orelse, outputs=tuple(stmt.outputs[k] for k in kept))
        return stmt

    def first(self, ends: Sequence[tuple[Atom, ...]], outputs: tuple[Value, ...]) -> list[int]:
        """The places of the results that are not others over again; what stands for the rest is noted."""
        found: dict[tuple[object, ...], int] = {}
        for k, atoms in enumerate(ends):
            values = all(isinstance(a, (Value, Absent)) for a in atoms) and any(isinstance(a, Value) for a in atoms)
            key = tuple(a if isinstance(a, Value) else a.kind for a in atoms) if values else (k,)
            if key in found:
                self.same[outputs[k]] = outputs[found[key]]
            else:
                found[key] = k
        return list(found.values())
