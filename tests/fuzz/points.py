"""Where a random program is looked at, in which direction, and what is compared: arguments, tangents, numbers."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from tests.fuzz.array_programs import PARAMETERS

Args = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A function, and what of it is differentiated: its value, or what it leaves in its arguments."""

    f: Callable[..., Any]
    of: Any
    real: type  # of the arrays
    straight: bool  # no branches and no loops

    @property
    def names(self) -> tuple[str, ...]:
        return self.f.__code__.co_varnames[: self.f.__code__.co_argcount]

    def __call__(self, *args: Any) -> Any:
        """What Python makes of it; the arguments stay as they are."""
        args = copy.deepcopy(args)
        value = self.f(*args)
        if self.of is None:
            return value
        wanted = (self.of,) if isinstance(self.of, str) else self.of
        left = {"return": value, **dict(zip(self.names, args))}
        parts = tuple(left[name] for name in wanted)
        return parts[0] if isinstance(self.of, str) else parts

    def arguments(self, seed: int) -> Args:
        """A point for the parameters that the function has, told by their names."""
        rng = random.Random(seed)

        def array(*shape: int) -> np.ndarray:
            drawn = [rng.uniform(-1.5, 1.5) for _ in range(int(np.prod(shape)))]
            return np.array(drawn, dtype=self.real).reshape(shape)

        made: dict[str, Callable[[], Any]] = {
            "n": lambda: rng.choice([0, 1, 2, 3, 4]),
            "a": lambda: array(3),
            "xs": lambda: [rng.uniform(-1.5, 1.5) for _ in range(rng.choice([1, 2, 3]))],
        }
        if hasattr(self.f, "__globals__") and "REAL" in self.f.__globals__:
            made.update({name: lambda shape=shape: array(*shape) for name, shape in PARAMETERS.items()})  # type: ignore[misc]
        return tuple(made.get(name, lambda: rng.uniform(-1.5, 1.5))() for name in self.names)


def case(module: ModuleType, text: str) -> Case:
    paths = (ast.If, ast.IfExp, ast.For, ast.While)
    straight = not any(isinstance(node, paths) for node in ast.walk(ast.parse(text)))
    return Case(module.f, getattr(module, "OF", None), getattr(module, "REAL", np.float64), straight)


def numbers(value: Any) -> np.ndarray:
    """All the numbers in a structure, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return np.concatenate([numbers(v) for v in value]) if value else np.zeros(0)
    return np.zeros(0) if value is None else np.ravel(np.asarray(value, dtype=float))


def like(value: Any, given: Callable[[], float]) -> Any:
    """A structure as that of the value, with a given number for each real one and None for what has no derivative."""
    if isinstance(value, (tuple, list)):
        return type(value)(like(item, given) for item in value)
    if isinstance(value, dict):
        return {key: like(item, given) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind != "f":
            return None
        return np.array([given() for _ in range(value.size)], dtype=value.dtype).reshape(value.shape)[()]
    return given() if isinstance(value, float) else None


def direction(value: Any, rng: random.Random, low: float = -1.0, high: float = 1.0) -> Any:
    return like(value, lambda: rng.uniform(low, high))


def moved(value: Any, along: Any, t: float) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(moved(v, a, t) for v, a in zip(value, along))
    if isinstance(value, dict):
        return {key: moved(v, along[key], t) for key, v in value.items()}
    return value if along is None else value + t * along


def pairs(value: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """The leaves of two structures, of which the second may have None in place of a part."""
    if other is None:
        return
    if isinstance(value, (tuple, list)):
        for one, two in zip(value, other):
            yield from pairs(one, two)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from pairs(one, other[key])
    else:
        yield value, other


def product(derivative: Any, along: Any) -> float:
    """The sum of the products of both, leaf by leaf; what is not real has no part in it."""
    return sum((float(numbers(d) @ numbers(a)) for a, d in pairs(along, derivative) if a is not None), 0.0)


def filled(value: Any, derivative: Any) -> np.ndarray:
    """The derivative of every number of the value, zero where it has none."""
    found = [np.zeros(numbers(v).size) if d is None else numbers(d) for v, d in _every(value, derivative)]
    return np.concatenate(found) if found else np.zeros(0)


def _every(value: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, (tuple, list)):
        for k, one in enumerate(value):
            yield from _every(one, None if other is None else other[k])
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _every(one, None if other is None else other[key])
    else:
        yield value, other
