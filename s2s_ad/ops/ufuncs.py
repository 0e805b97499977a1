"""NumPy's elementwise functions that `math` has not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import Array, broadcast, is_complex, result_dtype
from s2s_ad.ops.complex_parts import length_change
from s2s_ad.ops.core import POSITIVE, REALS, declare, elementwise, piecewise_constant, rule
from s2s_ad.ops.operators import power
from s2s_ad.ops.slopes import along, pick, real_only
from s2s_ad.ops.trace import ZERO, Generic, d

# --- arithmetic -------------------------------------------------------------------------------------------------------


@rule(np.add, cost=1)
def add(x, y, *, out):
    d[out] = d[x] + d[y]


@rule(np.subtract, cost=1)
def subtract(x, y, *, out):
    d[out] = d[x] - d[y]


@rule(np.multiply, cost=1)
def multiply(x, y, *, out):
    d[out] = along(x, lambda: y) + along(y, lambda: x)


@rule(np.divide, cost=1)
def divide(x, y, *, out):
    d[out] = (d[x] - along(y, lambda: out)) / y


@rule(np.power, domain=(POSITIVE, REALS))
def power_(x, y, *, out):
    d[out] = power(x, y, out)


@rule(np.float_power, domain=(POSITIVE, REALS))
def float_power(x, y, *, out):
    d[out] = power(x, y, out)


@rule(np.negative, cost=1)
def negative(x, *, out):
    d[out] = -d[x]


@rule(np.positive, cost=1)
def positive(x, *, out):
    d[out] = d[x]


@rule(np.absolute, cost=1)
def absolute(x, *, out):
    d[out] = length_change(x, out)


@rule(np.square, cost=1)
def square(x, *, out):
    d[out] = d[x] * (2.0 * x)


@rule(np.reciprocal, cost=1)
def reciprocal(x, *, out):
    d[out] = d[x] * -(out * out)


@piecewise_constant(np.floor_divide, cost=1)
def floor_divide(x, y): ...


@rule(np.remainder)
def mod(x, y, *, out):
    d[out] = d[x] - along(y, lambda: floor_divide(x, y))


# --- selections -------------------------------------------------------------------------------------------------------
# Stated by where, so that nothing leaks from the side that is not taken. A tie belongs to both sides by half.


def _halves(x, y):
    return ZERO if x is ZERO and y is ZERO else 0.5 * (x + y)


def _greater(a, b):
    return a > b


def _less(a, b):
    return a < b


def _extreme(wins):
    def tangent(x, y, *, out):
        real_only(x, y)
        tie = pick(x == y, _halves(d[x], d[y]), d[y])
        d[out] = pick(wins(x, y), d[x], tie)

    def pullback(ct, x, y, *, out):
        real_only(x, y)
        won, tie = wins(x, y), x == y
        first = pick(won, ct, pick(tie, 0.5 * ct, ZERO))
        second = pick(won, ZERO, pick(tie, 0.5 * ct, ct))  # what is compared with NaN goes to the second, as above
        return first, second

    return {"rule": tangent, "pullback": pullback}


def _equal_to_the_result(x, y, *, out):
    """fmax and fmin pass over NaN: who is equal to the result was taken."""
    tie = pick(y == out, _halves(d[x], d[y]), d[x])
    d[out] = pick(x == out, tie, pick(y == out, d[y], ZERO))


def _equal_to_the_result_pullback(ct, x, y, *, out):
    first = pick(x == out, pick(y == out, 0.5 * ct, ct), ZERO)
    second = pick(y == out, pick(x == out, 0.5 * ct, ct), ZERO)
    return first, second


def _two(x, y):
    """The inputs of a function of two numbers."""


maximum = declare((np.maximum,), _two, cost=1, selects=True, **_extreme(_greater))
minimum = declare((np.minimum,), _two, cost=1, selects=True, **_extreme(_less))
fmax = declare(
    (np.fmax,), _two, cost=1, selects=True, rule=_equal_to_the_result, pullback=_equal_to_the_result_pullback
)
fmin = declare(
    (np.fmin,), _two, cost=1, selects=True, rule=_equal_to_the_result, pullback=_equal_to_the_result_pullback
)


def _where_kind(kinds, params, op):
    return Array(result_dtype(kinds[1:]), broadcast(*kinds))


def _where_code(params, kinds):
    # a number for numbers: np.where itself would make an array without axes, which += changes in place
    return "np.where(c, x, y)" if broadcast(*kinds) else "np.where(c, x, y)[()]"


where: Generic = declare(
    (np.where,), lambda c, x, y: None, cost=20, joint=True, broadcasts=True, selects=True,
    infer=_where_kind, code=_where_code,
    transposes={1: lambda ct, c, x, y: where(c, ct, 0.0), 2: lambda ct, c, x, y: where(c, 0.0, ct)},
)  # fmt: skip


@rule(np.heaviside)
def heaviside(x, h0, *, out):
    d[out] = ZERO if d[h0] is ZERO else where(x == 0, d[h0], 0.0)


@rule(np.nan_to_num, selects=True)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None, *, out):
    real_only(x)
    d[out] = where(isfinite(x), d[x], 0.0)


# --- special ----------------------------------------------------------------------------------------------------------


@rule(np.logaddexp)
def logaddexp(x, y, *, out):
    d[out] = along(x, lambda: logistic(x - y)) + along(y, lambda: logistic(y - x))


@rule(np.logaddexp2)
def logaddexp2(x, y, *, out):
    two = math.log(2.0)
    d[out] = along(x, lambda: logistic((x - y) * two)) + along(y, lambda: logistic((y - x) * two))


@rule(name="logistic", code="logistic(x)", flavor="numpy")
def logistic(x, *, out):
    real_only(x)
    d[out] = d[x] * (out * logistic(-x))


@rule(np.sinc)
def sinc(x, *, out):
    d[out] = d[x] * sinc_derivative(x)


@rule(name="sinc_derivative", code=lambda params, kinds: f"sinc_derivative(x, {params.get('n', 1)})", flavor="numpy")
def sinc_derivative(x, n=1, *, out):
    d[out] = d[x] * sinc_derivative(x, n=n + 1)


# --- constant between jumps -------------------------------------------------------------------------------------------

isfinite = piecewise_constant(np.isfinite, cost=1)(lambda x: None)


def _sign_kind(kinds, params, op):
    if is_complex(kinds[0]):
        raise KindError("np.sign of complex numbers is not differentiated", remedy="Write z / np.abs(z).")
    return elementwise(kinds, params, op)


piecewise_constant(np.sign, cost=1, infer=_sign_kind)(lambda x: None)
for _name in "floor ceil trunc rint spacing isnan isinf signbit logical_not invert".split():
    piecewise_constant(getattr(np, _name), cost=1)(lambda x: None)
for _name in (
    "equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor "
    "bitwise_and bitwise_or bitwise_xor left_shift right_shift gcd lcm"
).split():
    piecewise_constant(getattr(np, _name), cost=1)(lambda x, y: None)
# NumPy itself says trunc for fix, from 2.5 on
piecewise_constant(np.fix, name="np.fix", code="np.trunc(x)", flavor="numpy", cost=1)(lambda x: None)
piecewise_constant(np.round, np.around, name="np.round", cost=1)(lambda x, decimals=0: None)
piecewise_constant(np.isclose)(lambda x, y, rtol=1e-05, atol=1e-08, equal_nan=False: None)


# --- the parts of a number --------------------------------------------------------------------------------------------


def part_below_one(x: Any) -> Any:
    """np.frexp: x over the power of 2 that is its exponent."""
    return np.frexp(x)[0]


def power_of_two(x: Any) -> Any:
    """np.frexp: the exponent."""
    return np.frexp(x)[1]


exponent_of = piecewise_constant(power_of_two, name="np_exponent", code="np.frexp(x)[1]", flavor="numpy")(
    lambda x: None
)


@rule(part_below_one, name="np_mantissa", code="np.frexp(x)[0]", flavor="numpy")
def below_one(x, *, out):
    d[out] = ZERO if d[x] is ZERO else d[x] * np.exp2(-1.0 * exponent_of(x))
