"""What a name stands for: a local, a variable of a function around, a global or a builtin.

Numbers outside the function are inputs of the program, read at each call. Everything else outside is looked into now
and guarded: it must still be the same object at each call.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import keyword
import logging
import math
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.machine import BUILTINS, Frame, Machine, expression, number
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.values import MISSING, NOTHING, Abstract, ArrayRef, Bound, Items, Known, Missing, Sym, Table, Tuple
from s2s_ad.ir.kinds import List, Stream, kind_of
from s2s_ad.ir.nodes import Value
from s2s_ad.ir.structure import Guard, Path, Read, outline
from s2s_ad.ops.compositions import COMPOSITIONS
from s2s_ad.ops.ufunc_compositions import at, outer, reduce

# what these modules hold is taken to stay
LIBRARIES = {
    "math", "cmath", "numpy", "builtins", "operator", "functools", "itertools", "random", "scipy", "time", "logging",
    "warnings",
}  # fmt: skip
_CONSTANTS = {
    id(value): (value, f"{module.__name__.replace('numpy', 'np')}.{name}")
    for module in (np, math)
    for name in ("pi", "e", "tau", "inf", "nan")
    if isinstance(value := getattr(module, name, None), float)
}

_ANY_UFUNC = {"reduce": reduce, "outer": outer, "at": at}
_UFUNC_METHODS = ("reduce", "accumulate", "outer", "at", "reduceat")


def library(module: ModuleType) -> bool:
    return module.__name__.split(".")[0] in LIBRARIES


@expression(ast.Name)
def _name(machine: Machine, node: ast.Name) -> Abstract:
    return lookup(machine, node.id)


def lookup(machine: Machine, name: str) -> Abstract:
    frame = machine.frame
    while True:
        if name in frame.local:
            return _local(machine, frame, name)
        if frame.parent is None:
            return _outside(machine, frame, name)
        frame = frame.parent


def _local(machine: Machine, frame: Frame, name: str) -> Abstract:
    value = machine.store.get((frame.id, name), MISSING)
    if not isinstance(value, Missing):
        return read(value)
    if machine.looping:  # an earlier trip may have bound it: the loop finds out
        machine.unbound_reads.add((frame.id, name))
        return NOTHING
    raise UnsupportedError(f"{name} is read before anything is bound to it", remedy=f"Bind {name} first.")


def _outside(machine: Machine, frame: Frame, name: str) -> Abstract:
    function, path = frame.function, frame.path
    if name in function.__code__.co_freevars:
        cell = function.__closure__[function.__code__.co_freevars.index(name)]
        try:
            value = cell.cell_contents
        except ValueError:
            raise UnsupportedError(f"nothing is bound to {name} yet") from None
        return known(machine, value, None if path is None else (*path, ("closure", name)))
    scope = function.__globals__
    if name in scope:
        start = () if scope is machine.unit.globals else path
        return known(machine, scope[name], None if start is None else (*start, ("global", name)))
    if hasattr(builtins, name):
        value = getattr(builtins, name)
        start = () if scope is machine.unit.globals else path
        guard(machine, None if start is None else (*start, ("global", name)), value)  # until a global hides it
        return known(machine, value, None)
    near = difflib.get_close_matches(name, [*frame.local, *scope, *vars(builtins)], 1)
    raise UnsupportedError(
        f"the name {name} is not defined",
        remedy=f"Did you mean {near[0]}?" if near else "Define it before the derivative is taken.",
    )


def known(machine: Machine, value: Any, path: Path | None) -> Abstract:
    """A run-time object from outside the function."""
    if isinstance(value, float) and id(value) in _CONSTANTS:  # from math import pi
        guard(machine, path, value)
        return number(value, _CONSTANTS[id(value)][1])
    if isinstance(value, bool):
        guard(machine, path, value)
        return number(value)
    kind = kind_of(value)
    if kind is not None:
        if path is None:
            return number(value) if not isinstance(value, list) else machine.new_list(tuple(map(number, value)))
        made = machine.wrap(Sym(read_of(machine, path, value)), frozen=True)
        if isinstance(made, ArrayRef):
            machine.outside[made.cell] = _read_name(path)
        return made
    if type(value) in (tuple, list, dict):
        return _container(machine, value, path)
    guard(machine, path, value)
    return Known(value, path)


def guard(machine: Machine, path: Path | None, value: Any) -> None:
    if path is not None:
        machine.unit.guards.setdefault(path, Guard(path, value, outline(value)))


def _container(machine: Machine, value: Any, path: Path | None) -> Abstract:
    guard(machine, path, value)
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    items = tuple(known(machine, item, None if path is None else (*path, ("item", key))) for key, item in pairs)
    if isinstance(value, tuple):
        return Tuple(items)
    ref = machine.new_cell(Table(tuple(value), items) if isinstance(value, dict) else Items(items))
    machine.frozen.add(ref.cell)
    return ref


def read_of(machine: Machine, path: Path, value: Any) -> Value:
    """The input of the program for a number outside it."""
    unit = machine.unit
    if path not in unit.reads:
        kind = kind_of(value)
        assert kind is not None
        name = unique(_read_name(path), unit.taken, [_long_name(path)])
        default = None if isinstance(kind, (List, Stream)) or isinstance(value, np.ndarray) else value
        unit.reads[path] = Read(name, path, kind, default), Value(kind, name)
    return unit.reads[path][1]


def _words(path: Path) -> list[str]:
    return [str(name) for how, name in path if how != "object" and str(name).replace("_", "a").isalnum()]


def _read_name(path: Path) -> str:
    words = _words(path)
    last = words[-1] if words else "value"
    return last if _may_be_name(last) else _long_name(path)


def _long_name(path: Path) -> str:
    name = "_".join(_words(path)) or "value"
    return name if _may_be_name(name) else "value_" + name


def _may_be_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def unique(name: str, taken: set[str], others: list[str]) -> str:
    """The name, or one of the others, or the name with a number, that is not taken; it then is."""
    candidates: Iterator[str] = iter([name, *others])
    count = 1
    found = next(candidates)
    while found in taken:
        count += 1
        found = next(candidates, f"{name}_{count}")
    taken.add(found)
    return found


# --- attributes of modules and functions ------------------------------------------------------------------------------


def static_attribute(machine: Machine, owner: Known, name: str) -> Abstract:
    """owner.name where the owner is known: a module, or a function's own data."""
    obj = owner.obj
    if isinstance(obj, ModuleType):
        try:
            value = getattr(obj, name)
        except AttributeError:
            raise UnsupportedError(f"the module {obj.__name__} has no {name}") from None
        if library(obj):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return number(value, _CONSTANTS[id(value)][1] if id(value) in _CONSTANTS else "")
            return Known(value, None)
        return known(machine, value, None if owner.path is None else (*owner.path, ("attr", name)))
    if callable(obj) and name in ("__name__", "__qualname__", "__doc__", "__module__"):
        return Known(getattr(obj, name))
    if hasattr(obj, "__s2s_function__") and hasattr(getattr(obj, name, None), "__s2s_lower__"):
        return Known(getattr(obj, name), None if owner.path is None else (*owner.path, ("attr", name)))
    if isinstance(obj, logging.Logger) and getattr(logging.Logger, name, None) in BUILTINS:
        return Bound(Known(getattr(logging.Logger, name)), (owner,), {})
    if isinstance(obj, np.ufunc) and name in _UFUNC_METHODS:
        method = getattr(obj, name)
        if method in COMPOSITIONS or method in BUILTINS or name not in _ANY_UFUNC:
            return Known(method)
        return Bound(Known(_ANY_UFUNC[name]), (owner,), {})
    if isinstance(obj, np.dtype) and name in ("name", "kind", "char", "itemsize", "type", "str", "isnative"):
        value = getattr(obj, name)
        return number(value) if isinstance(value, (bool, int)) else Known(value)
    if isinstance(obj, np.finfo) or isinstance(obj, np.iinfo):
        return number(getattr(obj, name))
    if obj is sys.float_info:
        return number(getattr(obj, name))
    raise UnsupportedError(
        f"attributes of {type(obj).__name__} objects are not read yet: .{name}",
        remedy="Pass the number or array itself as an argument, or give the function that reads it an @s2s_ad.rule.",
    )


