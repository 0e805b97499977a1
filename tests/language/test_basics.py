"""Assignments, operators, branches."""

import math

import numpy as np
import pytest

from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()
P2 = ((2.0, 5.0), (-1.5, 0.7))


@case(*P2)
def assignment(x, y):
    a = x * y
    b = a + x
    return b * b


@case(*P2)
def chained_assignment(x, y):
    a = b = x * y
    return a * b + x


@case(*P2)
def unpacking(x, y):
    (a, b), c = (x, y), x * y
    return a * b * c


@case(*P2)
def starred(x, y):
    first, *rest, last = x, y, x + y, x * y
    return first * rest[0] + rest[1] * last


@case(*P2)
def swap(x, y):
    x, y = y, x
    return x * x * y


@case(*P2)
def rotate(x, y):
    a, b, c = x, y, x * y
    a, b, c = c, a, b
    return a * a * b + c


@case((2.0, 5.0), (1.5, 0.7))
def augmented(x, y):
    a = x
    a += y
    a *= x
    a -= 2 * y
    a /= y + 3
    a **= 2
    return a


@case((7.3, 2.1), (-7.3, 2.1))
def augmented_modulo(x, y):
    a = x * x
    a %= y
    b = x * y
    b //= 2.0
    return a * y + b


@case(*P2)
def operators(x, y):
    return +x * -y / (x + 3.0 * y) - x**3 + 2 - (x - y)


@case((2.0, 1.5), (0.3, -2.5))
def powers(x, y):
    return x**y + x**2 + x**0.5 + x**-1 + 2**y + x**3.0


@case((2.3, 0.7), (-2.3, 0.7))
def modulo(x, y):
    return x % y * x + x // y


@case(*P2)
def comparisons(x, y):
    if x < y and not x == 0.0 or y > 10:
        return x * y
    return x - y * y


@case((0.5, 5.0), (2.0, 5.0), (7.0, 5.0))
def chained_comparison(x, y):
    if 1.0 < x <= y:
        return x * y
    return x + y * y


@case((2.0, 5.0), (-2.0, 5.0))
def values_of_or_and(x, y):
    a = x or y
    b = x and y
    return a * y + b * x


@case(*P2)
def ternary(x, y):
    a = x * x if x > 0 else y * y
    return a * y


@case((2.0, 5.0), (0.1, 0.2))
def walrus(x, y):
    if (p := x * y) > 1:
        return p * p
    return p + y


@case((2.0, 0.0), (-2.0, 0.0), (0.5, 3.0))
def branches(x, y):
    if x > 1:
        z = x * x + y
    elif x > 0:
        z = x * y
    else:
        z = -x
    return z * z


@case((2.0, 5.0), (-2.0, 5.0))
def nested_branches(x, y):
    z = x
    if x > 0:
        if y > 1:
            z = z * y
        else:
            z = z + y
        z = z * 2
    return z * z


@case((2.0, 5.0), (-2.0, 5.0), (0.5, -5.0))
def early_returns(x, y):
    if x < 0:
        return y * y
    if x < 1:
        if y < 0:
            return x * y
        y = y + 1
    return x * y * y


@case((2.0, 5.0), (-2.0, 5.0))
def return_in_one_inner_branch(x, y):
    if x > 0:
        z = x * y
        if z > 3:
            return z * z
    else:
        z = y * y
    w = z * x
    return w + z


@case((2.0, 5.0), (-2.0, 5.0))
def set_in_a_branch_only(x, y):
    if x > 0:
        z = x * y
    w = x * x
    if x > 0:
        w = w + z
    return w


@case(*P2)
def several_results(x, y):
    return x * y, x + y


@case(*P2)
def nested_results(x, y):
    return {"a": (x * y, [x, y * y]), "b": x}


@case(*P2)
def constant_result(x, y):
    return 3.0


@case(*P2)
def argument_returned(x, y):
    return y


@case(*P2)
def unused_argument(x, y):
    return x * x


@case((2.0, 5.0), (-2.0, 5.0))
def int_from_one_branch(x, y):
    if x > 0:
        return 0
    return x * y


@case((2.0, 3), (2.0, 0))
def int_argument(x, n):
    return x**n + n * x


@case(*P2)
def the_whole_of_abs_min_max(x, y):
    return abs(x) * min(x, y, 3.0) + max(x * x, y) - min(x, 1.0)


@case((2.42, 5.3), (-1.63, 0.7))
def rounding(x, y):
    return round(x) * y + int(x) * x + float(x) * y + math.floor(y) * x + round(x, 1) * 0


@case((2.4, 5.0))
def bool_and_isinstance(x, y):
    flag = bool(x > 1)
    if isinstance(x, float) and flag and not isinstance(y, str):
        return x * y
    return 0.0


@case((7.5, 2.0))
def divmod_and_pow(x, y):
    q, r = divmod(x, y)
    return q * x + r * y + pow(x, y) + pow(x, 2)


@case((2.0, 5.0))
def assertion(x, y):
    """A docstring."""
    assert x > 0, f"x is {x}"
    z: float = x * y
    pass
    del y
    return z


@case((2.0, 5.0), (-2.0, 5.0))
def prints_and_ignores(x, y):
    with np.errstate(divide="ignore"):
        z = x * y
    print("z is", z, f"and twice that {2 * z:.3f}", sep=": ")
    if z > 1e6:
        raise ValueError(f"too large: {z!r}")
    return z * z


@case((0.3, 0.4))
def all_of_math(x, y):
    a = math.sin(x) + math.cos(y) * math.tan(x) + math.exp(x) - math.expm1(y) + math.log(x) * math.log(y, 2)
    b = math.log1p(x) + math.log2(y) + math.log10(x) + math.sqrt(x * y) + math.pow(x, y)
    c = math.asin(x) + math.acos(y) * math.atan(x) + math.atan2(x, y) + math.hypot(x, y)
    e = math.sinh(x) + math.cosh(y) + math.tanh(x * y) + math.asinh(x) + math.acosh(1 + y) + math.atanh(x)
    g = math.erf(x) + math.erfc(y) + math.gamma(1 + x) + math.lgamma(2 + y) + math.degrees(x) + math.radians(y)
    return a + b * c + e * g + math.fabs(x) + math.fmod(x, 0.25) + math.copysign(x, -y) + math.pi * x - math.e


@pytest.mark.parametrize("f, point", case.found)
def test_basics(f, point):
    agrees(f, *point)
