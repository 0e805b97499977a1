"""From a Python function and the specs of its arguments to a program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Union

from s2s_ad.analysis.overlap import defs_of, meets_itself
from s2s_ad.errors import DifferentiationError, UnsupportedError
from s2s_ad.frontend import (
    array_changes,
    attributes,
    beside,
    builtin_functions,
    comprehensions,
    construct,
    draws,
    facts,
    iteration,
    loop_statements,
    messages,
    methods,
    nested,
    objects,
    patterns,
    simple,
    texts,
    vectorized,
    with_statement,
)
from s2s_ad.frontend.arguments import Signature, bind
from s2s_ad.frontend.arrays import RowsChange
from s2s_ad.frontend.calls import refuse_node, run_body
from s2s_ad.frontend.external import call_derivative
from s2s_ad.frontend.lifting import lift
from s2s_ad.frontend.machine import Frame, Machine, Specialised, Unit
from s2s_ad.frontend.scope import locals_of, parameters, unique
from s2s_ad.frontend.source import FunctionNode, definition
from s2s_ad.frontend.specs import Flat, NoSpec, hinted, join_specs, named_part, spec_of, value_of
from s2s_ad.frontend.values import (
    Abstract,
    ArrayRef,
    Fields,
    Items,
    NeedsUnroll,
    Poison,
    Ref,
    Sym,
    Table,
    Tuple,
    is_nothing,
)
from s2s_ad.ir.builder import ZERO_FLOAT
from s2s_ad.ir.kinds import FLOAT, Array, List
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Function, If, Program
from s2s_ad.ir.structure import Leaf, Lowered, Path, Spec
from s2s_ad.ir.walk import all_stmts

# each of these rooms says in the tables of the machine what it can do
ROOMS = (
    array_changes,
    attributes,
    beside,
    builtin_functions,
    comprehensions,
    construct,
    draws,
    facts,
    iteration,
    loop_statements,
    messages,
    methods,
    nested,
    objects,
    patterns,
    simple,
    texts,
    vectorized,
    with_statement,
)
_MOST_ROUNDS = 12


Of = Union[str, tuple[str, ...], None]


def lower(fn: Callable[..., Any], arguments: dict[str, Spec], of: Of = None) -> Lowered:
    """Read the function for arguments of these specs, one for each of its parameters in their order.

    `of` says what the result is: "return" (or None) for what it returns, else what it leaves in these parameters.
    """
    try:
        return _lowered(getattr(fn, "__s2s_function__", fn), arguments, of)
    except UnsupportedError as error:
        if type(error) is UnsupportedError:
            raise
        # what the frontend tells itself by the class of the error is no business of the user's
        raise UnsupportedError(error.message, span=error.span, remedy=error.remedy) from None


def _lowered(function: Any, arguments: dict[str, Spec], of: Of) -> Lowered:
    unit, entry, found = _read_entry(function, arguments, of, _entry_key(function, arguments, of))
    calls = (s for f in unit.functions.values() for s in all_stmts(f.body) if isinstance(s, Call))
    if (found.written or found.in_order) and any(call.callee == entry for call in calls):
        # what it writes to an argument of a call of its own must reach the caller: that takes a function of its own
        unit, entry, found = _read_entry(function, arguments, of, ("entry",))
    result = found.result
    if result is None:
        body = unit.functions[entry].body
        if not _raises(body):
            raise UnsupportedError(f"{entry} returns on no path", span=_span(function))
        result = Leaf(FLOAT)  # nobody will ever see it
        unit.functions[entry] = replace(unit.functions[entry], body=replace(body, results=(ZERO_FLOAT,)))
    reads = tuple(read for read, _ in unit.reads.values())
    values = tuple(value for _, value in unit.reads.values())
    program = Program(lift(unit.functions, entry, values), entry, {"errstate": tuple(sorted(unit.errstate.items()))})
    guards = tuple(unit.guards.values())
    return Lowered(program, dict(arguments), result, reads, guards, found.written, found.in_order, found.changed)


def _read_entry(function: Any, arguments: dict[str, Spec], of: Of, key: Any) -> tuple[Unit, str, Specialised]:
    try:
        return _read_once(function, arguments, of, key, follow=False)
    except (NeedsUnroll, RowsChange) as error:
        try:
            return _read_once(function, arguments, of, key, follow=True)
        except DifferentiationError:
            raise error from None


def _read_once(
    function: Any, arguments: dict[str, Spec], of: Of, key: Any, follow: bool
) -> tuple[Unit, str, Specialised]:
    unit = Unit(specialise, call_derivative, globals=function.__globals__, of=of, follow=follow)
    unit.taken.update(arguments)
    entry = _unique_name(unit, function)
    return unit, entry, _specialise(unit, function, (), arguments, [], key, entry)


def _entry_key(function: Any, arguments: dict[str, Spec], of: Of) -> Any:
    """The key under which its own calls find it again, where they may: a list would be known there by other names."""
    plain = all(isinstance(spec, Leaf) and not isinstance(spec.kind, List) for spec in arguments.values())
    return (function, tuple(arguments.items()), ()) if plain and of is None else ("entry",)


def _raises(block: Block) -> bool:
    """Whether it surely ends in an exception of the user's."""
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and str(dict(stmt.params).get("code", "")).startswith("raise "):
            return True
        if isinstance(stmt, If) and _raises(stmt.then) and _raises(stmt.orelse):
            return True
    return False


