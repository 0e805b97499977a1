"""Functions that call functions."""

from __future__ import annotations

import functools
import math
from math import pi

import numpy as np
import pytest

from s2s_ad.errors import DifferentiationError, NotDifferentiableError, UnsupportedError

RATE = 0.25
WEIGHTS = [1.0, 2.0, 4.0]
TABLE = {"a": 2.0, "f": math.sin, "pair": (1.0, 3)}


def scale(x, factor=2.0, *, shift=0.0):
    return x * factor + shift


def gather(*values, **named):
    total = 0.0
    for value in values:
        total += value
    for key, value in named.items():
        total += value * (2.0 if key == "twice" else 1.0)
    return total


def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def even(x, n):
    if n == 0:
        return x
    return odd(x * 2.0, n - 1)


def odd(x, n):
    if n == 0:
        return -x
    return even(x + 1.0, n - 1)


def uses_rate(x):
    return x * RATE


def chain(x):
    return uses_rate(x) + uses_rate(x * 2.0) + RATE


def apply_twice(f, x):
    return f(f(x))


def make_adder(k):
    def add(x):
        return x + k

    return add


def twice(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return wrapper


@twice
def decorated(x, y=1.0):
    return x * y


@functools.lru_cache
def cached(x):
    return x * 3.0


adder = make_adder(3.0)
halved = functools.partial(scale, factor=0.5)


def test_keywords_and_defaults(same):
    def f(x):
        return scale(x) + scale(x, 3.0) + scale(x, shift=1.0) + scale(factor=x, x=2.0)

    same(f, (1.5,))


def test_star_arguments(same):
    def f(x, y):
        pair = (x, y)
        named = {"twice": x, "once": y}
        return gather(*pair, x) + gather(**named) + gather()

    same(f, (1.5, 2.5))


def test_recursion(same):
    def f(x, n):
        return factorial(n) * power(x, n) + even(x, n)

    same(f, (1.5, 5), (1.5, 0), (2.0, 1))


def test_calls_are_shared(lower_it):
    program = lower_it(chain, 2.0).program
    assert list(program.functions) == ["chain", "uses_rate"]


def test_reads(same, lower_it, run_it):
    same(chain, (3.0,))
    found = lower_it(chain, 3.0)
    assert [(read.name, read.path) for read in found.reads] == [("RATE", (("global", "RATE"),))]
    global RATE
    before = RATE
    try:
        RATE = 7.0
        assert run_it(chain, 3.0) == chain(3.0)
    finally:
        RATE = before


def test_containers_outside(same):
    def f(x):
        total = x * TABLE["a"] + TABLE["f"](x) + TABLE["pair"][0]
        for w in WEIGHTS:
            total += w * x
        return total + len(WEIGHTS) + sum(WEIGHTS)

    same(f, (1.5,))


def test_closures(same):
    k = 2.0

    def f(x):
        def inner(y, z=x):
            return y * z + k * late

        late = 5.0
        g = lambda v: inner(v) + k  # noqa: E731
        late = late + x
        return g(x) + make_adder(x)(1.0) + adder(x)

    same(f, (1.5,))


def test_functions_as_arguments(same):
    def f(x):
        return apply_twice(math.sin, x) + apply_twice(lambda v: v * x, 2.0) + apply_twice(uses_rate, x)

    same(f, (1.5,))
    same(apply_twice, (math.cos, 2.0), (uses_rate, 2.0), (adder, 3.0))


def test_decorated_and_wrapped(same):
    def f(x):
        return decorated(x) + decorated(x, y=3.0) + cached(x) + halved(x)

    same(f, (1.5,))
    same(decorated, (2.0,))


def test_map_partial_reduce(same):
    def f(x, xs):
        p = functools.partial(scale, x, shift=2.0)
        total = functools.reduce(lambda a, b: a * b, (x, 2.0, 3.0))
        return p() + p(4.0) + sum(map(uses_rate, xs)) + sum(map(lambda a, b: a * b, (x, 2.0), (3.0, x))) + total

    same(f, (1.5, [1.0, 2.0]))


def test_results_with_structure(same):
    def parts(x, y):
        return {"sum": x + y, "both": (x, [y, x * y])}, "label"

    def f(x, y):
        found, label = parts(x, y)
        a, (b, c) = found["both"][0], found["both"][1]
        return found["sum"] + a * b + c, label

    same(f, (1.5, 2.0))
    same(parts, (1.5, 2.0))


def test_constants_keep_their_names(lower_it, same):
    def f(x):
        return x * math.pi + np.pi + pi

    same(f, (1.0,))
    assert not lower_it(f, 1.0).reads


def test_arguments_with_structure(same):
    def f(p, options, flag, name=None):
        x, (y, z) = p
        if flag and name is None:
            return x * y + options["scale"] * z
        return x

    same(f, ((1.0, (2.0, 3.0)), {"scale": 4.0}, True), ((1.0, (2.0, 3.0)), {"scale": 4.0}, False))


def test_recursion_over_a_list(same):
    def f(xs):
        return total_from(xs, 0)

    same(f, ([1.0, 2.0, 3.0],))


def total_from(xs, i):
    if i == len(xs):
        return 0.0
    return xs[i] + total_from(xs, i + 1)


def test_local_recursion_of_known_depth(same):
    def f(x):
        def go(k):
            if k == 0:
                return x
            return go(k - 1) * x

        return go(3)

    same(f, (1.5,))


def test_inverse_without_base_case_is_refused(lower_it):
    with pytest.raises(DifferentiationError):
        lower_it(endless, 1.0)


def endless(x):
    return endless(x + 1.0)


def test_unknown_functions_are_named(lower_it):
    import statistics

    def f(x):
        return np.packbits(x)

    with pytest.raises(NotDifferentiableError, match="packbits") as caught:
        lower_it(f, np.ones(3))
    assert "s2s_ad.rule" in str(caught.value) and caught.value.span is not None

    def g(x):
        return statistics.NormalDist(x)

    with pytest.raises(DifferentiationError, match="NormalDist"):
        lower_it(g, 1.0)


def test_wrong_number_of_arguments(lower_it):
    def f(x):
        return scale(x, 1.0, 2.0)

    with pytest.raises(UnsupportedError, match="scale"):
        lower_it(f, 1.0)
