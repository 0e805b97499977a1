"""Calls: of operations, of Python functions, of what was made inside the function."""

from __future__ import annotations

import ast
import functools
import types
from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.arguments import Signature, bind
from s2s_ad.frontend.arrays import NotWritable
from s2s_ad.frontend.control import run_block, status
from s2s_ad.frontend.library import asks_more, call_op, make_array, no_rule
from s2s_ad.frontend.machine import (
    BUILTINS,
    FLAGS,
    METHODS,
    PROTOCOL,
    RESULT,
    RETURNED,
    Frame,
    Machine,
    number,
    special,
)
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.scope import known, locals_of, nonlocals_of, own_nodes
from s2s_ad.frontend.shapes import Joiner
from s2s_ad.frontend.source import definition
from s2s_ad.frontend.specs import Flat, NoSpec, spec_of, value_of
from s2s_ad.frontend.transformed import along_or_back, base_of, made_now
from s2s_ad.frontend.values import (
    NONE,
    NOTHING,
    Abstract,
    ArrayRef,
    Bound,
    Closure,
    Items,
    Known,
    Method,
    Named,
    NeedsUnroll,
    Poison,
    Ref,
    Sym,
    Tuple,
    is_nothing,
    what,
)
from s2s_ad.frontend.views import write_out
from s2s_ad.ir.nodes import Call, Const, Value
from s2s_ad.ir.structure import Path, leaf_kinds
from s2s_ad.ops.compositions import COMPOSITIONS, VIEWS
from s2s_ad.ops.full_forms import FULL_FORMS
from s2s_ad.ops.registry import FUNCTIONS

_DEEPEST = 60  # bodies put into one another in the place of calls
_OWN = "s2s_ad."  # where the helpers of functions of libraries stand
_RESULTS: dict[Any, tuple[str, ...]] = {
    np.linalg.slogdet: ("sign", "logabsdet"),
    np.linalg.qr: ("Q", "R"),
    np.linalg.eig: ("eigenvalues", "eigenvectors"),
    np.linalg.eigh: ("eigenvalues", "eigenvectors"),
    np.linalg.svd: ("U", "S", "Vh"),
    np.unique_all: ("values", "indices", "inverse_indices", "counts"),
    np.unique_counts: ("values", "counts"),
    np.unique_inverse: ("values", "inverse_indices"),
}
_CREATES = {"np.array", "np.asarray", "np.ascontiguousarray"}
# what these ask an object
_ASKED: dict[Any, str] = {abs: "__abs__", len: "__len__", float: "__float__", int: "__int__", round: "__round__"}


