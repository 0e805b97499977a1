"""Python text as pieces with the names of styles: what a terminal and a page show in colours."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Iterator, Sequence

STYLES = ("keyword", "string", "comment", "number", "function", "tangent", "adjoint")
_DERIVED = re.compile(r"\w+_(dot|bar)(_\d+)?$")


def pieces(lines: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Each line as (style, text) pairs; the style is one of STYLES, or nothing.

    Tangents (`x_dot`) and adjoints (`x_bar`) have styles of their own. What is no whole program, such as the lines
    around a lambda, is shown as far as it can be read.

    >>> pieces(["x_bar = 2.0  # twice"])
    [[('adjoint', 'x_bar'), ('', ' = '), ('number', '2.0'), ('', '  '), ('comment', '# twice')]]
    """
    marks: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    for style, (row, start), (last, stop) in _styled("\n".join(lines) + "\n"):
        for at in range(row, min(last, len(lines)) + 1):
            begin, end = start if at == row else 0, stop if at == last else len(lines[at - 1])
            marks[at - 1].append((begin, end, style))
    return [list(_cut(line, found)) for line, found in zip(lines, marks)]


def _cut(line: str, marks: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    done = 0
    for start, stop, style in marks:
        if start > done:
            yield "", line[done:start]
        if stop > start:
            yield style, line[start:stop]
        done = max(done, stop)
    if done < len(line):
        yield "", line[done:]


def _styled(text: str) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            style = _style(token, before)
            if style:
                yield style, token.start, token.end
            before = token.string
    except (tokenize.TokenError, SyntaxError):
        return  # the end of what can be read


def _style(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.COMMENT:
        return "comment"
    if token.type == tokenize.NUMBER:
        return "number"
    if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING"):
        return "string"
    if token.type != tokenize.NAME:
        return ""
    if keyword.iskeyword(token.string):
        return "keyword"
    if before in ("def", "class"):
        return "function"
    derived = _DERIVED.match(token.string)
    return {"dot": "tangent", "bar": "adjoint"}[derived[1]] if derived else ""
