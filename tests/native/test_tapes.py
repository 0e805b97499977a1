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
