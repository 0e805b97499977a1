"""Calls of derivatives inside a function: their programs become a part of ours."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.scope import guard, read_of, unique
from s2s_ad.frontend.specs import Flat, spec_of, value_of
from s2s_ad.frontend.values import Abstract, Known
from s2s_ad.ir.nodes import Atom, Call, Value
from s2s_ad.ir.structure import Lowered, Path, Read, leaf_kinds, resolve
from s2s_ad.ir.walk import with_callees


def call_derivative(
    machine: Machine, function: Known, positional: list[Abstract], keywords: dict[str, Abstract]
) -> Abstract:
    """`grad(g)(x)`, where grad(g) is an object from outside, or made just before."""
    flat = Flat()
    specs = [spec_of(machine, value, flat) for value in positional]
    named = {name: spec_of(machine, value, flat) for name, value in keywords.items()}
    lowered: Lowered = function.obj.__s2s_lower__(specs, named)
    roots = [cell for array in flat.arrays for cell in (array, *machine.origins.get(array, ()))]
    if lowered.in_order:
        raise UnsupportedError(
            "this derivative takes its arguments to be stored row by row, and here that is not known",
            remedy="Copy what is reshaped in it: A.copy().reshape(...).",
        )
    if lowered.written and len(set(roots)) < len(roots):
        raise UnsupportedError(
            "arguments of this derivative may share memory, and the function writes to its arguments",
            remedy="Pass a copy: a.copy().",
        )
    base = _base(machine, function)
    names = _merge(machine, lowered)
    atoms = [_input(machine, function, base, read) for read in lowered.reads]
    outputs = tuple(Value(kind) for kind in leaf_kinds(lowered.result))
    machine.emit(Call(names[lowered.program.entry], (*flat.atoms, *atoms), outputs, machine.builder.span))
    for guarded in lowered.guards:
        guard(machine, _path(machine, function, base, guarded.path), guarded.seen)
    return value_of(machine, lowered.result, iter(outputs), iter(()), frozen=False)


def _base(machine: Machine, function: Known) -> Path:
    """The path to the function of which it is the derivative."""
    if id(function.obj) in machine.unit.derived:
        return machine.unit.derived[id(function.obj)][1]
    if function.path is not None:
        return (*function.path, ("attr", "__s2s_function__"))
    return (("object", function.obj.__s2s_function__),)


def _path(machine: Machine, function: Known, base: Path, path: Path) -> Path:
    """From the entry function, where the derivative has a path from its own."""
    shared = function.obj.__s2s_function__.__globals__ is machine.unit.globals
    if path and (path[0][0] == "object" or (path[0][0] == "global" and shared)):
        return path
    return (*base, *path)


def _merge(machine: Machine, lowered: Lowered) -> dict[str, str]:
    """The functions of the other program under names of their own; what each is called now."""
    unit = machine.unit
    names = {name: unique(name, unit.names, []) for name in lowered.program.functions}

    for name, function in lowered.program.functions.items():
        unit.functions[names[name]] = replace(function, name=names[name], body=with_callees(function.body, names))
    return names


def _input(machine: Machine, function: Known, base: Path, read: Read) -> Atom:
    """What the derivative reads from outside is read by us in its place."""
    value = resolve(function.obj.__s2s_function__, read.path)
    return read_of(machine, _path(machine, function, base, read.path), value)
