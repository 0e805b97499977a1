"""From the rule of one operation to its tangent and its pullback, on the program that is being built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from s2s_ad.errors import DifferentiationError, NotDifferentiableError
from s2s_ad.ir.builder import ZERO_COMPLEX, ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import ANY, COMPLEX, Array, Kind, List, Record
from s2s_ad.ir.nodes import Absent, Apply, Atom, Const, Unbound, Value
from s2s_ad.ir.walk import inputs_of
from s2s_ad.ops.core import Op
from s2s_ad.ops.fitting import (
    Model,
    SameShape,
    covers,
    fit_cotangent,
    fit_tangent,
    is_elementwise,
    not_known,
    one_shape,
    shape_of,
)
from s2s_ad.ops.guards import Guard, Makers, guarded_step, makers_of, may_leak
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.trace import ZERO, Traced, Zero, constant, current, traced


@contextmanager
def tracing(builder: Builder, apply: Apply) -> Iterator[None]:
    """Rules run inside append to `builder`; what they refuse stands where the operation does."""
    saved = (getattr(current, "builder", None), current.flavor, getattr(current, "tangents", {}), current.result)
    current.builder, current.flavor, current.tangents, current.result = builder, apply.op.flavor, {}, None
    try:
        yield
    except DifferentiationError as error:
        error.at(apply.span)
        raise
    finally:
        current.builder, current.flavor, current.tangents, current.result = saved  # type: ignore[assignment]


def zero(builder: Builder, primal: Atom, optional: bool = False) -> Atom:
    """A zero derivative of the primal's kind, where one must be written down. `optional`: the primal may be None."""
    if isinstance(primal, (Unbound, Absent)):
        return primal
    kind = primal.kind
    if isinstance(kind, List):
        zeros = OPS["list_zeros"]
        return builder.apply(zeros, primal, optional=True) if optional else builder.apply(zeros, primal)
    if isinstance(kind, Array) and kind.real:
        if not kind.rank:
            return builder.apply(OPS["zero_number"], dtype=kind.dtype)
        return builder.apply(OPS["zeros_like"], primal)
    if isinstance(kind, Record):
        return builder.apply(OPS["record_zeros"], primal)
    return ZERO_COMPLEX if kind == COMPLEX else ZERO_FLOAT


def no_rule(apply: Apply) -> NotDifferentiableError:
    return NotDifferentiableError(
        f"{apply.op.name} has no derivative in the table",
        span=apply.span,
        remedy=f"Give it one with @s2s_ad.rule({apply.op.name}), or hide it with s2s_ad.stop_gradient(...).",
    )


def tangent(
    builder: Builder, apply: Apply, dots: Sequence[Atom | None], same_shape: SameShape = not_known
) -> Atom | None:
    """The tangent of the output, given those of the inputs (None: zero). None: zero.

    `same_shape`: whether two values surely have the same shape, beyond what their kinds say.
    """
    op = apply.op
    out = apply.outputs[0]
    if op.zero or not out.kind.real or all(dot is None for dot in dots):
        return None
    with tracing(builder, apply):
        before = len(builder.stmts)
        result = _tangent(op, apply, dots)
        if isinstance(result, Zero) or result is None:
            return None
        dot = traced(result).atom
        return fit_tangent(dot, out, covers(apply, builder.stmts[before:], dots, dot, same_shape))


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
    active = [i for i, dot in enumerate(dots) if dot is not None and not _without_effect(op, i)]
    if any(i not in op.transposes for i in active):
        raise no_rule(apply)
    if not active:
        return ZERO
    if op.joint:
        moved = [
            dot if dot is not None else _no_change(op, apply, x) if i in op.transposes else x
            for i, (x, dot) in enumerate(zip(apply.inputs, dots))
        ]
        return Traced(current.builder.apply(op, *moved, **params))
    total: Any = ZERO
    for i in active:
        moved = [dots[i] if i == k else x for k, x in enumerate(apply.inputs)]  # type: ignore[misc]
        total = total + Traced(current.builder.apply(op, *moved, **params))
    return total


