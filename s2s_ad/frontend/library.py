"""Calls of operations of the table: which argument is an input, and which is known when compiled."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, NotDifferentiableError, UnsupportedError
from s2s_ad.frontend.machine import Machine, builtin, number
from s2s_ad.frontend.operators import array_of, operand, read, static_int
from s2s_ad.frontend.values import (
    NOTHING,
    Abstract,
    Items,
    Known,
    Message,
    NeedsUnroll,
    Ref,
    Sym,
    Tuple,
    is_nothing,
    what,
)
from s2s_ad.frontend.views import result_of, write_out
from s2s_ad.ir.kinds import Array, List
from s2s_ad.ir.nodes import Apply, Atom, Const
from s2s_ad.ops.core import Op
from s2s_ad.ops.registry import FUNCTIONS
from s2s_ad.ops.settled import SETTLED, is_known

_REFUSED = {
    "where": "Choose with np.where.",
}
_JOINS = ("np.stack", "np.concatenate", "np.vstack", "np.hstack", "np.column_stack")


def static(machine: Machine, value: Abstract) -> Any:
    """The object that the value is, which must be known now."""
    read(value)
    if isinstance(value, Known):
        return value.obj
    if isinstance(value, Sym) and isinstance(value.atom, Const):
        return value.atom.value
    if isinstance(value, Sym):  # -np.inf is computed from a constant
        for stmt in machine.builder.stmts[::-1]:
            if isinstance(stmt, Apply) and stmt.out is value.atom and stmt.op.name == "neg":
                return -static(machine, Sym(stmt.inputs[0]))
    if isinstance(value, Message):
        return "".join(part if isinstance(part, str) else _shown(machine, *part) for part in value.parts)
    if isinstance(value, Tuple):
        return tuple(static(machine, item) for item in value.items)
    if isinstance(value, Ref):
        content = machine.content(value)
        if isinstance(content, Items):
            return tuple(static(machine, item) for item in content.items)
    raise NotStatic(f"this must be known when compiled, and it is {what(value)}", remedy="Write it as a constant.")


def set_of(machine: Machine, items: Abstract) -> Known:
    """A set of what is known now, which nothing is added to."""
    try:
        return Known(frozenset(static(machine, items)))
    except TypeError:
        raise KindError("a set is of numbers and strings") from None


def _shown(machine: Machine, value: Abstract, spec: str, conversion: str) -> str:
    """A value in a text that is known now."""
    found = static(machine, value)
    converted: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
    return format(converted[conversion](found) if conversion else found, spec)


def _settled(function: Any) -> Any:
    """A question of a composition that is answered now."""

    def ask(machine: Machine, args: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
        if any(is_nothing(value) for value in args):
            return NOTHING
        named = {key: static(machine, value) for key, value in keywords.items()}
        return answer(machine, function(*(static(machine, value) for value in args), **named))

    return ask


@builtin(is_known)
def _is_known(machine: Machine, args: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    return number(_is_static(machine, args[0]))


def answer(machine: Machine, value: Any) -> Abstract:
    """A value that was computed now."""
    if isinstance(value, (tuple, list)):
        items = tuple(answer(machine, item) for item in value)
        return Tuple(items) if isinstance(value, tuple) else machine.new_list(items)
    return Known(value) if value is None or isinstance(value, str) else number(value)


for _function in SETTLED:
    builtin(_function)(_settled(_function))


class NotStatic(NeedsUnroll):
    """A parameter of an operation that is computed."""


@cache
def _parameter_names(function: Any) -> tuple[str, ...] | None:
    """The positional parameters of the library function, as its users know them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(p.name for p in parameters if p.kind in kinds)
    return names if not any(p.kind is p.VAR_POSITIONAL for p in parameters) else None


def asks_more(
    machine: Machine, op: Op, function: Any, positional: list[Abstract], keywords: dict[str, Abstract]
) -> bool:
    """Whether a call has arguments that the operation has not, or for which it needs constants."""
    fixed = [arg for arg in op.args if not arg.startswith("*")]
    names = _parameter_names(function) or ()
    given = {**dict(zip(names[len(fixed) :], positional[len(fixed) :])), **keywords}
    if len(positional) < len(fixed) and not any(arg in given for arg in (*fixed[len(positional) :], *names)):
        return True  # np.where(condition)
    inputs = {*fixed, *names[: len(fixed)], "out", *(("shape", "newshape") if op.variadic else ())}
    more = {key: value for key, value in given.items() if key not in inputs}
    return any(key not in op.defaults or not _is_static(machine, value) for key, value in more.items())


def _is_static(machine: Machine, value: Abstract) -> bool:
    try:
        static(machine, value)
    except NotStatic:
        return False
    return True


