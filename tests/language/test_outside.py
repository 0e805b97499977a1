"""What a function reads from outside is what Python would read at that call: nothing stale, nothing shared."""

import math
import types

import numpy as np
import pytest

import s2s_ad
from s2s_ad import directional

WEIGHTS = [1.0, 2.0]
EMPTY = []
TABLE = {"a": 2.0, "b": {"c": 3.0}}
ODD = {(1, 2): 3.0, None: 4.0, 2.5: 1.0}
MATRIX = np.array([1.0, 2.0])
MODULE = math


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    here = {"WEIGHTS": [1.0, 2.0], "EMPTY": [], "TABLE": {"a": 2.0, "b": {"c": 3.0}}, "MATRIX": np.array([1.0, 2.0])}
    for name, value in here.items():
        monkeypatch.setitem(globals(), name, value)


def over_items(x):
    s = 0.0
    for key, value in TABLE.items():
        s += value["c"] * x if key == "b" else value * x
    return s + len(EMPTY) * x + sum(EMPTY) * x + sum(WEIGHTS) * x


def test_containers_that_are_changed_in_place():
    g = s2s_ad.grad(over_items)
    assert g(1.0) == 8.0
    WEIGHTS.append(5.0)
    assert g(1.0) == 13.0
    WEIGHTS[0] = 0.0
    assert g(1.0) == 12.0
    WEIGHTS.clear()
    assert g(1.0) == 5.0
    TABLE["z"] = 10.0
    assert g(1.0) == 15.0
    TABLE["b"]["d"] = 1.0
    TABLE["b"]["c"] = 4.0
    assert g(1.0) == 16.0
    del TABLE["z"]
    assert g(1.0) == 6.0
    EMPTY.append(1.0)
    assert g(1.0) == 8.0
    EMPTY.append(1)
    assert g(1.0) == 10.0


def with_odd_keys(x):
    return ODD[(1, 2)] * x + ODD[None] * x + ODD[2.5]


def test_keys_that_are_no_names():
    assert s2s_ad.grad(with_odd_keys)(1.0) == 7.0
    assert s2s_ad.grad(lambda p: p[0] * p[(1, 2)])({0: 2.0, (1, 2): 3.0}) == {0: 3.0, (1, 2): 2.0}


def uses_a_builtin(x):
    return abs(x) * 2.0


def test_a_global_that_hides_a_builtin_later():
    g = s2s_ad.grad(uses_a_builtin)
    assert g(1.0) == g(1.0) == 2.0
    globals()["abs"] = lambda x: 10.0 * x
    try:
        assert g(1.0) == 20.0
    finally:
        del globals()["abs"]
    assert g(1.0) == 2.0


def uses_a_module(x):
    return MODULE.sin(x)


def test_a_module_that_is_rebound(monkeypatch):
    g = s2s_ad.grad(uses_a_module)
    assert g(0.0) == 1.0
    fake = types.ModuleType("fake")
    fake.sin = lambda x: 5.0 * x
    monkeypatch.setitem(globals(), "MODULE", fake)
    assert g(0.0) == 5.0


def with_a_matrix(x):
    return np.sum(MATRIX * x * x)


def test_an_array_that_gets_another_rank(monkeypatch):
    def pulled():
        return s2s_ad.vjp(with_a_matrix, 1.0)[1](1.0)[0]

    g = s2s_ad.grad(with_a_matrix)
    assert g(1.0) == pulled() == 6.0
    monkeypatch.setitem(globals(), "MATRIX", np.ones((2, 2)))
    assert g(1.0) == pulled() == 8.0
    monkeypatch.setitem(globals(), "MATRIX", np.array([1.0, 2.0]))
    assert g(1.0) == pulled() == 6.0


def test_a_pullback_keeps_the_arrays_that_the_function_read():
    value, pullback = s2s_ad.vjp(lambda x: np.sum(x * MATRIX), np.ones(2))
    MATRIX[:] = 0.0
    assert value == 3.0
    np.testing.assert_array_equal(pullback(1.0)[0], [1.0, 2.0])


def helper(x, scale, offsets=[1.0]):  # noqa: B006
    return x * scale * sum(offsets)


def with_defaults(x):
    return helper(x, 2.0)


def test_a_default_that_is_changed_in_place(monkeypatch):
    monkeypatch.setattr(helper, "__defaults__", ([1.0],))
    g = s2s_ad.grad(with_defaults)
    assert g(1.0) == 2.0
    helper.__defaults__[0].append(3.0)
    assert g(1.0) == 8.0


def test_results_are_nobody_elses_arrays():
    x = np.array([2.0, 3.0])
    s2s_ad.grad(lambda x: np.sum(x * MATRIX))(x)[0] = 77.0
    s2s_ad.grad(lambda x: np.sum(x * x) / 2)(x)[0] = 77.0
    value, tangent = s2s_ad.jvp(lambda x: x, (x,), (MATRIX,))
    value[0] = tangent[0] = 77.0
    np.testing.assert_array_equal(x, [2.0, 3.0])
    np.testing.assert_array_equal(MATRIX, [1.0, 2.0])


def test_a_kept_derivative_of_other_kinds_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path))
    for matrix, expected in ((np.array([1.0, 2.0]), 6.0), (np.ones((2, 2)), 8.0), (3, 6.0)):
        monkeypatch.setitem(globals(), "MATRIX", matrix)
        # derivatives that know nothing of one another but what is on disk
        assert s2s_ad.derivative.Derivative(with_a_matrix, s2s_ad.derivative.How("grad", 0))(1.0) == expected
        assert directional.Vjp(with_a_matrix, s2s_ad.derivative.How("fwd"))(1.0)[1](1.0) == (expected,)
    assert list(tmp_path.iterdir())


def calls(f, x):
    return f(x) * x


def test_a_function_that_came_as_an_argument_is_not_kept_on_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path))

    def times(k):
        return lambda x: k * x

    for k in (2.0, 3.0):
        assert s2s_ad.grad(calls, wrt=1)(times(k), 1.0) == 2.0 * k
        assert s2s_ad.vjp(lambda x: calls(times(k), x), 1.0)[1](1.0) == (2.0 * k,)  # noqa: B023
