"""A program as one standalone module."""

from __future__ import annotations

import ast
import builtins
import importlib
import keyword
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import ModuleType

from s2s_ad.backend.functions import Written, write_function
from s2s_ad.backend.handed import hand_on
from s2s_ad.backend.outline import in_parts, outlined
from s2s_ad.backend.printer import Origins, format_source, text_of
from s2s_ad.backend.signature import is_flat, parameter_names
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.nodes import Apply, Call, Program
from s2s_ad.ir.structure import Entry
from s2s_ad.ir.walk import all_stmts
from s2s_ad.ops.helpers import HELPERS, PYTHON_ONLY
from s2s_ad.span import Span

__all__ = ["Emitted", "emit_module", "format_source"]

_IMPORTS = {"cmath": "import cmath", "math": "import math", "np": "import numpy as np"}


@dataclass(frozen=True)
class Emitted:
    """A module's text; for its lines the user's lines; the objects that it names and cannot import.

    `parts`: of lines that are made of several of the user's, all of them.
    """

    text: str
    spans: dict[int, Span] = field(default_factory=dict)
    names: dict[str, object] = field(default_factory=dict)
    parts: dict[int, tuple[Span, ...]] = field(default_factory=dict)


def emit_module(
    program: Program,
    entries: Sequence[Entry],
    *,
    optimize: bool,
    title: str = "",
    compiled: Mapping[str, bool] | None = None,
    twins: Mapping[str, str] | None = None,
    fast: bool = False,
) -> Emitted:
    """Write the entries, and every function that they call, as Python; those in `compiled` for numba.

    It says of each whether numba is to look at every index before it is used; `twins` names for some the same function
    that does. `fast`: numba may reorder sums and products.
    """
    called = _called(program, [entry.name for entry in entries])
    by_name = {entry.name: entry for entry in entries}
    native, compiled = compiled is not None, compiled or {}
    others = dict(twins or {})
    called = [name for name in called if name not in others.values()]
    plain = [name for name in called if name not in by_name or not is_flat(by_name[name])]
    taken = {name for entry in entries for name in (entry.name, *parameter_names(entry))}
    callees = _callee_names(called, plain, taken)
    callees.update((twin, f"{callees[name]}_checked") for name, twin in others.items())
    parameters = {name for entry in entries for name in parameter_names(entry)}
    aliases = {name: f"{name}_" for name in sorted(parameters) if name in _IMPORTS or hasattr(builtins, name)}
    aliases |= {name: f"{name}_" for name in sorted(parameters) if name in HELPERS}
    objects = _objects(program, [*by_name, *called])
    for name in sorted(parameters & objects.keys()):
        raise UnsupportedError(f"{name} is both a parameter and a name that a message or an exception needs")
    reserved = _reserved(callees.values(), by_name, aliases.values(), objects)
    effectful = _effectful(program)

    written: list[Written] = []
    inner: dict[str, list[str]] = {}
    for name, entry in [*((e.name, e) for e in entries), *((name, None) for name in plain)]:
        function, called_as = program.functions[name], name if entry is not None else callees[name]
        if entry is not None and name in compiled:
            entry = replace(entry, errstate=())  # what numba compiles warns of nothing
        made = write_function(function, entry, called_as, callees, aliases, reserved, effectful, optimize)
        if name in compiled:
            own = outlined(made.tree, reserved)
            own += in_parts(made.tree, {*reserved, *(tree.name for tree in own)})
            for tree in (*own, made.tree):
                tree.decorator_list.append(ast.parse(_jit(compiled[name], fast), mode="eval").body)
            written += [Written(tree, frozenset(), {}) for tree in own]
            inner[name] = [tree.name for tree in own]
        written.append(made)
    outer = [name for name in by_name if native and name not in compiled]
    _hand_on(written, outer, {callees[name]: callees[twin] for name, twin in others.items()})
    if any(inner.get(name) for name in others):
        written[0] = replace(written[0], used=written[0].used | {"calling"})
    whole = _assemble(written, aliases, title, _jit(False, fast) if native else "", objects)
    lines = [
        _twin(callees[name], callees[twin], inner.get(name, []), _jit(True, fast, cached=False))
        for name, twin in others.items()
    ]
    return replace(whole, text=whole.text + "".join(f"\n\n{line}" for line in lines))


def _hand_on(written: Sequence[Written], outer: Collection[str], twins: Mapping[str, str]) -> None:
    """Let these functions return what those that they call return, if these are called by nobody else."""
    trees = {each.tree.name: each.tree for each in written}
    inner = {name: tree for name, tree in trees.items() if name not in outer and tree.decorator_list}
    inner |= {twin: trees[name] for name, twin in twins.items()}
    for name in outer:
        hand_on(trees[name], inner, [tree for tree in trees.values() if tree is not trees[name]])


def _twin(name: str, twin: str, inner: Sequence[str], jit: str) -> str:
    """The line that makes of a function the one that looks at each index, in the functions of its trips too."""
    function = f"{name}.py_func"
    if inner:
        own = ", ".join(f"{each}={jit}({each}.py_func)" for each in inner)
        function = f"calling({function}, {own})"
    return f"{twin} = {jit}({function})\n"


_STANDARD = ("cmath", "logging", "math", "random", "sys", "time", "warnings")
# Of LLVM's licences those that leave NaN and inf as they are.
_FAST = 'fastmath={"arcp", "contract", "nsz", "reassoc"}'


def _jit(looking: bool, fast: bool, cached: bool = True) -> str:
    options = ["cache=True"] * cached + ['error_model="numpy"'] + [_FAST] * fast + ["boundscheck=True"] * looking
    return f"numba.njit({', '.join(options)})"


