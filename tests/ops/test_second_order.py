"""Second and third derivatives of every function of numbers: the rules of the rules."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Function, Program, Value
from s2s_ad.ir.verify import verify
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.forward import forward
from s2s_ad.passes.reverse import reverse_joint
from tests.ops.test_scalar_rules import BY_NAME, points


def program_of(name, count):
    builder, params = Builder(), [Value(FLOAT) for _ in range(count)]
    out = builder.apply(OPS[name], *params)
    return Program({"f": Function("f", builder.block(params, [out]))}, "f")


def derivative(program, order):
    """(value, d f, d2 f, ...) along x0; every pass adds the tangents of all that was there."""
    flags = [True, *[False] * (len(program.main.body.params) - 1)]
    result, (varies,) = forward(program, flags)
    for _ in range(order - 1):
        if not varies:
            break
        count = len(result.main.body.params)
        result, moved = forward(result, [True, *[False] * (count - 1)])
        varies = moved[-1]
    return verify(result), varies


@pytest.mark.parametrize("name", BY_NAME)
def test_forward_over_forward_and_over_reverse(name):
    formula, intervals = BY_NAME[name]
    count = len(intervals)
    symbols = sp.symbols(f"x:{count}")
    second, third = formula(*symbols).diff(symbols[0], 2), formula(*symbols).diff(symbols[0], 3)
    program = program_of(name, count)
    on = (True, *[False] * (count - 1))
    back = reverse_joint(program, on, (True,))
    over, varies = forward(back, (*on, *[False] * (len(back.main.body.params) - count)))
    over_twice, varies_twice = derivative(program, 3)
    for point in points(name, intervals, count=2):
        floats = [float(q) for q in point]
        with mpmath.workdps(40):
            exact = [mpmath.mpf(x) for x in floats]
            wanted, wanted_third = (
                float(mpmath.re(sp.lambdify(symbols, e, "mpmath")(*exact))) for e in (second, third)
            )
        got = evaluate(verify(over), *floats, 1.0, 1.0)[-1] if varies[-1] else 0.0
        assert got == pytest.approx(wanted, rel=1e-10, abs=1e-12)
        got = evaluate(over_twice, *floats, 1.0, 1.0, 1.0)[-1] if varies_twice else 0.0
        assert got == pytest.approx(wanted_third, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("name, wanted", [("np.sinc", -(np.pi**2) / 3), ("np.square", 2.0), ("np.sin", 0.0)])
def test_second_derivatives_at_zero(name, wanted):
    program, varies = derivative(program_of(name, 1), 2)
    assert varies
    assert evaluate(program, 0.0, 1.0, 1.0)[-1] == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize("name", ["pow", "math.pow", "np.power"])
@pytest.mark.parametrize("y, wanted", [(2.0, 2.0), (1.0, 0.0), (3.0, 0.0)])
def test_second_derivatives_of_powers_at_zero(name, y, wanted):
    program, varies = derivative(program_of(name, 2), 2)
    assert varies
    assert evaluate(program, 0.0, y, 1.0, 1.0)[-1] == wanted
