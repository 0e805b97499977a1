"""Where a thing stands in the user's file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A range of the user's source. Lines count from 1, columns from 0, as in `ast`."""

    file: str
    line: int
    col: int = 0
    end_line: int = 0
    end_col: int = 0
    function: str = ""
    text: str = ""  # the first line, without its indentation
    indent: int = 0  # the width of that indentation

    @property
    def place(self) -> str:
        """`recurrence.py:3`: what a comment in emitted code shows."""
        return f"{self.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{self.line}"


def line_of(span: Span | None) -> tuple[str, int] | None:
    """By what two spans are of the same line."""
    return None if span is None else (span.file, span.line)
