"""What derivatives are compared with: differences, complex steps and SymPy, each alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.complex_step import complex_step
from s2s_ad.differences import differences
from s2s_ad.exact import exact
from s2s_ad.ops.registry import OPS
from s2s_ad.probe import Probe
from s2s_ad.shadow import AS_THEY_ARE, CASTS, NotApplicable

EPSILON = 2.0**-52

# ----------------------------------------------------------------------------------------------- differences


@pytest.mark.parametrize(
    "g, slope, scale",
    [
        (lambda t: math.sin(1.0 + t), math.cos(1.0), 1.0),
        (lambda t: math.log(1e-9 + t) if t > -1e-9 else math.nan, 1e9, 1e-9),
        (lambda t: math.sqrt(1e-6 + t) if t > -1e-6 else math.nan, 500.0, 1e-6),
        (lambda t: (1e6 + t) ** 3, 3e12, 1e6),
        (lambda t: math.cos(1000.0 * (1.0 + t)), -1000.0 * math.sin(1000.0), 1.0),
        (lambda t: t**3, 0.0, 0.0),
        (lambda t: abs(t - 1e-3), -1.0, 0.0),
    ],
)
def test_differences_of_a_smooth_function(g: Callable[[float], float], slope: float, scale: float) -> None:
    found = differences(g, scale, EPSILON)
    assert not found.kink and found.slope.settled
    assert found.slope.error <= 1e-6 * max(abs(slope), 1.0)
    assert abs(found.slope.value - slope) <= 2.0 * found.slope.error + 1e-12 * max(abs(slope), 1.0)


@pytest.mark.parametrize(
    "g, left, right",
    [
        (abs, -1.0, 1.0),
        (lambda t: max(t, 0.0), 0.0, 1.0),
        (lambda t: t if t <= 0 else 1.0 + t, 1.0, math.inf),
        (lambda t: math.sqrt(abs(t)), -math.inf, math.inf),
        (lambda t: float(np.sign(t)), math.inf, math.inf),
    ],
)
def test_differences_at_a_kink_or_a_jump(g: Callable[[float], float], left: float, right: float) -> None:
    found = differences(g, 0.0, EPSILON)
    assert found.kink
    assert found.left.value == pytest.approx(left, abs=1e-9) and found.right.value == pytest.approx(right, abs=1e-9)


def test_differences_at_an_edge_speak_from_one_side() -> None:
    found = differences(lambda t: t * math.exp(t) if t >= 0 else math.nan, 0.0, EPSILON)
    assert not found.kink and found.left.missing and found.slope.value == pytest.approx(1.0, rel=1e-8)
    assert differences(lambda t: math.sqrt(t) if t >= 0 else math.nan, 0.0, EPSILON).slope.value == math.inf
    assert differences(np.cbrt, 0.0, EPSILON).slope.value == math.inf
    assert not differences(lambda t: 0.0 if t == 0 else math.nan, 0.0, EPSILON).slope.settled


def test_differences_of_chaos_do_not_settle() -> None:
    def g(t: float) -> float:
        x = 0.3 + t
        for _ in range(300):
            x = 3.9 * x * (1.0 - x)
        return x

    found = differences(g, 1.0, EPSILON)
    assert not found.kink and not found.sure(1e-3)


# ---------------------------------------------------------------------------------- complex steps and SymPy


def many_of_math(x, y):
    a = math.atan2(y, x) + math.atan2(-x, y) + math.hypot(x, y, 2.0) + x**y + math.pow(y, 2.5) + math.log(x, y)
    b = math.asin(x / 5.0) + math.acos(x / 5.0) + math.atan(x) + math.sinh(x) + math.cosh(y) + math.tan(x)
    c = math.acosh(y) + math.asinh(-x) + math.atanh(x / 5.0) + math.log2(x) + math.log10(y) + math.log1p(x)
    e = math.expm1(x) + math.degrees(x) + math.radians(y) + math.fmod(-y, x) + math.copysign(x, -y) + math.fabs(-x)
    return a + b + c + e + y % x + math.remainder(y, x) + math.ldexp(x, 3) + math.modf(y)[0] + math.tanh(x)


def many_of_numpy(a):
    total = np.linalg.norm(a) + np.std(a) + np.var(a, ddof=1) + np.max(a) + np.min(a) + np.prod(a) + np.mean(a)
    total = total + np.sum(np.where(a > 0, a**3, np.exp2(a))) + np.dot(a, a) + np.sum(np.outer(a, a) @ a)
    total = total + np.logaddexp(a[0], a[1]) + np.logaddexp2(a[0], a[2]) + np.sinc(a[0]) + np.hypot(a[0], a[1])
    total = total + np.arctan2(a[1], a[0]) + np.sum(np.maximum(a, 0.5)) + np.sum(np.fmin(a, 1.0)) + np.sum(np.abs(a))
    return total + np.sum(np.cbrt(a) + np.square(a) + 1.0 / a + np.remainder(a, 0.43) + np.deg2rad(a) + np.cumsum(a))


def branches(x, y):
    if x * y > 3.0:
        return helper(x) * y
    return helper(y) * x


def helper(x):
    return x * math.exp(-x) if x > 1.0 else x**3


def structures(p, xs):
    a, b = p["a"], p["b"]
    return a[0] * xs[1] + sum(xs) * b + max(a) * round(b) + int(xs[0]) * xs[0]


AGREED = [
    (many_of_math, (1.3, 2.7)),
    (many_of_numpy, (np.array([1.2, -0.7, 2.4]),)),
    (branches, (2.0, 1.7)),
    (branches, (0.5, 1.7)),
    (structures, ({"a": (1.5, 2.5), "b": 2.7}, [3.5, 4.5, 5.5])),
    (lambda x: x**3 + (1.1 * x) ** 101, (-1.1,)),
    (lambda A, x: np.sum(A @ x + A.T.reshape(4)[1:3] * np.stack([x[0], x[1]])), (np.ones((2, 2)), np.ones(2))),
    (lambda x: np.float64(x) * float(x) + np.sum(np.array([x, 2.0]).astype(float)), (1.5,)),
]


@pytest.mark.parametrize("f, args", AGREED)
@pytest.mark.parametrize("oracle", [complex_step, exact])
def test_oracles_agree_with_differences(f: Any, args: Any, oracle: Any) -> None:
    probe = Probe(f, args)
    for k, direction in enumerate(probe.directions):
        expected = differences(lambda t: probe.along(direction, t), abs(float(probe.numbers[k])), EPSILON).slope
        assert expected.error < 1e-6 * max(abs(expected.value), 1.0)
        found = oracle(probe, direction)
        assert found == pytest.approx(expected.value, rel=1e-7, abs=1e-8 + expected.error), direction.name


def test_exact_to_the_last_digits() -> None:
    f = lambda x: math.log(x) * math.sin(x)  # noqa: E731
    truth = math.sin(2.0) / 2.0 + math.log(2.0) * math.cos(2.0)
    for oracle in (complex_step, exact):
        (direction,) = Probe(f, (2.0,)).directions
        assert oracle(Probe(f, (2.0,)), direction) == pytest.approx(truth, rel=4e-16)


def loop(x, n):
    total = 0.0
    for i in range(n):
        x = 3.9 * x * (1.0 - x)
        total += x
    return total


def test_a_complex_step_goes_through_loops_and_chaos() -> None:
    probe = Probe(loop, (0.3, 200))
    expected = s2s_ad.grad(loop)(0.3, 200)
    assert abs(expected) > 1e30
    assert complex_step(probe, probe.directions[0]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "oracle, f, args, reason",
    [
        (complex_step, lambda x: math.gamma(x), (2.5,), "NumPy has no gamma of complex numbers"),
        (complex_step, lambda x: np.log(x), (-1.0,), "np.log is not the same for complex numbers"),
        (complex_step, lambda x: math.sqrt(x), (0.0,), "no power series"),
        (complex_step, lambda x: abs(x), (0.0,), "absolute value is taken of 0"),
        (complex_step, lambda x, y: np.maximum(x, y), (1.0, 1.0), "tie"),
        (complex_step, lambda y, x: x**y, (3.0, -2.0), "raised to a power that varies"),
        (complex_step, lambda x: np.exp(x), (1000.0,), "it comes to nan"),
        (complex_step, lambda x: np.heaviside(x, 0.5) * x, (1.0,), "does not know np.heaviside"),
        (exact, lambda x: loop(x, 3), (0.3,), "the program has a loop"),
        (exact, lambda x: abs(x), (0.0,), "absolute value is taken of 0"),
        (exact, lambda x: np.sum(x), (np.ones(13),), "more than 12 numbers"),
        (exact, lambda x: np.sqrt(x), (0.0,), "it comes to zoo"),
        (exact, lambda x: np.log(x), (-1.0,), r"it comes to 3\.14"),
    ],
)
def test_an_oracle_says_why_it_does_not_apply(oracle: Any, f: Any, args: Any, reason: str) -> None:
    probe = Probe(f, args)
    with np.errstate(all="ignore"), pytest.raises(NotApplicable, match=reason):
        oracle(probe, probe.directions[0])


def squares(x):
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    x = x * x + x
    return x * x


def test_an_expression_that_grows_too_large_is_given_up() -> None:
    probe = Probe(squares, (0.1,))
    with pytest.raises(NotApplicable, match="too large"):
        exact(probe, probe.directions[0])
    assert complex_step(probe, probe.directions[0]) == pytest.approx(s2s_ad.grad(squares)(0.1), rel=1e-12)


def test_without_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    probe = Probe(helper, (2.0,))
    with pytest.raises(NotApplicable, match=r"pip install s2s-ad\[symbolic\]"):
        exact(probe, probe.directions[0])


RATE = 3.0


def with_a_global(x):
    return RATE * x * x


def test_numbers_from_outside_are_read_as_they_are_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for rate in (3.0, 5.0):
        monkeypatch.setitem(with_a_global.__globals__, "RATE", rate)
        probe = Probe(with_a_global, (2.0,))
        assert complex_step(probe, probe.directions[0]) == exact(probe, probe.directions[0]) == 4.0 * rate


def test_the_table_names_operations_that_are_there() -> None:
    later = {"index_set"}  # operations of writing
    assert AS_THEY_ARE | CASTS <= set(OPS) | later


def test_names_and_directions() -> None:
    def f(x, p, A, *rest, n=3):
        return x

    probe = Probe(f, (1.0, {"a": [2.0, (3.0, "text")], 4: 5}, np.ones((1, 2)), 6.0, None))
    names = ["x", "p['a'][0]", "p['a'][1][0]", "A[0, 0]", "A[0, 1]", "rest[0]"]
    assert [d.name for d in probe.directions] == names
    moved = probe.moved(probe.directions[2], lambda x, d: x + 0.5 * d)
    assert moved[1] == {"a": [2.0, (3.5, "text")], 4: 5} and moved[0] == 1.0
    many = Probe(lambda a: np.sum(a), (np.ones(50),)).directions
    assert [d.name for d in many] == ["direction 1", "direction 2", "direction 3"]
    assert many[0].tangents[0].tolist() == Probe(lambda a: np.sum(a), (np.ones(50),)).directions[0].tangents[0].tolist()
