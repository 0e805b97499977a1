"""Gradients of random nests of loops, by complex steps: what is read again where it stands must still stand there."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import s2s_ad
from tests.analysis.nests import program

N = 5


def load(seed: int, folder: Path) -> Callable[..., Any]:
    path = folder / f"nest_{seed}.py"
    path.write_text(program(seed), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f  # type: ignore[no-any-return]


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_gradients_of_random_nests(first: int, tmp_path: Path) -> None:
    ran = 0
    for seed in range(first, first + 20):
        f, draw = load(seed, tmp_path), np.random.default_rng(seed)
        a, m = draw.uniform(-0.9, 0.9, N), draw.uniform(-0.9, 0.9, (N, N))
        a_dot, m_dot = draw.standard_normal(N), draw.standard_normal((N, N))
        try:
            with np.errstate(all="ignore"):
                value, stepped = f(a.copy(), m.copy()), f(a + 1e-30j * a_dot, m + 1e-30j * m_dot)
        except (IndexError, ValueError):
            continue  # an index that is out of bounds
        if not abs(value) < 1e6:
            continue
        with np.errstate(all="ignore"):
            got, (a_bar, m_bar) = s2s_ad.value_and_grad(f, (0, 1))(a, m)
        np.testing.assert_allclose(got, value, rtol=1e-12, err_msg=program(seed))
        scale = 1.0 + abs(stepped.imag * 1e30) + np.sum(np.abs(a_bar)) + np.sum(np.abs(m_bar))
        error = a_bar @ a_dot + np.sum(m_bar * m_dot) - stepped.imag * 1e30
        assert abs(error) < 1e-11 * scale, program(seed)
        ran += 1
    assert ran >= 5
