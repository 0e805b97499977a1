"""Functions of numbers at single points: far out, at an edge, beyond the domain on which the table tries them."""

import mpmath
import numpy as np
import pytest

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, Array
from s2s_ad.ir.nodes import Function, Program, Value
from s2s_ad.ops.derive import pullback
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS
from tests.ops.driver import Case, differences
from tests.ops.walk import along_the_first


@pytest.mark.parametrize(
    "name, point", [("math.gamma", [-0.4]), ("math.gamma", [-3.4]), ("math.lgamma", [-0.4]), ("math.lgamma", [-2.6]),
                    ("math.log", [0.4, 10.0]), ("polygamma", [-2.2]), ("np.heaviside", [-1.3, 0.5])]
)  # fmt: skip
def test_partials_are_the_finite_differences(name, point):
    case = Case(name, point)
    back = case.pullback(1.0)
    for i in range(len(point)):
        unit = [1.0 if k == i else None for k in range(len(point))]
        wanted = differences(case, unit)
        assert (case.tangent(unit) or 0.0) == pytest.approx(wanted, rel=1e-7, abs=1e-8)
        assert (back[i] or 0.0) == pytest.approx(wanted, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("x", [-40.0, -20.0, -1e-9, 1e-9, 25.0, 300.0])
def test_slopes_keep_their_digits_far_out(x):
    with mpmath.workdps(40):
        for name, slope in {
            "np.logaddexp": lambda x: 1 / (1 + mpmath.exp(-x)),
            "np.expm1": mpmath.exp,
            "np.arcsinh": lambda x: 1 / mpmath.sqrt(1 + x * x),
        }.items():
            inputs = [x, 0.0] if name == "np.logaddexp" else [x]
            got = Case(name, inputs).pullback(1.0)[0]
            assert got == pytest.approx(float(slope(mpmath.mpf(x))), rel=1e-13)


def test_arcsine_keeps_its_digits_near_the_edge():
    x = 1.0 - 1e-12
    with mpmath.workdps(40):
        wanted = float(1 / mpmath.sqrt(1 - mpmath.mpf(x) ** 2))
    assert Case("math.asin", [x]).pullback(1.0)[0] == pytest.approx(wanted, rel=1e-14)


def test_numpy_types_come_out_of_numpy_functions():
    assert isinstance(Case("np.add", [1.0, 2.0]).value(), np.float64)
    assert isinstance(Case("add", [1.0, 2.0]).value(), float)


def test_equal_lengths_need_no_sum():
    builder = Builder()
    x, y = (Value(Array("float64", (-1, -1))) for _ in range(2))
    builder.apply(OPS["mul"], x, y)
    pullback(builder, builder.stmts[0], Value(x.kind), [True, True])
    assert {stmt.op.name for stmt in builder.stmts} == {"mul"}


def second(name, *point):
    """The second derivative in the first argument."""
    builder, params = Builder(), [Value(FLOAT) for _ in point]
    out = builder.apply(OPS[name], *params)
    program, varies = along_the_first(Program({"f": Function("f", builder.block(params, [out]))}, "f"), 2)
    assert varies
    return evaluate(program, *point, 1.0, 1.0)[-1]


@pytest.mark.parametrize("name, wanted", [("np.sinc", -(np.pi**2) / 3), ("np.square", 2.0), ("np.sin", 0.0)])
def test_second_derivatives_at_zero(name, wanted):
    assert second(name, 0.0) == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize("name", ["pow", "math.pow", "np.power"])
@pytest.mark.parametrize("y, wanted", [(2.0, 2.0), (1.0, 0.0), (3.0, 0.0)])
def test_second_derivatives_of_powers_at_zero(name, y, wanted):
    assert second(name, 0.0, y) == wanted
