"""Our two backends, a process for each, beside the functions themselves and beside adjoints written by hand."""

from __future__ import annotations

import importlib
import types
from functools import partial
from typing import Any

import numpy as np

import s2s_ad
from benchmarks.by_hand import cpp

# a call costs more than their arithmetic, so the emitted function is also called by itself
INSIDE = ("f", "logistic")


class NumPy:
    """Python and NumPy, as they stand."""

    @staticmethod
    def calls(program: Any, args: tuple[Any, ...]) -> dict[str, Any]:
        return _calls(program, args, "numpy", lambda function: function)

    @staticmethod
    def version() -> str:
        return f"NumPy {np.__version__}"

    array = staticmethod(np.asarray)


class Numba:
    """Everything compiled by numba, and the mixtures in C++."""

    @staticmethod
    def calls(program: Any, args: tuple[Any, ...]) -> dict[str, Any]:
        found = _calls(program, args, "numba", native)
        if program.function.__name__ in cpp.FUNCTIONS and cpp.compiler():
            found["C++ by hand"] = partial(cpp.gradient, program.function.__name__, *args)
        return found

    @staticmethod
    def version() -> str:
        return f"numba {importlib.import_module('numba').__version__}"

    array = staticmethod(np.asarray)


def _calls(program: Any, args: tuple[Any, ...], backend: str, compiled: Any) -> dict[str, Any]:
    if backend not in program.backends:
        return {}
    found: dict[str, Any] = {}
    f = program.function
    if program.derivative == "hvp":
        found["function"] = partial(compiled(f), *args[:-1])
        found["ours"] = partial(s2s_ad.hvp, f, args[:-1], args[-1:], backend=backend)
    else:
        ours = s2s_ad.value_and_grad(f, program.wrt, backend=backend)
        primal = compiled(f)
        found["function"] = (
            partial(_on_copies, primal, program.writes, args) if program.writes else partial(primal, *args)
        )
        found["ours"] = partial(ours, *args)
        if backend == "numpy" and f.__name__ in INSIDE:
            found["ours, inside"] = partial(_emitted(ours, f"{f.__name__}_value_and_grad", args), *args)
    hand = by_hand(program, backend)
    if hand is not None:
        found["by hand"] = partial(compiled(hand), *args)
    return found


def by_hand(program: Any, backend: str) -> Any:
    """The derivative that a person wrote for this program and backend, or None."""
    modules = ["native"] if backend == "numba" else []
    for name in (*modules, program.family):
        module = importlib.import_module(f"benchmarks.by_hand.{name}")
        if hasattr(module, program.written):
            return getattr(module, program.written)
    return None


def native(function: Any) -> Any:
    """The function compiled by numba, with those that it calls in its module."""
    numba = importlib.import_module("numba")
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        used = scope.get(name)
        if isinstance(used, types.FunctionType) and used.__module__ == function.__module__:
            scope[name] = native(used)
    return numba.njit(types.FunctionType(function.__code__, scope, function.__name__), error_model="numpy")


def _on_copies(f: Any, writes: tuple[int, ...], args: tuple[Any, ...]) -> Any:
    return f(*(a.copy() if k in writes else a for k, a in enumerate(args)))


def _emitted(derivative: Any, name: str, args: tuple[Any, ...]) -> Any:
    scope: dict[str, Any] = {}
    exec(compile(derivative.source(*args), f"<{name}>", "exec"), scope)
    return scope[name]
