"""Reshaping is a view or a copy, as the array is stored: followed where that is known, or may be demanded."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()
A = np.random.default_rng(3).standard_normal((4, 3))


@case((A,))
def written_through_ravel(a):
    a.ravel()[1] += 2.0 * a[0, 0]
    return np.sum(a * a * a)


@case((A,))
def some_rows_as_one(a):
    v = a[1:3].reshape(-1)
    v *= a[0, 1]
    a[2] -= v[1]
    return np.sum(a * a) + v[2] * v[3]


@case((A,))
def of_what_was_computed(a):
    b = a * 2.0 + np.sin(a)
    c = b.reshape(2, 6)
    c[0] *= c[1]
    b[1] += 1.0
    return np.sum(c * c) + np.sum(b * a)


@case((A,))
def transposed_is_a_copy(a):
    w = a.T.ravel()
    w *= a[0, 1]
    a[1] *= 3.0
    return np.sum(w * w * w) + np.sum(a * a)


@case((A,))
def in_a_helper(a):
    def flat(m):
        return m.reshape(-1)

    v = flat(a)
    v[::2] *= v[1]
    return np.sum(a * a * a)


@pytest.mark.parametrize("f, point", case.found)
def test_layout(f, point):
    agrees(f, *point)


@pytest.mark.parametrize("f", [written_through_ravel, some_rows_as_one, of_what_was_computed])
def test_what_is_stored_otherwise_is_refused(f):
    s2s_ad.grad(f)(A)
    for other in (np.asfortranarray(A), np.repeat(A, 2, axis=1)[:, ::2]):
        with pytest.raises(s2s_ad.UnsupportedError, match="row by row"):
            s2s_ad.grad(f)(other)


def test_what_is_only_read_may_be_stored_in_any_way():
    def f(a):
        return np.sum(a.ravel() ** 3) + np.sum(np.sin(a.reshape(2, 6)))

    for other in (A, np.asfortranarray(A)):
        agrees(f, other)


def swap_rows(a, n):
    if n > 0:
        a.ravel()[0] *= a[1, 1]
        swap_rows(a.T, n - 1)
    return np.sum(a * a)


def test_a_recursion_does_not_pass_on_what_it_relies_on():
    with pytest.raises(s2s_ad.UnsupportedError):
        s2s_ad.grad(swap_rows)(A, 2)


@s2s_ad.differentiate
def inner(a):
    a.ravel()[0] *= a[1, 1]
    return np.sum(a * a)


def test_a_derivative_inside_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="row by row"):
        s2s_ad.grad(lambda a: np.sum(s2s_ad.grad(inner)(a.T) ** 2))(A)
