"""The shape that native code gives to loops agrees with the NumPy backend, and what must stay as it is stays."""

from __future__ import annotations

import re

import numpy as np
import pytest

import s2s_ad
from tests.agree import same
from tests.fuzz.checks import imported
from tests.native import nests
from tests.native.harness import native_agrees
from tests.native.test_interpreted import _python_for_numba, both_agree  # noqa: F401

u5, m5 = np.linspace(0.2, 0.9, 5), np.linspace(0.1, 1.3, 25).reshape(5, 5)


@pytest.fixture(autouse=True)
def _nothing_in_empty_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read before it is written is NaN."""
    assert s2s_ad.grad is not None  # the table names the functions themselves: it is made first
    empty = np.empty
    monkeypatch.setattr(np, "empty", lambda *args, **options: _spoiled(empty(*args, **options)))
    monkeypatch.setattr(np, "empty_like", lambda *args, **options: _spoiled(empty(np.shape(args[0]))))


def _spoiled(array):
    if array.dtype == float:
        array.fill(np.nan)
    return array


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("write", [nests.program, nests.scratch, nests.products])
def test_random_nests(write, seed):
    with imported(write(seed)) as module:
        ours, other = (s2s_ad.value_and_grad(module.f, (0, 1), backend=b) for b in ("numba", "numpy"))
        for n in (7, 4, 3, 2):
            draw = np.random.default_rng(seed)
            args = draw.uniform(-0.9, 0.9, n), draw.uniform(-0.9, 0.9, (n, n))
            try:
                with np.errstate(all="ignore"):
                    value = module.f(*(a.copy() for a in args))
            except IndexError:
                with pytest.raises(IndexError):
                    ours(*args)
                continue
            if abs(value) < 1e6:
                same(ours(*args), other(*args), 1e-9)


# --- elements held in numbers -----------------------------------------------------------------------------------------


def products(m):
    n = len(m)
    for i in range(1, n):
        for j in range(1, n):
            m[i, j] -= m[i, 0] * m[0, j]
    return np.sum(m * m)


def never_runs(m, k, n):
    """The element m[k, 0] is there only if the inner loop makes a trip."""
    total = 0.0
    for j in range(n):
        total += m[k, 0] * m[0, j]
    return total


def looked_at(u):
    """The element that is added to is read at one of the trips."""
    for i in range(len(u)):
        u[2] += u[i] * u[i]
    return np.sum(u)


def from_the_end(u):
    """u[-1] is u[i] at the last trip."""
    for i in range(len(u)):
        u[-1] += u[i] * u[i]
    return np.sum(u)


def given_place(u, k):
    """Nothing says that u[k] is not one of the others."""
    for i in range(len(u)):
        u[i] = u[i] * u[k]
    return np.sum(u * u)


def test_elements_at_one_place_are_summed_in_a_number():
    both_agree(products, (m5,))
    source = s2s_ad.grad(products, backend="numba").source(m5)
    assert "m_bar_sum -= " in source and "m_bar[i, 0] += m_bar_sum" in source


@pytest.mark.parametrize("f, args", [(looked_at, (u5,)), (from_the_end, (u5,)), (given_place, (u5, 3))])
def test_elements_that_may_be_others_stay_where_they_are(f, args):
    both_agree(f, args)
    assert "_sum" not in s2s_ad.grad(f, backend="numba").source(*args)


def test_an_element_that_is_not_there_is_not_touched_without_a_trip():
    both_agree(never_runs, (m5, 2, 4))
    both_agree(never_runs, (m5, 99, 0))
    with pytest.raises(IndexError):
        s2s_ad.grad(never_runs, backend="numba")(m5, 99, 1)


# --- neighbours -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_random_stencils(seed):
    with imported(nests.stencil(seed)) as module:
        ours, other = (s2s_ad.value_and_grad(module.f, (0, 1), backend=b) for b in ("numba", "numpy"))
        for n in (7, 5, 4, 3, 2, 1):
            draw = np.random.default_rng(seed)
            args = draw.uniform(-0.9, 0.9, n), draw.uniform(-0.9, 0.9, (n, n))
            try:
                module.f(*(a.copy() for a in args))
            except IndexError:
                with pytest.raises(IndexError):
                    ours(*args)
                continue
            same(ours(*args), other(*args), 1e-9)


def spread(u, new, c):
    n = len(u)
    for _ in range(3):
        for i in range(1, n - 1):
            new[i] = u[i] + c * u[i] * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def spread_unevenly(u, new, c):
    """What is written back is another part."""
    n = len(u)
    for _ in range(3):
        for i in range(1, n - 1):
            new[i] = u[i] + c * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(2, n):
            u[i] = new[i]
    return np.sum(u * u) + np.sum(new * new)


def one_after_the_other(u, new, c):
    """Each trip reads what the one before has written."""
    for i in range(1, len(u) - 1):
        u[i] = u[i - 1] + c * (u[i + 1] - u[i])
    return np.sum(u * u)


def with_costs(u, new, c):
    """What would be done again for each neighbour is dear."""
    for i in range(1, len(u) - 1):
        new[i] = np.sin(u[i - 1] * u[i + 1]) * np.exp(c * u[i])
    return np.sum(new * new)


def far(u, new, c):
    for i in range(3, len(u) - 3):
        new[i] = c * (u[i - 3] + u[i + 3])
    return np.sum(new * new)


@pytest.mark.parametrize("f", [spread, spread_unevenly, one_after_the_other, with_costs, far])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9])
def test_sums_onto_neighbours(f, n):
    if f in (spread_unevenly,) or n > 1:
        both_agree(f, (np.linspace(0.2, 0.9, n), np.linspace(0.5, 0.1, n), 0.3))


def test_neighbours_are_gathered_and_zeros_written_once():
    gradient = s2s_ad.grad(spread, backend="numba")
    trip, whole = gradient.source(u5, u5, 0.3).split("def _spread_grad_trip")[1].split("def _spread_grad(")
    gathered, few = trip.split("else:")
    assert "u_bar[i] = " in gathered and "u_bar[i - 1] +=" not in gathered and "u_bar[i] = 0.0" not in gathered
    assert "new_bar[i] = u_bar[i]" in few and "new_bar[i] = " not in gathered and "new_bar[i] = 0.0" not in trip + whole
    other = s2s_ad.grad(spread_unevenly, backend="numba").source(u5, u5, 0.3)
    assert "u_bar[i] = 0.0" in other and "new_bar[i] += " in other


@pytest.mark.parametrize("f", [one_after_the_other, with_costs, far])
def test_loops_that_are_not_gathered(f):
    source = s2s_ad.grad(f, backend="numba").source(u5, u5, 0.3)
    assert "else:" not in source.split("# Reverse sweep")[1].split("_checked = ")[0].split("def ")[0]


# --- trips in functions -----------------------------------------------------------------------------------------------


def logistic_rows(u, r, steps):
    """The number r is summed up over the trips, and read after them."""
    n = len(u)
    for _ in range(steps):
        for i in range(n):
            u[i] = r * u[i] * (1.0 - u[i])
    return np.sum(u) * r


def test_a_trip_returns_the_numbers_that_it_changes():
    both_agree(logistic_rows, (u5, 2.9, 4))
    both_agree(logistic_rows, (u5, 2.9, 0))
    assert "_trip(" in s2s_ad.grad(logistic_rows, (0, 1), backend="numba").source(u5, 2.9, 4)


# --- zeros ------------------------------------------------------------------------------------------------------------


def weighted(x, m):
    """Each trip fills an array of its own."""
    total = 0.0
    for i in range(len(m)):
        terms = np.zeros(len(x))
        for c in range(len(x)):
            terms[c] = x[c] * m[i, c]
        for c in range(len(x)):
            total += np.exp(terms[c]) * terms[c]
    return total


def partly(x, m):
    """The first element stays zero."""
    total = 0.0
    for i in range(len(m)):
        terms = np.zeros(len(x))
        for c in range(1, len(x)):
            terms[c] = x[c] * m[i, c]
        for c in range(len(x)):
            total += np.exp(terms[c])
    return total


def looks_back(x, m):
    """A trip reads an element that is still zero."""
    total = 0.0
    for i in range(len(m)):
        terms = np.zeros(len(x))
        for c in range(len(x)):
            terms[c] = x[c] + terms[len(x) - 1 - c] * m[i, c]
        total += np.sum(terms)
    return total


@pytest.mark.parametrize("f", [weighted, partly, looks_back])
def test_arrays_of_a_trip(f):
    both_agree(f, (u5, m5))
    source = s2s_ad.value_and_grad(f, (0, 1), backend="numba").source(u5, m5)
    assert ("terms = np.zeros(" in source or "terms[...] = 0.0" in source) == (f is not weighted)


# --- factors that no trip of an outer loop changes --------------------------------------------------------------------

w4, x34 = np.linspace(0.4, 1.2, 4), np.linspace(-1.0, 0.8, 12).reshape(3, 4)


def squares(x, means, scale):
    total = 0.0
    for i in range(len(x)):
        for c in range(len(means)):
            for j in range(x.shape[1]):
                z = (x[i, j] - means[c, j]) * scale[c, j]
                total += np.sin(z * z)
    return total


def triangles(x, F):
    n, d = x.shape
    total = 0.0
    for i in range(n):
        for a in range(d):
            z = 0.0
            for b in range(a):
                z += F[a, b] * x[i, b] / (1.0 + F[b, a])
            total += z * z * z
    return total


def summed_rows(x, w, n):
    """What is added to one row is the same for all of its elements, and is summed once."""
    total = 0.0
    for i in range(n):
        for c in range(len(w)):
            t = np.cos(x[i, c])
            for j in range(x.shape[1]):
                t += w[c] * w[j]
            total += t * t
    return total


def one_factor_for_all(x, w):
    total = 0.0
    for i in range(len(x)):
        t = 0.0
        for j in range(len(w)):
            t += w[j] * w[j]
        total += np.sin(t * x[i, 0])
    return total


def factor_moves(x, w):
    """w is another one in the next trip."""
    w = w.copy()
    total = 0.0
    for i in range(len(x)):
        for j in range(len(w)):
            total += np.sin(w[j] * x[i, j])
            w[j] *= 1.1
    return total


def factor_in_a_branch(x, w):
    total = 0.0
    for i in range(len(x)):
        for j in range(len(w)):
            if x[i, j] > 0.0:
                total += np.sin(w[j] * w[j] * x[i, j])
    return total


def stops_early(x, w):
    total = 0.0
    for i in range(len(x)):
        for j in range(len(w)):
            total += np.sin(w[j] * w[j] * x[i, j])
        if total < -0.5:
            break
    return total


def never_there(x, w, n):
    """Without a trip nobody reads w, which is shorter than it says."""
    total = 0.0
    for i in range(n):
        for j in range(5):
            total += np.sin(w[j] * w[j] * x[i, 0])
    return total


def two_sums(x, F, G):
    """One array gets two products, with factors of their own."""
    total = 0.0
    for i in range(len(x)):
        for a in range(3):
            for b in range(4):
                total += np.sin(F[a, b] * G[a, b] * x[i, b]) + np.cos(F[a, b] * x[i, a])
    return total


def test_fixed_factors_are_multiplied_after_the_loop():
    native_agrees(squares, x34, m5[:2, :4].copy(), m5[2:4, :4].copy())
    source = s2s_ad.grad(squares, (1, 2), backend="numba").source(x34, m5[:2, :4], m5[2:4, :4])
    loop, after = source.split("    if v > 0", 1)
    assert "means_bar[c, j] -= v6\n" in loop and "means_bar[c, j] *= v7 * v7" in after
    native_agrees(two_sums, x34, m5[:3, :4].copy(), m5[1:4, 1:].copy())
    source = s2s_ad.grad(two_sums, 1, backend="numba").source(x34, m5[:3, :4], m5[1:4, 1:])
    assert "F_bar[a, b] += F_bar_sum[a, b] * G[a, b]" in source and "F_bar[a, b] *=" not in source


@pytest.mark.parametrize("n", [3, 1, 0])
def test_what_is_added_to_a_whole_row_is_summed_once(n):
    native_agrees(summed_rows, x34, w4, n)
    source = s2s_ad.grad(summed_rows, (0, 1), backend="numba").source(x34, w4, n)
    assert source.count("w_bar_sum[c] += ") == 1 and re.search(r"w_bar\[j\] \+= v\d+ \* w\[c\]", source)


def test_a_sum_over_triangles_and_one_over_all():
    native_agrees(triangles, x34, m5[:4, :4].copy())
    source = s2s_ad.grad(triangles, 1, backend="numba").source(x34, m5[:4, :4])
    assert "F_bar[a, b] += F_bar_sum_2[a, b] / v" in source
    native_agrees(one_factor_for_all, x34, w4)
    assert "w_bar_sum += " in s2s_ad.grad(one_factor_for_all, 1, backend="numba").source(x34, w4)


@pytest.mark.parametrize("f", [factor_moves, factor_in_a_branch, stops_early])
def test_factors_that_may_move_stay_in_the_loop(f):
    native_agrees(f, x34, w4)
    source = s2s_ad.grad(f, 1, backend="numba").source(x34, w4)
    assert "w_bar_sum" not in source and "w_bar[j] *= w" not in source


def test_factors_are_not_read_without_a_trip():
    native_agrees(never_there, x34, np.ones(5), 2)
    native_agrees(never_there, x34, np.ones(2), 0)
    with pytest.raises(IndexError):
        s2s_ad.grad(never_there, 1, backend="numba")(x34, np.ones(2), 1)


# --- recurrences ------------------------------------------------------------------------------------------------------


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def newton(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


def two_at_once(x, y, w):
    for i in range(len(w)):
        x, y = x * w[i] - 0.3 * y * (x - w[i]) / 2.0, y * w[i] * 0.9
    return x * y


def chosen(x, w):
    for i in range(len(w)):
        if w[i] > 0.8:
            x = x * w[i] * (1.0 - x)
    return x


def large_and_small(x, w):
    """x * w[0] * w[0] is a number, w[0] * w[0] is none."""
    for i in range(2):
        x = x * w[0] * w[0] / w[1] / w[1]
    return x


def test_the_adjoint_of_a_recurrence_is_multiplied_once_a_trip():
    native_agrees(logistic, 0.3, 2.9, 7, second=True)
    assert "x_bar *= (v2 - x) * r" in s2s_ad.grad(logistic, (0, 1), backend="numba").source(0.3, 2.9, 7)
    native_agrees(newton, 7.0, second=True)
    assert "x_bar *= 0.5 - 0.5 / x * (a / x)" in s2s_ad.grad(newton, backend="numba").source(7.0)
    native_agrees(two_at_once, 0.4, 0.8, w4)
    native_agrees(chosen, 0.4, w4)


def test_what_the_user_multiplies_is_multiplied_in_his_order():
    args = 1e-300, np.array([1e200, 1e200])
    assert s2s_ad.value_and_grad(large_and_small, 1, backend="numba")(*args)[0] == large_and_small(*args)


# --- tangents ---------------------------------------------------------------------------------------------------------


def valleys(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_a_tangent_is_as_long_as_what_it_belongs_to():
    vector = np.cos(u5)
    same(s2s_ad.hvp(valleys, (u5,), (vector,), backend="numba"), s2s_ad.hvp(valleys, (u5,), (vector,)), 1e-11)
    source = s2s_ad.differentiate(valleys, backend="numba").source("hvp", u5)
    assert "same_length" not in source and "checked_place" not in source
    scope = {}
    exec(source.replace("cache=True, ", ""), scope)
    same(scope["valleys_hvp"](u5, vector), s2s_ad.hvp(valleys, (u5,), (vector,)), 1e-11)
    with pytest.raises(IndexError):
        scope["valleys_hvp"](u5, vector[:-1])


# --- a value and its gradient in one loop -----------------------------------------------------------------------------


def softplus_loss(w, b, X, y):
    margins = y * (X @ w + b)
    return np.mean(np.logaddexp(0.0, -margins)) + 0.01 * np.sum(w * w)


def value_read_early(x):
    loss = np.mean(x * x) * 2.0
    if loss > 0.5:
        x = x / loss
    return np.sum(np.logaddexp(x, 1.5)) + loss


def value_read_in_a_loop(x):
    scale = 1.0 / np.sum(x * x)
    total = 0.0
    for i in range(len(x)):
        total += np.sin(scale * x[i])
    x[0] = total * scale
    return np.sum(x * x) + np.dot(x, x) * scale


def test_what_is_made_of_sums_waits_until_it_is_read():
    native_agrees(softplus_loss, w4, 0.3, x34, np.array([1.0, -1.0, 1.0]))
    source = s2s_ad.value_and_grad(softplus_loss, (0, 1), backend="numba").source(w4, 0.3, x34, u5[:3])
    assert source.count("for i in range") == 2 and source.count("np.exp(") == 1
    native_agrees(value_read_early, u5 + 1.0)
    native_agrees(value_read_early, u5 - 0.5)
    native_agrees(value_read_in_a_loop, u5)


def test_logarithms_of_sums_have_their_limits():
    def f(x):
        return np.logaddexp(0.0, x) + np.logaddexp(x, -2.0)

    x = np.array([-np.inf, -800.0, -1.0, 0.0, 1.0, 800.0, np.inf, np.nan])
    value, dot = s2s_ad.jvp(f, (x,), (np.ones(8),), backend="numba")
    np.testing.assert_allclose(value, f(x), rtol=1e-15)
    np.testing.assert_allclose(dot[1:6], s2s_ad.jvp(f, (x,), (np.ones(8),))[1][1:6], rtol=1e-15)
