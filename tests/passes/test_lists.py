"""Adjoints in lists: the same numbers as with arrays, and only where a number of Python does as well as NumPy's."""

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, MANY, Array
from s2s_ad.ir.nodes import Apply, Value
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.updates import ELEMENTS, from_list, to_list
from tests.agree import agrees, same
from tests.backend.build import emit, load, program, text

U = np.array([0.3, -0.7, 1.9, 0.4, 1.1, -0.2])
M = np.arange(20.0).reshape(4, 5) % 7 / 3 + 0.5


def heat(u, steps):
    u = u.copy()
    new = u.copy()
    n = len(u)
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + 0.1 * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i] * u[0]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    return total


def swapped(u, steps):
    u = u.copy()
    new = u.copy()
    n = len(u)
    for _ in range(steps):
        for i in range(1, n):
            new[i] = u[i] * u[i - 1]
        u, new = new, u
    return np.sum(u * u)


def relaxed(a, f):
    a = a.copy()
    n, m = a.shape
    for _ in range(3):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                if f[i, j] > 1.0:
                    a[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] * a[i, j + 1])
                else:
                    a[i, j] *= f[i, j]
    return np.sum(a * a)


def eliminated(A):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += np.log(np.abs(A[k, k]))
    return total


def own_array_each_trip(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        terms = np.zeros(x.shape[1])
        for j in range(x.shape[1]):
            terms[j] = x[i, j] * y[j]
        for j in range(1, x.shape[1]):
            terms[j] += terms[j - 1] * y[j]
        for j in range(x.shape[1]):
            total += terms[j] ** 2
    return total


def cube(t, w):
    total = 0.0
    for i in range(t.shape[0]):
        for j in range(t.shape[1]):
            for k in range(t.shape[2]):
                total += w[k] * t[i, j, k] ** 2 * t[0, j, k]
    return total


CASES = {
    "heat": (heat, U, 3),
    "swapped": (swapped, U, 3),
    "relaxed": (relaxed, M, M[::-1] / 2),
    "eliminated": (eliminated, M[:4, :4] + 5 * np.eye(4)),
    "own array each trip": (own_array_each_trip, M, M[0]),
    "cube": (cube, M.reshape(2, 2, 5), U[:5]),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_right(name):
    f, *args = CASES[name]
    agrees(f, *args)
    arrays = tuple(k for k, a in enumerate(args) if isinstance(a, np.ndarray))
    source = s2s_ad.value_and_grad(f, arrays).source(*args)
    assert ".tolist()" in source, source
    made = s2s_ad.grad(f, arrays)(*args)
    same(made, s2s_ad.grad(f, arrays, optimize=False)(*args), rtol=1e-13)
    for got, k in zip(made, arrays):
        assert type(got) is np.ndarray and got.dtype == np.float64 and got.shape == args[k].shape


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (3, 0)])
def test_empty_arrays_keep_their_shape(shape):
    def f(a, b):
        a = a.copy()
        n, m = a.shape
        for _ in range(2):
            for i in range(n):
                for j in range(m):
                    a[i, j] *= b[i, j]
        return np.sum(a)

    a = np.zeros(shape)
    assert ".tolist()" in s2s_ad.grad(f, (0, 1)).source(a, a)
    assert [g.shape for g in s2s_ad.grad(f, (0, 1))(a, a)] == [shape, shape]


def test_arguments_and_cotangents_are_not_written_to():
    def f(a):
        b = a.copy()
        for _ in range(2):
            for i in range(1, a.shape[0]):
                for j in range(a.shape[1]):
                    b[i, j] += b[i - 1, j] * a[i, j]
        return b

    kept, ct = M.copy(), np.ones_like(M)
    _, pullback = s2s_ad.vjp(f, M)
    first = pullback(ct)
    same(pullback(ct), first)
    assert np.array_equal(M, kept) and np.array_equal(ct, np.ones_like(M))


def quotients(x, y):
    z = x.copy()
    for _ in range(2):
        for i in range(1, len(x)):
            z[i] = z[i] * z[i - 1] / y[i]
    return np.sum(z)


def test_what_is_divided_by_stays_numpys():
    """Where NumPy gives infinity, a number of Python would raise."""
    y = np.array([1.0, 2.0, 0.0, 1.0])
    with np.errstate(all="ignore"):
        got = s2s_ad.grad(quotients, (0, 1))(np.ones(4), y)
        same(got, s2s_ad.grad(quotients, (0, 1), optimize=False)(np.ones(4), y))
    assert not np.all(np.isfinite(got[0]))
    source = s2s_ad.grad(quotients, (0, 1)).source(np.ones(4), y)
    assert "z_bar = np.zeros_like" not in source and ".tolist()" in source and "y_list" not in source


def test_numbers_that_the_user_gets_stay_numpys():
    def f(x, c):
        total = 0.0
        for _ in range(2):
            for i in range(len(x)):
                total += c * x[i] * x[i]
        return total

    _, c_bar = s2s_ad.grad(f, (0, 1))(U, np.float64(2.0))
    assert type(c_bar) is np.float64


def test_single_precision_stays_in_arrays():
    x = U.astype(np.float32)
    assert ".tolist()" not in s2s_ad.grad(heat).source(x, 3)
    assert s2s_ad.grad(heat)(x, 3).dtype == np.float32


def test_few_elements_of_an_array_are_read_where_they_are():
    """To list all elements would cost more than a loop over some of them."""

    def f(x, n):
        x = x.copy()
        for _ in range(n):
            for i in range(3):
                x[i] = x[i] * x[i + 1]
        return np.sum(x)

    agrees(f, U, 2)
    assert ".tolist()" not in s2s_ad.grad(f).source(U, 2)


def test_the_hessian_times_a_vector():
    v = np.linspace(-1, 1, len(U))
    along = s2s_ad.hvp(heat, (U, 2), (v, None))
    h = 1e-6
    grad = s2s_ad.grad(heat)
    same(along, (grad(U + h * v, 2) - grad(U - h * v, 2)) / (2 * h), rtol=1e-7)


def test_a_copy_of_nested_lists_has_its_own_rows():
    x = Value(Array("float64", (MANY, MANY)), "x")
    b = Builder()
    rows = Value(to_list.kinds((x.kind,))[0], "rows")
    b.emit(Apply(to_list, (x,), (rows,)))
    first, one = b.apply(OPS["list_len"], rows), Value(FLOAT, "one")
    kept = b.apply_all(ELEMENTS["index_set"], (rows, one), (("index", (0, 0)),))[0]
    back = [Value(x.kind, name) for name in ("new", "old")]
    for value, source in zip(back, (kept, rows)):
        b.emit(Apply(from_list, (source, x), (value,)))
    made = program(b.block((x, one), (*back, first)))
    assert "row.copy()" in text(made)
    new, old, _ = load(emit(made))(M.copy(), 9.0)
    assert new[0, 0] == 9.0 and np.array_equal(old, M)
