"""Whole arrays in native code: what numba has not becomes loops."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from tests.native import array_programs
from tests.native.array_programs import ARRAY_CASES
from tests.native.harness import native_agrees


@pytest.mark.parametrize("name", ARRAY_CASES)
def test_both_backends_agree(name):
    native_agrees(getattr(array_programs, name), *ARRAY_CASES[name])


def test_an_index_out_of_bounds_in_an_array_of_them():
    A = np.ones((3, 3))
    with pytest.raises(IndexError):
        s2s_ad.grad(array_programs.picks, (0, 1), backend="numba")(np.ones(3), A, np.array([0, 3]))


def test_the_largest_of_nothing():
    with pytest.raises(ValueError, match="no identity"):
        s2s_ad.grad(lambda A: np.sum(np.max(A, axis=1)), backend="numba")(np.ones((2, 0)))
