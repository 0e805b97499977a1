"""Loops in native code: every way to save and read again what a reverse sweep needs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from tests.native import programs
from tests.native.harness import joint_agrees, native_agrees

rng = np.random.default_rng(0)


def matrix(n):
    a = rng.standard_normal((n, n))
    return a @ a.T + n * np.eye(n)


CASES = {
    "triangular": (0.3, 5),
    "deep": (0.2, 5),
    "backwards": (0.4, 7),
    "steps": (0.3, 9, -4, -3),
    "collatz": (0.3, 7),
    "inner_while": (1.7, 4),
    "early": (1.0, 5.0, 30),
    "maybe_bound": (0.4, 3),
    "skips": (0.2, 7),
    "one_branch_saves": (0.6, 6),
    "loop_in_branch": (0.7, 4),
    "two_walks": (rng.standard_normal(4), rng.standard_normal(6)),
    "rows": (rng.standard_normal((3, 4)), rng.standard_normal(4)),
    "swap": (rng.standard_normal(5),),
    "prefix": (rng.standard_normal(4),),
    "lu": (matrix(4),),
    "gauss_seidel": (rng.standard_normal((5, 5)), rng.standard_normal((5, 5)), 2),
    "structured": ({"a": 0.3, "b": (1.2, 0.7)}, 4),
    "over_list": ([0.3, 0.7, 1.1], 0.5),
    "gmm": tuple(rng.standard_normal(s) for s in ((3,), (3, 2), (3, 2), (4, 2))),
}
SECOND = ("triangular", "collatz", "one_branch_saves", "lu")


@pytest.mark.parametrize("name", CASES)
def test_both_backends_agree(name):
    native_agrees(getattr(programs, name), *CASES[name], second=name in SECOND)


@pytest.mark.parametrize("name", ["deep", "skips", "gmm", "swap"])
def test_joint_sweeps_agree(name):
    joint_agrees(getattr(programs, name), *CASES[name])
