"""The functions that are written into modules: their numbers, and that each stands alone."""

import builtins
import math

import mpmath
import numpy as np
import pytest

from s2s_ad.ops.helpers import HELPER_FUNCTIONS, HELPERS

POINTS = [-7.802, -3.5, -0.999, -0.3, 1e-8, 0.2, 0.7, 1.4616, 2.0, 7.3, 11.9, 40.0, 1e6]


@pytest.mark.parametrize("x", POINTS)
def test_digamma_and_polygamma(x):
    with mpmath.workdps(40):
        wanted = mpmath.digamma(mpmath.mpf(x))
        assert HELPER_FUNCTIONS["digamma"](x) == pytest.approx(float(wanted), rel=2e-14, abs=2e-15)
        for n in (1, 2, 3, 4, 7):
            wanted = mpmath.polygamma(n, mpmath.mpf(x))
            assert HELPER_FUNCTIONS["polygamma"](n, x) == pytest.approx(float(wanted), rel=5e-13), f"order {n}"


@pytest.mark.parametrize("n", range(6))
def test_derivatives_of_sinc(n):
    x = np.array([0.0, 1e-9, 1e-3, 0.3, 0.63, 0.64, 0.9, 1.0, 1.27, 2.5, -0.4, -7.3])
    with mpmath.workdps(30):
        wanted = [float(mpmath.diff(lambda t: mpmath.sinc(mpmath.pi * t), mpmath.mpf(t), n)) for t in x]
    np.testing.assert_allclose(HELPER_FUNCTIONS["sinc_derivative"](x, n), wanted, rtol=1e-11, atol=1e-11 * math.pi**n)
    assert HELPER_FUNCTIONS["sinc_derivative"](np.float32(0.5), n).dtype == np.float32


def test_logistic_neither_overflows_nor_rounds_to_nothing():
    with np.errstate(all="raise", under="ignore"):
        got = HELPER_FUNCTIONS["logistic"](np.array([-800.0, -40.0, 0.0, 40.0, 800.0]))
    np.testing.assert_allclose(got, [0.0, math.exp(-40), 0.5, 1.0, 1.0], rtol=1e-14)
    assert np.isnan(HELPER_FUNCTIONS["logistic"](np.nan))


def test_unbroadcast():
    x = np.arange(12.0).reshape(2, 3, 2)
    unbroadcast = HELPER_FUNCTIONS["unbroadcast"]
    for shape in [(2, 3, 2), (3, 2), (1, 2), (2, 3, 1), (1,), ()]:
        got = unbroadcast(x, shape)
        assert np.shape(got) == shape
        ones = np.broadcast_to(np.ones(shape), x.shape)
        assert np.sum(got) == np.sum(x * ones)
    assert not isinstance(unbroadcast(x, ()), np.ndarray)
    assert unbroadcast(x, x.shape) is x
    same = np.ones((1, 3))
    assert unbroadcast(same, (1, 3)) is same


def test_products_without():
    x = np.array([[2.0, 3.0, 5.0, 7.0], [0.0, 3.0, 0.0, 7.0]])
    for m in (1, 2, 3):
        got = HELPER_FUNCTIONS["products_without"](x, m)
        assert got.shape == (2,) + (4,) * m
        for place in np.ndindex(got.shape):
            row, places = place[0], place[1:]
            others = [x[row, k] for k in range(4) if k not in places]
            assert got[place] == (math.prod(others) if len(set(places)) == m else 0.0)
    assert HELPER_FUNCTIONS["products_without"](np.ones((2, 0)), 1).shape == (2, 0)


@pytest.mark.parametrize("name", HELPERS)
def test_the_text_runs_alone(name):
    scope = {"math": math, "np": np}
    exec(HELPERS[name], scope)
    known = {
        "math",
        "np",
        name,
        *dir(builtins),
        *dir(math),
        *dir(np),
        *dir(np.ndarray),
        *dir(np.linalg),
        *dir(np.add),
        *dir(dict),
        *dir(test_the_text_runs_alone),
    }
    known |= {"scipy", "special", "linalg", *dir(dict), *HELPERS}
    names = set(scope[name].__code__.co_names)
    for inner in scope[name].__code__.co_consts:
        names |= set(getattr(inner, "co_names", ()))
    assert names <= known


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
@pytest.mark.parametrize("size, wanted", [(3, 2), (3, 20), (0, 16)])
def test_a_tape_that_grows_keeps_its_items(dtype, size, wanted):
    items = np.arange(size, dtype=dtype) + 1
    larger = HELPER_FUNCTIONS["grown"](items, wanted)
    assert larger.dtype == dtype and larger.size >= max(wanted, 2 * size)
    np.testing.assert_array_equal(larger[:size], items)
