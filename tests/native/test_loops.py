"""Loops in native code: every way to save and read again what a reverse sweep needs."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native import programs
from tests.native.harness import joint_agrees, native_agrees
from tests.native.programs import CASES

SECOND = ("triangular", "collatz", "one_branch_saves", "lu")


@pytest.mark.parametrize("name", CASES)
def test_both_backends_agree(name):
    native_agrees(getattr(programs, name), *CASES[name], second=name in SECOND)


@pytest.mark.parametrize("name", ["deep", "skips", "gmm", "swap"])
def test_joint_sweeps_agree(name):
    joint_agrees(getattr(programs, name), *CASES[name])


def triangles(means, w, x):
    n, d = x.shape
    total = 0.0
    for i in range(n):
        row = np.zeros(d)
        for c in range(len(means)):
            for a in range(d):
                row[a] = x[i, a] - means[c, a]
            for a in range(d):
                t = 0.0
                for b in range(a + 1):
                    t += w[a, b] * row[b]
                total += t * t
    return total


def one_row_for_all(means, w, x):
    n, d = x.shape
    row = np.zeros(d)
    total = 0.0
    for i in range(n):
        for c in range(len(means)):
            for a in range(d):
                row[a] = x[i, a] - means[c, a]
            for a in range(d):
                t = 0.0
                for b in range(a + 1):
                    t += w[a, b] * row[b]
                total += t * t
    return total


def never_cleared(means, x):
    """The last element of a row stays what the trip before has left there."""
    n, d = x.shape
    row = np.zeros(d)
    total = 0.0
    for i in range(n):
        for a in range(d - 1):
            row[a] = x[i, a] - means[a] * row[a + 1]
        row[d - 1] += row[0] * x[i, 0]
        for a in range(d):
            total += row[a] * row[a]
    return total


def softmax_loss(logits, weights):
    """The adjoints of the terms are filled by one loop and read by the next."""
    n, k = logits.shape
    total = 0.0
    for i in range(n):
        terms = np.zeros(k)
        for c in range(k):
            terms[c] = weights[c] * logits[i, c] * logits[i, c]
        s = 1.0
        for c in range(k):
            s += math.exp(terms[c])
        total += math.log(s)
    return total


def read_backwards(logits, weights):
    """Here they are read in the other order."""
    n, k = logits.shape
    total = 0.0
    for i in range(n):
        terms = np.zeros(k)
        for c in range(k):
            terms[k - 1 - c] = weights[c] * logits[i, c] * terms[k - 1]
        s = 1.0
        for c in range(k):
            s += math.exp(terms[c])
        total += math.log(s)
    return total


def beyond(means, x, more):
    n, d = x.shape
    row = np.zeros(d)
    total = 0.0
    for i in range(n):
        for a in range(d):
            row[a] = x[i, a] - means[a]
        for a in range(d + more):
            total += row[a] * row[a]
    return total


def before_the_first(means, x):
    n, d = x.shape
    row = np.zeros(d)
    total = 0.0
    for i in range(n):
        for c in range(len(means)):
            for a in range(d):
                row[a] = x[i, a] - means[c, a]
            for a in range(d):
                total += row[a] * row[a - 1]
    return total


def twice_read(means, x):
    n, d = x.shape
    row = np.zeros(d)
    total = 0.0
    for i in range(n):
        for c in range(len(means)):
            for a in range(d):
                row[a] = x[i, a] - means[c, a]
            for a in range(d):
                total += row[a] * row[a] * means[c, a]
    return total


def loops_text(f, *args):
    return s2s_ad.value_and_grad(f, backend="numba").source(*args)


def test_sums_through_a_row_of_zeros_go_where_they_belong():
    rng = np.random.default_rng(5)
    means, w, x = rng.standard_normal((3, 4)), rng.standard_normal((4, 5)), rng.standard_normal((6, 4))
    native_agrees(triangles, means, w, x, second=True)
    native_agrees(before_the_first, means, x)
    native_agrees(twice_read, means, x)
    assert "row_bar" not in loops_text(triangles, means, w, x)
    # an array that is longer than the row: places are counted from the end of the row, not of that array
    longer = rng.standard_normal((3, 7))
    native_agrees(triangles, longer, w, x)
    native_agrees(before_the_first, longer, x)
    native_agrees(beyond, longer[0], x, 0)
    with pytest.raises(IndexError):
        s2s_ad.grad(beyond, backend="numba")(longer[0], x, 1)
    joint_agrees(triangles, means, w, x[:0])
    joint_agrees(triangles, means, w[:0], x[:, :0])


def test_a_row_that_each_trip_fills_anew_is_saved_by_no_trip():
    rng = np.random.default_rng(6)
    means, w, x = rng.standard_normal((3, 4)), rng.standard_normal((4, 5)), rng.standard_normal((6, 4))
    native_agrees(one_row_for_all, means, w, x, second=True)
    native_agrees(never_cleared, means[0], x)
    joint_agrees(one_row_for_all, means, w, x)
    joint_agrees(never_cleared, means[0], x)
    for each in (x[:0], x[:1], x[:, :0]):
        joint_agrees(one_row_for_all, means, w, each)
    text = s2s_ad.value_and_grad(one_row_for_all, (0, 1, 2), backend="numba").source(means, w, x)
    assert "tape" not in text and "copy" not in text


def test_what_one_loop_fills_and_the_next_reads_is_no_array():
    rng = np.random.default_rng(8)
    logits, weights = rng.standard_normal((5, 3)), rng.standard_normal(3)
    for f in (softmax_loss, read_backwards):
        native_agrees(f, logits, weights, second=True)
        joint_agrees(f, logits, weights)
        joint_agrees(f, logits[:, :0], weights[:0])
    assert "terms_bar" not in s2s_ad.value_and_grad(softmax_loss, (0, 1), backend="numba").source(logits, weights)


def test_a_tape_grows_as_far_as_it_has_to():
    def halved(a, digits):
        x, total = a, 0.0
        while abs(x) > 10.0**-digits:
            total += x * x
            x = 0.5 * math.sin(x)
        return total

    for digits in (-1, 3, 12):  # no trip, some, and more than there is room for at first
        native_agrees(halved, 1.3, digits)


def changed_anew(u, v, w, p, q, m):
    """The adjoint of v is a new array in each trip, and its name is that of a number meanwhile."""
    n = len(u)
    t = 0.0
    for _ in range(m):
        u = u * p + q
        for _ in range(n - 2, 0, -1):
            u[0] += p * q
        u[1:] = v[:-1] * q
        t += p * np.sum(u * v)
    return np.sum(u * u) + np.sum(v) * t + np.sum(w * v)


def test_a_trip_returns_no_array_under_the_name_of_a_number():
    u = np.array([0.5, -0.75, 1.25, 0.25, 0.875])
    native_agrees(changed_anew, u, u[::-1] / 2, u / 4, 0.25, 0.5, 2)
