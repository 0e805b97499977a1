"""Whether two accesses to elements of arrays can ever be to the same element: proved from the ranges of the loops."""

from __future__ import annotations

from collections.abc import Sequence

from s2s_ad.analysis import affine as inequalities
from s2s_ad.ir.nodes import Atom, Const, Value
from s2s_ad.passes.native.affine import Affine, Length, Sum


class Apart:
    """Proofs about places, each of them in some trip of the loops whose indices it names.

    `known`: pairs of numbers of which the first is surely less than the second, where these places are.
    """

    def __init__(self, affine: Affine, known: Sequence[tuple[Sum, Sum]] = ()) -> None:
        self.affine = affine
        self.known = [_row(less.plus(more, -1), 1) for less, more in known]

    def never_equal(self, one: Sequence[Atom], other: Sequence[Atom]) -> bool:
        """Whether the places differ in some axis, wherever both are reached: what both name is the same in both."""
        sums = [(self.affine.sum(a), self.affine.sum(b)) for a, b in zip(one, other)]
        rows = self.ranges([s for pair in sums for s in pair])
        for a, b in sums:
            if all(inequalities.contradictory([*rows, _row(s, 1)]) for s in (a, b)):  # not counted from the end
                difference = _row(a.plus(b, -1))
                rows += [difference, difference * -1]
        return inequalities.contradictory(rows)

    def surely_runs(self, start: Atom, stop: Atom, around: Sequence[Value] = ()) -> bool:
        """Whether a loop from start to stop makes a trip, wherever it is reached in the loops with these indices."""
        return self.at_least(self.affine.sum(stop).plus(self.affine.sum(start), -1), 1, around)

    def at_least(self, number: Sum, least: int, around: Sequence[Value] = ()) -> bool:
        """Whether the number is surely so large, wherever it is computed in the loops with these indices."""
        known = self.ranges([number, *(Sum({index: 1}) for index in around)])
        return inequalities.contradictory([*known, _row(number, 1 - least)])

    def ranges(self, sums: Sequence[Sum]) -> list[inequalities.Sum]:
        """That the indices of loops are in their ranges, and lengths not negative."""
        rows = list(self.known)
        seen: set[Value | Length] = set()
        waiting = [symbol for s in sums for symbol in s.terms]
        while waiting:
            symbol = waiting.pop()
            if symbol in seen:
                continue
            seen.add(symbol)
            if self.affine.is_length(symbol):
                rows.append(inequalities.Sum(0, {symbol: -1}))
            trips = self.affine.ranges.get(symbol) if isinstance(symbol, Value) else None
            if trips is None or not isinstance(trips.step, Const) or trips.step.value == 0:
                continue
            start, stop, index = self.affine.sum(trips.start), self.affine.sum(trips.stop), Sum({symbol: 1})
            up = 1 if trips.step.value > 0 else -1
            rows += [_row(start.plus(index, -1).times(up)), _row(index.plus(stop, -1).times(up), 1)]
            waiting += [*start.terms, *stop.terms]
        return rows


def _row(number: Sum, more: int = 0) -> inequalities.Sum:
    return inequalities.Sum(number.constant + more, {symbol: count for symbol, count in number.terms.items()})
