"""Lowered for numba and run by Python: the lowering itself, without waiting for a compiler."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

import s2s_ad
from tests.agree import same


@pytest.fixture(autouse=True)  # in the modules that import it
def python_for_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    numba = types.ModuleType("numba")
    numba.__spec__ = ModuleSpec("numba", None)

    def njit(**options):
        def decorate(function):
            function.py_func = function
            return function

        return decorate

    numba.njit = njit
    monkeypatch.setitem(sys.modules, "numba", numba)
    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")


def half(value):
    if isinstance(value, (tuple, list)):
        return type(value)(map(half, value))
    if isinstance(value, dict):
        return {key: half(item) for key, item in value.items()}
    return np.full(value.shape, 0.5) if isinstance(value, np.ndarray) else 0.5 if isinstance(value, float) else None


def both_agree(f, args):
    tangents = tuple(map(half, args))
    expected = s2s_ad.jvp(f, args, tangents)
    same(s2s_ad.jvp(f, args, tangents, backend="numba"), expected, 1e-9)
    value, pullback = s2s_ad.vjp(f, *args, backend="numba")
    other, expected_pullback = s2s_ad.vjp(f, *args)
    same(value, other, 1e-9)
    same(pullback(half(value)), expected_pullback(half(value)), 1e-9)
