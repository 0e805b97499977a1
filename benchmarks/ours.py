"""Our two backends, a process for each, beside the functions themselves and beside adjoints written by hand."""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import s2s_ad
from benchmarks.by_hand import cpp
from benchmarks.registry import Program
from s2s_ad.derivative import How
from s2s_ad.modes import derivative_of

Calls = Iterator[tuple[str, Callable[[], Any]]]

# a call costs as much as their arithmetic, so the emitted function, which a user may ship, is also called by itself
SHORT = ("f", "logistic", "newton_sqrt", "rosenbrock")


class NumPy:
    """Python and NumPy, as they stand."""

    array = staticmethod(np.asarray)

    @staticmethod
    def calls(program: Program, args: tuple[Any, ...]) -> Calls:
        yield from _calls(program, args, "numpy", lambda function: function)

    @staticmethod
    def version() -> str:
        return f"NumPy {np.__version__}"


class Numba:
    """Everything compiled by numba, and the mixtures in C++."""

    array = staticmethod(np.asarray)

    @staticmethod
    def calls(program: Program, args: tuple[Any, ...]) -> Calls:
        yield from _calls(program, args, "numba", native)
        if program.function.__name__ in cpp.FUNCTIONS and cpp.compiler():
            yield "C++ by hand", partial(cpp.gradient, program.function.__name__, *args)

    @staticmethod
    def version() -> str:
        return f"numba {importlib.import_module('numba').__version__}"


def _calls(program: Program, args: tuple[Any, ...], backend: str, compiled: Callable[..., Any]) -> Calls:
    if backend not in program.backends:
        return
    f = program.function
    primal = compiled(f)
    if program.derivative == "hvp":
        yield "function", partial(primal, *args[:-1])
        yield "ours", partial(s2s_ad.hvp, f, args[:-1], args[-1:], backend=backend)
        ours = derivative_of(f, How("hvp", backend=backend))
    else:
        ours = s2s_ad.value_and_grad(f, program.wrt, backend=backend)
        yield "function", (
            partial(_on_copies, primal, program.writes, args) if program.writes else partial(primal, *args)
        )
        yield "ours", partial(ours, *args)
    if f.__name__ in SHORT:
        specs = ours.specs(args[:-1] if program.derivative == "hvp" else args)
        yield "emitted", partial(ours.compiled_for_specs(specs)[0].function, *args)
    hand = by_hand(program, backend)
    if hand is not None:
        yield "by hand", partial(compiled(hand), *args)


def by_hand(program: Program, backend: str) -> Callable[..., Any] | None:
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
