"""Helpers, closures, recursion, functions as values, globals."""

import functools
import math

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees
from tests.language import helpers
from tests.language.cases import Cases
from tests.language.helpers import cube

case = Cases()
P2 = ((2.0, 5.0), (-1.5, 0.7))
RATE = 0.3
TABLE = {"rate": 0.7, "steps": (1.5, 2.5)}
WEIGHTS = [0.5, 1.5, 2.5]
ARRAY = np.array([1.0, 2.0, 3.0])


def square(x):
    return x * x


def huber(r, delta=1.0, *, scale=2.0):
    if abs(r) <= delta:
        return scale * r * r
    return delta * (abs(r) - 0.5 * delta)


@case(*P2)
def helper(x, y):
    return square(x * y) + square(y)


@case(*P2)
def same_argument_twice(x, y):
    def mul(a, b):
        return a * b * b

    return mul(x, x) + mul(y, y)


@case(*P2)
def helpers_of_another_module(x, y):
    return cube(x) * helpers.scaled(y)


@case(*P2)
def defaults_and_keywords(x, y):
    return huber(x) + huber(y, delta=x * x) + huber(delta=2.0, r=y, scale=x)


@case(*P2)
def star_arguments(x, y):
    def total(*xs, weight=1.0, **more):
        s = 0.0
        for v in xs:
            s = s + v * weight
        return s * more["extra"] + len(more)

    pair = (x, y)
    options = {"extra": x}
    return total(*pair, x * y, weight=y, **options)


@case(*P2)
def function_as_argument(x, y):
    def apply(f, v):
        return f(v) * f(y)

    return apply(math.sin, x) + apply(square, x) + apply(lambda t: t * x, y)


@case(*P2)
def function_as_result(x, y):
    def power(n):
        return lambda t: t**n

    return power(2)(x) * power(3)(y)


@case(*P2)
def closure_binds_late(x, y):
    a = x

    def inner(t):
        return a * t

    a = x * y
    return inner(y)


@case((1.3, 5), (1.3, 0))
def recursive(x, n):
    if n == 0:
        return 1.0
    return x * recursive(x, n - 1)


@case((1.3, 7), (1.3, 6))
def recursive_by_halves(x, n):
    if n == 0:
        return 1.0
    half = recursive_by_halves(x, n // 2)
    if n % 2 == 0:
        return half * half
    return half * half * x


@case((1.3, 5))
def mutual(x, n):
    if n == 0:
        return x
    return x * other(x, n - 1)


def other(x, n):
    if n == 0:
        return 1.0
    return x + mutual(x, n - 1)


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return wrapper


@doubled
def decorated(x):
    return x * x * RATE


@case(*P2)
def calls_decorated(x, y):
    return decorated(x) * decorated(x=y)


@case(*P2)
def reads_globals(x, y):
    return x * RATE + y * TABLE["rate"] * TABLE["steps"][1]


@case((2.0,))
def reads_a_global_list(x):
    s = 0.0
    for w in WEIGHTS:
        s = s * x + w
    return s


@case((2.0,))
def reads_a_global_array(x):
    return np.sum(ARRAY * x) * x


@case(*P2)
def partial(x, y):
    return functools.partial(huber, delta=y * y)(x)


@case(*P2)
def static_arguments(x, y):
    def act(kind, v, flag, nothing=None):
        if kind == "sin" and flag and nothing is None:
            return math.sin(v)
        return v

    return act("sin", x, True) * act("cos", y, False)


@case(*P2)
def called_from_several_places(x, y):
    a = long_helper(x, y)
    b = long_helper(a, x)
    return long_helper(b, a)


def long_helper(x, y):
    s = math.sin(x) + y
    for i in range(3):
        s = s * 0.5 + math.cos(s) * x
        if s > 1:
            s = s - y * 0.1
    t = math.exp(-s * s) * x
    u = t * s + math.atan(t)
    return u * 0.5 + s * 0.1


@case(*P2)
def gradient_inside(x, y):
    return s2s_ad.grad(square)(x) * y + s2s_ad.value_and_grad(huber, wrt="delta")(delta=y, r=x * y)[1]


@s2s_ad.differentiate
def ours(x, y=2.0):
    return x * x * y


@case(*P2)
def calls_one_of_ours(x, y):
    return ours(x, y) + ours.grad(x, y)[0] * y


@pytest.mark.parametrize("f, point", case.found)
def test_functions(f, point):
    agrees(f, *point)


def gradient_of_what_it_captures(x, y):
    return s2s_ad.grad(lambda t: t * t * x)(y)


def test_a_gradient_of_a_local_function_inside_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError) as caught:
        s2s_ad.grad(gradient_of_what_it_captures)(1.0, 2.0)
    assert "gradient_of_what_it_captures" in str(caught.value) and caught.value.remedy


def test_lambda():
    agrees(lambda x, y: x * math.sin(y), 2.0, 5.0)


def test_a_global_that_is_rebound_is_seen(monkeypatch):
    derivative = s2s_ad.grad(reads_globals)
    assert derivative(1.0, 1.0) == 0.3
    monkeypatch.setitem(globals(), "RATE", 0.9)
    assert derivative(1.0, 1.0) == 0.9
    monkeypatch.setitem(globals(), "RATE", 2)
    assert derivative(1.0, 1.0) == 2


def test_a_closed_over_number_that_is_rebound_is_seen():
    k = 2.0

    def f(x):
        return k * x

    derivative = s2s_ad.grad(f)
    assert derivative(1.0) == 2.0
    k = 5.0
    assert derivative(1.0) == 5.0


def test_a_helper_that_is_rebound_is_compiled_anew(monkeypatch):
    derivative = s2s_ad.grad(helper)
    assert derivative(1.0, 3.0) == 18.0
    monkeypatch.setitem(globals(), "square", lambda x: 10.0 * x)
    assert derivative(1.0, 3.0) == 30.0


def test_two_closures_of_one_function_do_not_mix():
    def make(k):
        return lambda x: k * x * x

    two, three = s2s_ad.grad(make(2.0)), s2s_ad.grad(make(3.0))
    assert (two(1.0), three(1.0), two(2.0)) == (4.0, 6.0, 8.0)
