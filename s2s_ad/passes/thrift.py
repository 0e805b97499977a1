"""Less work for the same adjoint: what is added up, or negated, while it is small. Only in reverse sweeps: what the
user wrote is computed as he wrote it, to the last digit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import ANY, MANY, ONE
from s2s_ad.ir.nodes import Apply, Atom, Block, Program, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, map_inputs, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.linear import axes_of
from s2s_ad.ops.registry import OPS

REVERSE = "Reverse sweep"


def thrifty(program: Program) -> Program:
    """The program with cheaper reverse sweeps."""
    functions = {name: replace(f, body=_Thrift(f.body).block(f.body, False)) for name, f in program.functions.items()}
    return replace(program, functions=functions)


def with_inner_products(program: Program) -> Program:
    """The program with `x @ y` for sums of products of vectors; for NumPy, as loops need no help of that kind."""
    functions = {
        name: replace(f, body=_InnerProducts(f.body).block(f.body, False)) for name, f in program.functions.items()
    }
    return replace(program, functions=functions)


class _Thrift:
    def __init__(self, body: Block) -> None:
        self.lengths = cache(lambda: Lengths(body))  # rarely asked
        self.uses = use_counts(body)
        self.makers: dict[Atom, Apply] = {}
        self.taken_away: set[Atom] = set()  # a sign is printed as -= or as a difference there
        for stmt in all_stmts(body):
            if isinstance(stmt, Apply) and stmt.op.name == "index_add":
                self.taken_away.add(stmt.inputs[1])
            if isinstance(stmt, Apply) and len(stmt.outputs) == 1:
                self.makers[stmt.out] = stmt

    def block(self, block: Block, on: bool) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            if isinstance(stmt, Section):
                on = stmt.title == REVERSE
            if isinstance(stmt, Apply):
                builder.span = stmt.span
                builder.emit((self.better(stmt, builder) or stmt) if on else stmt)
            else:
                builder.emit(self.inside(stmt, on))
        return replace(block, stmts=tuple(builder.stmts))

    def inside(self, stmt: Stmt, on: bool) -> Stmt:
        return map_inputs(stmt, lambda a: a, lambda b: self.block(b, on))

    def better(self, stmt: Apply, builder: Builder) -> Apply | None:
        maker = self.makers.get(stmt.inputs[0]) if stmt.inputs else None
        if maker is None or self.uses[maker.out] != 1:
            return None
        if stmt.op.name == "np.sum" and maker.op.name == "matmul":
            return self.summed_first(stmt, maker, builder)
        if stmt.op.name == "neg" and maker.op.name == "mul" and stmt.out not in self.taken_away:
            return self.negated_first(stmt, maker, builder)
        return None

    def summed_first(self, total: Apply, product: Apply, builder: Builder) -> Apply | None:
        """np.sum(x, axis=0) @ y for np.sum(x @ y, axis=0); so for the columns of y."""
        rank, params = len(shape_of(product.out.kind)), dict(total.params)
        if not params.keys() <= {"axis", "keepdims"} or any(len(shape_of(a.kind)) != rank for a in product.inputs):
            return None
        axes = axes_of(params.get("axis"), rank)
        if rank < 2 or len(axes) != 1 or axes[0] < rank - 2:
            return None
        k = 0 if axes[0] == rank - 2 else 1
        if rank > 2 and not params.get("keepdims", False):
            less = builder.apply(OPS["np.sum"], product.inputs[k], axis=axes[0], keepdims=True)
            parts: list[Atom] = [*product.inputs]
            parts[k] = less
            whole = builder.apply(product.op, *parts)
            return replace(total, op=OPS["np.squeeze"], inputs=(whole,), params=(("axis", axes[0]),))
        less = builder.apply_all(total.op, (product.inputs[k],), total.params)[0]
        inputs = (less, product.inputs[1]) if k == 0 else (product.inputs[0], less)
        return replace(total, op=product.op, inputs=inputs, params=())

    def negated_first(self, negated: Apply, product: Apply, builder: Builder) -> Apply | None:
        """-x * y for -(x * y), where y has more elements than x."""
        for k, factor in enumerate(product.inputs):
            if isinstance(factor, Value) and _smaller(factor, product.out):
                less = builder.apply(OPS["neg"], factor)
                inputs = (*product.inputs[:k], less, *product.inputs[k + 1 :])
                return replace(negated, op=product.op, inputs=inputs, params=())
        return None


class _InnerProducts(_Thrift):
    def better(self, total: Apply, builder: Builder) -> Apply | None:
        product = self.makers.get(total.inputs[0]) if total.op.name == "np.sum" else None
        if product is None or product.op.name != "mul" or self.uses[product.out] != 1:
            return None
        x, y = product.inputs
        if any(value not in (None, False) for _, value in total.params) or not x.kind == y.kind == product.out.kind:
            return None
        if shape_of(x.kind) == (MANY,) or shape_of(x.kind) == (ANY,) and self.lengths().same(x, y):
            return replace(total, op=OPS["matmul"], inputs=(x, y), params=())
        return None


def _smaller(one: Value, whole: Value) -> bool:
    """Whether it surely has fewer elements, as it is broadcast."""
    mine, all_ = shape_of(one.kind), shape_of(whole.kind)
    padded = (ONE,) * (len(all_) - len(mine)) + mine
    return any(a == ONE and b != ONE for a, b in zip(padded, all_))
