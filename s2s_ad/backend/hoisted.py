"""Slices of an array that a loop adds to again and again, taken once before it.

`u_bar[1:-1] += v` makes a view, adds to it, and writes it back onto itself; with the view in a variable only the
addition is left. That is right as long as the loop changes the array where it is and never binds its name anew.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from s2s_ad.backend.abreast import abreast, is_view

_AT_LEAST = 2  # an addition counts twice: it reads and writes


def with_views(loop: ast.stmt, axes: Mapping[str, int], free: Callable[[str], str]) -> list[ast.stmt]:
    """The loop after the views that it uses. `axes`: of the arrays by name; `free` makes a name that nobody has."""
    uses = _Uses()
    uses.visit(loop)
    found: dict[str, str] = {}  # by the text of a slice the name of the view
    for text in uses.counts:
        array, index = uses.slices[text]
        if uses.wanted(text) and array not in uses.bound and _rank(index) <= axes.get(array, 0):
            found[text] = free(f"{array}_{_where(index)}")
    _Replaced(found).visit(loop)
    _inside(loop, axes, free)
    return [*_taken(found, uses), loop]


def _taken(found: Mapping[str, str], uses: _Uses) -> Iterator[ast.stmt]:
    """The assignments of the views: those of one array beside each other, by axes, from start to end."""
    by_array: dict[str, list[str]] = {}
    for text in found:
        by_array.setdefault(uses.slices[text][0], []).append(text)
    for texts in by_array.values():
        texts.sort(key=lambda text: _along(uses.slices[text][1]))
        values = {found[text]: ast.parse(text, mode="eval").body for text in texts}
        views = [ast.Assign([ast.Name(name, ast.Store())], value) for name, value in values.items()]
        yield from abreast(views, is_view)


def _inside(statement: ast.stmt, axes: Mapping[str, int], free: Callable[[str], str]) -> None:
    """The same for the loops in it."""
    for field in ("body", "orelse"):
        block: list[ast.stmt] = getattr(statement, field, [])
        made: list[ast.stmt] = []
        for inner in block:
            if isinstance(inner, (ast.For, ast.While)):
                made += with_views(inner, axes, free)
            else:
                _inside(inner, axes, free)
                made.append(inner)
        block[:] = made


class _Uses(ast.NodeVisitor):
    """How often a loop uses slices of arrays, and which names it binds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.slices: dict[str, tuple[str, ast.expr]] = {}
        self.bound: set[str] = set()
        self.sure: set[str] = set()  # what each trip uses
        self.added_to: set[str] = set()  # arrays to a slice of which each trip adds
        self.branches = 0

    def wanted(self, text: str) -> bool:
        """Whether it pays to take the slice before the loop: of an adjoint what is used often, of another array all
        slices if one is added to, else none."""
        array, _ = self.slices[text]
        often = self.counts[text] >= _AT_LEAST if "_bar" in array else array in self.added_to
        return often and text in self.sure

    def visit_If(self, node: ast.If) -> None:
        self.branches += 1
        self.generic_visit(node)
        self.branches -= 1

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Subscript):
            self.note(node.target, 2)
        self.visit(node.value)  # an array that is added to stays where it is

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load):
            self.note(node, 1)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)

    def note(self, node: ast.Subscript, weight: int) -> None:
        if isinstance(node.value, ast.Name) and _is_plain(node.slice):
            text = ast.unparse(node)
            self.counts[text] += weight
            self.slices[text] = node.value.id, node.slice
            if not self.branches:
                self.sure.add(text)
                if weight > 1:
                    self.added_to.add(node.value.id)


class _Replaced(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AugAssign:
        if isinstance(node.target, ast.Subscript):
            name = self.names.get(ast.unparse(node.target))
            if name is not None:
                node.target = ast.Name(name, ast.Store())
        node.value = self.visit(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = self.names.get(ast.unparse(node)) if isinstance(node.ctx, ast.Load) else None
        if name is None:
            self.generic_visit(node)
            return node
        view = ast.Name(name, ast.Load())
        if hasattr(node, "s2s_spans"):
            view.s2s_spans = node.s2s_spans  # type: ignore[attr-defined]
        return view


def _parts(index: ast.expr) -> list[ast.expr]:
    return list(index.elts) if isinstance(index, ast.Tuple) else [index]


def _rank(index: ast.expr) -> int:
    return len(_parts(index))


def _is_plain(index: ast.expr) -> bool:
    """Whether it is made of slices with constant ends: then it is a view, and the same one in each trip."""
    return all(
        isinstance(part, ast.Slice) and all(end is None or _number(end) for end in (part.lower, part.upper, part.step))
        for part in _parts(index)
    )


def _number(end: ast.expr) -> bool:
    inner = end.operand if isinstance(end, ast.UnaryOp) else end
    return isinstance(inner, ast.Constant)


def _where(index: ast.expr) -> str:
    """Words for the place: low, high, inner; of several axes one after the other, if they differ."""
    words = [_word(part) for part in _slices(index)]
    return words[0] if len(set(words)) == 1 else "_".join(words)


def _word(part: ast.Slice) -> str:
    return _WORDS[part.lower is not None, part.upper is not None]


# by whether a slice has a start and an end, from the left to the right
_WORDS = {(False, True): "low", (True, True): "inner", (True, False): "high", (False, False): "all"}


def _along(index: ast.expr) -> tuple[int, int]:
    """By what slices of an array are put in order: the axis on which they are off its middle, and to which side."""
    sides = [list(_WORDS.values()).index(_word(part)) for part in _slices(index)]
    off = [k for k, side in enumerate(sides) if side != 1]
    axis = off[0] if off and len(sides) > 1 else 0
    return axis if off or len(sides) == 1 else -1, sides[axis]


def _slices(index: ast.expr) -> list[ast.Slice]:
    return [part for part in _parts(index) if isinstance(part, ast.Slice)]
