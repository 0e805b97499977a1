"""Each way to a derivative, run and measured: symbolic, numeric, forward mode and reverse mode."""

from __future__ import annotations

import ast
import functools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad.arguments import zeros_like
from s2s_ad.complex_step import complex_slope, complex_step
from s2s_ad.derivative import How
from s2s_ad.differences import differences
from s2s_ad.errors import UnsupportedError
from s2s_ad.exact import exact
from s2s_ad.frontend.source import definition
from s2s_ad.ir.structure import spec_of
from s2s_ad.modes import derivative_of
from s2s_ad.probe import FEW, Direction, Probe
from s2s_ad.shadow import NotApplicable
from s2s_ad.symbolic import Straight
from s2s_ad.targets import plain_function
from s2s_ad.transforms import prepared
from s2s_ad.views.bench import medians
from s2s_ad.views.cost import Emitted, operations, statements
from s2s_ad.views.curve import Curve

FORWARD, CENTRAL, COMPLEX = "forward differences", "central differences", "complex step"
FORWARD_MODE, REVERSE_MODE = "forward mode", "reverse mode"
_STEPS = tuple(10.0 ** (-k / 2) for k in range(1, 33))
_COMPLEX_STEPS = tuple(10.0**-k for k in range(3, 17))


@dataclass(frozen=True)
class Way:
    """One way to the derivatives. `operations` and `seconds` are those of one whole gradient, `making` is done once.

    The seconds of differences are those of their calls of the function; None: they would say nothing.
    `error`: the largest of all derivatives, relative to the largest derivative; None where there is nothing to compare
    with.
    """

    name: str
    derivatives: tuple[float, ...]
    error: float | None
    operations: int
    seconds: float | None
    making: float | None = None


@dataclass(frozen=True)
class Growth:
    """How long a function is, and how long its gradient."""

    name: str
    operations: int
    statements: int | None = None


@dataclass(frozen=True)
class _Run:
    """A way that can be run. `call` computes everything once, `derivatives` picks the derivatives from what it gives.

    `calls`: of the function, where that is all that it costs; 0 where its time would say nothing.
    """

    name: str
    call: Callable[[], Any]
    derivatives: Callable[[Any], list[float]]
    operations: int
    making: float | None = None
    calls: int | None = None


