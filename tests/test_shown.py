"""What the project promises, shown on real programs."""

import math
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import numpy as np
import pytest
import sympy

import s2s_ad
from examples import quickstart, recurrence
from s2s_ad import transforms
from s2s_ad.derivative import Derivative
from tests.agree import agrees

ROOT = Path(__file__).resolve().parents[1]


def second(f, x, i, j):
    """d2 f / dx_i dx_j by forward over reverse."""
    direction = tuple(float(k == j) for k in range(len(x)))
    return s2s_ad.jvp(s2s_ad.grad(f, wrt=tuple(range(len(x)))), x, direction)[1][i]


def test_the_worked_example():
    x = (2.0, 5.0)
    assert s2s_ad.value_and_grad(quickstart.f, wrt=(0, 1))(*x) == (11.652071455223084, (5.5, 1.7163378145367738))
    assert s2s_ad.jvp(quickstart.f, x, (1.0, 0.0)) == (11.652071455223084, 5.5)
    assert s2s_ad.jvp(quickstart.f, x, (0.0, 1.0)) == (11.652071455223084, 1.7163378145367738)
    hessian = [[second(quickstart.f, x, i, j) for j in (0, 1)] for i in (0, 1)]
    np.testing.assert_allclose(hessian, [[-0.25, 1.0], [1.0, math.sin(5.0)]], rtol=1e-15)


def test_the_chain_rule():
    def y(w):
        x = 3 * w
        return 2 * x**2 + 4

    for w in (0.5, 1.0, -2.0):
        assert s2s_ad.grad(y)(w) == 36 * w
        assert s2s_ad.jvp(y, (w,), (1.0,))[1] == 36 * w
        assert s2s_ad.grad(s2s_ad.grad(y))(w) == 36.0


def powers(x, n):
    """x + x**2 + … + x**n, in loops and branches that a formula does not have."""
    total, term = 0.0, x
    for i in range(n):
        if i > 0:
            for _ in range(1):
                term = term * x
        total = total + term
    return total


def recursive_power(x, n):
    return x if n == 1 else x * recursive_power(x, n - 1)


def newton_root(a):
    return recurrence.newton_sqrt(a)


def derivative(f, order):
    for _ in range(order):
        f = s2s_ad.grad(f)
    return f


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    "f, args, formula",
    [
        (powers, (1.3, 5), lambda x: sum(x**k for k in range(1, 6))),
        (recursive_power, (1.3, 5), lambda x: x**5),
        (newton_root, (3.0,), sympy.sqrt),
        (recurrence.logistic, (0.3, 2.9, 4), None),
    ],
    ids=["loops", "recursion", "while", "logistic"],
)
def test_derivatives_to_third_order_against_sympy(f, args, formula, order):
    x = sympy.Symbol("x")
    expression = formula(x) if formula else recurrence.logistic(x, sympy.Rational(29, 10), args[-1])
    point = sympy.Rational(str(args[0]))
    expected = float(sympy.diff(expression, x, order).subs(x, point).evalf(30))
    # Newton's loop stops when x is right to 1e-12: what it does not iterate, it does not differentiate either
    tolerance = 1e-4 if f is newton_root else 1e-12
    assert derivative(f, order)(*args) == pytest.approx(expected, rel=tolerance)
    inner = derivative(f, order - 1)
    rest = tuple(0.0 if isinstance(a, float) else None for a in args[1:])
    assert s2s_ad.jvp(inner, args, (1.0, *rest))[1] == pytest.approx(expected, rel=tolerance)


def test_an_unused_argument_has_a_derivative_of_exactly_zero():
    assert s2s_ad.grad(lambda x, y: x * x, wrt=1)(2.0, 3.0) == 0.0
    unused = s2s_ad.grad(lambda x, y: x * x, wrt="y")(2.0, np.array([1.0, 2.0]))
    assert np.array_equal(unused, [0.0, 0.0])


def test_the_same_variable_twice_and_an_argument_returned():
    assert s2s_ad.grad(lambda x: math.pow(x, x))(2.0) == pytest.approx(4 * (math.log(2) + 1), rel=1e-15)
    assert s2s_ad.grad(lambda x: x)(2.0) == 1.0
    assert s2s_ad.vjp(lambda x: (x, x), 2.0)[1]((1.0, 3.0)) == (4.0,)


