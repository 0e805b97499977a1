"""Every function of numbers against SymPy, or against finite differences where SymPy has no formula."""

import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

from s2s_ad.ops.registry import OPS
from tests.ops.driver import Case, differences
from tests.ops.formulas import AWAY_FROM_KINKS, FORMULAS

BY_NAME = {name: entry for names, entry in FORMULAS.items() for name in names if name in OPS}


def points(name, intervals, count=4):
    chance = random.Random(name)
    for _ in range(count):
        yield [
            Fraction(chance.randrange(1, 9973), 9973) * (Fraction(hi) - Fraction(lo)) + Fraction(lo)
            for lo, hi in intervals
        ]


@pytest.mark.parametrize("name", BY_NAME)
def test_value_and_partials_are_those_of_the_formula(name):
    formula, intervals = BY_NAME[name]
    symbols = sp.symbols(f"x:{len(intervals)}")
    expression = formula(*symbols)
    with mpmath.workdps(40):
        wanted = [sp.lambdify(symbols, e, "mpmath") for e in (expression, *(expression.diff(s) for s in symbols))]
        for point in points(name, intervals):
            # the derivative is asked for at the double that stands for the rational
            floats = [float(q) for q in point]
            exact = [mpmath.mpf(x) for x in floats]
            value, *partials = (float(mpmath.re(f(*exact))) for f in wanted)
            case = Case(name, floats)
            assert case.value() == pytest.approx(value, rel=1e-12, abs=1e-13)
            back = case.pullback(1.0)
            for i, partial in enumerate(partials):
                unit = [1.0 if k == i else None for k in range(len(floats))]
                assert case.tangent(unit) == pytest.approx(partial, rel=1e-12, abs=1e-14), f"in argument {i}"
                assert back[i] == pytest.approx(partial, rel=1e-12, abs=1e-14), f"in argument {i}"


@pytest.mark.parametrize("name, point", [(n, p) for n, ps in AWAY_FROM_KINKS.items() for p in ps])
def test_partials_are_the_finite_differences(name, point):
    case = Case(name, point)
    back = case.pullback(1.0)
    for i in range(len(point)):
        if name == "np.heaviside" and point[0] == 0.0 and i == 0 or isinstance(point[i], int):
            continue  # the jump itself; whole numbers
        unit = [1.0 if k == i else None for k in range(len(point))]
        wanted = differences(case, unit)
        forward = case.tangent(unit)
        assert (0.0 if forward is None else forward) == pytest.approx(wanted, rel=1e-7, abs=1e-8)
        assert (0.0 if back[i] is None else back[i]) == pytest.approx(wanted, rel=1e-7, abs=1e-8)


WHOLE_NUMBERS_ONLY = {
    *(
        "bit_and",
        "bit_or",
        "bit_xor",
        "invert",
        "shift_left",
        "shift_right",
        "math.comb",
        "math.factorial",
        "math.isqrt",
    ),
    *("np.bitwise_and", "np.bitwise_or", "np.bitwise_xor", "np.invert", "np.left_shift", "np.right_shift"),
    *("np.gcd", "np.lcm", "math.gcd", "math.lcm", "math.perm"),
}


def piecewise_constant_functions():
    for name, op in OPS.items():
        if (
            op.zero
            and op.function is not None
            and op.args in (("x",), ("x", "y"), ("a", "b"), ("n", "k"))
            and name != "np.empty_like"
        ):
            yield name


@pytest.mark.parametrize("name", sorted(set(piecewise_constant_functions()) - WHOLE_NUMBERS_ONLY))
def test_what_is_constant_between_jumps_has_no_derivative(name):
    case = Case(name, [2.6, 1.7][: len(OPS[name].args)])
    ones = [1.0] * len(case.inputs)
    assert case.tangent(ones) is None
    assert case.pullback(1.0) == [None] * len(case.inputs)
    moved = Case(name, [x + 1e-6 for x in case.inputs]).value()
    # np.spacing and the like: constant but for what is far below any difference
    assert float(moved) == pytest.approx(float(case.value()), abs=1e-15)


@pytest.mark.parametrize("name", sorted(WHOLE_NUMBERS_ONLY))
def test_functions_of_whole_numbers_have_no_derivative(name):
    case = Case(name, [6, 4][: len(OPS[name].args)] if not OPS[name].variadic else [6, 4])
    assert int(case.value()) == case.value()
    assert case.tangent([1.0] * len(case.inputs)) is None


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
