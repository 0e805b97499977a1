"""Arrays put together from others, in native code: parts of an array that is made empty."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.agree import same
from tests.native.harness import native_agrees

X = np.array([0.5, -0.25, 0.75])
M = np.array([[2.0, 0.5, 0.25], [0.1, 3.0, 0.2]])


def in_a_row(x):
    return np.concatenate([x, x**2, np.sin(x)])


def beside_and_below(m):
    return np.concatenate((m, 2.0 * m), axis=1) @ np.concatenate([m.T, m.T * m.T])


def stacked(x):
    return np.stack([x, x**2]) * np.stack([x, x**3], axis=0) + np.stack([x * x, x[::-1]], axis=1).T


def listed(x):
    return np.array([x, x * x])


def rows(m):
    return np.vstack([m, m[0], m**2])


def rows_of_vectors(x):
    return np.vstack([x, x * x])


def ends(x):
    return np.hstack([x[:1], x * x, [1.0, 2.0]])


def wider(m):
    return np.hstack([m, m[:, :1] ** 2]), np.column_stack([m, m[:, 0] ** 2])


def powers(x):
    return np.column_stack([x, x**2, 2.0 * x])


def rolled(x):
    for _ in range(3):
        x = np.concatenate([x[1:] * x[0], x[:1] ** 2])
    return x


def with_ends(x):
    return np.sum(np.diff(np.concatenate([[0.0], x, [1.0]])) ** 2)


def alone(x):
    return np.concatenate([x * x])


def with_whole_numbers(x):
    return np.concatenate([np.arange(2), x * x])


VECTORS = [in_a_row, stacked, listed, rows_of_vectors, ends, powers, rolled, with_ends, alone, with_whole_numbers]


@pytest.mark.parametrize("f", VECTORS)
def test_of_vectors(f):
    native_agrees(f, X)
    lines = s2s_ad.jacrev(f, backend="numba").source(X).splitlines()
    code = "\n".join(line for line in lines if "#" not in line)
    assert "concatenate" not in code and "stack(" not in code, code


@pytest.mark.parametrize("f", [beside_and_below, rows, wider])
def test_of_matrices(f):
    native_agrees(f, M)
    native_agrees(f, M[:1])


def test_of_nothing():
    for f in (in_a_row, listed, powers, alone):
        same(s2s_ad.jacrev(f, backend="numba")(X[:0]), s2s_ad.jacrev(f)(X[:0]))


def put_below(a, b):
    return np.sum(np.concatenate([a, b]) ** 2)


def put_beside(a, b):
    return np.sum(np.stack([a, b]) ** 2)


@pytest.mark.parametrize("f, a, b", [(put_below, M, M[:, :1]), (put_beside, X, X[:1]), (put_beside, X[:1], X)])
@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_what_does_not_fit_is_not_broadcast(f, a, b, backend):
    with pytest.raises(ValueError):
        f(a, b)
    with pytest.raises(ValueError):
        s2s_ad.grad(f, (0, 1), backend=backend)(a, b)


def turning(x):
    return np.abs(np.concatenate([np.exp(1j * x), 1j * x])) ** 2


def test_of_complex_numbers():
    native_agrees(turning, X)
