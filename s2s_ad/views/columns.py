"""A function beside its derivatives in a terminal: for each of the user's lines the lines that stand for it."""

from __future__ import annotations

import io
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from s2s_ad.views.code import pieces
from s2s_ad.views.lines import Beside, Derived, Place, Source

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_COLORS = {
    "keyword": "bold",
    "string": "green",
    "comment": "dim italic",
    "function": "bold",
    "tangent": "cyan",
    "adjoint": "magenta",
}
_GAP = 2
_LEAST = 24  # columns of characters are not made narrower than this


@dataclass(frozen=True)
class _Line:
    """A line of code, the style of each of its characters, and the arrow of its sweep."""

    text: str
    styles: tuple[str, ...]
    arrow: str = ""

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


_Cell = list[_Line]


def text_of(made: Beside, width: int) -> str:
    """As plain text of at most so many columns, where code is broken over lines."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, color_system=None)
    show(made, console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def show(made: Beside, console: Console) -> None:
    """Print it, in colours where the console has them."""
    from rich.table import Table
    from rich.text import Text

    for source in made.sources:
        rows = list(_rows(source, made.derivatives))
        head = [f"{source.name}  ({source.place})", *map(_title, made.derivatives)]
        gutter = max(len(number) for number, _ in rows)
        longest = [
            max(len(title), *(len(line.text) + 2 * bool(line.arrow) for _, cells in rows for line in cells[k]), 0)
            for k, title in enumerate(head)
        ]
        widths = shrunk(longest, console.width - gutter - _GAP * len(head))
        table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
        table.add_column("", width=gutter, style="dim", justify="right", no_wrap=True)
        for title, size in zip(head, widths):
            table.add_column(Text(title), width=size, no_wrap=True)
        for number, cells in rows:
            table.add_row(number, *(_cell(cell, size) for cell, size in zip(cells, widths)))
        if source is not made.sources[0]:
            console.print()
        console.print(table)


def _title(derived: Derived) -> str:
    if derived.forward:
        return f"tangent ({derived.mode})"
    return f"adjoint ({derived.mode}), {'↓ first, then ↑' if any(derived.sweeps) else 'read upwards'}"


def _rows(source: Source, derivatives: Sequence[Derived]) -> Iterator[tuple[str, list[_Cell]]]:
    """The number of a line, then the lines of its statement, and in each derivative the lines that stand for it."""
    own = _lines(source.lines)
    held = [_by_place(derived, source) for derived in derivatives]
    at = 0
    while at < len(own):
        key, stop = source.keys[at], at + 1
        while key is not None and stop < len(own) and source.keys[stop] == key:
            stop += 1
        yield str(source.first + at), [own[at:stop], *([] if key is None else lines.get(key, []) for lines in held)]
        at = stop


def _lines(lines: Sequence[str]) -> list[_Line]:
    styled = (tuple(style for style, piece in found for _ in piece) for found in pieces(lines))
    return [_Line(line, styles) for line, styles in zip(lines, styled)]


def _by_place(derived: Derived, source: Source) -> dict[Place, _Cell]:
    """The lines of a derivative under the place that each is shown with; its comments would say the same twice."""
    found: dict[Place, _Cell] = {}
    for line, places, sweep in zip(_lines(derived.lines), derived.origins, derived.sweeps):
        if places and places[0] in source.keys and line.text.strip() and line.text.lstrip()[0] not in '#"':
            found.setdefault(places[0], []).append(replace(line, arrow=sweep))
    # what a helper became stands deep inside its caller: there is no room for that
    deep = max(min((line.indent for cell in found.values() for line in cell), default=0) - 4, 0)
    return {
        key: [replace(line, text=line.text[deep:], styles=line.styles[deep:]) for line in cell]
        for key, cell in found.items()
    }


def shrunk(widths: Sequence[int], room: int) -> list[int]:
    """The widths made to fit: the widest gives way first.

    >>> shrunk([20, 80, 40], 100)
    [20, 40, 40]
    """
    fitting = list(widths)
    while sum(fitting) > room and max(fitting) > _LEAST:
        fitting[fitting.index(max(fitting))] -= 1
    return fitting


def _cell(lines: _Cell, width: int) -> Text:
    from rich.text import Text

    cell = Text()
    margin = "  " if any(line.arrow for line in lines) else ""
    for line in lines:
        at = 0
        for k, part in enumerate(wrapped(line.text, width - len(margin))):
            indent = part[: len(part) - len(part.lstrip())]
            cell.append("\n" if cell else "")
            cell.append(f"{line.arrow} " if k == 0 and line.arrow else margin, "dim")
            cell.append(indent)
            at = line.text.index(part.strip(), at)  # a break takes the place of a blank
            stop = at + len(part.strip())
            for style, run in itertools.groupby(range(at, stop), line.styles.__getitem__):
                cell.append("".join(line.text[i] for i in run), _COLORS.get(style, ""))
            at = stop
    return cell


def wrapped(line: str, width: int) -> list[str]:
    """A line of code broken at blanks, what follows indented further.

    >>> wrapped("    y = a * b + c * d", 14)
    ['    y = a * b', '       + c * d']
    """
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    inner = (indent + "    ")[: width // 2]
    parts = textwrap.wrap(line.strip(), width, initial_indent=indent, subsequent_indent=inner, break_on_hyphens=False)
    return parts or [""]
