"""A function that is too long to be compiled in one piece is written in parts, and computes the same."""

from __future__ import annotations

import re
import types

import numpy as np
import pytest

import s2s_ad
from s2s_ad.backend import outline
from tests.native import array_programs, programs
from tests.native.array_programs import ARRAY_CASES
from tests.native.programs import CASES
from tests.native.test_interpreted import _python_for_numba, both_agree, test_random_programs  # noqa: F401


@pytest.fixture(autouse=True)
def _short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "LONG", 10)
    monkeypatch.setattr(outline, "PART", 6)


def anew(f):
    """The same function, of which nothing has been compiled yet."""
    return types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, f.__closure__)


@pytest.mark.parametrize("name", CASES)
def test_programs_with_loops(name):
    both_agree(anew(getattr(programs, name)), CASES[name])


@pytest.mark.parametrize("name", ARRAY_CASES)
def test_programs_of_arrays(name):
    both_agree(anew(getattr(array_programs, name)), ARRAY_CASES[name])


def straight(x, y, u):
    a = x * y
    b = np.sin(a) + x
    u[0] = b * a
    c = b / (1.0 + a * a)
    if c > 0.0:
        d = c * b
        u[1] = d * d
    else:
        d = x
    e = np.exp(-d) * c
    for k in range(2, len(u)):
        u[k] = u[k - 1] * u[k - 2] + e * u[k]
    f = e * d + c
    g = np.cos(f) * e
    if g > 100.0:
        return g * f
    h = g / f + u[1]
    return h * f + np.sum(u)


def test_its_parts_are_short_and_named_after_it():
    gradient = s2s_ad.grad(anew(straight), (0, 1, 2), backend="numba")
    text = gradient.source(0.3, 0.7, np.linspace(0.2, 1.4, 5))
    parts = re.findall(r"^def (_straight_grad_part_\d+)\(", text, re.M)
    assert len(parts) >= 3 and len(set(parts)) == len(parts)
    for name in parts:
        assert len(re.findall(rf"\b{name}\(", text)) == 2  # where it is defined, and where it is called
    args = (0.3, 0.7, np.linspace(0.2, 1.4, 5))
    both_agree(anew(straight), args)


def test_what_only_a_branch_stores_does_not_leave_a_part():
    def f(x, n):
        if n > 2:
            a = x * x
        b = np.sin(x) * x
        b = b * b + x
        b = b * x + 1.0
        c = b * b - x
        c = c * x + b
        if n > 2:
            c = c * a
        d = np.exp(c * 0.1)
        return d * c

    for n in (1, 3):
        both_agree(anew(f), (0.6, n))


def test_an_index_out_of_bounds_is_found_inside_a_part():
    gradient = s2s_ad.grad(anew(straight), backend="numba")
    with pytest.raises(IndexError):
        gradient(0.3, 0.7, np.ones(1))
