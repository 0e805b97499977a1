"""Literals, calls, local functions, and the statements that are one line."""

from __future__ import annotations

import ast

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call, refuse_node
from s2s_ad.frontend.library import set_of
from s2s_ad.frontend.machine import Machine, expression, number, statement
from s2s_ad.frontend.operators import read, static_key
from s2s_ad.frontend.streams import Stream, walked
from s2s_ad.frontend.subscripts import set_key
from s2s_ad.frontend.values import NOTHING, Abstract, Closure, Known, NeedsUnroll, Ref, Table, Tuple, what

_REFUSED: dict[str, tuple[str, str]] = {
    "Try": ("try statements", "Test for the case with if before it happens."),
    "TryStar": ("try statements", "Test for the case with if before it happens."),
    "Global": ("writing to globals", "Return the value instead."),
    "ClassDef": ("classes inside a function", "Define the class at the top of the module."),
    "AsyncFunctionDef": ("async functions", "Use ordinary functions."),
    "AsyncFor": ("async loops", "Use ordinary loops."),
    "AsyncWith": ("async with", "Use ordinary statements."),
    "SetComp": ("sets", "Use a list comprehension."),
    "Yield": ("yield", "Build and return a list."),
    "YieldFrom": ("yield", "Build and return a list."),
    "Await": ("await", "Use ordinary functions."),
    "TypeAlias": ("type aliases inside a function", "Move it to the top of the module."),
}


def _refuse(machine: Machine, node: ast.AST) -> None:
    construct, remedy = _REFUSED[type(node).__name__]
    raise UnsupportedError(f"not supported: {construct}", remedy=remedy)


def _refuse_expression(machine: Machine, node: ast.AST) -> Abstract:
    _refuse(machine, node)
    return NOTHING


@expression(ast.Constant)
def _constant(machine: Machine, node: ast.Constant) -> Abstract:
    value = node.value
    if isinstance(value, (bool, int, float, complex)):
        return number(value)
    return Known(value)


@expression(ast.Tuple)
def _tuple(machine: Machine, node: ast.Tuple) -> Abstract:
    return Tuple(tuple(_elements(machine, node.elts)))


@expression(ast.Set)
def _set(machine: Machine, node: ast.Set) -> Abstract:
    return set_of(machine, Tuple(tuple(_elements(machine, node.elts))))


@expression(ast.List)
def _list(machine: Machine, node: ast.List) -> Abstract:
    return machine.new_list(tuple(_elements(machine, node.elts)))


def _elements(machine: Machine, nodes: list[ast.expr]) -> list[Abstract]:
    found = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            found += starred(machine, machine.eval(node.value))
        else:
            found.append(machine.held(read(machine.eval(node))))
    return found


def starred(machine: Machine, value: Abstract) -> list[Abstract]:
    """*value, whose length must be known."""
    machine.use_up(value)
    items = walked(machine, value, call)
    if isinstance(items, Stream):
        raise NeedsUnroll(f"the length of {what(value)} is known only when it runs: it cannot be spread with *")
    return items


@expression(ast.Dict)
def _dict(machine: Machine, node: ast.Dict) -> Abstract:
    table = Table((), ())
    for key, value in zip(node.keys, node.values):
        if key is None:
            table = _merged(machine, table, machine.eval(value))
        else:
            table = set_key(table, static_key(machine.eval(key)), read(machine.eval(value)))
    return machine.new_cell(table)


def _merged(machine: Machine, table: Table, other: Abstract) -> Table:
    content = machine.content(other) if isinstance(other, Ref) else other
    if not isinstance(content, Table):
        raise UnsupportedError(f"{what(other)} cannot be spread with **")
    for key, value in zip(content.keys, content.items):
        table = set_key(table, key, value)
    return table


@expression(ast.Starred)
def _starred(machine: Machine, node: ast.Starred) -> Abstract:
    raise UnsupportedError("a star is not supported here")


@expression(ast.Call)
def _call(machine: Machine, node: ast.Call) -> Abstract:
    function = machine.eval(node.func)
    positional = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            positional += starred(machine, machine.eval(arg.value))
        else:
            positional.append(read(machine.eval(arg)))
    keywords: dict[str, Abstract] = {}
    for keyword in node.keywords:
        value = read(machine.eval(keyword.value))
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            continue
        content = machine.content(value) if isinstance(value, Ref) else value
        if not isinstance(content, Table):
            raise UnsupportedError(f"{what(value)} cannot be spread with **")
        keywords.update(zip(content.keys, content.items))
    return call(machine, function, positional, keywords)


# --- functions inside -------------------------------------------------------------------------------------------------


@expression(ast.Lambda)
def _lambda(machine: Machine, node: ast.Lambda) -> Abstract:
    return _closure(machine, node, "lambda")


def _closure(machine: Machine, node: ast.Lambda | ast.FunctionDef, name: str) -> Closure:
    refuse_node(node, machine.span(node))
    defaults = tuple(machine.held(read(machine.eval(default))) for default in node.args.defaults)
    named = {
        arg.arg: machine.held(read(machine.eval(default)))
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
        if default is not None
    }
    return Closure(node, machine.capture(), name, defaults, named)


@statement(ast.FunctionDef)
def _function(machine: Machine, node: ast.FunctionDef) -> None:
    value: Abstract = _closure(machine, node, node.name)
    for decorator in reversed(node.decorator_list):
        value = call(machine, machine.eval(decorator), [value], {})
    machine.set(node.name, value)


# --- statements of one line -------------------------------------------------------------------------------------------


@statement(ast.Expr)
def _expr(machine: Machine, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        machine.eval(node.value)


@statement(ast.Nonlocal)
def _nonlocal(machine: Machine, node: ast.Nonlocal) -> None:
    """The frame knows of it: see Frame.nonlocals."""


for _name in _REFUSED:
    _type = getattr(ast, _name, None)
    if _type is not None and issubclass(_type, ast.stmt):
        statement(_type)(_refuse)
    elif _type is not None:
        expression(_type)(_refuse_expression)