class Ways:
    def __init__(self, f: Callable[..., Any], args: Sequence[Any], repeat: int) -> None:
        self.probe = probe = Probe(f, args)
        probe.need_numbers()
        self.repeat = repeat
        self.directions = probe.directions
        self.notes: list[str] = []
        self.raised: list[str] = []  # by the function, beside the point
        self.growth: list[Growth] = []
        self.bound = probe.bound(probe.args)
        self.size = operations(probe, prepared(probe.lowered, optimize=True), self.bound)

    def measured(self) -> tuple[str, list[Way], list[Curve]]:
        """By whom the best derivatives are, every way, and the errors over the step."""
        reference, values = self._reference()
        runs, found = [], []
        for run in [*self._symbolic(), *self._numeric(), self._forward(), self._reverse()]:
            try:
                found.append(run.derivatives(run.call()))
                runs.append(run)
            except ArithmeticError as error:  # math has no infinity: 1 / sqrt(0) raises
                self.notes.append(f"no {run.name}: {error}")
        ways = self._ways(runs, found, values)
        return reference, ways, self._curves(values, [way for way in ways if way.name in (FORWARD_MODE, REVERSE_MODE)])

    def _ways(self, runs: Sequence[_Run], found: Sequence[list[float]], values: Sequence[float]) -> list[Way]:
        timed = [run for run in runs if run.calls is None]
        function, *times = medians([self.probe.itself(), *(run.call for run in timed)], self.repeat)
        measured = dict(zip((run.name for run in timed), times))
        ways = [Way("the function itself", (), None, self.size, function)]
        for run, derivatives in zip(runs, found):
            seconds = measured.get(run.name, (run.calls or 0) * function or None)
            error = _error(derivatives, values)
            ways.append(Way(run.name, tuple(derivatives), error, run.operations, seconds, run.making))
        return ways

    # --- the ways -----------------------------------------------------------------------------------------------------

    @functools.cached_property
    def _straight(self) -> Straight:
        if len(self.probe.numbers) > FEW:
            raise NotApplicable(f"there are more than {FEW} numbers")
        found = Straight(self.probe.f, self.probe.args)
        found.verify()
        return found

    @functools.cached_property
    def _partials(self) -> list[Any]:
        return self._straight.gradient()

    def _symbolic(self) -> list[_Run]:
        try:
            symbols = self._straight.symbols  # SymPy is imported now, which is no part of the work
            start = time.perf_counter()
            straight = Straight(self.probe.f, self.probe.args)
            gradient = straight.gradient()
        except (UnsupportedError, NotApplicable) as why:
            span = getattr(why, "span", None)
            self.notes.append(f"no symbolic way: {getattr(why, 'message', why)}{f' ({span.place})' if span else ''}")
            return []
        sympy, value = straight.sympy, straight.value
        function = sympy.lambdify(symbols, [value, *gradient], modules=["math", "sympy"], cse=True)
        making = time.perf_counter() - start
        shared, rest = sympy.cse([value, *gradient])

        def length(expressions: Sequence[Any]) -> int:
            return sum(int(sympy.count_ops(each)) for each in expressions)

        once = length([*(expression for _, expression in shared), *rest])
        self.growth += [
            Growth("SymPy: the function", length([value])),
            Growth("SymPy: its gradient, written out", length(gradient)),
            Growth("SymPy: value and gradient, common parts shared", once, len(shared) + 1),
        ]
        point = [float(n) for n in self.probe.numbers]
        return [
            _Run("symbolic (SymPy)", lambda: function(*point), lambda made: list(map(float, made[1:])), once, making)
        ]

    def _numeric(self) -> list[_Run]:
        n, epsilon = len(self.directions), self.probe.epsilon
        kinds = [
            (FORWARD, lambda d: self._one_sided(d, math.sqrt(epsilon)), n + 1, n + 1),
            (CENTRAL, lambda d: self._two_sided(d, epsilon ** (1 / 3)), 2 * n, 2 * n),
            # run by an interpreter: how long it takes there says nothing
            (COMPLEX, self._complex_step, n, 0),
        ]
        runs = []
        for name, slope, runs_of_it, calls in kinds:
            try:
                found = list(map(slope, self.directions))
            except NotApplicable as why:
                self.notes.append(f"no {name}: {why}")
                continue
            if self.raised:
                self.notes.append(f"no {name}: beside the point the function raises {self.raised[0]}")
                self.raised.clear()
                continue
            call, same = _giving(found)
            runs.append(_Run(name, call, same, runs_of_it * self.size, None, calls))
        return runs

    def _one_sided(self, direction: Direction, h: float) -> float:
        h *= self.probe.scale(direction) or 1.0
        here = float(self.probe.weighted(self.probe.value))
        return (self._beside(direction, h) - here) / h

    def _two_sided(self, direction: Direction, h: float) -> float:
        h *= self.probe.scale(direction) or 1.0
        return (self._beside(direction, h) - self._beside(direction, -h)) / (2.0 * h)

    def _beside(self, direction: Direction, h: float) -> float:
        at, raised = self.probe.beside(direction)
        value = at(h)
        self.raised += raised
        return value

    def _complex_step(self, direction: Direction) -> float:
        self._no_complex_numbers()
        return complex_step(self.probe, direction)

    def _complex_sided(self, direction: Direction, h: float) -> float:
        self._no_complex_numbers()
        return complex_slope(self.probe, direction, h * (self.probe.scale(direction) or 1.0))

    def _no_complex_numbers(self) -> None:
        if self.probe.complex:
            raise NotApplicable("complex numbers take part")

    def _forward(self) -> _Run:
        made = Emitted(self.probe, "jvp")
        calls = [made.call(self._tangents(d)) for d in self.directions]

        def along(results: Sequence[Any]) -> list[float]:
            return [float(self.probe.weighted(tangent)) for _, tangent in results]

        operations = len(calls) * made.length(self._tangents(self.directions[0]))
        return _Run(FORWARD_MODE, lambda: [call() for call in calls], along, operations, made.seconds)

    def _tangents(self, direction: Direction) -> list[Any]:
        given = self.probe.by_name(direction.tangents)
        return [given[name] if name in given else zeros_like(self.bound[name]) for name in self._real]

    @functools.cached_property
    def _real(self) -> list[str]:
        """The parameters that the derivatives are by; those left to their defaults move nowhere."""
        specs = {name: spec_of(value) for name, value in self.bound.items()}
        names, _ = derivative_of(self.probe.f, How("jvp")).wrt_names(specs)
        return [str(name) for name in names]

    def _reverse(self) -> _Run:
        probe = self.probe
        made = Emitted(self.probe, "value_and_grad" if probe.single else "vjp")
        seed = [] if probe.single else [probe.weight]

        def products(result: Any) -> list[float]:
            cts = result[1] if len(self._real) > 1 else (result[1],)
            return probe.products(dict(zip(self._real, cts)))

        operations = made.length(seed)
        own = definition(plain_function(probe.f)).node
        self.growth += [
            Growth("the program of the function", self.size, statements(own)),
            Growth("the program of its value and gradient", operations, statements(ast.parse(made.text))),
        ]
        return _Run(REVERSE_MODE, made.call(seed), products, operations, made.seconds)

    # --- errors -------------------------------------------------------------------------------------------------------

    def _reference(self) -> tuple[str, list[float]]:
        """The best that is known of the derivatives, and by whom."""
        for name, oracle in (
            ("SymPy with 30 digits", self._by_expression),
            ("SymPy along each direction, with 30 digits", lambda d: exact(self.probe, d)),
            ("the complex step", lambda d: complex_step(self.probe, d)),
            ("extrapolated differences", self._extrapolated),
        ):
            try:
                if oracle != self._extrapolated:
                    self._no_complex_numbers()
                return name, list(map(oracle, self.directions))
            except (NotApplicable, UnsupportedError):
                continue
        return "", []

    def _by_expression(self, direction: Direction) -> float:
        straight = self._straight
        if direction.at is None:
            raise NotApplicable("there are many numbers")
        return straight.at_point(self._partials[direction.at])

    def _extrapolated(self, direction: Direction) -> float:
        beside, _ = self.probe.beside(direction)
        found = differences(beside, self.probe.scale(direction), self.probe.epsilon)
        if not found.sure(1e-6):
            raise NotApplicable("differences do not settle")
        return found.slope.value

    def _curves(self, values: list[float], ours: Sequence[Way]) -> list[Curve]:
        curves = []
        for name, slope, steps in (
            (FORWARD, self._one_sided, _STEPS),
            (CENTRAL, self._two_sided, _STEPS),
            (COMPLEX, self._complex_sided, _COMPLEX_STEPS),
        ):
            points = []
            for h in steps if values else ():
                try:
                    error = _error([slope(d, h) for d in self.directions], values)
                except NotApplicable:  # the step is so large that a complex number means nothing
                    continue
                if error is not None and math.isfinite(error):
                    points.append((h, error))
            if points:
                curves.append(Curve(name, tuple(points)))
        errors = [way.error for way in ours if way.error is not None and math.isfinite(way.error)]
        return [*curves, Curve("forward and reverse mode", ((0.0, max(errors)),))] if curves and errors else curves


def _error(found: Sequence[float], values: Sequence[float]) -> float | None:
    if not values:
        return None
    # NumPy's maximum, unlike Python's, is NaN where one of them is
    return float(np.max(np.abs(np.subtract(found, values)))) / (max(map(abs, values)) or 1.0)


def _giving(found: list[float]) -> tuple[Callable[[], Any], Callable[[Any], list[float]]]:
    return lambda: found, lambda made: list(made)
