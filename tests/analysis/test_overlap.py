"""Writes of one part of an array to another one: followed where NumPy copies first, else refused."""

import linecache
import random

import numpy as np
import pytest

import s2s_ad

START = np.random.default_rng(3).normal(size=(5, 5))


def derivatives_agree(f, *args):
    """Value and forward mode are NumPy's own, and reverse mode agrees with forward mode."""
    along = tuple(np.random.default_rng(5).normal(size=a.shape) for a in args)
    expected = f(*(a.copy() for a in args))
    value, tangent = s2s_ad.jvp(f, args, along)
    # what only moves elements is its own derivative
    assert np.array_equal(value, expected) and np.array_equal(tangent, f(*(a.copy() for a in along)))
    weights = np.random.default_rng(7).normal(size=expected.shape)
    _, pullback = s2s_ad.vjp(f, *args)
    back = sum(np.sum(ct * a) for ct, a in zip(pullback(weights), along))
    assert np.sum(tangent * weights) == pytest.approx(back, rel=1e-12)


def symmetric(A):
    for i in range(A.shape[0]):
        A[i, i + 1 :] = A[i + 1 :, i]
        A[i, :i] = A[:i, i]
        A[i:, i] = A[i, i:]
        A[:, i] = A[i]
    return A


def shifted(A):
    A[1:, 2] = A[:-1, 2]
    A[0] = A[-1]
    A[1, :] = A[1, ::-1]
    A[:, 0] = A[:, 1]
    A[2, :3] = A[2, 2:]
    A[:2, 3] = A[4, :2]
    return A


def copied(A):
    A[:, -1] = A[1].copy()
    A[::2, 0] = A[:3, 0] + 0.0
    A[0] = 1.0 * A[:, 3]
    return A


@pytest.mark.parametrize("f", [symmetric, shifted, copied])
def test_followed(f):
    derivatives_agree(f, START)


def column_of_row(A):
    A[:, -1] = A[1]
    return A


def other_step(A):
    A[::2, 0] = A[:3, 0]
    return A


def by_a_mask(A):
    row = A[0]
    row[np.array([True, False, True, True, False])] = row[1:4]
    return A


def in_a_helper(A):
    def put(into, values):
        into[:] = values

    put(A[:, 0], A[1])
    return A


def chosen(A):
    part = A[0] if A[0, 0] > 0 else A[1]
    A[:, -1] = part
    return A


def a_diagonal(A):
    A[:, 1] = np.diag(A)
    return A


def by_copyto(A):
    np.copyto(A[:, 0], A[1])
    return A


@pytest.mark.parametrize("f", [column_of_row, other_step, by_a_mask, in_a_helper, chosen, a_diagonal, by_copyto])
def test_refused(f):
    with pytest.raises(s2s_ad.UnsupportedError, match=r"has just written(.|\n)*\.copy\(\)"):
        s2s_ad.vjp(f, START)


def part(rng):
    """An index of two entries, as text, whose result has one or two axes."""

    def entry():
        bounds = [rng.choice(["", *map(str, range(-4, 5))]) for _ in range(2)]
        return rng.choice([str(rng.randrange(-5, 5)), f"{bounds[0]}:{bounds[1]}:{rng.choice(['', '', 1, 2, -1, -2])}"])

    return f"{entry()}, {entry()}"


def test_random_parts():
    """Whatever is not refused is what it would be with a copy."""
    rng = random.Random(11)
    followed = refused = 0
    while followed < 300:
        into, of = part(rng), part(rng)
        scope = {}
        exec(f"def f(A):\n    A[{into}] = A[{of}]\n    return A", scope)
        exec(f"def g(A):\n    A[{into}] = A[{of}].copy()\n    return A", scope)
        try:
            same = np.array_equal(scope["f"](START.copy()), scope["g"](START.copy()))
        except (ValueError, AttributeError):
            continue  # the shapes do not fit, or it is a number
        try:
            value = evaluated(into, of)
        except s2s_ad.UnsupportedError:
            refused += 1
            continue
        assert same, (into, of)
        assert np.array_equal(value, scope["g"](START.copy())), (into, of)
        followed += 1
    assert 0 < refused < followed


def evaluated(into, of):
    """The value as emitted code computes it; the program needs a file."""
    name = f"<overlap {into} of {of}>"
    text = f"def f(A):\n    A[{into}] = A[{of}]\n    return A\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope = {}
    exec(compile(text, name, "exec"), scope)
    return s2s_ad.jvp(scope["f"], (START,), (START,))[0]
