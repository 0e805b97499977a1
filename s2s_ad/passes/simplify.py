"""Exact algebra and the shape of control flow. Nothing here changes a number, beyond the sign of a zero or the bits of
a NaN, and nothing is reassociated."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import ZERO_FLOAT, ZERO_INT, Builder, const
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import (
    Apply,
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Program,
    Section,
    Stmt,
    Value,
    Walk,
    While,
)
from s2s_ad.ir.walk import map_inputs, split_params, use_counts
from s2s_ad.ops.core import Op
from s2s_ad.ops.fitting import is_elementwise, same_lengths, shape_lender, shape_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.atoms import exact_product, exact_shape, is_float, power_of_two, same_atom, stays
from s2s_ad.passes.axes import with_plain_axes
from s2s_ad.passes.complex_numbers import in_one, without_casts
from s2s_ad.passes.elements import known_elements, written_at_once
from s2s_ad.passes.walks import walked_once

ROUNDS = 3  # most of what one change makes possible is done in the same round


def simplify(program: Program) -> Program:
    """Every function simplified."""
    return replace(program, functions={name: simplify_function(f) for name, f in program.functions.items()})


def simplify_function(function: Function) -> Function:
    for _ in range(ROUNDS):
        worker = _Simplifier(function.body)
        body = worker.block(function.body)
        function = replace(function, body=body)
        if not worker.changed:
            break
    return function


class _Simplifier:
    def __init__(self, body: Block) -> None:
        self.uses = use_counts(body)
        self.lengths = cache(lambda: Lengths(body))  # rarely asked
        self.fills: Callable[[Apply], bool] = lambda write: self.lengths().fills(write)
        self.same: dict[Value, Atom] = {}
        self.makers: dict[Value, Apply] = {}
        self.order: defaultdict[Value, int] = defaultdict(itertools.count().__next__)  # in which a value was first met
        self.changed = False

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Value) and atom in self.same:
            atom = self.same[atom]
        return atom

    def block(self, block: Block) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            self.stmt(map_inputs(stmt, self.atom, lambda b: b), builder)
        return Block(block.params, tuple(builder.stmts), tuple(map(self.atom, block.results)))

    def alias(self, value: Value, atom: Atom) -> None:
        self.same[value] = atom
        self.changed = True

    def stmt(self, stmt: Stmt, builder: Builder) -> None:
        if isinstance(stmt, Apply):
            builder.span = stmt.span
            self.apply(stmt, builder)
        elif isinstance(stmt, If):
            self.branch(stmt, builder)
        elif isinstance(stmt, For):
            self.loop(replace(stmt, xs=tuple(self.walk(w) for w in stmt.xs)), builder)
        elif isinstance(stmt, While):
            self.loop(stmt, builder)
        else:
            assert isinstance(stmt, (Call, Section))
            builder.emit(stmt)

    # --- elementary operations ------------------------------------------------------------------------------------

    def apply(self, stmt: Apply, builder: Builder) -> None:
        stmt = self.outwards(stmt, builder)
        plain = without_casts(stmt, self.broadcasts(stmt), self.makers)
        if plain != stmt.inputs:
            self.changed = True
            stmt = replace(stmt, inputs=plain)
        made = len(builder.stmts)
        at_once = written_at_once(stmt, self.maker, builder) or with_plain_axes(stmt, self.maker, self.uses, builder)
        if at_once is not None:
            stmt = at_once
            self.made(builder, made)
        while (same := self.known(stmt)) is None:
            made = len(builder.stmts)
            better = self.better(stmt, builder)
            if better is None:
                break
            self.made(builder, made)
            params = stmt.params if better[0] is stmt.op else ()  # an axis is the business of the sum
            stmt = replace(stmt, op=better[0], inputs=better[1], params=params)
        else:
            self.alias(stmt.out, same)
            return
        if len(stmt.outputs) == 1:
            self.makers[stmt.out] = stmt
        builder.emit(stmt)

    def made(self, builder: Builder, since: int) -> None:
        """Note the new statements: what something is made of now may be folded in its turn."""
        self.changed = True
        for part in builder.stmts[since:]:
            assert isinstance(part, Apply)
            self.makers[part.out], self.uses[part.out] = part, 1

    def outwards(self, stmt: Apply, builder: Builder) -> Apply:
        """a - b * c for a + -b * c, also where -b is there for others: a sign is taken out of what is added."""
        if stmt.op.name not in ("add", "sub", "index_add"):
            return stmt
        one, other = map(self.product, stmt.inputs[:2])
        if one is not None and other is not None and one[1] == other[1] and one[1]:
            return stmt  # twice the same
        made = len(builder.stmts)
        plain = self.positive(stmt.inputs[1], builder)
        if plain is None:
            return stmt
        less = builder.apply(OPS["neg"], plain)
        self.made(builder, made)
        return replace(stmt, inputs=(stmt.inputs[0], less, *stmt.inputs[2:]))

    def positive(self, atom: Atom, builder: Builder) -> Atom | None:
        """b * c for -b * c, where the product is read only once."""
        product = self.maker(atom, "mul") or self.maker(atom, "div")
        if product is None or self.uses[product.out] != 1:
            return None
        for i in (0, 1):
            negated = self.maker(product.inputs[i], "neg")
            plain = negated.inputs[0] if negated is not None else self.positive(product.inputs[i], builder)
            if plain is not None and plain.kind == product.inputs[i].kind:
                factors = (*product.inputs[:i], plain, *product.inputs[i + 1 :])
                return builder.apply_all(product.op, factors, product.params)[0]
        return None

    def known(self, stmt: Apply) -> Atom | None:
        """An atom that the result is equal to."""
        name, x = stmt.op.name, stmt.inputs
        if name == "mul":
            kind = stmt.op.kinds((x[0].kind, x[1].kind), stmt.params)[0]
            for one, other in (x, x[::-1]):
                if is_float(one, 1.0) and other.kind == kind:
                    return other
            if isinstance(x[0], Const) and isinstance(x[1], Const) and exact_product(x[0], x[1]):
                return Const(float(x[0].value * x[1].value), FLOAT)
        if name == "div" and is_float(x[1], 1.0) and x[0].kind == stmt.out.kind:
            return x[0]
        if name == "sub" and same_atom(x[1], ZERO_FLOAT) and x[0].kind == stmt.out.kind:
            return x[0]
        if name == "neg":
            if isinstance(x[0], Const) and type(x[0].value) in (float, complex) and not x[0].text:
                return Const(-x[0].value, x[0].kind)
            inner = self.maker(x[0], "neg")
            return inner.inputs[0] if inner is not None else None
        if name in ("float", "pos") and x[0].kind == stmt.out.kind == FLOAT:
            return x[0]
        if name == "list_reverse":
            inner = self.maker(x[0], "list_reverse")
            return inner.inputs[0] if inner is not None else None
        if name == "broadcast_like" and x[0].kind == stmt.out.kind and exact_shape(x[0]):
            return x[0]
        if name in ("add", "sub") and stmt.out.kind == INT:
            return self.whole_sum(name, x)
        return known_elements(stmt, self.maker, self.fills)

    def whole_sum(self, name: str, x: tuple[Atom, ...]) -> Atom | None:
        """n - 1 + 1, n + 1 - 1, n - 0, and -1 + 1."""
        if isinstance(x[0], Const) and isinstance(x[1], Const):
            return const(x[0].value + x[1].value if name == "add" else x[0].value - x[1].value)
        if x[0].kind == INT and same_atom(x[1], ZERO_INT):
            return x[0]
        inner = self.maker(x[0], "sub" if name == "add" else "add")
        same = inner is not None and inner.inputs[0].kind == INT and same_atom(inner.inputs[1], x[1])
        return inner.inputs[0] if inner is not None and same else None

    def broadcasts(self, stmt: Apply) -> tuple[Atom, ...]:
        """The inputs without broadcasts that the operation does by itself, and zeros made like zeros."""
        inputs = stmt.inputs
        if stmt.op.name in ("zeros_like", "zero_rows") and (source := self.maker(inputs[0], "zeros_like")) is not None:
            return (*source.inputs, *inputs[1:])
        if stmt.op.name in ("unbroadcast", "broadcast_like", "reshape_like"):
            like = shape_lender(inputs[1], self.makers)
            return (
                (inputs[0], like) if getattr(like.kind, "dtype", "") == getattr(inputs[1].kind, "dtype", "") else inputs
            )
        if stmt.op.name == "index_add":
            wide = self.maker(inputs[1], "broadcast_like")
            narrow = wide is not None and not getattr(wide.inputs[0].kind, "shape", ())
            return (inputs[0], wide.inputs[0], *inputs[2:]) if wide is not None and narrow else inputs
        if not is_elementwise(stmt.op):
            return inputs
        for i, atom in enumerate(inputs):
            wide = self.maker(atom, "broadcast_like")
            others = (other for k, other in enumerate(inputs) if k != i)
            if wide and (exact_shape(stmt.out) or any(self.same_shape(wide.inputs[1], o) for o in others)):
                plain = (*inputs[:i], wide.inputs[0], *inputs[i + 1 :])
                if stmt.op.kinds(tuple(a.kind for a in plain), stmt.params) == (stmt.out.kind,):
                    inputs = plain
        return inputs

    def same_shape(self, a: Atom, b: Atom) -> bool:
        return same_lengths(a, b, self.makers) or bool(shape_of(b.kind)) and self.lengths().same(a, b)

    def better(self, stmt: Apply, builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """An operation with the same result that reads better."""
        name, x = stmt.op.name, stmt.inputs
        if name == "add" and (parts := in_one(x, self.makers)) is not None:
            return parts
        if name == "add" and stmt.out.kind.real and (twice := self.doubled(stmt, builder)) is not None:
            return twice
        if name == "add":
            if (b := self.maker(x[1], "neg")) is not None:
                return OPS["sub"], (x[0], b.inputs[0])
            if (a := self.maker(x[0], "neg")) is not None:
                return OPS["sub"], (x[1], a.inputs[0])
        elif name == "sub" and (b := self.maker(x[1], "neg")) is not None:
            return OPS["add"], (x[0], b.inputs[0])
        elif (
            name == "sub"
            and (a := self.maker(x[0], "neg")) is not None
            and a.inputs[0] is x[1]
            and shape_of(stmt.out.kind)
        ):
            return OPS["mul"], (Const(-2.0, FLOAT), x[1])
        elif name == "mul":
            for i in (0, 1):
                if is_float(x[i], -1.0) and x[1 - i].kind == stmt.out.kind:
                    return OPS["neg"], (x[1 - i],)
        if name in ("add", "sub") and stmt.out.kind == INT:
            return self.further(stmt, builder)
        if is_elementwise(stmt.op) and (wide := self.widened(stmt, builder)) is not None:
            return wide
        if name == "mul" and (shorter := self.gathered(stmt, builder)) is not None:
            return shorter
        if name == "np.sum" and (inner := self.maker(x[0], "neg")) is not None and self.uses[inner.out] == 1:
            return OPS["neg"], (builder.apply_all(stmt.op, inner.inputs, stmt.params)[0],)
        if name in ("mul", "div"):
            for i in (0, 1):
                factor = self.maker(x[i], "neg")
                if factor is not None and self.uses[x[i]] == 1:
                    plain = (factor.inputs[0], x[1]) if i == 0 else (x[0], factor.inputs[0])
                    return OPS["neg"], (builder.apply_all(stmt.op, plain, stmt.params)[0],)
        return None

    def widened(self, stmt: Apply, builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """An operation on a number that has been spread, done before it is."""
        wide = [w for a in stmt.inputs if (w := self.maker(a, "broadcast_like")) is not None]
        if len(wide) != 1 or any(shape_of(a.kind) for a in stmt.inputs if a is not wide[0].out):
            return None
        numbers = tuple(wide[0].inputs[0] if a is wide[0].out else a for a in stmt.inputs)
        if any(shape_of(a.kind) for a in numbers) or self.uses[wide[0].out] != 1:
            return None
        inputs = builder.apply_all(stmt.op, numbers, stmt.params)[0], wide[0].inputs[1]
        same = wide[0].op.kinds((inputs[0].kind, inputs[1].kind)) == (stmt.out.kind,)
        return (wide[0].op, inputs) if same else None

    def further(self, stmt: Apply, builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """n - 1 for n - 2 + 1."""
        less, more = self.maker(stmt.inputs[0], "sub"), self.maker(stmt.inputs[0], "add")
        inner = less or more
        if inner is None or not all(
            isinstance(a, Const) and type(a.value) is int for a in (inner.inputs[1], stmt.inputs[1])
        ):
            return None
        steps = [a.inputs[1].value * (1 if a.op.name == "add" else -1) for a in (inner, stmt)]  # type: ignore[union-attr]
        return OPS["add" if sum(steps) > 0 else "sub"], (inner.inputs[0], const(abs(sum(steps))))

    def doubled(self, stmt: Apply, builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """c*u*v + d*u*v as (c + d)*u*v where c, d and their sum are powers of two, so that every rounding stays."""
        if stmt.inputs[0] is stmt.inputs[1] and shape_of(stmt.out.kind):
            return OPS["mul"], (Const(2.0, FLOAT), stmt.inputs[0])
        parts = [self.product(a) for a in stmt.inputs]
        if parts[0] is None or parts[1] is None:
            return None
        (c, first), (d, second) = parts[0], parts[1]
        if not first or first != second or not all(map(power_of_two, (c, d, c + d))):
            return None
        if any(self.uses[a] != 1 for a in stmt.inputs if isinstance(a, Value) and a not in first) or stmt.out.kind != (
            stmt.inputs[0].kind
        ):
            return None
        return self.multiplied(c + d, first, builder)

    def gathered(self, stmt: Apply, builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """(c*u) * (d*v) as (c*d)*u*v where c and d are powers of two, or c*(d*u) where one is: every rounding stays."""
        once = [isinstance(a, Const) or (self.maker(a, "mul") is not None and self.uses[a] == 1) for a in stmt.inputs]
        if not all(once):
            return None
        parts = [self.product(a) for a in stmt.inputs]
        if parts[0] is None or parts[1] is None:
            return None
        (c, first), (d, second) = parts[0], parts[1]
        exact = [power_of_two(c), power_of_two(d)]
        if 1.0 in (c, d) or not 0 < len(first + second) <= 2 or not (any if len(first + second) == 1 else all)(exact):
            return None
        kinds = {str(a.kind) for a in (*first, *second)}
        if str(stmt.out.kind) not in kinds:
            return None
        return self.multiplied(c * d, sorted(first + second, key=self.order.__getitem__), builder)

    def multiplied(self, c: float, values: list[Value], builder: Builder) -> tuple[Op, tuple[Atom, ...]] | None:
        """c times the values, as the last of the products that it takes."""
        factors: list[Atom] = [*([Const(c, FLOAT)] if c != 1.0 or len(values) == 1 else []), *values]
        while len(factors) > 2:
            factors[:2] = [builder.apply(OPS["mul"], factors[0], factors[1])]
        return (OPS["mul"], tuple(factors)) if len(factors) == 2 else None

    def product(self, atom: Atom) -> tuple[float, list[Value]] | None:
        """(constant, at most two factors) of a product; None if it is none such."""
        constant, todo = 1.0, [atom]
        factors: list[Value] = []
        while todo:
            part = todo.pop(0)
            made = self.maker(part, "mul")
            if isinstance(part, Const) and type(part.value) is float:
                constant *= part.value
            elif (sign := self.maker(part, "neg")) is not None and (part is atom or self.uses[sign.out] == 1):
                constant, todo = -constant, [sign.inputs[0], *todo]
            elif made is not None and len(factors) + len(todo) < 3 and (part is atom or self.uses[part] == 1):
                todo[:0] = made.inputs
            elif isinstance(part, Value):
                factors.append(part)
            else:
                return None
        factors.sort(key=self.order.__getitem__)
        return (constant, factors) if len(factors) <= 2 else None

    def maker(self, atom: Atom, name: str) -> Apply | None:
        found = self.makers.get(atom) if isinstance(atom, Value) else None
        return found if found is not None and found.op.name == name else None

    # --- control flow ---------------------------------------------------------------------------------------------

    def branch(self, stmt: If, builder: Builder) -> None:
        if isinstance(stmt.cond, Const):
            taken = self.block(stmt.then if stmt.cond.value else stmt.orelse)
            for inner in taken.stmts:
                builder.emit(inner)
            for out, result in zip(stmt.outputs, taken.results):
                self.alias(out, result)
            return
        then, orelse = self.block(stmt.then), self.block(stmt.orelse)
        keep = []
        for i, (out, a, b) in enumerate(zip(stmt.outputs, then.results, orelse.results)):
            if same_atom(a, b) and a.kind == out.kind:
                self.alias(out, a)
            else:
                keep.append(i)
        then = replace(then, results=tuple(then.results[i] for i in keep))
        orelse = replace(orelse, results=tuple(orelse.results[i] for i in keep))
        outputs = tuple(stmt.outputs[i] for i in keep)
        builder.emit(replace(stmt, then=then, orelse=orelse, outputs=outputs))

    def loop(self, stmt: For | While, builder: Builder) -> None:
        if isinstance(stmt, For):
            stmt, same = walked_once(stmt)
            for item, first in same.items():
                self.alias(item, first)
        stmt = self.lists(stmt, builder)
        _, carried = split_params(stmt)
        results = [self.atom(r) for r in stmt.body.results]
        still = [
            i
            for i, p in enumerate(carried)
            if results[i] is p and stays(stmt.init[i], p) and p.kind == stmt.outputs[i].kind
        ]
        for i in still:  # never changed: it is what it was before the loop
            self.alias(carried[i], stmt.init[i])
            self.alias(stmt.outputs[i], stmt.init[i])
            if isinstance(stmt, While):
                self.alias(stmt.cond.params[i], stmt.init[i])
        body = self.block(stmt.body)
        stay = [i for i in range(len(carried)) if i not in still]
        rest = range(len(carried), len(body.results))
        lead = body.params[: len(body.params) - len(carried)]
        body = replace(
            body,
            params=(*lead, *(carried[i] for i in stay)),
            results=tuple(body.results[i] for i in (*stay, *rest)),
        )
        outputs = tuple(o for i, o in enumerate(stmt.outputs) if i not in still)
        init = tuple(stmt.init[i] for i in stay)
        if isinstance(stmt, While):
            cond = self.block(stmt.cond)
            cond = replace(cond, params=tuple(cond.params[i] for i in stay))
            builder.emit(replace(stmt, init=init, cond=cond, body=body, outputs=outputs))
        else:
            builder.emit(replace(stmt, init=init, body=body, outputs=outputs))

    def lists(self, stmt: For | While, builder: Builder) -> For | While:
        """One list for what is listed twice; none for what is only walked and listed again."""
        n, end = len(stmt.init), len(stmt.outputs)
        first: dict[Atom, Value] = {}
        drop = set()
        items, _ = split_params(stmt)
        whole = isinstance(stmt, For) and stmt.even and not stmt.stops
        walked = dict(zip(items[len(items) - len(stmt.xs) :], stmt.xs)) if isinstance(stmt, For) and whole else {}
        for i in range(n, end):
            result, out = self.atom(stmt.body.results[i]), stmt.outputs[i]
            walk = walked.get(result)  # type: ignore[arg-type]
            if result in first:
                self.alias(out, first[result])
                drop.add(i)
            elif walk is not None and walk.source.kind == out.kind:
                source = walk.source
                if walk.reverse:
                    source = builder.apply(OPS["list_reverse"], source)
                    self.makers[source] = builder.stmts[-1]  # type: ignore[assignment]
                self.alias(out, source)
                drop.add(i)
            else:
                first[result] = out
        if not drop:
            return stmt
        results = tuple(r for i, r in enumerate(stmt.body.results) if i not in drop)
        outputs = tuple(o for i, o in enumerate(stmt.outputs) if i not in drop)
        return replace(stmt, body=replace(stmt.body, results=results), outputs=outputs)

    def walk(self, walk: Walk) -> Walk:
        turned = self.maker(walk.source, "list_reverse")
        return Walk(turned.inputs[0], not walk.reverse) if turned is not None else walk
