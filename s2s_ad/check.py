"""Derivatives compared with what is not ours: differences of the function, complex steps, SymPy, and one mode with
the other."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from s2s_ad.api import jvp, vjp
from s2s_ad.arguments import one_for_each, replica
from s2s_ad.complex_step import complex_step
from s2s_ad.derivative import Derivative, How
from s2s_ad.differences import Differences, differences
from s2s_ad.errors import KindError
from s2s_ad.exact import exact
from s2s_ad.ir.nodes import Apply
from s2s_ad.ir.structure import has_real, spec_of
from s2s_ad.ir.walk import all_stmts
from s2s_ad.probe import Direction, Probe
from s2s_ad.shadow import NotApplicable
from s2s_ad.targets import held_by, plain_function

MODES = {"fwd": "forward", "rev": "reverse"}
ORACLES = ("Python", "differences", "complex step", "SymPy")


@dataclass(frozen=True)
class Answer:
    """What somebody else says a derivative is: ours may be off by `tolerance`; `error` is its own, estimated."""

    value: float
    tolerance: float
    error: float = 0.0


@dataclass(frozen=True)
class Row:
    """One derivative: what our modes give, and what others do.

    `sides`: differences from the left and from the right, where they are not the same. Then they refute nothing: at a
    kink convention says what the derivative is, and in a branch it is that of the branch that ran.
    `agreement`: how far apart two modes may be. `excused`: modes that need not answer here; a note says why.
    """

    what: str
    ours: Mapping[str, float]
    others: Mapping[str, Answer] = field(default_factory=dict)
    sides: tuple[float, float] | None = None
    agreement: float = 1e-9
    excused: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        return not any(self.wrong(mode) for mode in self.ours)

    def wrong(self, mode: str) -> bool:
        """Whether somebody else refutes a mode, or a mode that nobody refutes differs from it."""
        if mode in self.excused:
            return False
        rivals = [m for m in self.ours if m not in self.excused and not self._refuted(m)]
        return self._refuted(mode) or any(
            not _close(self.ours[mode], self.ours[rival], self.agreement) for rival in rivals
        )

    def _refuted(self, mode: str) -> bool:
        return any(not _close(self.ours[mode], other.value, other.tolerance) for other in self.others.values())

    def verdict(self, mode: str) -> str:
        if self.wrong(mode):
            return "WRONG"
        return "kink" if self.sides else "ok" if self.others else "unchecked"


@dataclass(frozen=True)
class Section:
    """The derivatives of one function: of the one that is checked, or of its gradient."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def table(self, digits: int = 12) -> tuple[list[str], list[list[str]]]:
        """Headings and rows of cells; a cell may have two lines."""
        modes = list(dict.fromkeys(mode for row in self.rows for mode in row.ours))
        columns = [name for name in ORACLES if any(name in row.others or _bent(name, row) for row in self.rows)]
        head = ["", "\n".join(modes), *columns, ""]
        return head, [self._cells(row, modes, columns, digits) for row in self.rows]

    def _cells(self, row: Row, modes: Sequence[str], columns: Sequence[str], digits: int) -> list[str]:
        verdicts = [row.verdict(mode) for mode in modes]
        return [
            row.what,
            "\n".join(_text(row.ours[mode], digits) for mode in modes),
            *(_other(name, row, digits) for name in columns),
            verdicts[0] if len(set(verdicts)) == 1 else "\n".join(verdicts),
        ]

    @staticmethod
    def widths(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[int]:
        """How wide each column has to be."""
        return [max(len(line) for row in (head, *body) for line in row[k].split("\n")) for k in range(len(head))]

    def __str__(self) -> str:
        if not self.rows:
            return ": ".join([self.title, *self.notes])
        head, body = self.table()
        lines = [[cell.split("\n") for cell in row] for row in (head, *body)]
        widths = self.widths(head, body)
        out = [self.title]
        for row in lines:
            for k in range(max(map(len, row))):
                cells = [(cell[k] if k < len(cell) else "").ljust(width) for cell, width in zip(row, widths)]
                out.append("  ".join(cells).rstrip())
        return "\n".join([*out, *self.notes])


@dataclass(frozen=True)
class Report:
    """All comparisons for one function and one point."""

    function: str
    sections: tuple[Section, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def good(self) -> bool:
        return all(row.good for row in self.rows)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.sections))


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-7,
) -> None:
    """Compare the derivatives of f at `args`, up to `order`, with differences of f, complex steps and SymPy.

    Raises AssertionError with a table where one is wrong: where it differs from differences by more than
    `atol + rtol * scale` beyond their own estimated error, or from the others, which are exact, by a thousandth of it.
    At a kink differences refute nothing, but forward and reverse mode must still agree. Raises KindError where no
    argument is real.

    >>> check_grads(lambda x, y: x * y ** 2, (2.0, 3.0), order=2)
    """
    result = report(f, args, order, modes, rtol=rtol, atol=atol)
    if not result.rows:
        raise KindError(str(result), remedy="Give it a float among its arguments.")
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
    """The comparisons as a table: a row for each number among the arguments, or some directions if they are many."""
    unknown = set(modes) - set(MODES)
    if unknown or order < 1 or not modes:
        raise ValueError(f"modes are 'fwd' and 'rev', order is at least 1; not {sorted(unknown) or modes or order}")
    args = one_for_each("arguments", args)
    sections: list[Section] = []
    target, what = f, f"derivatives of {getattr(f, '__name__', 'f')}"
    for level in range(order):
        probe = Probe(target, args)
        if not probe.numbers:
            return Report(probe.name, (Section(what, (), ("none of its arguments is real (a float is written 5.0)",)),))
        section = _Comparison(probe, modes, rtol, atol).section(what)
        notes = section.notes
        if probe.whole and level == 0:
            notes = (*notes, f"not differentiated by, being ints (a float is written 5.0): {', '.join(probe.whole)}")
        if level + 1 < order and not probe.single:
            notes = (*notes, "higher orders are checked where the result is one number; check each of these alone")
        sections.append(replace(section, notes=notes))
        if level + 1 == order or not probe.single:
            break
        names = _real_parameters(target, probe.args)
        target = Derivative(target, How("grad", names if len(names) > 1 else names[0]))
        what = f"derivatives of the {'gradient' if level == 0 else f'gradient, {level + 1} times'}"
    return Report(getattr(f, "__name__", "f"), tuple(sections))


