"""A factor that several terms of one adjoint have in common, taken out: in reverse sweeps, as it changes last digits.

`p_bar += v_bar * x - v_bar * y` is `p_bar += v_bar * (x - y)`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Section, Value
from s2s_ad.ir.walk import map_inputs, use_counts
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.atoms import is_adjoint
from s2s_ad.span import line_of

_NUMBERS = (FLOAT, Array("float64", ()))


def with_common_factors(program: Program) -> Program:
    """The program with common factors taken out of numbers in reverse sweeps."""
    functions = {n: replace(f, body=_block(f.body, False, use_counts(f.body))) for n, f in program.functions.items()}
    return replace(program, functions=functions)


@dataclass(frozen=True)
class _Inverse:
    """A factor by which is divided."""

    number: Atom


_Factor = Atom | _Inverse


@dataclass(frozen=True)
class _Term:
    """What is added (1) or taken away (-1), and of what numbers it is the product."""

    sign: int
    number: Atom
    factors: tuple[_Factor, ...]


def _block(block: Block, on: bool, uses: Counter[Atom]) -> Block:
    builder = Builder()
    sums, made = _Sums(block, uses), _Made()
    for stmt in block.stmts:
        if isinstance(stmt, Section):
            on = stmt.annotate
        if on and isinstance(stmt, Apply) and sums.is_whole(stmt):
            builder.span = stmt.span
            stmt = _factored(stmt, sums.terms(stmt), builder, made)
        builder.emit(map_inputs(stmt, lambda atom: atom, lambda inner, on=on: _block(inner, on, uses)))  # type: ignore
    return replace(block, stmts=tuple(builder.stmts))


class _Made(dict[Hashable, _Term]):
    """The sums that have been multiplied in a block: by another factor they need not be made again."""


class _Sums:
    """The sums of a block, with all terms that one line has added to them."""

    def __init__(self, block: Block, uses: Counter[Atom]) -> None:
        self.uses = uses
        self.makers: Mapping[Atom, Apply] = {
            s.out: s for s in block.stmts if isinstance(s, Apply) and len(s.outputs) == 1 and s.out.kind in _NUMBERS
        }
        self.parts = {a for s in self.makers.values() if _is_sum(s) for a in s.inputs if self.goes_on(a, s)}

    def goes_on(self, atom: Atom, stmt: Apply) -> bool:
        """Whether a part of a sum is a sum itself, of the same line, and of nobody else."""
        made = self.makers.get(atom)
        return made is not None and _is_sum(made) and self.uses[atom] == 1 and line_of(made.span) == line_of(stmt.span)

    def is_whole(self, stmt: Apply) -> bool:
        return _is_sum(stmt) and stmt.outputs[0] in self.makers and is_adjoint(stmt.out) and stmt.out not in self.parts

    def terms(self, stmt: Apply, sign: int = 1) -> list[_Term]:
        found: list[_Term] = []
        for k, atom in enumerate(stmt.inputs):
            own = -sign if stmt.op.name == "neg" or stmt.op.name == "sub" and k == 1 else sign
            if self.goes_on(atom, stmt):
                found += self.terms(self.makers[atom], own)
            else:
                found.append(_Term(own, atom, self.factors(atom)))
        return found

    def factors(self, atom: Atom) -> tuple[_Factor, ...]:
        """Of what it is the product, if nobody else reads that."""
        made = self.makers.get(atom)
        if made is None or made.op.name not in ("mul", "div") or self.uses[atom] > 1:
            return (atom,)
        if made.op.name == "div":
            return (*self.factors(made.inputs[0]), _Inverse(made.inputs[1]))
        return tuple(factor for part in made.inputs for factor in self.factors(part))


def _factored(stmt: Apply, terms: Sequence[_Term], builder: Builder, made: _Made) -> Apply:
    """The sum with like terms joined, and with the factors taken out that most of its products have."""
    joined = _joined(terms, builder)
    fewer, terms = len(joined) < len(terms), joined
    counts = Counter(f for term in terms for f in dict.fromkeys(term.factors) if _leaves_some(f, term.factors))
    common, count = max(counts.items(), key=lambda item: item[1], default=(None, 0))
    if count < 2 or not isinstance(common, (Value, _Inverse)):
        return _as_made(stmt, _total(terms, builder), builder) if fewer else stmt
    together = [term for term in terms if common in term.factors and _leaves_some(common, term.factors)]
    rests = [list(term.factors) for term in together]
    taken: list[_Factor] = []
    for factor in (common, *sorted(together[0].factors, key=lambda f: not isinstance(f, _Inverse))):
        named = isinstance(factor, (Value, _Inverse))
        if named and all(factor in rest and _leaves_some(factor, rest) for rest in rests):
            taken.append(factor)
            for rest in rests:
                rest.remove(factor)
    key = tuple((t.sign, tuple(map(_key, rest))) for t, rest in zip(together, rests))
    if key not in made:
        made[key] = _total([_Term(s.sign, _product(r, builder), ()) for s, r in zip(together, rests)], builder)
    inner = made[key]
    product = _Term(inner.sign, _product([*taken, inner.number], builder), ())
    left = [product if term is together[0] else term for term in terms if term not in together[1:]]
    return _as_made(stmt, _total(left, builder), builder)


def _as_made(stmt: Apply, whole: _Term, builder: Builder) -> Apply:
    """The statement, which makes of the last one what it has made before."""
    if whole.sign < 0:
        return replace(stmt, op=OPS["neg"], inputs=(whole.number,))
    last = builder.stmts.pop()
    assert isinstance(last, Apply) and last.out is whole.number
    return replace(last, outputs=stmt.outputs)


def _joined(terms: Sequence[_Term], builder: Builder) -> list[_Term]:
    """x for 0.5 * x + x * 0.5."""
    groups: dict[Hashable, list[_Term]] = {}
    for term in terms:
        same = frozenset(Counter(map(_key, filter(_has_name, term.factors))).items())
        groups.setdefault(same, []).append(term)
    if not 1 < len(groups) < len(terms):
        return list(terms)
    found: list[_Term] = []
    for group in groups.values():
        constants = [math.prod([f.value for f in t.factors if _is_plain(f)], start=float(t.sign)) for t in group]
        values = [f for f in group[0].factors if _has_name(f)]
        count = sum(constants)
        if len(group) == 1 or not values or count == 0.0 or not math.isfinite(count):
            found += group
            continue
        factors = [*([Const(abs(count), FLOAT)] if abs(count) != 1.0 else []), *values]
        found.append(_Term(1 if count > 0.0 else -1, _product(factors, builder), tuple(factors)))
    return found


def _key(factor: _Factor) -> Hashable:
    """The same for the same factors."""
    if isinstance(factor, _Inverse):
        return "inverse", _key(factor.number)
    return ("constant", repr(factor.value), factor.text) if isinstance(factor, Const) else factor


def _has_name(factor: _Factor) -> bool:
    return not _is_plain(factor)


def _is_plain(factor: _Factor) -> TypeGuard[Const]:
    """Whether it is a float that has no name."""
    return isinstance(factor, Const) and type(factor.value) is float and not factor.text


def _total(terms: Sequence[_Term], builder: Builder) -> _Term:
    """The sum of the terms as one, which is taken away if all of them are."""
    first = next((term for term in terms if term.sign > 0), terms[0])
    total = first.number
    for term in terms:
        if term is not first:
            total = builder.apply(OPS["add" if term.sign == first.sign else "sub"], total, term.number)
    return _Term(first.sign, total, ())


def _leaves_some(factor: _Factor, factors: Sequence[_Factor]) -> bool:
    """Whether it may be taken out, and leaves something that is multiplied with it, or divided by it.

    What is divided keeps all that it is made of: a float of Python's alone would raise where one of NumPy's is inf.
    """
    numbers = sum(not isinstance(f, _Inverse) for f in factors)
    return numbers > 0 if isinstance(factor, _Inverse) else 1 < numbers == len(factors)


def _product(factors: Sequence[_Factor], builder: Builder) -> Atom:
    numbers = [f for f in factors if not isinstance(f, _Inverse)] or [ONE_FLOAT]
    first = numbers[0]
    for factor in (*numbers[1:], *(f for f in factors if isinstance(f, _Inverse))):
        if isinstance(factor, _Inverse):
            first = builder.apply(OPS["div"], first, factor.number)
        else:
            first = builder.apply(OPS["mul"], first, factor)
    return first


def _is_sum(stmt: Apply) -> bool:
    return stmt.op.name in ("add", "sub", "neg") and all(atom.kind in _NUMBERS for atom in stmt.inputs)
