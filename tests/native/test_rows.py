"""Rows that are saved instead of elements: only where they hold what the elements were, and where they are no more."""

from __future__ import annotations

import random

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees
from tests.passes.element_programs import function_of

U = np.array([0.5, -0.75, 1.25, 0.25, 0.875, -0.375, 0.625])


def filled_backwards(u, p, n):
    """A lattice: the row gets shorter."""
    v = np.zeros(n + 1)
    for i in range(n + 1):
        v[i] = u[i] * u[0]
    for step in range(n - 1, -1, -1):
        for i in range(step + 1):
            v[i] = p * v[i + 1] * v[i] + (1.0 - p) * v[i]
    return v[0]


def growing(u, p, n):
    for step in range(n):
        for i in range(step + 1):
            u[i] = p * u[i + 1] * u[i] - u[i]
    return np.sum(u)


def whole(u, p, n):
    m = len(u)
    for _ in range(n):
        for i in range(m - 1):
            u[i] = u[i] * u[i + 1] * p + np.sin(u[i])
    return np.sum(u)


def behind(u, p, n):
    """The element before has been written by the trip before: it is not what the row holds."""
    m = len(u)
    for _ in range(n):
        for i in range(1, m - 1):
            u[i] = u[i - 1] * u[i] * p + np.sin(u[i + 1])
    return np.sum(u)


def ahead(u, p, n):
    """Each trip writes to what the next one reads."""
    m = len(u)
    for _ in range(n):
        for i in range(m - 2):
            u[i + 1] = u[i] * u[i + 1] * p + np.sin(u[i + 2])
    return np.sum(u)


def round_the_end(u, p, n):
    """The first trips are at the end of the array, and the last ones are there again."""
    m = len(u)
    for _ in range(n):
        for i in range(-2, m - 1):
            u[i] = u[i] * u[i + 1] * p + np.sin(u[i])
    return np.sum(u)


def few(u, p, n):
    """Two elements of a long array."""
    for _ in range(n):
        for i in range(2):
            u[i] = u[i] * u[i + 1] * p + np.sin(u[i])
    return np.sum(u)


def growing_past_the_end(u, p, n):
    """Where the inner loop makes no trip its range may end behind the array."""
    v = np.zeros(2)
    for k in range(n):
        for i in range(n, k + 1):
            v[i] = p * v[i + 1] * v[i] - v[i] + u[i]
        u[k % 3] *= p + v[k % 2]
    return np.sum(u) + np.sum(v)


def twice_in_a_trip(u, p, n):
    for _ in range(n):
        for i in range(len(u) - 1):
            u[i] = u[i] * u[i + 1] * p
            u[i] += u[i + 1] * u[i]
    return np.sum(u)


PROGRAMS = [filled_backwards, growing, whole, behind, ahead, round_the_end, few, growing_past_the_end, twice_in_a_trip]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [1, 4])
def test_derivatives_are_those_of_the_numpy_backend(f, n):
    native_agrees(f, U, 0.75, n)
    joint_agrees(f, U, 0.75, n)


@pytest.mark.parametrize(
    ("f", "rows", "elements"),
    [
        (filled_backwards, True, False),
        (whole, True, False),
        (behind, True, True),  # u[i - 1] was written by the trip before
        (ahead, True, True),
        (round_the_end, False, True),
    ],
)
def test_rows_are_saved_where_they_hold_what_is_read(f, rows, elements):
    source = s2s_ad.grad(f, (0, 1), backend="numba").source(U, 0.75, 3)
    assert ("u_tape = np.empty(" in source or "v_tape = np.empty((" in source) is rows, source
    assert ("_tapes = np.empty(" in source) is elements, source


def too_short(u, p, n):
    v = np.zeros(n)
    for step in range(n - 1, -1, -1):
        for i in range(step + 1):
            v[i] = p * v[i + 1] * v[i] + (1.0 - p) * v[i] + u[i]
    return v[0]


def test_a_row_is_copied_no_further_than_it_goes():
    gradient = s2s_ad.grad(too_short, (0, 1), backend="numba")
    assert "in range(min(step + 2, n)):" in gradient.source(U, 0.75, 3)
    for n in (1, 3, 7):
        with pytest.raises(IndexError):
            gradient(U, 0.75, n)


@pytest.mark.parametrize("seed", range(8))
def test_random_loops(seed):
    draw = random.Random(seed)
    at = lambda: "i" + draw.choice(["", "", " + 1", " + 1", " - 1"])  # noqa: E731
    outer = draw.choice(["range(1, n - 1)", "range(n - 2, 0, -1)"])
    inner = draw.choice(["range(1, k + 1)", "range(1, n - 1)", "range(k, n - 1)", "range(n - 2, 0, -1)"])
    lines = [f"u[i] = u[{at()}] * u[{at()}] * p + u[{at()}]", f"u[i] *= 0.5 + u[{at()}] * u[{at()}]"]
    body = "\n".join(f"            {line}" for line in draw.sample(lines, draw.randint(1, 2)))
    loops = f"    for k in {outer}:\n        for i in {inner}:\n{body}\n"
    f = function_of(f"def f(u, p):\n    n = len(u)\n{loops}    return np.sum(u * u)\n")
    native_agrees(f, U / 2, 0.5)
    joint_agrees(f, U / 2, 0.5)


def relaxed(u, f, n):
    new = u.copy()
    for _ in range(n):
        new[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
        u, new = new, u
    return np.sum(u * u)


@pytest.mark.parametrize("shape", [(3, 3), (4, 4), (5, 7), (2, 5), (6, 9)])
def test_sums_onto_whole_rows_share_a_loop(shape):
    u = np.arange(float(np.prod(shape))).reshape(shape) % 7 / 3
    native_agrees(relaxed, u, u / 2, 3)
    source = s2s_ad.grad(relaxed, (0, 1), backend="numba").source(u, u / 2, 3)
    loop = "-= v_bar\n                u_bar[i + 2, j + 1] += v_bar\n                u_bar[i, j + 1] += v_bar"
    assert loop in source, source
    assert "(new_bar[i + 1, j + 1] + new_bar[i + 1, j - 1]) * 0.25" in source, source
