"""Copies that begin with the first elements, where these are the same in both arrays, and only there."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees


def heat(u, steps):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] * (1.0 + 0.1 * u[i + 1] - 0.2 * u[i] + 0.1 * u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    return np.sum(u * u)


def wide(u, steps):
    """The first two elements stay, and there is a copy in between."""
    new = u.copy()
    for _ in range(steps):
        for i in range(2, len(u)):
            new[i] = u[i] * u[i - 2]
        for i in range(2, len(u)):
            u[i] = new[i]
            new[i] *= 0.5
        for i in range(2, len(u)):
            u[i] = new[i]
    return np.sum(u * u)


def from_zeros(u, steps):
    new = np.zeros(len(u))
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            new[i] = u[i] * u[i - 1]
        for i in range(1, len(u) - 1):
            u[i] = new[i]
    return np.sum(u * u)


def boundary(u, steps):
    """The first element of one of them changes in each step."""
    new = u.copy()
    for k in range(steps):
        u[0] = 0.1 * k
        for i in range(1, len(u) - 1):
            new[i] = u[i] * u[i - 1]
        for i in range(1, len(u) - 1):
            u[i] = new[i]
    return np.sum(u * u)


def changed_before(u, steps):
    new = u.copy()
    new[0] = 0.25
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            new[i] = u[i] * new[i - 1]
        for i in range(1, len(u) - 1):
            u[i] = new[i]
    return np.sum(u * u)


def around(u, steps):
    """u[i - 2] is u[-1] at the first trip."""
    new = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            new[i - 2] = u[i] * u[i - 1]
        for i in range(1, len(u) - 1):
            u[i] = new[i]
    return np.sum(u * u)


def sometimes(u, steps):
    new = u.copy()
    for k in range(steps):
        if k > 1:
            u[0] = 0.5 * u[1]
        for i in range(1, len(u) - 1):
            new[i] = u[i] * u[i - 1]
        for i in range(1, len(u) - 1):
            u[i] = new[i]
    return np.sum(u * u)


def some(n):
    return np.random.default_rng(n).uniform(0.3, 1.1, n)


@pytest.mark.parametrize("f", [heat, wide, from_zeros, boundary, changed_before, around, sometimes])
def test_numbers(f):
    native_agrees(f, some(7), 3)
    for n in range(3, 6):
        joint_agrees(f, some(n), 3)


def test_few_elements():
    for n in range(3):
        joint_agrees(heat, some(n), 2)
        joint_agrees(wide, some(n), 2)


@pytest.mark.parametrize("f, first", [(heat, 0), (from_zeros, 1), (boundary, 1), (changed_before, 1), (sometimes, 1)])
def test_where_a_copy_begins(f, first):
    text = s2s_ad.value_and_grad(f, backend="numba").source(some(5), 2)
    lines = [line.strip() for line in text[text.index("# Forward sweep") :].splitlines()]
    at = lines.index("u[i] = new[i]")
    assert lines[at - 1].startswith("for i in range(1, ") == bool(first)
