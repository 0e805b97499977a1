"""One name for different arrays, as a branch or a loop left it: what is written through it reaches the right one."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees, same
from tests.language.cases import Cases

case = Cases()
rng = np.random.default_rng(5)
V, W = rng.standard_normal(5), rng.standard_normal(5)
A = rng.standard_normal((4, 3))
M = np.arange(9.0).reshape(3, 3) % 5 / 3 + 0.3


@case((A,), (-A,))
def one_of_two(a):
    b = a.copy()
    c = a if a[0, 0] > 0 else b
    c[0] = 2.0 * a[1]
    return np.sum(a * a) + 3.0 * np.sum(b * b)


@case((A,), (-A,))
def read_after_a_write(a):
    b = a.copy()
    c = a if a[0, 0] > 0 else b
    a[0] *= 2.0
    return np.sum(c * c)


@case((V, W, 0.5), (V, W, -0.5), (V, W, 1.5))
def one_of_three(x, y, k):
    if k > 1.0:
        z = x
    elif k > 0.0:
        z = y
    else:
        z = x * y
    z[1:] *= k
    x[0] += z[2]
    z += y
    return np.sum(x * x * y) + np.sum(z * z)


@case((V, W, 0), (V, W, 1), (V, W, 4))
def swapped_in_a_loop(x, y, n):
    first = x
    for i in range(n):
        x, y = y, x
        x[i] = y[i] * y[0] + 0.5
    return np.sum(first * first * y) + np.sum(x)


def smooth(u, new, steps):
    for _ in range(steps):
        new[1:-1] = u[1:-1] + 0.1 * (u[2:] - u[:-2]) * u[1:-1]
        u, new = new, u
    return u


@case((V, W, 3), (V, W, 2))
def two_buffers_in_a_helper(x, y, n):
    z = smooth(x, y, n)
    z *= 2.0
    return np.sum(x * x) + 3.0 * np.sum(y * z)


def itself_or_another(u, c):
    if c > 0.0:
        u[1] = c
        return u
    return u * c


@case((V, 0.5), (V, -0.5))
def what_a_helper_returns(x, k):
    z = itself_or_another(x, k)
    z[2] = x[0] * k
    x *= 2.0
    return np.sum(z * z * x)


@case((A, 0.5))
def a_row_kept_after_its_loop(a, k):
    for i in range(3):
        row = a[i]
        row[1] = k * row[0]
    row *= a[3]
    return np.sum(a * a * a)


@case((A, 0.5))
def a_walked_row_kept(a, k):
    last = a[3]
    for row in a:
        if row[0] > 0.0:
            last = row
        row *= k
    last += a[0] * a[1]
    return np.sum(a * a * a)


@case((V, W))
def the_larger_one(x, y):
    total = 0.0
    for i in range(4):
        low = x if x[i] < y[i] else y
        low[i:] += 0.5 * low[i] * x[4]
        total += low[0]
    return total * np.sum(x * y)


@case((V, W, 3), (V, W, 7))
def left_by_break(x, y, n):
    z = x
    i = 0
    while i < n:
        i += 1
        if i == 3:
            z = y
            continue
        if i == 5:
            break
        z[i] *= z[i - 1]
    z -= x[0]
    return np.sum(x * x) + np.sum(y * y * y)


@case((A, 0.5), (A, -0.5))
def a_view_of_what_was_chosen(a, k):
    b = np.cos(a)
    z = a if k > 0 else b
    v = z.T[1:, ::2]
    v *= k
    z[:, 0][np.array([1, 1, 2])] += 1.0
    np.add.at(z[:, 2], [0, 0, 3], v[1, 0])
    np.multiply(z, a, out=z)
    z[z > 1.0] = v[0, 1]
    return np.sum(a * a) + 2.0 * np.sum(b * b * b) + np.sum(v)


@case((V, W, 0.5), (V, W, -0.5))
def in_a_tuple(x, y, k):
    pair = (x, y) if k > 0 else (y, x)
    pair[0][1] = k
    x[0] *= pair[1][1]
    return np.sum(pair[0] * pair[0] * y)


@case((V, W, 0.5), (V, W, -0.5))
def changed_by_a_helper(x, y, k):
    z = x if k > 0 else y

    def add(c):
        z[2] += c * z[0]

    add(k)
    z.sort()
    itself_or_another(z, k)[0] = 3.0
    return np.sum(x * x * y)


@case((A, 3.0), (A, -3.0))
def indexed_by_what_a_path_says(a, k):
    if k > 0:
        j = 1
        v = a[j:]
    else:
        j = 2
        v = a[:j]
    v[1] *= k
    a[j] += v[0]
    return np.sum(a * a * a)


@case((V, 0.5, True), (V, 0.5, False))
def itself_or_a_copy(x, k, inplace):
    z = x if inplace else x.copy()
    z[0] += k * x[1]
    z *= x
    return np.sum(z * z) + 2.0 * np.sum(x)


@case((V, 0.5, True), (V, 0.5, False))
def itself_or_what_is_computed(x, k, n):
    z = x
    z = z if n else k * z
    z[1:] -= z[:-1] * k
    x[2] *= 3.0
    return np.sum(x * x) + np.sum(z * z)


EARLY = [(k, n) for k in (0, 1, 2) for n in (0, 1, 2)]


@case(*((M, k, n) for k, n in EARLY))
def with_a_return_before_it(x, k, n):
    v = x * 2.0
    if n:
        if k:
            return 1.5 * x[0, 0]
        v[0] = 3.0 * v[1]
        z = v[:, k]
    else:
        z = x[:, 0] + v[:, 1]
    v[1] = 5.0 * x[0]
    return np.sum(z * z) + np.sum(v)


@case(*((M, k, n) for k, n in EARLY))
def one_of_two_with_a_return_before_it(x, k, n):
    v = x * 2.0
    w = x * x
    if n:
        if k:
            return 1.5 * x[0, 0]
        q = w if x[0, 0] > 0.5 else v
        z = q[:, n]
    else:
        z = x[:, 0] + v[:, 1]
    v[1] = 5.0 * x[0]
    w[0] = x[1]
    return np.sum(z * z) + np.sum(v)


@case(*((M, k, n) for k, n in EARLY))
def in_a_loop_with_a_return(x, k, n):
    v = x * 2.0
    total = 0.0
    for i in range(3):
        if n > i:
            if k:
                return total + 1.5 * x[0, 0]
            z = v[:, (i + n) % 3]
        else:
            z = x[:, i] + v[:, 1]
        v[1] = 5.0 * x[0] * v[2]
        total += np.sum(z * z)
    return total + np.sum(v)


@case(*((M, k, n) for k, n in EARLY))
def a_row_or_a_column_or_nothing_of_it(x, k, n):
    v = x * 2.0
    if n:
        if k:
            if k > 1:
                return 1.5 * x[0, 0]
            z = v[(k + n) % 3]
        else:
            z = v[:, (k + n) % 3]
    else:
        z = x[:, 0] + v[:, 1]
    z[0] = 4.0 * x[1, 1]
    return np.sum(z * z) + np.sum(v * v)


@pytest.mark.parametrize("f, point", case.found)
def test_chosen(f, point):
    agrees(f, *point)


def left_in_the_argument(x, y, n):
    for i in range(3):
        x[i] *= 2.0 * y[i]
        if i == n:
            x = y


@pytest.mark.parametrize("n", [0, 1, 5])
def test_of_an_argument_whose_name_moves_on(n):
    value, pullback = s2s_ad.vjp(left_in_the_argument, V, W, n, of=("x", "y"))
    x, y = V.copy(), W.copy()
    left_in_the_argument(x, y, n)
    same(value, (x, y))
    tangents = (W, V, None)
    _, dots = s2s_ad.jvp(left_in_the_argument, (V, W, n), tangents, of=("x", "y"))
    cts = pullback((V, W))
    same(np.dot(cts[0], W) + np.dot(cts[1], V), np.dot(dots[0], V) + np.dot(dots[1], W))


def test_what_is_only_read_is_not_followed():
    def f(x, y):
        z = x if x[0] > 0 else y
        return np.sum(z * z)

    assert "if x[0] > 0" in s2s_ad.grad(f).source("float64[:]", "float64[:]")


def written_through(x, y, k, n):
    if k > 0.2:
        q = x if n else y
    q[0] = 2.0 * x[1]
    return np.sum(q * q)


def written_beside(x, y, k, n):
    if k > 0.2:
        q = x if n else y
    x[0] = 3.0 * x[1]
    return np.sum(q * q)


def bound_by_a_loop(x, y, k, n):
    for i in range(n):
        q = x if i % 2 else y
    q[0] = 3.0 * x[1]
    return np.sum(q * q) * k


@pytest.mark.parametrize("f", [written_through, written_beside, bound_by_a_loop])
def test_one_of_several_arrays_that_a_path_does_not_bind(f):
    """Nothing says on that path which of them it would be: a number would come out where Python raises."""
    with pytest.raises(s2s_ad.UnsupportedError, match="may share memory"):
        s2s_ad.value_and_grad(f)(V, W, 0.1, 0)


def test_it_is_followed_where_every_path_binds_it():
    def f(x, y, k, n):
        q = y
        if k > 0.2:
            q = x if n else y
        q[0] = 2.0 * x[1]
        return np.sum(q * q)

    for k in (0.1, 0.5):
        agrees(f, V, W, k, 1)


def only_read(x, y, k, n):
    if k > 0.2:
        q = x if n else y
    return np.sum(q * q)


def test_only_read_it_raises_what_python_raises():
    with pytest.raises(UnboundLocalError):
        s2s_ad.value_and_grad(only_read)(V, W, 0.1, 0)
    agrees(only_read, V, W, 0.5, 1)
