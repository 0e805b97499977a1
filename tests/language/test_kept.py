"""What a derivative keeps though no number of it needs it: the user's own exceptions, messages and settings."""

import math
import warnings

import numpy as np
import pytest

import s2s_ad


def asserts_of_the_value(x):
    y = math.exp(x) * 3
    assert y < 10, "too big"
    return y


def raises_of_something_else(x):
    y = x * x
    if y > 5:
        raise ValueError(f"y is {y}")
    return 2.0 * x


def checked(y):
    if y > 5:
        raise ValueError("out of bounds")
    return y


def raises_in_a_helper(x):
    checked(x * x)
    return 3.0 * x


def raises_for_what_is_not_used(x):
    w = checked(x * 2 + 1)  # noqa: F841
    return x


def asserts_in_a_loop(x):
    s = 0.0
    for _ in range(3):
        s += x
        assert s < 6, "too many"
    return s


def asserted_in_the_end(x, n):
    if n == 0:
        assert x < 2, "too deep"
        return x
    return asserted_in_the_end(x, n - 1)


def asserts_in_a_recursion(x):
    return asserted_in_the_end(x, 3) * 2


def asserts_in_a_local_function(x):
    def inner(y):
        assert y < 2, "inside"
        return y

    return inner(x * 1.5) - x


def raises_in_a_while(x):
    k = 0
    while k < 3:
        k += 1
        if x * k > 5:
            raise RuntimeError("while")
    return 2.0 * x


def prints_on_the_way(x):
    y = math.sqrt(x)
    for i in range(2):
        print("step", i, x * i, y)
    return 2.0 * x


WAYS = {
    "grad": lambda f, x: s2s_ad.grad(f)(x),
    "value_and_grad": lambda f, x: s2s_ad.value_and_grad(f)(x),
    "not optimised": lambda f, x: s2s_ad.grad(f, optimize=False)(x),
    "vjp": lambda f, x: s2s_ad.vjp(f, x)[1](1.0),
    "jvp": lambda f, x: s2s_ad.jvp(f, (x,), (1.0,)),
    "reverse twice": lambda f, x: s2s_ad.grad(s2s_ad.grad(f))(x),
    "forward over reverse": lambda f, x: s2s_ad.jvp(s2s_ad.grad(f), (x,), (1.0,)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "f",
    [
        asserts_of_the_value,
        raises_of_something_else,
        raises_in_a_helper,
        raises_for_what_is_not_used,
        asserts_in_a_loop,
        asserts_in_a_recursion,
        asserts_in_a_local_function,
        raises_in_a_while,
        prints_on_the_way,
    ],
)
def test_what_the_user_raises_and_prints_is_kept(f, way, capsys):
    def outcome(run):
        try:
            run()
        except Exception as error:  # of its message the first line: pytest adds others to that of an assert
            return type(error), str(error).splitlines()[0], capsys.readouterr().out
        return None, "", capsys.readouterr().out

    wanted = outcome(lambda: f(3.0))
    assert wanted[0] is not None or wanted[2]
    assert outcome(lambda: WAYS[way](f, 3.0)) == wanted


def logarithms(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0, np.log(x), 0.0)
    return np.sum(y * y)


def without_warnings(x):
    with np.errstate(all="ignore"):
        return np.log(x)


def logarithms_of_a_helper(x):
    return np.sum(np.where(x > 0, without_warnings(x), 0.0) ** 2)


@pytest.mark.parametrize("f", [logarithms, logarithms_of_a_helper])
def test_what_is_not_warned_of_is_not_in_the_derivative(f):
    x = np.array([0.0, 1.0, 2.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient = s2s_ad.grad(f)(x)
        np.testing.assert_allclose(gradient, [0.0, 0.0, math.log(2.0)], rtol=1e-15)
        tangents = [s2s_ad.jvp(f, (x,), (unit,))[1] for unit in np.eye(3)[1:]]
        np.testing.assert_allclose(tangents, gradient[1:], rtol=1e-15)
        second = s2s_ad.jvp(s2s_ad.grad(f), (x,), (np.ones(3),))[1]
        np.testing.assert_allclose(second[1:], 2.0 * (1.0 - np.log(x[1:])) / x[1:] ** 2, rtol=1e-15)
        value, pullback = s2s_ad.vjp(f, x)
        np.testing.assert_allclose(pullback(1.0)[0], gradient, rtol=1e-15)
    assert "@np.errstate(" in s2s_ad.grad(f).source("float64[:]")


def raised_by_numpy(x):
    with np.errstate(divide="raise"):
        return np.sum(1.0 / x)


def test_what_numpy_is_to_raise_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="divide='raise'"):
        s2s_ad.grad(raised_by_numpy)(np.ones(2))
