"""A function and its gradient as SymPy expressions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

import s2s_ad
from examples import quickstart, recurrence
from s2s_ad.symbolic import symbolic
from tests.agree import same

X, Y, R = sympy.symbols("x y r", real=True)


def test_the_worked_example():
    x1, x2 = sympy.symbols("x1 x2", real=True)
    made = s2s_ad.differentiate(quickstart.f).symbolic()
    assert made.value == sympy.log(x1) + x1 * x2 - sympy.sin(x2)
    assert made.gradient == (x2 + 1 / x1, x1 - sympy.cos(x2))


def test_loops_are_written_out():
    made = symbolic(recurrence.logistic, 0.3, 2.9, 3)
    expected = X
    for _ in range(3):
        expected = R * expected * (1 - expected)
    assert sympy.expand(made.value - expected) == 0
    for ours, by in zip(made.gradient, (X, R)):
        assert sympy.expand(ours - sympy.diff(expected, by)) == 0


def test_floats_that_nobody_would_write_as_fractions():
    made = symbolic(lambda x: 0.1 * x + 0.5 * x**2 + 1e20)
    assert str(made.value) == "x**2/2 + 0.1*x + 1.0e+20"
    assert str(made.gradient) == "x + 0.1"


def polynomial(x, coefficients=(1.0, 2.0)):
    total = 0.0
    for k, c in enumerate(coefficients):
        total += c * x**k
    return total


def in_place(x, n):
    a = np.zeros_like(x)
    a[0] = x[1] * 3.0
    a[1:] = np.exp(x[:-1])
    a *= n
    return np.sum(a) + len(x)


def network(p, x):
    hidden = np.tanh(p["w"] @ x + p["b"])
    return np.sum(hidden**2) + abs(p["b"][0])


PROGRAMS = [
    (polynomial, (1.5, (1.0, -2.0, 3.0))),
    (in_place, (np.array([0.3, -0.4, 0.5]), 2)),
    (network, ({"w": np.array([[0.1, 0.2], [0.3, -0.4]]), "b": np.array([0.5, -0.6])}, np.array([1.0, 2.0]))),
    (lambda x, y: math.atan(x / y) ** 2 + math.lgamma(y), (1.0, 2.5)),
    (lambda xs: sum(v * v for v in xs) / len(xs), ([1.0, 2.0, 4.0],)),
]


@pytest.mark.parametrize("f, args", PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_the_expressions_give_what_the_program_and_its_gradient_give(f, args):
    """SymPy differentiates without our rules."""
    made = symbolic(f, *args)
    symbols, numbers = names_and_numbers(f, args)
    real = [k for k, a in enumerate(args) if not isinstance(a, int)]
    gradient = s2s_ad.grad(f, wrt=tuple(real))(*args)
    assert float(made.value.subs(zip(symbols, numbers))) == pytest.approx(float(f(*args)), rel=1e-14)
    gradients = made.gradient if len(real) > 1 else (made.gradient,)
    for ours, others in zip(gradient, gradients):
        same(filled(others, symbols, numbers), ours, rtol=1e-13)


def names_and_numbers(f, args):
    from s2s_ad.probe import Probe

    probe = Probe(f, args)
    return [sympy.Symbol(name, real=True) for name in probe.names()], [float(n) for n in probe.numbers]


def filled(tree, symbols, numbers):
    """The structure with numbers for expressions."""
    if isinstance(tree, dict):
        return {key: filled(item, symbols, numbers) for key, item in tree.items()}
    if isinstance(tree, (tuple, list)):
        return type(tree)(filled(item, symbols, numbers) for item in tree)
    if isinstance(tree, np.ndarray):
        return np.array([filled(item, symbols, numbers) for item in tree.ravel()], float).reshape(tree.shape)
    return float(sympy.sympify(tree).subs(zip(symbols, numbers)))


def branch(x):
    if x > 0.0:
        return x * x
    return x


def until(x):
    while x > 1.0:
        x = x / 2.0
    return x


def many_trips(x, n):
    for _ in range(n):
        x = x + 1.0
    return x


@pytest.mark.parametrize(
    "f, args, reason",
    [
        (branch, (1.0,), "depends on the numbers\n.*\n    if x > 0.0:"),
        (until, (3.0,), "depends on the numbers\n.*\n    while x > 1.0:"),
        (many_trips, (1.0, 1000), "more than 200 trips\n.*\n    for _ in range\\(n\\):"),
        (lambda x, y: max(x, y), (1.0, 2.0), "depends on the numbers"),
        (lambda x: np.maximum(x, 0.0) * 1.0, (1.0,), "depends on the numbers"),
        (lambda x: x * math.floor(x), (1.5,), "depends on the numbers"),
        (lambda x: x * s2s_ad.stop_gradient(x), (1.5,), "stop_gradient"),
        (lambda x: (x, x), (1.5,), "several numbers"),
        (lambda x: x * x, (np.ones(2),), "an array"),
        (lambda x: np.sum(np.linalg.inv(x)), (np.eye(2),), "does not know np.linalg.inv"),
        (lambda z: abs(z), (1.0 + 1.0j,), "complex numbers"),
        (recurrence.logistic, (0.3, 2.9, 60), "too large"),
        (lambda x: 2.0 * x, (math.inf,), "finite"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_what_is_not_straight_is_refused(f, args, reason):
    with pytest.raises(s2s_ad.UnsupportedError, match=reason):
        symbolic(f, *args)


def test_without_arguments_all_must_be_floats():
    with pytest.raises(s2s_ad.KindError, match="coefficients is not known to be a float"):
        symbolic(polynomial)
    with pytest.raises(s2s_ad.KindError, match="none of the arguments is real"):
        symbolic(lambda n: 2.0, "text")


def test_an_expression_that_is_not_what_the_function_gives_is_refused(monkeypatch):
    from s2s_ad.exact import Expressions

    monkeypatch.setattr(Expressions, "fn", lambda self, name: self.sympy.cos)
    for args in ((2.0, 5.0), ()):
        with pytest.raises(s2s_ad.UnsupportedError, match="where the function gives"):
            symbolic(quickstart.f, *args)


def test_without_arguments_a_function_need_not_be_there_at_those_that_are_made_up():
    assert str(symbolic(lambda x: np.log(x - 5.0)).gradient) == "1/(x - 5)"
    assert str(symbolic(lambda x: math.log(x - 5.0)).gradient) == "1/(x - 5)"
