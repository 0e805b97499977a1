"""Views that numba has no function for, and lengths: what native code says by indices and by names."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import native_agrees

M = np.array([[2.0, 0.5, 0.25], [0.1, 3.0, 0.2]])


def turned(m):
    return np.flip(m, 1) * m**2 + np.flip(m) * m + np.flip(m, axis=(0, -1)) * m


def upside_down(m):
    return np.flipud(m) * np.fliplr(m) + np.cumsum(m, axis=0)


def squeezed(m):
    return np.squeeze(m[:, None] * m[:, None], axis=1) + np.squeeze(m[:, :, None] ** 3)


def rotated(m):
    return np.rot90(m * m) * 2.0


@pytest.mark.parametrize("f", [turned, upside_down, squeezed, rotated])
def test_views_by_indices(f):
    native_agrees(f, M)
    lines = s2s_ad.jacrev(f, backend="numba").source(M).splitlines()
    code = "\n".join(line for line in lines if "#" not in line)
    assert "np.flip" not in code and "np.squeeze" not in code and "checked_place(i" not in code, code


def written_back(m):
    np.flip(m, 0)[0] = 2.0 * m[0]
    return m * m


def test_what_is_written_to_a_view_by_an_index():
    native_agrees(written_back, M)


def summed(x, n):
    y = np.zeros(n)
    for i in range(len(y)):
        y[i] = x[i] * x[i + 1]
    return y


def test_a_length_is_asked_for_once():
    x = np.linspace(0.5, 1.0, 5)
    native_agrees(summed, x, 4)
    source = s2s_ad.jacrev(summed, backend="numba").source(x, 4)
    body = source[source.index("def _summed_jacrev") :]
    assert body.count("x.shape[0]") == 1 and "y.shape[0]" not in body and "range(n)" in body, source
    assert "np.zeros(n)" not in body.replace("_bar = np.zeros(n)", ""), source  # what is only asked for its length


def nameless(x, y):
    return {"product": x * y, "first": x[0]}


def test_the_adjoint_of_what_has_no_name_is_not_called_as_a_length():
    x = np.linspace(0.5, 1.0, 5)
    source = s2s_ad.jacrev(nameless, backend="numba").source(x, x)
    assert "v_bar = np.empty(v)" in source, source


def total(x, y):
    return np.sum(x) * y[0]


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_a_new_array_of_one_number_is_not_copied(backend):
    source = s2s_ad.grad(total, backend=backend).source(M[0], M[1])
    assert "x_bar = np.full_like(x, v)\n" in source and "copy" not in source, source
