"""Second names of views that have been taken once: `v_bar = u_bar_inner` is left out, and the view read by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from s2s_ad.backend.printer import remark

_TEMPORARY = re.compile(r"[vt]\d*(_bar|_dot)?(_\d+)?")  # a name of the user's says more than one of the compiler's


def without_second_names(function: ast.FunctionDef, views: Collection[str]) -> None:
    """`views` are names bound once each. A second name goes where nothing else can be read by it, or written to it."""
    gone: dict[str, None] = {}
    for block in _blocks(function.body) if views else ():
        i = 0
        while i < len(block):
            name = _bound(block[i])
            if name is not None and _taken_out(function, block, i, name, views):
                gone[name] = None
            else:
                i += 1
    for name in gone:
        if not any(_named(function, name)):
            for node in _named(function, f"{name}_2"):  # was numbered for its sake
                node.id = name


def _named(part: ast.AST, name: str) -> Iterator[ast.Name]:
    return (node for node in ast.walk(part) if isinstance(node, ast.Name) and node.id == name)


def _taken_out(function: ast.FunctionDef, block: list[ast.stmt], i: int, name: str, views: Collection[str]) -> bool:
    """Whether statement i of the block, which binds the name, was a second name of a view, and could go."""
    statement = block[i]
    if name in views or i + 1 == len(block) or not _TEMPORARY.fullmatch(name):
        return False
    value = statement.value if isinstance(statement, ast.Assign) else None
    if not isinstance(value, ast.Name) or value.id not in views:
        return False
    end = next((k for k in range(i + 1, len(block)) if _bound(block[k]) == name), len(block))
    scope: list[ast.AST] = list(block[i + 1 : end])
    if any(_stores(part, name) for part in scope):
        return False
    if end < len(block):
        last = block[end]
        assert isinstance(last, ast.Assign)
        scope.append(last.value)
    elif not _unread_elsewhere(function.body, name, block, i):
        return False
    for part in scope:
        for node in _named(part, name):
            node.id = value.id
    remark(block[i + 1], getattr(statement, "s2s_comments", ()), getattr(statement, "s2s_blank", False))
    del block[i]
    return True


def _bound(statement: ast.stmt) -> str | None:
    """The one name that a plain assignment binds."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else None


def _stores(part: ast.AST, name: str) -> bool:
    return any(not isinstance(node.ctx, ast.Load) for node in _named(part, name))


def _unread_elsewhere(body: list[ast.stmt], name: str, block: list[ast.stmt], i: int) -> bool:
    """Whether all reads of the name, but those after statement i of the block, come after a binding beside them."""
    after = {id(inner) for inner in _blocks(block[i + 1 :])}
    for statements in _blocks(body):
        if id(statements) in after:
            continue
        bound = False
        for k, statement in enumerate(statements):
            if statements is block and k > i:
                break
            if not bound and any(_reads(part, name) for part in _own_parts(statement)):
                return False
            bound = bound or _bound(statement) == name
    return True


def _reads(part: ast.AST, name: str) -> bool:
    return any(isinstance(node.ctx, ast.Load) for node in _named(part, name))


def _own_parts(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement is no statement; of one that changes a name in place also the name, as read."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (ast.stmt, ast.excepthandler)):
            yield child
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        yield ast.Name(statement.target.id, ast.Load())


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Every list of statements, those inside of others too."""
    yield body
    for statement in body:
        for field in ("body", "orelse"):
            inner = getattr(statement, field, None)
            if inner:
                yield from _blocks(inner)
