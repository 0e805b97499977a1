"""Random numbers: drawn once and in order, constants in every derivative, and the stream left where it should be."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import NotDifferentiableError, UnsupportedError
from tests.agree import agrees
from tests.ops.lines import function, lines_of

MADE_INSIDE = lines_of("""
rng = np.random.default_rng(0) ;; x * rng.normal(size=6)
rng = np.random.default_rng(0) ;; p * rng.normal() + q * rng.normal()
rng = np.random.default_rng(0) ;; rng.normal(p, q, 5)
rng = np.random.default_rng(0) ;; rng.normal(loc=x, scale=q)
rng = np.random.default_rng(0) ;; rng.normal(x[:, None], y)
rng = np.random.default_rng(0) ;; rng.normal(x, 2.0, size=(2, 6))
rng = np.random.default_rng(0) ;; rng.uniform(p, q, (2, 2))
rng = np.random.default_rng(0) ;; rng.uniform(-1, 1, (2, 2)) * p
rng = np.random.default_rng(0) ;; rng.exponential(p) + rng.gamma(2.0, x)
rng = np.random.default_rng(0) ;; rng.laplace(p, q, 3) * rng.logistic(p, q, 3)
rng = np.random.default_rng(0) ;; rng.gumbel(p, q, 3) * rng.rayleigh(p, 3)
rng = np.random.default_rng(0) ;; rng.lognormal(p, q, 3)
rng = np.random.default_rng(0) ;; rng.multivariate_normal(x[:2], np.eye(2), size=3)
rng = np.random.default_rng(0) ;; rng.integers(0, 10, size=4) * p + rng.integers(10)
rng = np.random.default_rng(0) ;; x[rng.integers(0, 6, 3)]
rng = np.random.default_rng(0) ;; rng.choice(x, size=3, replace=False)
rng = np.random.default_rng(0) ;; rng.choice(x) * rng.choice(A, 2)
rng = np.random.default_rng(0) ;; rng.choice([p, q], 3, p=[0.2, 0.8])
rng = np.random.default_rng(0) ;; rng.choice(6, 3, replace=False) * p
rng = np.random.default_rng(0) ;; rng.permutation(x) * rng.permutation(6)
rng = np.random.default_rng(0) ;; rng.permutation(A) * C
rng = np.random.default_rng(0) ;; rng.shuffle(x) ;; x * y
rng = np.random.default_rng(0) ;; rng.shuffle(A) ;; A * C
rng = np.random.default_rng(0) ;; rng.dirichlet([1.0, 2.0]) * p + rng.multinomial(10, [0.5, 0.5])
rng = np.random.default_rng(0) ;; rng.poisson(2.0) * p + rng.binomial(10, 0.5, size=3)
rng = np.random.default_rng(0) ;; rng.random(3, dtype=np.float32) * p
rng = np.random.default_rng(0) ;; n = len(x) ;; rng.standard_normal(n) * x
rng = np.random.RandomState(0) ;; rng.randn(2, 3) * p + rng.rand()
rng = np.random.RandomState(0) ;; rng.normal(p, q, 4) * rng.uniform(p, q, 4)
rng = np.random.RandomState(0) ;; rng.exponential(x) * rng.choice(x, 6)
rng = np.random.RandomState(0) ;; rng.permutation(A) * C
rng = np.random.RandomState(0) ;; rng.shuffle(A) ;; A * C
rng = np.random.RandomState(0) ;; rng.randint(0, 5, 3) * p + rng.randint(5)
np.random.seed(0) ;; np.random.randn(3) * p * np.random.normal(p, q, 3)
np.random.seed(0) ;; np.random.random() * p + np.random.uniform(-1.0, 1.0, size=3)
random.seed(0) ;; random.random() * p * random.gauss(p, q)
random.seed(0) ;; random.normalvariate(p, q) * random.uniform(p, q)
random.seed(0) ;; random.expovariate(p) + random.lognormvariate(p, q)
random.seed(0) ;; random.randint(1, 6) * p + random.randrange(6)
random.seed(0) ;; random.choice([p, q, 1.0]) * random.choice(x)
r = random.Random(3) ;; r.gauss(p, q) + r.random()
random.seed(0) ;; s = 0.0 ;; for k in range(4): s = s * random.random() + math.sin(p * s + random.gauss(0, 1)) ;; s
rng = np.random.default_rng(1) ;; s = p ;; while rng.random() < 0.8: s = s * s + rng.normal() ;; s
""")


@pytest.mark.parametrize("line", MADE_INSIDE)
def test_a_stream_made_inside(line: str) -> None:
    f, args = function(line)
    agrees(f, *args)


# --- a stream of the caller's -----------------------------------------------------------------------------------------


def walk(x, n, rng):
    s = x
    for _ in range(n):
        step = rng.normal(0.0, 0.1)
        s = s * np.exp(step) + rng.random()
    return s


def layer(w, rng):
    h = np.tanh(noisy(w, rng))
    mask = rng.random(h.shape) > 0.5
    return np.sum(h * mask)


def noisy(w, rng):
    return w * rng.standard_normal(w.shape)


def rejected(x, rng):
    while True:
        y = rng.normal(x, 1.0)
        if y > 0.5:
            return y * x


def nested(x, n, rng):
    if n == 0:
        return x
    return nested(x * rng.random(), n - 1, rng)


def unused(x, rng):
    rng.random(3)
    return x * rng.random()


CALLERS = [(walk, (1.5, 5)), (layer, (np.ones((2, 3)),)), (rejected, (0.2,)), (nested, (2.0, 3)), (unused, (2.0,))]


@pytest.mark.parametrize("f, args", CALLERS)
def test_a_stream_of_the_caller_is_right(f: Any, args: tuple[Any, ...]) -> None:
    agrees(f, *args, np.random.default_rng(3))


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("f, args", CALLERS)
def test_a_stream_of_the_caller_advances_as_the_function_advances_it(f: Any, args: Any, optimize: bool) -> None:
    rng = np.random.default_rng(3)
    value = f(*args, rng)
    after = rng.random()

    def left(run: Any) -> float:
        stream = np.random.default_rng(3)
        run(stream)
        return stream.random()

    assert left(lambda rng: s2s_ad.grad(f, optimize=optimize)(*args, rng)) == after
    assert left(lambda rng: s2s_ad.value_and_grad(f, optimize=optimize)(*args, rng)) == after
    assert s2s_ad.value_and_grad(f)(*args, np.random.default_rng(3))[0] == value
    stream = np.random.default_rng(3)
    _, pullback = s2s_ad.vjp(f, *args, stream)
    assert np.all(pullback(1.0)[0] == pullback(1.0)[0])  # and no draw in the reverse sweep
    assert stream.random() == after


SHARED = np.random.default_rng(5)


def of_globals(x):
    return x * SHARED.normal() + x**2 * random.gauss(0.0, 1.0) * np.random.rand()


def test_streams_of_modules_and_globals():
    def start():
        SHARED.bit_generator.state = np.random.default_rng(5).bit_generator.state
        random.seed(1), np.random.seed(1)

    start()
    value = of_globals(2.0)
    after = SHARED.random(), random.random(), np.random.rand()
    start()
    got, slope = s2s_ad.value_and_grad(of_globals)(2.0)
    assert (got, after) == (value, (SHARED.random(), random.random(), np.random.rand()))
    start()
    a, b, c = SHARED.normal(), random.gauss(0.0, 1.0), np.random.rand()
    assert slope == pytest.approx(a + 4.0 * b * c, rel=1e-14)


def or_new(x, rng=None):
    if rng is None:
        rng = np.random.default_rng(4)
    return x * rng.random()


def test_a_stream_that_may_be_left_out():
    assert s2s_ad.grad(or_new)(3.0) == np.random.default_rng(4).random()
    assert s2s_ad.grad(or_new)(3.0, np.random.default_rng(9)) == np.random.default_rng(9).random()


def test_the_text():
    text = s2s_ad.grad(walk).source(1.0, 3, np.random.default_rng(0))
    forward, reverse = text.split("# Reverse sweep")
    assert forward.count("rng.normal(0.0, 0.1)") == forward.count("rng.random()") == 1
    assert "rng" not in reverse.replace("rng.random()  [", "[")


def shape_parameter(x, rng):
    return rng.beta(x, 2.0)


def of_a_list(xs, rng):
    rng.shuffle(xs)
    return xs[0]


def test_refusals():
    with pytest.raises(NotDifferentiableError, match="a draw is a constant"):
        s2s_ad.grad(shape_parameter)(1.5, np.random.default_rng(0))
    with pytest.raises(UnsupportedError, match="is not followed"):
        s2s_ad.grad(of_a_list)([1.0, 2.0], np.random.default_rng(0))


def scaled(x, rng):
    return np.sin(x) * rng.normal(size=3) * np.sum(x)


def weighed(x, rng):
    return np.sum(np.sin(x) * rng.normal(size=3) * x)


def test_jacobians_draw_once():
    x = np.array([1.0, 2.0, 3.0])
    rng = np.random.default_rng(0)
    z = rng.normal(size=3)
    after = rng.random()
    columns = np.diag(np.cos(x) * z * x.sum()) + (np.sin(x) * z)[:, None]
    bends = np.diag(z * (2.0 * np.cos(x) - x * np.sin(x)))
    for transform in (s2s_ad.jacobian, s2s_ad.jacfwd, s2s_ad.jacrev):
        rng = np.random.default_rng(0)
        np.testing.assert_allclose(transform(scaled)(x, rng), columns, rtol=1e-13)
        assert rng.random() == after
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(s2s_ad.hessian(weighed)(x, rng), bends, rtol=1e-12, atol=1e-13)
    assert rng.random() == after


def of_the_module(x):
    return x * np.random.rand()


def test_native_code_has_other_streams():
    pytest.importorskip("numba")
    x = np.array([1.0, 2.0, 3.0])
    plain, native = (s2s_ad.grad(weighed, backend=b)(x, np.random.default_rng(0)) for b in ("numpy", "numba"))
    np.testing.assert_allclose(native, plain, rtol=1e-13)
    with pytest.raises(UnsupportedError, match="random numbers of its own"):
        s2s_ad.grad(of_the_module, backend="numba")(2.0)


def looped(x, rng):
    for _ in range(3):
        x = np.sin(x) * rng.normal()
    return x


def called(x, rng):
    return nested(np.sin(x), 3, rng) * x


remembered, remembered_loop = s2s_ad.checkpoint(called), s2s_ad.checkpoint(looped)


def of_remembered(x, rng):
    return np.sum(remembered(x, rng))


def of_remembered_loop(x, rng):
    return np.sum(remembered_loop(x, rng))


def test_what_would_draw_again_is_refused():
    x = np.array([1.0, 2.0])
    for f in (looped, called):
        rng = np.random.default_rng(0)
        f(x, rng)
        after = rng.random()
        for transform in (s2s_ad.jacrev, s2s_ad.jacobian):
            rng = np.random.default_rng(0)
            agreed = transform(f)(x, rng)
            assert agreed.shape == (2, 2) and rng.random() == after
        with pytest.raises(UnsupportedError, match="drawn a second time"):
            s2s_ad.jacfwd(f)(x, np.random.default_rng(0))
    for f in (of_remembered, of_remembered_loop):
        with pytest.raises(UnsupportedError, match="drawn a second time"):
            s2s_ad.grad(f)(x, np.random.default_rng(0))