def _no_change(op: Op, apply: Apply, x: Atom) -> Atom:
    """The zero tangent of an input; of whole numbers in the shape that they have, where shapes must agree."""
    kind = x.kind
    if isinstance(kind, Array) and kind.rank and not kind.real and not op.broadcasts and not is_elementwise(op):
        dtype = getattr(apply.outputs[0].kind, "dtype", "float64")
        return current.builder.apply(OPS["np.zeros_like"], x, dtype=np.dtype(dtype))
    return zero(current.builder, x)


def _without_effect(op: Op, i: int) -> bool:
    return op.others and i not in op.transposes


def pullback(
    builder: Builder,
    apply: Apply,
    ct: Atom,
    active: Sequence[bool],
    guard: Guard = Guard.NONE,
    same_shape: SameShape = not_known,
    filled: bool = False,
) -> list[Atom | None]:
    """The cotangents of the active inputs, given that of the (one) output.

    `guard`: the output goes through a selection later on. Where `ct` is zero, it was not taken, and zero times an
    infinite slope is zero then. `same_shape`: whether two values surely have the same shape, beyond what their kinds
    say. `filled`: of a write into an array, whether nothing was broadcast by it.
    """
    op = apply.op
    none: list[Atom | None] = [None] * len(apply.inputs)
    if op.zero or not apply.outputs[0].kind.real or not any(active):
        return none
    params = dict(apply.params)
    with tracing(builder, apply):
        inputs = [Traced(a) for a in apply.inputs]
        if op.pullback is not None:
            given = op.pullback(Traced(ct), *inputs, out=Traced(apply.outputs[0]), **params)
            given = given if isinstance(given, tuple) else (given,)
            cts: list[Any] = [g if on else None for g, on in zip(given, active)]
        elif op.transposes and op.rule is None:
            active = [on and not _without_effect(op, i) for i, on in enumerate(active)]
            if any(on and i not in op.transposes for i, on in enumerate(active)):
                raise no_rule(apply)
            # the last input first: list_append reads its item from the end of ct before the end is cut off
            shares = {i: op.transposes[i](Traced(ct), *inputs, **params) for i in _last_first(active)}
            cts = [shares.get(i) for i in range(len(active))]
        elif op.name in PRODUCTS_AND_SUMS:  # what is transposed most: without writing the tangent first
            cts = [
                _transposes(apply, i, guard, {})[i](Traced(ct), *inputs) if on else None for i, on in enumerate(active)
            ]
        elif op.rule is not None:
            cts = list(_transposed(builder, apply, ct, active, guard, same_shape))
        else:
            raise no_rule(apply)
        # what came from a rule was fitted on the way
        fitted = op.pullback is None and op.rule is not None and op.name not in PRODUCTS_AND_SUMS
        exact = fitted or is_exact(op, tuple(x.kind for x in apply.inputs))
        whole = is_elementwise(op) or op.name == "np.where"  # a share has the shape of the output then

        def surely(i: int, x: Traced) -> bool:
            if op.store:
                return exact or filled or i == 0
            return exact or whole and same_shape(apply.out, x.atom)

        last = builder.stmts.pop() if op.name == "index_set" else None
        found = [
            (fit_cotangent(traced(c).atom, x, surely(i, x)) if c is not None and not isinstance(c, Zero) else None)
            for i, (c, x) in enumerate(zip(cts, inputs))
        ]
        if last is not None:  # what was written is read, and summed, before its elements are set to zero
            builder.emit(last)
        return found


def _last_first(active: Sequence[bool]) -> list[int]:
    return [i for i in reversed(range(len(active))) if active[i]]


