"""What derivatives cost beside the function itself, measured in one run."""

from __future__ import annotations

import statistics
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad.derivative import How
from s2s_ad.directional import Jvp, Vjp
from s2s_ad.modes import derivative_of
from s2s_ad.probe import Probe
from s2s_ad.views.labels import aligned

# Griewank & Walther, section 4.4 (Cheap Gradient Principle): where memory costs no more than arithmetic
BOUNDS = {"tangent": "2 to 2.5", "value and gradient": "3 to 4", "pullback": "3 to 4"}


@dataclass(frozen=True)
class Cost:
    """Seconds of one call (median of the repetitions) and of the first, and how often the function's own time."""

    name: str
    seconds: float
    first: float | None
    ratio: float
    bound: str


@dataclass(frozen=True)
class Bench:
    """The costs of one function at one point, as a table."""

    function: str
    costs: tuple[Cost, ...]

    def __str__(self) -> str:
        rows: list[Sequence[str]] = [("", "time", "/ function", "in theory", "first call")]
        for cost in self.costs:
            first = in_units(cost.first) if cost.first is not None else ""
            rows.append((cost.name, in_units(cost.seconds), f"{cost.ratio:.2f}", cost.bound, first))
        return aligned(rows)


def in_units(seconds: float) -> str:
    """A time with three digits: 4.56 ms."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def bench(f: Callable[..., Any], *args: Any, repeat: int = 7, backend: str = "numpy") -> Bench:
    """The time of the function and of its derivatives at `args`: medians of `repeat` measurements in turn.

    Raises KindError where no argument is real.

    >>> made = bench(lambda x, y: x * y, 2.0, 3.0, repeat=1)
    >>> [cost.name for cost in made.costs]
    ['function', 'tangent', 'pullback', 'value and gradient']
    """
    probe = Probe(f, args)
    probe.need_numbers()
    calls: dict[str, Callable[[], Any]] = {"function": probe.itself()}
    tangents = tuple(np.ones_like(t) if isinstance(t, np.ndarray) else t for t in probe.directions[0].tangents)
    forward = derivative_of(f, How("jvp", None, False, True, backend=backend))
    reverse = derivative_of(f, How("fwd", None, False, True, backend=backend))
    assert isinstance(forward, Jvp) and isinstance(reverse, Vjp)
    calls["tangent"] = lambda: forward(probe.args, tangents)
    calls["pullback"] = lambda: reverse(*probe.args)[1](probe.weight)
    if probe.single:
        gradient = derivative_of(f, How("value_and_grad", None, False, True, backend=backend))
        calls["value and gradient"] = lambda: gradient(*probe.args)
    first = {}
    for name, call in calls.items():
        start = time.perf_counter()
        call()
        first[name] = time.perf_counter() - start
    times = medians(list(calls.values()), repeat)
    own = times[0]
    costs = tuple(
        Cost(name, t, None if name == "function" else first[name], t / own, BOUNDS.get(name, ""))
        for name, t in zip(calls, times)
    )
    return Bench(probe.name, costs)


def medians(calls: Sequence[Callable[[], Any]], repeat: int) -> list[float]:
    """The median time of each, measured in turn, so that a slow spell of the machine meets all of them."""
    timers = [timeit.Timer(call) for call in calls]
    counts = list(map(_enough, timers))
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(repeat):
        for times, timer, count in zip(found, timers, counts):
            times.append(timer.timeit(count) / count)
    return [statistics.median(times) for times in found]


def _enough(timer: timeit.Timer) -> int:
    """So many calls that the clock measures them well, which autorange takes ten times as long for."""
    count = 1
    while timer.timeit(count) < 0.02:
        count *= 3
    return count
