"""Natural ways to write loops are as fast as careful ones: constants, conditions, arrays that a trip makes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees

U = np.array([0.5, -0.75, 1.25, 0.25, 0.875, -0.375, 0.625])


def wave(u, v, c, dx, steps):
    n = len(u)
    dt = 0.1
    for _ in range(steps):
        for i in range(1, n - 1):
            v[i] += dt * c**2 * (u[i + 1] - 2 * u[i] + u[i - 1]) / dx**2
        for i in range(1, n - 1):
            u[i] += dt * v[i]
    return np.sum(u * u)


def test_adjoints_are_multiplied_by_one_number():
    native_agrees(wave, U, U[::-1] / 2, 0.75, 0.5, 3)
    joint_agrees(wave, U, U[::-1] / 2, 0.75, 0.5, 3)
    source = s2s_ad.value_and_grad(wave, backend="numba").source(U, U / 2, 0.75, 0.5, 3)
    loop = source[source.index("for _ in range(steps - 1, -1, -1):") :]
    assert "/" not in "".join(line for line in loop.splitlines() if "#" not in line), source
    assert "v[i] += t * (u[i + 1] - 2 * u[i] + u[i - 1]) / dx_squared" in source, source


def test_where_no_trip_is_made_nothing_has_been_divided_by():
    for size, steps in ((7, 0), (2, 3), (0, 1)):
        both = s2s_ad.value_and_grad(wave, (0, 2, 3), backend="numba")
        value, (du, dc, ddx) = both(U[:size], U[:size] / 2, 0.5, 0.0, steps)
        assert value == np.sum(U[:size] ** 2) and (du == 2 * U[:size]).all() and dc == ddx == 0.0


def in_branches(u, steps):
    """What is only divided, or taken a root of, where a condition holds."""
    n = len(u)
    for _ in range(steps):
        for i in range(n):
            if u[i] > 0.3:
                for k in range(2):
                    u[i] = u[i] / np.sqrt(u[0] + 2.0) + 0.25
    return np.sum(u * u)


def test_branches():
    native_agrees(in_branches, U, 2)


# --- indices that a condition keeps within bounds ---------------------------------------------------------------------


def chain(c, k, steps):
    n = len(c)
    r = np.zeros(n)
    for _ in range(steps):
        for i in range(n):
            r[i] = -k[i] * c[i]
            if i > 0:
                r[i] += k[i - 1] * c[i - 1]
        for i in range(n):
            c[i] += 0.1 * r[i]
    return np.sum(c * c)


def ends(c, k, steps):
    n = len(c)
    new = np.zeros(n)
    for _ in range(steps):
        for i in range(n):
            if i == 0:
                new[i] = c[i] * k[i]
            elif i == n - 1:
                new[i] = c[i - 1] * k[i]
            else:
                new[i] = c[i - 1] * k[i - 1] + c[i + 1] * k[i + 1] - c[i]
        for i in range(n):
            c[i] = new[i]
    return np.sum(c * c)


def compared(c, k, steps):
    n = len(c)
    total = 0.0
    for i in range(n):
        for j in range(n):
            if j <= i:
                total += c[i - j] * k[j]
            if not i + j >= n:
                total -= c[i + j] * k[i]
    return total * steps


@pytest.mark.parametrize("f", [chain, ends, compared], ids=lambda f: f.__name__)
def test_conditions_keep_indices_within_bounds(f):
    native_agrees(f, U, U[::-1] / 2, 2)
    joint_agrees(f, U, U[::-1] / 2, 2)
    assert "checked_place" not in s2s_ad.value_and_grad(f, (0, 1), backend="numba").source(U, U, 2)


def past_the_end(c, k):
    total = 0.0
    for i in range(len(c)):
        if i >= 0:
            total += c[i + 1] * k
        else:
            total += c[i - 1]
    return total


def test_a_condition_that_says_too_little_is_no_proof():
    with pytest.raises(IndexError):
        s2s_ad.grad(past_the_end, backend="numba")(U, 2.0)


# --- arrays that a trip makes -----------------------------------------------------------------------------------------


def made_in_a_trip(u, nu, steps):
    for _ in range(steps):
        un = u.copy()
        u[1:-1] = un[1:-1] + nu * (un[2:] - 2 * un[1:-1] + un[:-2])
    return np.sum(u * u)


def planes_made_in_a_trip(u, nu, steps):
    n, m = u.shape
    for k in range(steps):
        w = np.zeros((n - 1, m))
        for i in range(n - 1):
            for j in range(m):
                w[i, j] = u[i, j] * u[i + 1, j]
        u[1:, :] = u[1:, :] + nu * w * w
    return np.sum(u * u)


@pytest.mark.parametrize(("f", "u"), [(made_in_a_trip, U), (planes_made_in_a_trip, U[:6].reshape(3, 2))])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_arrays_of_known_lengths_are_saved_in_one(f, u, steps):
    native_agrees(f, u, 0.25, steps)
    joint_agrees(f, u, 0.25, steps)
    assert "with_row" not in s2s_ad.value_and_grad(f, (0, 1), backend="numba").source(u, 0.25, 3)
