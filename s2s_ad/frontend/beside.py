"""What a function does beside computing: it tells a log, warns, looks at the clock, imports."""

from __future__ import annotations

import ast
import importlib
import logging
import time
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.attributes import attribute
from s2s_ad.frontend.library import static
from s2s_ad.frontend.machine import Machine, builtin, statement
from s2s_ad.frontend.messages import Text
from s2s_ad.frontend.scope import known
from s2s_ad.frontend.values import NONE, Abstract, Args, Keywords, Known
from s2s_ad.ir.kinds import FLOAT, INT

_LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "log")


def _said(module: ModuleType, called: Callable[[list[str]], tuple[str, list[str]]]) -> Any:
    """A call that is kept as it is; `called` makes of the arguments, as code, what is called and what with."""

    def say(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        text = Text(machine)
        name, given = called([text.of(value) for value in args])
        given += [f"{key}={text.of(value)}" for key, value in keywords.items()]
        text.names[module.__name__] = module
        text.emit(f"{name}({', '.join(given)})")
        return NONE

    return say


def _function(module: ModuleType, name: str) -> None:
    builtin(getattr(module, name))(_said(module, lambda args: (f"{module.__name__}.{name}", args)))


def _logged(name: str) -> None:
    builtin(getattr(logging.Logger, name))(_said(logging, lambda args: (f"{args[0]}.{name}", args[1:])))


_function(warnings, "warn")
_function(time, "sleep")
for _name in _LEVELS:
    _function(logging, _name)
    _logged(_name)


def _clock(name: str) -> Callable[[Machine, Args, Keywords], Abstract]:
    """The time, which is looked at once, where the function does."""
    kind = INT if name.endswith("_ns") else FLOAT

    def look(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        return machine.apply("draw", call=f"time.{name}", given=(), kind=kind, names=(("time", time),))

    return look


for _name in ("time", "perf_counter", "monotonic", "process_time", "thread_time"):
    for _full in (_name, f"{_name}_ns"):
        builtin(getattr(time, _full))(_clock(_full))


@builtin(logging.getLogger)
def _logger(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return Known(logging.getLogger(*(static(machine, value) for value in (*args, *keywords.values()))))


# --- imports ----------------------------------------------------------------------------------------------------------


def _module(machine: Machine, name: str) -> Abstract:
    """The module of this name, which may start with dots."""
    frame = machine.frame
    while frame.function is None and frame.parent is not None:
        frame = frame.parent
    try:
        found = importlib.import_module(name, frame.function.__globals__.get("__package__"))
    except ImportError as error:
        raise UnsupportedError(f"this import fails: {error}", remedy="Install what is missing.") from None
    return known(machine, found, (("module", found.__name__),))


@statement(ast.Import)
def _import(machine: Machine, node: ast.Import) -> None:
    for alias in node.names:
        module = _module(machine, alias.name)
        if alias.asname:
            machine.set(alias.asname, module)
        else:  # import a.b binds a
            first = alias.name.partition(".")[0]
            machine.set(first, _module(machine, first))


@statement(ast.ImportFrom)
def _import_from(machine: Machine, node: ast.ImportFrom) -> None:
    name = "." * node.level + (node.module or "")
    for alias in node.names:
        owner = _module(machine, name)
        assert isinstance(owner, Known)
        there = hasattr(owner.obj, alias.name)
        inner = name if name.endswith(".") else name + "."
        value = attribute(machine, owner, alias.name) if there else _module(machine, inner + alias.name)
        machine.set(alias.asname or alias.name, value)
