"""Lengths that a loop would ask for in each trip, asked for once before it: then the reverse sweep need not save them.

They are those of arrays that keep their shape, as an array does whose elements are written; what is added to them, or
taken away, goes with them. What the user has given a name stays where it is.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Apply, Block, Const, For, Program, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, defined_in, map_inputs
from s2s_ad.ops.registry import OPS

_SUMS = frozenset({"add", "sub", "mul"})


def steady(program: Program) -> Program:
    """The program with lengths that do not change before the loops."""
    functions = {}
    for name, function in program.functions.items():
        worker = _Steady(Lengths(function.body))
        functions[name] = replace(function, body=worker.block(function.body, frozenset(function.body.params)))
    return replace(program, functions=functions)


class _Steady:
    def __init__(self, lengths: Lengths) -> None:
        self.lengths = lengths
        self.steady: set[Value] = set()  # lengths, and what is made of them

    def block(self, block: Block, scope: frozenset[Value]) -> Block:
        """`scope`: what surely has a value here."""
        seen = set(scope)
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if blocks_of(stmt):
                stmt = map_inputs(stmt, lambda atom: atom, lambda inner: self.block(inner, frozenset(seen)))
            if isinstance(stmt, (For, While)):
                before, stmt = self.taken_out(stmt, seen)
                stmts += before
            elif isinstance(stmt, Apply):
                seen.update(stmt.outputs)  # what branches and loops hand on may be nothing
            stmts.append(stmt)
        return replace(block, stmts=tuple(stmts))

    def taken_out(self, loop: For | While, scope: set[Value]) -> tuple[list[Apply], For | While]:
        """What need not be done in each trip, and the loop without it."""
        inside = defined_in(loop.body)
        before: list[Apply] = []
        left: list[Stmt] = []
        for stmt in loop.body.stmts:
            moved = self.moved(stmt, scope, inside) if isinstance(stmt, Apply) else None
            if moved is None:
                left.append(stmt)
            else:
                before.append(moved)
                inside.discard(moved.out)
                self.steady.add(moved.out)
        return before, replace(loop, body=replace(loop.body, stmts=tuple(left))) if before else loop

    def moved(self, stmt: Apply, scope: set[Value], inside: set[Value]) -> Apply | None:
        """The statement as it can stand before the loop."""
        if len(stmt.outputs) > 1 or stmt.out.hint or stmt.out.kind != INT:
            return None
        if stmt.op.name in ("array_len", "shape_item"):
            axis = dict(stmt.params).get("axis", 0)
            length = self.lengths.of(stmt.inputs[0])[axis]
            if not isinstance(length, tuple) or length[0] not in scope or length[2] != 0:
                return None
            array, axis, _ = length
            op, params = (OPS["shape_item"], (("axis", axis),)) if axis else (OPS["array_len"], ())
            return replace(stmt, op=op, inputs=(array,), params=params)
        made_of = [a for a in stmt.inputs if not isinstance(a, Const)]
        steady = bool(made_of) and self.steady.issuperset(made_of) and inside.isdisjoint(made_of)
        return stmt if stmt.op.name in _SUMS and steady else None
