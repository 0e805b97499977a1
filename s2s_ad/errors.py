"""The errors that leave the package. Each says where, what, and what to do."""

from __future__ import annotations

from s2s_ad.span import Span


class DifferentiationError(Exception):
    """Base of everything that s2s_ad raises itself.

    `message` says what, `remedy` what to do, `span` where in the user's file (None where there is no place).
    """

    def __init__(self, message: str, *, span: Span | None = None, remedy: str = "") -> None:
        super().__init__(message, span, remedy)
        self.message = message
        self.span = span
        self.remedy = remedy

    def at(self, span: Span | None) -> DifferentiationError:
        """Give the error a place if it has none yet."""
        if self.span is None:
            self.span = span
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.span, self.remedy)

    def __str__(self) -> str:
        lines = []
        span = self.span
        if span is None:
            lines.append(self.message)
        else:
            where = f" in {span.function}" if span.function else ""
            lines.append(f'{self.message}\n  File "{span.file}", line {span.line}, column {span.col + 1}{where}')
            if span.text:
                lines.append(f"    {span.text}")
                lines.append("    " + _caret(span))
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)


def _caret(span: Span) -> str:
    # `text` has lost its indentation; `indent` is what was lost, so columns shift by it.
    start = max(0, span.col - span.indent)
    stop = span.end_col - span.indent if span.end_line == span.line else len(span.text)
    return " " * start + "^" * max(1, min(stop, len(span.text)) - start)


def _rebuild(kind: type[DifferentiationError], message: str, span: Span | None, remedy: str) -> DifferentiationError:
    return kind(message, span=span, remedy=remedy)


class UnsupportedError(DifferentiationError):
    """A construct of the language that is not differentiated."""


class NotDifferentiableError(DifferentiationError):
    """An operation or a function without a rule."""


class KindError(DifferentiationError):
    """An argument, or a value on the way, of a kind that cannot be differentiated."""
