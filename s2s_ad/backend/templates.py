"""The code of operations, parsed once: what stands for an input, and how often it is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from s2s_ad.ir.kinds import Kind
from s2s_ad.ir.nodes import Apply
from s2s_ad.ops.core import Op

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def code_of(stmt: Apply) -> str:
    """The operation's code in terms of its input names."""
    return stmt.op.text(stmt.params, tuple(a.kind for a in stmt.inputs))


def names_of(stmt: Apply) -> tuple[str, ...]:
    return stmt.op.names(len(stmt.inputs))


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@lru_cache(maxsize=1024)
def statements(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text).body)


@lru_cache(maxsize=4096)
def repeated(text: str) -> frozenset[str]:
    """The names that the code evaluates more than once: no long expression may be put in their place."""
    seen: dict[str, int] = {}
    for tree in statements(text):
        for name, weight in _weights(tree, 1):
            seen[name] = seen.get(name, 0) + weight
    return frozenset(name for name, count in seen.items() if count > 1)


def _weights(node: ast.AST, weight: int) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Name):
        yield node.id, weight
    elif isinstance(node, _COMPREHENSIONS):
        # only the first iterable is evaluated once; all the rest at each item
        yield from _weights(node.generators[0].iter, weight)
        for child in ast.iter_child_nodes(node):
            skip = node.generators[0].iter if child is node.generators[0] else None
            for inner in ast.iter_child_nodes(child) if skip is not None else (child,):
                if inner is not skip:
                    yield from _weights(inner, 2)
    elif isinstance(node, ast.Lambda):
        yield from _weights(node.body, 2)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _weights(child, weight)


@lru_cache(maxsize=4096)
def bound(text: str) -> frozenset[str]:
    """The names that comprehensions and lambdas in the code bind themselves."""
    found = set()
    for tree in statements(text):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
    return frozenset(found)


@lru_cache(maxsize=4096)
def outside(text: str) -> frozenset[str]:
    """Every name that the code reads, its inputs among them."""
    return frozenset(node.id for tree in statements(text) for node in ast.walk(tree) if isinstance(node, ast.Name))


def identity(op: Op) -> bool:
    """Whether the result simply is the (first) input: stop_gradient."""
    first = "_0" if op.variadic else op.args[0] if op.args else ""
    return isinstance(op.code, str) and op.code == first and not op.effect and op.name != "unpack"


def mutable(kind: Kind) -> bool:
    """Whether a value of the kind could be changed where it stands. A 0-d array could."""
    return type(kind).__name__ in ("Array", "List", "Record", "Never")
