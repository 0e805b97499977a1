"""Elements that are put aside before they are written over: in the adjoints of steps in place."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.agree import same
from tests.native.harness import ROUNDING, joint_agrees, native_agrees


def heat(u, a, steps):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + a * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def burgers(u, c, steps):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] - c * u[i] * (u[i] - u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def heat_slices(u, a, steps):
    for _ in range(steps):
        u[1:-1] += a * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def wide(u, a, steps):
    """Two elements to each side."""
    for _ in range(steps):
        u[2:-2] += a * (u[4:] - u[3:-1] * u[1:-3] + u[:-4])
    return np.sum(u * u)


def upwind(u, a, steps):
    for _ in range(steps):
        u[1:] -= a * (u[1:] - u[:-1]) * u[1:]
    return np.sum(u * u)


def downwind(u, a, steps):
    for _ in range(steps):
        u[:-1] -= a * (u[1:] - u[:-1])
    return np.sum(u * u)


def aside_is_kept(u, a, steps):
    """What was put aside at the last step is asked for in the end, so it has to be there."""
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + a * (u[i + 1] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u) + np.sum(new * new * new)


def ends_move(u, a, steps):
    """The ends are written too, from what has been written."""
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + a * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
        u[0] = u[1] * a
        u[n - 1] = u[n - 2]
    return np.sum(u * u)


def part(u, a, steps):
    """The part that is copied back is not the part that was made."""
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + a * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(2, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def averaged(u, a, steps):
    n = len(u)
    new = np.zeros(n)
    for k in range(steps):
        for i in range(1, n - 1):
            new[i] = 0.5 * u[i - 1] + a * u[i] * u[i + 1]
        for i in range(1, n - 1):
            u[i] = new[i] * 0.25 + k
    return np.sum(u * u)


def from_the_end(u, a, steps):
    """u[i - 1] is the last element at the first trip."""
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(0, n - 1):
            new[i] = 0.5 * u[i - 1] + a * u[i + 1]
        for i in range(0, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def some(n, seed=3):
    return np.random.default_rng(seed).uniform(0.3, 1.1, n)


# the least number of elements with which NumPy does not raise
PROGRAMS = [
    (heat, 0), (burgers, 0), (heat_slices, 0), (wide, 4), (upwind, 0), (downwind, 0), (aside_is_kept, 0),
    (ends_move, 2), (part, 0), (averaged, 0), (from_the_end, 0),
]  # fmt: skip


@pytest.mark.parametrize("f, least", PROGRAMS)
def test_all_lengths(f, least):
    native_agrees(f, some(9), 0.3, 3)
    for n in range(least, 8):
        joint_agrees(f, some(n), 0.3, 3)
        of_the_row(f, some(n), 3)
    of_the_row(f, some(12), 0)
    of_the_row(f, some(40), 4)


def of_the_row(f, u, steps):
    """Nothing but the row is asked for: only then is the adjoint of a step a sum of its neighbours, and no more."""
    same(s2s_ad.value_and_grad(f, backend="numba")(u, 0.3, steps), s2s_ad.value_and_grad(f)(u, 0.3, steps), ROUNDING)


def reverse_sweep(f, wrt=0):
    text = s2s_ad.value_and_grad(f, wrt, backend="numba").source(some(9), 0.3, 3)
    return [line.strip() for line in text.splitlines() if not line.strip().startswith("#")]


def ways(f):
    """The statements of the trip that puts the row aside: where there are many elements, and where there are few."""
    lines = reverse_sweep(f)
    fill = next(k for k, line in enumerate(lines) if line.startswith(("new_bar[i] = u_bar[", "v_bar[i] = u_bar[")))
    start = max(k for k, line in enumerate(lines[:fill]) if line.startswith(("else:", "if ", "for _", "def ")))
    return lines[start], lines


@pytest.mark.parametrize("f, carried", [(heat, True), (heat_slices, True), (ends_move, True), (burgers, False)])
def test_the_row_is_read_where_it_stands(f, carried):
    where, lines = ways(f)
    assert where == "else:"  # of few elements, which are put aside
    assert any(line.startswith("u_bar_before = ") for line in lines) == carried


@pytest.mark.parametrize("f", [aside_is_kept, part])
def test_what_is_asked_for_later_is_put_aside(f):
    lines = reverse_sweep(f)
    assert "new_bar[i] += u_bar[i]" in lines
    assert not any(line.startswith("u_bar_before = ") for line in lines)
