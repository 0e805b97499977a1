"""What an assignment does to its target."""

from __future__ import annotations

import ast

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.attributes import attribute, mangled
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.machine import BUILTINS, METHODS, Machine, expression, number, special, statement
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.messages import Text
from s2s_ad.frontend.objects import operator_method, set_attribute
from s2s_ad.frontend.operators import binary, operator_name, read
from s2s_ad.frontend.scope import lookup
from s2s_ad.frontend.streams import iterated, walked
from s2s_ad.frontend.subscripts import SliceOf, augment_item, delete_item, get_item, set_item
from s2s_ad.frontend.values import (
    MISSING,
    NONE,
    NOTHING,
    Abstract,
    ArrayRef,
    Items,
    Known,
    Ref,
    Sym,
    Table,
    Tuple,
    View,
    is_nothing,
    what,
)
from s2s_ad.frontend.views import augment
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Const, Value


def assign(machine: Machine, target: ast.expr, value: Abstract) -> None:
    with machine.placed(target):
        if isinstance(target, ast.Name):
            value = machine.held(value)
            name_value(machine, value, target.id)
            machine.set(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            _unpack(machine, target.elts, read(value))
        elif isinstance(target, ast.Subscript):
            set_item(machine, machine.eval(target.value), machine.eval(target.slice), value)
        elif isinstance(target, ast.Attribute):
            owner = machine.eval(target.value)
            if f"{target.attr} =" in METHODS and isinstance(owner, Sym):
                METHODS[f"{target.attr} ="](machine, owner, [value], {})
                return
            set_attribute(machine, owner, mangled(machine, target.attr), machine.held(value))
        else:
            raise UnsupportedError(f"{type(target).__name__.lower()} is no target that can be assigned to")


def name_value(machine: Machine, value: Abstract, name: str) -> None:
    """Call a value by the name it is first bound to."""
    if isinstance(value, ArrayRef):
        if not value.steps:
            machine.cell_names.setdefault(value.cell, name)
            value = machine.store[value.cell]
        elif value.seen is not None:
            value = Sym(value.seen[1])
    if isinstance(value, Ref):
        machine.cell_names.setdefault(value.cell, name)
        content = machine.store[value.cell]
        if isinstance(content, Sym):
            value = content
    if isinstance(value, Sym) and isinstance(value.atom, Value) and value.atom in machine.nameable:
        # The value was made in this very statement: nobody has asked for its name yet.
        machine.nameable.discard(value.atom)
        if not value.atom.hint:
            object.__setattr__(value.atom, "hint", name)


def _unpack(machine: Machine, targets: list[ast.expr], value: Abstract) -> None:
    starred = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if is_nothing(value):
        for target in targets:
            assign(machine, target.value if isinstance(target, ast.Starred) else target, NOTHING)
        return
    items = _items(machine, value)
    if items is None:
        _unpack_dynamic(machine, targets, value, starred)
        return
    if starred:
        before, after = starred[0], len(targets) - starred[0] - 1
        if len(items) < before + after:
            raise UnsupportedError(f"not enough values to unpack: {len(items)} for {before + after} names")
        middle = machine.new_list(tuple(items[before : len(items) - after]))
        items = [*items[:before], middle, *items[len(items) - after :]]
    if len(items) != len(targets):
        raise UnsupportedError(f"{len(items)} values are unpacked into {len(targets)} names")
    for target, item in zip(targets, items):
        if isinstance(target, ast.Name) and isinstance(item, Sym) and item.atom in machine.parts:
            # a part of an argument: called as the user calls it where he takes the argument apart
            machine.parts.discard(item.atom)
            object.__setattr__(item.atom, "hint", target.id)
        assign(machine, target.value if isinstance(target, ast.Starred) else target, item)


def _items(machine: Machine, value: Abstract) -> list[Abstract] | None:
    """The parts, if their number is known."""
    if (own := iterated(machine, value)) is not value:
        parts = walked(machine, own, call)
        return parts if isinstance(parts, list) else None
    if isinstance(value, Tuple):
        return list(value.items)
    if isinstance(value, Ref):
        content = machine.content(value)
        if isinstance(content, Items):
            return list(content.items)
        if isinstance(content, Table):
            return [Known(key) for key in content.keys]
    if isinstance(value, View):
        content = machine.content(value.owner)
        assert isinstance(content, Table)
        return list(content.items) if value.what == "values" else None
    return None


def _unpack_dynamic(machine: Machine, targets: list[ast.expr], value: Abstract, starred: list[int]) -> None:
    """Arrays and lists of unknown length: when it runs, that is looked at first, as Python does."""
    is_array = isinstance(value, Sym) and isinstance(value.kind, Array) and value.kind.rank > 0
    if not is_array and not machine.is_list(value):
        raise UnsupportedError(f"{what(value)} cannot be unpacked")
    count = len(targets)
    _expect_length(machine, value, count - len(starred), bool(starred))
    for i, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            stop = number(i - count + 1) if i < count - 1 else NONE
            assign(machine, target.value, get_item(machine, value, SliceOf(number(i), stop, NONE)))
        else:
            late = bool(starred) and i > starred[0]
            assign(machine, target, get_item(machine, value, number(i - count if late else i)))


def _expect_length(machine: Machine, value: Abstract, count: int, more: bool) -> None:
    """ValueError where the value has not `count` items; with `more`, where it has fewer."""
    if more and not count:
        return
    length = BUILTINS[len](machine, [value], {})
    assert isinstance(length, Sym)
    wanted = f"{'at least ' if more else ''}{count} {'value' if count == 1 else 'values'} to unpack"
    if isinstance(length.atom, Const):
        if length.atom.value < count or length.atom.value > count and not more:
            raise UnsupportedError(f"expected {wanted}, got {length.atom.value}")
        return

    name_value(machine, length, "count")

    def fail() -> Abstract:
        text = Text(machine)
        text.emit(f"raise ValueError({f'expected {wanted}, got {{}}'!r}.format({text.of(length)}))")
        machine.dead = True
        return NONE

    branch(machine, machine.apply("lt" if more else "ne", length.atom, number(count).atom).atom, fail, lambda: NONE)


@statement(ast.Assign)
def _assign(machine: Machine, node: ast.Assign) -> None:
    value = machine.held(machine.eval(node.value))
    for target in node.targets:
        if isinstance(target, ast.Name):
            name_value(machine, value, target.id)
    for target in node.targets:
        assign(machine, target, value)


@statement(ast.AnnAssign)
def _ann_assign(machine: Machine, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(machine, node.target, machine.eval(node.value))


@expression(ast.NamedExpr)
def _walrus(machine: Machine, node: ast.NamedExpr) -> Abstract:
    value = machine.held(machine.eval(node.value))
    frame = machine.frame
    while node.target.id not in frame.local and frame.parent is not None:  # out of a comprehension
        frame = frame.parent
    name_value(machine, value, node.target.id)
    machine.store[(frame.id, node.target.id)] = value
    return value


@statement(ast.AugAssign)
def _aug_assign(machine: Machine, node: ast.AugAssign) -> None:
    name, target = operator_name(node.op), node.target
    if isinstance(target, ast.Name):
        old = lookup(machine, target.id)
        new = _changed(machine, name, old, machine.eval(node.value))
        name_value(machine, new, target.id)
        machine.set(target.id, new)
    elif isinstance(target, ast.Subscript):
        owner, index = machine.held(machine.eval(target.value)), machine.eval(target.slice)
        if isinstance(owner, ArrayRef):
            augment_item(machine, name, owner, index, lambda: machine.eval(node.value))
            return
        old = get_item(machine, owner, index)
        new = _changed(machine, name, old, machine.eval(node.value))
        if new is not old or not isinstance(owner, Ref):  # an array in a list or dict has changed by itself
            set_item(machine, owner, index, new)
    else:
        owner, attr = machine.eval(target.value), mangled(machine, target.attr)
        new = _changed(machine, name, attribute(machine, owner, attr), machine.eval(node.value))
        name_value(machine, new, attr)
        if not isinstance(new, ArrayRef) or not isinstance(owner, Sym):  # z.real has changed by itself
            set_attribute(machine, owner, attr, machine.held(new))


def _changed(machine: Machine, name: str, old: Abstract, value: Abstract) -> Abstract:
    """old op= value: for lists and arrays the object itself changes."""
    if isinstance(old, ArrayRef):
        augment(machine, name, old, value)
        return old
    own = special(machine, old, f"__i{operator_method(name)}__", value)
    if own is not None:
        return own
    if machine.is_list(old) and name == "add" and isinstance(old, Ref):
        joined = binary(machine, "add", old, _as_list(machine, read(value)))
        assert isinstance(joined, Ref)
        machine.write(old, machine.store[joined.cell])
        return old
    if machine.is_list(old):
        raise UnsupportedError("this change of a list in place is not supported")
    return binary(machine, name, old, value)


def _as_list(machine: Machine, value: Abstract) -> Abstract:
    return machine.new_list(value.items) if isinstance(value, Tuple) else value


@statement(ast.Delete)
def _delete(machine: Machine, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            lookup(machine, target.id)
            machine.set(target.id, MISSING)
        elif isinstance(target, ast.Subscript):
            delete_item(machine, machine.eval(target.value), machine.eval(target.slice))
        else:
            raise UnsupportedError("only names and items are deleted")
