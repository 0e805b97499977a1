"""What native code saves in: as much room as is known before the loops, once for all trips of a loop around them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native.harness import joint_agrees, native_agrees

A = np.array([0.3, 0.7, 1.1, 0.5, 0.9])


# --- lists of lists of different lengths ------------------------------------------------------------------------------


def below(x, n):
    total = 0.0
    for i in range(n):
        for j in range(i):
            x = math.sin(x) * 1.1
            total += x * j
    return total


def from_the_end(x, n):
    for i in range(n - 1, -1, -1):
        for _ in range(i, n):
            x = math.sin(x) * 1.1
    return x


def not_always_any(x, n):
    for i in range(n):
        for _ in range(i - 2):
            x = math.sin(x) * 1.1
        for _ in range(n - 2 * i, -1, -2):
            x = math.cos(x) * 0.9
    return x


def three_deep(x, n):
    for i in range(n):
        for j in range(i):
            for _ in range(j, i):
                x = math.sin(x) * 1.1
    return x


def one_length_in_the_middle(x, n):
    for i in range(n):
        for j in range(3):
            for _ in range(j + 1):
                x = math.sin(x) * (1.1 + 0.1 * i)
    return x


def as_the_array_is_long(a):
    total = 0.0
    for i in range(len(a)):
        x = a[i]
        for _ in range(min(i, len(a) - i)):
            x = math.sin(x) * 1.1
        total += x
    return total


def with_another_walk(a, x, n):
    total = 0.0
    for i, v in zip(range(n), a):
        for _ in range(i):
            x = math.sin(x) * v
        total += x
    return total


KNOWN = {
    below: (0.3, 5),
    from_the_end: (0.4, 4),
    not_always_any: (0.6, 6),
    three_deep: (0.5, 5),
    one_length_in_the_middle: (0.4, 3),
    with_another_walk: (A, 0.3, 4),
    as_the_array_is_long: (A,),
}


def of_what_was_computed(x, n):
    k = 1
    for i in range(n):
        for _ in range(k):
            x = math.sin(x) * 1.1
        k = (3 * k + i) % 5
    return x


def while_it_goes_on(x, n):
    i = 0
    while i < n:
        for _ in range(i):
            x = math.sin(x) * 1.1
        i += 1
    return x


def until_enough(x, n):
    for i in range(n):
        for _ in range(i):
            x = math.sin(x) * 1.3
            if x > 0.9:
                break
    return x


def on_one_side(x, n):
    for i in range(n):
        if i % 2:
            for _ in range(i):
                x = math.sin(x) * 1.1
        else:
            x = x * x + 0.5
    return x


UNKNOWN = {
    of_what_was_computed: (0.4, 5),
    while_it_goes_on: (0.3, 5),
    until_enough: (0.8, 5),
    on_one_side: (0.7, 6),
}


@pytest.mark.parametrize("f", [*KNOWN, *UNKNOWN], ids=lambda f: f.__name__)
def test_lists_of_different_lengths(f: Callable[..., Any]) -> None:
    args = {**KNOWN, **UNKNOWN}[f]
    native_agrees(f, *args)
    joint_agrees(f, *args)


@pytest.mark.parametrize("f", [*KNOWN, *UNKNOWN], ids=lambda f: f.__name__)
def test_room_is_made_once_where_it_is_known(f: Callable[..., Any]) -> None:
    args = {**KNOWN, **UNKNOWN}[f]
    text = s2s_ad.grad(f, 0, backend="numba").source(*args)
    assert ("grown(" in text) == (f in UNKNOWN)


@pytest.mark.parametrize("n", [-3, 0, 1, 2, 17])
def test_no_trips_and_many(n: int) -> None:
    for f in (below, from_the_end, not_always_any, three_deep):
        joint_agrees(f, 0.3, n)


# --- arrays of a trip -------------------------------------------------------------------------------------------------


def scratch(means, factors, x):
    n, d = x.shape
    total = 0.0
    for i in range(n):
        centred = np.zeros(d)
        for c in range(len(means)):
            for a in range(d):
                centred[a] = x[i, a] - means[c, a]
            square = 0.0
            for a in range(d):
                z = centred[a]
                for b in range(a):
                    z += factors[c, a, b] * centred[b]
                square += z * z
            total += math.exp(-square)
    return total


def test_what_is_saved_of_a_scratch_array_is_a_row() -> None:
    rng = np.random.default_rng(1)
    args = tuple(rng.standard_normal(s) for s in ((2, 3), (2, 3, 3), (4, 3)))
    native_agrees(scratch, *args, second=True)
    text = s2s_ad.grad(scratch, (0, 1, 2), backend="numba").source(*args)
    assert "grown(" not in text
    inside = text[text.index("for i in range(n):") :]
    assert "np.empty" not in inside and "np.zeros" not in inside


def read_twice_on_one_side(x, w, n, m):
    work = np.zeros(n) + 0.5
    total = 0.0
    for i in range(m):
        work[i % n] = x * w[0]
        if i % 2 == 0:
            for _ in range(n):
                for b in range(n):
                    total += work[b] * work[b] * x
                for a in range(n):
                    for b in range(a):
                        total += work[b] * work[a] * w[1]
    return total


def read_twice_until_enough(x, w):
    work = np.zeros(len(w)) + 0.5
    total = 0.0
    for i in range(2, 9):
        work[i % 2] = x * w[0] + 0.3
        if i % 2 == 0:
            for j in range(i):
                total += x * work[(i + j) % 2] ** 2
                total += w[1] * work[(i + j) % 2] ** 2
        x *= 1.2
        if x > 1.1:
            break
    return total


def test_one_list_that_is_wanted_twice_is_kept_once() -> None:
    w = np.array([0.3, 0.7])
    native_agrees(read_twice_on_one_side, 0.4, w, 4, 3)
    joint_agrees(read_twice_on_one_side, 0.4, w, 4, 3)
    native_agrees(read_twice_until_enough, 0.4, w)


# --- adjoints of what each trip fills anew ----------------------------------------------------------------------------


def filled_anew(a, w):
    """Two loops, so that the first is not done with its own reverse."""
    work, found = np.zeros(len(a)), np.zeros(3)
    for k in range(3):
        for i in range(len(a)):
            work[i] = a[i] * w[k]
        for i in range(len(a)):
            found[k] += work[i] * work[len(a) - 1 - i]
    total = 0.0
    for k in range(3):
        total += math.exp(found[k] - found[0])
    return math.log(total)


def filled_in_part(a, w):
    work, found = np.zeros(len(a)), np.zeros(3)
    for k in range(3):
        for i in range(1, len(a)):
            work[i] = a[i] * w[k]
        work[0] += w[k]
        for i in range(len(a)):
            found[k] += work[i] * work[len(a) - 1 - i]
    total = 0.0
    for k in range(3):
        total += math.exp(found[k] - found[0])
    return math.log(total)


def filled_from_the_one_before(a, w):
    work, found = np.zeros(len(a)), np.zeros(3)
    for k in range(3):
        for i in range(len(a)):
            work[i] = a[i] * w[k] + 0.5 * work[i - 1]
        for i in range(len(a)):
            found[k] += work[i] * work[len(a) - 1 - i]
    total = 0.0
    for k in range(3):
        total += math.exp(found[k] - found[0])
    return math.log(total)


@pytest.mark.parametrize("f", [filled_anew, filled_in_part, filled_from_the_one_before], ids=lambda f: f.__name__)
def test_the_reverse_of_what_is_filled_anew_runs_forward(f: Callable[..., Any]) -> None:
    args = (A[:4].copy(), np.array([0.4, 0.9, 0.7]))
    native_agrees(f, *args, second=f is filled_anew)
    joint_agrees(f, *args)
    text = s2s_ad.grad(f, (0, 1), backend="numba").source(*args)
    reverse = text[text.index("# Reverse sweep") :]
    assert ("for k in range(2, -1, -1):" in reverse) == (f is not filled_anew)


# --- functions that are called ----------------------------------------------------------------------------------------


def pull(x, y, mass):
    forces = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                dx, dy = x[j] - x[i], y[j] - y[i]
                square = dx * dx + dy * dy + 0.01
                weight = mass[j] / square**1.5 + 0.1 * mass[i] * square**-0.5
                forces[i] += weight * dx + dy**2 * square**0.5 * abs(dx) ** -1.5
    return forces


def orbits(x, y, mass, steps):
    a = pull(x, y, mass)
    for _ in range(steps):
        x = x + 0.1 * a
        a = 0.5 * pull(x, y, mass) - 0.1 * pull(y, x, mass)
    return np.sum(a * x)


def test_a_function_that_is_called_more_than_once_hands_no_record_on() -> None:
    rng = np.random.default_rng(3)
    args = (*(rng.standard_normal(4) for _ in range(3)), 3)
    native_agrees(orbits, *args, second=True)
    joint_agrees(orbits, *args)
    assert "pull_fwd" not in s2s_ad.grad(orbits, backend="numba").source(*args)
    assert "pull_fwd" in s2s_ad.grad(orbits).source(*args)


# --- roots ------------------------------------------------------------------------------------------------------------


def of_squares(x):
    return (x * x + 1.0) ** 1.5 + (x**2) ** 0.5 + np.exp(x) ** -0.5 + (x * x + 0.1) ** -1.5


def of_any_number(x, y):
    return x**1.5 + (x - y) ** 0.5 + (x * y) ** -0.5 + (y * y) ** 3.5


def a_root(x):
    return x**0.5 * 2.0


def test_powers_of_what_is_not_negative_are_roots() -> None:
    native_agrees(of_squares, 0.7)
    native_agrees(of_squares, -1.3)
    value_and_grad = s2s_ad.value_and_grad(of_squares, backend="numba")
    text = value_and_grad.source(0.7)
    body = "\n".join(line for line in text.splitlines() if "#" not in line)
    assert "math.sqrt" in body and not any(f"** {power}" in body for power in (0.5, 1.5, -0.5))
    with np.errstate(all="ignore"):
        for x in (0.0, -0.0, 1e-200, 1e200, math.inf, -math.inf):
            assert value_and_grad(x)[0] == pytest.approx(float(of_squares(np.float64(x))), rel=1e-14)


def test_powers_of_what_may_be_negative_stay() -> None:
    native_agrees(of_any_number, 1.7, 0.4)
    assert "sqrt" not in s2s_ad.grad(of_any_number, (0, 1), backend="numba").source(1.7, 0.4)
    assert s2s_ad.value_and_grad(a_root, backend="numba")(-math.inf)[0] == math.inf
