"""Errors over the step, on logarithmic scales: as characters, or drawn by matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from s2s_ad.errors import UnsupportedError

_WIDE, _HIGH = 66, 18
_LOW = -17  # what is exact is drawn here: below the rounding of a float
_MARKS = "o+x"
_LEVEL = "─"


@dataclass(frozen=True)
class Curve:
    """(step, error) pairs; a single one without a step is a level, which holds for all of them."""

    name: str
    points: tuple[tuple[float, float], ...]

    @property
    def level(self) -> bool:
        return len(self.points) == 1 and not self.points[0][0]


def drawn(curves: Sequence[Curve]) -> str:
    """The curves as lines of text, the largest step on the right.

    >>> text = drawn([Curve("one", ((1e-1, 1e-1), (1e-8, 1e-8))), Curve("exact", ((0.0, 0.0),))])
    >>> text.splitlines()[0]
    'error over the step:  o one  ─ exact'
    >>> text.count("o") - 4
    2
    """
    steps = [math.log10(h) for curve in curves for h, _ in curve.points if h] or [-16.0, 0.0]
    left, right = math.floor(min(steps)), math.ceil(max(steps))
    top = max([0, *(math.ceil(_height(e)) for curve in curves for _, e in curve.points)])
    grid = [[" "] * _WIDE for _ in range(_HIGH)]
    legend, marks = [], iter(_MARKS)

    def row(error: float) -> int:
        return round((top - _height(error)) / (top - _LOW) * (_HIGH - 1))

    for curve in sorted(curves, key=lambda each: not each.level):
        mark = _LEVEL if curve.level else next(marks)
        legend.append(f"{mark} {curve.name}")
        for h, error in curve.points:
            if curve.level:
                grid[row(error)] = [_LEVEL] * _WIDE
            else:
                grid[row(error)][round((math.log10(h) - left) / (right - left) * (_WIDE - 1))] = mark
    legend = legend[1:] + legend[:1] if legend and legend[0].startswith(_LEVEL) else legend
    lines = ["  ".join(["error over the step: ", *legend]).replace(":   ", ":  ")]
    ticks = {row(10.0**power): f"1e{power:+03d}" for power in range(-16, top + 1, 4)} | {_HIGH - 1: "exact"}
    lines += [f"{ticks.get(k, ''):>6} ┤{''.join(cells).rstrip()}" for k, cells in enumerate(grid)]
    axis = ["─"] * _WIDE
    names = [" "] * (_WIDE + 6)
    for power in range(left, right + 1, 2):
        at = round((power - left) / (right - left) * (_WIDE - 1))
        axis[at] = "┴"
        names[at : at + 5] = f"1e{power:+03d}"
    return "\n".join([*lines, f"{'':>6} └{''.join(axis)}", f"{'':>6}{''.join(names)}".rstrip()])


def _height(error: float) -> float:
    return max(math.log10(error), _LOW) if error else _LOW


def save(curves: Sequence[Curve], path: str | Path, title: str) -> None:
    """Draw them in a file: .png, .svg or .pdf."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UnsupportedError("a plot needs matplotlib", remedy="pip install s2s-ad[plot]") from None
    if Path(path).suffix not in (".png", ".svg", ".pdf"):
        raise UnsupportedError(f"a plot is not written as {Path(path).name}", remedy="Use .png, .svg or .pdf.")
    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    axes = figure.subplots()
    styles = iter(("#d1495b", "#edae49", "#2e86ab"))
    for curve in curves:
        if curve.level:
            ((_, error),) = curve.points
            name = curve.name if error else f"{curve.name} (none)"
            axes.axhline(10.0 ** _height(error), color="#3c3744", linewidth=2.2, label=name)
        else:
            steps, errors = zip(*((h, 10.0 ** _height(error)) for h, error in curve.points))
            axes.plot(steps, errors, "o-", color=next(styles), markersize=3.5, linewidth=1.4, label=curve.name)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="step, as a part of the argument",
        ylabel="relative error of the gradient",
        title=title,
    )
    axes.grid(True, color="#e6e4df", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=160, metadata={"Date": None} if Path(path).suffix == ".svg" else None)
