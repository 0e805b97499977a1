"""Forward mode: every statement followed by its tangent (Griewank & Walther, Evaluating Derivatives, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from s2s_ad.analysis.absence import maybe_absent
from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder, name_like
from s2s_ad.ir.kinds import Kind, join
from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Atom,
    Block,
    Call,
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
from s2s_ad.ir.walk import split_params
from s2s_ad.ops.control import PACK, UNPACK
from s2s_ad.ops.derive import tangent, zero
from s2s_ad.passes.variants import Variants, named

Dots = dict[Value, Atom]
Flags = tuple[bool, ...]


def forward(program: Program, active: Sequence[bool]) -> tuple[Program, tuple[bool, ...]]:
    """The program whose entry takes its inputs and the tangents of the active ones, and returns its outputs and the
    tangents of those that vary; which these are is the second result."""
    variants = Variants(program)
    name, varied = _derive(variants, program.entry, tuple(active))
    return variants.finish(name), varied


def forward_each(program: Program, patterns: Sequence[Sequence[bool]]) -> tuple[Program, list[tuple[str, Flags]]]:
    """As `forward`, for several patterns of active inputs: one program with a function for each, by these names."""
    variants = Variants(program)
    made = [_derive(variants, program.entry, tuple(active)) for active in patterns]
    return variants.finish(program.entry), made


def _derive(variants: Variants, name: str, active: tuple[bool, ...]) -> tuple[str, tuple[bool, ...]]:
    varied = variants.activity.outputs(name, active)
    new_name, fresh = variants.reserve((name, active), f"{name}_jvp")
    if fresh:
        function = variants.program.functions[name]
        body = function.body
        seeds = {p: name_like(p.kind, p, "_dot") for p, on in zip(body.params, active) if on}
        dots: Dots = dict(seeds)
        builder = Builder()
        builder.section("", True)
        pass_ = _Forward(variants, body, variants.activity.varied(body, dots))
        pass_.stmts(body, builder, dots)
        results = [r for r, on in zip(body.results, varied) if on]
        out = pass_.dots_of(builder, results, dots)
        params = (*body.params, *seeds.values())
        block = builder.block(params, (*body.results, *out))
        variants.made[new_name] = Function(new_name, block, "", function.span, function.recompute)
    return new_name, varied


class _Forward:
    def __init__(self, variants: Variants, block: Block, varied: set[Value]) -> None:
        self.variants = variants
        self.varied = varied
        self.lengths = Lengths(block)
        self.absent = maybe_absent(block)

    def dots_of(self, builder: Builder, atoms: Sequence[Atom], dots: Dots) -> list[Atom]:
        """Tangents that must be there, zeros written down."""
        return [self.dot(builder, atom, dots) for atom in atoms]

    def dot(self, builder: Builder, atom: Atom, dots: Dots) -> Atom:
        found = dots.get(atom) if isinstance(atom, Value) else None
        return found if found is not None else zero(builder, atom, atom in self.absent)

    def fresh(self, values: Sequence[Value], dots: Dots, kinds: Sequence[Kind] = ()) -> tuple[Value, ...]:
        made = tuple(name_like(kind, v, "_dot") for v, kind in zip(values, kinds or [v.kind for v in values]))
        dots.update(zip(values, made))
        return made

    def stmts(self, block: Block, builder: Builder, dots: Dots) -> None:
        for stmt in block.stmts:
            builder.span = getattr(stmt, "span", None)
            self.stmt(stmt, builder, dots)

    def stmt(self, stmt: Stmt, builder: Builder, dots: Dots) -> None:
        if isinstance(stmt, Section):
            return
        if not any(o in self.varied for o in stmt.outputs):
            builder.emit(stmt)  # nothing in it varies: it stays as it is
        elif isinstance(stmt, Apply):
            builder.emit(stmt)
            self.apply(stmt, builder, dots)
        elif isinstance(stmt, Call):
            active = tuple(isinstance(a, Value) and a in dots for a in stmt.inputs)
            name, varied = _derive(self.variants, stmt.callee, active)
            given = [dots[a] for a, on in zip(stmt.inputs, active) if on]  # type: ignore[index]
            new = self.fresh([o for o, on in zip(stmt.outputs, varied) if on], dots)
            builder.emit(Call(name, (*stmt.inputs, *given), (*stmt.outputs, *new), stmt.span))
        elif isinstance(stmt, If):
            self.branch(stmt, builder, dots)
        else:
            self.loop(stmt, builder, dots)

    def apply(self, stmt: Apply, builder: Builder, dots: Dots) -> None:
        given = [dots.get(a) if isinstance(a, Value) else None for a in stmt.inputs]
        since = len(builder.stmts)
        if stmt.op is PACK:
            moved = [g if g is not None else self.padding(builder, a) for g, a in zip(given, stmt.inputs)]
            dot: Atom | None = builder.apply_all(stmt.op, moved, stmt.params)[0]
        elif stmt.op is UNPACK:
            assert given[0] is not None
            outs = builder.apply_all(stmt.op, [given[0]], stmt.params)
            dots.update((o, d) for o, d in zip(stmt.outputs, outs) if o in self.varied)
            return
        else:
            dot = tangent(builder, stmt, given, self.lengths.same)
        if dot is not None:
            dots[stmt.out] = named(builder, since, dot, stmt.out, "_dot")

    def padding(self, builder: Builder, atom: Atom) -> Atom:
        return zero(builder, atom) if atom.kind.real else Absent(atom.kind)

    def branch(self, stmt: If, builder: Builder, dots: Dots) -> None:
        moving = [i for i, o in enumerate(stmt.outputs) if o in self.varied]
        blocks = []
        for block in (stmt.then, stmt.orelse):
            inner, local = Builder(), dict(dots)
            self.stmts(block, inner, local)
            inner.span = stmt.span
            extra = self.dots_of(inner, [block.results[i] for i in moving], local)
            blocks.append(inner.block((), (*block.results, *extra)))
        sides = zip(*(block.results[len(stmt.outputs) :] for block in blocks))
        # the tangent of a number of Python may be one of NumPy
        kinds = [join(a.kind, b.kind) or stmt.outputs[i].kind for i, (a, b) in zip(moving, sides)]
        new = self.fresh([stmt.outputs[i] for i in moving], dots, kinds)
        builder.emit(replace(stmt, then=blocks[0], orelse=blocks[1], outputs=(*stmt.outputs, *new)))

    def loop(self, stmt: For | While, builder: Builder, dots: Dots) -> None:
        items, carried = split_params(stmt)
        n = len(stmt.init)
        moving = [i for i, p in enumerate(carried) if p in self.varied]
        listed = [i for i in range(n, len(stmt.outputs)) if stmt.outputs[i] in self.varied]
        init = self.dots_of(builder, [stmt.init[i] for i in moving], dots)
        local, inner = dict(dots), Builder()
        walks: tuple[Walk, ...] = ()
        if isinstance(stmt, For):
            walked = items[len(items) - len(stmt.xs) :]
            on = [(w, p) for w, p in zip(stmt.xs, walked) if p in self.varied]
            walks = tuple(Walk(self.dot(builder, w.source, dots), w.reverse) for w, _ in on)
            items = (*items, *self.fresh([p for _, p in on], local))
        params = (*items, *carried, *self.fresh([carried[i] for i in moving], local))
        self.stmts(stmt.body, inner, local)
        inner.span = stmt.span
        results = stmt.body.results
        ends = self.dots_of(inner, [results[i] for i in (*moving, *listed)], local)
        k = len(moving)
        out = (*results[:n], *ends[:k], *results[n : len(stmt.outputs)], *ends[k:], *results[len(stmt.outputs) :])
        new = self.fresh([stmt.outputs[i] for i in (*moving, *listed)], dots)
        for value in stmt.outputs:
            if value not in self.varied:  # it cancels, though it varies from trip to trip
                dots.pop(value, None)
        changed = replace(
            stmt,
            init=(*stmt.init, *init),
            body=inner.block(params, out),
            outputs=(*stmt.outputs[:n], *new[:k], *stmt.outputs[n:], *new[k:]),
        )
        if isinstance(changed, For):
            changed = replace(changed, xs=(*changed.xs, *walks))
        else:
            unused = tuple(Value(p.kind) for p in params[len(carried) :])
            changed = replace(changed, cond=replace(changed.cond, params=(*changed.cond.params, *unused)))
        builder.emit(changed)
