"""Derivatives for numba: the program is lowered, and arguments that have structure are taken apart in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import INT, List
from s2s_ad.ir.nodes import Atom, Call, Const, Function, If, Program, Value
from s2s_ad.ir.structure import Entry, Leaf, Node, Spec
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.bounds import Assumption, reads_by_arrays
from s2s_ad.passes.native.lower import native as lowered

FAST = "numba-fastmath"
BACKENDS = ("numpy", "numba", FAST)


def check_backend(backend: str) -> None:
    """Raise UnsupportedError for one that is not there."""
    if backend not in BACKENDS:
        raise UnsupportedError(f"there is no backend {backend!r}", remedy=f"Use one of {', '.join(BACKENDS)}.")
    if backend != "numpy" and find_spec("numba") is None:
        raise UnsupportedError("numba is not installed", remedy='Install it: pip install "s2s-ad[numba]".')


def native(program: Program, entries: Sequence[Entry]) -> tuple[Program, dict[str, bool], dict[str, str]]:
    """The program for numba; which of its functions numba compiles, and whether it is to look at each index.

    And for functions that are there twice, once with such a look, the name of the other.
    """
    functions = dict(program.functions)
    mains = {entry.name: functions.pop(entry.name) for entry in entries}
    inner = {name: _free(f"_{name}", functions) for name in mains}
    functions.update((inner[name], replace(main, name=inner[name])) for name, main in mains.items())
    made, assumed = lowered(replace(program, functions=functions, entry=next(iter(functions))), set(inner.values()))
    found = dict(made.functions)
    twins: dict[str, str] = {}
    wrappers: dict[str, Function] = {}
    for entry in entries:
        main, name = mains[entry.name], inner[entry.name]
        lists = any(isinstance(atom.kind, List) for atom in (*main.body.params, *main.body.results))
        conditions, other = assumed[name].conditions, assumed[name].otherwise
        if lists or conditions or not _of_numbers(entry):
            if conditions and not other:
                twins[name] = other = _free(f"{name}_checked", found)
            wrappers[entry.name] = _wrapper(entry, main, name, other, conditions)
        else:
            found[entry.name] = replace(found.pop(name), name=entry.name)
    looked_at = {name: reads_by_arrays(function.body) for name, function in found.items()}
    return replace(program, functions={**wrappers, **found}), looked_at, twins


def _of_numbers(entry: Entry) -> bool:
    """Whether numba takes the arguments as they are, and makes the result: numbers, arrays and tuples of them."""

    def made(spec: Spec) -> bool:
        if isinstance(spec, Node):
            return spec.type is tuple and bool(spec.items) and all(map(made, spec.items))
        return isinstance(spec, Leaf)

    return all(isinstance(p.spec, Leaf) for p in entry.params) and not entry.reads and made(entry.result)


def _free(name: str, taken: Mapping[str, Function]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _wrapper(entry: Entry, main: Function, inner: str, other: str, assumed: Sequence[Assumption]) -> Function:
    """Python around native code: lists come in and go out as arrays, and the assumptions are looked at."""
    builder = Builder(main.span)
    params = tuple(replace(value) for value in main.body.params)
    given: list[Atom] = [builder.apply(OPS["list_to_array"], p) if isinstance(p.kind, List) else p for p in params]
    outputs = _called(builder, main, given, inner, other, assumed)
    returned = [
        builder.apply(OPS["array_to_list"], out, kind=out.kind) if isinstance(out.kind, List) else out
        for out in outputs
    ]
    return Function(entry.name, builder.block(params, returned), main.doc, main.span)


def _condition(builder: Builder, params: Sequence[Atom], assumption: Assumption) -> Atom:
    """Whether it holds of these arguments, as `what is added >= what is taken away`, or `==`."""
    sides: list[Atom] = []
    for sign in (1, -1):
        constant = max(sign * assumption.constant, 0)
        total: Atom | None = Const(constant, INT) if constant else None
        for place, axis, count in assumption.terms:
            if sign * count <= 0:
                continue
            number: Atom = params[place]
            if axis is not None:
                number = builder.apply(OPS["shape_item"], number, axis=axis)
            if abs(count) > 1:
                number = builder.apply(OPS["mul"], Const(abs(count), INT), number)
            total = number if total is None else builder.apply(OPS["add"], number, total)
        sides.append(total or Const(0, INT))
    return builder.apply(OPS["eq" if assumption.equal else "ge"], *sides)


def _called(
    builder: Builder, main: Function, given: Sequence[Atom], inner: str, other: str, assumed: Sequence[Assumption]
) -> tuple[Value, ...]:
    """What the one function returns if all assumptions hold of its arguments, else what the other does."""
    outputs = tuple(Value(atom.kind) for atom in main.body.results)
    if not assumed:
        builder.emit(Call(inner, tuple(given), outputs, main.span))
        return outputs
    condition = _condition(builder, given, assumed[0])
    holds, fails = Builder(main.span), Builder(main.span)
    found = _called(holds, main, given, inner, other, assumed[1:])
    instead = _called(fails, main, given, other, other, ())
    builder.emit(If(condition, holds.block((), found), fails.block((), instead), outputs, main.span))
    return outputs
