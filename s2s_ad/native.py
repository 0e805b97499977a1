"""Derivatives for numba: the program is lowered, and arguments that have structure are taken apart in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from s2s_ad.backend.signature import is_flat
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import List
from s2s_ad.ir.nodes import Atom, Call, Function, Program, Value
from s2s_ad.ir.structure import Entry
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.lower import native as lowered

BACKENDS = ("numpy", "numba")


def check_backend(backend: str) -> None:
    """Raise UnsupportedError for one that is not there."""
    if backend not in BACKENDS:
        raise UnsupportedError(f"there is no backend {backend!r}", remedy='Use backend="numpy" or backend="numba".')
    if backend == "numba" and find_spec("numba") is None:
        raise UnsupportedError("numba is not installed", remedy='Install it: pip install "s2s-ad[numba]".')


def native(program: Program, entries: Sequence[Entry]) -> tuple[Program, frozenset[str]]:
    """The program for numba, and which of its functions numba compiles."""
    functions = dict(program.functions)
    wrappers: dict[str, Function] = {}
    for entry in entries:
        main = functions[entry.name]
        lists = any(isinstance(atom.kind, List) for atom in (*main.body.params, *main.body.results))
        if lists or not is_flat(entry):
            inner = f"_{entry.name}"
            while inner in functions:
                inner = f"_{inner}"
            functions[inner] = replace(functions.pop(entry.name), name=inner)
            wrappers[entry.name] = _wrapper(entry, main, inner)
    made = lowered(replace(program, functions=functions, entry=next(iter(functions))))
    return replace(program, functions={**wrappers, **made.functions}), frozenset(made.functions)


def _wrapper(entry: Entry, main: Function, inner: str) -> Function:
    """Python around native code: lists come in and go out as arrays."""
    builder = Builder(main.span)
    params = tuple(replace(value) for value in main.body.params)
    given: list[Atom] = [builder.apply(OPS["list_to_array"], p) if isinstance(p.kind, List) else p for p in params]
    outputs = tuple(Value(atom.kind) for atom in main.body.results)
    builder.emit(Call(inner, tuple(given), outputs, main.span))
    results = [
        builder.apply(OPS["array_to_list"], out, kind=out.kind) if isinstance(out.kind, List) else out
        for out in outputs
    ]
    return Function(entry.name, builder.block(params, results), main.doc, main.span)
