"""Lengths of arguments that are taken to be the same, calls in which they are not, and arrays that change places."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees


def jacobi(u, f, sweeps):
    new = u.copy()
    for _ in range(sweeps):
        new[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
        u, new = new, u
    return np.sum(u * u * u)


def inner(u, k, f):
    """Three arrays, of which two are shorter."""
    u[1:-1] += k[1:] * f[:] * (u[2:] - u[:-2])
    return np.sum(u * u * u)


def rows(u, A):
    """The length of one axis meets that of another."""
    u[1:] *= A[1:, 0] + A[0, 1:]
    return np.sum(u * u)


def both(u, v):
    """The last elements of u meet the last of v, all but one or all but two of them."""
    return np.sum(u[1:] * v[1:]) + np.sum(u[2:] * v[1:])


def three_places(u, steps):
    """Of three arrays each is the next one, and in the end one of them twice."""
    v, w = u.copy(), np.zeros(len(u))
    for k in range(steps):
        for i in range(1, len(u) - 1):
            w[i] = u[i] * v[i - 1] - 0.5 * v[i + 1]
        if k == 2:
            w[0] = 1.0
        u, v, w = v, w, u
    return np.sum(u * v) + np.sum(w * w)


def rotated(u, n):
    """The loop gives arrays other names before its trips do anything, and after it."""
    v = np.ones((3, len(u)))
    a, b = u, v[1]
    for k in range(n):
        a, b = b, a
        for i in range(len(a)):
            a[i] += 0.5 * b[i] * b[i] + k
        a, b = b, a
    return np.sum(a * b)


def some(*shape, seed=3):
    return np.random.default_rng(seed).uniform(0.3, 1.1, shape)


def test_arguments_of_one_shape():
    native_agrees(jacobi, some(6, 7), some(6, 7, seed=4), 3)
    joint_agrees(jacobi, some(6, 7), some(6, 7, seed=4), 4)
    native_agrees(inner, some(8), some(7), some(6))
    native_agrees(rows, some(5), some(5, 5))


@pytest.mark.parametrize("shape", [(3, 7), (6, 3), (3, 3)])
def test_an_argument_that_is_broadcast_after_all(shape):
    """Of three rows one is left, which goes to all of the others."""
    native_agrees(jacobi, some(6, 7), some(*shape, seed=4), 3)
    joint_agrees(jacobi, some(6, 7), some(*shape, seed=4), 3)


def test_lengths_of_one_for_all_of_another():
    native_agrees(inner, some(8), some(2), some(6))
    native_agrees(rows, some(5), some(2, 2))
    native_agrees(both, some(5), some(2))
    native_agrees(both, some(3), some(3))
    native_agrees(both, some(2), some(2))


def test_small_ones():
    for n in (0, 2, 3):
        joint_agrees(jacobi, some(n, n), some(n, n, seed=4), 2)


@pytest.mark.parametrize("shape", [(5, 7), (6, 6), (2, 7)])
def test_lengths_that_do_not_fit(shape):
    gradient = s2s_ad.value_and_grad(jacobi, (0, 1), backend="numba")
    with pytest.raises(ValueError, match="broadcast"):
        gradient(some(6, 7), some(*shape), 2)


def test_arrays_that_change_places():
    native_agrees(three_places, some(6), 4)
    joint_agrees(three_places, some(6), 5)
    native_agrees(rotated, some(5), 3)
    native_agrees(rotated, some(5), 0)


def test_the_text_of_a_step():
    """No arrays in between, no lengths compared; each step has the two arrays as arguments."""
    text = s2s_ad.value_and_grad(jacobi, (0, 1), backend="numba").source(some(6, 7), some(6, 7), 2)
    fast = text[: text.index("def _jacobi_value_and_grad_general")]
    assert "u.shape[0] == f.shape[0]" in fast and "same_length(v" not in fast and "np.empty((" not in fast
    lines = [line.strip() for line in fast.splitlines()]
    at, back = lines.index("u, new = new, u"), lines.index("new_bar, u_bar = u_bar, new_bar")
    assert lines[at - 1] == "_jacobi_value_and_grad_trip(u, f, new)"
    assert lines[back + 1] == "_jacobi_value_and_grad_trip_2(new_bar, u_bar, f_bar)"