def call_op(
    machine: Machine, op: Op, function: Any, positional: list[Abstract], keywords: dict[str, Abstract], name: str = ""
) -> Abstract:
    name = name or op.name
    if any(is_nothing(value) for value in (*positional, *keywords.values())):
        return NOTHING
    if isinstance(function, np.ufunc) and not {"where", "dtype"}.isdisjoint(keywords):
        return _part_of_ufunc(machine, op, function, positional, keywords, name)
    if "shape" in op.defaults and op.variadic:
        return _with_shape(machine, op, function, positional, keywords, name)
    if op.name in _JOINS and len(positional) == 2 and "axis" in op.defaults:
        positional, keywords = positional[:1], {**keywords, "axis": positional[1]}
    spread = _spread(machine, op, positional)
    if spread is not None:
        positional = spread
    fixed = [arg for arg in op.args if not arg.startswith("*")]
    inputs, rest = positional[: len(fixed)], positional[len(fixed) :]
    keywords = dict(keywords)
    names = _parameter_names(function)
    out = _out(function, keywords, rest)
    if out is not None:
        made = call_op(machine, op, function, positional if op.variadic else inputs, keywords, name)
        return write_out(machine, machine.held(out), made) if isinstance(made, Sym) else made
    if op.variadic:
        inputs, rest = positional, []
    elif rest:
        real = (names or (*fixed, *op.defaults))[len(fixed) : len(fixed) + len(rest)]
        if len(real) < len(rest):
            raise UnsupportedError(f"{name} has fewer parameters than it is given arguments")
        keywords.update(zip(real, rest))
    for i in range(len(inputs), len(fixed)):  # inputs given by name
        candidates = [fixed[i], *([names[i]] if names and i < len(names) else [])]
        given = next((key for key in candidates if key in keywords), None)
        if given is None:
            raise UnsupportedError(f"{name} is called without its argument {candidates[-1]}")
        inputs = [*inputs, keywords.pop(given)]
    params = _params(machine, op, keywords, name)
    numpy = op.flavor == "numpy" or name.startswith("np.") or isinstance(function, np.ufunc)
    atoms = [_input(machine, value, numpy) for value in inputs]
    return result_of(machine, op, inputs, atoms, params, machine.apply(op, *atoms, **params))


def _part_of_ufunc(
    machine: Machine, op: Op, function: Any, positional: list[Abstract], keywords: dict[str, Abstract], name: str
) -> Abstract:
    """A ufunc with where=, which leaves the rest of out= as it is, or dtype=, of which its inputs are made first."""
    keywords = dict(keywords)
    where, dtype = keywords.pop("where", None), keywords.pop("dtype", None)
    inputs, rest = positional[: function.nin], positional[function.nin :]
    if dtype is not None and not (isinstance(dtype, Known) and dtype.obj is None):
        inputs = [_as_dtype(machine, value, np.dtype(static(machine, dtype))) for value in inputs]
    if where is None or isinstance(where, Sym) and isinstance(where.atom, Const) and where.atom.value is True:
        return call_op(machine, op, function, [*inputs, *rest], keywords, name)
    out = _out(function, keywords, rest)
    if out is None:
        raise UnsupportedError(
            f"{name} with where= and without out= leaves numbers undefined", remedy="Choose with np.where."
        )
    made = call_op(machine, op, function, inputs, keywords, name)
    if not isinstance(made, Sym):
        raise UnsupportedError(f"{name} with where= has several results", remedy="Choose with np.where.")
    target = machine.held(out)
    choice = [operand(machine, value, near_array=True).atom for value in (where, made, target)]
    return write_out(machine, target, machine.apply("np.where", *choice))


def _as_dtype(machine: Machine, value: Abstract, dtype: Any) -> Sym:
    sym = operand(machine, value, near_array=True)
    if isinstance(sym.kind, Array) and sym.kind.rank:
        if not np.can_cast(sym.kind.dtype, dtype, "same_kind"):
            raise KindError(f"NumPy does not cast {sym.kind.dtype} to {dtype.name} here")
        return cast(machine, sym, dtype)
    return machine.apply(f"np.{dtype.name}", sym.atom)


def _out(function: Any, keywords: dict[str, Abstract], rest: list[Abstract]) -> Abstract | None:
    """The array that the result is written into, which is taken out of the arguments."""
    out = keywords.pop("out", None)
    if isinstance(function, np.ufunc) and out is None and len(rest) == 1:
        out = rest.pop()
    if isinstance(out, Tuple) and len(out.items) == 1:
        out = out.items[0]
    return None if isinstance(out, Known) and out.obj is None else out


def _input(machine: Machine, value: Abstract, numpy: bool) -> Atom:
    return operand(machine, value, near_array=numpy).atom


def _params(machine: Machine, op: Op, keywords: dict[str, Abstract], name: str) -> dict[str, Any]:
    params = {}
    for key, value in keywords.items():
        if key in op.defaults:
            params[key] = _plain(static(machine, value))
        elif not (isinstance(value, Known) and value.obj is None):
            remedy = _REFUSED.get(key, "")
            raise UnsupportedError(f"the argument {key}= of {name} is not differentiated", remedy=remedy)
    return params


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else value


