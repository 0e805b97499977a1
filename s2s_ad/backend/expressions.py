"""Atoms and operations as Python expressions. Every node is made afresh: the printer keeps marks on nodes."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from s2s_ad.backend import templates
from s2s_ad.backend.printer import stems_from
from s2s_ad.backend.schedule import Schedule
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import BOOL, FLOAT, Kind
from s2s_ad.ir.nodes import Absent, Apply, Atom, Call, Const, If, Stmt, Value

_Node = TypeVar("_Node", bound=ast.AST)
Make = Callable[[], ast.expr]


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def call(function: str, *args: ast.expr) -> ast.Call:
    return ast.Call(load(function), list(args), [])


def method(thing: ast.expr, name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(thing, name, ast.Load()), list(args), [])


def negated(test: ast.expr) -> ast.expr:
    """`not test`. Only == and != turn around: with NaN, `not a < b` is not `a >= b`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        op: ast.cmpop = ast.NotEq() if isinstance(test.ops[0], ast.Eq) else ast.Eq()
        return ast.Compare(test.left, [op], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def fresh(node: _Node, names: Mapping[str, Make], renamed: Callable[[str], str]) -> _Node:
    """A copy of the tree with some names replaced by expressions and the others passed through `renamed`."""
    if isinstance(node, ast.Name):
        make = names.get(node.id)
        if make is not None and isinstance(node.ctx, ast.Load):
            return make()  # type: ignore[return-value]
        if make is not None:
            target = make()  # a statement that assigns to its first input
            assert isinstance(target, ast.Name)
            return ast.Name(target.id, node.ctx)  # type: ignore[return-value]
        return ast.Name(renamed(node.id), node.ctx)  # type: ignore[return-value]
    fields: dict[str, Any] = {}
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            value = fresh(value, names, renamed)
        elif isinstance(value, list):
            value = [fresh(item, names, renamed) if isinstance(item, ast.AST) else item for item in value]
        fields[name] = value
    if isinstance(node, ast.arg):
        fields["arg"] = renamed(node.arg)
    return type(node)(**fields)


class Expressions:
    """Expressions of one function. `used` collects the names from outside that its code reads."""

    def __init__(
        self,
        plan: Schedule,
        names: Mapping[Value, str],
        callees: Mapping[str, str],
        aliases: Mapping[str, str],
        reserved: frozenset[str],
    ) -> None:
        self.reserved = reserved
        self.plan = plan
        self.names = names
        self.variables = frozenset(names.values())
        self.callees = callees
        self.aliases = aliases
        self.used: set[str] = set()

    def name(self, value: Value) -> str:
        return self.names[self.plan.leader.get(value, value)]

    def atom(self, atom: Atom) -> ast.expr:
        if isinstance(atom, Value):
            if atom in self.plan.folded:
                return self.source(self.plan.defs[atom])
            return load(self.name(atom))
        if isinstance(atom, Const):
            return self.constant(atom)
        if isinstance(atom, Absent):
            return ast.Constant(None)
        raise UnsupportedError(
            "this reads a name that is bound on no path to here",
            remedy="Give the variable a value before it is read.",
        )

    def source(self, stmt: Stmt) -> ast.expr:
        """The expression that the statement computes."""
        if isinstance(stmt, Apply):
            return stems_from(self.operation(stmt), stmt.span)
        if isinstance(stmt, Call):
            return stems_from(call(self.callees[stmt.callee], *map(self.atom, stmt.inputs)), stmt.span)
        assert isinstance(stmt, If)
        return stems_from(self.choice(stmt), stmt.span)

    def operation(self, stmt: Apply) -> ast.expr:
        text = templates.code_of(stmt)
        if stmt.op.name == "list_new" and not stmt.inputs:
            return ast.List([], ast.Load())
        return self.instance(templates.expression(text), stmt, text)

    def instance(self, tree: _Node, stmt: Apply, text: str, first: str | None = None) -> _Node:
        """The parsed code with the inputs in their places; `first` names what a write changes."""
        makes: dict[str, Make] = {}
        for name, atom in zip(templates.names_of(stmt), stmt.inputs):
            makes[name] = _maker(self.atom, atom)
        if first is not None:
            target = first
            makes[templates.names_of(stmt)[0]] = lambda: load(target)
        own = templates.bound(text)

        return fresh(tree, makes, lambda name: self.apart(name) if name in own else self.outside(name))

    def outside(self, name: str) -> str:
        """What a module or builtin is called in this module, where a parameter may have its name."""
        self.used.add(name)
        return self.aliases.get(name, name)

    def builtin(self, function: str, *args: ast.expr) -> ast.Call:
        return call(self.outside(function), *args)

    def apart(self, name: str) -> str:
        """A name bound inside a comprehension must not hide a variable that the comprehension reads."""
        while name in self.variables:
            name += "_"
        return name

    def choice(self, stmt: If) -> ast.expr:
        """A ternary, or `and`, `or`, `not` where it says the same."""
        then, orelse = stmt.then.results[0], stmt.orelse.results[0]
        if stmt.cond.kind == BOOL and stmt.outputs[0].kind == BOOL:
            if _is(then, True) and _is(orelse, False):
                return self.atom(stmt.cond)
            if _is(then, False) and _is(orelse, True):
                return negated(self.atom(stmt.cond))
            if _is(orelse, False):
                return _flat(ast.And(), self.atom(stmt.cond), self.atom(then))
            if _is(then, True):
                return _flat(ast.Or(), self.atom(stmt.cond), self.atom(orelse))
        if then is stmt.cond and isinstance(then, Value) and then.kind == stmt.outputs[0].kind:
            return _flat(ast.Or(), self.atom(stmt.cond), self.atom(orelse))
        if orelse is stmt.cond and isinstance(orelse, Value) and orelse.kind == stmt.outputs[0].kind:
            return _flat(ast.And(), self.atom(stmt.cond), self.atom(then))
        return ast.IfExp(self.atom(stmt.cond), self.atom(then), self.atom(orelse))

    # --- constants ----------------------------------------------------------------------------------------------------

    def constant(self, const: Const) -> ast.expr:
        if const.text and _stands_for(const.text, const.value):
            return fresh(templates.expression(const.text), {}, self.outside)
        return self.literal(const.value, const.kind)

    def literal(self, value: Any, kind: Kind | None = None) -> ast.expr:
        """A number, array or list as Python code."""
        if value is None or isinstance(value, (bool, str)):
            return ast.Constant(value)
        if kind == FLOAT and isinstance(value, (int, np.floating, np.integer)):
            value = float(value)
        if isinstance(value, int):
            return _signed(value)
        if isinstance(value, np.generic):
            name = "bool" if isinstance(value, np.bool_) else value.dtype.name
            if name == "bool":
                return ast.Constant(bool(value))
            return ast.Call(self.numpy(name), [self.literal(value.item())], [])
        if isinstance(value, float):
            return self.real(value)
        if isinstance(value, complex):
            return self.complex_number(value)
        if isinstance(value, list):
            return ast.List([self.literal(item) for item in value], ast.Load())
        if isinstance(value, tuple):
            return ast.Tuple([self.literal(item) for item in value], ast.Load())
        if isinstance(value, np.ndarray):
            dtype = ast.keyword("dtype", self.numpy("bool_" if value.dtype.name == "bool" else value.dtype.name))
            return ast.Call(self.numpy("array"), [self.literal(value.tolist())], [dtype])
        raise UnsupportedError(f"a constant {type(value).__name__} cannot be written as code")

    def numpy(self, name: str) -> ast.expr:
        return ast.Attribute(load(self.outside("np")), name, ast.Load())

    def real(self, value: float) -> ast.expr:
        if math.isfinite(value):
            return _signed(value)
        word = "nan" if math.isnan(value) else "inf"
        found: ast.expr = ast.Attribute(load(self.outside("math")), word, ast.Load())
        return ast.UnaryOp(ast.USub(), found) if value < 0 else found

    def complex_number(self, value: complex) -> ast.expr:
        signs = math.copysign(1, value.real), math.copysign(1, value.imag)
        if value.real == 0 and math.isfinite(value.imag) and signs[0] == signs[1]:
            plain = ast.Constant(complex(0, abs(value.imag)))
            return plain if signs[0] == 1 else ast.UnaryOp(ast.USub(), plain)
        return call(self.outside("complex"), self.real(value.real), self.real(value.imag))


def _maker(make: Callable[[Atom], ast.expr], atom: Atom) -> Make:
    return lambda: make(atom)


def _is(atom: Atom, value: bool) -> bool:
    return isinstance(atom, Const) and atom.value is value


def _flat(op: ast.boolop, left: ast.expr, right: ast.expr) -> ast.expr:
    """`a and b and c` for `(a and b) and c`: one chain, as it is parsed."""
    values = [*left.values] if isinstance(left, ast.BoolOp) and type(left.op) is type(op) else [left]
    return ast.BoolOp(op, [*values, right])


def _signed(value: float) -> ast.expr:
    if value < 0 or (value == 0 and math.copysign(1.0, value) < 0):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


@lru_cache(maxsize=1024)
def _evaluated(text: str) -> Any:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return None
    known = {"math": math, "np": np}
    if any(isinstance(node, ast.Name) and node.id not in known for node in ast.walk(tree)):
        return None
    return eval(compile(tree, "<constant>", "eval"), {"__builtins__": {}}, known)


def _stands_for(text: str, value: Any) -> bool:
    """Whether the user's own words still mean the value in the emitted module."""
    found = _evaluated(text)
    return type(found) is type(value) and isinstance(value, (int, float, complex)) and repr(found) == repr(value)
