"""Which values may be None when they are looked at: what a branch did not save or bind, and lists that hold such.

An adjoint that has to start from zero must not ask None for its length.
"""

from __future__ import annotations

from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, For, If, Stmt, Unbound, Value, While
from s2s_ad.ir.walk import split_params

Depths = frozenset[int]  # 0: the value itself may be None; 1: its items; and so on
NEVER: Depths = frozenset()
ANYWHERE: Depths = frozenset(range(4))


def maybe_absent(block: Block) -> set[Value]:
    """The values in the block, inner blocks included, that may be None or hold None."""
    search = _Search()
    search.block(block)
    return {value for value, depths in search.depths.items() if depths}


class _Search:
    def __init__(self) -> None:
        self.depths: dict[Value, Depths] = {}

    def of(self, atom: Atom) -> Depths:
        if isinstance(atom, (Absent, Unbound)):
            return frozenset((0,))
        return self.depths.get(atom, NEVER) if isinstance(atom, Value) else NEVER

    def note(self, value: Value, depths: Depths) -> bool:
        before = self.depths.get(value, NEVER)
        self.depths[value] = before | depths
        return self.depths[value] != before

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, If):
            for branch in (stmt.then, stmt.orelse):
                self.block(branch)
                for out, result in zip(stmt.outputs, branch.results):
                    self.note(out, self.of(result))
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, Apply) and stmt.op.name == "unpack":
            for out in stmt.outputs:
                self.note(out, ANYWHERE)
        elif isinstance(stmt, Apply) and stmt.op.name in ("list_reverse", "copy"):
            self.note(stmt.out, self.of(stmt.inputs[0]))

    def loop(self, stmt: For | While) -> None:
        items, carried = split_params(stmt)
        walks = stmt.xs if isinstance(stmt, For) else ()
        for item, walk in zip(items[len(items) - len(walks) :], walks):
            self.note(item, frozenset(d - 1 for d in self.of(walk.source) if d > 0))
        for param, start in zip(carried, stmt.init):
            self.note(param, self.of(start))
        while True:
            self.block(stmt.body)
            if not any([self.note(p, self.of(r)) for p, r in zip(carried, stmt.body.results)]):
                break
        n = len(stmt.init)
        for param, out in zip(carried, stmt.outputs):
            self.note(out, self.of(param))
        for out, result in zip(stmt.outputs[n:], stmt.body.results[n:]):
            self.note(out, frozenset(d + 1 for d in self.of(result)))
