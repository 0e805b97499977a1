"""Sums of products with a factor in common, as that factor times a sum: adjoints are such sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.registry import OPS


def sum_of(builder: Builder, parts: Sequence[Atom], factor: Value | None, makers: Mapping[Value, Apply]) -> Atom:
    """The sum of numbers; as a multiple of the factor, if all of them are."""
    if factor is not None and len(parts) > 1:
        worker = _Linear(builder, factor, makers)
        if all(worker.linear(part) for part in parts):
            coefficient = _added(builder, [worker.coefficient(part) for part in parts])
            return builder.apply(OPS["mul"], factor, coefficient)
    return _added(builder, parts)


def _added(builder: Builder, parts: Sequence[Atom]) -> Atom:
    """Ones first, as a person would write them."""
    first, *rest = sorted(parts, key=lambda a: not isinstance(a, Const))
    for part in rest:
        first = builder.apply(OPS["add"], first, part)
    return first


class _Linear:
    """What numbers are, divided by one of which they are multiples."""

    def __init__(self, builder: Builder, factor: Value, makers: Mapping[Value, Apply]) -> None:
        self.builder, self.factor, self.makers = builder, factor, makers
        self._depends: dict[Atom, bool] = {}

    def depends(self, atom: Atom) -> bool:
        """Whether the number is made of the factor."""
        if atom is self.factor:
            return True
        if atom not in self._depends:
            made = self.makers.get(atom) if isinstance(atom, Value) else None
            self._depends[atom] = made is not None and any(map(self.depends, made.inputs))
        return self._depends[atom]

    def linear(self, atom: Atom) -> bool:
        """Whether it is a multiple of the factor."""
        if atom is self.factor:
            return True
        made = self.makers.get(atom) if isinstance(atom, Value) else None
        if made is None or atom.kind != FLOAT or any(a.kind != FLOAT for a in made.inputs):
            return False
        name, parts = made.op.name, made.inputs
        if name in ("add", "sub"):
            return all(map(self.linear, parts))
        if name == "mul":
            return sum(map(self.depends, parts)) == 1 and any(map(self.linear, parts))
        if name == "div":
            return self.linear(parts[0]) and not self.depends(parts[1])
        return name == "neg" and self.linear(parts[0])

    def coefficient(self, atom: Atom) -> Atom:
        """Of a multiple, how much of the factor it is."""
        if atom is self.factor:
            return ONE_FLOAT
        assert isinstance(atom, Value)
        made = self.makers[atom]
        name, parts = made.op.name, made.inputs
        if name in ("add", "sub", "neg"):
            return self.builder.apply(made.op, *map(self.coefficient, parts))
        own, other = parts if self.depends(parts[0]) else parts[::-1]
        inner = self.coefficient(own)
        if name == "mul" and inner is ONE_FLOAT:
            return other
        return self.builder.apply(made.op, inner, other)