def _span(function: Any) -> Any:
    found = definition(function)
    return found.span(found.node)


def _unique_name(unit: Unit, function: Any) -> str:
    name = function.__name__ if function.__name__.isidentifier() else "function"
    return unique(name, unit.names, [])


def specialise(
    unit: Unit, function: Any, path: Path, specs: dict[str, Spec], paths: list[Path | None], key: Any
) -> Specialised:
    """The function of the program for these arguments, made where it is not there yet."""
    if key in unit.in_progress:
        unit.asked.add(key)
        return unit.in_progress[key]
    if key not in unit.specialised:
        _specialise(unit, function, path, specs, paths, key, _unique_name(unit, function))
    return unit.specialised[key]


def _specialise(
    unit: Unit, function: Any, path: Path, specs: dict[str, Spec], paths: list[Path | None], key: Any, name: str
) -> Specialised:
    """Read the body until what it says of its own calls is what comes out."""
    unit.in_progress[key] = Specialised(name, None, known=False)
    try:
        for _ in range(_MOST_ROUNDS):
            unit.asked.discard(key)
            before = dict(unit.functions), dict(unit.specialised), set(unit.names)
            found, body = _read_body(unit, function, path, specs, paths, key, name)
            assumed = unit.in_progress[key]
            if key not in unit.asked or (
                assumed.known and (assumed.result, assumed.shared) == (found.result, found.shared)
            ):
                unit.functions[name] = body
                unit.specialised[key] = found
                return found
            # what was made meanwhile stands on an assumption that did not hold
            unit.functions, unit.specialised, unit.names = before
            joined = found.result
            if assumed.known and assumed.result is not None and found.result is not None:
                joined = join_specs(assumed.result, found.result)
            unit.in_progress[key] = replace(found, result=joined, known=joined is not None)
        raise UnsupportedError(f"what {name} returns is not settled by its own calls", span=_span(function))
    except (NoSpec, DifferentiationError):
        unit.names.discard(name)
        raise
    finally:
        del unit.in_progress[key]


