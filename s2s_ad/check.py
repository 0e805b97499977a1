"""Derivatives compared with what is not ours: differences of the function itself, and one mode with the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad.api import jvp, vjp
from s2s_ad.arguments import own_copy
from s2s_ad.derivative import Derivative, How
from s2s_ad.ir.structure import Leaf, Spec, Static, leaf_kinds, leaves, real_leaves, rebuild, spec_of
from s2s_ad.transforms import as_float


@dataclass(frozen=True)
class Row:
    """One comparison along one direction."""

    what: str
    ours: float
    other: float
    tolerance: float

    @property
    def good(self) -> bool:
        if np.isnan(self.ours) or np.isnan(self.other):
            return bool(np.isnan(self.ours) and np.isnan(self.other))
        return self.ours == self.other or abs(self.ours - self.other) <= self.tolerance


@dataclass(frozen=True)
class Report:
    """All comparisons for one function and one point."""

    function: str
    rows: tuple[Row, ...]

    @property
    def good(self) -> bool:
        return all(row.good for row in self.rows)

    def __str__(self) -> str:
        width = max((len(row.what) for row in self.rows), default=4)
        lines = [f"{'derivatives of ' + self.function:<{width}}  {'ours':>24}  {'other':>24}  {'error':>9}"]
        for row in self.rows:
            mark = "" if row.good else "  WRONG"
            error = abs(row.ours - row.other)
            lines.append(f"{row.what:<{width}}  {row.ours:>24.16g}  {row.other:>24.16g}  {error:>9.1e}{mark}")
        return "\n".join(lines)


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-7,
) -> None:
    """Compare the derivatives of f at `args`, up to `order`, with central differences of f along random directions.

    Raises AssertionError with a table where one differs by more than `atol + rtol * scale` beyond the error that the
    differences themselves are estimated to have.

    >>> check_grads(lambda x, y: x * y ** 2, (2.0, 3.0), order=2)
    """
    result = report(f, args, order, modes, rtol=rtol, atol=atol)
    if not result.good:
        raise AssertionError(f"a derivative is wrong\n{result}")


def report(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-7,
) -> Report:
    """The comparisons as a table."""
    unknown = set(modes) - {"fwd", "rev"}
    if unknown or order < 1:
        raise ValueError(f"modes are 'fwd' and 'rev', order is at least 1; not {sorted(unknown) or order}")
    rows: list[Row] = []
    _compare(f, tuple(args), order, tuple(modes), "", rows, rtol, atol)
    return Report(getattr(f, "__name__", "f"), tuple(rows))


def _compare(
    f: Any,
    args: tuple[Any, ...],
    order: int,
    modes: tuple[str, ...],
    prefix: str,
    rows: list[Row],
    rtol: float,
    atol: float,
) -> None:
    rng = np.random.default_rng(0)
    specs = [spec_of(a) for a in args]
    if not any(kind.real for spec in specs for kind in leaf_kinds(spec)):
        specs = [as_float(spec) for spec in specs]  # grad(f)(3) means 3.0
    directions = tuple(_direction(spec, a, rng) for spec, a in zip(specs, args))
    value = _call(f, args)
    weight = _direction(as_float(spec_of(value)), value, rng)
    expected, error = _difference(lambda t: _dot(weight, _call(f, _moved(specs, args, directions, t))))
    tolerance = atol + rtol * max(abs(expected), 1.0) + error
    if "fwd" in modes:
        tangent = jvp(f, args, directions)[1]
        rows.append(Row(f"{prefix}jvp along a random direction", _dot(weight, tangent), expected, tolerance))
    if "rev" in modes:
        cts = vjp(f, *args)[1](weight)
        ours = sum(_dot(d, ct) for d, ct in zip(directions, cts) if ct is not None)
        rows.append(Row(f"{prefix}vjp along a random direction", float(ours), expected, tolerance))
    if order > 1 and isinstance(spec_of(value), Leaf) and np.shape(value) == ():
        names = Derivative(f, How("grad"))
        real = tuple(i for i, s in enumerate(specs) if any(k.real for k in leaf_kinds(s)))
        gradient = Derivative(names.target, How("grad", real))
        _compare(gradient, args, order - 1, modes, f"{prefix}gradient's ", rows, rtol, atol)


def _call(f: Any, args: tuple[Any, ...]) -> Any:
    return f(*own_copy(args))


def _direction(spec: Spec, value: Any, rng: np.random.Generator) -> Any:
    wanted = real_leaves(spec)
    made = [rng.standard_normal(np.shape(leaf)) for leaf in leaves(wanted, value)]
    return rebuild(wanted, iter([_like(leaf, d) for leaf, d in zip(leaves(wanted, value), made)]))


def _like(leaf: Any, direction: Any) -> Any:
    if isinstance(leaf, list):
        return direction.tolist()
    return direction if isinstance(direction, np.ndarray) and direction.shape else float(direction)


def _moved(specs: Sequence[Spec], args: tuple[Any, ...], directions: tuple[Any, ...], t: float) -> tuple[Any, ...]:
    return tuple(_moved_one(spec, a, d, t) for spec, a, d in zip(specs, args, directions))


def _moved_one(spec: Spec, value: Any, direction: Any, t: float) -> Any:
    if isinstance(spec, Static):
        return value
    if isinstance(spec, Leaf):
        if not spec.kind.real:
            return value
        if isinstance(value, list):
            return (np.asarray(value, float) + t * np.asarray(direction)).tolist()
        return value + t * direction
    items = value.values() if spec.type is dict else value
    steps = direction.values() if spec.type is dict else direction
    made = [_moved_one(s, v, d, t) for s, v, d in zip(spec.items, items, steps)]
    return dict(zip(spec.keys, made)) if spec.type is dict else spec.type(made)


def _dot(weight: Any, value: Any) -> float:
    """The sum over the real leaves of weight * value."""
    spec = real_leaves(as_float(spec_of(value)))
    pairs = zip(leaves(real_leaves(as_float(spec_of(weight))), weight), leaves(spec, value))
    return float(sum(np.sum(np.asarray(w) * np.asarray(v)) for w, v in pairs))


def _difference(g: Callable[[float], float]) -> tuple[float, float]:
    """The derivative of g at 0 and an estimate of its error: central differences of steps h and 2h, extrapolated."""
    scale = max(abs(g(0.0)), 1.0)
    h = 2e-4
    with np.errstate(all="ignore"):
        one = (g(h) - g(-h)) / (2 * h)
        two = (g(2 * h) - g(-2 * h)) / (4 * h)
    best = (4 * one - two) / 3
    error = abs(best - one) * 0.1 + 4e-16 * scale / h
    return best, error if np.isfinite(error) else 0.0  # where the function overflows, only the same infinity will do
