"""What is emitted for the target programs has no more statements than what a person wrote, and the same values."""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from examples.generate import GENERATED, HERE, load

HANDWRITTEN = Path(__file__).resolve().parent / "handwritten"
# (example module, function, mode)
TARGETS = [
    ("quickstart", "f", "jvp"),
    ("quickstart", "f", "vjp"),
    ("quickstart", "f", "grad"),
    ("recurrence", "logistic", "vjp"),
    ("recurrence", "newton_sqrt", "vjp"),
    ("recurrence", "huber", "vjp"),
    ("arrays", "heat", "vjp"),
    ("arrays", "cholesky_logdet", "vjp"),
    ("arrays", "mlp_loss", "vjp"),
]


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def statements(function: ast.FunctionDef) -> int:
    """All statements of the body, inner ones too, without the docstring."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    texts = [node for node in found if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    return len(found) - 1 - len(texts)


@pytest.mark.parametrize(("module", "name", "mode"), TARGETS)
def test_emitted_code_is_not_longer_than_the_handwritten(module: str, name: str, mode: str) -> None:
    emitted = functions(GENERATED / f"{module}_{name}.py")
    written = functions(HANDWRITTEN / f"{module}_d.py")[f"{name}_{mode}"]
    found = emitted[f"{name}_{mode}"]
    called = {node.id for node in ast.walk(found) if isinstance(node, ast.Name)} & set(emitted)
    assert not called, f"{', '.join(sorted(called))} would have to be counted too"
    assert statements(found) <= statements(written), ast.unparse(found)


def flat(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [number for item in value for number in flat(item)]
    return np.ravel(value).tolist()


@pytest.mark.parametrize(("module", "name", "mode"), TARGETS)
def test_emitted_and_handwritten_code_compute_the_same(module: str, name: str, mode: str) -> None:
    args = copy.deepcopy(load(HERE / f"{module}.py").EXAMPLES[name])
    seeds = tuple(0.5 + k for k, _ in enumerate(args)) if mode == "jvp" else ()
    emitted: ModuleType = load(GENERATED / f"{module}_{name}.py")
    written: ModuleType = load(HANDWRITTEN / f"{module}_d.py")
    got, want = (getattr(source, f"{name}_{mode}")(*args, *seeds) for source in (emitted, written))
    numbers = flat(want)
    np.testing.assert_allclose(flat(got)[: len(numbers)], numbers, rtol=1e-12, atol=1e-15)
