"""A function beside its derivatives as one page, where pointing at a line lights up the lines that belong to it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from importlib import resources

from s2s_ad.views.code import pieces
from s2s_ad.views.lines import Beside, Derived, Place, Source

_ANGLE = 137.508  # of the golden section: neighbours get colours that are far apart


def page(made: Beside) -> str:
    """The page as HTML that needs nothing else: no network, no files beside it.

    >>> from s2s_ad.views.lines import beside
    >>> made = beside(lambda x: x * x)
    >>> page(made).count("<section")
    3
    """
    used = {place for derived in made.derivatives for places in derived.origins for place in places}
    placed = [key for source in made.sources for key in source.keys if key in used]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(placed)) if key is not None}
    panels = [_derived(derived, numbers) for derived in made.derivatives]
    widths = [_width(derived.lines) for derived in made.derivatives]
    middle = 0 if len(panels) < 2 else 1  # the function stands between its tangent and its adjoint
    panels.insert(middle, _sources(made.sources, numbers))
    widths.insert(middle, _width([line for source in made.sources for line in source.lines]))
    parts = {
        "title": html.escape(f"{made.name} and its derivatives"),
        "name": html.escape(made.name),
        "columns": " ".join(f"minmax(0, {width}fr)" for width in widths),
        "panels": "\n".join(panels),
    }
    text = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"[[{name}]]", part)
    return text


def _width(lines: Sequence[str]) -> int:
    return min(max([36, *map(len, lines)]), 84) + 9  # the numbers stand before them


def _sources(sources: Sequence[Source], numbers: Mapping[Place, int]) -> str:
    main = sources[0]
    body = "".join(
        (f"<h3>{html.escape(f'{source.name}, {source.place}')}</h3>" if source is not main else "")
        + _listed(
            source.name, source.lines, [() if key is None else (key,) for key in source.keys], numbers, source.first
        )
        for source in sources
    )
    return _panel("source", "The function", main.place, body)


def _derived(derived: Derived, numbers: Mapping[Place, int]) -> str:
    way, note = ("tangent", "forward mode") if derived.forward else ("adjoint", "reverse mode")
    body = _listed(derived.mode, derived.lines, derived.origins, numbers, 1)
    return _panel(way, f"The {way}", f"{derived.mode}, {note}", body)


def _panel(kind: str, title: str, note: str, body: str) -> str:
    return (
        f'<section class="{kind}" aria-label="{html.escape(title)}">'
        f"<h2><b>{title}</b><small>{html.escape(note)}</small></h2>"
        f'<div class="sheet">{body}</div></section>'
    )


def _listed(
    name: str, lines: Sequence[str], places: Sequence[Sequence[Place]], numbers: Mapping[Place, int], first: int
) -> str:
    items, reached = [], False
    for k, (line, styled, own) in enumerate(zip(lines, pieces(lines), places)):
        keys = [numbers[place] for place in own if place in numbers] if line.strip() else []
        code = "".join(
            f'<span class="{style}">{html.escape(text)}</span>' if style else html.escape(text)
            for style, text in styled
        )
        style = f"--in:{len(line) - len(line.lstrip())}"
        about = ""
        if keys:
            style += f";--hue:{round(210 + keys[0] * _ANGLE) % 360}"
            # the first line of a panel is where Tab comes to, the arrows lead on
            about = f' data-keys="{" ".join(map(str, keys))}" tabindex="{-1 if reached else 0}"'
            reached = True
        items.append(f'<li style="{style}"{about}><span class="no">{first + k}</span><code>{code}</code></li>')
    return f'<ol data-what="{html.escape(name)}">{"".join(items)}</ol>'
