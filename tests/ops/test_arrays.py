"""Every operation on arrays: the kind of its value, its tangent, its pullback, against finite differences."""

import numpy as np
import pytest

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import Array, kind_of
from s2s_ad.ir.nodes import Apply, Value
from s2s_ad.ops.derive import pullback, tangent
from s2s_ad.ops.registry import OPS
from tests.ops.driver import Case, differences, direction, dot, random_like, real, rng_for
from tests.ops.formulas import AWAY_FROM_KINKS, FORMULAS
from tests.ops.samples import PAIRS, SAMPLES

LISTED = [pytest.param(name, k, id=f"{name}-{k}") for name, cases in SAMPLES.items() for k in range(len(cases))]
NARROW = {"np.array-2", "np.float32-0", "np.float16-0", "astype-0"}  # finite differences have no digits left there


def check(case, *, tolerance=1e-7, compare_differences=True):
    """Tangent = finite differences; <ct, J v> = <J^T ct, v>; shapes and dtypes are those of the primal."""
    rng = rng_for(case.op.name, repr(case.params), [np.shape(x) for x in case.inputs if not isinstance(x, list)])
    value = case.value()
    active = [real(x) for x in case.inputs]
    dots = [direction(rng, case.op.name, x) if on else None for x, on in zip(case.inputs, active)]
    forward = case.tangent(dots)
    assert np.shape(forward) == np.shape(value)
    if compare_differences:
        np.testing.assert_allclose(forward, differences(case, dots), rtol=1e-6, atol=1e-7)
    ct = random_like(rng, value)
    back = case.pullback(ct)
    for x, x_bar in zip(case.inputs, back):
        if x_bar is not None and not isinstance(x, list):
            assert np.shape(x_bar) == np.shape(x)
            assert kind_of(x_bar).real and (np.ndim(x_bar) or not isinstance(x_bar, np.ndarray))
            if isinstance(x, (np.ndarray, np.generic)):
                assert x_bar.dtype == x.dtype
    total = sum(dot(b, v) for b, v in zip(back, dots) if b is not None and v is not None)
    assert total == pytest.approx(dot(ct, forward), rel=tolerance, abs=tolerance)
    if case.op.pullback is not None and any(np.ndim(x) for x in case.inputs):
        for given, derived in zip(back, case.pullback(ct, derived=True)):
            assert (given is None) == (derived is None)
            if given is not None:
                np.testing.assert_allclose(given, derived, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("name, k", LISTED)
def test_operation(name, k, loose):
    inputs, params = SAMPLES[name][k]
    if loose and name == "np.squeeze" and params.get("axis") is None:
        return  # refused: see test_refusals
    narrow = f"{name}-{k}" in NARROW
    check(Case(name, inputs, params, loose=loose), compare_differences=not narrow, tolerance=1e-2 if narrow else 1e-7)


@pytest.mark.parametrize("name, k", LISTED)
def test_float32_stays_float32(name, k):
    inputs, params = SAMPLES[name][k]
    if (
        params.get("dtype")
        or name in ("np.float64", "np.linspace", "np.arange", "math.fsum")
        or isinstance(inputs[0], list)
    ):
        return  # they say the dtype themselves
    narrow = [x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x for x in inputs]
    narrow = [np.float32(x) if isinstance(x, np.float64) else x for x in narrow]
    if all(a is b for a, b in zip(inputs, narrow)):
        return
    check(Case(name, narrow, params), compare_differences=False, tolerance=1e-4)


def elementwise_numpy():
    for names, (_, intervals) in FORMULAS.items():
        for name in names:
            if name in OPS and not name.startswith("math.") and name not in ("digamma", "polygamma", "float"):
                yield name, [tuple(map(_number, interval)) for interval in intervals]
    for name, points in AWAY_FROM_KINKS.items():
        if name.startswith("np.") or name in ("abs", "mod"):
            yield name, [(x + 0.01, x + 0.1) for x in points[0]]


def _number(text):
    numerator, _, denominator = str(text).partition("/")
    return float(numerator) / float(denominator or 1)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name, intervals", [pytest.param(*case, id=case[0]) for case in elementwise_numpy()])
def test_elementwise_with_broadcasting(name, intervals, dtype):
    rng = rng_for(name)
    shapes = PAIRS if len(intervals) == 2 else [((3,),), ((2, 1),), ((),)]
    for pair in shapes:
        inputs = [np.asarray(rng.uniform(lo, hi, shape)).astype(dtype)[()] for (lo, hi), shape in zip(intervals, pair)]
        exact = dtype is np.float64
        if name == "np.imag":
            assert Case(name, inputs).tangent([np.ones_like(x) for x in inputs]) is None
            continue
        for loose in (False, True) if exact else (False,):
            widens = name in ("np.float_power", "np.float64") and not exact
            check(
                Case(name, inputs, loose=loose),
                compare_differences=exact,
                tolerance=1e-7 if exact else 2e-3 if not widens else 1e-4,
            )


def test_every_differentiable_operation_is_tried():
    tried = {name for names in FORMULAS for name in names} | set(AWAY_FROM_KINKS) | set(SAMPLES)
    lists = {
        name
        for name in OPS
        if "list" in name or "record" in name or name in ("pack", "unpack", "stop_gradient") or OPS[name].effect
    }
    jacobians = {
        "columns",
        "columns_apart",
        "rows",
        "rows_apart",
        "turned",
        "turned_back",
    }  # in derivatives of Jacobians
    left = {name for name, op in OPS.items() if op.differentiable and not op.zero} - tried - lists - jacobians
    assert not {name for name in left if not name.startswith(("special.", "expm"))}  # see test_scipy


@pytest.mark.parametrize("name, k", LISTED)
def test_derivative_code_is_differentiable_itself(name, k):
    inputs, params = SAMPLES[name][k]
    case = Case(name, inputs, params)
    builder, atoms = case._start()
    apply = builder.stmts[0]
    active = [real(x) for x in inputs]
    tangent(builder, apply, [Value(a.kind) if on else None for a, on in zip(atoms, active)])
    pullback(builder, apply, Value(apply.out.kind), active)
    for stmt in builder.stmts:
        if isinstance(stmt, Apply):
            assert stmt.op.differentiable, stmt.op.name


def test_equal_lengths_need_no_sum():
    builder = Builder()
    x, y = (Value(Array("float64", (-1, -1))) for _ in range(2))
    builder.apply(OPS["mul"], x, y)
    pullback(builder, builder.stmts[0], Value(x.kind), [True, True])
    assert {stmt.op.name for stmt in builder.stmts} == {"mul"}
