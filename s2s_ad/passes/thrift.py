"""Less work for the same adjoint: what is added up, or negated, while it is small. Only in reverse sweeps: what the
user wrote is computed as he wrote it, to the last digit; but products that are summed along the last axis are not
made first, which takes two to four times as long."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import ANY, FLOAT, MANY, ONE, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, map_inputs, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.linear import axes_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.atoms import is_adjoint

REVERSE = "Reverse sweep"


def thrifty(program: Program) -> Program:
    """The program with cheaper reverse sweeps."""
    functions = {name: replace(f, body=_Thrift(f.body).block(f.body, False)) for name, f in program.functions.items()}
    return replace(program, functions=functions)


def with_inner_products(program: Program) -> Program:
    """The program with products for sums of products, and common factors taken out; for NumPy: native loops have
    their own ways."""
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
                builder.emit((self.better(stmt, builder) if on else self.row_products(stmt)) or stmt)
            else:
                builder.emit(self.inside(stmt, on))
        return replace(block, stmts=tuple(builder.stmts))

    def inside(self, stmt: Stmt, on: bool) -> Stmt:
        return map_inputs(stmt, lambda a: a, lambda b: self.block(b, on))

    def row_products(self, stmt: Apply) -> Apply | None:
        return None

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
        """-x * y for -(x * y), where y has more elements than x; so for -x * y * z."""
        inputs = self.with_sign(product, builder)
        return None if inputs is None else replace(negated, op=product.op, inputs=inputs, params=())

    def with_sign(self, product: Apply, builder: Builder) -> tuple[Atom, ...] | None:
        """The factors of a product with the sign of the smallest turned."""
        for k, factor in enumerate(product.inputs):
            inner = self.makers.get(factor)
            less: Atom | None = None
            if isinstance(factor, Value) and _smaller(factor, product.out):
                less = self.turned_sign(factor, builder)
            elif inner is not None and inner.op.name == "mul" and self.uses[factor] == 1:
                parts = self.with_sign(inner, builder)
                if parts is not None:
                    less = replace(inner.out)
                    builder.emit(replace(inner, inputs=parts, outputs=(less,)))
            if less is not None:
                return (*product.inputs[:k], less, *product.inputs[k + 1 :])
        return None

    def turned_sign(self, factor: Value, builder: Builder) -> Value:
        """-1.0 / n for -(1.0 / n)."""
        made = self.makers.get(factor)
        if made is not None and made.op.name in ("mul", "div") and self.uses[factor] == 1:
            first = made.inputs[0]
            if isinstance(first, Const) and type(first.value) is float and not first.text:
                out = replace(made.out)
                builder.emit(replace(made, inputs=(Const(-first.value, FLOAT), made.inputs[1]), outputs=(out,)))
                return out
        return builder.apply(OPS["neg"], factor)


class _InnerProducts(_Thrift):
    """Sums of products as products of matrices, or with their common factor taken out."""

    def __init__(self, body: Block) -> None:
        super().__init__(body)
        self.sums: dict[Atom, Apply] = {}  # of what is summed along one axis
        self.own: set[Stmt] = set()  # the statements of the block that is being written
        self.done: set[Stmt] = set()
        self.renamed: dict[Stmt, tuple[Value, ...]] = {}
        self.readers: dict[Atom, Apply] = {}
        for stmt in all_stmts(body):
            if isinstance(stmt, Apply):
                self.readers.update(dict.fromkeys(stmt.inputs, stmt))
                if stmt.op.name == "np.sum":
                    self.sums[stmt.inputs[0]] = stmt

    def block(self, block: Block, on: bool) -> Block:
        own, self.own = self.own, set(block.stmts)
        made = super().block(block, on)
        self.own = own
        return replace(made, stmts=tuple(stmt for stmt in made.stmts if stmt not in self.done))

    def better(self, stmt: Apply, builder: Builder) -> Apply | None:
        if stmt in self.done:
            return None
        if stmt in self.renamed:
            return replace(stmt, outputs=self.renamed[stmt])
        if stmt.op.name == "np.sum":
            return self.inner_product(stmt) or self.row_products(stmt)
        if stmt.op.name == "neg":
            return self.constant_negated(stmt)
        if stmt.op.name in ("add", "sub"):
            return self.common_factor(stmt, builder)
        total = self.sums.get(stmt.outputs[0]) if stmt.op.name == "mul" else None
        if total is not None and total in self.own:
            # before the product, which may then be written over what it is made of
            builder.span = total.span
            if self.weighted(total, stmt, builder):
                self.done.add(total)
            builder.span = stmt.span
        return None

    def inner_product(self, total: Apply) -> Apply | None:
        product = self.makers.get(total.inputs[0])
        if product is None or product.op.name != "mul" or self.uses[product.out] != 1:
            return None
        x, y = product.inputs
        if any(value not in (None, False) for _, value in total.params) or not x.kind == y.kind == product.out.kind:
            return None
        if shape_of(x.kind) == (MANY,) or shape_of(x.kind) == (ANY,) and self.lengths().same(x, y):
            return replace(total, op=OPS["matmul"], inputs=(x, y), params=())
        return None

    def row_products(self, total: Apply) -> Apply | None:
        """np.einsum("ij,ij->i", x, y) for np.sum(x * y, axis=1), without room for the products."""
        product = self.makers.get(total.inputs[0]) if total.op.name == "np.sum" else None
        if product is None or self.uses[product.out] != 1 or not isinstance(product.out.kind, Array):
            return None
        rank, params = product.out.kind.rank, dict(total.params)
        axis = params.get("axis")
        if rank < 2 or axis is None or params.get("keepdims") or axes_of(axis, rank) != (rank - 1,):
            return None
        factors = _factors(product)
        if any(a.kind != product.out.kind for a in factors) or product.out.kind.dtype != "float64":
            return None
        if len(factors) != 2 or factors[0] is not factors[1] and not self.lengths().same(*factors):
            return None
        rows = "ijklmnop"[:rank]
        subscripts = f"{rows},{rows}->{rows[:-1]}"
        return replace(total, op=OPS["np.einsum"], inputs=factors, params=(("subscripts", subscripts),))

    def constant_negated(self, negated: Apply) -> Apply | None:
        """-2.0 * x for -(2.0 * x), unless that is part of a difference."""
        product, reader = self.makers.get(negated.inputs[0]), self.readers.get(negated.out)
        if product is None or product.op.name != "mul" or self.uses[product.out] != 1 or self.uses[negated.out] != 1:
            return None
        if reader is None or reader.op.name in ("add", "sub", "neg", "index_add"):
            return None
        for one, other in (product.inputs, product.inputs[::-1]):
            if isinstance(one, Const) and type(one.value) is float and not one.text and other.kind == product.out.kind:
                return replace(negated, op=product.op, inputs=(Const(-one.value, FLOAT), other), params=())
        return None

    def common_factor(self, total: Apply, builder: Builder) -> Apply | None:
        """c * (a - b) for a * c - b * c, and for a * c - b * (c * d)."""
        if not is_adjoint(total.out):
            return None  # what is computed again must come out as it did before: a branch may depend on it
        one, other = (self.factors(atom) for atom in total.inputs)
        common = [a for a in one if a in other and isinstance(a, Value) and a.kind == total.out.kind]
        if len(one) < 2 or len(other) < 2 or len(common) != 1:
            return None
        for factors in (one, other):
            factors.remove(common[0])  # once: it may be there as a square
        parts = [self.product(factors, builder) for factors in (one, other)]
        rest = builder.apply(total.op, *parts)
        if rest.kind != total.out.kind:
            return None
        return replace(total, op=OPS["mul"], inputs=(common[0], rest), params=())

    def factors(self, atom: Atom) -> list[Atom]:
        """What a product is made of, where nothing else reads it."""
        made = self.makers.get(atom)
        if (
            made is None
            or made.op.name != "mul"
            or self.uses[made.out] != 1
            or any(a.kind != atom.kind for a in made.inputs)
        ):
            return [atom]
        return [factor for part in made.inputs for factor in self.factors(part)]

    def product(self, factors: list[Atom], builder: Builder) -> Atom:
        whole = factors[0]
        for factor in factors[1:]:
            whole = builder.apply(OPS["mul"], whole, factor)
        return whole

    def weighted(self, total: Apply, product: Apply, builder: Builder) -> bool:
        """w.T @ x for np.sum(w * x, axis=-2), where w is one number for each row of x; so for columns."""
        rank, params = len(shape_of(product.out.kind)), dict(total.params)
        axes = axes_of(params.get("axis"), rank)
        if not params.keys() <= {"axis", "keepdims"} or rank < 2 or len(axes) != 1 or axes[0] < rank - 2:
            return False
        along, across = axes[0], 2 * rank - 3 - axes[0]
        for w, x in (product.inputs, product.inputs[::-1]):
            shape = shape_of(w.kind)
            if len(shape) != rank or x.kind != product.out.kind or shape[across] != ONE:
                continue
            if shape[along] == shape_of(x.kind)[along] == MANY:
                sign = self.makers.get(w)
                if sign is not None and sign.op.name == "neg" and self.opposite(total):
                    w = sign.inputs[0]
                turned = self.turned(w, along, across, builder)
                parts = (turned, x) if along < across else (x, turned)
                total = replace(total, outputs=self.renamed.get(total, total.outputs))
                if params.get("keepdims", False):
                    builder.emit(replace(total, op=OPS["matmul"], inputs=parts, params=()))
                else:
                    whole = builder.apply(OPS["matmul"], *parts)
                    builder.emit(replace(total, op=OPS["np.squeeze"], inputs=(whole,), params=(("axis", along),)))
                return True
        return False

    def opposite(self, total: Apply) -> bool:
        """Take away the sign that what is made of the sum gets, if nothing else is made of it."""
        at = total
        while self.uses[at.out] == 1 and (reader := self.readers.get(at.out)) in self.own and reader is not None:
            if reader.op.name == "neg":
                self.done.add(reader)
                self.renamed[at] = reader.outputs
                return True
            if reader.op.name not in ("matmul", "np.squeeze"):
                break
            at = reader
        return False

    def turned(self, w: Atom, along: int, across: int, builder: Builder) -> Value:
        """The weights with their axis of length 1 in the place of the other."""
        made = self.makers.get(w)
        if made is not None and made.op.name == "neg":
            return builder.apply(OPS["neg"], self.turned(made.inputs[0], along, across, builder))
        if made is not None and made.op.name == "np.expand_dims":
            if axes_of(dict(made.params)["axis"], len(shape_of(w.kind))) == (across,):
                return builder.apply(OPS["np.expand_dims"], made.inputs[0], axis=along)
        return builder.apply(OPS["np.swapaxes"], w, axis1=along, axis2=across)


def _factors(product: Apply) -> tuple[Atom, ...]:
    """The two factors of a product or a square."""
    if product.op.name == "mul":
        return product.inputs
    power = product.inputs[1] if product.op.name == "pow" else None
    square = product.op.name == "np.square" or isinstance(power, Const) and power.value == 2
    return (product.inputs[0],) * 2 if square else ()


def _smaller(one: Value, whole: Value) -> bool:
    """Whether it surely has fewer elements, as it is broadcast."""
    mine, all_ = shape_of(one.kind), shape_of(whole.kind)
    padded = (ONE,) * (len(all_) - len(mine)) + mine
    return any(a == ONE and b != ONE for a, b in zip(padded, all_))
