"""Runs a program as it stands, without emitting it: what the meaning of the IR is, in one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Const, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ops.control import CONVERSIONS

Scope = dict[Value, Any]


def evaluate(program: Program, *inputs: Any) -> tuple[Any, ...]:
    """The outputs of the entry function, flat."""
    return Evaluator(program).call(program.entry, inputs)


class Evaluator:
    """Runs blocks in scopes; what a subclass reads may be more than a number."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def call(self, name: str, inputs: Sequence[Any]) -> tuple[Any, ...]:
        body = self.program.functions[name].body
        return self.block(body, dict(zip(body.params, inputs)))

    def read(self, atom: Atom, scope: Scope) -> Any:
        if isinstance(atom, Value):
            return scope[atom]
        return atom.value if isinstance(atom, Const) else None

    def block(self, block: Block, scope: Scope) -> tuple[Any, ...]:
        for stmt in block.stmts:
            results = self.stmt(stmt, scope)
            if not isinstance(stmt, Section):
                scope.update(zip(stmt.outputs, results))
        return tuple(self.read(a, scope) for a in block.results)

    def stmt(self, stmt: Stmt, scope: Scope) -> Sequence[Any]:
        if isinstance(stmt, Section):
            return ()
        if isinstance(stmt, Apply):
            values = tuple(self.read(a, scope) for a in stmt.inputs)
            if stmt.op.name in CONVERSIONS and values[0] is None:
                return (None,)
            result = stmt.op.evaluate(values, stmt.params, tuple(a.kind for a in stmt.inputs))
            return result if len(stmt.outputs) != 1 or stmt.op.name == "unpack" else (result,)
        if isinstance(stmt, Call):
            return self.call(stmt.callee, [self.read(a, scope) for a in stmt.inputs])
        if isinstance(stmt, If):
            return self.block(stmt.then if self.read(stmt.cond, scope) else stmt.orelse, scope)
        return self.loop(stmt, scope)

    def loop(self, stmt: For | While, scope: Scope) -> Sequence[Any]:
        n = len(stmt.init)
        carried = [self.read(a, scope) for a in stmt.init]
        ys: list[list[Any]] = [[] for _ in stmt.outputs[n:]]
        for items in self.trips(stmt, scope):
            if isinstance(stmt, While):
                scope.update(zip(stmt.cond.params, carried))
                if not self.block(stmt.cond, scope)[0]:
                    break
            scope.update(zip(stmt.body.params, (*items, *carried)))
            results = self.block(stmt.body, scope)
            carried = list(results[:n])
            for y, result in zip(ys, results[n:]):
                y.append(result)
            if stmt.stops and results[-1]:
                break
        return [*carried, *ys]

    def trips(self, stmt: For | While, scope: Scope) -> Any:
        if isinstance(stmt, While):
            return iter(lambda: (), None)
        walks: list[Any] = []
        if stmt.trips is not None:
            t = stmt.trips
            indices = range(self.read(t.start, scope), self.read(t.stop, scope), self.read(t.step, scope))
            walks.append(reversed(indices) if stmt.reverse else indices)
        for walk in stmt.xs:
            source = self.read(walk.source, scope)
            walks.append(source[::-1] if walk.reverse else source)
        return zip(*walks)
