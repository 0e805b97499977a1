"""Which lines of a derivative stand for which lines of the user's function, and the two side by side."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s2s_ad.backend.module import Emitted, format_source
from s2s_ad.derivative import How, title_of
from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.source import definition
from s2s_ad.listing import one_number
from s2s_ad.modes import derivative_of
from s2s_ad.pipeline import emit
from s2s_ad.signature import parse_kinds
from s2s_ad.span import Span
from s2s_ad.targets import plain_function

Place = tuple[str, int]  # a file, and the first line of a statement

_FORWARD = frozenset({"jvp", "jacfwd"})


@dataclass(frozen=True)
class Source:
    """A function of the user's: its lines without their common indentation, and the statements that they belong to.

    `keys` has for each line the place of its statement; None for blank lines and comments.
    """

    name: str
    file: str
    first: int
    lines: tuple[str, ...]
    keys: tuple[Place | None, ...]

    @property
    def place(self) -> str:
        return Span(self.file, self.first).place


@dataclass(frozen=True)
class Derived:
    """A derivative's module: its lines, and the places that each stands for, the one it is shown with first."""

    mode: str
    lines: tuple[str, ...]
    origins: tuple[tuple[Place, ...], ...]

    @property
    def forward(self) -> bool:
        """Whether it is a tangent, computed along with the function."""
        return self.mode in _FORWARD

    @property
    def sweeps(self) -> list[str]:
        """For each line the sweep it is in: "↓" forward, "↑" reverse; nothing where there are no two of them."""
        found, here = [], ""
        for line in self.lines:
            here = {"# Forward sweep": "↓", "# Reverse sweep": "↑"}.get(line.strip(), here)
            here = here if line.startswith(" ") else ""
            found.append(here if line.strip() else "")
        return found if "↓" in found else [""] * len(found)


@dataclass(frozen=True)
class Beside:
    """A function with the helpers that went into it, and some of its derivatives."""

    name: str
    sources: tuple[Source, ...]
    derivatives: tuple[Derived, ...]


def beside(
    f: Callable[..., Any],
    modes: Sequence[str] = (),
    *args: Any,
    wrt: Any = None,
    signature: str | None = None,
    optimize: bool = True,
) -> Beside:
    """A function and its derivatives, line by line; without `modes` its tangent and its adjoint.

    args        example arguments, or their kinds, where they are not floats
    signature   their kinds as text, instead

    >>> def f(x):
    ...     y = x * x
    ...     return y + 1.0
    >>> made = beside(f, ["grad"])
    >>> [line.strip() for line in made.sources[0].lines]
    ['def f(x):', 'y = x * x', 'return y + 1.0']
    >>> at = made.derivatives[0].lines.index("    x_bar = 2.0 * x")
    >>> made.derivatives[0].origins[at][0][1] - made.sources[0].first
    1
    """
    examples: Sequence[Any] = parse_kinds(signature) if signature else args
    function = plain_function(f)
    found = definition(function)
    finder = _Statements()
    main = finder.source(found.file, found.span(found.node).line)
    derivatives = []
    for mode in modes or usual_modes(f, examples, wrt):
        derivative = derivative_of(f, How(mode, wrt, False, optimize)).chosen(examples)
        emitted = emit([derivative.lowered(derivative.specs(examples))], optimize, title_of(function))
        derivatives.append(_derived(mode, f"{function.__name__}_{mode}", emitted, main, finder))
    places = dict.fromkeys(place for made in derivatives for places in made.origins for place in places)
    return Beside(function.__name__, tuple(finder.sources_of(main, places)), tuple(derivatives))


def usual_modes(f: Callable[..., Any], examples: Sequence[Any], wrt: Any = None) -> tuple[str, str]:
    """The tangent, and the gradient or, where the function gives several numbers, the pullback."""
    specs = derivative_of(f, How("jvp", wrt)).specs(examples)
    return "jvp", "grad" if one_number(f, specs) else "vjp"


