"""Programs lowered for numba and run by Python: the lowering itself, without waiting for a compiler."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

import s2s_ad
from s2s_ad.arguments import own_copy
from tests.agree import same
from tests.fuzz.checks import imported
from tests.fuzz.generator import Program
from tests.fuzz.points import case
from tests.native import array_programs, expression_programs, nests, programs
from tests.native.array_programs import ARRAY_CASES
from tests.native.expression_programs import EXPRESSION_CASES
from tests.native.programs import CASES


@pytest.fixture(autouse=True)
def _python_for_numba(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    text = Program(seed).text
    with imported(text) as module:
        args = case(module, text).arguments(seed)
        try:
            module.f(*args)
        except (ArithmeticError, ValueError, IndexError, UnboundLocalError):
            pytest.skip("the program itself fails at this point")
        try:
            both_agree(module.f, case(module, text).arguments(seed))
        except s2s_ad.UnsupportedError as error:
            assert "native code" in str(error)
            pytest.skip("refused")


@pytest.mark.parametrize("name", ARRAY_CASES)
def test_programs_of_arrays(name):
    both_agree(getattr(array_programs, name), ARRAY_CASES[name])


@pytest.mark.parametrize("name", EXPRESSION_CASES)
def test_programs_of_expressions(name):
    both_agree(getattr(expression_programs, name), EXPRESSION_CASES[name])
    f, args = getattr(expression_programs, name), EXPRESSION_CASES[name]
    wrt = tuple(k for k, a in enumerate(args) if getattr(a, "dtype", None) == float)
    if np.ndim(f(*own_copy(args))) == 0:
        same(s2s_ad.value_and_grad(f, wrt, backend="numba")(*args), s2s_ad.value_and_grad(f, wrt)(*args), 1e-11)


@pytest.mark.parametrize("name", CASES)
def test_programs_with_loops(name):
    both_agree(getattr(programs, name), CASES[name])


@pytest.mark.parametrize("name", ["deep", "skips", "gmm", "swap", "lu", "triangular"])
def test_joint_sweeps(name):
    f, args = getattr(programs, name), CASES[name]
    wrt = tuple(k for k, a in enumerate(args) if isinstance(a, float) or getattr(a, "dtype", None) == float)
    same(s2s_ad.value_and_grad(f, wrt, backend="numba")(*args), s2s_ad.value_and_grad(f, wrt)(*args), 1e-9)


def test_second_order():
    for name in ("triangular", "collatz", "one_branch_saves", "lu", "inner_while"):
        f, args = getattr(programs, name), CASES[name]
        gradient = s2s_ad.grad(f)
        tangents = tuple(map(half, args))
        same(s2s_ad.jvp(gradient, args, tangents, backend="numba"), s2s_ad.jvp(gradient, args, tangents), 1e-9)


def few(u, steps, m):
    for _ in range(steps):
        for j in range(m):
            u[j] = u[j] * u[j] * (u[j + 1] - u[j])
    return np.sum(u)


def test_a_row_is_saved_only_where_a_loop_goes_over_all_of_it():
    """A long array of which a loop uses a few elements is not saved whole."""
    both_agree(few, (np.linspace(0.1, 0.9, 6), 3, 2))
    rows = "u_tape = np.empty((max(steps, 0),) + u.shape"
    assert rows not in s2s_ad.grad(few, backend="numba").source(np.ones(6), 3, 2)
    assert rows in s2s_ad.grad(programs.burgers, backend="numba").source(np.ones(6), 3, 0.1, 0.2)


@pytest.mark.parametrize("seed", range(24))
def test_random_slices(seed):
    draw, wrt = np.random.default_rng(seed), (0, 1, 2, 3)
    with imported(nests.slices(seed)) as module:
        ours, other = (s2s_ad.value_and_grad(module.f, wrt, backend=b) for b in ("numba", "numpy"))
        for n in (8, 8, 5, 3, 2):
            lengths = [n if draw.random() < 0.85 else int(draw.integers(2, 4)) for _ in range(5)]
            shapes = [(lengths[0],), (lengths[1],), (lengths[2],), (lengths[3], lengths[4])]
            args = [draw.uniform(-0.9, 0.9, shape) for shape in shapes]
            try:
                module.f(*(a.copy() for a in args))
            except ValueError:
                with pytest.raises(ValueError):
                    ours(*args)
                continue
            same(ours(*args), other(*args), 1e-9)


def read_after(c):
    """A step adds to the adjoint of what the step before it has read, and reads that then."""
    total = 0.0
    for t in range(3):
        c[:-2] -= np.sin(c[2:]) * c[:-2]
        total += np.sum(c[2:] + 0.2 * c[1:-1])
    return total + np.sum(c * c)


def test_what_is_read_in_the_end_is_not_only_added_to():
    both_agree(read_after, (np.linspace(0.2, 0.9, 7),))
