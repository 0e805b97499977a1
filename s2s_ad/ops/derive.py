"""From the rule of one operation to its tangent and its pullback, on the program that is being built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from s2s_ad.errors import NotDifferentiableError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import ANY, ONE, Array, Kind, Scalar
from s2s_ad.ir.nodes import Apply, Atom, If, Value
from s2s_ad.ir.walk import inputs_of, outputs_of
from s2s_ad.ops.core import Op
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.trace import Traced, Zero, current, traced


@contextmanager
def tracing(builder: Builder, flavor: str) -> Iterator[None]:
    """Rules run inside append to `builder`."""
    saved = (getattr(current, "builder", None), current.flavor, getattr(current, "tangents", {}), current.result)
    current.builder, current.flavor, current.tangents, current.result = builder, flavor, {}, None
    try:
        yield
    finally:
        current.builder, current.flavor, current.tangents, current.result = saved  # type: ignore[assignment]


def no_rule(apply: Apply) -> NotDifferentiableError:
    return NotDifferentiableError(
        f"{apply.op.name} has no derivative in the table",
        span=apply.span,
        remedy=f"Give it one with @s2s_ad.rule({apply.op.name}), or hide it with s2s_ad.stop_gradient(...).",
    )


def tangent(builder: Builder, apply: Apply, dots: Sequence[Atom | None]) -> Atom | None:
    """The tangent of the output, given those of the inputs (None: zero). None: zero."""
    op = apply.op
    if op.zero or all(dot is None for dot in dots):
        return None
    out = apply.outputs[0]
    with tracing(builder, op.flavor):
        result = _tangent(op, apply, dots)
        if isinstance(result, Zero) or result is None:
            return None
        return fit_tangent(traced(result).atom, out)


def _tangent(op: Op, apply: Apply, dots: Sequence[Atom | None]) -> Any:
    inputs = [Traced(a) for a in apply.inputs]
    params = dict(apply.params)
    if op.rule is None:
        if not op.transposes:
            raise no_rule(apply)
        return _linear_tangent(op, apply, dots, params)
    for x, dot in zip(inputs, dots):
        if dot is not None:
            current.tangents[id(x)] = Traced(dot)
    op.rule(*inputs, out=Traced(apply.outputs[0]), **params)
    return current.result


def _linear_tangent(op: Op, apply: Apply, dots: Sequence[Atom | None], params: dict[str, Any]) -> Any:
    # f(x, y) linear in each of several inputs alone: product rule. Linear in all at once: one application.
    active = [i for i, dot in enumerate(dots) if dot is not None]
    unknown = [i for i in active if i not in op.transposes]
    if unknown:
        raise no_rule(apply)
    if op.joint:
        zeros = OPS["zeros_like"]
        moved = [
            dot if dot is not None else current.builder.apply(zeros, x) if i in op.transposes else x
            for i, (x, dot) in enumerate(zip(apply.inputs, dots))
        ]
        return Traced(current.builder.apply(op, *moved, **params))
    total: Any = Zero()
    for i in active:
        moved = [dots[i] if i == k else x for k, x in enumerate(apply.inputs)]  # type: ignore[misc]
        total = total + Traced(current.builder.apply(op, *moved, **params))
    return total


def pullback(builder: Builder, apply: Apply, ct: Atom, active: Sequence[bool]) -> list[Atom | None]:
    """The cotangents of the active inputs, given that of the (one) output."""
    op = apply.op
    none: list[Atom | None] = [None] * len(apply.inputs)
    if op.zero or not any(active):
        return none
    params = dict(apply.params)
    with tracing(builder, op.flavor):
        inputs = [Traced(a) for a in apply.inputs]
        if op.pullback is not None:
            given = op.pullback(Traced(ct), *inputs, out=Traced(apply.outputs[0]), **params)
            given = given if isinstance(given, tuple) else (given,)
            cts: list[Any] = [g if on else None for g, on in zip(given, active)]
        elif op.transposes and op.rule is None:
            if any(on and i not in op.transposes for i, on in enumerate(active)):
                raise no_rule(apply)
            cts = [op.transposes[i](Traced(ct), *inputs, **params) if on else None for i, on in enumerate(active)]
        elif op.rule is not None:
            cts = list(_transposed(builder, apply, ct, active))
        else:
            raise no_rule(apply)
        return [
            fit_cotangent(traced(c).atom, x) if c is not None and not isinstance(c, Zero) else None
            for c, x in zip(cts, apply.inputs)
        ]


def _transposed(builder: Builder, apply: Apply, ct: Atom, active: Sequence[bool]) -> list[Any]:
    """Trace the tangent, then walk it backwards (Griewank & Walther, section 3.2)."""
    scratch = Builder(builder.span)
    dots = [Value(_tangent_kind(x.kind)) if on else None for x, on in zip(apply.inputs, active)]
    current.builder = scratch
    try:
        result = _tangent(apply.op, apply, dots)
    finally:
        current.builder = builder
    if isinstance(result, Zero) or result is None:
        return [None] * len(dots)
    linear: set[Value] = {dot for dot in dots if dot is not None}
    steps: list[Apply] = []
    for stmt in scratch.stmts:
        if any(isinstance(a, Value) and a in linear for a in inputs_of(stmt)):
            if not isinstance(stmt, Apply):
                raise TypeError(f"the rule of {apply.op.name} is not linear in d[...]: a {type(stmt).__name__}")
            steps.append(stmt)
            linear.update(outputs_of(stmt))
        else:
            builder.emit(stmt)
    cts: dict[Value, Any] = {}
    final = traced(result).atom
    if isinstance(final, Value):
        cts[final] = Traced(ct)
    for step in reversed(steps):
        incoming = cts.get(step.outputs[0])
        if incoming is None:
            continue
        for i, atom in enumerate(step.inputs):
            if isinstance(atom, Value) and atom in linear:
                share = transpose_step(step, i, incoming, apply.op)
                cts[atom] = share if atom not in cts else cts[atom] + share
    return [cts.get(dot) if dot is not None else None for dot in dots]


def transpose_step(step: Apply, i: int, ct: Any, rule_of: Op) -> Any:
    transposes = LINEAR_STEPS.get(step.op.name) or step.op.transposes
    if i not in transposes:
        raise TypeError(f"the rule of {rule_of.name} is not linear in d[...]: {step.op.name}")
    share = transposes[i](ct, *(Traced(a) for a in step.inputs), **dict(step.params))
    return Traced(fit_cotangent(traced(share).atom, step.inputs[i]))


# The transposes of the operators in their linear inputs; a tangent is a sum of products, so these serve every rule.
LINEAR_STEPS: dict[str, dict[int, Any]] = {
    "add": {0: lambda ct, x, y: ct, 1: lambda ct, x, y: ct},
    "sub": {0: lambda ct, x, y: ct, 1: lambda ct, x, y: -ct},
    "neg": {0: lambda ct, x: -ct},
    "mul": {0: lambda ct, x, y: ct * y, 1: lambda ct, x, y: ct * x},
    "div": {0: lambda ct, x, y: ct / y},
}


def _tangent_kind(kind: Kind) -> Kind:
    return kind


def shape_of(kind: Kind) -> tuple[int, ...]:
    return kind.shape if isinstance(kind, Array) else ()


def fit_tangent(dot: Atom, out: Value) -> Atom:
    """A tangent has the shape of its primal, also where a smaller input was broadcast."""
    if isinstance(out.kind, (Array, Scalar)) and shape_of(dot.kind) != shape_of(out.kind):
        return current.builder.apply(OPS["broadcast_like"], dot, out)
    return dot


def fit_cotangent(ct: Atom, primal: Atom) -> Atom:
    """The one place where a cotangent is summed over the axes along which its primal was broadcast."""
    if not isinstance(primal.kind, (Array, Scalar)) or not isinstance(ct.kind, (Array, Scalar)):
        return ct
    have, want = shape_of(ct.kind), shape_of(primal.kind)
    if have == want and ANY not in have:
        return _fit_dtype(ct, primal)
    extra = len(have) - len(want)
    if extra < 0:
        return _fit_dtype(current.builder.apply(OPS["broadcast_like"], ct, primal), primal)
    if ANY in want or any(h == ANY and w != ANY for h, w in zip(have[extra:], want)):
        return _fit_dtype(current.builder.apply(OPS["unbroadcast"], ct, primal), primal)
    lead = tuple(range(extra))
    if lead:
        ct = current.builder.apply(OPS["np.sum"], ct, axis=lead[0] if len(lead) == 1 and want else lead if want else None)
    ones = tuple(i for i, (h, w) in enumerate(zip(have[extra:], want)) if w == ONE and h != ONE)
    if ones:
        axis = ones[0] if len(ones) == 1 else ones
        ct = current.builder.apply(OPS["np.sum"], ct, axis=axis, keepdims=True)
    grown = tuple(i for i, (h, w) in enumerate(zip(have[extra:], want)) if h == ONE and w != ONE)
    if grown:
        ct = current.builder.apply(OPS["broadcast_like"], ct, primal)
    return _fit_dtype(ct, primal)


def _fit_dtype(ct: Atom, primal: Atom) -> Atom:
    """float32 stays float32: a cotangent that a wider operand widened is narrowed again."""
    if isinstance(primal.kind, Array) and isinstance(ct.kind, Array) and primal.kind.real:
        if ct.kind.dtype != primal.kind.dtype:
            return current.builder.apply(OPS["astype"], ct, dtype=primal.kind.dtype)
    return ct
