"""Python's own functions, as far as they are more than one operation."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType, MemberDescriptorType
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend import attributes
from s2s_ad.frontend.construct import copied
from s2s_ad.frontend.iteration import only
from s2s_ad.frontend.library import call_op, set_of, static
from s2s_ad.frontend.machine import Machine, builtin, number
from s2s_ad.frontend.objects import class_of, is_users, known_class
from s2s_ad.frontend.operators import binary, operand, read, static_int
from s2s_ad.frontend.streams import length_of, trip_count
from s2s_ad.frontend.subscripts import SliceOf
from s2s_ad.frontend.texts import length
from s2s_ad.frontend.truth import as_bool, as_value, truth
from s2s_ad.frontend.values import (
    NOTHING,
    Abstract,
    Args,
    ArrayRef,
    Bound,
    Closure,
    Fields,
    Flat,
    Items,
    Keywords,
    Known,
    RangeOf,
    Ref,
    Sym,
    Table,
    Tuple,
    View,
    is_nothing,
    is_text,
    refs_in,
    what,
)
from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, INT, ONE, Array, Kind, List, Scalar
from s2s_ad.ir.nodes import Const, Range
from s2s_ad.ops.registry import FUNCTIONS, OPS

# --- questions --------------------------------------------------------------------------------------------------------


@builtin(len)
def _len(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("len", args, keywords, 1, 1)
    value = read(args[0])
    if is_nothing(value):
        return NOTHING
    owner = value.owner if isinstance(value, View) else operand(machine, value) if isinstance(value, Flat) else value
    content = machine.content(owner) if isinstance(owner, Ref) else owner
    if is_text(content):
        return length(machine, content)
    if isinstance(content, (Tuple, Items, Table)):
        return number(len(content.items))
    if isinstance(content, Sym):
        if isinstance(content.kind, List):
            return Sym(length_of(machine, content.atom))
        if isinstance(content.kind, Array) and content.kind.rank:
            return number(1) if content.kind.shape[0] == ONE else Sym(length_of(machine, content.atom))
    if isinstance(content, Known) and isinstance(content.obj, frozenset):
        return number(len(content.obj))
    if isinstance(content, RangeOf):
        return Sym(trip_count(machine, Range(content.start, content.stop, content.step)))
    raise UnsupportedError(f"{what(value)} has no length")


_SCALARS: dict[Kind, type] = {FLOAT: float, INT: int, BOOL: bool, COMPLEX: complex}


def type_of(machine: Machine, value: Abstract) -> type:
    read(value)
    if is_text(value):
        return str
    if isinstance(value, Sym):
        if value.kind in _SCALARS:
            return _SCALARS[value.kind]
        if isinstance(value.kind, Array):
            return np.ndarray if value.kind.rank else np.dtype(value.kind.dtype).type
    cls = class_of(machine, value)
    if cls is not None:
        return cls
    if isinstance(value, Tuple):
        return tuple
    if isinstance(value, Ref):
        return list if machine.is_list(value) else dict
    if isinstance(value, Known):
        return type(value.obj)
    if isinstance(value, (Closure, Bound)):
        return FunctionType
    if isinstance(value, RangeOf):
        return range
    raise UnsupportedError(f"the type of {what(value)} is not known here")


@builtin(type)
def _type(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("type", args, keywords, 1, 1)
    if is_nothing(args[0]):
        return NOTHING
    found = type_of(machine, args[0])
    return known_class(found) if is_users(found) else Known(found)


@builtin(isinstance)
def _isinstance(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("isinstance", args, keywords, 2, 2)
    if is_nothing(args[0]):
        return NOTHING
    return as_value(issubclass(type_of(machine, args[0]), static(machine, args[1])))


@builtin(callable)
def _callable(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("callable", args, keywords, 1, 1)
    value = read(args[0])
    return as_value(isinstance(value, (Closure, Bound)) or (isinstance(value, Known) and callable(value.obj)))


@builtin(hasattr)
def _hasattr(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("hasattr", args, keywords, 2, 2)
    if is_nothing(args[0]):
        return NOTHING
    name = static(machine, args[1])
    content = machine.content(args[0]) if isinstance(args[0], Ref) else None
    if isinstance(content, Fields) and name in content.keys:
        return as_value(True)
    owner = args[0].obj if isinstance(args[0], Known) else type_of(machine, args[0])
    found = getattr(owner, name, None)
    return as_value(hasattr(owner, name) and not isinstance(found, MemberDescriptorType))


@builtin(getattr)
def _getattr(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("getattr", args, keywords, 2, 3)
    if len(args) == 3:
        there = _hasattr(machine, args[:2], {})
        if not truth(machine, there):
            return args[2]
    return attributes.attribute(machine, args[0], static(machine, args[1]))


# --- numbers ----------------------------------------------------------------------------------------------------------


def _conversion(function: Any, empty: Any) -> Any:
    def convert(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        only(function.__name__, args, keywords, 0, 1)
        if not args:
            return number(empty)
        value = read(args[0])
        if function is bool:
            found = truth(machine, value)
            return as_value(found) if isinstance(found, bool) else Sym(as_bool(machine, found))
        if isinstance(value, Known) and isinstance(value.obj, str):
            return number(function(value.obj), f'float("{value.obj}")' if function is float else "")
        sym = operand(machine, value)
        if isinstance(sym.atom, Const) and not sym.atom.text and isinstance(sym.atom.value, (bool, int)):
            return number(function(sym.atom.value))
        if sym.kind == {float: FLOAT, int: INT}[function]:
            return sym
        return call_op(machine, FUNCTIONS[function], function, [sym], {})

    return convert


for _function, _empty in ((float, 0.0), (int, 0), (bool, False)):
    builtin(_function)(_conversion(_function, _empty))


@builtin(complex)
def _complex(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    parts = dict(zip(("real", "imag"), args), **keywords)
    only("complex", list(parts.values()), {}, 0, 2)
    real, imag = (read(parts.get(name, number(0.0))) for name in ("real", "imag"))
    if isinstance(real, Known) and isinstance(real.obj, str):
        return number(complex(real.obj))
    if "imag" in parts:
        return call_op(machine, OPS["complex"], complex, [real, imag], {})
    sym = operand(machine, real)
    return sym if sym.kind == COMPLEX else call_op(machine, OPS["complex"], complex, [sym], {})


@builtin(pow)
def _pow(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("pow", args, keywords, 2, 2)
    return binary(machine, "pow", args[0], args[1])


def _folding(function: Any) -> Any:
    """Functions of whole numbers, which are computed now where these are known."""

    def fold(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        known = [static_int(arg) for arg in args]
        if not keywords and args and None not in known:
            try:
                return number(function(*known))
            except (ValueError, OverflowError, TypeError):
                pass  # the run raises it
        if function not in FUNCTIONS:
            raise UnsupportedError(f"math.{function.__name__} is supported for ints that are known when compiled")
        return call_op(machine, FUNCTIONS[function], function, args, keywords)

    return fold


for _whole in (math.factorial, math.comb, math.perm, math.gcd, math.lcm, math.isqrt, abs):
    builtin(_whole)(_folding(_whole))


# --- arrays and the rest ----------------------------------------------------------------------------------------------


@builtin(np.shape)
def _shape(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("np.shape", args, keywords, 1, 1)
    return attributes.shape(machine, operand(machine, args[0], near_array=True))


@builtin(np.ndim)
def _ndim(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("np.ndim", args, keywords, 1, 1)
    value = operand(machine, args[0], near_array=True)
    return number(value.kind.rank if isinstance(value.kind, Array) else 0)


@builtin(np.size)
def _size(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("np.size", args, keywords, 1, 1)
    return attributes.size(machine, operand(machine, args[0], near_array=True))


@builtin(functools.partial)
def _partial(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    held = {name: machine.held(value) for name, value in keywords.items()}
    return Bound(args[0], tuple(map(machine.held, args[1:])), held)


@builtin(functools.wraps)
def _wraps(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    """As a decorator it only copies names."""
    return Known(_same)


def _same(function: Any) -> Any:
    return function


@builtin(_same)
def _keep(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return args[0]


def _refused(function: Any, remedy: str) -> Any:
    def refuse(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        raise UnsupportedError(f"{function.__name__}() is not supported", remedy=remedy)

    return refuse


_REFUSED: dict[str, tuple[Any, ...]] = {
    "Compare the values themselves.": (hash, id),
    "Take it out of the differentiated part.": (
        eval, exec, compile, open, input, globals, locals, delattr, __import__,
    ),
}  # fmt: skip
for _remedy, _functions in _REFUSED.items():
    for _one in _functions:
        builtin(_one)(_refused(_one, _remedy))


@builtin(set, frozenset)
def _set(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("set", args, keywords, 0, 1)
    return set_of(machine, args[0] if args else Tuple(()))


@builtin(functools.cache, functools.lru_cache)
def _cached(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    """A function that remembers its results is the function; lru_cache(maxsize) makes a decorator."""
    decorates = bool(args) and not isinstance(args[0], Sym) and not (isinstance(args[0], Known) and args[0].obj is None)
    return args[0] if decorates else Known(_same)


@builtin(slice)
def _slice(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("slice", args, keywords, 1, 3)
    none = Known(None)
    return SliceOf(*((none, args[0], none) if len(args) == 1 else (*args, none)[:3]))


@builtin(copy.copy)
def _copy(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("copy.copy", args, keywords, 1, 1)
    return _copied(machine, args[0], deep=False)


@builtin(copy.deepcopy)
def _deepcopy(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("copy.deepcopy", args, keywords, 1, 1)
    seen = list(refs_in_all(machine, args[0]))
    if len(set(seen)) < len(seen):
        raise UnsupportedError("copy.deepcopy() of a thing that is in it twice is not supported")
    return _copied(machine, args[0], deep=True)


def _copied(machine: Machine, value: Abstract, deep: bool) -> Abstract:
    """A new list, dict or array; with `deep` also of what is in it."""
    read(value)
    if isinstance(value, Sym) and isinstance(value.kind, Array) and value.kind.rank:
        return call_op(machine, FUNCTIONS[np.copy], np.copy, [value], {})
    if isinstance(value, Tuple):
        return replace(value, items=tuple(_copied(machine, item, deep) for item in value.items)) if deep else value
    if not isinstance(value, Ref):
        return value
    content = machine.content(value)
    if isinstance(content, Fields):
        return copied(machine, content, tuple(_copied(machine, i, deep) if deep else i for i in content.items))
    if deep and isinstance(content, Items):
        content = Items(tuple(_copied(machine, item, deep) for item in content.items))
    elif deep and isinstance(content, Table):
        content = Table(content.keys, tuple(_copied(machine, item, deep) for item in content.items))
    elif (
        deep
        and isinstance(content, Sym)
        and isinstance(content.kind, List)
        and not isinstance(content.kind.item, Scalar)
    ):
        raise UnsupportedError("copy.deepcopy() of a list of lists or arrays of unknown length is not supported")
    return machine.new_cell(content)


def refs_in_all(machine: Machine, value: Abstract) -> Iterator[int]:
    """The cells that a value refers to, directly or through lists and dicts."""
    for cell in refs_in(value):
        yield cell
        if not isinstance(value, ArrayRef):
            yield from refs_in_all(machine, machine.store[cell])
