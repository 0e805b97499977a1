"""Draws the pictures of README.md and the guides: `python examples/pictures.py` (needs pip install s2s-ad[graph])."""

import io
import math
from pathlib import Path

import quickstart
import recurrence
from rich.console import Console
from rich.terminal_theme import MONOKAI

from s2s_ad.views.graph import graph
from s2s_ad.views.trace import trace

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

# Rich's own frame fetches its font from elsewhere; a picture asks nobody.
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def worked(x1, x2):
    v1 = math.log(x1)
    v2 = x1 * x2
    v3 = math.sin(x2)
    v4 = v1 + v2
    return v4 - v3


def table(made, title, width):
    """The table of a trace as a terminal of so many columns shows it."""
    console = Console(file=io.StringIO(), width=width, record=True, color_system="truecolor", force_terminal=True)
    console.print(made)
    text = console.export_svg(title=title, theme=MONOKAI, code_format=FRAME)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def pictures():
    """(file name, text) of each."""
    yield "graph.svg", graph(quickstart.f, 2.0, 5.0, values=True).svg()
    yield "worked.svg", graph(worked, 2.0, 5.0, values=True).svg()
    made = trace(recurrence.logistic, 0.3, 2.9, 3)
    yield "trace.svg", table(made, "s2s-ad trace examples/recurrence.py:logistic 0.3 2.9 3", 96)


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pictures():
        (IMAGES / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"docs/images/{name}")


if __name__ == "__main__":
    main()
