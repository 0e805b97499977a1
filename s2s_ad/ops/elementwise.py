"""Functions of one or two numbers that both `math` and NumPy have. The rule is the same, the code is each one's own."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import is_complex
from s2s_ad.ops.core import INSIDE, POSITIVE, declare, linear, rule
from s2s_ad.ops.slopes import along, nonzero, numeric, over, sign
from s2s_ad.ops.trace import ZERO, Generic, d


def since(name: str) -> tuple[Any, ...]:
    """A function of `math` that older Pythons have not."""
    return (getattr(math, name),) if hasattr(math, name) else ()


# --- exponentials and logarithms --------------------------------------------------------------------------------------


@rule(math.exp, cmath.exp, np.exp, infer=numeric)
def exp(x, *, out):
    d[out] = d[x] * out


@rule(*since("exp2"), np.exp2, infer=numeric)
def exp2(x, *, out):
    d[out] = d[x] * (math.log(2.0) * out)


@rule(math.expm1, np.expm1, infer=numeric)
def expm1(x, *, out):
    d[out] = d[x] * exp(x)  # out + 1 would lose its digits for x far below 0


def _log_code(module):
    return lambda params, kinds: f"{module}.log(_0)" if len(kinds) == 1 else f"{module}.log(_0, _1)"


def _log(x, *base, out):
    if not base:
        d[out] = d[x] / x
        return
    (b,) = base
    d[out] = along(x, lambda: 1.0 / (x * log(b))) - along(b, lambda: out / (b * log(b)))


@rule(np.log, domain=(POSITIVE,))
def _np_log(x, *, out):
    d[out] = d[x] / x


_logs = {
    module: declare((function,), _log, rule=_log, code=_log_code(module), infer=numeric, domain=(POSITIVE,)).ops[module]
    for module, function in {"math": math.log, "cmath": cmath.log}.items()
}
log = Generic("log", {**_logs, **_np_log.ops})


@rule(math.log2, np.log2, infer=numeric, domain=(POSITIVE,))
def log2(x, *, out):
    d[out] = d[x] / (math.log(2.0) * x)


@rule(math.log10, cmath.log10, np.log10, infer=numeric, domain=(POSITIVE,))
def log10(x, *, out):
    d[out] = d[x] / (math.log(10.0) * x)


@rule(math.log1p, np.log1p, infer=numeric, domain=((-1.0, math.inf),))
def log1p(x, *, out):
    d[out] = d[x] / (1.0 + x)


# --- roots ------------------------------------------------------------------------------------------------------------


@rule(math.sqrt, cmath.sqrt, np.sqrt, infer=numeric, domain=(POSITIVE,))
def sqrt(x, *, out):
    d[out] = d[x] * over(0.5, out)


@rule(*since("cbrt"), np.cbrt, infer=numeric)
def cbrt(x, *, out):
    d[out] = d[x] * over(1.0, 3.0 * (out * out))


# --- trigonometric functions ------------------------------------------------------------------------------------------


@rule(math.sin, cmath.sin, np.sin, infer=numeric)
def sin(x, *, out):
    d[out] = d[x] * cos(x)


@rule(math.cos, cmath.cos, np.cos, infer=numeric)
def cos(x, *, out):
    d[out] = -d[x] * sin(x)


@rule(math.tan, cmath.tan, np.tan, infer=numeric)
def tan(x, *, out):
    d[out] = d[x] * (1.0 + out * out)


# (1 - x) * (1 + x) keeps the digits that 1 - x * x loses near the edges. Of complex numbers the slope is written in the
# result, which knows on which side of a branch cut it is.


@rule(math.asin, cmath.asin, np.arcsin, infer=numeric, domain=(INSIDE,))
def asin(x, *, out):
    d[out] = d[x] * over(1.0, cos(out) if is_complex(out.kind) else sqrt((1.0 - x) * (1.0 + x)))


@rule(math.acos, cmath.acos, np.arccos, infer=numeric, domain=(INSIDE,))
def acos(x, *, out):
    d[out] = d[x] * over(-1.0, sin(out) if is_complex(out.kind) else sqrt((1.0 - x) * (1.0 + x)))


@rule(math.atan, cmath.atan, np.arctan, infer=numeric)
def atan(x, *, out):
    d[out] = d[x] / (1.0 + x * x)


@rule(math.atan2, np.arctan2, infer=numeric)
def atan2(y, x, *, out):
    r = nonzero(hypot(x, y))  # at the origin both slopes are 0; dividing twice does not overflow
    d[out] = along(y, lambda: x / r / r) - along(x, lambda: y / r / r)


# --- hyperbolic functions ---------------------------------------------------------------------------------------------


@rule(math.sinh, cmath.sinh, np.sinh, infer=numeric)
def sinh(x, *, out):
    d[out] = d[x] * cosh(x)


@rule(math.cosh, cmath.cosh, np.cosh, infer=numeric)
def cosh(x, *, out):
    d[out] = d[x] * sinh(x)


@rule(math.tanh, cmath.tanh, np.tanh, infer=numeric)
def tanh(x, *, out):
    # In the result, which a reverse sweep has at hand. Absolutely exact to rounding; beyond |x| = 10, where the slope
    # is below 1e-8, its relative accuracy fades.
    d[out] = d[x] * (1.0 - out * out)


@rule(math.asinh, cmath.asinh, np.arcsinh, infer=numeric)
def asinh(x, *, out):
    d[out] = d[x] / (cosh(out) if is_complex(out.kind) else hypot(1.0, x))


@rule(math.acosh, cmath.acosh, np.arccosh, infer=numeric, domain=((1.0, math.inf),))
def acosh(x, *, out):
    d[out] = d[x] * over(1.0, sinh(out) if is_complex(out.kind) else sqrt((x - 1.0) * (x + 1.0)))


@rule(math.atanh, cmath.atanh, np.arctanh, infer=numeric, domain=(INSIDE,))
def atanh(x, *, out):
    d[out] = d[x] / ((1.0 - x) * (1.0 + x))


# --- lengths, signs, remainders ---------------------------------------------------------------------------------------


def _hypot(*xs, out):
    r = nonzero(out)
    total: Any = ZERO
    for x in xs:
        total = total + (ZERO if d[x] is ZERO else d[x] * (x / r))
    d[out] = total


@rule(np.hypot)
def _np_hypot(x, y, *, out):
    _hypot(x, y, out=out)


hypot = Generic(
    "hypot", {**declare((math.hypot,), _hypot, rule=_hypot, code="math.hypot({})", infer=numeric).ops, **_np_hypot.ops}
)


@rule(math.fabs, np.fabs, infer=numeric, cost=1)
def fabs(x, *, out):
    d[out] = d[x] * sign(x)


@rule(math.copysign, np.copysign, infer=numeric, cost=1)
def copysign(x, y, *, out):
    d[out] = along(x, lambda: sign(x) * copysign(1.0, y))


@rule(math.fmod, np.fmod, infer=numeric)
def fmod(x, y, *, out):
    # the quotient as fmod took it; x / y could round over a whole number
    d[out] = d[x] - along(y, lambda: (x - out) / y)


@linear(math.degrees, np.degrees, infer=numeric, cost=1)
def degrees(ct, x):
    return degrees(ct)


@linear(math.radians, np.radians, infer=numeric, cost=1)
def radians(ct, x):
    return radians(ct)


@linear(np.rad2deg, cost=1)
def rad2deg(ct, x):
    return rad2deg(ct)


@linear(np.deg2rad, cost=1)
def deg2rad(ct, x):
    return deg2rad(ct)


@rule(math.nextafter, np.nextafter, infer=numeric, cost=1)
def nextafter(x, y, *, out):
    d[out] = d[x]  # a step of the last digit: the identity as far as a derivative sees
