"""The ways to a derivative side by side: symbolic, numeric, forward mode and reverse mode."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from s2s_ad.check import short
from s2s_ad.probe import FEW
from s2s_ad.views.bench import in_units
from s2s_ad.views.curve import Curve, drawn, save
from s2s_ad.views.labels import aligned
from s2s_ad.views.ways import Growth, Way, Ways

_COLUMNS = 3  # so many derivatives are printed; the error is that of all of them


@dataclass(frozen=True)
class Comparison:
    """The ways to the derivatives of one function at one point, as a table and a plot. A notebook shows both."""

    function: str
    at: str
    names: tuple[str, ...]
    reference: str
    ways: tuple[Way, ...]
    growth: tuple[Growth, ...]
    curves: tuple[Curve, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        parts = [self._head(), aligned(self._rows()), *([aligned(self._lengths())] if self.growth else [])]
        parts += [drawn(self.curves)] if self.curves else []
        return "\n\n".join([*parts, "\n".join(self.notes)] if self.notes else parts)

    def _head(self) -> str:
        against = f"errors against {self.reference}" if self.reference else "nobody to compare with"
        return f"derivatives of {self.function} at ({self.at}); {against}"

    def _rows(self) -> list[list[str]]:
        shown = self.names[:_COLUMNS]
        rows = [["", *shown, "error", "operations", "time", "to make"]]
        for way in self.ways:
            values = [f"{value:.9g}" for value in way.derivatives[: len(shown)]] or [""] * len(shown)
            error = "" if way.error is None else f"{way.error:.1e}" if way.error else "0"
            took = "" if way.seconds is None else in_units(way.seconds)
            made = "" if way.making is None else in_units(way.making)
            rows.append([way.name, *values, error, str(way.operations), took, made])
        return rows

    def _lengths(self) -> list[list[str]]:
        rows = [["how long it is", "operations", "statements"]]
        return rows + [
            [g.name, str(g.operations), "" if g.statements is None else str(g.statements)] for g in self.growth
        ]

    def plot(self, path: str | Path) -> None:
        """Draw the error over the step as .png, .svg or .pdf; UnsupportedError where matplotlib is not installed."""
        save(self.curves, path, f"{self.function} at ({self.at})")

    def _repr_html_(self) -> str:
        head, *notes = (f"<p>{html.escape(line)}</p>" for line in (self._head(), *self.notes))
        tables = [_html_table(self._rows()), *([_html_table(self._lengths())] if self.growth else [])]
        plot = f'<pre style="font-family:monospace;line-height:1.2">{html.escape(drawn(self.curves))}</pre>'
        return "".join([head, *tables, *([plot] if self.curves else []), *notes])


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = (
        "".join(f"<{cell}>{html.escape(text)}</{cell}>" for text in row)
        for row, cell in zip(rows, ["th", *["td"] * (len(rows) - 1)])
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{'</tr><tr>'.join(body)}</tr></tbody></table>"


def compare(f: Callable[..., Any], *args: Any, repeat: int = 5) -> Comparison:
    """The derivatives of `f` at `args` by SymPy, by differences, by a complex step, and by both of our modes.

    All derivatives where the arguments hold few numbers, else those along some fixed random directions. An operation on
    an array counts once for each element. Times are medians of `repeat` measurements in turn. Raises KindError where no
    argument is real. What a way cannot do is a note.

    >>> made = compare(lambda x, y: x * y ** 2, 2.0, 3.0, repeat=1)
    >>> [(way.name, way.derivatives) for way in made.ways if way.name.endswith("mode")]
    [('forward mode', (9.0, 12.0)), ('reverse mode', (9.0, 12.0))]
    """
    ways = Ways(f, args, repeat)
    with np.errstate(all="ignore"):
        reference, measured, curves = ways.measured()
    probe, notes = ways.probe, list(ways.notes)
    if not probe.single:
        notes.insert(0, "of the sum of its results, each times a fixed random number")
    if len(probe.numbers) > FEW:
        notes.insert(0, f"along fixed random directions in the space of all {len(probe.numbers)} numbers")
    names = tuple(d.name if d.at is None else f"d/d{d.name}" for d in ways.directions)
    at = ", ".join(map(short, probe.args))
    return Comparison(
        probe.name, at, names, reference, tuple(measured), tuple(ways.growth), tuple(curves), tuple(notes)
    )
