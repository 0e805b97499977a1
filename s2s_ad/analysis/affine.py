"""Whole numbers that are sums of multiples of others, and whether inequalities between them can hold together."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Apply, Atom, Const, Stmt, Value

MOST = 400  # inequalities; beyond them nothing is proved


@dataclass(frozen=True)
class Sum:
    """constant + the sum of factor * variable."""

    constant: int = 0
    factors: Mapping[Hashable, int] = field(default_factory=dict)

    def __add__(self, other: Sum | int) -> Sum:
        if isinstance(other, int):
            return Sum(self.constant + other, self.factors)
        factors = dict(self.factors)
        for variable, factor in other.factors.items():
            factors[variable] = factors.get(variable, 0) + factor
        return Sum(self.constant + other.constant, {v: f for v, f in factors.items() if f})

    def __mul__(self, number: int) -> Sum:
        return Sum(self.constant * number, {v: f * number for v, f in self.factors.items() if number})

    def __sub__(self, other: Sum | int) -> Sum:
        return self + other * -1


def sum_of(atom: Atom, makers: Mapping[Value, Stmt], other: Callable[[Atom, Apply | None], Sum]) -> Sum:
    """What a whole number is made of; `other` says it of what is no sum and no multiple, and of how that was made."""
    if isinstance(atom, Const) and type(atom.value) is int:
        return Sum(atom.value)
    made = makers.get(atom) if isinstance(atom, Value) else None
    if not isinstance(made, Apply) or made.out.kind != INT:
        return other(atom, None)
    name, parts = made.op.name, made.inputs
    if name in ("add", "sub") and all(a.kind == INT for a in parts):
        one, two = (sum_of(a, makers, other) for a in parts)
        return one + two if name == "add" else one - two
    if name == "mul" and (factor := number_of(parts[0]) or number_of(parts[1])):
        return sum_of(parts[1] if number_of(parts[0]) else parts[0], makers, other) * factor
    return other(atom, made)


def number_of(atom: Atom) -> int:
    """The constant, 0 where it is none."""
    return atom.value if isinstance(atom, Const) and type(atom.value) is int else 0


def contradictory(at_most_zero: Iterable[Sum]) -> bool:
    """Whether no whole numbers make all of the sums zero or less; False where that is not found out.

    Variables are eliminated one after the other (Fourier and Motzkin).
    """
    rows = _tightest(at_most_zero)
    while rows:
        if any(not row.factors and row.constant > 0 for row in rows):
            return True
        above: dict[Hashable, int] = {}
        below: dict[Hashable, int] = {}
        for row in rows:
            for variable, factor in row.factors.items():
                count = above if factor > 0 else below
                count[variable] = count.get(variable, 0) + 1
        variables = dict.fromkeys([*above, *below])
        if not variables or len(rows) > MOST:
            return False
        # what is bounded on one side only falls away with all its inequalities
        rows = _without(min(variables, key=lambda v: above.get(v, 0) * below.get(v, 0)), rows)
    return False


def _without(variable: Hashable, rows: list[Sum]) -> list[Sum]:
    upper = [row for row in rows if row.factors.get(variable, 0) > 0]
    lower = [row for row in rows if row.factors.get(variable, 0) < 0]
    met = [u * -v.factors[variable] + v * u.factors[variable] for u in upper for v in lower]
    return _tightest([*(row for row in rows if variable not in row.factors), *met])


def _tightest(rows: Iterable[Sum]) -> list[Sum]:
    """Of inequalities with the same factors the strictest, of whole numbers with factors as small as they can be."""
    found: dict[frozenset[tuple[Hashable, int]], Sum] = {}
    for row in rows:
        common = math.gcd(*row.factors.values()) if row.factors else 1
        if common > 1:
            row = Sum(-(-row.constant // common), {v: f // common for v, f in row.factors.items()})
        key = frozenset(row.factors.items())
        if key not in found or found[key].constant < row.constant:
            found[key] = row
    return list(found.values())
