"""The methods of lists, dicts and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.library import call_op, cast, static
from s2s_ad.frontend.loop_statements import for_each
from s2s_ad.frontend.machine import Machine, method, number
from s2s_ad.frontend.operators import concatenate, equals, operand, read, static_int, static_key
from s2s_ad.frontend.shapes import list_atom
from s2s_ad.frontend.subscripts import SliceOf, get_item, list_item, list_part, set_key
from s2s_ad.frontend.values import (
    NONE,
    Abstract,
    Args,
    Items,
    Keywords,
    Known,
    Ref,
    Sym,
    Table,
    Tuple,
    View,
    what,
)
from s2s_ad.ir.kinds import Array, List, Scalar, is_complex
from s2s_ad.ir.nodes import Const
from s2s_ad.ops.compositions import COMPOSITIONS
from s2s_ad.ops.registry import FUNCTIONS, OPS


def _list(machine: Machine, owner: Abstract, name: str) -> Ref:
    if not machine.is_list(owner) or not isinstance(owner, Ref):
        raise UnsupportedError(f"{what(owner)} has no method {name} that is supported")
    return owner


def _count(name: str, args: Args, keywords: Keywords, least: int, most: int) -> None:
    if keywords or not least <= len(args) <= most:
        raise UnsupportedError(f".{name}() is not supported with these arguments")


# --- lists ------------------------------------------------------------------------------------------------------------


@method("append")
def _append(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("append", args, keywords, 1, 1)
    append(machine, _list(machine, owner, "append"), args[0])
    return NONE


def append(machine: Machine, ref: Ref, value: Abstract) -> None:
    content = machine.content(ref)
    if isinstance(content, Items):
        machine.write(ref, Items((*content.items, read(value))))
        return
    assert isinstance(content, Sym)
    machine.write(ref, machine.apply("list_append", content.atom, list_part(machine, content.atom, value)))


@method("extend")
def _extend(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("extend", args, keywords, 1, 1)
    ref = _list(machine, owner, "extend")
    if machine.is_list(args[0]):
        joined = concatenate(machine, ref, args[0])
        assert isinstance(joined, Ref)
        machine.write(ref, machine.store[joined.cell])
    else:
        for_each(machine, args[0], lambda item: append(machine, ref, item), [], named=False)
    return NONE


@method("pop")
def _pop(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("pop", args, keywords, 0, 2)
    if isinstance(owner, Ref) and isinstance(machine.content(owner), Table):
        return _dict_pop(machine, owner, args)
    ref = _list(machine, owner, "pop")
    content = machine.content(ref)
    at = static_int(args[0]) if args else -1
    if isinstance(content, Items):
        if at is None or not -len(content.items) <= at < len(content.items):
            raise UnsupportedError("pop() of an item that is not there, or is known only when it runs")
        at %= len(content.items)
        machine.write(ref, Items(content.items[:at] + content.items[at + 1 :]))
        return content.items[at]
    assert isinstance(content, Sym)
    if at == -1:
        item = list_item(machine, content.atom, number(-1).atom)
        machine.write(ref, machine.apply("list_init", content.atom))
        return item
    if at == 0:
        item = list_item(machine, content.atom, number(0).atom)
        rest = get_item(machine, ref, SliceOf(number(1), NONE, NONE))
        assert isinstance(rest, Ref)
        machine.write(ref, machine.store[rest.cell])
        return item
    raise UnsupportedError("pop(i) is supported for the first and the last item only")


@method("insert")
def _insert(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("insert", args, keywords, 2, 2)
    ref, at = _list(machine, owner, "insert"), static_int(args[0])
    content = machine.content(ref)
    if isinstance(content, Items) and at is not None:
        items = list(content.items)
        items.insert(at, args[1])
        machine.write(ref, Items(tuple(items)))
        return NONE
    if at == 0:
        joined = concatenate(machine, machine.new_list((args[1],)), ref)
        assert isinstance(joined, Ref)
        machine.write(ref, machine.store[joined.cell])
        return NONE
    raise UnsupportedError("insert() here is supported at the front only")


@method("reverse")
def _reverse(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("reverse", args, keywords, 0, 0)
    ref = _list(machine, owner, "reverse")
    content = machine.content(ref)
    if isinstance(content, Items):
        machine.write(ref, Items(content.items[::-1]))
    else:
        machine.write(ref, machine.apply("list_reverse", list_atom(machine, ref)))
    return NONE


@method("clear")
def _clear(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("clear", args, keywords, 0, 0)
    if isinstance(owner, Ref):
        machine.write(owner, Items(()) if machine.is_list(owner) else Table((), ()))
    return NONE


@method("index")
def _index(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("index", args, keywords, 1, 1)
    content = machine.content(owner) if isinstance(owner, Ref) else owner
    if isinstance(content, (Items, Tuple)):
        for i, item in enumerate(content.items):
            equal = equals(machine, item, args[0])
            if not isinstance(equal, Sym) or not isinstance(equal.atom, Const):
                break
            if equal.atom.value:
                return number(i)
    raise UnsupportedError("the place of this item is not known when compiled")


# --- dicts ------------------------------------------------------------------------------------------------------------


def _table(machine: Machine, owner: Abstract, name: str) -> tuple[Ref, Table]:
    content = machine.content(owner) if isinstance(owner, Ref) else None
    if not isinstance(owner, Ref) or not isinstance(content, Table):
        raise UnsupportedError(f"{what(owner)} has no method {name} that is supported")
    return owner, content


def _view(what_of: str) -> Any:
    def view(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
        _count(what_of, args, keywords, 0, 0)
        return View(_table(machine, owner, what_of)[0], what_of)

    return view


for _what in ("keys", "values", "items"):
    method(_what)(_view(_what))


@method("get")
def _get(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("get", args, keywords, 1, 2)
    _, table = _table(machine, owner, "get")
    key = static_key(args[0])
    if key in table.keys:
        return table.items[table.keys.index(key)]
    return args[1] if len(args) > 1 else NONE


@method("setdefault")
def _setdefault(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _count("setdefault", args, keywords, 1, 2)
    ref, table = _table(machine, owner, "setdefault")
    key = static_key(args[0])
    if key not in table.keys:
        table = set_key(table, key, args[1] if len(args) > 1 else NONE)
        machine.write(ref, table)
    return table.items[table.keys.index(key)]


@method("update")
def _update(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    ref, table = _table(machine, owner, "update")
    for other in args:
        _, new = _table(machine, other, "update")
        for key, value in zip(new.keys, new.items):
            table = set_key(table, key, value)
    for name, value in keywords.items():
        table = set_key(table, name, value)
    machine.write(ref, table)
    return NONE


def _dict_pop(machine: Machine, owner: Ref, args: Args) -> Abstract:
    ref, table = _table(machine, owner, "pop")
    if not args:
        raise UnsupportedError("pop() of a dict takes a key")
    key = static_key(args[0])
    if key not in table.keys:
        if len(args) == 2:
            return args[1]
        raise UnsupportedError(f"the dict has no key {key!r}")
    at = table.keys.index(key)
    machine.write(ref, Table(table.keys[:at] + table.keys[at + 1 :], table.items[:at] + table.items[at + 1 :]))
    return table.items[at]


# --- arrays -----------------------------------------------------------------------------------------------------------

ARRAY_METHODS = (
    "sum", "mean", "dot", "max", "min", "prod", "std", "var", "cumsum", "clip", "squeeze", "trace", "argmax", "argmin",
    "diagonal", "repeat", "all", "any", "round", "ravel", "swapaxes", "cumprod", "take", "conj", "conjugate", "argsort",
    "ptp", "nonzero", "choose", "searchsorted",
)  # fmt: skip


def _array_method(name: str) -> Any:
    def run(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
        if not isinstance(owner, Sym):
            raise UnsupportedError(f"{what(owner)} has no method {name} that is supported")
        if name in ("conj", "conjugate"):
            return call_op(machine, OPS["conjugate"], None, [owner], {}) if is_complex(owner.kind) else owner
        function = getattr(np, name)
        if function not in FUNCTIONS and function not in COMPOSITIONS:
            raise UnsupportedError(f"the method .{name}() is not differentiated yet")
        return call(machine, Known(function), [owner, *args], keywords)

    return run


for _name in ARRAY_METHODS:
    method(_name)(_array_method(_name))


@method("compress")
def _compress(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    """The one method of which the function takes the array second."""
    _count("compress", args, {}, 1, 2)
    return call(machine, Known(np.compress), [args[0], owner, *args[1:]], keywords)


def _spread(function: Any) -> Any:
    """Methods that take their sizes one by one or as one tuple."""

    def run(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
        given = args if len(args) == 1 and not isinstance(args[0], Sym) else [Tuple(tuple(args))] if args else []
        return call(machine, Known(function), [owner, *given], keywords)

    return run


method("reshape")(_spread(np.reshape))
method("transpose")(_spread(np.transpose))


@method("flatten")
def _flatten(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    flat = call(machine, Known(np.ravel), [owner, *args], keywords)
    return Sym(flat.atom) if isinstance(flat, Sym) else flat


@method("copy")
def _copy(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    if isinstance(owner, Ref):
        _count("copy", args, keywords, 0, 0)
        return machine.new_cell(machine.content(owner))
    _count("copy", args, {key: value for key, value in keywords.items() if key != "order"}, 0, 1)
    value = operand(machine, owner)
    return call_op(machine, FUNCTIONS[np.copy], np.copy, [value], {}) if isinstance(value.kind, Array) else value


@method("astype")
def _astype(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    args = [*args, keywords["dtype"]] if "dtype" in keywords else args
    if not args:
        raise UnsupportedError(".astype() takes a dtype")
    if "copy" in keywords and static(machine, keywords["copy"]) is False:
        raise UnsupportedError(".astype(copy=False) may be the array itself", remedy="Leave copy=False out.")
    return cast(machine, operand(machine, owner), static(machine, args[0]))


@method("item")
def _item(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    value = operand(machine, owner)
    if args:
        index = args[0] if len(args) == 1 else Tuple(tuple(args))
        flat = len(args) == 1 and not isinstance(args[0], Tuple)
        source = call(machine, Known(np.ravel), [owner], {}) if flat else owner
        value = operand(machine, get_item(machine, source, index))
    return _as_python(machine, value)


_PYTHON = {"f": "float", "i": "int", "u": "int", "b": "bool", "c": "complex"}


def _as_python(machine: Machine, value: Sym) -> Sym:
    if isinstance(value.kind, Scalar):
        return value
    assert isinstance(value.kind, Array)
    kind = np.dtype(value.kind.dtype).kind
    return machine.apply(_PYTHON[kind], value.atom)


@method("tolist")
def _tolist(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    value = operand(machine, owner)
    if not isinstance(value.kind, Array) or not value.kind.rank:
        return _as_python(machine, value)
    kind: Any = Scalar(_PYTHON[np.dtype(value.kind.dtype).kind])
    for _ in range(value.kind.rank):
        kind = List(kind)
    return machine.wrap(machine.apply("array_to_list", value.atom, kind=kind))


@method("resize", "itemset")
def _writes(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    if isinstance(owner, Sym):
        raise UnsupportedError("this method changes an array and is not differentiated", remedy="Write a[...] = value.")
    raise UnsupportedError("this method of a list is not supported")