# --- the locals of a function -----------------------------------------------------------------------------------------

_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def parameters(node: ast.FunctionDef | ast.Lambda) -> list[str]:
    """The names of all parameters, in the order of a signature."""
    args = node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    names += [args.vararg.arg] if args.vararg else []
    names += [arg.arg for arg in args.kwonlyargs]
    return names + ([args.kwarg.arg] if args.kwarg else [])


def locals_of(node: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
    """Every name that is bound in the function itself."""
    body: list[ast.AST] = list(node.body) if isinstance(node, ast.FunctionDef) else [node.body]
    bound = frozenset(parameters(node)) | frozenset(name for part in body for name in _bound(part, False))
    return bound - nonlocals_of(node)


def nonlocals_of(node: ast.AST) -> frozenset[str]:
    """The names that the function says are those of a function around it."""
    return frozenset(name for part in own_nodes(node) if isinstance(part, ast.Nonlocal) for name in part.names)


def own_nodes(node: ast.AST) -> list[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        found.append(part)
        if not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef)):
            waiting.extend(ast.iter_child_nodes(part))
    return found


def targets_of(node: ast.expr) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def _bound(node: ast.AST, comprehension: bool) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)) and not comprehension:
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name is not None:
        yield node.name
        for child in ast.iter_child_nodes(node):
            yield from _bound(child, comprehension)
    elif isinstance(node, ast.MatchMapping) and node.rest is not None:
        yield node.rest
        for child in ast.iter_child_nodes(node):
            yield from _bound(child, comprehension)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.NamedExpr):  # also inside a comprehension it binds in the function
        yield node.target.id
        yield from _bound(node.value, comprehension)
    elif isinstance(node, _COMPREHENSIONS):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child, True)
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child, comprehension)
