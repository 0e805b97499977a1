"""Loops in native code: every way to save and read again what a reverse sweep needs."""

from __future__ import annotations

import pytest

pytest.importorskip("numba")

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
