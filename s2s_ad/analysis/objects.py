"""Which arrays and lists may be one object, or share memory with it: roughly, for the order in which code reads best.

What may be written on the spot is decided from `backend/memory.py`; here a guess that is wrong costs a copy, no more.
"""

from __future__ import annotations

from s2s_ad.ir.groups import representative
from s2s_ad.ir.kinds import Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, If, Value, While
from s2s_ad.ir.walk import all_stmts, split_params


class Objects:
    """Values in groups."""

    def __init__(self, block: Block) -> None:
        self.parent: dict[Value, Value] = {}
        for stmt in all_stmts(block):
            if isinstance(stmt, Apply):
                if stmt.op.store or stmt.op.alias or stmt.op.cost == 0:
                    self._join(stmt.inputs[0], stmt.outputs[0])
                if any(not isinstance(v.kind, Scalar) and not hasattr(v.kind, "shape") for v in stmt.outputs):
                    for atom in stmt.inputs:  # a list or a record of what it was given
                        self._join(atom, stmt.outputs[0])
            elif isinstance(stmt, Call):
                for atom in (*stmt.inputs, *stmt.outputs[1:]):
                    self._join(atom, stmt.outputs[0]) if stmt.outputs else None
            elif isinstance(stmt, If):
                for out, *results in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    for result in results:
                        self._join(result, out)
            elif isinstance(stmt, (For, While)):
                params = stmt.body.params
                for k, (init, param) in enumerate(zip(stmt.init, split_params(stmt)[1])):
                    for atom in (init, stmt.body.results[k], stmt.outputs[k]):
                        self._join(atom, param)
                if isinstance(stmt, For):
                    for walk, item in zip(stmt.xs, params[stmt.trips is not None :]):
                        self._join(walk.source, item)

    def find(self, value: Value) -> Value:
        """One value for all of the group."""
        return representative(self.parent, value)

    def _join(self, a: Atom, b: Atom) -> None:
        if isinstance(a, Value) and isinstance(b, Value):
            self.parent[self.find(a)] = self.find(b)
