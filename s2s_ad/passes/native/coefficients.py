"""Adjoints divided and multiplied by what no trip of a loop changes: multiplied by one number, made before the loop.

A division takes as long as ten multiplications. This changes last digits, so what the user wrote is left as it is.
"""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace

from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Stmt, Value
from s2s_ad.ir.walk import all_stmts, blocks_of, defined_in, inputs_of, is_derivative, outputs_of, use_counts
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.loops import LoopPass
from s2s_ad.passes.native.products import Product


def with_coefficients(block: Block) -> Block:
    """The block with such numbers before its innermost loops."""
    return _Coefficients(block).block(block)


class _Coefficients(LoopPass):
    def __init__(self, block: Block) -> None:
        super().__init__()
        self.derived: set[Atom] = set()  # adjoints and tangents, and what is made of them
        for stmt in all_stmts(block):
            read = [*inputs_of(stmt), *(r for inner in blocks_of(stmt) for r in inner.results)]
            if any(a in self.derived or isinstance(a, Value) and is_derivative(a) for a in read):
                self.derived.update(outputs_of(stmt))

    def loop(self, builder: Builder, loop: For) -> None:
        if not all(isinstance(stmt, Apply) for stmt in loop.body.stmts):
            builder.emit(loop)
            return
        products = self.products(loop)
        inner, made = Builder(loop.span), dict[tuple[Atom, ...], Atom]()
        for stmt in loop.body.stmts:
            number = products.get(stmt)
            if number is None or not isinstance(stmt, Apply):
                inner.emit(stmt)
                continue
            inner.span = builder.span = stmt.span
            key = (*number.fixed, ONE_FLOAT, *number.below)
            if key not in made:
                made[key] = number.times_fixed(builder)
            inner.emit(replace(stmt, op=OPS["mul"], inputs=(number.changing(inner), made[key])))
        builder.emit(replace(loop, body=replace(loop.body, stmts=tuple(inner.stmts))))

    def products(self, loop: For) -> dict[Stmt, Product]:
        """The statements whose numbers are such products, and are not factors of others."""
        inside, found, taken = defined_in(loop.body), dict[Stmt, Product](), set[Atom]()
        numbers = [s for s in loop.body.stmts if isinstance(s, Apply) and s.out.kind == FLOAT]
        uses = use_counts(loop.body)
        once = {s.out: s for s in numbers if uses[s.out] == 1}
        for stmt in reversed(numbers):
            if stmt.op.name in ("mul", "div", "neg") and stmt.out in self.derived and stmt.out not in taken:
                number = Product(stmt.out, ChainMap({stmt.out: stmt}, once), lambda a: a not in inside)
                if number.below and number.own:
                    found[stmt] = number
                    taken |= set(number.taken)
        return found
