"""rule, stop_gradient, gradient_of, checkpoint."""

import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad import (
    checkpoint,
    d,
    grad,
    gradient_of,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    rule,
    stop_gradient,
    value_and_grad,
    vjp,
)

from .numeric import by_steps

X = np.array([0.5, -1.2, 2.0])


# --- rules ------------------------------------------------------------------------------------------------------------


def bump(x):
    return eval("x * np.exp(-x * x)", {"np": np, "x": x})  # what no compiler looks into


@rule(bump)
def bump_rule(x, *, out):
    d[out] = (np.exp(-x * x) - 2.0 * x * out) * d[x]


@pytest.mark.parametrize("x", [0.7, X, X.astype(np.float32), np.ones((2, 1))])
def test_a_tangent_serves_both_modes_and_second_order(x):
    f = lambda x: np.sum(bump(x) * x)  # noqa: E731
    plain = lambda x: np.sum(x * np.exp(-x * x) * x)  # noqa: E731
    tight = 1e-5 if np.asarray(x).dtype == np.float32 else 1e-12
    np.testing.assert_allclose(grad(f)(x), by_steps(plain, x), rtol=tight, atol=tight)
    np.testing.assert_allclose(jacfwd(f)(x), grad(f)(x), rtol=tight, atol=tight)
    np.testing.assert_allclose(hessian(f)(x), hessian(plain)(x), rtol=tight, atol=tight)
    assert np.asarray(grad(f)(x)).dtype == np.asarray(x).dtype


def test_the_module_imports_the_function(tmp_path):
    text = grad(lambda x: bump(x) * 2.0).source(1.0)
    assert "from tests.named.test_hooks import bump" in text and "eval" not in text
    assert bump_rule(0.5) == bump(0.5)


def ratio(x, y):
    return float(np.divide(x, y))


def c_slope(x, y):
    return float(-x / y**2)


slope = rule.opaque(c_slope)


@rule.pullback(ratio)
def ratio_back(ct, x, y, *, out):
    return ct / y, ct * slope(x, y)


def test_a_pullback_that_calls_an_opaque_function():
    assert grad(lambda x, y: ratio_back(x, y), wrt=(0, 1))(3.0, 2.0) == (0.5, -0.75)
    assert grad(lambda x, y: ratio(x, y) * x, wrt=(0, 1))(3.0, 2.0) == (3.0, -2.25)
    with pytest.raises(s2s_ad.NotDifferentiableError, match="ratio"):
        jvp(lambda x: ratio(x, 2.0), (3.0,), (1.0,))
    with pytest.raises(s2s_ad.NotDifferentiableError, match="c_slope"):
        grad(grad(lambda y: ratio(3.0, y)))(2.0)


def twice(x):
    return x + x


@rule(twice)
def twice_rule(x, *, out):
    d[out] = 2.0 * d[x]


@twice_rule.pullback
def twice_back(ct, x, *, out):
    return 7.0 * ct


def test_both_are_used_each_in_its_mode():
    assert jvp(lambda x: twice(x), (3.0,), (1.0,)) == (6.0, 2.0)
    assert vjp(lambda x: twice(x), 3.0)[1](1.0) == (7.0,)


def norm(v):
    return np.sqrt(np.dot(v, v))


@rule(norm)
def norm_rule(v, *, out):
    d[out] = np.sum(v * d[v]) / out


def gather(a, b):
    return np.concatenate([np.asarray(a), np.asarray(b)])


@rule.pullback(gather, returns="float64[:]")
def gather_back(ct, a, b, *, out):
    return None, np.cos(b) * 0.0


def test_functions_of_numpy_in_rules_and_what_is_returned():
    np.testing.assert_allclose(grad(lambda v: norm(v) ** 3)(X), 3 * norm(X) * X)
    np.testing.assert_allclose(jacrev(lambda v: v / norm(v))(X), by_steps(lambda v: v / np.sqrt(np.sum(v * v)), X))
    np.testing.assert_array_equal(grad(lambda b: np.sum(gather(X, b)))(X), np.zeros(3))


def unsure(x):
    raise RuntimeError("not of these")


def test_refusals_of_rules():
    with pytest.raises(s2s_ad.UnsupportedError, match="in the table"):
        rule(np.sin)(lambda x, *, out: None)
    with pytest.raises(s2s_ad.KindError, match="no parameter out"):
        rule(unsure)(lambda x: None)
    with pytest.raises(s2s_ad.KindError, match="for a function"):
        rule(3.0)(lambda x, *, out: None)

    @rule(unsure)
    def unsure_rule(x, *, out):
        d[out] = math.cos(x) * d[x]

    with pytest.raises(s2s_ad.UnsupportedError, match="of ones it raises RuntimeError"):
        grad(lambda x: unsure(x))(1.0)

    def sure(x):
        return 2.0 * x

    @rule(sure)
    def sure_rule(x, *, out):
        d[out] = math.cos(x) * d[x]

    with pytest.raises(TypeError, match="use the functions of np"):
        grad(lambda x: sure(x))(1.0)

    @rule.pullback(len, returns="float")
    def wrong(ct, a, b, *, out):
        return ct

    assert wrong.op.args == ("a", "b")


