"""Conditions: what is decided at compile time, and what when it runs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Union

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.machine import PROTOCOL, Machine, expression, special
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.values import (
    Abstract,
    Items,
    Known,
    NeedsUnroll,
    Poison,
    RangeOf,
    Ref,
    Sym,
    Table,
    Tuple,
    is_text,
    what,
)
from s2s_ad.ir.builder import FALSE, TRUE
from s2s_ad.ir.kinds import BOOL, NEVER, Array
from s2s_ad.ir.nodes import Atom, Const
from s2s_ad.ir.objects import has_attributes

Truth = Union[bool, Atom]


def truth(machine: Machine, value: Abstract) -> Truth:
    """Whether Python takes the value for true: now, or as this number says when it runs."""
    if isinstance(value, Poison):
        raise NeedsUnroll(value.message, remedy=value.remedy)
    if is_text(value):
        return _number(PROTOCOL["text truth"](machine, value))
    if isinstance(value, Sym):
        return _number(value)
    if isinstance(value, Known) and not has_attributes(type(value.obj)):
        return bool(value.obj)
    if isinstance(value, Tuple):
        return bool(value.items)
    if isinstance(value, Ref):
        content = machine.content(value)
        if isinstance(content, (Items, Table)):
            return bool(content.items)
        if isinstance(content, Sym):
            return machine.apply("list_len", content.atom).atom
    for name in ("__bool__", "__len__"):
        asked = special(machine, value, name)
        if asked is not None:
            return truth(machine, asked)
    if isinstance(value, RangeOf):
        raise UnsupportedError(f"the truth of {what(value)} is not supported")
    return True  # functions and iterators


def _number(value: Sym) -> Truth:
    if isinstance(value.atom, Const):
        return bool(value.atom.value)
    kind = value.kind
    if isinstance(kind, Array) and kind.rank:
        raise UnsupportedError(
            "an array has no one truth value", remedy="Use np.any or np.all, or np.where to choose item by item."
        )
    return value.atom


def as_bool(machine: Machine, value: Truth) -> Atom:
    """The truth as a Bool of the program."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return value if value.kind in (BOOL, NEVER) else machine.apply("bool", value).atom


def as_value(found: Truth) -> Sym:
    return Sym(TRUE if found else FALSE) if isinstance(found, bool) else Sym(found)


def condition(machine: Machine, node: ast.expr) -> Truth:
    """The truth of an expression: of `a and b` only the truths of both matter, so they may be of any kinds."""
    if isinstance(node, ast.BoolOp):
        with machine.placed(node):
            return _conditions(machine, isinstance(node.op, ast.And), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        with machine.placed(node):
            return negate(machine, condition(machine, node.operand))
    value = machine.eval(node)
    with machine.placed(node):
        return truth(machine, value)


def negate(machine: Machine, found: Truth) -> Truth:
    return not found if isinstance(found, bool) else machine.apply("not", found).atom


def _conditions(machine: Machine, all_of: bool, nodes: Sequence[ast.expr]) -> Truth:
    first = condition(machine, nodes[0])
    if len(nodes) == 1:
        return first
    if isinstance(first, bool):
        return _conditions(machine, all_of, nodes[1:]) if first == all_of else first
    kept: Atom = first

    def rest() -> Abstract:
        return Sym(as_bool(machine, _conditions(machine, all_of, nodes[1:])))

    def stay() -> Abstract:
        return Sym(as_bool(machine, kept))

    value = branch(machine, first, rest if all_of else stay, stay if all_of else rest)
    return truth(machine, value)


@expression(ast.BoolOp)
def _bool_op(machine: Machine, node: ast.BoolOp) -> Abstract:
    return _choose(machine, isinstance(node.op, ast.And), node.values)


def _choose(machine: Machine, all_of: bool, nodes: Sequence[ast.expr]) -> Abstract:
    """`a and b`, `a or b`: one of the values, not a bool."""
    value = machine.eval(nodes[0])
    if len(nodes) == 1:
        return value
    found = truth(machine, value)
    if isinstance(found, bool):
        return _choose(machine, all_of, nodes[1:]) if found == all_of else value

    def rest() -> Abstract:
        return _choose(machine, all_of, nodes[1:])

    return branch(machine, found, *((rest, lambda: value) if all_of else (lambda: value, rest)))


@expression(ast.IfExp)
def _ternary(machine: Machine, node: ast.IfExp) -> Abstract:
    cond = condition(machine, node.test)
    if isinstance(cond, bool):
        return machine.eval(node.body if cond else node.orelse)
    return branch(machine, cond, lambda: machine.eval(node.body), lambda: machine.eval(node.orelse))
