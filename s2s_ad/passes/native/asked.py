"""A length is asked for once: of an argument, or it is the number with which an array was made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from s2s_ad.analysis.lengths import ASKS_LENGTH
from s2s_ad.ir.kinds import INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Value
from s2s_ad.ir.walk import map_inputs, outputs_of
from s2s_ad.passes.native.affine import Affine


def asked_once(body: Block) -> Block:
    """The body in which a length that is known by a name is not asked for again."""
    return _Asked(Affine(body)).block(body, {})


class _Asked:
    def __init__(self, affine: Affine) -> None:
        self.affine = affine
        self.same: dict[Value, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.same.get(atom, atom) if isinstance(atom, Value) else atom

    def block(self, block: Block, known: dict[Any, Value]) -> Block:
        known = dict(known)  # what an inner block finds out is not there after it
        for param in block.params:
            if param.kind == INT and param.hint:
                known.setdefault(self.affine.key(param), param)
        stmts = []
        for stmt in block.stmts:
            moved = map_inputs(stmt, self.atom, lambda b: self.block(b, known))
            if isinstance(moved, Apply) and moved.op.name in ASKS_LENGTH and isinstance(moved.inputs[0].kind, Array):
                found = known.setdefault(self.affine.key(moved.out), moved.out)
                if found is not moved.out:
                    self.same[moved.out] = found
                    continue
            for out in outputs_of(moved):
                if out.kind == INT and out.hint:
                    known.setdefault(self.affine.key(out), out)
            stmts.append(moved)
        return replace(block, stmts=tuple(stmts), results=tuple(map(self.atom, block.results)))
