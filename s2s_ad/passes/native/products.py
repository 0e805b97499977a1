"""Numbers as products of what is the same in all trips of a loop, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.nodes import Apply, Atom, Value
from s2s_ad.ops.registry import OPS


class Product:
    """A number as a product: `fixed` is the same in each trip of the loop, `own` is not.

    Fixed factors are looked for as far as there is one that is worth it; the rest of the number stays as it is made.
    """

    def __init__(
        self,
        number: Atom,
        made: Mapping[Value, Apply],
        is_fixed: Callable[[Atom], bool],
        worth: Callable[[Atom], bool] = lambda fixed: True,
    ) -> None:
        self.fixed: list[Atom] = []
        self.below: list[Atom] = []  # what the fixed part is divided by
        self.own: list[Atom] = []
        self.taken: list[Atom] = []  # apart: products on the way
        self.negative = False
        self.made, self.is_fixed, self.worth = made, is_fixed, worth
        self.take(number)

    def take(self, atom: Atom) -> None:
        stmt = self.made.get(atom) if isinstance(atom, Value) else None
        if self.is_fixed(atom):
            self.fixed.append(atom)
        elif stmt is None or not self.exposes(atom):
            self.own.append(atom)
        else:
            self.taken.append(atom)
            self.negative ^= stmt.op.name == "neg"
            for a in stmt.inputs[: 1 if stmt.op.name == "div" else 2]:
                self.take(a)
            self.below += stmt.inputs[1:] if stmt.op.name == "div" else ()

    def exposes(self, atom: Atom) -> bool:
        """Whether a fixed factor that is worth it comes out of it."""
        if self.is_fixed(atom):
            return self.worth(atom)
        stmt = self.made.get(atom) if isinstance(atom, Value) else None
        if stmt is None or stmt.op.name not in ("mul", "neg", "div"):
            return False
        if stmt.op.name == "div":
            numerator, below = stmt.inputs
            return self.is_fixed(below) and (self.worth(below) or self.exposes(numerator))
        return any(map(self.exposes, stmt.inputs))

    def changing(self, builder: Builder) -> Atom:
        """The part of the product that the trips change."""
        total = product(builder, self.own) or ONE_FLOAT
        return builder.apply(OPS["neg"], total) if self.negative else total

    def times_fixed(
        self, builder: Builder, number: Atom = ONE_FLOAT, value: Callable[[Atom], Atom] = lambda a: a
    ) -> Atom:
        """The number times the part that no trip changes, which is made of what `value` gives for its factors."""
        factor = product(builder, [value(a) for a in self.fixed])
        if factor is not None:
            number = factor if number is ONE_FLOAT else builder.apply(OPS["mul"], number, factor)
        for each in self.below:
            number = builder.apply(OPS["div"], number, value(each))
        return number


def product(builder: Builder, factors: Sequence[Atom]) -> Atom | None:
    total = factors[0] if factors else None
    for atom in factors[1:]:
        assert total is not None
        total = builder.apply(OPS["mul"], total, atom)
    return total
