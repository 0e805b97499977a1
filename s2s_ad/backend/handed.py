"""A function that only calls compiled ones hands on what they return, as they return it.

Else it would take their results apart, to put them together again: a third of what a short call costs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence


def hand_on(outer: ast.FunctionDef, inner: Mapping[str, ast.FunctionDef], others: Iterable[ast.FunctionDef]) -> None:
    """Let `outer` return what the functions return that it calls last, if nothing else calls those.

    They then return it in its structure. `inner` are the functions that may be changed so, by the names of all that
    are made of them.
    """
    outer.body = [_merged(s) for s in outer.body]
    if len(outer.body) < 2:
        return
    *before, last, returned = outer.body
    if not isinstance(returned, ast.Return) or returned.value is None:
        return
    names = list(_names(returned.value))
    found = list(_calls(last, names))
    if len(found) != 1 + isinstance(last, ast.If) or None in names or any(name not in inner for name, _ in found):
        return
    changed = {id(inner[name]): inner[name] for name, _ in found}
    if any(_mentions(tree, {name for name, _ in found}) for tree in others):
        return
    for tree in changed.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Return):
                assert node.value is not None
                parts = iter(node.value.elts if isinstance(node.value, ast.Tuple) else [node.value])
                node.value = _structured(returned.value, parts)
    end: list[ast.stmt] = [ast.Return(found[-1][1])]
    if isinstance(last, ast.If):
        end.insert(0, ast.If(last.test, [ast.Return(found[0][1])], []))
    outer.body = [*before, *end]


def _merged(stmt: ast.stmt) -> ast.stmt:
    """Ifs within one another that do the same where they fail are one."""
    if not isinstance(stmt, ast.If) or not stmt.orelse:
        return stmt
    then = [_merged(s) for s in stmt.body]
    inner = then[0]
    if len(then) == 1 and isinstance(inner, ast.If) and [*map(ast.dump, inner.orelse)] == [*map(ast.dump, stmt.orelse)]:
        return ast.If(ast.BoolOp(ast.And(), [stmt.test, *_tests(inner.test)]), inner.body, stmt.orelse)
    return ast.If(stmt.test, then, stmt.orelse)


def _tests(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _names(node: ast.expr) -> Iterator[str | None]:
    """The names in nested tuples; None for anything else."""
    if isinstance(node, ast.Tuple):
        for item in node.elts:
            yield from _names(item)
    else:
        yield node.id if isinstance(node, ast.Name) else None


def _calls(stmt: ast.stmt, names: Sequence[str | None]) -> Iterator[tuple[str, ast.Call]]:
    """The calls, and of what, that give these names their values; nothing if anything else is done."""
    if isinstance(stmt, ast.If) and len(stmt.body) == len(stmt.orelse) == 1:
        branches = [list(_calls(s, names)) for s in (*stmt.body, *stmt.orelse)]
        if all(branches):
            yield from (call for branch in branches for call in branch)
    elif isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Call) and isinstance(stmt.value.func, ast.Name):
        if list(_names(stmt.targets[0])) == names:
            yield stmt.value.func.id, stmt.value


def _mentions(tree: ast.FunctionDef, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(tree))


def _structured(model: ast.expr, parts: Iterator[ast.expr]) -> ast.expr:
    """These parts in nested tuples like those of the model."""
    if isinstance(model, ast.Tuple):
        return ast.Tuple([_structured(item, parts) for item in model.elts], ast.Load())
    return next(parts)
