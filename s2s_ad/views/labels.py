"""How operations and numbers of a run are written: v₃ = sin(v₁), with six digits."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from s2s_ad.backend import templates
from s2s_ad.backend.templates import code_of, names_of
from s2s_ad.ir.kinds import List
from s2s_ad.ir.nodes import Apply, Atom, Const, Value

_LOW = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")
_MODULES = ("np", "math", "cmath")


def label(number: int) -> str:
    """The name of a value in a list of operations: v₋₁."""
    return f"v{number}".translate(_LOW)


def operation(apply: Apply, labels: Mapping[Value, str], numbers: Mapping[Value, Any]) -> str:
    """The operation in terms of the labels of its inputs; what has none stands there as its number."""
    words = {name: _word(atom, labels, numbers) for name, atom in zip(names_of(apply), apply.inputs)}
    trees = [_Named(words).visit(ast.parse(ast.unparse(tree)).body[0]) for tree in templates.statements(code_of(apply))]
    return "; ".join(ast.unparse(tree) for tree in trees)


def expression(atom: Atom, stmts: Sequence[Apply], labels: Mapping[Value, str]) -> str:
    """What the statements compute for the atom, as one expression."""
    made: dict[Value, ast.expr] = {}

    def tree(a: Atom) -> ast.expr:
        if isinstance(a, Value) and a in made:
            return made[a]
        return ast.parse(_word(a, {}, {}), mode="eval").body if isinstance(a, Const) else ast.Name(_word(a, labels, {}))

    for stmt in stmts:
        words = dict(zip(names_of(stmt), map(tree, stmt.inputs)))
        body = ast.parse(code_of(stmt), mode="eval").body
        made[stmt.out] = _Named(words).visit(body)
    return ast.unparse(tree(atom))


def _word(atom: Atom, labels: Mapping[Value, str], numbers: Mapping[Value, Any]) -> str:
    if isinstance(atom, Value):
        return labels.get(atom) or shown(numbers.get(atom))
    if isinstance(atom, Const):
        return atom.text or repr(atom.value)
    return "nothing"


class _Named(ast.NodeTransformer):
    """Labels in the place of names, and functions without their modules."""

    def __init__(self, words: Mapping[str, str | ast.expr]) -> None:
        self.words = words

    def visit_Name(self, node: ast.Name) -> ast.AST:
        word = self.words.get(node.id, node.id)
        return ast.Name(word, node.ctx) if isinstance(word, str) else word

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in _MODULES:
            return ast.Name(node.attr, node.ctx)
        return self.generic_visit(node)


def shown(number: Any, digits: int = 6) -> str:
    """A number or array in one short line."""
    if number is None:
        return "0"
    if isinstance(number, (bool, np.bool_)):
        return str(bool(number))
    if isinstance(number, (int, np.integer)):
        return str(int(number))
    if isinstance(number, (float, np.floating)):
        return f"{float(number):.{digits}g}"
    if isinstance(number, (complex, np.complexfloating)):
        return f"{complex(number):.{digits}g}"
    if isinstance(number, (list, tuple)):
        parts = [shown(item, digits) for item in number]
        return f"[{', '.join(parts if len(parts) <= 6 else [*parts[:3], '...', *parts[-2:]])}]"
    if isinstance(number, np.ndarray):
        text = np.array2string(number, precision=4, threshold=6, edgeitems=2, max_line_width=10**6, separator=", ")
        return " ".join(text.split())
    return repr(number)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A table as plain text: words on the left, numbers under one another on the right.

    >>> print(aligned([("", "time"), ("function", "9"), ("tangent", "21")]))
              time
    function     9
    tangent     21
    """
    first, *others = [max(map(len, column)) for column in zip(*rows)]
    lines = [[row[0].ljust(first), *(cell.rjust(width) for cell, width in zip(row[1:], others))] for row in rows]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def worst(number: Any) -> str:
    """ "nan", "inf" or "-inf" if there is one in it, else nothing."""
    if isinstance(number, (list, tuple)):
        found = [worst(item) for item in number]
        return next((w for w in ("nan", "inf", "-inf") if w in found), "")
    array = np.asarray(number if number is not None else 0.0)
    if array.dtype.kind not in "fc":
        return ""
    if np.isnan(array).any():
        return "nan"
    if not np.isinf(array).any():
        return ""
    return "-inf" if array.dtype.kind == "f" and not (array == np.inf).any() else "inf"


def is_real(value: Value) -> bool:
    """Whether a value has a line of its own: numbers that a derivative may flow through, and lists of them."""
    return value.kind.real and not (isinstance(value.kind, List) and str(value.kind.item) == "never")