def test_a_pullback_may_be_called_again_whatever_the_caller_does():
    x = np.array([1.0, 2.0])
    value, pullback = s2s_ad.vjp(lambda x: np.exp(x) * x, x)
    first = pullback(np.array([1.0, 0.0]))[0]
    x *= 0.0
    value *= 0.0
    assert np.array_equal(pullback(np.array([1.0, 0.0]))[0], first)
    first *= 0.0
    assert pullback(np.array([1.0, 0.0]))[0][0] == pytest.approx(2 * math.e)


TEXT = """
import sys
sys.path.insert(0, {root!r})
from examples import option, pendulum, recurrence
from s2s_ad.listing import derivative_source
for f, args in ((recurrence.first_above, (1.0, 1.5, 10.0, 9)), (option.american_put, option.EXAMPLES["american_put"])):
    print(derivative_source(f, args=args))
"""


def test_the_same_text_in_processes_with_other_hash_seeds():
    texts = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "S2S_AD_CACHE_DIR": "off"}
        done = subprocess.run(
            [sys.executable, "-c", TEXT.format(root=str(ROOT))],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        texts.add(done.stdout)
    (text,) = texts
    assert "def american_put_vjp" in text


def test_eight_threads_get_one_module_compiled_once(monkeypatch):
    compiled = []
    original = Derivative._compile

    def counting(self, specs):
        compiled.append(specs)
        return original(self, specs)

    monkeypatch.setattr(Derivative, "_compile", counting)
    gradient = s2s_ad.grad(powers)
    start, results = threading.Barrier(8), []

    def ask():
        start.wait()
        results.append(gradient(1.3, 5))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1
    assert len(results) == 8 and len(set(results)) == 1


def test_a_traceback_shows_the_emitted_line_and_the_users():
    def f(x, y):
        z = x * y
        return math.sqrt(z)

    with pytest.raises(ValueError) as caught:
        s2s_ad.value_and_grad(f)(-2.0, 3.0)
    text = "".join(traceback.format_exception(caught.value))
    assert "y_2 = math.sqrt" in text or "math.sqrt(" in text
    assert any("return math.sqrt(z)" in note and "test_shown.py" in note for note in caught.value.__notes__)


def test_the_text_runs_alone(tmp_path):
    path = tmp_path / "alone.py"
    s2s_ad.grad(recurrence.logistic).save(path, 0.3, 2.9, 9)
    program = "import sys; sys.modules['s2s_ad'] = None; import alone; print(alone.logistic_grad(0.3, 2.9, 9))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert float(done.stdout) == s2s_ad.grad(recurrence.logistic)(0.3, 2.9, 9)


def test_a_derivative_is_read_from_disk_where_it_is_right_and_made_anew_where_it_is_not(tmp_path, monkeypatch):
    program = tmp_path / "stored.py"
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path / "cache"))
    call = "import s2s_ad.frontend.lower as l, s2s_ad.derivative as d\n" \
        "made = []\noriginal = d.lower\n" \
        "d.lower = lambda *a: (made.append(1), original(*a))[1]\n" \
        "import s2s_ad, stored\nprint(s2s_ad.grad(stored.f)(3.0), len(made))"  # fmt: skip

    def run():
        done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, cwd=tmp_path, check=True)
        return done.stdout.split()

    program.write_text("K = 2.0\ndef g(x):\n    return x * x\ndef f(x):\n    return K * g(x)\n")
    assert run() == ["12.0", "1"]
    assert run() == ["12.0", "0"]
    program.write_text("K = 5.0\ndef g(x):\n    return x * x\ndef f(x):\n    return K * g(x)\n")
    assert run() == ["30.0", "0"]  # a number is read at each call
    program.write_text("K = 5.0\ndef g(x):\n    return x * x * x\ndef f(x):\n    return K * g(x)\n")
    assert run() == ["135.0", "1"]  # a helper that changed is compiled anew


def test_passes_are_verified_on_the_way(monkeypatch):
    monkeypatch.setattr(transforms, "CHECKED", True)
    agrees(powers, 1.1, 4)
    agrees(recurrence.first_above, 1.0, 1.5, 10.0, 9)
