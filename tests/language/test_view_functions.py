"""Functions of NumPy whose results are views of what they are given: what is written to them is written there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.agree import agrees

V = np.random.default_rng(8).standard_normal(4)


def with_axes_more(x, k):
    z = np.atleast_1d(x)
    z[0] += k
    np.atleast_2d(x)[0, 1] *= k
    np.atleast_3d(x)[0, 2, 0] = k * x[0]
    return np.sum(x * z)


def cut_at(x, k):
    a, b, c = np.split(x, [1, 3])
    a *= k
    b += a * c
    d, e = np.array_split(x, [2])
    e[0] = d[1] * k
    return np.sum(x * x) + np.sum(b * b)


def equal_parts(x, k):
    a, b = np.split(x, 2)
    a *= k
    b += a * b
    x[0] = b[1]
    return np.sum(x * x * x) + np.sum(a * b)


def parts_of_a_matrix(x, k):
    M = x.reshape(2, 2)
    a, b = np.hsplit(M, [1])
    a += b * k
    c, d = np.vsplit(M, 2)
    d *= c
    e, f = np.split(M, 2, axis=-1)
    f *= e * e
    return np.sum(x * x)


def a_list_of_parts(x, k):
    parts = np.split(x, 4)
    for i in range(1, 4):
        parts[i] *= parts[i - 1] * k
    return np.sum(x * x)


def turned(x, k):
    M = x.reshape(2, 2)
    np.rot90(M)[0, 0] *= k
    np.rot90(M, 2)[0, 1] += k * x[0]
    np.rot90(M, 3)[1, 1] = k
    np.rot90(M, 4)[1, 0] *= 3.0
    np.flipud(M)[0] *= k
    np.fliplr(M)[:, 0] += k
    np.rollaxis(M, 1)[0] *= M[1]
    return np.sum(x * x)


def written_before_it_is_read(x, k):
    z = np.flipud(x)
    x[0] = k * x[1]
    return np.sum(z * z[0] * np.arange(4))


@pytest.mark.parametrize(
    "f",
    [
        with_axes_more,
        cut_at,
        equal_parts,
        parts_of_a_matrix,
        a_list_of_parts,
        turned,
        written_before_it_is_read,
    ],
)
def test_views(f):
    agrees(f, V, 0.7)
