"""A failing program made small: statements and parts of expressions are taken away while it still fails so."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator


def shrink(text: str, fails: Callable[[str], bool], patience: int = 600) -> str:
    """The smallest program found for which `fails` still holds; at most `patience` are tried."""
    best = text
    tried: set[str] = set()
    again = True
    while again and patience > 0:
        again = False
        for candidate in candidates(best):
            if len(candidate) >= len(best) or candidate in tried:
                continue
            tried.add(candidate)
            patience -= 1
            if patience <= 0:
                break
            if fails(candidate):
                best, again = candidate, True
                break
    return best


def candidates(text: str) -> Iterator[str]:
    """Programs that are a little smaller, largest cuts first."""
    tree = ast.parse(text)
    count = sum(1 for _ in _places(tree))
    for k in range(count):
        for change in range(_ways(tree, k)):
            fresh = copy.deepcopy(tree)
            place = list(_places(fresh))[k]
            _change(place, change)
            try:
                yield ast.unparse(ast.fix_missing_locations(fresh)) + "\n"
            except (ValueError, AttributeError):  # what is left is no program
                continue


Place = tuple[ast.AST, str, int | None]


def _places(tree: ast.AST) -> Iterator[Place]:
    """Every statement, then every expression: where in its parent it stands."""
    found: list[tuple[int, Place]] = []
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for i, node in items:
                if isinstance(node, ast.stmt):
                    found.append((0, (parent, name, i)))
                elif isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                    found.append((1, (parent, name, i)))
    for _, place in sorted(found, key=lambda item: item[0]):
        yield place


def _at(place: Place) -> ast.AST:
    parent, name, i = place
    value = getattr(parent, name)
    return value if i is None else value[i]


def _ways(tree: ast.AST, k: int) -> int:
    node = _at(list(_places(tree))[k])
    return len(_smaller(node))


def _smaller(node: ast.AST) -> list[list[ast.AST]]:
    """What may stand in place of the node."""
    if isinstance(node, ast.stmt):
        ways: list[list[ast.AST]] = [[]]
        for part in ("body", "orelse"):
            inner = getattr(node, part, None)
            if inner and isinstance(inner, list) and not isinstance(node, ast.FunctionDef):
                ways.append(inner)
        return ways
    parts = [[child] for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    if isinstance(node, ast.Call):
        parts = parts[1:]
    return [p for p in parts if isinstance(getattr(p[0], "ctx", ast.Load()), ast.Load)]


def _change(place: Place, way: int) -> None:
    parent, name, i = place
    instead = _smaller(_at(place))[way]
    if i is None:
        setattr(parent, name, instead[0])
        return
    getattr(parent, name)[i : i + 1] = instead or ([ast.Pass()] if len(getattr(parent, name)) == 1 else [])
