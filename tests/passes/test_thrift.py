"""Reverse sweeps for NumPy: products instead of sums, writing over what is read no more, one addition to an element."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees, same

X = np.random.default_rng(5).standard_normal((3, 7, 4))
W = np.random.default_rng(6).standard_normal((3, 7))
B = np.random.default_rng(7).standard_normal((3, 4))


def shifted(w, x, b):
    """Squares of rows, weighted: the adjoint of b is a weighted sum of rows."""
    z = x - b[:, None, :]
    return np.sum(w * np.exp(-0.5 * np.sum(z * z, axis=2)))


def columns(w, x, b):
    z = np.swapaxes(x, 1, 2) - b[:, :, None]
    return np.sum(w * np.sum(z * z, axis=1))


def rows_of_a_matrix(w, x, b):
    return np.sum(w[0] * np.sum((x[0] - b[0]) ** 2, axis=1))


def kept_sums(w, x, b):
    z = x * w[:, :, None]
    return np.sum(np.sum(z, axis=1, keepdims=True) @ np.swapaxes(x, 1, 2)) + np.sum(np.sum(z, axis=1) * b)


@pytest.mark.parametrize("f", [shifted, columns, rows_of_a_matrix, kept_sums])
def test_weighted_sums_are_products(f):
    agrees(f, W, X, B)


def test_a_weighted_sum_reads_each_number_once():
    source = s2s_ad.grad(shifted, (1, 2)).source(W, X, B)
    assert "b_bar = np.squeeze(np.expand_dims(v, 1) @ z, axis=1)" in source, source


def test_an_adjoint_is_written_over_what_is_read_no_more():
    source = s2s_ad.grad(shifted, (1, 2)).source(W, X, B)
    assert "z_bar = np.multiply(z, -np.expand_dims(v, 2), out=z)" in source


def alive(w, x, b):
    z = x * b[:, None, :]
    return np.sum(np.tanh(z) * z * w[:, :, None]), z


def argument(w, x, b):
    return np.sum(w * np.sum(x * x, axis=2)) + np.sum(b)


def view(w, x, b):
    z = np.swapaxes(x, 1, 2)
    y = np.reshape(z, (3, 28))
    return np.sum(w * np.sum(np.swapaxes(z, 1, 2) ** 2 * x, axis=2)) + np.sum(y) * np.sum(b)


def in_a_loop(w, x, b):
    total = 0.0
    z = x.copy()
    for _ in range(3):
        z = z * w[:, :, None] - b[:, None, :]
        total += np.sum(np.exp(-np.sum(z * z, axis=2)))
    return total


@pytest.mark.parametrize("f", [alive, argument, view, in_a_loop])
def test_what_somebody_still_sees_is_not_written_over(f):
    given = W.copy(), X.copy(), B.copy()
    value, pullback = s2s_ad.vjp(f, *given)
    ct = (1.0, np.ones_like(X)) if isinstance(value, tuple) else 1.0
    seen = value[1].copy() if isinstance(value, tuple) else None
    first = pullback(ct)
    same(pullback(ct), first)
    same(given, (W, X, B))
    if seen is not None:
        same(value[1], seen)
        same(ct[1], np.ones_like(X))
    agrees(f, W, X, B)


def stencil(u):
    v = u.copy()
    for i in range(1, len(u) - 1):
        v[i] = u[i] * u[i] - 3.0 * u[i] + u[i - 1] * u[i + 1] + 2.0 * u[i - 1]
    return np.sum(v * v)


def halves(u):
    total = 0.0
    for i in range(len(u)):
        total -= 0.5 * u[i] * u[i]
    return total


def written_between(u):
    v = u.copy()
    for i in range(1, len(u)):
        v[i] = v[i - 1] * v[i - 1] + v[i] * v[i - 1]
    return np.sum(v)


@pytest.mark.parametrize("f", [stencil, halves, written_between])
def test_one_addition_to_an_element_of_a_line(f):
    u = np.array([0.5, -1.25, 2.0, 0.75, 1.5])
    agrees(f, u)
    source = s2s_ad.grad(f).source(u)
    added = [line.split("=")[0].strip(" +-") for line in source.splitlines() if "+= " in line or "-= " in line]
    assert len([a for a in added if "[i]" in a and "bar" in a]) <= 1, source


def test_halves_of_a_square_are_one():
    assert "u_bar[i] -= u[i]" in s2s_ad.grad(halves).source(np.ones(3))
