"""A number is a number: to native code those of NumPy are the same as those of Python."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, INT, Array, Kind, List
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, Const, Section, Stmt, Unbound, Value
from s2s_ad.ir.walk import map_inputs
from s2s_ad.ops.registry import OPS

_NUMBERS = {"float64": FLOAT, "int64": INT, "bool": BOOL, "complex128": COMPLEX}
_IDENTITIES = frozenset(("np.array", "np.asarray", "np.ascontiguousarray", "np.copy", "copy", "np.float64"))


def plain_kind(kind: Kind) -> Kind:
    if isinstance(kind, List):
        return List(plain_kind(kind.item))
    if not isinstance(kind, Array):
        return kind
    if kind.dtype not in _NUMBERS:
        raise UnsupportedError(
            f"native code computes in float64, this is {kind.dtype}",
            remedy='Use float64 arrays, or backend="numpy".',
        )
    return kind if kind.shape else _NUMBERS[kind.dtype]


def plain_numbers(block: Block) -> Block:
    """The block with Python's kinds for all single numbers."""
    return _Plain().block(block)


class _Plain:
    def __init__(self) -> None:
        self.new: dict[Value, Value] = {}

    def value(self, value: Value) -> Value:
        found = self.new.get(value)
        if found is None:
            kind = plain_kind(value.kind)
            base = self.value(value.base) if value.base is not None else None
            same = kind is value.kind and base is value.base
            found = self.new[value] = value if same else replace(value, kind=kind, base=base)
        return found

    def atom(self, atom: Atom) -> Atom:
        if isinstance(atom, Value):
            return self.value(atom)
        kind = plain_kind(atom.kind)
        if isinstance(atom, Const):
            number = atom.value.item() if isinstance(atom.value, np.generic) else atom.value
            return atom if kind is atom.kind and number is atom.value else Const(number, kind, atom.text)
        if isinstance(atom, Unbound):
            return Unbound(kind)
        return Absent(kind)

    def block(self, block: Block) -> Block:
        params = tuple(map(self.value, block.params))
        return Block(params, tuple(map(self.stmt, block.stmts)), tuple(map(self.atom, block.results)))

    def stmt(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, Section):
            return stmt
        try:
            moved = map_inputs(stmt, self.atom, self.block)
            assert not isinstance(moved, Section)
            moved = replace(moved, outputs=tuple(map(self.value, moved.outputs)))
        except UnsupportedError as error:
            error.at(getattr(stmt, "span", None))
            raise
        if isinstance(moved, Apply) and moved.op.name == "unpack":
            return replace(moved, params=(("kinds", tuple(v.kind for v in moved.outputs)),))
        if isinstance(moved, Apply) and moved.op.name in _IDENTITIES and not isinstance(moved.out.kind, (Array, List)):
            return replace(moved, op=OPS["stop_gradient"], params=())
        return moved
