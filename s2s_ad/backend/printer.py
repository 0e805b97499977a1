"""From the syntax tree to text: the one place that knows astor and black."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.span import Span

with warnings.catch_warnings():
    # it looks at node types that newer Pythons announce to remove
    warnings.simplefilter("ignore")
    from astor.code_gen import SourceGenerator, to_source

_FORMATTED_LINES = 1000


def remark(node: ast.stmt, comments: Sequence[str], blank: bool = False, span: Span | None = None) -> ast.stmt:
    """Attach comment lines, above those that a statement has already, a blank line before them, and the user's line."""
    marked: Any = node
    marked.s2s_comments = (*comments, *getattr(node, "s2s_comments", ()))
    marked.s2s_blank = blank or getattr(node, "s2s_blank", False)
    marked.s2s_span = span or getattr(node, "s2s_span", None)
    return node


def stems_from(node: ast.expr, span: Span | None) -> ast.expr:
    """Note the user's line that an expression stands for, beside those noted already."""
    if span is not None:
        marked: Any = node
        marked.s2s_spans = (*getattr(node, "s2s_spans", ()), span)
    return node


@dataclass
class Origins:
    """For lines of emitted text the user's: `spans` of their statements, `parts` of all that an expression holds."""

    spans: dict[int, Span] = field(default_factory=dict)
    parts: dict[int, tuple[Span, ...]] = field(default_factory=dict)

    def note(self, line: int, made: Any) -> None:
        """What `made`, which stands in the line, has been marked with."""
        span = getattr(made, "s2s_span", None) if isinstance(made, ast.stmt) else None
        if span is not None:
            self.spans[line] = span
        if isinstance(made, ast.expr) and hasattr(made, "s2s_spans"):
            self.parts[line] = (*self.parts.get(line, ()), *made.s2s_spans)

    def add(self, other: Origins, offset: int) -> None:
        """Those of a text that begins `offset` lines below."""
        self.spans.update((line + offset, span) for line, span in other.spans.items())
        self.parts.update((line + offset, spans) for line, spans in other.parts.items())


class _Generator(SourceGenerator):  # type: ignore[misc]
    """Writes the comments that `remark` has attached."""

    def newline(self, node: Any = None, extra: int = 0) -> None:
        super().newline(node, extra)
        comments = getattr(node, "s2s_comments", ()) if isinstance(node, ast.stmt) else ()
        if getattr(node, "s2s_blank", False):
            self.new_lines = 2
        for comment in comments:
            self.write(f"# {comment}")
            self.new_lines = 1

    def visit_Constant(self, node: ast.Constant) -> None:
        # strings on one line, as Python quotes them; documentation is written by `_documented`
        if isinstance(node.value, str):
            self.write(_quoted(node.value))
        elif isinstance(node.value, complex):
            self.write(repr(node.value))  # 1j, not 1.0j
        else:
            super().visit_Constant(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self.newline(node)
            self.write(_documentation(value.value, self.indent_with * self.indentation))
        else:
            super().visit_Expr(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.write(ast.unparse(node))


def _quoted(text: str) -> str:
    quoted = repr(text)
    if quoted.startswith("'") and '"' not in quoted:
        return f'"{quoted[1:-1]}"'
    return quoted


def _documentation(text: str, indent: str) -> str:
    if "\\" in text or '"""' in text or text.endswith('"') or not text.isprintable() and "\n" not in text:
        return _quoted(text)
    return f'"""{text}"""'


def _too_deep(text: str) -> bool:
    return any(line.startswith(" " * 400) for line in text.splitlines())


def text_of(node: ast.stmt) -> tuple[str, Origins]:
    """The text of one top-level statement, and for each of its lines the lines of the user's it stands for."""
    text = to_source(node, source_generator_class=_Generator, pretty_source="".join).strip("\n") + "\n"
    origins = Origins()
    if not _parses_back(text, node, origins):
        origins = Origins()
        text = ast.unparse(ast.fix_missing_locations(node)) + "\n"
        if not _parses_back(text, node, origins):
            if _too_deep(text):
                raise UnsupportedError(
                    "the derivative is nested deeper than Python allows: it takes 100 levels of indentation",
                    remedy="Split the function into helpers, or use a loop instead of many branches in one another.",
                )
            raise AssertionError(f"the emitted code does not parse back:\n{text}")
    return text, origins


def _parses_back(text: str, node: ast.stmt, origins: Origins) -> bool:
    try:
        parsed = ast.parse(text).body
    except SyntaxError:
        return False
    return len(parsed) == 1 and all(_same(parsed[0], node, origins))


def _same(parsed: Any, made: Any, origins: Origins) -> Iterator[bool]:
    """Walks two trees side by side: whether each pair of nodes agrees."""
    pending = [(parsed, made)]
    while pending:
        a, b = pending.pop()
        if isinstance(b, ast.AST):
            yield type(a) is type(b)
            if isinstance(b, (ast.stmt, ast.expr)):
                origins.note(getattr(a, "lineno", 0), b)
            for name in a._fields:
                if name not in ("type_comment", "kind", "type_params"):
                    pending.append((getattr(a, name, None), getattr(b, name, None)))
        elif isinstance(b, list):
            yield isinstance(a, list) and len(a) == len(b)
            pending += zip(a, b)
        else:
            # repr tells 1 from True and 0.0 from -0.0
            yield a is b or repr(a) == repr(b)


def format_source(text: str) -> str:
    """The text as black lays it out; long modules are left as they are."""
    if text.count("\n") > _FORMATTED_LINES:
        return text
    import black

    return black.format_str(text, mode=black.Mode(line_length=100))
