"""What only `math` has, and what of it is constant between jumps."""

from __future__ import annotations

import math
from typing import Any

from s2s_ad.ir.kinds import Array, Kind, List
from s2s_ad.ops.control import EveryInput, list_fill, list_len
from s2s_ad.ops.core import POSITIVE, REALS, declare, linear, piecewise_constant, rule
from s2s_ad.ops.elementwise import exp
from s2s_ad.ops.linear import broadcast_like
from s2s_ad.ops.operators import power
from s2s_ad.ops.slopes import along, to_bool, to_float, to_int
from s2s_ad.ops.trace import ZERO, d


@rule(math.pow, infer=to_float, domain=(POSITIVE, REALS))
def pow_(x, y, *, out):
    d[out] = power(x, y, out)


@rule(math.erf, infer=to_float)
def erf(x, *, out):
    d[out] = d[x] * (2.0 / math.sqrt(math.pi) * exp(-x * x))


@rule(math.erfc, infer=to_float)
def erfc(x, *, out):
    d[out] = d[x] * (-2.0 / math.sqrt(math.pi) * exp(-x * x))


@rule(math.gamma, infer=to_float, domain=(POSITIVE,))
def gamma(x, *, out):
    d[out] = d[x] * (out * digamma(x))


@rule(math.lgamma, infer=to_float, domain=(POSITIVE,))
def lgamma(x, *, out):
    d[out] = d[x] * digamma(x)


@rule(name="digamma", code="digamma(x)", infer=to_float, cost=20, domain=(POSITIVE,))
def digamma(x, *, out):
    d[out] = d[x] * polygamma(x, n=1)


def _polygamma_code(params, kinds):
    return f"polygamma({params['n']}, x)"


@rule(name="polygamma", code=_polygamma_code, infer=to_float, cost=20, domain=(POSITIVE,))
def polygamma(x, n=1, *, out):
    d[out] = d[x] * polygamma(x, n=n + 1)


@rule(math.remainder, infer=to_float)
def remainder(x, y, *, out):
    d[out] = d[x] - along(y, lambda: (x - out) / y)


@linear(math.ldexp, infer=to_float, cost=1)
def ldexp(ct, x, i):
    return ldexp(ct, i)


# Functions with two results are taken apart: one operation for each (`ops/compositions.py` puts them together).


def fraction_part(x: float) -> float:
    return math.modf(x)[0]


def whole_part(x: float) -> float:
    return math.modf(x)[1]


def mantissa(x: float) -> float:
    return math.frexp(x)[0]


def exponent(x: float) -> int:
    return math.frexp(x)[1]


@rule(fraction_part, name="fraction_part", code="math.modf(x)[0]", infer=to_float, cost=1)
def _fraction_part(x, *, out):
    d[out] = d[x]


@piecewise_constant(whole_part, name="whole_part", code="math.modf(x)[1]", infer=to_float, cost=1)
def _whole_part(x): ...


@piecewise_constant(exponent, name="exponent", code="math.frexp(x)[1]", infer=to_int, cost=1)
def _exponent(x): ...


@rule(mantissa, name="mantissa", code="math.frexp(x)[0]", infer=to_float, cost=1)
def _mantissa(x, *, out):
    d[out] = ldexp(d[x], -_exponent(x))


# --- sums -------------------------------------------------------------------------------------------------------------


def _fsum_kind(kinds, params, op) -> Kind:
    """Numbers, or one list or array of them."""
    if len(kinds) == 1 and (isinstance(kinds[0], List) or isinstance(kinds[0], Array) and kinds[0].rank == 1):
        kinds = (kinds[0].item if isinstance(kinds[0], List) else Array(kinds[0].dtype, ()),)
    return to_float(kinds, params, op)


def _fsum_code(params, kinds):
    whole = len(kinds) == 1 and (isinstance(kinds[0], List) or isinstance(kinds[0], Array) and kinds[0].rank)
    return "math.fsum(_0)" if whole else "math.fsum([{}])"


def _fsum_share(ct, i, *xs):
    if isinstance(xs[i].kind, List):
        return list_fill(ct, list_len(xs[i]))
    return broadcast_like(ct, xs[i]) if xs[i].rank else ct


fsum = declare(
    (math.fsum,), lambda *xs: None, code=_fsum_code, infer=_fsum_kind, joint=True, transposes=EveryInput(_fsum_share)
)  # fmt: skip


def sum_of_products(*xs: float) -> float:
    """math.sumprod of the first half of the arguments with the second half."""
    half = len(xs) // 2
    return math.sumprod(xs[:half], xs[half:])  # type: ignore[attr-defined, no-any-return, unused-ignore]


def _sum_of_products_code(params, kinds):
    half = len(kinds) // 2
    first, second = (", ".join(f"_{k}" for k in ks) for ks in (range(half), range(half, 2 * half)))
    return f"math.sumprod([{first}], [{second}])"


def _times(dx: Any, y: Any) -> Any:
    return ZERO if dx is ZERO else dx * y


def _sum_of_products(*xs, out):
    half = len(xs) // 2
    total: Any = ZERO
    for x, y in zip(xs[:half], xs[half:]):
        total = total + (_times(d[x], y) + _times(d[y], x))
    d[out] = total


if hasattr(math, "sumprod"):  # from Python 3.12 on
    declare(
        (sum_of_products,), _sum_of_products, name="math.sumprod", code=_sum_of_products_code, infer=to_float,
        rule=_sum_of_products,
    )  # fmt: skip

if hasattr(math, "fma"):  # from Python 3.13 on

    @rule(math.fma, infer=to_float)
    def fma(x, y, z, *, out):
        d[out] = along(x, lambda: y) + along(y, lambda: x) + d[z]


# --- constant between jumps -------------------------------------------------------------------------------------------

for _function in (math.floor, math.ceil, math.trunc, math.isqrt, math.factorial):
    piecewise_constant(_function, infer=to_int, cost=1)(lambda x: None)
for _function in (math.isnan, math.isinf, math.isfinite):
    piecewise_constant(_function, infer=to_bool, cost=1)(lambda x: None)
for _function in (math.gcd, math.lcm, math.perm):
    _name = f"math.{_function.__name__}"
    piecewise_constant(_function, infer=to_int, code=_name + "({})")(lambda *xs: None)
piecewise_constant(math.comb, infer=to_int)(lambda n, k: None)
piecewise_constant(math.ulp, infer=to_float, cost=1)(lambda x: None)
piecewise_constant(math.isclose, infer=to_bool)(lambda a, b, rel_tol=1e-09, abs_tol=0.0: None)