def _transposed(
    builder: Builder, apply: Apply, ct: Atom, active: Sequence[bool], guard: Guard, same_shape: SameShape
) -> list[Any]:
    """Trace the tangent, then walk it backwards (Griewank & Walther, section 3.2)."""
    scratch = Builder(builder.span)
    dots = [Value(x.kind) if on else None for x, on in zip(apply.inputs, active)]
    current.builder = scratch
    try:
        result = _tangent(apply.op, apply, dots)
    finally:
        current.builder = builder
    if isinstance(result, Zero) or result is None or constant(result) == 0:
        return [None] * len(dots)
    same = one_shape(apply, same_shape)
    # what stands for each tangent, which the reverse sweep has not
    models: dict[Atom, Traced] = {dot: Traced(x) for dot, x in zip(dots, apply.inputs) if dot is not None}
    steps: list[Apply] = []
    for stmt in scratch.stmts:
        if any(a in models for a in inputs_of(stmt)):
            if not isinstance(stmt, Apply):
                raise TypeError(f"the rule of {apply.op.name} is not linear in d[...]: a {type(stmt).__name__}")
            steps.append(stmt)
            models[stmt.out] = Model(stmt.out.kind, partial(_shape_giver, stmt, models, same))
        else:
            builder.emit(stmt)
    final = traced(result).atom
    if final not in models:
        raise TypeError(f"the rule of {apply.op.name} is not linear in d[...]: it has a constant")
    whole = covers(apply, scratch.stmts, dots, final, same_shape)
    makers = makers_of(scratch.stmts)
    cts: dict[Atom, Any] = {final: Traced(fit_cotangent(ct, models[final], exact=whole))}
    for step in reversed(steps):
        incoming = cts.get(step.out)
        if incoming is None:
            continue
        for i, atom in enumerate(step.inputs):
            if atom in models:
                transposes = _transposes(step, i, guard, makers)
                share = _transpose_step(step, i, incoming, models, same, apply.op, transposes)
                cts[atom] = share if atom not in cts else cts[atom] + share
    return [cts.get(dot) if dot is not None else None for dot in dots]


def _shape_giver(step: Apply, models: dict[Atom, Traced], same: bool) -> Atom:
    """A value of the shape of a tangent: one that is there if it surely has it, else the step done with such values."""
    wanted = shape_of(step.out.kind)
    inputs = [models.get(a) or Traced(a) for a in step.inputs]
    if step.op.name in LINEAR_STEPS:
        for x in inputs:
            if shape_of(x.kind) == wanted and (same or ANY not in wanted):
                return x.atom
    return current.builder.apply(step.op, *(x.atom for x in inputs), **dict(step.params))


def _transpose_step(
    step: Apply, i: int, ct: Any, models: dict[Atom, Traced], same: bool, rule_of: Op, transposes: Mapping[int, Any]
) -> Traced:
    if i not in transposes or step.op.name in LINEAR_STEPS and not _is_linear(step, i, models):
        raise TypeError(f"the rule of {rule_of.name} is not linear in d[...]: {step.op.name}")
    inputs = [models.get(a) or Traced(a) for a in step.inputs]
    share = transposes[i](ct, *inputs, **dict(step.params))
    exact = same or is_exact(step.op, tuple(x.kind for x in inputs))
    return Traced(fit_cotangent(traced(share).atom, inputs[i], exact))


def _transposes(step: Apply, i: int, guard: Guard, makers: Makers) -> Mapping[int, Any]:
    if may_leak(step, i, guard, makers):
        return guarded_step(step.op.name)
    return LINEAR_STEPS.get(step.op.name) or step.op.transposes


def _is_linear(step: Apply, i: int, models: dict[Atom, Traced]) -> bool:
    """Whether a step of a rule is linear in its tangents taken together: x + y of both or none, x * y of one."""
    others = [a for k, a in enumerate(step.inputs) if k != i]
    if step.op.name in ("add", "sub"):
        return all(a in models or isinstance(a, Const) and a.value == 0 for a in others)
    return not any(a in models for a in others)


def is_exact(op: Op, kinds: tuple[Kind, ...]) -> bool:
    """Whether the transposes give the shapes of the inputs as they are: nothing was broadcast on the way."""
    if is_elementwise(op):
        return sum(bool(shape_of(k)) for k in kinds) <= 1
    return not (op.broadcasts(kinds) if callable(op.broadcasts) else op.broadcasts)


# The transposes of the operators in their linear inputs; a tangent is a sum of products, so these serve every rule.
LINEAR_STEPS: dict[str, dict[int, Any]] = {
    "add": {0: lambda ct, x, y: ct, 1: lambda ct, x, y: ct},
    "sub": {0: lambda ct, x, y: ct, 1: lambda ct, x, y: -ct},
    "neg": {0: lambda ct, x: -ct},
    "mul": {0: lambda ct, x, y: ct * y, 1: lambda ct, x, y: ct * x},
    "div": {0: lambda ct, x, y: ct / y},
    "np.divide": {0: lambda ct, x, y: ct / y},
}


PRODUCTS_AND_SUMS = frozenset({"add", "sub", "neg", "mul"})
