"""From a lowered derivative to text and to a function that can be called."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad import store
from s2s_ad.backend.module import Emitted, emit_module
from s2s_ad.cache import DiskCache, native_folder
from s2s_ad.ir.kinds import is_number, kind_of
from s2s_ad.ir.nodes import Function, Program
from s2s_ad.ir.structure import Entry, Guard, Leaf, Lowered, Param, Read, Spec, leaf_kinds, resolve
from s2s_ad.ir.text import text_of
from s2s_ad.ir.walk import with_callees
from s2s_ad.load import load
from s2s_ad.native import FAST, native
from s2s_ad.passes.dce import reachable, without_unread
from s2s_ad.passes.edges import with_zero_edges
from s2s_ad.passes.factored import with_common_factors
from s2s_ad.passes.lists import with_lists
from s2s_ad.passes.over import written_over
from s2s_ad.passes.reread import read_again
from s2s_ad.passes.sums import with_joint_sums
from s2s_ad.passes.thrift import with_inner_products
from s2s_ad.passes.together import together
from s2s_ad.transforms import owned


@dataclass(frozen=True, eq=False)
class Compiled:
    """An emitted function, how it is called, and what must still be so for it to be right."""

    function: Callable[..., Any]
    arguments: Mapping[str, Spec]
    positions: tuple[int, ...]  # of the arguments, those that it takes
    reads: tuple[Read, ...]
    guards: tuple[Guard, ...]
    emitted: Emitted
    written: tuple[int, ...] = ()  # leaves of the arguments that the function writes to
    in_order: tuple[int, ...] = ()  # and those that it takes to be stored row by row
    changed: tuple[str, ...] = ()  # arguments of which it changes an object

    def current(self, function: Any) -> dict[str, Any] | None:
        """What it reads from outside, now; None if something that was compiled in has been rebound."""
        try:
            for guard in self.guards:
                if not guard.holds(function):
                    return None
            values = {read.name: resolve(function, read.path) for read in self.reads}
        except (AttributeError, KeyError, IndexError, ValueError, TypeError):
            return None  # a name is gone: compiling anew says so in the user's terms
        for read in self.reads:
            if kind_of(values[read.name]) != read.kind:
                return None
        return values

    def watched(self, function: Any) -> tuple[tuple[dict[str, Any], str, Any], ...] | None:
        """The guards as (scope, name, object), where all are names of the function's own module and nothing is read."""
        if self.reads or any(guard.outline is not None for guard in self.guards):
            return None
        if any(len(guard.path) != 1 or guard.path[0][0] != "global" for guard in self.guards):
            return None
        scope = function.__globals__
        names = [(guard.path[0][1], guard.seen) for guard in self.guards]
        return tuple((scope, name, seen if name in scope else None) for name, seen in names)  # None: a builtin


def compile_kept(
    function: Any, key: str | None, build: Callable[[], Lowered], optimize: bool, backend: str = "numpy"
) -> Compiled:
    """From the disk cache, if what is kept there under the key is still right for `function`; else built and kept."""
    disk = DiskCache()
    kept = disk.get(key) if key is not None else None
    if kept is not None:
        guards = store.guards_from(function, kept)
        if guards is not None:
            arguments = {name: store.spec_from(spec) for name, spec in kept["arguments"]}
            reads = store.reads_from(kept)
            memory = tuple(kept["written"]), tuple(kept["in_order"]), tuple(kept["changed"])
            found = _loaded(kept["entry"], arguments, reads, guards, store.emitted_from(kept), memory, backend)
            if found.current(function) is not None:  # what it reads is of other kinds now
                return found
    with collector_paused():
        lowered = build()
        emitted = emit([lowered], optimize, backend=backend)
    entry = lowered.program.entry
    if key is not None:
        try:
            kept = store.to_json(lowered, emitted)
            disk.put(key, kept)
        except store.NotKept:
            pass  # it holds an object of this process: there is nothing that another could use
    memory = lowered.written, lowered.in_order, lowered.changed
    return _loaded(entry, lowered.arguments, lowered.reads, lowered.guards, emitted, memory, backend)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Compiling makes many small objects that live to its end: looking through them for cycles takes a third of it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _loaded(
    entry: str,
    arguments: Mapping[str, Spec],
    reads: tuple[Read, ...],
    guards: tuple[Guard, ...],
    emitted: Emitted,
    memory: tuple[tuple[int, ...], tuple[int, ...], tuple[str, ...]],
    backend: str,
) -> Compiled:
    folder = native_folder() if backend != "numpy" else None
    module = load(entry, emitted.text, emitted.names, emitted.spans, folder)
    positions = tuple(i for i, spec in enumerate(arguments.values()) if leaf_kinds(spec))
    return Compiled(getattr(module, entry), arguments, positions, reads, guards, emitted, *memory)


def emit(derivatives: Sequence[Lowered], optimize: bool, title: str = "", backend: str = "numpy") -> Emitted:
    """One module with all of these as functions."""
    program, entries = _merged([owned(lowered) for lowered in derivatives])
    if optimize or backend != "numpy":
        program = with_common_factors(program)
    if backend == "numpy":
        if optimize:
            program = with_joint_sums(written_over(with_inner_products(program)))
            program = read_again(with_lists(with_zero_edges(program)))
        program = without_unread(program)
        return emit_module(together(program), entries, optimize=optimize, title=title)
    program, compiled, twins = native(program, entries)
    fast = backend == FAST
    return emit_module(
        together(program), entries, optimize=True, title=title, compiled=compiled, twins=twins, fast=fast
    )


def _merged(derivatives: Sequence[Lowered]) -> tuple[Program, list[Entry]]:
    functions: dict[str, Function] = {}
    entries = []
    for lowered in derivatives:
        program = lowered.program
        names: dict[str, str] = {}
        for name in program.functions:
            other = functions.get(name)
            if other is None or _whole(functions, name) == _whole(program.functions, name):
                names[name] = name
            else:
                number = 2
                while f"{name}_{number}" in functions or f"{name}_{number}" in program.functions:
                    number += 1
                names[name] = f"{name}_{number}"
        for name, function in program.functions.items():
            functions.setdefault(names[name], _renamed(function, names))
        entries.append(_entry(lowered, names[program.entry]))
    return Program(functions, entries[0].name), entries


def _whole(functions: Mapping[str, Function], name: str) -> list[str]:
    """The text of a function and of all that it calls: equal names alone say nothing of what is called."""
    return [text_of(function) for function in reachable(functions, name).values()]


def _renamed(function: Function, names: Mapping[str, str]) -> Function:
    if all(old == new for old, new in names.items()):
        return function
    return replace(function, name=names[function.name], body=with_callees(function.body, names))


def _entry(lowered: Lowered, name: str) -> Entry:
    params = [Param(arg, spec) for arg, spec in lowered.arguments.items() if leaf_kinds(spec)]
    if params and params[-1].name.startswith(("y_bar", "value_bar")) and _is_number(params[-1].spec):
        params[-1] = replace(params[-1], default="1.0")
    program = lowered.program
    return Entry(
        name, tuple(params), lowered.reads, lowered.result, program.main.doc, program.notes.get("errstate", ())
    )


def _is_number(spec: Spec) -> bool:
    return isinstance(spec, Leaf) and is_number(spec.kind)
