"""Reverse sweeps for NumPy: products instead of sums, writing over what is read no more, one addition to an element."""

import math

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


def valley(u):
    return np.sum(100.0 * (u[1:] - u[:-1] ** 2) ** 2 + (1.0 - u[:-1]) ** 2)


def overlapping(u):
    v = u.copy()
    v[1:-1] = u[:-2] * u[2:] + 3.0 * u[1:-1] - u[:-2] ** 2 + 0.5 * u[2:]
    v[1:] *= v[:-1]
    return np.sum(v * v[::-1])


def other_slices(u):
    return np.sum(u[:-1] ** 2) + 2.0 * np.sum(u[1:] * u[:-1]) + np.sum(np.sin(u[:3]) * u[:-2][:3]) + np.sum(u[:-1])


@pytest.mark.parametrize("f", [valley, overlapping, other_slices])
def test_slices_are_added_to_once(f):
    u = np.array([0.5, -1.25, 2.0, 0.75, 1.5])
    agrees(f, u)
    v = np.array([1.0, -0.5, 0.25, 2.0, -1.0])
    h = 1e-6
    differences = (s2s_ad.grad(f)(u + h * v) - s2s_ad.grad(f)(u - h * v)) / (2 * h)
    same(s2s_ad.hvp(f, (u,), (v,)), differences, rtol=1e-6)


def test_a_plain_write_takes_the_sum_after_it():
    source = s2s_ad.grad(overlapping).source(np.ones(5))
    assert source.count("u_bar[:-2]") == 1, source


def test_a_common_factor_is_taken_out():
    def step(x, r):
        for _ in range(4):
            x = r * x * (1.0 - x)
        return x

    agrees(step, 0.3, 2.9)
    assert "x_bar = r * (v_bar - x_bar * x)" in s2s_ad.grad(step, (0, 1)).source(0.3, 2.9)


def test_a_common_factor_that_is_a_square_on_one_side():
    def f(x, y):
        z = x * y
        return z * y * x + z * z * y + x * x * x * y

    agrees(f, 1.3, -0.7)
    agrees(lambda xs: math.prod([x * x for x in xs]), [0.5, -1.5, 2.0])


