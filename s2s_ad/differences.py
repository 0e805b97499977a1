"""Derivatives from values of the function alone: differences, extrapolated, with an estimate of their error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_RATIO = 4.0  # each step is the last one divided by it
_LEVELS = 14
_LARGEST = 0.05  # the first step, as a part of the scale
_ERROR = 1e-9  # the search ends where the error is estimated to be below this part of the derivative


@dataclass(frozen=True)
class Slope:
    """A limit of differences. `value` is infinite where they grow without bound; `jumps`: the function is not
    continuous from this side; NaN: the function is not there on this side, or the differences come to no limit."""

    value: float
    error: float = 0.0
    jumps: bool = False
    missing: bool = False

    @property
    def settled(self) -> bool:
        return not math.isnan(self.value) and not self.jumps


@dataclass(frozen=True)
class Differences:
    """What differences say: the derivative, or that there is a kink with two of them."""

    slope: Slope
    left: Slope
    right: Slope
    kink: bool

    def sure(self, part: float) -> bool:
        """Whether it is a finite limit from both sides, with an error of at most this part of it."""
        if self.kink or self.left.missing or self.right.missing or not math.isfinite(self.slope.value):
            return False
        return self.slope.error <= part * max(abs(self.slope.value), 1e-3)


class _Limit:
    """Neville's scheme for the limit of a series whose error goes as step, step**2, … or step**2, step**4, …."""

    def __init__(self, even: bool) -> None:
        self.factor = _RATIO**2 if even else _RATIO
        self.rows: list[list[float]] = []
        self.raw: list[float] = []
        self.best = Slope(math.nan, math.inf)

    def add(self, difference: float, noise: float) -> None:
        """The difference for the next step, and what rounding does to it."""
        self.raw.append(difference)
        if not math.isfinite(difference):
            self.rows = []
            return
        row = [difference]
        if self.rows:
            power = self.factor
            for k, above in enumerate(self.rows[-1][:6]):
                row.append(row[k] + (row[k] - above) / (power - 1.0))
                power *= self.factor
                error = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - above)) + 2.0 * noise
                if error <= self.best.error:
                    self.best = Slope(row[k + 1], error)
        self.rows.append(row)

    @property
    def found(self) -> Slope:
        """The limit, if differences for three steps in a row are near it: in chaos some scheme always seems to end."""
        near = 0.1 * abs(self.best.value) + 10.0 * self.best.error + 1e-6
        hits = [abs(difference - self.best.value) <= near for difference in self.raw]
        settles = any(all(hits[k : k + 3]) for k in range(len(hits) - 2))
        return self.best if settles else Slope(math.nan, math.inf)


def differences(g: Callable[[float], float], scale: float, epsilon: float) -> Differences:
    """The derivative of g at 0, where its argument has the magnitude `scale` and its values the accuracy `epsilon`."""
    here = g(0.0)
    # steps that are small beside the argument do not change its sign: a loop that ends may not end on the other side
    found = _search(g, here, scale or 1.0, epsilon)
    if 0.0 < scale < 0.5 and not found.sure(1e-6):
        wider = _search(g, here, 1.0, epsilon)  # the function may be far larger than its argument, and rounding too
        if wider.sure(1e-3) and (wider.slope.error < found.slope.error or not found.sure(math.inf)):
            return wider
    return found


def _search(g: Callable[[float], float], here: float, scale: float, epsilon: float) -> Differences:
    middle, left, right = _Limit(True), _Limit(False), _Limit(False)
    sides: list[tuple[float, float, float]] = []  # step, and how far the function moves to the left and to the right
    h = _LARGEST * scale
    with np.errstate(all="ignore"):
        for _ in range(_LEVELS):
            low, high = g(-h), g(h)
            noise = epsilon * max(abs(here), abs(low), abs(high)) / h + 4.0 * epsilon * scale / h * _slope(low, high, h)
            middle.add((high - low) / (2.0 * h), noise)
            left.add((here - low) / h, 2.0 * noise)
            right.add((high - here) / h, 2.0 * noise)
            sides.append((h, here - low, high - here))
            if all(_good(limit.found) for limit in (middle, left, right)):
                break
            h /= _RATIO
    return _judged(
        middle.found, _side(left.found, sides, 1, epsilon, here), _side(right.found, sides, 2, epsilon, here)
    )


def _slope(low: float, high: float, h: float) -> float:
    """What a rounded step does: it is wrong by the accuracy of the argument, times the slope."""
    slope = abs(high - low) / (2.0 * h)
    return slope if math.isfinite(slope) else 0.0


def _good(slope: Slope) -> bool:
    return slope.error <= _ERROR * max(abs(slope.value), 1e-3)


def _side(slope: Slope, sides: list[tuple[float, float, float]], which: int, epsilon: float, here: float) -> Slope:
    """What becomes of the differences from one side."""
    steps = [(side[0], side[which]) for side in sides]
    if _good(slope):
        return slope
    if len([move for _, move in steps[-5:] if math.isfinite(move)]) < min(5, len(steps)):
        return Slope(math.nan, math.inf, missing=True)
    moves = [abs(move) for _, move in steps[-7:]]
    if min(moves) > 1e3 * epsilon * max(abs(here), 1e-300):
        shrinks = [now / before for before, now in zip(moves, moves[1:])]
        if all(0.8 < ratio < 1.2 for ratio in shrinks):  # the step is much smaller, and the function moves as before
            return Slope(math.copysign(math.inf, steps[-1][1]), jumps=True)
        growth = [b[1] / b[0] / (a[1] / a[0]) for a, b in zip(steps[-7:], steps[-6:])]
        if min(growth) > 1.2 and max(growth) < 1.2 * min(growth):  # like a root: steeper by the same factor each time
            return Slope(math.copysign(math.inf, steps[-1][1]))
    return slope


def _judged(middle: Slope, left: Slope, right: Slope) -> Differences:
    if left.missing or right.missing:  # the edge of where the function is: one side speaks for both
        other = right if left.missing else left
        return Differences(Slope(math.nan, math.inf, missing=True) if other.missing else other, left, right, False)
    if left.jumps or right.jumps:
        return Differences(middle, left, right, True)
    if math.isinf(left.value) or math.isinf(right.value):
        same = left.value == right.value
        return Differences(left if same else middle, left, right, not same)
    gap = abs(left.value - right.value)
    bound = 10.0 * (left.error + right.error) + 1e-6 * max(abs(left.value), abs(right.value))
    return Differences(middle, left, right, gap > bound)