def _real_parameters(f: Any, args: tuple[Any, ...]) -> tuple[str | int, ...]:
    """What to differentiate by: names of parameters, and places in the call for what *args takes."""
    held, named = held_by(f)
    signature = inspect.signature(plain_function(f))
    bound = signature.bind(*held, *args, **named).arguments
    found: list[str | int] = []
    for place, name in enumerate([name for name in list(bound)[len(held) :] if name not in named]):
        if signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            found += [place + i for i, value in enumerate(bound[name]) if has_real(spec_of(value))]
        elif has_real(spec_of(bound[name])):
            found.append(name)
    return tuple(found)


class _Comparison:
    """Asks everybody for every derivative, and keeps why some did not answer."""

    def __init__(self, probe: Probe, modes: Sequence[str], rtol: float, atol: float) -> None:
        self.probe, self.modes, self.atol = probe, modes, atol
        self.rtol = rtol
        self.here = float(probe.weighted(probe.value))
        self.silent: dict[tuple[str, str], list[str]] = {}  # (who, why) -> rows
        self.stopped = any(
            isinstance(stmt, Apply) and stmt.op.name == "stop_gradient"
            for function in probe.lowered.program.functions.values()
            for stmt in all_stmts(function.body)
        )

    def section(self, what: str) -> Section:
        # the function itself has said at the point what NumPy has to say of infinities
        with np.errstate(all="ignore"):
            return self._section(what)

    def _section(self, what: str) -> Section:
        probe = self.probe
        values: dict[str, float] = {}
        ours: dict[str, list[float]] = {}
        for mode in self.modes:
            name = MODES[mode]
            value, ours[name] = self._forward() if mode == "fwd" else self._reverse()
            values[name] = float(probe.weighted(value))
        rows = [] if self._same_value(values) else [self._value_row(values)]
        infinite = any(map(math.isinf, ours.get("reverse", ())))
        for k, direction in enumerate(probe.directions):
            rows.append(self._row(direction, {name: each[k] for name, each in ours.items()}, infinite))
        return Section(self._title(what), tuple(rows), self._notes(len(probe.directions)))

    def _forward(self) -> tuple[Any, list[float]]:
        probe = self.probe
        made = [jvp(probe.f, replica(probe.args), direction.tangents) for direction in probe.directions]
        return made[0][0], [float(probe.weighted(tangent)) for _, tangent in made]

    def _reverse(self) -> tuple[Any, list[float]]:
        probe = self.probe
        value, pullback = vjp(probe.f, *replica(probe.args))
        return value, probe.products(probe.by_name(pullback(probe.weight)))

    def _title(self, what: str) -> str:
        at = ", ".join(short(a) for a in self.probe.args)
        title = f"{what} at ({at})"
        if not self.probe.single:
            title += "\nof the sum of its results, each times a fixed random number"
        if self.probe.directions[0].at is None:
            title += f"\nalong fixed random directions in the space of all {len(self.probe.numbers)} numbers"
        return title

    def _same_value(self, values: Mapping[str, float]) -> bool:
        return all(_close(v, self.here, self._exact_tolerance(self.here)) for v in values.values())

    def _value_row(self, values: Mapping[str, float]) -> Row:
        answer = Answer(self.here, self._exact_tolerance(self.here))
        return Row("the value", values, {"Python": answer}, None, self._exact_tolerance(self.here))

    def _exact_tolerance(self, value: float) -> float:
        """A thousandth of what differences are allowed."""
        if not math.isfinite(value):
            return 0.0
        least = 100.0 * self.probe.epsilon
        return max(1e-3 * self.atol, least) + max(1e-3 * self.rtol, least) * abs(value)

    def _row(self, direction: Direction, ours: dict[str, float], infinite: bool) -> Row:
        others: dict[str, Answer] = {}
        sides = None
        try:
            found = self._differences(direction)
            if found.kink:
                sides = found.left.value, found.right.value
            else:
                slope = found.slope
                size = abs(slope.value) if math.isfinite(slope.value) else 1.0
                tolerance = self.atol + max(self.rtol, 1e3 * self.probe.epsilon) * max(size, 1.0) + slope.error
                others["differences"] = Answer(slope.value, tolerance, slope.error)
        except NotApplicable as why:
            self._keep("differences", why, direction)
        for name, oracle in (("complex step", complex_step), ("SymPy", exact)):
            try:
                if self.probe.complex:
                    raise NotApplicable("complex numbers take part")
                value = oracle(self.probe, direction)
                others[name] = Answer(value, self._exact_tolerance(value))
            except NotApplicable as why:
                self._keep(name, why, direction)
        agreement = self._exact_tolerance(max((abs(v) for v in ours.values() if math.isfinite(v)), default=0.0))
        # where another partial is infinite, forward mode multiplies it by the zero of this direction
        lost = math.isnan(ours.get("forward", 0.0)) and infinite and not math.isnan(ours.get("reverse", math.nan))
        if lost:
            self._keep("forward", NotApplicable("another derivative is infinite, and 0 times it is NaN"), direction)
        return Row(direction.name, ours, others, sides, agreement, frozenset({"forward"} if lost else ()))

    def _differences(self, direction: Direction) -> Differences:
        if self.stopped:
            raise NotApplicable("stop_gradient is in the program, and the function does not know")
        if not math.isfinite(self.here):
            raise NotApplicable(f"the function gives {self.here}")
        g, raised = self.probe.beside(direction)
        found = differences(g, self.probe.scale(direction), self.probe.epsilon)
        if found.kink:
            return found
        most = max(1e-4, 10.0 * math.sqrt(self.probe.epsilon))
        if not found.slope.settled or found.slope.error > most * max(abs(found.slope.value), 1.0):
            said = f"; beside the point the function raises {raised[0]}" if raised else ""
            raise NotApplicable(f"they do not settle{said}")
        return found

    def _keep(self, who: str, why: NotApplicable, direction: Direction) -> None:
        self.silent.setdefault((who, str(why)), []).append(direction.name)

    def _notes(self, rows: int) -> tuple[str, ...]:
        return tuple(
            f"no {who}{'' if len(names) == rows else ' for ' + ', '.join(names)}: {why}"
            for (who, why), names in self.silent.items()
        )


def _close(ours: float, other: float, tolerance: float) -> bool:
    if math.isnan(ours) or math.isnan(other):
        return math.isnan(ours) and math.isnan(other)
    return ours == other or abs(ours - other) <= tolerance


def _text(value: float, digits: int) -> str:
    return f"{value:.{digits}g}"


def _bent(name: str, row: Row) -> bool:
    return name == "differences" and row.sides is not None


def _other(name: str, row: Row, digits: int) -> str:
    if _bent(name, row) and row.sides is not None:
        return f"{_text(row.sides[0], digits)} left\n{_text(row.sides[1], digits)} right"
    if name not in row.others:
        return ""
    answer = row.others[name]
    return _text(answer.value, digits) + (f"\n± {answer.error:.0e}" if answer.error else "")


def short(value: Any) -> str:
    """An argument in a title."""
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"array of shape {value.shape}"
    text = repr(value) if not isinstance(value, np.ndarray) else str(value.tolist())
    return text if len(text) <= 40 else text[:37] + "..."