# --- the user's side --------------------------------------------------------------------------------------------------


class _Statements:
    """The statements of files, each found by any of its lines."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[list[str], dict[int, int], list[tuple[Any, str]]]] = {}

    def read(self, file: str) -> tuple[list[str], dict[int, int], list[tuple[Any, str]]]:
        """The lines of a file, the first line of the statement that each belongs to, and its functions."""
        if file not in self.files:
            lines = [line.rstrip("\n") for line in linecache.getlines(file)]
            try:
                tree = ast.parse("\n".join(lines))
            except SyntaxError as error:
                raise UnsupportedError(
                    f"{file} is not the text it was when it was imported", remedy="Import it anew."
                ) from error
            heads: dict[int, int] = {}
            for node in ast.walk(tree):  # the outer ones first
                if isinstance(node, ast.stmt):
                    first, last = header(node, lines)
                    heads.update(dict.fromkeys(range(first, last + 1), first))
            self.files[file] = lines, heads, list(_functions(tree, ""))
        return self.files[file]

    def place(self, span: Span) -> Place:
        _, heads, _ = self.read(span.file)
        return span.file, heads.get(span.line, span.line)

    def source(self, file: str, line: int) -> Source:
        """The innermost function around a line; of a lambda the statement that it is in."""
        lines, heads, _ = self.read(file)
        node, name = self.around(file, line)
        if node is not None and not isinstance(node, ast.Lambda):
            first, last = node.lineno, node.end_lineno
        else:
            first = heads.get(line, line)
            last = max((k for k, head in heads.items() if head == first), default=line)
        keys = tuple((file, heads.get(k, k)) if _is_code(lines[k - 1]) else None for k in range(first, last + 1))
        text = textwrap.dedent("\n".join(lines[first - 1 : last])).split("\n")
        return Source(name, file, first, tuple(text), keys)

    def around(self, file: str, line: int) -> tuple[Any, str]:
        """The innermost function around a line, and its name."""
        _, _, functions = self.read(file)
        return next((each for each in reversed(functions) if each[0].lineno <= line <= each[0].end_lineno), (None, ""))

    def sources_of(self, main: Source, places: Mapping[Place, Any]) -> Iterator[Source]:
        """The functions that hold these places, the main one first, then in the order of first use."""
        seen = {(main.file, main.first)}
        yield main
        for place in places:
            found = self.source(*place)
            if (found.file, found.first) not in seen and not _inside(found, main):
                seen.add((found.file, found.first))
                yield found


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[Any, str]]:
    """Every function with its name, that of its class before it; an outer one before those in it."""
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child, prefix + child.name
            inner = ""
        elif isinstance(child, ast.Lambda):
            yield child, "lambda"
        elif isinstance(child, ast.ClassDef):
            inner = f"{prefix}{child.name}."
        yield from _functions(child, inner)


def _inside(inner: Source, outer: Source) -> bool:
    return inner.file == outer.file and outer.first <= inner.first < outer.first + len(outer.lines)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def header(node: ast.stmt, lines: Sequence[str]) -> tuple[int, int]:
    """The first and the last line of a statement, or of what stands before the body of a compound one."""
    inner = [item.lineno for name in ("body", "cases") for item in _held(node, name)]
    if not inner:
        return node.lineno, node.end_lineno or node.lineno
    ends = [
        part.end_lineno or 0
        for name, value in ast.iter_fields(node)
        if name not in ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list")
        for part in _nodes(value)
    ]
    last = max([node.lineno, *ends])
    while last + 1 < min(inner) and _is_code(lines[last]):  # a bracket that closes on a line of its own
        last += 1
    return node.lineno, last


def _held(node: ast.AST, name: str) -> list[Any]:
    held = getattr(node, name, None)
    return [getattr(item, "pattern", item) for item in held] if isinstance(held, list) else []


def _nodes(value: Any) -> Iterator[Any]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, ast.AST):
            yield from (node for node in ast.walk(item) if hasattr(node, "end_lineno"))


# --- the derivative's side --------------------------------------------------------------------------------------------


def _derived(mode: str, entry: str, emitted: Emitted, main: Source, finder: _Statements) -> Derived:
    """The formatted text with its origins: formatting keeps the statements, and moves them to other lines."""
    text = format_source(emitted.text)
    before, after = ast.parse(emitted.text), ast.parse(text)
    lines = text.rstrip("\n").split("\n")
    origins: list[tuple[Place, ...]] = [()] * len(lines)
    own = _Own(emitted, main, finder, mode)
    for old, new in zip(before.body, after.body):
        own.walk(old, new, own.head(old, entry), origins, lines)
    _quotes(lines, origins)
    return Derived(mode, tuple(lines), tuple(origins))


class _Own:
    """Gives each statement of a module its places: those it was marked with, else those of what it belongs to."""

    def __init__(self, emitted: Emitted, main: Source, finder: _Statements, mode: str) -> None:
        self.emitted, self.finder = emitted, finder
        start = main.keys[0]
        assert start is not None
        returns = [main.keys[k] for k, line in enumerate(main.lines) if line.lstrip().startswith("return")]
        self.start = (start,)
        given = tuple(key for key in returns if key is not None)
        # what comes out of a reverse sweep belongs to the parameters, what comes out of a forward one to the result
        ends = {"grad": self.start, "value_and_grad": (*self.start, *given), "vjp": (*self.start, *given)}
        self.end = ends.get(mode, (given if mode in _FORWARD else self.start) or self.start)

    def head(self, node: ast.stmt, entry: str) -> tuple[Place, ...]:
        """Of a function that was derived from one of the user's, that one's."""
        if not isinstance(node, ast.FunctionDef):
            return ()
        if node.name == entry:
            return self.start
        for stmt in ast.walk(node):
            for file, line in self.marked(stmt) if isinstance(stmt, ast.stmt) else ():
                around, _ = self.finder.around(file, line)
                return ((file, around.lineno),) if around is not None else ()
        return ()

    def marked(self, node: ast.stmt) -> tuple[Place, ...]:
        spans = [self.emitted.spans[node.lineno]] if node.lineno in self.emitted.spans else []
        spans += self.emitted.parts.get(node.lineno, ())
        return tuple(dict.fromkeys(map(self.finder.place, spans)))

    def walk(
        self,
        old: ast.stmt,
        new: ast.stmt,
        places: tuple[Place, ...],
        origins: list[tuple[Place, ...]],
        lines: Sequence[str],
    ) -> None:
        first, last = header(new, lines)
        for k in range(first, (new.end_lineno or last) + 1):  # those inside come to be overwritten, but for an `else:`
            origins[k - 1] = places if k <= last or lines[k - 1].strip() == "else:" else origins[k - 1]
        whole = isinstance(old, ast.FunctionDef)
        ending = self.end if places == self.start else places
        for name in ("body", "orelse"):
            following = ending if whole else places
            for a, b in reversed(list(zip(_held(old, name), _held(new, name)))):
                if whole and isinstance(a, ast.Expr) and isinstance(a.value, ast.Constant):
                    self.walk(a, b, places, origins, lines)  # its docstring
                    continue
                # what has no line of its own, such as an empty tape, prepares what comes next
                following = self.marked(a) or following
                if whole and isinstance(a, ast.Return):  # with what is computed in it
                    following = tuple(dict.fromkeys((*following, *ending)))
                self.walk(a, b, following, origins, lines)


def _quotes(lines: Sequence[str], origins: list[tuple[Place, ...]]) -> None:
    """A comment that quotes a line of the user's belongs to the statement below it."""
    for k in range(len(lines) - 2, -1, -1):
        quoted = lines[k].lstrip().startswith("#") and lines[k].endswith("]")
        if quoted and any(lines[k].endswith(f"[{Span(*place).place}]") for place in origins[k + 1]):
            origins[k] = origins[k + 1]