def call(machine: Machine, function: Abstract, positional: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    read(function)
    if is_nothing(function):
        return NOTHING
    if isinstance(function, Closure):
        return _closure(machine, function, positional, keywords)
    if isinstance(function, Bound):
        return call(machine, function.function, [*function.positional, *positional], {**function.keywords, **keywords})
    if isinstance(function, Method):
        method = METHODS.get(function.name)
        if method is None:
            raise UnsupportedError(f"the method .{function.name}() is not supported here")
        return method(machine, function.owner, positional, keywords)
    own = PROTOCOL["called"](machine, function)
    if own is not None:
        return call(machine, own, positional, keywords)
    if isinstance(function, Known):
        return _known(machine, function, positional, keywords)
    raise UnsupportedError(f"{what(function)} cannot be called")


def _known(machine: Machine, function: Known, positional: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    obj, path = function.obj, function.path
    if len(positional) == 1 and not keywords and _hashable(obj) and obj in _ASKED:
        own = special(machine, positional[0], _ASKED[obj])
        if own is not None:
            return own
    found = BUILTINS.get(obj) if _hashable(obj) else None
    if found is not None:
        return found(machine, positional, keywords)
    if getattr(obj, "__s2s_static__", False):
        return made_now(machine, obj, positional, keywords)
    if hasattr(obj, "__s2s_parts__"):
        return along_or_back(machine, obj, positional, keywords)
    if hasattr(obj, "__s2s_lower__"):
        return machine.unit.external(machine, function, positional, keywords)
    op = FUNCTIONS.get(obj) if _hashable(obj) else None
    if op is not None:
        if obj in FULL_FORMS and asks_more(machine, op, obj, positional, keywords):
            return _library(machine, FULL_FORMS[obj], positional, keywords)
        if op.name in _CREATES:
            return make_array(machine, positional, keywords, op)
        return call_op(machine, op, obj, positional, keywords)
    if _hashable(obj) and obj in COMPOSITIONS:
        made = _library(machine, COMPOSITIONS[obj], positional, keywords)
        return Named(made.items, _RESULTS[obj]) if isinstance(made, Tuple) and obj in _RESULTS else made
    if getattr(obj, "__s2s_recompute__", False):
        inner = _step(machine, function, "__s2s_function__")
        assert isinstance(inner, Known)
        return _python(machine, inner.obj, inner.path, positional, keywords, recompute=True)
    if hasattr(obj, "__s2s_function__"):
        return call(machine, _step(machine, function, "__s2s_function__"), positional, keywords)
    if isinstance(obj, functools.partial):
        given = [_given(machine, value, _path(path, ("attr", "args"), ("item", i))) for i, value in enumerate(obj.args)]
        named = {
            key: _given(machine, value, _path(path, ("attr", "keywords"), ("item", key)))
            for key, value in obj.keywords.items()
        }
        return call(machine, _step(machine, function, "func"), [*given, *positional], {**named, **keywords})
    if isinstance(obj, np.vectorize):
        options: dict[str, Abstract] = {name: Known(getattr(obj, name)) for name in ("otypes", "signature", "excluded")}
        made = BUILTINS[np.vectorize](machine, [_step(machine, function, "pyfunc")], options)
        return call(machine, made, positional, keywords)
    if isinstance(obj, types.MethodType):
        owner = known(machine, obj.__self__, _path(path, ("attr", "__self__")))
        return call(machine, _step(machine, function, "__func__"), [owner, *positional], keywords)
    if isinstance(obj, type):
        made = PROTOCOL["construct"](machine, obj, positional, keywords)
        if made is not None:
            return made  # type: ignore[no-any-return]
    if isinstance(obj, types.FunctionType):
        if obj.__module__ in ("s2s_ad.api", "s2s_ad.check", "s2s_ad.hooks"):
            raise UnsupportedError(
                f"s2s_ad.{obj.__name__} is not called inside a function that is differentiated",
                remedy="Take grad or value_and_grad there, or make the derivative outside and call it.",
            )
        return _python(machine, obj, path, positional, keywords)
    if isinstance(getattr(obj, "__wrapped__", None), types.FunctionType) and type(obj).__module__ == "functools":
        return call(machine, _step(machine, function, "__wrapped__"), positional, keywords)
    raise no_rule(_name_of(obj))


def _library(machine: Machine, composition: Any, positional: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """A function of a library that is taken as a program; where it is asked to, its result is written into an array."""
    keywords = dict(keywords)
    out = keywords.pop("out", NONE)
    mark = machine.unit.serial
    made = _python(machine, composition, None, positional, keywords, library=True)
    made = made if composition in VIEWS else _apart(machine, made, mark)
    if isinstance(out, Known) and out.obj is None or is_nothing(made):
        return made
    if not isinstance(made, Sym):
        raise UnsupportedError("out= of a function with several results", remedy="Assign them: a[...] = ...")
    return write_out(machine, machine.held(out), made)


def _apart(machine: Machine, value: Abstract, mark: int) -> Abstract:
    """What a function of a library returns may be what it was given, or a copy: which of these is not followed."""
    if isinstance(value, ArrayRef) and value.cell <= mark:
        return machine.tie(machine.new_array(Sym(value.atom)), [value.cell])
    if isinstance(value, Tuple):
        return Tuple(tuple(_apart(machine, item, mark) for item in value.items))
    if isinstance(value, Ref) and isinstance(content := machine.store[value.cell], Items):
        return machine.new_list(tuple(_apart(machine, item, mark) for item in content.items))
    return value


def _hashable(obj: Any) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True


def _name_of(obj: Any) -> str:
    module, name = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None) or type(obj).__name__
    short = {"numpy": "np", "builtins": "", None: ""}.get(module, module)
    return f"{short}.{name}" if short else str(name)


def _path(path: Path | None, *steps: tuple[str, Any]) -> Path | None:
    return None if path is None else (*path, *steps)


def _given(machine: Machine, value: Any, path: Path | None) -> Abstract:
    """A default, or an argument held by a partial: a number there is a constant of the function."""
    return number(value) if isinstance(value, (bool, int, float)) else known(machine, value, path)


def _step(machine: Machine, function: Known, attribute: str) -> Abstract:
    return known(machine, getattr(function.obj, attribute), _path(function.path, ("attr", attribute)))


# --- functions with a body --------------------------------------------------------------------------------------------


def _closure(
    machine: Machine, function: Closure, positional: list[Abstract], keywords: dict[str, Abstract]
) -> Abstract:
    signature = Signature(function.node.args, function.name, function.defaults, function.keyword_defaults)
    arguments = bind(machine, signature, *_held(machine, positional, keywords))
    outer, node = function.frame, function.node
    local, nonlocals = locals_of(node), nonlocals_of(node)
    frame = Frame(machine.unit.number(), node, outer.definition, local, None, None, outer, nonlocals, outer.at)
    return inline(machine, frame, arguments, function.name)


def _python(
    machine: Machine,
    function: Any,
    path: Path | None,
    positional: list[Abstract],
    keywords: dict[str, Abstract],
    library: bool = False,
    recompute: bool = False,
) -> Abstract:
    """A call of a Python function: of its own in the program where that can be, else its body here."""
    found = definition(function)
    refuse_node(found.node, found.span(found.node))
    library = library or machine.frame.at is not None and function.__module__.startswith(_OWN)
    base = base_of(path, function) if not library else None
    defaults = tuple(
        _given(machine, value, _path(base, ("attr", "__defaults__"), ("item", i)))
        for i, value in enumerate(function.__defaults__ or ())
    )
    keyword_defaults = {
        name: _given(machine, value, _path(base, ("attr", "__kwdefaults__"), ("item", name)))
        for name, value in (function.__kwdefaults__ or {}).items()
    }
    signature = Signature(found.node.args, function.__name__, defaults, keyword_defaults)
    arguments = bind(machine, signature, *_held(machine, positional, keywords))
    if base is not None:
        value = _call_of_its_own(machine, function, base, arguments, recompute)
        if value is not None:
            return value
        if recompute:
            raise UnsupportedError(
                f"{function.__name__} cannot be run again in the reverse sweep: what it was given goes on",
                remedy="Let it return new numbers and arrays, or leave checkpoint(...) out.",
            )
    at = (machine.frame.at or machine.builder.span) if library else None
    own, nonlocals = locals_of(found.node), nonlocals_of(found.node)
    frame = Frame(machine.unit.number(), found.node, found, own, function, base, None, nonlocals, at)
    return inline(machine, frame, arguments, function.__name__)


def _held(
    machine: Machine, positional: list[Abstract], keywords: dict[str, Abstract]
) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments as the parameters refer to them."""
    return [machine.held(v) for v in positional], {name: machine.held(v) for name, v in keywords.items()}


def refuse_node(node: ast.AST, span: Any) -> None:
    if isinstance(node, ast.AsyncFunctionDef):
        raise UnsupportedError("async functions are not differentiated", span=span, remedy="Use an ordinary function.")
    for part in own_nodes(node):
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            raise UnsupportedError(
                "generator functions are not differentiated", span=span, remedy="Return a list instead of using yield."
            )


def inline(machine: Machine, frame: Frame, arguments: dict[str, Abstract], name: str) -> Abstract:
    """The body in the place of the call."""
    if len(machine.calls) >= _DEEPEST or _repeats(machine, frame, arguments):
        raise UnsupportedError(
            f"{name} calls itself, and here its body would have to be put into itself without end",
            remedy="Define it at the top level of a module, and give it numbers, tuples or lists as arguments.",
        )
    outer, span = machine.frame, machine.builder.span
    machine.calls.append((frame.node, _marks(arguments)))
    machine.frame = frame
    try:
        return run_body(machine, arguments)
    finally:
        machine.calls.pop()
        if frame.id not in machine.captured:
            for name in (*frame.local, *FLAGS, RESULT):
                machine.store.pop((frame.id, name), None)
        machine.frame = outer
        machine.builder.span = span


def _marks(arguments: dict[str, Abstract]) -> tuple[Any, ...]:
    return tuple(
        (type(v).__name__, repr(v.atom.value) if isinstance(v.atom, Const) else str(v.kind)) if isinstance(v, Sym)
        else (type(v).__name__, id(v.obj) if isinstance(v, Known) else v.cell if isinstance(v, Ref) else "")
        for v in arguments.values()
    )  # fmt: skip


def _repeats(machine: Machine, frame: Frame, arguments: dict[str, Abstract]) -> bool:
    """Whether the same body is open already with arguments of which nothing more is known."""
    mark = (frame.node, _marks(arguments))
    symbolic = any(isinstance(v, Sym) and not isinstance(v.atom, Const) for v in arguments.values())
    return symbolic and machine.calls.count(mark) > 2


def run_body(machine: Machine, arguments: dict[str, Abstract]) -> Abstract:
    """Run the function of the current frame to its end; its result."""
    frame = machine.frame
    machine.clear(*FLAGS)
    for name, value in arguments.items():
        machine.set(name, value)
    if isinstance(frame.node, ast.Lambda):
        result = machine.eval(frame.node.body)
    else:
        assert isinstance(frame.node, ast.FunctionDef)
        run_block(machine, frame.node.body)
        result = _result(machine)
    return NOTHING if machine.dead else result


def _result(machine: Machine) -> Abstract:
    left = machine.flag(RETURNED)
    if status(machine) is False:
        return NONE
    value = machine.get(RESULT)
    if isinstance(left, Const):
        return read(value) if not isinstance(value, Poison) else value
    joined = Joiner(machine, machine.unit.serial).join(value, machine.store, NONE, machine.store)
    if isinstance(joined, Poison):
        return Poison("the function returns a value on some paths and None on others", "Return a value at its end.")
    return joined


# --- functions of the program -----------------------------------------------------------------------------------------


def _call_of_its_own(
    machine: Machine, function: Any, path: Path, arguments: dict[str, Abstract], recompute: bool
) -> Abstract | None:
    """Call the specialised function of the program; None if the body has to be put here instead."""
    flat = Flat()
    try:
        specs = {name: spec_of(machine, value, flat, bools=True) for name, value in arguments.items()}
    except NoSpec:
        return None
    if len(set(flat.cells)) < len(flat.cells):  # one list under two names
        return None
    key = (function, tuple(specs.items()), tuple(flat.paths), *(("recompute",) if recompute else ()))
    unit = machine.unit
    if key in unit.only_inline:
        return None
    try:
        found = unit.specialise(unit, function, path, specs, flat.paths, key)
    except (NoSpec, NotWritable, NeedsUnroll) as error:
        unit.only_inline[key] = error
        return None
    if not found.known:
        return NOTHING
    if recompute:
        unit.functions[found.name] = replace(unit.functions[found.name], recompute=True)
    if found.result is None:
        outputs: tuple[Value, ...] = ()
    else:
        outputs = tuple(Value(kind) for kind in leaf_kinds(found.result))
    machine.emit(Call(found.name, tuple(flat.atoms), outputs, machine.builder.span))
    if found.result is None:
        machine.dead = True
        return NOTHING
    tied = tuple(flat.arrays) if found.shared else ()
    return value_of(machine, found.result, iter(outputs), iter(found.paths), False, found.shared, tied)
