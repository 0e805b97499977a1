"""jvp, vjp, hvp and linearize called inside a function that is differentiated itself."""

import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad import grad, hessian, hvp, jacfwd, jacrev, jvp, linearize, transforms, vjp

from .numeric import by_differences

X = np.array([0.5, -1.2, 2.0])
V = np.array([1.0, 0.3, -0.7])
W = np.array([-0.2, 1.5, 0.4])


@pytest.fixture(autouse=True)
def checked(monkeypatch):
    """The verifier runs between any two passes."""
    monkeypatch.setattr(transforms, "CHECKED", True)


def wave(x):
    return np.sin(x) * x * x[0]


def scalar(x):
    return np.sum(wave(x) * x)


def looped(x):
    s = x
    for i in range(3):
        s = s * np.cos(s) + x[i]
    return s


def along(x):
    return jvp(wave, (x,), (V,))[1]


def back(x):
    value, pullback = vjp(along, x)
    return pullback(W)[0] + 0.0 * value


def along_loop(x):
    return jvp(looped, (x,), (V,))[1]


def back_loop(x):
    return vjp(along_loop, x)[1](W)[0]


@pytest.mark.parametrize("inner, pulled", [(along, back), (along_loop, back_loop)])
def test_jvp_of_vjp_of_jvp(inner, pulled):
    f = {along: wave, along_loop: looped}[inner]
    np.testing.assert_allclose(inner(X), by_differences(f, X) @ V, atol=1e-8)
    np.testing.assert_allclose(pulled(X), W @ by_differences(inner, X), atol=1e-7)
    value, tangent = jvp(pulled, (X,), (V,))
    np.testing.assert_allclose(value, pulled(X), rtol=1e-12)
    np.testing.assert_allclose(tangent, by_differences(pulled, X) @ V, atol=1e-6)
    np.testing.assert_allclose(jacrev(pulled)(X), by_differences(pulled, X), atol=1e-6)
    np.testing.assert_allclose(jacfwd(pulled)(X), jacrev(pulled)(X), rtol=1e-10, atol=1e-12)


def two_pulls(x):
    _, pullback = vjp(looped, x)
    x = x * 0.0  # the pullback does not see this
    return pullback(W)[0] * pullback(V)[0] + x


def test_a_pullback_called_twice():
    np.testing.assert_allclose(two_pulls(X), (W @ jacrev(looped)(X)) * (V @ jacrev(looped)(X)))
    np.testing.assert_allclose(jacrev(two_pulls)(X), by_differences(two_pulls, X), atol=1e-6)


def product(x):
    return np.sum(hvp(scalar, (x,), (V,)) ** 2)


def linear(x):
    value, tangent = linearize(looped, x)
    return np.sum(value * tangent(V) - tangent(W))


@pytest.mark.parametrize("f", [product, linear])
def test_hvp_and_linearize(f):
    np.testing.assert_allclose(grad(f)(X), by_differences(f, X), rtol=1e-6, atol=1e-6)


def mixed(x, n, k=2.0):
    return {"a": x**n * k, "n": n}


def with_an_int(x):
    value, tangent = jvp(mixed, (x, 3), (1, None))
    found, pullback = vjp(mixed, x, 3)
    return tangent["a"] * pullback({"a": 1.0, "n": None})[0] + value["a"] * 0.0


def test_what_is_not_real_and_defaults():
    assert with_an_int(2.0) == pytest.approx(24.0**2)
    assert grad(with_an_int)(2.0) == pytest.approx(2 * 24.0 * 24.0)
    assert vjp(mixed, 2.0, 3)[1]({"a": 1.0, "n": None}) == (24.0, None)


def sine(x):
    return math.sin(x) * x


def to_fourth_order(x):
    return jvp(third, (x,), (1.0,))[1]


def third(x):
    return vjp(second, x)[1](1.0)[0]


def second(x):
    return jvp(grad(sine), (x,), (1.0,))[1]


def test_fourth_order_of_a_number():
    x = 0.7
    assert second(x) == pytest.approx(2 * math.cos(x) - x * math.sin(x))
    assert third(x) == pytest.approx(-3 * math.sin(x) - x * math.cos(x))
    assert to_fourth_order(x) == pytest.approx(-4 * math.cos(x) + x * math.sin(x))
    assert grad(third)(x) == pytest.approx(-4 * math.cos(x) + x * math.sin(x))
    assert hessian(second)(x) == pytest.approx(-4 * math.cos(x) + x * math.sin(x))


def test_refusals():
    def local(x):
        return jvp(lambda y: y * x, (x,), (1.0,))[1]

    with pytest.raises(s2s_ad.UnsupportedError, match="local function"):
        grad(local)(1.0)

    def wrong(x):
        return np.sum(jvp(wave, (x,), (np.ones((2, 2)),))[1])

    with pytest.raises(s2s_ad.KindError, match="shape"):
        grad(wrong)(X)

    def unequal(x):
        return jvp(sine, (x,), (1.0, 2.0))[1]

    with pytest.raises(s2s_ad.KindError, match="one for each|One for each|as many"):
        grad(unequal)(1.0)
