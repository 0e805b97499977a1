"""The tests of one operation, of whatever kind: what `test_table.py` does with every entry of the table.

Each check takes an operation and raises AssertionError. Nothing in here is written for a certain operation, so that
declaring one is all that is needed to have it tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from s2s_ad.errors import DifferentiationError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, kind_of
from s2s_ad.ir.nodes import Const, Function, Program, Value
from s2s_ad.ir.verify import verify
from s2s_ad.ops.core import Op
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.guards import Guard
from s2s_ad.passes.forward import forward
from s2s_ad.passes.reverse import reverse_joint
from tests.ops.driver import Case, Fixed, differences, direction, dot, plain, random_like, real, rng_for
from tests.ops.formulas import expression
from tests.ops.trials import Trial, of_numbers, points, trials, value_of

# whose value is the memory's, or not a number: they only hold things together
WITHOUT_VALUE = {
    "np.empty": "whatever is in the memory",
    "np.empty_like": "whatever is in the memory",
    "rows_like": "whatever is in the memory",
    "effect": "a statement",
    "gradient_hook": "what the user wrote for the reverse sweep, in tests/named/test_hooks.py",
    "draw": "takes from a stream, in test_draws.py",
    "text": "code that it is given, in language/test_texts.py",
    "grown": "has room in which nothing is set, in test_helpers.py",
    "pack": "a tuple of anything",
    "unpack": "the parts of it",
    "record_plus": "of such tuples",
    "record_zeros": "of such tuples",
}
# differences have no digits left there, or are not what is wanted: `unit` is only given new arrays of zeros, and what
# native code is made of comes in after differentiation
NO_DIFFERENCES = {"np.float16", "np.float32", "np.complex64", "astype", "stop_gradient", "unit", "with_row"}
NO_DIFFERENCES |= {"checked_whole", "joined"}


def same(got: Any, wanted: Any, what: str, rtol: float = 0.0) -> None:
    """Equal in value, shape and dtype; NaN and inf included, and the sign of zero is free."""
    if isinstance(wanted, (list, tuple)):
        assert len(got) == len(wanted), what
        for a, b in zip(got, wanted):
            same(a, b, what, rtol)
        return
    a, b = np.asarray(got), np.asarray(wanted)
    assert a.shape == b.shape and a.dtype == b.dtype, f"{what}: {a.dtype}{a.shape}, not {b.dtype}{b.shape}"
    np.testing.assert_allclose(a, b, rtol=rtol or 1e-15, atol=rtol, err_msg=what)


# --- the value --------------------------------------------------------------------------------------------------------


def has_the_value_of_numpy(op: Op) -> None:
    """On ordinary numbers, float32, arrays that broadcast, empty ones, NaN and inf; and of the inferred kind."""
    for trial in trials(op):
        wanted = value_of(op, trial)
        for loose in (False, True):
            try:
                got = Case(op, trial.inputs, trial.params, loose=loose).value()
            except DifferentiationError:
                assert loose, f"{op.name}({trial}) is refused"  # lengths that must be known
                continue
            same(got, wanted, f"{op.name}({trial})", rtol=1e-14)


# --- first derivatives ------------------------------------------------------------------------------------------------


def cases(op: Op) -> Iterator[tuple[Trial, Case, Any, list[Any]]]:
    """Each trial with its value, and a direction for each of its real inputs."""
    for k, trial in enumerate(trials(op)):
        value = value_of(op, trial)
        inputs = trial.inputs
        if not any(map(real, inputs)):
            continue
        kinds = Case(op, inputs, trial.params).kinds_of_results()
        if not kinds[0].real:
            continue
        rng = rng_for(op.name, k)
        dots = [direction(rng, op.name, x) if real(x) else None for x in inputs]
        if isinstance(value, float) and not np.isfinite(value):
            continue  # Python's numbers: NaN, or beyond the largest
        for loose in (False, True) if trial.smooth else (False,):
            yield trial, Case(op, inputs, trial.params, loose=loose), value, dots


def tolerances(trial: Trial, value: Any) -> float:
    narrow = [np.asarray(x).dtype for x in [*map(plain, trial.inputs), value] if not isinstance(x, list)]
    return 1e-7 if not any(dtype in (np.float32, np.float16) for dtype in narrow) else 2e-2


def has_the_tangent_of_differences(op: Op) -> None:
    """Where the value is smooth; everywhere it has the shape and the dtype of the value."""
    compared = 0
    for trial, case, value, dots in cases(op):
        what = f"{op.name}({trial})"
        tangent = _unless_refused(lambda: case.tangent(dots))
        if tangent is REFUSED:
            continue
        if tangent is not None and not isinstance(value, list):
            assert np.shape(tangent) == np.shape(value), what
            if isinstance(value, (np.ndarray, np.generic)):
                assert np.asarray(tangent).dtype == value.dtype, f"{what}: tangent of {np.asarray(tangent).dtype}"
        if trial.smooth and op.name not in NO_DIFFERENCES and tolerances(trial, value) < 1e-6:
            wanted = differences(case, dots)
            got = _zeros(wanted) if tangent is None else tangent
            for a, b in zip(_flat(got), _flat(wanted)):
                np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-7, err_msg=what)
            compared += 1
    assert (
        compared or op.name in NO_DIFFERENCES or not op.differentiable or _never_real(op)
    ), f"{op.name}: all is refused"


def has_the_pullback_of_the_tangent(op: Op) -> None:
    """<ct, J v> = <J^T ct, v>, of shapes and dtypes of the inputs; guarded too, and derived where one is given."""
    for trial, case, value, dots in cases(op):
        what = f"{op.name}({trial})"
        rng = rng_for(op.name, "ct")
        ct = random_like(rng, value)
        tangent = _unless_refused(lambda: case.tangent(dots))
        back = _unless_refused(lambda: case.pullback(ct))
        if tangent is REFUSED or back is REFUSED:
            assert tangent is back or not case.loose and op.pullback is None, f"{what}: only one mode is refused"
            continue
        for x, x_bar in zip(trial.inputs, back):
            if x_bar is not None and not isinstance(x, list):
                assert np.shape(x_bar) == np.shape(x), f"{what}: cotangent {np.shape(x_bar)}"
                if isinstance(x, (np.ndarray, np.generic)):
                    assert np.asarray(x_bar).dtype == x.dtype, f"{what}: cotangent of {np.asarray(x_bar).dtype}"
        ends = [x for x in [*back, tangent, value] if x is not None]
        if not np.all(np.isfinite(_numbers(ends))):
            continue  # 0 * inf
        total = sum(dot(b, v) for b, v in zip(back, dots) if b is not None and v is not None)
        forward_ = 0.0 if tangent is None else dot(ct, tangent)
        near = tolerances(trial, value)
        assert total == pytest.approx(forward_, rel=near, abs=near), what
        _alone(case, ct, back, what)
        same_or_none(case.pullback(ct, guard=Guard.ALL), back, what, near)
        if op.pullback is not None and any(np.ndim(x) for x in map(plain, trial.inputs) if not isinstance(x, list)):
            same_or_none(case.pullback(ct, derived=True), back, what, near)


def _alone(case: Case, ct: Any, back: list[Any], what: str) -> None:
    """Of several inputs each alone has the same cotangent."""
    on = [k for k, x in enumerate(case.inputs) if real(x)]
    for k in on if len(on) > 1 else []:
        alone = case.pullback(ct, [i == k for i in range(len(case.inputs))])
        same_or_none([alone[k]], [back[k]], what, 1e-6)


def same_or_none(got: list[Any], wanted: list[Any], what: str, near: float) -> None:
    for a, b in zip(got, wanted):
        if a is None or b is None:
            assert all(x is None or not np.any(x) for x in (a, b)), what
        else:
            for x, y in zip(_flat(a), _flat(b)):
                np.testing.assert_allclose(x, y, rtol=near, atol=near * 1e-3, err_msg=what)


# --- second derivatives -----------------------------------------------------------------------------------------------


def has_the_second_derivative_of_differences(op: Op) -> None:
    """Forward over reverse, against differences of the pullback."""
    for k, trial in enumerate(trials(op)):
        value, inputs = value_of(op, trial), trial.inputs
        smooth = trial.smooth and tolerances(trial, value) < 1e-6
        if not smooth or op.zero or op.name in NO_DIFFERENCES or not any(map(real, inputs)):
            continue
        if not Case(op, inputs, trial.params).kinds_of_results()[0].real:
            continue
        _unless_refused(lambda: _second(op, trial, value, rng_for(op.name, k)))


def _second(op: Op, trial: Trial, value: Any, rng: np.random.Generator) -> None:
    builder = Builder()
    atoms = [Const(x.value, kind_of(x.value)) if isinstance(x, Fixed) else Value(kind_of(x)) for x in trial.inputs]
    builder.apply_all(op, atoms, tuple(trial.params.items()))
    free = [a for a in atoms if isinstance(a, Value)]
    given = [x for x in trial.inputs if not isinstance(x, Fixed)]
    active = tuple(real(x) for x in given)
    program = Program({"f": Function("f", builder.block(free, builder.stmts[0].outputs))}, "f")
    back = reverse_joint(program, active, (True,))
    over, varies = forward(back, (*active, False))
    dots = [direction(rng, op.name, x) if on else None for x, on in zip(given, active)]
    ct = random_like(rng, value)
    with np.errstate(all="ignore"):
        results = evaluate(verify(over), *given, ct, *(v for v in dots if v is not None))
        tangents = iter(results[len(varies) :])
        got = [next(tangents) if on else None for on in varies][1:]
        h = 1e-5
        ends = [evaluate(back, *(_moved(x, v, step) for x, v in zip(given, dots)), ct)[1:] for step in (h, -h)]
    for second, high, low in zip(got, *ends):
        for k, (a, b) in enumerate(zip(_flat(high), _flat(low))):
            wanted = (np.asarray(a) - b) / (2 * h)
            have = np.zeros_like(wanted) if second is None else _flat(second)[k]
            np.testing.assert_allclose(have, wanted, rtol=2e-5, atol=2e-6, err_msg=f"{op.name}({trial})")


def _moved(x: Any, v: Any, step: float) -> Any:
    if v is None:
        return x
    return [_moved(a, b, step) for a, b in zip(x, v)] if isinstance(x, list) else x + step * v


# --- formulas ---------------------------------------------------------------------------------------------------------


def has_the_derivatives_of_its_formula(op: Op) -> None:
    """To third order and to all digits, where SymPy has an expression for it."""
    formula = expression(op) if of_numbers(op) and op.name not in NO_DIFFERENCES else None
    if formula is None:
        return
    count, make = formula
    symbols = sympy.symbols(f"x:{count}")
    made = make(*symbols)
    orders = [made, *(made.diff(symbols[0], n) for n in (1, 2, 3))]
    partials = [made.diff(s) for s in symbols]
    builder, params = Builder(), [Value(FLOAT) for _ in range(count)]
    out = builder.apply(op, *params)
    program = Program({"f": Function("f", builder.block(params, [out]))}, "f")
    programs = [along_the_first(program, n) for n in (1, 2, 3)]
    with mpmath.workdps(40):
        calls = [sympy.lambdify(symbols, e, "mpmath") for e in (*orders, *partials)]
        for k in range(3):
            at = [float(x) for x in points(op, rng_for(op.name, "formula", k), [()] * count)]
            value, first, second, third, *slopes = (
                float(mpmath.re(f(*map(mpmath.mpf, at)))) for f in calls
            )  # the derivative is asked for at the double itself
            case = Case(op, at)
            assert case.value() == pytest.approx(value, rel=1e-12, abs=1e-13), f"{op.name}({at})"
            back = case.pullback(1.0)
            for i, slope in enumerate(slopes):
                what = f"{op.name}({at}) in argument {i}"
                unit = [1.0 if k == i else None for k in range(count)]
                assert (case.tangent(unit) or 0.0) == pytest.approx(slope, rel=1e-12, abs=1e-14), what
                assert (back[i] or 0.0) == pytest.approx(slope, rel=1e-12, abs=1e-14), what
            for n, wanted in enumerate((first, second, third), 1):
                lifted, varies = programs[n - 1]
                with np.errstate(all="ignore"):
                    got = evaluate(lifted, *at, *[1.0] * n)[-1] if varies else 0.0
                assert got == pytest.approx(wanted, rel=1e-8, abs=1e-9), f"{op.name}({at}), order {n}"


def along_the_first(program: Program, order: int) -> tuple[Program, bool]:
    """(value, d f, d2 f, ...) along x0; every pass adds the tangents of all that was there."""
    result, (varies,) = forward(program, [True, *[False] * (len(program.main.body.params) - 1)])
    for _ in range(order - 1):
        if varies:
            result, moved = forward(result, [True, *[False] * (len(result.main.body.params) - 1)])
            varies = moved[-1]
    return verify(result), varies


# --- what they share --------------------------------------------------------------------------------------------------

REFUSED = object()


def _unless_refused(run: Callable[[], Any]) -> Any:
    """What the table has no derivative for, it says so; there is nothing to compare then."""
    try:
        return run()
    except (DifferentiationError, np.linalg.LinAlgError):  # the latter where the shapes are known only when it runs
        return REFUSED


def _never_real(op: Op) -> bool:
    return next(cases(op), None) is None


def _flat(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list) else [value]


def _zeros(value: Any) -> Any:
    return list(map(_zeros, value)) if isinstance(value, list) else np.zeros_like(value)


def _numbers(values: list[Any]) -> Any:
    leaves = [np.ravel(np.asarray(leaf, complex)) for x in values for leaf in _flat(x)]
    return np.concatenate(leaves)


CHECKS: dict[str, Callable[[Op], None]] = {
    "value": has_the_value_of_numpy,
    "tangent": has_the_tangent_of_differences,
    "pullback": has_the_pullback_of_the_tangent,
    "second": has_the_second_derivative_of_differences,
    "formula": has_the_derivatives_of_its_formula,
}


def check(op: Op) -> None:
    """All of them."""
    for each in CHECKS.values():
        each(op)


__all__ = ["CHECKS", "WITHOUT_VALUE", "check", "of_numbers"]