def test_slopes_of_large_margins():
    """A logistic function without a choice: neither an overflow nor a warning."""
    x = np.array([-1e4, -800.0, -30.0, 0.0, 30.0, 800.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        got = s2s_ad.grad(lambda x: np.sum(np.logaddexp(0.0, x)))(x)
    same(got, np.array([0.0, 0.0, 1 / (1 + np.exp(30)), 0.5, 1 / (1 + np.exp(-30)), 1.0, 1.0]))


@s2s_ad.checkpoint
def summed_up(w, x, y):
    w = w.copy()
    for part in (x, y):
        w[0] += part
    if w[0] > 1.0:
        return 3.0 * w[1]
    return w[1] * w[1]


def with_a_branch_on_the_last_digit(w, x, y):
    return summed_up(w, x, y) * 2.0


def test_what_is_computed_again_comes_out_as_it_did():
    """1 + e + e is 1, and 1 + (e + e) is more: the adjoint must take the branch that the function took."""
    e = 2.0**-53
    w = np.array([1.0, 5.0])
    assert with_a_branch_on_the_last_digit(w, e, e) == 50.0
    same(s2s_ad.grad(with_a_branch_on_the_last_digit)(w, e, e), np.array([0.0, 20.0]))


def upper(u):
    return np.sum(np.exp(u[2:]))


def lower(u):
    return np.sum(np.sin(u[:-2]) * u[2:])


def columns_but_one(u):
    m = np.reshape(np.outer(u, u), (5, 5))
    return np.sum(np.tanh(m[:-1]) * m[1:])


def in_each_trip(u):
    total = 0.0
    for _ in range(3):
        u = np.tanh(u)
        total += np.sum(u[1:] * u[:-1])
    return total


@pytest.mark.parametrize("f", [upper, lower, columns_but_one, in_each_trip])
def test_an_edge_is_set_to_zero(f):
    agrees(f, np.array([0.5, -1.25, 2.0, 0.75, 1.5]))


def test_an_edge_of_what_is_too_short_for_it():
    same(s2s_ad.grad(upper)(np.ones(1)), np.zeros(1))
    same(s2s_ad.grad(upper)(np.ones(2)), np.zeros(2))
    same(s2s_ad.grad(upper)(np.empty(0)), np.zeros(0))
    same(s2s_ad.grad(upper)(np.ones(3)), np.array([0.0, 0.0, np.e]))


def test_only_the_edge_is_set_to_zero():
    source = s2s_ad.grad(upper).source(np.ones(5))
    assert "np.empty_like(u)" in source and "u_bar[:2] = 0.0" in source, source


def test_a_common_constant_is_taken_out():
    u = np.array([0.5, -1.25, 2.0, 0.75, 1.5])
    assert "= -2.0 * (" in s2s_ad.grad(valley).source(u)

    def ramp(u):
        total = 0.0
        for i in range(1, len(u)):
            total += 3.0 * u[i] * u[i - 1] - 3.0 * np.sin(u[i])
        return total

    agrees(ramp, u)


def test_a_number_goes_where_lengths_are_the_same():
    """What is spread over an array, of which lengths of slices are not known, is a number in products with others."""
    source = s2s_ad.grad(valley).source(np.ones(5))
    assert "full_like" not in source, source
    agrees(lambda u, v: np.sum((u[1:] + v[:-1]) ** 2 * 3.0 + u[:-1]), np.ones(2), np.array([2.0, -1.0]))


def wide(u, v):
    return np.sum(3.0 * (u[1:] * v) + u[:1])


def test_a_length_of_one_is_still_spread():
    agrees(wide, np.array([0.5, 1.5]), np.array([1.0, -2.0, 0.25]))
    agrees(wide, np.array([0.5, 1.5, 2.0, -1.0]), np.array([1.0, -2.0, 0.25]))


def test_the_sign_of_a_product_goes_to_its_smallest_factor():
    def loss(w, x, y):
        return np.mean(np.logaddexp(0.0, -y * (x @ w)))

    x, y = X[0], np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
    agrees(loss, np.ones(4), x, y)
    assert "-1.0 / " in s2s_ad.grad(loss).source(np.ones(4), x, y)


# --- products summed along the last axis ------------------------------------------------------------------------------


def distances(w, x, b):
    d = x - b[:, None, :]
    return np.sum(w * np.exp(-np.sum(d**2, axis=-1)))


def of_two(w, x, b):
    return np.sum(w * np.sqrt(np.sum(x * np.tanh(x), axis=2)))


def in_a_loop(w, x, b):
    total = 0.0
    for k in range(3):
        total += np.sum(w[k] * np.sum(np.square(x[k] - b[k]), axis=(1,)))
    return total


def along_the_first(w, x, b):
    return np.sum(np.sum(x * x, axis=0))


def axis_kept(w, x, b):
    return np.sum(x / np.sum(x * x, axis=2, keepdims=True))


def read_again(w, x, b):
    z = x * x
    return np.sum(w * np.sum(z, axis=2)) + np.sum(np.sin(z))


def spread_out(w, x, b):
    return np.sum(w * np.sum(x * b[:, None, :], axis=2) ** 2)


@pytest.mark.parametrize("f", [distances, of_two, in_a_loop, along_the_first, axis_kept, read_again, spread_out])
def test_products_that_are_summed_along_an_axis(f):
    agrees(f, W, X, B)
    value = s2s_ad.value_and_grad(f, (1, 2))(W, X, B)[0]
    same(value, f(W, X, B), 1e-14)
    whole = f in (distances, of_two, in_a_loop)
    assert ("np.einsum(" in s2s_ad.value_and_grad(f, (1, 2)).source(W, X, B)) is whole


def test_numbers_of_other_types_are_summed_as_they_are_written():
    x = X.astype("float32")
    assert "einsum" not in s2s_ad.value_and_grad(distances, 1).source(W.astype("float32"), x, B.astype("float32"))
    assert "einsum" not in s2s_ad.value_and_grad(distances, 1, optimize=False).source(W, X, B)