def _spread(machine: Machine, op: Op, positional: list[Abstract]) -> list[Abstract] | None:
    """np.stack([a, b]): the items of the one list are the inputs."""
    if not op.variadic or not op.name.startswith(("np.", "math.fsum")) or not positional:
        return None
    if op.name in _JOINS or op.name == "math.fsum":
        first = positional[0]
        content = machine.content(first) if isinstance(first, Ref) else first
        if isinstance(content, (Items, Tuple)):
            if len(positional) > 1:
                raise UnsupportedError(f"{op.name} takes one list here", remedy="Put all of it into the list.")
            return list(content.items)
        raise NotStatic(
            f"{op.name} of a list whose length is known only when it runs is not supported",
            remedy="Make an array of the list with np.array first.",
        )
    return None


def _with_shape(
    machine: Machine, op: Op, function: Any, positional: list[Abstract], keywords: dict[str, Abstract], name: str
) -> Abstract:
    """Operations with a shape: ints known now stand in the parameter `shape`, the others are inputs."""
    fixed = len([arg for arg in op.args if not arg.startswith("*")])
    inputs, rest, keywords = positional[:fixed], positional[fixed:], dict(keywords)
    for alias in ("newshape", "num", "shape"):
        if alias in keywords:
            rest = [keywords.pop(alias), *rest]
    names = [key for key in op.defaults if key != "shape"]
    shape = rest[0] if rest else None
    keywords.update(zip(names, rest[1:]))
    if len(rest) - 1 > len(names):
        raise UnsupportedError(f"{name} is called with more arguments than are supported")
    params = _params(machine, op, keywords, name)
    atoms = [_input(machine, value, True) for value in inputs]
    if shape is None:
        raise UnsupportedError(f"{name} needs a shape")
    sizes = []
    for size in sizes_of(machine, shape):
        known = static_int(size)
        sizes.append(known)
        if known is None:
            atom = operand(machine, size).atom
            if str(atom.kind) != "int" and not (isinstance(atom.kind, Array) and np_int(atom.kind)):
                raise KindError(f"the lengths of a shape are ints, and this is {what(size)}")
            atoms.append(atom)
    params["shape"] = tuple(sizes)
    return result_of(machine, op, inputs, atoms, params, machine.apply(op, *atoms, **params))


def np_int(kind: Array) -> bool:
    return not kind.rank and kind.dtype.startswith(("int", "uint"))


def sizes_of(machine: Machine, shape: Abstract) -> list[Abstract]:
    """The lengths in a shape, which is one int or several."""
    content = machine.content(shape) if isinstance(shape, Ref) else shape
    if isinstance(content, (Tuple, Items)):
        return list(content.items)
    if isinstance(content, Sym) and isinstance(content.kind, List):
        raise NotStatic("the number of axes of a shape must be known when compiled")
    return [content]


def make_array(machine: Machine, positional: list[Abstract], keywords: dict[str, Abstract], op: Op) -> Abstract:
    """np.array and np.asarray: of lists, of numbers, of arrays."""
    if not positional:
        raise UnsupportedError(f"{op.name} is called without its argument")
    value = positional[0]
    if len(positional) > 1:
        keywords = {**keywords, "dtype": positional[1]}
    if is_nothing(value):
        return NOTHING
    keywords = dict(keywords)
    least = static(machine, keywords.pop("ndmin", number(0)))
    if op.name == "np.array" and not static(machine, keywords.pop("copy", number(True))):
        op = FUNCTIONS[np.asarray]  # which copies where it must, and nothing else
    if least:
        made = make_array(machine, [value], keywords, op)
        missing = least - getattr(made.kind, "rank", 0) if isinstance(made, Sym) else 0
        if missing <= 0:
            return made
        axes = Known(tuple(range(missing)))
        return call_op(machine, FUNCTIONS[np.expand_dims], np.expand_dims, [machine.held(made)], {"axis": axes})
    if op.name == "np.asarray" and not keywords and isinstance(value, Sym) and isinstance(value.kind, Array):
        return value  # the same array
    if not isinstance(value, (Tuple, Ref)):
        return call_op(machine, op, op.function, [value], keywords)
    array = array_of(machine, value)
    dtype = keywords.pop("dtype", None) if keywords else None
    _params(machine, op, keywords, op.name)
    if dtype is None or (isinstance(dtype, Known) and dtype.obj is None):
        return array
    return cast(machine, array, static(machine, dtype))


def cast(machine: Machine, array: Sym, dtype: Any) -> Sym:
    name = np.dtype(dtype).name
    kind = array.kind
    if isinstance(kind, Array) and kind.dtype == name:
        return Sym(array.atom)  # a new array, in which the same numbers are
    return machine.apply("astype", array.atom, dtype=name)


def no_rule(name: str) -> NotDifferentiableError:
    return NotDifferentiableError(
        f"{name} has no rule and no source that can be read",
        remedy=f"Say what its derivative is: @s2s_ad.rule({name}), or take it out of the differentiated part.",
    )
