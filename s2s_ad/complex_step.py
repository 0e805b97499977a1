"""Derivatives by a complex step: the imaginary part of f(x + ih), over h (Squire & Trapp 1998). Exact to rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Apply
from s2s_ad.probe import Direction, Probe
from s2s_ad.shadow import AS_THEY_ARE, NotApplicable, Shadow

_STEPS = (1e-150, 1e-140)  # so small that their squares are nothing, also where the derivative is very large


def complex_step(probe: Probe, direction: Direction) -> float:
    """The derivative along the direction; NotApplicable says which operation has no meaning for complex numbers."""
    first, second = (complex_slope(probe, direction, h) for h in _STEPS)
    if not math.isfinite(first):
        raise NotApplicable(f"it comes to {first}")
    if abs(first - second) > 1e-9 * max(abs(first), abs(second)):
        raise NotApplicable("the function has no power series here")
    return first


def complex_slope(probe: Probe, direction: Direction, h: float) -> float:
    """The imaginary part of a step of ih, over h; NotApplicable as above."""

    def run(*inputs: Any) -> tuple[Any, ...]:
        runner = _Complex(probe.lowered.program)
        return runner.call(probe.lowered.program.entry, inputs)

    moved = probe.moved(direction, lambda x, d: np.asarray(x, float)[()] + 1j * h * d if np.any(d) else x)
    made = complex(probe.interpreted(run, moved))
    probe.check_value(made.real)
    return made.imag / h


class _Complex(Shadow):
    """Numbers carry their derivative as imaginary part. What a program asks of them, it asks of the real part."""

    def carries(self, x: Any) -> bool:
        if isinstance(x, (list, tuple)):
            return any(map(self.carries, x))
        return isinstance(x, (complex, np.complexfloating)) or isinstance(x, np.ndarray) and x.dtype.kind == "c"

    def plain(self, x: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return type(x)(map(self.plain, x))
        return x.real if self.carries(x) else x

    def moving(self, x: Any) -> Any:
        return np.not_equal(np.imag(x), 0)

    def lift(self, x: Any) -> Any:
        return x.astype(complex) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    def fn(self, name: str) -> Callable[..., Any]:
        found = getattr(np, name, None)
        if found is None:
            raise NotApplicable(f"NumPy has no {name} of complex numbers")
        return found  # type: ignore[no-any-return]

    def power(self, x: Any, y: Any) -> Any:
        base = np.asarray(self.plain(x))
        if self.carries(y):
            if np.any(base <= 0):
                raise NotApplicable("a number that is not positive is raised to a power that varies")
            return np.exp(y * np.log(x))
        # numpy would go through the logarithm, where a negative base loses its step
        negative = base < 0
        sign = np.where(negative, np.power(np.where(negative, -1.0, 1.0), y), 1.0)[()]
        return sign * self.where(negative, -x, x) ** y

    def checked(self, stmt: Apply, made: Any, inputs: Sequence[Any]) -> Any:
        """With the real part that the program itself computes, so that its branches are the same."""
        if stmt.op.name in AS_THEY_ARE or isinstance(made, (list, tuple)):
            return made
        kinds = tuple(a.kind for a in stmt.inputs)
        real = stmt.op.evaluate(tuple(map(self.plain, inputs)), stmt.params, kinds)
        with np.errstate(all="ignore"):
            same = np.allclose(self.plain(made), real, rtol=1e-6, atol=1e-9, equal_nan=True)
        if not same:
            raise NotApplicable(f"{stmt.op.name} is not the same for complex numbers here")
        out = np.empty(np.shape(made), complex)
        out.real, out.imag = real, np.imag(made)
        return out if out.shape else complex(out)
