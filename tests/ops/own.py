"""What NumPy itself computes, for an operation whose `function` cannot be called with its inputs as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _sized(shape: Any, sizes: tuple[Any, ...]) -> Any:
    """A shape with the lengths that are inputs put in: (None, 3) and 2 are (2, 3)."""
    left = list(sizes)
    return tuple(left.pop(0) if n is None else n for n in shape)


def _new(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *sizes, shape=(), dtype=None: function(_sized(shape, sizes), dtype or float)[()]


def _joined(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs, **params: function(xs, **params)


def _linspace(start: Any, stop: Any, *sizes: Any, shape: Any = (50,), endpoint: bool = True) -> Any:
    return np.linspace(start, stop, *_sized(shape, sizes), endpoint=endpoint)


OWN: dict[str, Callable[..., Any]] = {
    **{f"np.{name}": _joined(getattr(np, name)) for name in "stack concatenate vstack hstack column_stack".split()},
    **{f"np.{name}": _new(getattr(np, name)) for name in ("zeros", "ones")},
    "np.reshape": lambda x, *sizes, shape: np.reshape(x, _sized(shape, sizes))[()],
    "np.broadcast_to": lambda x, *sizes, shape: np.broadcast_to(x, _sized(shape, sizes))[()],
    "np.full": lambda x, *sizes, shape, **params: np.full(_sized(shape, sizes), x, **params)[()],
    "np.eye": lambda *sizes, shape, k=0, dtype=float: np.eye(*_sized(shape, sizes), k, dtype),
    "np.linspace": _linspace,
    "matmul": np.matmul,
    "math.sumprod": lambda *xs: sum(x * y for x, y in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
}
