"""generated/ is up to date, correct, and runs where s2s_ad is not installed."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from examples.generate import GENERATED, derivative_modules, examples
from s2s_ad.ir.objects import has_attributes

EXAMPLES = {f"{module}_{function.__name__}": (function, args) for module, function, args in examples()}


def load(stem: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"generated_{stem}", GENERATED / f"{stem}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- numbers in structures --------------------------------------------------------------------------------------------


def is_real(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(is_real, value))
    if has_attributes(type(value)):
        return any(map(is_real, vars(value).values()))
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f"
    return isinstance(value, (float, np.floating))


def flat(value: Any, met: set[int] | None = None) -> np.ndarray:
    """All real numbers in a structure, one after the other; those of an object where it is met first."""
    met = set() if met is None else met
    if has_attributes(type(value)):
        if id(value) in met:
            return np.zeros(0)
        met.add(id(value))
        value = list(vars(value).values())
    if isinstance(value, (tuple, list)):
        return np.concatenate([flat(item, met) for item in value] or [np.zeros(0)])
    return np.ravel(np.asarray(value, dtype=float)) if is_real(value) else np.zeros(0)


def like(value: Any, numbers: list[float], made: dict[int, Any] | None = None) -> Any:
    """The structure of `value` with its real numbers taken from the front of `numbers`; the others stay."""
    made = {} if made is None else made
    if isinstance(value, (tuple, list)):
        return type(value)(like(item, numbers, made) for item in value)
    if has_attributes(type(value)):
        if id(value) not in made:
            made[id(value)] = new = copy.copy(value)
            vars(new).update({name: like(item, numbers, made) for name, item in vars(value).items()})
        return made[id(value)]
    if isinstance(value, np.ndarray) and is_real(value):
        return np.array([numbers.pop(0) for _ in range(value.size)]).reshape(value.shape)
    return numbers.pop(0) if is_real(value) else value


def random_like(value: Any, seed: int) -> Any:
    return like(value, np.random.default_rng(seed).standard_normal(flat(value).size).tolist())


def slope(function: Any, args: Any, direction: Any) -> np.ndarray:
    """The directional derivative by central differences, extrapolated once."""
    point, along = flat(args), flat(direction)

    def central(h: float) -> np.ndarray:
        ends = [flat(function(*like(copy.deepcopy(args), (point + s * h * along).tolist()))) for s in (1.0, -1.0)]
        return (ends[0] - ends[1]) / (2.0 * h)

    return (4.0 * central(1e-4) - central(2e-4)) / 3.0


def real_parts(args: Any) -> tuple[Any, ...]:
    return tuple(arg for arg in args if is_real(arg))


# --- the tests --------------------------------------------------------------------------------------------------------


def test_there_is_one_module_for_each_example_and_no_other() -> None:
    assert {path.stem for path in GENERATED.glob("*.py")} == set(EXAMPLES)


def test_generated_is_up_to_date() -> None:
    for file_name, text in derivative_modules():
        stored = (GENERATED / file_name).read_text(encoding="utf-8")
        assert stored == text, f"{file_name} is not what the compiler makes now: python examples/generate.py"


@pytest.mark.parametrize("stem", EXAMPLES)
def test_derivatives_agree_with_central_differences(stem: str) -> None:
    function, args = EXAMPLES[stem]
    name, module = function.__name__, load(stem)
    tangents = tuple(random_like(arg, seed) for seed, arg in enumerate(real_parts(args)))
    remaining = list(tangents)
    direction = tuple(remaining.pop(0) if is_real(arg) else arg for arg in args)
    want = slope(function, args, direction)

    value, tangent = getattr(module, f"{name}_jvp")(*args, *tangents)
    np.testing.assert_allclose(flat(value), flat(function(*copy.deepcopy(args))), rtol=1e-14)
    np.testing.assert_allclose(flat(tangent), want, rtol=1e-6, atol=1e-7)

    cotangent = random_like(value, 99)
    value, gradients = getattr(module, f"{name}_vjp")(*args, cotangent)
    np.testing.assert_allclose(flat(value), flat(function(*copy.deepcopy(args))), rtol=1e-14)
    forward, reverse = flat(tangent) @ flat(cotangent), flat(tangents) @ flat(gradients)
    np.testing.assert_allclose(reverse, forward, rtol=1e-11, atol=1e-13)

    # a gradient is that of one number; the other derivatives are there for any result
    assert hasattr(module, f"{name}_grad") == hasattr(module, f"{name}_value_and_grad") == isinstance(value, float)
    if isinstance(value, float):
        gradient = flat(getattr(module, f"{name}_grad")(*args))
        np.testing.assert_allclose(gradient @ flat(tangents), flat(tangent)[0], rtol=1e-11, atol=1e-13)
        both = getattr(module, f"{name}_value_and_grad")(*args)
        np.testing.assert_allclose(flat(both), [flat(value)[0], *gradient], rtol=1e-12)
        for k in range(gradient.size):
            axis = np.eye(gradient.size)[k].tolist()
            numeric = slope(function, args, tuple(like(arg, axis) for arg in args))
            np.testing.assert_allclose(gradient[k], numeric[0], rtol=1e-6, atol=1e-7)


ALONE = """
import copy, importlib.util, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "s2s_ad":
            raise ImportError("s2s_ad is not installed here")

sys.meta_path.insert(0, Blocker())

def load(path):
    spec = importlib.util.spec_from_file_location("module", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

for example, function, generated in zip(*[iter(sys.argv[1:])] * 3):
    module = load(example)
    args = module.EXAMPLES[function]
    cotangent = getattr(module, function)(*copy.deepcopy(args))
    getattr(load(generated), function + "_vjp")(*args, cotangent)
    print(generated)
assert "s2s_ad" not in sys.modules
"""


def test_each_module_runs_without_s2s_ad() -> None:
    words = []
    for stem, (function, _) in EXAMPLES.items():
        words += [inspect.getfile(function), function.__name__, str(GENERATED / f"{stem}.py")]
    command = [sys.executable, "-I", "-c", ALONE, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(words) // 3
