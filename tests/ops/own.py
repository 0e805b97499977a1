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


def _to_length(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *sizes, shape, **params: function(x, *_sized(shape, sizes), **params)


def _frequencies(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *step, shape: function(*_sized(shape, step[1:]), *step[:1])


def _complex(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function(x).astype(np.result_type(x.dtype, np.complex64))


OWN: dict[str, Callable[..., Any]] = {
    **{f"np.{name}": _joined(getattr(np, name)) for name in "stack concatenate vstack hstack column_stack".split()},
    **{f"np.{name}": _new(getattr(np, name)) for name in ("zeros", "ones")},
    "np.reshape": lambda x, *sizes, shape: np.reshape(x, _sized(shape, sizes))[()],
    "np.broadcast_to": lambda x, *sizes, shape: np.broadcast_to(x, _sized(shape, sizes))[()],
    "np.full": lambda x, *sizes, shape, **params: np.full(_sized(shape, sizes), x, **params)[()],
    "np.eye": lambda *sizes, shape, k=0, dtype=float: np.eye(*_sized(shape, sizes), k, dtype),
    "np.linspace": _linspace,
    "matmul": np.matmul,
    **{f"np.fft.{name} to a length": _to_length(getattr(np.fft, name)) for name in ("fft", "ifft", "rfft", "irfft")},
    **{f"np.fft.{name} of a step": _frequencies(getattr(np.fft, name)) for name in ("fftfreq", "rfftfreq")},
    "np.fft.fftfreq": lambda *n, shape: np.fft.fftfreq(*_sized(shape, n)),
    "np.fft.rfftfreq": lambda *n, shape: np.fft.rfftfreq(*_sized(shape, n)),
    "np.linalg.eigvals": _complex(np.linalg.eigvals),
    "math.sumprod": lambda *xs: sum(x * y for x, y in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
}