def _read_body(
    unit: Unit, function: Any, path: Path, specs: dict[str, Spec], paths: list[Path | None], key: Any, name: str
) -> tuple[Specialised, Function]:
    found = definition(function)
    span = found.span(found.node)
    refuse_node(found.node, span)
    machine = Machine(unit, span)
    machine.frame = Frame(unit.number(), found.node, found, locals_of(found.node), function, path)
    params = [value for part, spec in specs.items() for value in hinted(spec, part)]
    alone = {part for part, spec in specs.items() if isinstance(spec, Leaf)}
    machine.parts.update(value for value in params if value.hint not in alone)
    leaves: Iterator[Atom] = iter(params)
    steps = iter(paths)
    before = unit.serial
    inner = bool(path)  # then a write to an argument is a write to an array of the caller's, and made there
    values: dict[str, Abstract] = {}
    owned: dict[str, list[int]] = {}
    for part, spec in specs.items():
        first = unit.serial + 1
        values[part] = value_of(machine, spec, leaves, steps, True, inner)
        cells = [cell for cell in range(first, unit.serial + 1) if isinstance(machine.store.get(cell), Fields)]
        owned[part] = cells
    made = [cell for cell in range(before + 1, unit.serial + 1) if cell in machine.store]
    arrays = [cell for cell in made if _is_array(machine.store[cell])]
    for part, argument in values.items():
        _name_cells(machine, argument, part)
    if list(values) != parameters(found.node):
        values = _as_called(machine, function, found.node, values)
    if unit.follow and not inner:
        machine.may_rely.update(arrays)
    of = None if inner else unit.of
    if of is not None:  # the caller's own names for his arguments, which nothing in the function binds to anything else
        machine.store.update({(machine.frame.id, f"$given.{part}"): value for part, value in values.items()})
    given = values
    value = run_body(machine, values)
    if of is not None and not machine.dead:
        value = _left(of, value, given)
    flat = Flat()
    with machine.placed(found.node):
        if isinstance(value, Poison):
            raise UnsupportedError(value.message, remedy=value.remedy)
        result = None if machine.dead or is_nothing(value) else spec_of(machine, value, flat)
        if len(set(flat.cells)) < len(flat.cells) or set(flat.cells) & machine.frozen and path:
            raise NoSpec("the function returns a list that has other names")
        theirs = machine.frozen.union(arrays)
        shared = len(set(flat.arrays)) < len(flat.arrays) or not theirs.isdisjoint(flat.arrays)
        if inner and shared and key not in unit.asked and key[-1] != "recompute":
            raise NoSpec("the function returns an array that has other names")
    body = Block(tuple(params), tuple(machine.builder.stmts), tuple(flat.atoms))
    _refuse_overlaps(body)
    places = [
        i for i, param in enumerate(params)
        if isinstance(param.kind, Array) and (param.kind.rank or param in machine.without_axes)
    ]  # fmt: skip
    written = tuple(place for place, cell in zip(places, arrays) if cell in machine.written)
    changed = tuple(part for part, cells in owned.items() if any(cell in machine.written for cell in cells))
    in_order = tuple(place for place, cell in zip(places, arrays) if cell in machine.relied)
    done = Specialised(name, result, tuple(flat.paths), written, in_order, shared, changed)
    return done, Function(name, body, _doc(function), span)


def _refuse_overlaps(body: Block) -> None:
    made = defs_of(body)
    for stmt in all_stmts(body):
        if meets_itself(stmt, made):
            raise UnsupportedError(
                "NumPy may read elements here that this very assignment has just written",
                span=stmt.span,
                remedy="Write a copy: A[:, -1] = A[1].copy().",
            )


def _name_cells(machine: Machine, value: Abstract, name: str, argument: bool = True) -> None:
    """Arrays are called by the name of the argument, and objects in it by the way to them."""
    if isinstance(value, ArrayRef):
        machine.cell_names.setdefault(value.cell, name)
    if not isinstance(value, Ref) or value.cell in machine.cell_names:
        return
    content = machine.store[value.cell]
    if isinstance(content, Fields):
        machine.cell_names[value.cell] = name
    if isinstance(content, (Fields, Items, Table)):
        keys = range(len(content.items)) if isinstance(content, Items) else content.keys
        for key, item in zip(keys, content.items):
            if isinstance(item, Ref):
                part = named_part(name, key, argument and isinstance(content, Fields), inner=True)
                _name_cells(machine, item, part, argument=False)


def _left(of: str | tuple[str, ...], returned: Abstract, given: dict[str, Abstract]) -> Abstract:
    """What is asked for when the function is over: what it returns, what is in its arguments then."""
    if isinstance(of, tuple):
        return Tuple(tuple(_left(part, returned, given) for part in of))
    return returned if of == "return" else given[of]


def _is_array(content: Abstract) -> bool:
    return isinstance(content, Sym) and isinstance(content.kind, Array)


def _as_called(machine: Machine, function: Any, node: FunctionNode, values: dict[str, Abstract]) -> dict[str, Abstract]:
    """The parameters of a wrapper, which shows the signature of what it wraps, called with those of that signature."""
    positional: list[Abstract] = []
    keywords: dict[str, Abstract] = {}
    for parameter in inspect.signature(function).parameters.values():
        value = values[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL and isinstance(value, Tuple):
            positional += value.items
        elif parameter.kind is parameter.VAR_KEYWORD and isinstance(value, Ref):
            content = machine.content(value)
            assert isinstance(content, Table)
            keywords.update(zip(content.keys, content.items))
        elif parameter.kind is parameter.KEYWORD_ONLY:
            keywords[parameter.name] = value
        else:
            positional.append(value)
    return bind(machine, Signature(node.args, function.__name__, (), {}), positional, keywords)


def _doc(function: Any) -> str:
    return (function.__doc__ or "").strip()