def _objects(program: Program, functions: Iterable[str]) -> dict[str, object]:
    """The objects of the user's that operations name; one name for two of them is refused."""
    found: dict[str, object] = {}
    for function in functions:
        for stmt in all_stmts(program.functions[function].body):
            if isinstance(stmt, Apply):
                named = (*dict(stmt.params).get("names", ()), *stmt.op.objects.items())
                for name, value in named:
                    if found.setdefault(name, value) is not value:
                        raise UnsupportedError(
                            f"two different things are called {name}", span=stmt.span, remedy="Rename one of them."
                        )
    return found


def _called(program: Program, roots: Iterable[str]) -> list[str]:
    """The functions that the roots call, directly or not, in order of first call."""
    found: dict[str, None] = {}
    queue = list(roots)
    seen = set(queue)
    while queue:
        function = program.functions.get(queue.pop(0))
        for stmt in all_stmts(function.body) if function is not None else ():
            if isinstance(stmt, Call):
                found.setdefault(stmt.callee)
                if stmt.callee not in seen:
                    seen.add(stmt.callee)
                    queue.append(stmt.callee)
    return list(found)


def _callee_names(called: Sequence[str], plain: Sequence[str], taken: set[str]) -> dict[str, str]:
    names = {name: name for name in called}
    held = set(taken) | set(called)
    for name in plain:
        new = name
        while new in taken or keyword.iskeyword(new) or new in _IMPORTS or hasattr(builtins, new) or new in HELPERS:
            new = f"_{new}" if f"_{new}" not in held else f"{new}_"
        names[name] = new
        held.add(new)
    return names


def _reserved(*names: Iterable[str]) -> frozenset[str]:
    fixed = {*_IMPORTS, *keyword.kwlist, *dir(builtins), *HELPERS, "_", "numba"}
    return frozenset(fixed.union(*names))


def _effectful(program: Program) -> frozenset[str]:
    """The functions that print or raise, or call one that does."""
    callers: dict[str, list[str]] = {}
    found: list[str] = []
    for name, function in program.functions.items():
        for stmt in all_stmts(function.body):
            if isinstance(stmt, Call):
                callers.setdefault(stmt.callee, []).append(name)
            elif getattr(getattr(stmt, "op", None), "effect", False):
                found.append(name)
    seen: set[str] = set()
    while found:
        name = found.pop()
        if name not in seen:
            seen.add(name)
            found += callers.get(name, [])
    return frozenset(seen)


def _assemble(
    written: Sequence[Written], aliases: dict[str, str], title: str, jit: str, named: Mapping[str, object]
) -> Emitted:
    """The whole module; `jit` is what stands above its helpers, if they are compiled."""
    used = sorted(set().union(*(w.used for w in written)))
    objects = {name: value for name, value in named.items() if name in used}
    for w in written:
        objects.update(w.objects)
    needed: dict[str, str] = {}
    for name in used:
        if name in HELPERS and name not in objects:
            _add_helper(name, needed)
    imported = {name for name in _IMPORTS if name in used}
    imported |= {name for name in _IMPORTS for text in needed.values() if name in _names_in(text)}

    head = [f'"""{title}"""'] if title else []
    lines = [_import_line(name, aliases) for name in sorted(imported) if name != "np"]
    lines += ["import numba"] if jit else []
    lines += [_import_line(name, aliases) for name in sorted(imported) if name == "np"]
    inject: dict[str, object] = {}
    for name, value in objects.items():
        origin = _importable(name, value)
        if isinstance(value, ModuleType):
            lines.append(f"import {name}")
        elif origin:
            lines.append(f"from {origin} import {name}")
        else:
            inject[name] = value
    for name, alias in aliases.items():
        if name in used and name not in _IMPORTS and name not in HELPERS:
            lines.append(f"from builtins import {name} as {alias}")
    parts = ["\n".join(_in_groups(lines))] if lines else []
    text = "".join(f"{part}\n" for part in [*head, *([""] if head and parts else []), *parts])
    origins = Origins()
    helpers = [
        (f"@{jit}\n" * (bool(jit) and name not in PYTHON_ONLY) + text.rstrip("\n") + "\n", Origins())
        for name, text in needed.items()
    ]
    for function, lines_of in [*helpers, *(text_of(w.tree) for w in written)]:
        text += "\n\n" if text else ""
        offset = text.count("\n")
        text += function
        origins.add(lines_of, offset)
    return Emitted(text, origins.spans, inject, origins.parts)


def _add_helper(name: str, needed: dict[str, str]) -> None:
    if name in needed:
        return
    text = HELPERS[name]
    needed[name] = text
    for other in HELPERS:
        if other != name and other in _names_in(text):
            _add_helper(other, needed)


@cache
def _names_in(text: str) -> frozenset[str]:
    """Of one of the helpers, which are few and asked for in every module."""
    return frozenset(node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))


def _import_line(name: str, aliases: dict[str, str]) -> str:
    module = {"np": "numpy"}.get(name, name)
    alias = aliases.get(name, name)
    return f"import {module}" if alias == module else f"import {module} as {alias}"


def _in_groups(lines: list[str]) -> list[str]:
    """The standard library first, then a blank line and the rest."""
    first = sorted(line for line in lines if line.removeprefix("import ") in _STANDARD)
    rest = [line for line in lines if line not in first]
    return [*first, *([""] if first and rest else []), *rest]


def _importable(name: str, value: object) -> str:
    """The module from which the object can be imported under the name; "" if there is none."""
    module = getattr(value, "__module__", None)
    if not module or module in ("__main__", "builtins") or getattr(value, "__qualname__", name) != name:
        return ""
    try:
        found = importlib.import_module(module)
    except ImportError:  # made by exec, or in a module that is not on the path
        return ""
    return module if getattr(found, name, None) is value else ""
