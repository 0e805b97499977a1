"""Elements that a trip writes and the next ones read, which loops carry as numbers."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees


def gauss_seidel(u, f, sweeps):
    n = len(u)
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    return np.sum(u * u)


def recurrence(u, a):
    """Two elements back, and one that is read before it is written over."""
    for i in range(2, len(u) - 1):
        u[i] = a * u[i - 2] * u[i - 1] + u[i + 1] - u[i]
    return np.sum(u * u)


def downwards(u, a):
    for i in range(len(u) - 2, -1, -1):
        u[i] -= a * u[i + 1] * u[i]
        u[i + 1] = 0.5 * u[i]
    return np.sum(u * u * u)


def over_again(u, a):
    """Each element is written three times, at the last two trips after it has been read."""
    for i in range(1, len(u) - 1):
        u[i + 1] += a * u[i]
        u[i] = a * u[i] * u[i + 1] + u[i - 1]
        u[i - 1] += a * u[i + 1]
    return np.sum(u * u)


def gaps(u, a):
    """What the trip between writes to is what the trip after the next reads."""
    for i in range(3, len(u)):
        u[i] += a * u[i - 3]
    return np.sum(u * u)


def two_rows(A, k):
    """The other row may be the same one."""
    for i in range(1, A.shape[1]):
        A[0, i] += A[0, i - 1] * A[k, i]
        A[k, i] *= 0.5
    return np.sum(A * A)


def rows_apart(A):
    for j in range(len(A) - 1):
        for i in range(1, A.shape[1]):
            A[j, i] += A[j, i - 1] * A[j + 1, i]
            A[j + 1, i - 1] += 0.5 * A[j, i]
    return np.sum(A * A)


def columns(A):
    for j in range(A.shape[1]):
        for i in range(1, len(A)):
            A[i, j] += 0.5 * A[i - 1, j] * A[i, j]
    return np.sum(A * A)


def from_the_end(u):
    """u[i - 1] is the last element at the first trip."""
    for i in range(len(u)):
        u[i] += 0.5 * u[i - 1]
    return np.sum(u * u)


def refused(u, most):
    for i in range(1, 4):
        if u[i - 1] > most:
            raise ArithmeticError("too large")
        u[i] += 0.5 * u[i - 1]
    return np.sum(u * u)


def some(*shape, seed=3):
    return np.random.default_rng(seed).uniform(0.3, 1.1, shape)


@pytest.mark.parametrize("f", [recurrence, downwards, over_again, gaps])
def test_along_a_line(f):
    native_agrees(f, some(9), 0.6)
    for n in range(6):
        joint_agrees(f, some(n), 0.7)


def test_along_rows():
    native_agrees(gauss_seidel, some(6, 6), some(6, 6, seed=4), 3)
    joint_agrees(gauss_seidel, some(6, 7), some(5, 5, seed=4), 2)
    for n in range(4):
        joint_agrees(gauss_seidel, some(n, n), some(n, n, seed=4), 2)
    native_agrees(rows_apart, some(4, 6))
    native_agrees(columns, some(5, 3))
    for k in (0, 1, -1):
        native_agrees(two_rows, some(3, 6), k)


def test_a_place_that_is_counted_from_the_end():
    native_agrees(from_the_end, some(5))


def test_what_is_raised_first():
    gradient = s2s_ad.grad(refused, backend="numba")
    with pytest.raises(ArithmeticError):
        gradient(np.array([2.0]), 1.0)
    with pytest.raises(IndexError):
        gradient(np.array([0.5]), 1.0)


def test_elements_are_read_once():
    text = s2s_ad.value_and_grad(gauss_seidel, (0, 1), backend="numba").source(some(6, 6), some(6, 6), 2)
    at = text.index("for j in range(n - 2, 0, -1):")
    lines = [line.strip() for line in text[at:].splitlines()[1:8]]
    assert "f_bar[i, j] -= v_bar" in lines and "u_bar[i - 1, j] += v_bar" in lines
    assert not any("u_bar[i, j]" in line for line in lines)
