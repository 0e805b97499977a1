"""Sums of products with a factor in common, as that factor times a sum: adjoints are such sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.registry import OPS


def sum_of(builder: Builder, parts: Sequence[Atom], factor: Value | None, makers: Mapping[Value, Apply]) -> Atom:
    """The sum of numbers; as a multiple of the factor, if all of them are."""
    if factor is not None and len(parts) > 1:
        worker = _Linear(builder, factor, makers)
        if all(worker.linear(part) for part in parts):
            return builder.apply(OPS["mul"], factor, worker.coefficient(parts))
    return added(builder, parts)


def multiple_of(builder: Builder, made: Apply, factor: Value, makers: Mapping[Value, Apply]) -> Value | None:
    """The number that `made` makes as the factor times what does not depend on it; None if it is no multiple."""
    worker = _Linear(builder, factor, makers)
    if not worker.linear(made.out):
        return None
    out = replace(made.out)
    builder.emit(Apply(OPS["mul"], (factor, worker.coefficient([made.out])), (out,), (), made.span))
    return out


def added(builder: Builder, parts: Sequence[Atom]) -> Atom:
    """Ones first, as a person would write them."""
    first, *rest = sorted(parts, key=lambda a: not isinstance(a, Const))
    for part in rest:
        first = builder.apply(OPS["add"], first, part)
    return first


@dataclass(frozen=True, eq=False)
class Term:
    """A product, added or taken away."""

    sign: int
    factors: tuple[Atom, ...]


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

    def coefficient(self, parts: Sequence[Atom]) -> Atom:
        """Of a sum of multiples, how much of the factor it is."""
        return self.total([term for part in parts for term in self.terms(part, 1)])

    def terms(self, atom: Atom, sign: int) -> list[Term]:
        """The coefficient of a multiple, as terms."""
        if atom is self.factor:
            return [Term(sign, ())]
        assert isinstance(atom, Value)
        made = self.makers[atom]
        name, parts = made.op.name, made.inputs
        if name in ("add", "sub"):
            return [*self.terms(parts[0], sign), *self.terms(parts[1], -sign if name == "sub" else sign)]
        if name == "neg":
            return self.terms(parts[0], -sign)
        own, other = parts if self.depends(parts[0]) else parts[::-1]
        inner = self.terms(own, sign)
        sign, factors = (inner[0].sign, inner[0].factors) if len(inner) == 1 else (1, (self.total(inner),))
        if name == "mul":
            return [Term(sign, (*factors, other))]
        return [Term(sign, (self.builder.apply(made.op, self.product(factors), other),))]

    def product(self, factors: Sequence[Atom]) -> Atom:
        total = factors[0] if factors else ONE_FLOAT
        for atom in factors[1:]:
            total = self.builder.apply(OPS["mul"], total, atom)
        return total

    def apart(self, factors: Sequence[Atom]) -> tuple[Atom, ...]:
        """The factors of which these are products."""
        found: tuple[Atom, ...] = ()
        for atom in factors:
            made = self.makers.get(atom) if isinstance(atom, Value) else None
            found += self.apart(made.inputs) if made is not None and made.op.name == "mul" else (atom,)
        return found

    def total(self, terms: Sequence[Term]) -> Atom:
        """The sum of the terms; a factor that several of them have is taken out."""
        apart = {term: self.apart(term.factors) for term in terms}
        counts = Counter(a for each in apart.values() for a in dict.fromkeys(each) if isinstance(a, Value))
        common, count = counts.most_common(1)[0] if counts else (ONE_FLOAT, 1)
        if count > 1:
            inside = [term for term in terms if common in apart[term]]
            sign = inside[0].sign
            rest = self.total([Term(sign * term.sign, _without(apart[term], common)) for term in inside])
            at = terms.index(inside[0])
            outside = [term for term in terms if term not in inside]
            return self.total([*outside[:at], Term(sign, (common, rest)), *outside[at:]])
        first, *others = sorted(terms, key=lambda term: term.sign < 0)
        sum_ = self.product(first.factors)
        if first.sign < 0:
            sum_ = self.builder.apply(OPS["neg"], sum_)
        for term in others:
            sum_ = self.builder.apply(OPS["add" if term.sign > 0 else "sub"], sum_, self.product(term.factors))
        return sum_


def _without(factors: Sequence[Atom], factor: Atom) -> tuple[Atom, ...]:
    at = list(factors).index(factor)
    return (*factors[:at], *factors[at + 1 :])