# --- stop_gradient ----------------------------------------------------------------------------------------------------


def test_stop_gradient():
    assert grad(lambda x: x * stop_gradient(x))(3.0) == 3.0
    np.testing.assert_array_equal(jacfwd(lambda x: x * stop_gradient(x))(X), np.diag(X))


# --- gradient_of ------------------------------------------------------------------------------------------------------


def clipped(x):
    y = x * x
    with gradient_of(y) as y_bar:
        y_bar = np.clip(y_bar, -1.0, 1.0)
    return np.sum(3.0 * y)


def printing(x, scale):
    y = np.sin(x) * scale
    with gradient_of(y) as y_bar:
        print("gradient", y_bar, "at", scale)
    return y * y


def in_a_loop(x, n):
    s = x
    for k in range(n):
        s = s * 1.5
        with gradient_of(s) as s_bar:
            if s_bar > 2.0:
                s_bar = s_bar * 0.5
            print(k, s_bar)
    return s


def test_gradient_of_changes_the_gradient():
    np.testing.assert_array_equal(grad(clipped)(X), 2.0 * X)
    np.testing.assert_allclose(jvp(clipped, (X,), (np.ones(3),))[1], 6.0 * np.sum(X))
    assert clipped(X) == np.sum(3.0 * X * X)
    assert "np.clip(" in grad(clipped).source(X)


def test_gradient_of_prints_in_the_reverse_sweep(capsys):
    value, gradient = value_and_grad(printing)(0.5, 3.0)
    said = capsys.readouterr().out
    assert said == f"gradient {2 * math.sin(0.5) * 3.0} at 3.0\n"
    assert gradient == pytest.approx(2 * 9 * math.sin(0.5) * math.cos(0.5))


def test_gradient_of_in_a_loop(capsys):
    assert grad(in_a_loop)(1.0, 4) == 1.5**3 * 0.5 * 1.5
    assert capsys.readouterr().out.split() == ["3", "1.0", "2", "1.5", "1", "1.125", "0", "1.6875"]


def test_the_body_of_gradient_of_changes_nothing_else():
    def rebinds(x):
        total = 0.0
        with gradient_of(x) as x_bar:
            total = total + x_bar
        return x * x + total

    def returns(x):
        with gradient_of(x) as x_bar:
            return x_bar

    def of_nothing(x):
        with gradient_of(x * 2.0) as x_bar:
            print(x_bar)
        return x

    def other_kind(x):
        with gradient_of(x) as x_bar:
            x_bar = np.ones(3)
        return x

    for f, text in ((rebinds, "changes something"), (returns, "return in"), (of_nothing, "a variable"),
                    (other_kind, "of the kind float")):  # fmt: skip
        with pytest.raises(s2s_ad.DifferentiationError, match=text):
            grad(f)(1.0)


# --- checkpoint -------------------------------------------------------------------------------------------------------


def step(u, k):
    for _ in range(3):
        u = u * np.cos(u) + k
    return u


step_again = checkpoint(step)


def saved(u, k, n):
    for _ in range(n):
        u = step(u, k)
    return np.sum(u)


def again(u, k, n):
    for _ in range(n):
        u = step_again(u, k)
    return np.sum(u)


def in_place(u, k, n):
    for _ in range(n):
        u = checkpoint(step)(u, k)
    return np.sum(u)


@pytest.mark.parametrize("f", [again, in_place])
def test_checkpoint_computes_the_same(f):
    expected = grad(saved, wrt=(0, 1))(X, 0.3, 5)
    found = grad(f, wrt=(0, 1))(X, 0.3, 5)
    # one sweep takes a common factor out of its adjoints, the other has it in a function of its own and does not
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)
    np.testing.assert_allclose(jacfwd(f)(X, 0.3, 5), expected[0], rtol=1e-12)
    np.testing.assert_allclose(hessian(f)(X, 0.3, 2), hessian(saved)(X, 0.3, 2), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(hessian(f)(X, 0.3, 2), jacrev(jacrev(f))(X, 0.3, 2), rtol=1e-10, atol=1e-12)


def test_checkpoint_saves_only_the_arguments():
    text = grad(again).source(X, 0.3, 5)
    forward, backward = text.split("def step_fwd")[1].split("def ")[:2]
    assert "tape" not in forward and "for " in forward and "tape" in backward


def talks(x):
    print("once")
    return x * x


def listening(x):
    return checkpoint(talks)(x) * x


def test_what_is_run_again_is_silent(capsys):
    assert grad(listening)(2.0) == 12.0
    assert capsys.readouterr().out == "once\n"


@checkpoint
def decorated(x):
    return x * np.sin(x)


def test_as_a_decorator():
    assert decorated(2.0) == 2.0 * np.sin(2.0) and decorated.__name__ == "decorated"
    assert grad(decorated)(2.0) == pytest.approx(math.sin(2.0) + 2.0 * math.cos(2.0))
    assert grad(lambda x: decorated(x) * x)(2.0) == pytest.approx(4 * math.sin(2.0) + 4 * math.cos(2.0))
