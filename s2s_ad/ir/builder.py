"""Makes blocks, one statement after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, INT, Kind, kind_of
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Section, Stmt, Value
from s2s_ad.span import Span

if TYPE_CHECKING:
    from s2s_ad.ops.core import Op


def const(value: Any, text: str = "") -> Const:
    """A constant of the kind that its value has."""
    kind = kind_of(value)
    if kind is None:
        raise TypeError(f"no constant of {value!r}")
    return Const(value, kind, text)


ZERO_INT = Const(0, INT)
ONE_INT = Const(1, INT)
ZERO_FLOAT = Const(0.0, FLOAT)
ONE_FLOAT = Const(1.0, FLOAT)
ZERO_COMPLEX = Const(0j, COMPLEX)
TRUE = Const(True, BOOL)
FALSE = Const(False, BOOL)


class Builder:
    """Collects the statements of one block. `span` is given to every statement applied from now on."""

    def __init__(self, span: Span | None = None) -> None:
        self.stmts: list[Stmt] = []
        self.span = span

    def emit(self, stmt: Stmt) -> None:
        self.stmts.append(stmt)

    def section(self, title: str, annotate: bool) -> None:
        self.stmts.append(Section(title, annotate))

    def apply_all(
        self, op: Op, inputs: Sequence[Atom], params: tuple[tuple[str, Any], ...] = (), hints: Sequence[str] = ()
    ) -> tuple[Value, ...]:
        kinds = op.kinds(tuple(a.kind for a in inputs), params)
        names = (*hints, *[""] * len(kinds))
        outputs = tuple(Value(kind, hint) for kind, hint in zip(kinds, names))
        self.stmts.append(Apply(op, tuple(inputs), outputs, params, self.span))
        return outputs

    def apply(self, op: Op, *inputs: Atom, hint: str = "", **params: Any) -> Value:
        """Append `op` and return its one output; its kind is what the table infers."""
        return self.apply_all(op, inputs, tuple(params.items()), (hint,))[0]

    def block(self, params: Sequence[Value] = (), results: Sequence[Atom] = ()) -> Block:
        return Block(tuple(params), tuple(self.stmts), tuple(results))


def name_like(kind: Kind, primal: Atom, suffix: str) -> Value:
    """A value called after another: the adjoint or tangent of `primal`."""
    if isinstance(primal, Value):
        return Value(kind, base=primal, suffix=suffix)
    return Value(kind)
