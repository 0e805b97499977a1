"""Lengths that loops ask for: once before them, where that is the same, and where it raises nothing of its own."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

U = np.array([0.5, -0.75, 1.25, 0.25, 0.875])
A = np.arange(12.0).reshape(3, 4) % 7 / 5 + 0.25


def in_each_trip(u, n):
    for _ in range(n):
        for i in range(1, len(u) - 1):
            u[i] = u[i] * u[i + 1] * 0.5 + np.sin(u[i - 1])
    return np.sum(u)


def both_axes(A, n):
    for _ in range(n):
        for i in range(A.shape[0]):
            for j in range(A.shape[1] - 1):
                A[i, j] = np.sin(A[i, j + 1]) * A[i, j]
    return np.sum(A)


def shorter_each_time(u, n):
    total = 0.0
    for _ in range(n):
        for i in range(len(u) - 1):
            total += u[i] * u[i + 1]
        u = u[1:] * u[:-1]
    return total


def of_what_a_trip_makes(u, n):
    total = 0.0
    for k in range(1, n + 1):
        v = u[:k] * 2.0
        for i in range(len(v) - 1):
            for j in range(len(v) - 1):
                total += v[i] * v[j + 1]
    return total


def of_what_a_branch_makes(u, n):
    if n > 1:
        v = u * u
    total = np.sum(u)
    for _ in range(n - 1):
        for i in range(len(v) - 1):
            total += v[i] * v[i + 1]
    return total


def named(u, n):
    total = 0.0
    for _ in range(n):
        m = len(u)
        for i in range(m - 1):
            total += u[i] * u[i + 1] * m
    return total


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize(
    ("f", "x"),
    [
        (in_each_trip, U),
        (both_axes, A),
        (shorter_each_time, U),
        (of_what_a_trip_makes, U),
        (of_what_a_branch_makes, U),
        (named, U),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_derivatives_are_right(f, x, n):
    agrees(f, x, n)


def test_the_length_is_not_saved():
    source = s2s_ad.grad(in_each_trip).source(U, 3)
    assert "v = len(u) - 1\n" in source and "for i in range(1, v):" in source
    assert "tape.append((v," not in source and "for v, " not in source


def test_what_changes_its_length_is_asked_in_each_trip():
    source = s2s_ad.grad(shorter_each_time).source(U, 3)
    before = source[: source.index("for ")]
    assert "len(" not in before, source
