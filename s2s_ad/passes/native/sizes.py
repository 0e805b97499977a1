"""The lengths of arrays as numbers: each is asked for once, where it is at hand, and is known from there on."""

from __future__ import annotations

from collections.abc import Sequence

from s2s_ad.analysis.lengths import Length
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Atom, Const, Value
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.affine import Length as AxisLength
from s2s_ad.passes.native.affine import Symbol
from s2s_ad.passes.native.places import Access, Views
from s2s_ad.passes.native.storage import plus


class Sizes:
    """What is known in one block: `numbers` by what they are the lengths of, and `agreed` by what has been compared."""

    def __init__(self, views: Views, before: Sizes | None = None) -> None:
        self.views = views
        self.numbers: dict[Length, Atom] = dict(before.numbers) if before is not None else {}
        self.agreed: dict[Length, Atom] = dict(before.agreed) if before is not None else {}

    def agree(self, builder: Builder, pair: tuple[Length, Length], accesses: Sequence[Access]) -> None:
        """Compare two lengths that must be the same; from here on one number is both."""
        sides = [self.size(builder, length, accesses) for length in pair]
        if sides[0] is not sides[1]:
            one = builder.apply(OPS["same_length"], *sides)
            for length, old in [*self.agreed.items(), *zip(pair, sides)]:
                if length in pair or any(old is side for side in sides):
                    self.agreed[length] = one

    def size(self, builder: Builder, length: Length, accesses: Sequence[Access]) -> Atom:
        """The number that a length is, as far as it has been compared; less than 0 where a slice leaves nothing."""
        return self.agreed[length] if length in self.agreed else self.own(builder, length, accesses)

    def own(self, builder: Builder, length: Length, accesses: Sequence[Access]) -> Atom:
        """The number that a length is, whatever others are."""
        what, axis, shorter = length
        if (what, axis, 0) in self.numbers:
            return plus(builder, self.numbers[what, axis, 0], Const(-shorter, INT))
        found = self.views.size(length, accesses)
        assert found is not None
        symbol, less = found
        return plus(builder, self.number(builder, symbol), Const(-less, INT))

    def number(self, builder: Builder, symbol: Symbol) -> Atom:
        """The whole number that is a length, or that is there."""
        if not isinstance(symbol, AxisLength):
            return symbol
        length = self.views.lengths.of(symbol.array)[symbol.axis]
        if length not in self.numbers:
            self.numbers[length] = builder.apply(OPS["shape_item"], symbol.array, axis=symbol.axis)
        return self.numbers[length]

    def note(self, builder: Builder, array: Value) -> None:
        """Ask for the lengths of an array before a loop, in which it is another one at each trip."""
        for axis, length in enumerate(self.views.lengths.of(array)):
            if length != 1:
                self.number(builder, AxisLength(array, axis))
