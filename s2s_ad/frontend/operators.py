"""Arithmetic and comparisons, and what of them is settled at compile time."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.machine import PROTOCOL, Machine, expression, number, special
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.shapes import DynamicListError, hold, list_atom, same_object
from s2s_ad.frontend.truth import as_bool, as_value, condition, negate, truth
from s2s_ad.frontend.values import (
    NOTHING,
    Abstract,
    Bound,
    Closure,
    Fields,
    Flat,
    Items,
    Known,
    Missing,
    NeedsUnroll,
    Poison,
    Ref,
    Sym,
    Table,
    Tuple,
    is_nothing,
    is_text,
    what,
)
from s2s_ad.ir.kinds import BOOL, INT, NEVER, Array, List
from s2s_ad.ir.nodes import Atom, Const

_BINARY: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.Pow: ("pow", operator.pow),
    ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("bit_and", operator.and_),
    ast.BitOr: ("bit_or", operator.or_),
    ast.BitXor: ("bit_xor", operator.xor),
    ast.LShift: ("shift_left", operator.lshift),
    ast.RShift: ("shift_right", operator.rshift),
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
}
_BY_NAME = dict(_BINARY.values())
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_UNARY: dict[type[ast.AST], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
_FOLDED = (bool, int)
_LARGEST = 1 << 64  # beyond it, an exponent or a shift is left to the run


def static_int(value: Abstract) -> int | None:
    """The value of an int or bool that is known now."""
    if isinstance(value, Sym) and isinstance(value.atom, Const) and isinstance(value.atom.value, _FOLDED):
        return int(value.atom.value)
    return None


def read(value: Abstract) -> Abstract:
    """The value, if it can be read at all."""
    if isinstance(value, Poison):
        raise NeedsUnroll(value.message, remedy=value.remedy)
    return value


def operand(machine: Machine, value: Abstract, near_array: bool = False) -> Sym:
    """The value as an input of an operation; `near_array`: NumPy takes lists and tuples for arrays."""
    read(value)
    if is_text(value):
        raise UnsupportedError("strings are only for messages: nothing is computed from them", remedy="Pass a number.")
    if isinstance(value, Sym):
        return value
    if isinstance(value, Flat):
        return Sym(machine.apply("np.ravel", value.owner.atom).atom)
    if near_array and isinstance(value, (Tuple, Ref)):
        return array_of(machine, value)
    if isinstance(value, Known) and isinstance(value.obj, (np.ndarray, np.generic)):
        return number(value.obj)
    if isinstance(value, Known) and is_member(value):
        return number(int(value.obj) if isinstance(value.obj, int) else float(value.obj))
    raise KindError(f"a number or an array is needed here, and this is {what(value)}")


def is_member(value: Abstract) -> bool:
    """Whether it is a number that an enumeration has a name for."""
    return isinstance(value, Known) and isinstance(value.obj, (int, float))


def array_of(machine: Machine, value: Abstract) -> Sym:
    """np.array of a list or tuple of numbers or arrays."""
    atoms: list[Atom] = []
    nest = _nest(machine, value, atoms)
    if nest is not None and atoms:
        return machine.apply("array_of", *atoms, nest=nest)
    try:
        atom = list_atom(machine, value)
    except DynamicListError:
        raise KindError("an array is made of numbers, or of arrays or lists of one shape") from None
    if isinstance(atom.kind, List) and atom.kind.item == NEVER:
        raise KindError("an empty list has no kind", remedy="Use np.zeros(0) or np.empty(0).")
    return machine.apply("list_to_array", atom)


def _nest(machine: Machine, value: Abstract, atoms: list[Atom]) -> tuple[int, ...] | None:
    """The lengths of lists in lists, if all of them are known and regular; what is in them goes to `atoms`."""
    content = machine.content(value) if isinstance(value, Ref) else value
    if isinstance(content, Sym) and not isinstance(content.kind, List):
        atoms.append(content.atom)
        return ()
    if not isinstance(content, (Items, Tuple)):
        return None
    inner = {_nest(machine, item, atoms) for item in content.items}
    found = inner.pop() if len(inner) == 1 else None
    return None if found is None else (len(content.items), *found)


def binary(machine: Machine, name: str, a: Abstract, b: Abstract) -> Abstract:
    a, b = (operand(machine, x) if isinstance(x, Flat) else read(x) for x in (a, b))
    if is_nothing(a) or is_nothing(b):
        return NOTHING
    if is_text(a) or is_text(b):
        made: Abstract | None = PROTOCOL["texts"](machine, name, a, b)
        if made is not None:
            return made
    elif isinstance(a, Sym) and isinstance(b, Sym):
        folded = _fold(name, a, b)
        return folded if folded is not None else machine.apply(name, a.atom, b.atom)
    if isinstance(a, Sym) != isinstance(b, Sym) and all(isinstance(x, Sym) or is_member(x) for x in (a, b)):
        return binary(machine, name, operand(machine, a), operand(machine, b))
    found: Abstract | None = PROTOCOL["binary"](machine, name, a, b)
    if found is None:
        found = _sequences(machine, name, a, b)
    if found is not None:
        return found
    if any(isinstance(x, Sym) and isinstance(x.kind, Array) for x in (a, b)):
        return machine.apply(name, operand(machine, a, True).atom, operand(machine, b, True).atom)
    if name in ("eq", "ne"):
        equal = equals(machine, a, b)
        return equal if name == "eq" else as_value(negate(machine, truth(machine, equal)))
    raise KindError(f"{name} of {what(a)} and {what(b)} is not supported")


def _fold(name: str, a: Sym, b: Sym) -> Sym | None:
    if not isinstance(a.atom, Const) or not isinstance(b.atom, Const):
        return None
    x, y = a.atom.value, b.atom.value
    if name not in _COMPARISONS:
        if not isinstance(x, _FOLDED) or not isinstance(y, _FOLDED) or name == "div":
            return None
        if name in ("pow", "shift_left", "shift_right") and not (0 <= y < 64 and abs(x) < _LARGEST):
            return None
        if name in ("floordiv", "mod") and y == 0:
            return None
    elif not isinstance(x, (bool, int, float)) or not isinstance(y, (bool, int, float)):
        return None
    return number(_BY_NAME[name](x, y))


def _sequences(machine: Machine, name: str, a: Abstract, b: Abstract) -> Abstract | None:
    """+ and * of tuples and lists."""
    if name == "add" and isinstance(a, Tuple) and isinstance(b, Tuple):
        return Tuple(a.items + b.items)
    if name == "add" and machine.is_list(a) and machine.is_list(b):
        return concatenate(machine, a, b)
    if name == "mul":
        for x, y in ((a, b), (b, a)):
            times = static_int(y)
            if isinstance(x, Tuple):
                if times is None:
                    raise NeedsUnroll("a tuple is repeated a number of times that is known only when it runs")
                return Tuple(x.items * times)
            if machine.is_list(x) and isinstance(y, Sym):
                return repeat(machine, x, y, times)
    return None


def concatenate(machine: Machine, a: Abstract, b: Abstract) -> Abstract:
    assert isinstance(a, Ref) and isinstance(b, Ref)
    x, y = machine.content(a), machine.content(b)
    if isinstance(x, Items) and isinstance(y, Items):
        return machine.new_list(x.items + y.items)
    try:
        first = list_atom(machine, a, None if isinstance(x, Sym) else y.kind if isinstance(y, Sym) else None)
        second = list_atom(machine, b, first.kind)
    except DynamicListError:
        raise KindError("the lists hold different things") from None
    return machine.wrap(machine.apply("list_concat", first, second))


def repeat(machine: Machine, value: Abstract, count: Sym, times: int | None) -> Abstract:
    assert isinstance(value, Ref)
    content = machine.content(value)
    if isinstance(content, Items):
        if times is not None and (len(content.items) != 1 or times <= 16):
            return machine.new_list(content.items * times)
        if len(content.items) == 1 and isinstance(content.items[0], Sym):
            hold(machine, content.items[0])
            return machine.wrap(machine.apply("list_fill", content.items[0].atom, count.atom))
    raise UnsupportedError("a list of this form is not repeated", remedy="Use a comprehension: [x for _ in range(n)].")


@expression(ast.BinOp)
def _bin_op(machine: Machine, node: ast.BinOp) -> Abstract:
    return binary(machine, _BINARY[type(node.op)][0], machine.eval(node.left), machine.eval(node.right))


def operator_name(op: ast.operator) -> str:
    return _BINARY[type(op)][0]


@expression(ast.UnaryOp)
def _unary_op(machine: Machine, node: ast.UnaryOp) -> Abstract:
    if isinstance(node.op, ast.Not):
        return as_value(negate(machine, condition(machine, node.operand)))
    given = machine.eval(node.operand)
    own = special(machine, given, f"__{_UNARY[type(node.op)]}__")
    if own is not None:
        return own
    value = operand(machine, given)
    atom = value.atom
    if isinstance(atom, Const) and not atom.text:
        if isinstance(node.op, ast.USub) and isinstance(atom.value, (int, float)):
            return number(-atom.value)
        if isinstance(atom.value, _FOLDED):
            return number(+atom.value if isinstance(node.op, ast.UAdd) else ~int(atom.value))
    return machine.apply(_UNARY[type(node.op)], atom)


# --- comparisons ------------------------------------------------------------------------------------------------------


@expression(ast.Compare)
def _compare(machine: Machine, node: ast.Compare) -> Abstract:
    return _chain(machine, machine.eval(node.left), list(zip(node.ops, node.comparators)))


def _chain(machine: Machine, left: Abstract, rest: list[tuple[ast.cmpop, ast.expr]]) -> Abstract:
    """a < b < c is a < b and b < c, with b evaluated once."""
    right = machine.eval(rest[0][1])
    value = compare(machine, rest[0][0], left, right)
    if len(rest) == 1:
        return value
    found = truth(machine, value)
    if isinstance(found, bool):
        return _chain(machine, right, rest[1:]) if found else value
    return branch(machine, found, lambda: _chain(machine, right, rest[1:]), lambda: value)


def compare(machine: Machine, op: ast.cmpop, a: Abstract, b: Abstract) -> Abstract:
    if isinstance(op, (ast.Is, ast.IsNot)):
        same = _is(machine, read_or_missing(a), read_or_missing(b))
        return as_value(same == isinstance(op, ast.Is))
    if isinstance(op, (ast.In, ast.NotIn)):
        found = contains(machine, read(b), read(a))
        return found if isinstance(op, ast.In) else as_value(negate(machine, truth(machine, found)))
    return binary(machine, _BINARY[type(op)][0], a, b)


def read_or_missing(value: Abstract) -> Abstract:
    if isinstance(value, Missing):
        raise UnsupportedError("nothing is bound here")
    return read(value)


def same_cell(machine: Machine, a: Abstract, b: Abstract) -> bool:
    """Whether both are one list, dict or object."""
    if isinstance(a, Ref) and isinstance(b, Ref) and a.cell == b.cell:
        return True
    # that objects of arguments are apart is looked at in each call, as if they were written to
    machine.written.update(x.cell for x in (a, b) if isinstance(x, Ref) and isinstance(machine.store[x.cell], Fields))
    return False


def _is(machine: Machine, a: Abstract, b: Abstract) -> bool:
    if a is b or same_cell(machine, a, b):
        return True
    if isinstance(a, Bound) and isinstance(b, Bound):
        return False  # a method is made anew each time it is looked up
    if isinstance(a, Known) and isinstance(b, Known):
        return same_object(a.obj, b.obj)
    if is_text(a) and is_text(b):
        raise UnsupportedError("whether two strings are one object is not defined", remedy="Use == instead of is.")
    if isinstance(a, Sym) and isinstance(b, Sym):
        if a.kind == BOOL and b.kind == BOOL and isinstance(a.atom, Const) and isinstance(b.atom, Const):
            return bool(a.atom.value == b.atom.value)
        raise UnsupportedError("whether two numbers are one object is not defined", remedy="Use == instead of is.")
    if isinstance(a, Closure) and isinstance(b, Closure):
        return a.node is b.node and a.frame is b.frame
    return False


def equals(machine: Machine, a: Abstract, b: Abstract) -> Abstract:
    """a == b for what is no pair of numbers."""
    if is_text(a) and is_text(b) or isinstance(a, Sym) and isinstance(b, Sym):
        return binary(machine, "eq", a, b)
    own: Abstract | None = PROTOCOL["binary"](machine, "eq", a, b)
    if own is not None:
        return own
    if isinstance(a, Known) and isinstance(b, Known):
        return as_value(bool(a.obj == b.obj))
    content_a, content_b = (machine.content(x) if isinstance(x, Ref) else x for x in (a, b))
    if isinstance(content_a, (Tuple, Items)) and type(content_a) is type(content_b):
        assert isinstance(content_b, (Tuple, Items))
        if len(content_a.items) != len(content_b.items):
            return as_value(False)
        return _all_equal(machine, list(zip(content_a.items, content_b.items)))
    kinds = (Sym, Known, Tuple, Items, Closure)
    if isinstance(content_a, kinds) and isinstance(content_b, kinds) and type(content_a) is not type(content_b):
        if not any(isinstance(x, Sym) and isinstance(x.kind, (List, Array)) for x in (content_a, content_b)):
            return as_value(False)
    raise UnsupportedError(f"{what(a)} and {what(b)} cannot be compared here")


def _all_equal(machine: Machine, pairs: list[tuple[Abstract, Abstract]]) -> Abstract:
    if not pairs:
        return as_value(True)
    found = truth(machine, equals(machine, *pairs[0]))
    if isinstance(found, bool):
        return _all_equal(machine, pairs[1:]) if found else as_value(False)
    if len(pairs) == 1:
        return as_value(found)
    return branch(machine, found, lambda: _all_equal(machine, pairs[1:]), lambda: as_value(False))


def contains(machine: Machine, container: Abstract, item: Abstract) -> Abstract:
    own = special(machine, container, "__contains__", item)
    if own is not None:
        return as_value(truth(machine, own))
    content = machine.content(container) if isinstance(container, Ref) else container
    if is_text(content):
        found: Abstract = PROTOCOL["text in"](machine, item, content)
        return found
    if isinstance(content, Known) and isinstance(content.obj, frozenset):
        return _any_equal(machine, item, [Known(x) if isinstance(x, str) else number(x) for x in content.obj])
    if isinstance(content, Known) and isinstance(item, Known):
        return as_value(item.obj in content.obj)
    if isinstance(content, Table):
        if is_text(item) and not isinstance(item, Known):
            return _any_equal(machine, item, [Known(key) for key in content.keys if isinstance(key, str)])
        return as_value(static_key(item) in content.keys)
    if isinstance(content, (Tuple, Items)):
        return _any_equal(machine, item, list(content.items))
    raise UnsupportedError(f"in {what(container)} is not supported")


def _any_equal(machine: Machine, item: Abstract, candidates: list[Abstract]) -> Abstract:
    if not candidates:
        return as_value(False)
    found = truth(machine, equals(machine, candidates[0], item))
    if isinstance(found, bool):
        return as_value(True) if found else _any_equal(machine, item, candidates[1:])
    if len(candidates) == 1:
        return as_value(found)
    rest = candidates[1:]
    kept = as_bool(machine, found)
    return branch(machine, kept, lambda: as_value(True), lambda: _any_equal(machine, item, rest))


def static_key(value: Abstract) -> Any:
    """A key of a dict."""
    if isinstance(value, Known):
        return value.obj
    if isinstance(value, Sym) and isinstance(value.atom, Const):
        return value.atom.value
    if isinstance(value, Tuple):
        return tuple(map(static_key, value.items))
    if is_text(value) or isinstance(value, Sym) and value.kind == INT:
        raise NeedsUnroll("a key of a dict must be known when compiled")
    raise UnsupportedError(f"a key of a dict must be known when compiled, and this is {what(value)}")
