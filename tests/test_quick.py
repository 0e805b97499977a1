"""The second call with arguments alike takes a short way: it must be right wherever the long way is."""

import numpy as np
import pytest

import s2s_ad

SCALE = 2.0


def scaled(x, y):
    return np.sum(x * y)


def test_the_kind_of_an_array_decides():
    gradient = s2s_ad.grad(scaled, wrt=1)
    for shape, dtype in [((3,), "f8"), ((1,), "f8"), ((3,), "f4"), ((3, 1), "f8"), ((1,), "f8"), ((3,), "f8")] * 2:
        x, y = np.arange(1.0, 4.0), np.ones(shape, dtype)
        found = gradient(x, y)
        assert found.dtype == y.dtype and found.shape == y.shape
        step = 1e-2 if dtype == "f4" else 1e-6
        moved = y.copy()
        moved.flat[0] += step
        assert found.flat[0] == pytest.approx((scaled(x, moved) - scaled(x, y)) / step, rel=1e-4)


def doubled_in_place(a, b):
    a *= 2.0
    return np.sum(a * b)


def test_shared_memory_is_looked_at_each_time():
    gradient, x = s2s_ad.grad(doubled_in_place, wrt=(0, 1)), np.arange(3.0)
    for _ in range(3):
        assert [g.tolist() for g in gradient(x, x + 1)] == [[2.0, 4.0, 6.0], [0.0, 2.0, 4.0]]
        assert x.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(s2s_ad.UnsupportedError, match="shares memory"):
        gradient(x, x[::-1])


def reads_a_global(x):
    return SCALE * x**2


def test_a_number_outside_is_read_again(monkeypatch):
    gradient = s2s_ad.grad(reads_a_global)
    assert [gradient(3.0), gradient(3.0)] == [12.0, 12.0]
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert [gradient(3.0), gradient(3.0)] == [30.0, 30.0]


def helper(x):
    return x * x


def calls_a_helper(x):
    return np.sum(helper(x))


def test_a_helper_that_is_rebound_is_seen(monkeypatch):
    x = np.array([2.0, 3.0])
    pulled = lambda: s2s_ad.vjp(calls_a_helper, x)[1](1.0)[0].tolist()  # noqa: E731
    moved = lambda: float(s2s_ad.jvp(calls_a_helper, (x,), (x,))[1])  # noqa: E731
    assert [pulled(), pulled()] == [[4.0, 6.0]] * 2 and [moved(), moved()] == [26.0] * 2
    monkeypatch.setitem(globals(), "helper", lambda x: x)
    assert [pulled(), pulled()] == [[1.0, 1.0]] * 2 and [moved(), moved()] == [5.0] * 2


def with_default(x, *, k=3.0):
    return k * x


def test_the_wrong_number_of_arguments_is_an_error_each_time():
    for _ in range(3):
        assert s2s_ad.jvp(with_default, (2.0,), (1.0,)) == (6.0, 3.0)
        for call in (
            lambda: s2s_ad.jvp(with_default, (2.0, 1.0), (1.0, 1.0)),
            lambda: s2s_ad.vjp(with_default, 2.0, 1.0),
            lambda: s2s_ad.grad(with_default)(2.0, 1.0),
            lambda: s2s_ad.jvp(with_default, (2.0,), (1.0, 1.0)),
        ):
            with pytest.raises((TypeError, s2s_ad.KindError)):
                call()


def test_what_a_pullback_saved_is_its_own():
    x = np.array([2.0, 3.0])
    for _ in range(2):
        value, pullback = s2s_ad.vjp(scaled, x, x.copy())
        before = x.copy()
        x += 1.0
        first, second = pullback(1.0)
        assert first.tolist() == before.tolist() == second.tolist()
        x -= 1.0


def test_tangents_are_looked_at_each_time():
    x = np.arange(3.0)
    for _ in range(3):
        value, tangent = s2s_ad.jvp(scaled, (x, 2.0), (np.ones(3), 1))
        assert (value, tangent) == (6.0, 9.0)
        with pytest.raises(s2s_ad.KindError, match="shape"):
            s2s_ad.jvp(scaled, (x, 2.0), (np.ones(4), 1.0))
        with pytest.raises(s2s_ad.KindError, match="must be a number"):
            s2s_ad.jvp(scaled, (x, 2.0), (np.ones(3), "1"))


@s2s_ad.differentiate(wrt=("y", "x"))
def other_way_round(x, y):
    return x * y**2


def test_tangents_are_in_the_order_that_was_asked_for():
    for _ in range(3):
        assert other_way_round.jvp((1.0, 10.0), 2.0, 3.0) == (18.0, 12.0 + 90.0)
        assert s2s_ad.jvp(other_way_round, (2.0, 3.0), (10.0, 1.0)) == (18.0, 12.0 + 90.0)
        assert other_way_round.hvp((1.0, 10.0), 2.0, 3.0) == (4.0 + 60.0, 6.0)


@s2s_ad.differentiate
def decorated(x, n, y):
    return x * y**n


def test_tangents_of_the_parameters_that_are_differentiated():
    for _ in range(3):
        assert decorated.jvp((1.0, 0.5), 2.0, 3, 2.0) == (16.0, 8.0 + 0.5 * 24.0)
        with pytest.raises(s2s_ad.KindError, match="1 tangents for 2 parameters"):
            decorated.jvp((1.0,), 2.0, 3, 2.0)
