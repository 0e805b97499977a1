"""results.svg: the time of every tool over ours."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.figures import CPP, NUMBA, NUMPY, PEERS, best_of_ours, hand
from benchmarks.measure import Key, Row

# colours that can be told apart on white and on black; the ink follows the reader's own
INK = "#1f2328"
JAX, LITERAL, TORCH, AUTOGRAD, CASADI = PEERS
STYLES: dict[str, tuple[list[Key], str, str]] = {
    "by hand": ([hand(NUMPY), hand(NUMBA)], "D", "#e8830c"),
    "C++ by hand": ([CPP], "s", "#b35900"),
    "JAX": ([JAX], "o", "#3b82f6"),
    "JAX, literal": ([LITERAL], "o", "#93b8f8"),
    "PyTorch": ([TORCH], "^", "#e5484d"),
    "autograd": ([AUTOGRAD], "v", "#9d5cd6"),
    "CasADi": ([CASADI], "P", "#1a9e77"),
}


def drawn(rows: list[Row], path: Path) -> None:
    """One line for each program; a point to the right of 1 took longer than ours."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "results", "font.size": 9})
    pairs = [(row, row.calls[ours]) for row in reversed(rows) if (ours := best_of_ours(row))]
    figure, axes = pyplot.subplots(figsize=(9, 0.32 * len(pairs) + 1.2), layout="constrained")
    for name, (keys, marker, colour) in STYLES.items():
        found = [(row.best(keys), row, ours, place) for place, (row, ours) in enumerate(pairs)]
        points = [(row.calls[key].median / ours.median, place) for key, row, ours, place in found if key]
        if points:
            axes.plot(*zip(*points), marker, color=colour, markersize=5.5, label=name, linestyle="none")
    axes.axvline(1.0, color=INK, linewidth=1.2)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_yticks(range(len(pairs)), [row.program.name for row, _ in pairs])
    axes.set_ylim(-0.7, len(pairs) - 0.3)
    axes.set_xlabel("time of value and gradient ÷ ours, by our faster backend (right of the line: slower than ours)")
    axes.grid(axis="both", color="#808080", alpha=0.25, linewidth=0.6)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.0 + 1.1 / len(pairs)), ncols=7, frameon=False)
    axes.tick_params(colors=INK, which="both", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.savefig(path, transparent=True, metadata={"Date": None})
    pyplot.close(figure)
    path.write_text(_follows_the_reader(path.read_text(encoding="utf-8")), encoding="utf-8")


def _follows_the_reader(svg: str) -> str:
    """Text and lines in the colour of text, on light and on dark pages."""
    light = f"svg {{ color: {INK}; fill: currentColor }}"
    dark = "@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }"
    svg = svg.replace(INK, "currentColor")
    return re.sub(r"<svg[^>]*>", lambda found: f"{found[0]}\n <style>{light} {dark}</style>", svg, count=1)
