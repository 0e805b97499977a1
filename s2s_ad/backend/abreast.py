"""Short assignments of one sort, beside each other in one line: `u_low, u_high = u[:-2], u[2:]`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

_WIDE = 84  # characters of a line, without what it is indented by


def abreast(statements: Iterable[ast.stmt], of_the_sort: Callable[[ast.expr], bool]) -> list[ast.stmt]:
    """Neighbours of the sort in one line, where that is short and means the same.

    Comments stay above what they are about."""
    made: list[ast.stmt] = []
    for statement in statements:
        joined = _joined(made[-1], statement, of_the_sort) if made else None
        if joined is None:
            made.append(statement)
        else:
            made[-1] = joined
    return made


def is_view(value: ast.expr) -> bool:
    return isinstance(value, ast.Subscript)


def is_listing(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "tolist"


def _joined(first: ast.stmt, second: ast.stmt, of_the_sort: Callable[[ast.expr], bool]) -> ast.stmt | None:
    if not isinstance(first, ast.Assign) or not isinstance(second, ast.Assign):
        return None
    if len(first.targets) > 1 or len(second.targets) > 1 or _is_marked(second):
        return None
    targets, values = [[*_parts(a), *_parts(b)] for a, b in zip(_sides(first), _sides(second))]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    read = {node.id for node in ast.walk(second.value) if isinstance(node, ast.Name)}
    if not all(map(of_the_sort, values)) or not read.isdisjoint(names[:-1]):
        return None
    if len(set(names)) < len(values) or len(targets) != len(values):
        return None
    if len(" = ".join(", ".join(map(ast.unparse, side)) for side in (targets, values))) > _WIDE:
        return None
    line = ast.Assign([ast.Tuple(targets, ast.Store())], ast.Tuple(values, ast.Load()))
    for mark in ("s2s_comments", "s2s_blank", "s2s_span"):
        if hasattr(first, mark):
            setattr(line, mark, getattr(first, mark))
    return line


def _sides(statement: ast.Assign) -> tuple[ast.expr, ast.expr]:
    return statement.targets[0], statement.value


def _parts(side: ast.expr) -> list[ast.expr]:
    return list(side.elts) if isinstance(side, ast.Tuple) else [side]


def _is_marked(statement: ast.stmt) -> bool:
    return bool(getattr(statement, "s2s_comments", ()) or getattr(statement, "s2s_blank", False))
