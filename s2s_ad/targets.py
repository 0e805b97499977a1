"""What users hand to a transform: which Python function it is, and which arguments it brings along."""

from __future__ import annotations

import functools
import inspect
import linecache
import sys
import types
from collections.abc import Hashable
from typing import Any

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.objects import has_attributes


def plain_function(target: Any) -> Any:
    """The user's function under decorators and derivatives of ours, and under caches of its results."""
    while True:
        if isinstance(target, types.MethodType):
            target = target.__func__
        elif isinstance(target, functools.partial):
            target = target.func
        elif isinstance(target, _CACHED):
            target = target.__wrapped__
        elif hasattr(target, "__s2s_function__"):
            target = target.__s2s_function__
        elif has_attributes(type(target)) and callable(target):
            target = type(target).__call__
        else:
            break
    if isinstance(target, types.FunctionType):
        return target
    if isinstance(target, (staticmethod, classmethod, property)):
        raise UnsupportedError(
            f"a {type(target).__name__} is not a function by itself",
            remedy=f"Decorate what is below it: @{type(target).__name__} above, @s2s_ad.differentiate under it.",
        )
    if not callable(target):
        raise KindError(f"{target!r} is not a function", remedy="Give a function that is written in Python.")
    called = _called(target) if isinstance(target, Hashable) else None
    if called is not None:
        return called
    name = getattr(target, "__name__", "this")
    word = name if name.isidentifier() else "f"
    raise UnsupportedError(
        f"{name} is an object of type {type(target).__name__}, not a function that is written in Python",
        remedy=f"Call it in a function of your own: lambda x: {word}(x).",
    )


def held_by(target: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments that a bound method, a callable object or a partial brings along: positional ones, named ones."""
    if hasattr(target, "__s2s_held__"):
        positional, named = target.__s2s_held__
        return positional, named
    if isinstance(target, types.MethodType):
        positional, named = held_by(target.__func__)
        return (*positional, target.__self__), named
    if isinstance(target, functools.partial):
        positional, named = held_by(target.func)
        return (*positional, *target.args), {**named, **target.keywords}
    if isinstance(target, types.FunctionType) or hasattr(target, "__s2s_function__") or isinstance(target, _CACHED):
        return (), {}
    return ((target,), {}) if has_attributes(type(target)) and callable(target) else ((), {})


_CACHED = type(functools.lru_cache(lambda: None))

# where functions are looked for that are handed over as they are, as in grad(np.tanh)
_LIBRARIES = {
    "builtins": "builtins.",
    "math": "math.",
    "cmath": "cmath.",
    "numpy": "np.",
    "numpy.linalg": "np.linalg.",
    "numpy.fft": "np.fft.",
    "scipy.special": "scipy.special.",
}


@functools.cache
def _called(function: Any) -> types.FunctionType | None:
    """`def tanh(x): return np.tanh(x)` for np.tanh, which has no source; None for what is in no library known."""
    name, params = getattr(function, "__name__", ""), _needed(function)
    for module, prefix in _LIBRARIES.items():
        if not params or getattr(sys.modules.get(module), name, None) is not function:
            continue
        call = f"{prefix}{name}({', '.join(params)})"
        text = f"def {name}({', '.join(params)}):\n    return {call}\n"
        file = f"<{prefix}{name}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        top = module.partition(".")[0]
        scope: dict[str, Any] = {"np" if top == "numpy" else top: sys.modules[top]}
        exec(compile(text, file, "exec", dont_inherit=True), scope)
        made: types.FunctionType = scope[name]
        return made
    return None


def _needed(function: Any) -> tuple[str, ...]:
    """The arguments that it must be given; none where it does not say."""
    if hasattr(function, "nin"):  # a ufunc
        return ("x",) if function.nin == 1 else tuple(f"x{k + 1}" for k in range(function.nin))
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind in named and p.default is p.empty)
