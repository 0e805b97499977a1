"""results.svg: the time of every tool over ours."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.figures import CPP, NUMBA, NUMPY, PEERS, best_of_ours, hand
from benchmarks.measure import Row

# colours that can be told apart on white and on black; the ink follows the reader's own
INK = "#1f2328"
STYLES = {
    hand(NUMBA): ("by hand", "D", "#e8830c"),
    hand(NUMPY): ("by hand", "D", "#e8830c"),
    CPP: ("C++ by hand", "s", "#b35900"),
    PEERS[0]: ("JAX", "o", "#3b82f6"),
    PEERS[1]: ("JAX, literal", "o", "#93b8f8"),
    PEERS[2]: ("PyTorch", "^", "#e5484d"),
    PEERS[3]: ("autograd", "v", "#9d5cd6"),
    PEERS[4]: ("CasADi", "P", "#1a9e77"),
}


def drawn(rows: list[Row], path: Path) -> None:
    """One line for each program; a point to the right of 1 took longer than ours."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "results", "font.size": 9})
    rows = [row for row in rows if best_of_ours(row)]
    figure, axes = pyplot.subplots(figsize=(9, 0.32 * len(rows) + 1.2), layout="constrained")
    named = set()
    for place, row in enumerate(reversed(rows)):
        ours = best_of_ours(row)
        assert ours is not None
        for key, (name, marker, colour) in STYLES.items():
            if key in row.calls and key not in {hand(NUMPY), hand(NUMBA)} - {hand(ours)}:
                label = name if name not in named else None
                named.add(name)
                x = row.calls[key].median / row.calls[ours].median
                axes.plot(x, place, marker, color=colour, markersize=5.5, label=label, linestyle="none")
    axes.axvline(1.0, color=INK, linewidth=1.2)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [row.program.name for row in reversed(rows)])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("time of value and gradient ÷ ours, by our faster backend (right of the line: slower than ours)")
    axes.grid(axis="both", color="#808080", alpha=0.25, linewidth=0.6)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.0 + 1.1 / len(rows)), ncols=7, frameon=False)
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
