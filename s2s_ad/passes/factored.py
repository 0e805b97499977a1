"""A factor that several terms of one adjoint have in common, taken out: in reverse sweeps, as it changes last digits.

`p_bar += v_bar * x - v_bar * y` is `p_bar += v_bar * (x - y)`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Program, Section, Stmt, Value
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
class _Term:
    """What is added (1) or taken away (-1), and of what numbers it is the product."""

    sign: int
    number: Atom
    factors: tuple[Atom, ...]


def _block(block: Block, on: bool, uses: Counter[Atom]) -> Block:
    builder = Builder()
    sums = _Sums(block, uses)
    for stmt in block.stmts:
        if isinstance(stmt, Section):
            on = stmt.annotate
        if on and isinstance(stmt, Apply) and sums.is_whole(stmt):
            builder.span = stmt.span
            stmt = _factored(stmt, sums.terms(stmt), builder)
        builder.emit(map_inputs(stmt, lambda atom: atom, lambda inner, on=on: _block(inner, on, uses)))  # type: ignore
    return replace(block, stmts=tuple(builder.stmts))


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

    def factors(self, atom: Atom) -> tuple[Atom, ...]:
        """Of what it is the product, if nobody else reads that."""
        made = self.makers.get(atom)
        if made is None or made.op.name != "mul" or self.uses[atom] > 1:
            return (atom,)
        return tuple(factor for part in made.inputs for factor in self.factors(part))


def _factored(stmt: Apply, terms: Sequence[_Term], builder: Builder) -> Stmt:
    """The sum with the factor taken out that most of its products have."""
    counts = Counter(factor for term in terms if len(term.factors) > 1 for factor in dict.fromkeys(term.factors))
    common, count = max(counts.items(), key=lambda item: item[1], default=(None, 0))
    if count < 2 or not isinstance(common, Value):
        return stmt
    together = [term for term in terms if len(term.factors) > 1 and common in term.factors]
    inner = _total([_Term(term.sign, _without(common, term, builder), ()) for term in together], builder)
    product = _Term(inner.sign, builder.apply(OPS["mul"], common, inner.number), ())
    left = [product if term is together[0] else term for term in terms if term not in together[1:]]
    whole = _total(left, builder)
    if whole.sign < 0:
        return replace(stmt, op=OPS["neg"], inputs=(whole.number,))
    last = builder.stmts.pop()
    assert isinstance(last, Apply) and last.out is whole.number
    return replace(last, outputs=stmt.outputs)


def _total(terms: Sequence[_Term], builder: Builder) -> _Term:
    """The sum of the terms as one, which is taken away if all of them are."""
    first = next((term for term in terms if term.sign > 0), terms[0])
    total = first.number
    for term in terms:
        if term is not first:
            total = builder.apply(OPS["add" if term.sign == first.sign else "sub"], total, term.number)
    return _Term(first.sign, total, ())


def _without(factor: Atom, term: _Term, builder: Builder) -> Atom:
    """The product without one of its factors."""
    first, *rest = [f for k, f in enumerate(term.factors) if k != term.factors.index(factor)]
    for other in rest:
        first = builder.apply(OPS["mul"], first, other)
    return first


def _is_sum(stmt: Apply) -> bool:
    return stmt.op.name in ("add", "sub", "neg") and all(atom.kind in _NUMBERS for atom in stmt.inputs)
