"""The adjoints known so far while a block is walked backwards."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import List, Record
from s2s_ad.ir.nodes import Apply, Atom, Value
from s2s_ad.ops.core import Op
from s2s_ad.ops.derive import zero
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.variants import named


class Adjoints:
    """Value -> its adjoint; a value that is not in it has adjoint zero, which costs and emits nothing."""

    def __init__(self, active: set[Value], absent: set[Value]) -> None:
        self.active = active
        self.absent = absent  # what may be None, and so has no length
        self.known: dict[Value, Atom] = {}
        self.renamed: dict[Atom, Atom] = {}

    def copy(self) -> Adjoints:
        other = Adjoints(self.active, self.absent)
        other.known, other.renamed = dict(self.known), self.renamed
        return other

    def __contains__(self, value: Value) -> bool:
        return value in self.known

    def put(self, value: Value, adjoint: Atom) -> None:
        self.known[value] = adjoint

    def take(self, value: Value) -> Atom | None:
        """The adjoint, which is complete now: nothing is added to it any more."""
        return self.known.pop(value, None)

    def take_or_zero(self, builder: Builder, value: Value) -> Atom:
        found = self.known.pop(value, None)
        return found if found is not None else zero(builder, value, value in self.absent)

    def changed_since(self, before: Adjoints) -> list[Value]:
        return [v for v, adjoint in self.known.items() if before.known.get(v) is not adjoint]

    def add(self, builder: Builder, primal: Atom, share: Atom, since: int | None = None) -> None:
        """Add a share to the adjoint of an active value; shares of others are nobody's."""
        if not isinstance(primal, Value) or primal not in self.active:
            return
        share = self.renamed.get(share, share)  # two inputs may have the same share
        total = self.known.get(primal)
        start = len(builder.stmts) if since is None else since
        if total is None:
            self.known[primal] = self.renamed[share] = named(builder, start, share, primal, "_bar")
            return
        sum_ = _onto(builder, share, total, start) or builder.apply(_plus(primal), total, share)
        self.known[primal] = named(builder, len(builder.stmts) - 1, sum_, primal, "_bar")


def _plus(primal: Value) -> Op:
    if isinstance(primal.kind, List):
        return OPS["list_plus"]
    return OPS["record_plus"] if isinstance(primal.kind, Record) else OPS["add"]


_SCATTER = ("index_add", "list_add_at")
_EMPTY = ("zeros_like", "list_zeros")


def _onto(builder: Builder, share: Atom, total: Atom, since: int) -> Value | None:
    """total + scatter(zeros, ...) is scatter(total, ...): only the elements that were read are touched.

    Only of a share made since then, for this one adjoint: an older one is the adjoint of something else too.
    """
    if not (
        len(builder.stmts) > since and isinstance(builder.stmts[-1], Apply) and builder.stmts[-1].outputs == (share,)
    ):
        return None
    last = builder.stmts[-1]
    if last.op.name not in _SCATTER:
        return None
    root = last.inputs[0]
    for at in range(len(builder.stmts) - 2, since - 1, -1):
        stmt = builder.stmts[at]
        if isinstance(stmt, Apply) and stmt.outputs == (root,):
            if stmt.op.name not in _EMPTY:
                return None
            del builder.stmts[at]
            break
    else:
        return None
    builder.stmts[-1] = replace(last, inputs=(total, *last.inputs[1:]))
    return last.outputs[0]
