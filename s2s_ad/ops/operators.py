"""Python's operators and the builtins that work on one number."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Mapping
from typing import Any

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, Array, Kind, Scalar, is_complex
from s2s_ad.ops.complex_parts import length_change, real
from s2s_ad.ops.core import POSITIVE, REALS, Op, piecewise_constant, rule
from s2s_ad.ops.elementwise import log
from s2s_ad.ops.slopes import along
from s2s_ad.ops.trace import ZERO, Traced, choose, constant, current, d


def op(function: Any, name: str, code: str, cost: int = 1, **options: Any) -> Any:
    return rule(function, name=name, code=code, cost=cost, **options)


@op(operator.add, "add", "x + y")
def add(x, y, *, out):
    d[out] = d[x] + d[y]


@op(operator.sub, "sub", "x - y")
def sub(x, y, *, out):
    d[out] = d[x] - d[y]


@op(operator.mul, "mul", "x * y")
def mul(x, y, *, out):
    d[out] = d[x] * y + d[y] * x


@op(operator.truediv, "div", "x / y")
def div(x, y, *, out):
    d[out] = (d[x] - d[y] * out) / y


@op(operator.neg, "neg", "-x")
def neg(x, *, out):
    d[out] = -d[x]


@op(operator.pos, "pos", "+x")
def pos(x, *, out):
    d[out] = d[x]


@op(operator.mod, "mod", "x % y")
def mod(x, y, *, out):
    d[out] = d[x] - d[y] * (x // y)


@op(operator.pow, "pow", "x ** y", cost=5, domain=(POSITIVE, REALS))
def pow(x, y, *, out):
    d[out] = power(x, y, out)


def power_slope(x: Any, y: Any) -> Any:
    """d x**y / dx = y * x**(y - 1), and 0 for y = 0 whatever x is."""
    n = constant(y)
    if n is None:
        return _power_slope_of_variable(x, y)
    factor = complex(n) if is_complex(y.kind) else float(n)
    if n in (0, 1):
        return factor
    if n == 2:
        return 2.0 * x
    if isinstance(factor, float) and 0 < n < 1 and _raises_at_zero(x):
        return choose(x != 0, lambda: factor * x ** (n - 1), lambda: math.inf)
    return factor * x ** (n - 1)


def _power_slope_of_variable(x: Any, y: Any) -> Any:
    if not _raises_at_zero(x):
        return y * x ** choose(y == 0, lambda: 1.0, lambda: y - 1)
    if is_complex(y.kind):  # 0 ** y is there where the real part of y is above 0
        steep = lambda: choose(y == 1, lambda: 1.0, lambda: math.nan)  # noqa: E731
        flat = lambda: choose(y == 0, lambda: 0.0, lambda: choose(real(y) > 1, lambda: 0.0, steep))  # noqa: E731
        return choose(x != 0, lambda: y * x ** (y - 1), flat)
    finite = choose(x != 0, lambda: True, lambda: y >= 1)
    return choose(finite, lambda: y * x ** (y - 1), lambda: choose(y == 0, lambda: 0.0, lambda: math.inf))


def _raises_at_zero(x: Any) -> bool:
    """Python's 0.0 ** -0.5 raises an exception; the slope there is infinite, as NumPy has it."""
    return isinstance(x, Traced) and isinstance(x.kind, Scalar) and current.flavor != "numpy"


def log_or_zero(x: Any, out: Any) -> Any:
    """log(x) as the factor of x**y = out: 0 at x = 0, NaN below, where a real x**y has no slope in y."""
    if is_complex(out.kind):
        z = x if is_complex(x.kind) else 1.0 * x + 0j  # the logarithm of a negative number is complex here
        return log(choose(x == 0, lambda: 1.0, lambda: z)) if x.rank else choose(x != 0, lambda: log(z), lambda: 0.0)
    if not x.rank:
        return choose(x > 0, lambda: log(x), lambda: choose(x == 0, lambda: 0.0, lambda: math.nan))
    return log(choose(x == 0, lambda: 1.0, lambda: x))


def power(x: Any, y: Any, out: Any) -> Any:
    """The tangent of x**y, however it is written."""
    # at x = 0 the slope in y is 0, and log would not be
    return along(x, lambda: power_slope(x, y)) + along(y, lambda: out * log_or_zero(x, out))


@piecewise_constant(operator.floordiv, name="floordiv", code="x // y", cost=1)
def floordiv(x, y): ...


for _name, _function, _code in [
    ("eq", operator.eq, "x == y"),
    ("ne", operator.ne, "x != y"),
    ("lt", operator.lt, "x < y"),
    ("le", operator.le, "x <= y"),
    ("gt", operator.gt, "x > y"),
    ("ge", operator.ge, "x >= y"),
    ("bit_and", operator.and_, "x & y"),
    ("bit_or", operator.or_, "x | y"),
    ("bit_xor", operator.xor, "x ^ y"),
    ("shift_left", operator.lshift, "x << y"),
    ("shift_right", operator.rshift, "x >> y"),
]:
    piecewise_constant(_function, name=_name, code=_code, cost=1)(lambda x, y: None)


@piecewise_constant(operator.invert, name="invert", code="~x", cost=1)
def invert(x): ...


@piecewise_constant(operator.not_, name="not", code="not x", cost=1, infer=lambda kinds, params, op: BOOL)
def not_(x): ...


@rule(abs, name="abs", code="abs(x)", cost=1)
def absolute(x, *, out):
    d[out] = length_change(x, out)


def _to(kind: Kind) -> Any:
    def infer(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
        if kind != BOOL and any(map(is_complex, kinds)):
            raise KindError(f"{op.name}() of a complex number", remedy="Take its real part, z.real, or abs(z).")
        return kind

    return infer


@rule(float, name="float", code="float(x)", cost=1, infer=_to(FLOAT))
def to_float(x, *, out):
    d[out] = d[x]


@piecewise_constant(int, name="int", code="int(x)", cost=1, infer=_to(INT))
def to_int(x): ...


@piecewise_constant(bool, name="bool", code="bool(x)", cost=1, infer=_to(BOOL))
def to_bool(x): ...


def _round_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    return "round(x)" if params.get("ndigits") is None else f"round(x, {params['ndigits']})"


@piecewise_constant(builtins.round, name="round", code=_round_code, cost=5)
def round_(x, ndigits=None): ...


@rule(name="widened", code="x", cost=0, infer=lambda kinds, params, op: Array(params["dtype"], ()))
def widened(x, dtype=None, *, out):
    """The number itself, where it meets one of more bits: its derivatives keep its own."""
    d[out] = d[x]


@rule(name="stop_gradient", code="x", cost=0)
def stop_gradient(x, *, out):
    d[out] = ZERO
