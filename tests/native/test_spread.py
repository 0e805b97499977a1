"""Sums over a nest with a number for each trip of its innermost loop: where it gains by it, and only there."""

from __future__ import annotations

import random

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees
from tests.passes.element_programs import function_of

U = np.array([0.5, -0.75, 1.25, 0.25, 0.875, -0.375, 0.625])


def diffusion(u, r, s, steps):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]) + s
        u, new = new, u
    return np.sum(u * u)


def burgers(u, nu, dx, steps):
    n = len(u)
    new = u.copy()
    dt = 0.1
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] - dt / dx * u[i] * (u[i] - u[i - 1]) + nu * dt / dx**2 * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def growth(y, a, b, steps):
    """One element a trip: the sums stay in the loop."""
    for _ in range(steps):
        for i in range(len(y)):
            y[i] = y[i] + 0.1 * (a * y[i] - b * y[i] * y[i])
    return np.sum(y)


def backwards(u, p, q, steps):
    for k in range(steps, 0, -1):
        for i in range(len(u) - 2, -1, -1):
            u[i + 1] = p * u[i] + q * u[i + 1] * u[i]
    return np.sum(u * u)


def plane(u, r, s, steps):
    """Three loops: numbers for the innermost, made before the outermost."""
    n, m = u.shape
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                new[i, j] = u[i, j] + r * (u[i - 1, j] + u[i + 1, j] + s * u[i, j - 1] - 4.0 * u[i, j] + u[i, j + 1])
        u, new = new, u
    return np.sum(u * u)


def two_loops(u, p, q, steps):
    """Both add to the same sums, as does what stands between them."""
    for k in range(steps):
        for i in range(len(u)):
            u[i] = p * u[i] - q * u[i] * u[i]
        u[0] = u[0] * p
        for i in range(1, len(u)):
            u[i] = q - p * u[i] * u[i - 1]
    return np.sum(u * u)


def waiting(u, p, q, steps):
    """What a trip adds is made of what the trip before has written: the sums cannot come before the loop."""
    for _ in range(steps):
        for i in range(1, len(u)):
            u[i] = p * u[i - 1] + q * u[i]
    return np.sum(u * u)


def scattered(u, w, p, steps):
    for _ in range(steps):
        for i in range(len(u)):
            u[i] = u[i] + p * w[(i * 3) % 7]
    return np.sum(u * u)


def branching(u, p, q, steps):
    for k in range(steps):
        for i in range(len(u)):
            if u[i] > 0.0:
                u[i] = p * u[i]
            else:
                u[i] = q * u[i] * u[i]
    return np.sum(u * u)


def shrinking(u, p, q, steps):
    for k in range(steps):
        for i in range(k, len(u) - k):
            u[i] = p * u[i] + q
    return np.sum(u * u)


def from_the_end(u, p, q, steps):
    for k in range(steps):
        for i in range(-3, 3):
            u[i] = p * u[i] + q * u[i + 1]
    return np.sum(u * u)


ROWS = [diffusion, burgers, growth, backwards, two_loops, waiting, branching, shrinking]


@pytest.mark.parametrize("f", [*ROWS, from_the_end], ids=lambda f: f.__name__)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_derivatives_are_those_of_the_numpy_backend(f, steps):
    native_agrees(f, U, 0.75, 0.5, steps)
    joint_agrees(f, U, 0.75, 0.5, steps)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
@pytest.mark.parametrize("f", [diffusion, burgers, growth, shrinking], ids=lambda f: f.__name__)
def test_few_elements(f, size):
    joint_agrees(f, U[:size].copy(), 0.75, 0.5, 1)


@pytest.mark.parametrize("shape", [(3, 3), (4, 6), (2, 5)])
def test_three_loops(shape):
    u = np.arange(float(np.prod(shape))).reshape(shape) % 5 / 4
    native_agrees(plane, u, 0.125, 0.5, 3)
    source = s2s_ad.grad(plane, (0, 1, 2), backend="numba").source(u, 0.125, 0.5, 3)
    assert "\n    r_bar_parts = np.zeros(" in source and "\n            r_bar_parts[j] += " in source, source


@pytest.mark.parametrize(
    ("f", "names"),
    [
        (diffusion, "r_bar s_bar"),
        (burgers, "nu_bar"),
        (growth, "a_bar b_bar"),
        (backwards, "p_bar q_bar"),
        (shrinking, "p_bar q_bar"),
        (branching, ""),
    ],
    ids=lambda a: getattr(a, "__name__", a),
)
def test_the_loops_that_gain_by_it_do(f, names):
    source = s2s_ad.grad(f, (0, 1, 2), backend="numba").source(U, 0.75, 0.5, 3)
    found = {line.split("_parts")[0].strip() for line in source.splitlines() if "_parts = np.zeros" in line}
    assert found >= set(names.split()) and (found or not names), source
    assert names or not found, source


def test_elements_that_do_not_stand_side_by_side_are_summed_in_a_number():
    native_agrees(scattered, U, U[::-1] / 2, 0.75, 3)
    assert "_parts" not in s2s_ad.grad(scattered, (0, 1, 2), backend="numba").source(U, U, 0.75, 3)


def slices(u, nu, dx, steps):
    for _ in range(steps):
        un = u.copy()
        u[1:-1] = un[1:-1] - nu / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
    return np.sum(u * u)


def test_a_sum_of_each_trip_of_which_multiples_are_added_up():
    native_agrees(slices, U, 0.75, 0.5, 3)
    joint_agrees(slices, U, 0.75, 0.5, 3)
    source = s2s_ad.grad(slices, 1, backend="numba").source(U, 0.75, 0.5, 3)
    assert "nu_bar = np.sum(nu_bar_parts)" in source, source
    assert "nu_bar = nu_bar / dx_squared if nu_bar != 0.0 else nu_bar" in source, source
    # where no trip is made nothing has been divided by
    assert s2s_ad.grad(slices, 1, backend="numba")(U, 0.75, 0.0, 0) == 0.0


def test_what_the_user_adds_up_stays_in_his_order():
    def loss(u, w, steps):
        total = 0.0
        for k in range(steps):
            for i in range(len(u)):
                total += w * u[i]
        return total

    assert "_parts" not in s2s_ad.grad(loss, 0, backend="numba").source(U, 0.5, 3)
    native_agrees(loss, U, 0.5, 3)


@pytest.mark.parametrize("seed", range(12))
def test_random_nests(seed):
    draw = random.Random(seed)
    at = lambda: "i" + draw.choice(["", "", " + 1", " - 1"])  # noqa: E731
    outer = draw.choice(["range(1, n - 1)", "range(n - 2, 0, -1)"])
    inner = draw.choice(["range(1, k + 1)", "range(1, n - 1)", "range(k, n - 1)", "range(n - 2, 0, -1)"])
    lines = [
        f"u[{at()}] = u[i] + p * u[{at()}] - q * u[{at()}] * u[{at()}]",
        f"v[{at()}] = q * u[{at()}] / (2.0 + p) - v[i]",
        f"u[i] -= p * v[{at()}] * q",
        "u[0] += p * q",
    ]
    body = "\n".join(f"            {line}" for line in draw.sample(lines, draw.randint(1, 3)))
    loops = f"    for k in {outer}:\n        for i in {inner}:\n{body}\n"
    f = function_of(f"def f(u, v, p, q):\n    n = len(u)\n{loops}    return np.sum(u * u) + np.sum(v)\n")
    native_agrees(f, U / 2, U[::-1] / 3, 0.25, 0.5)
    joint_agrees(f, U / 2, U[::-1] / 3, 0.25, 0.5)
