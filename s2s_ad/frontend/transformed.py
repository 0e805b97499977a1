"""Derivatives that are made inside a function: grad(f), jvp(f, primals, tangents), vjp(f, *primals)."""

from __future__ import annotations

from typing import Any

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.library import static
from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.values import Abstract, Bound, Items, Known, Ref, Tuple, what
from s2s_ad.ir.structure import Path


def made_now(machine: Machine, obj: Any, positional: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """A call such as grad(f), which is made now: its arguments are functions and options, and so is its result."""
    function = _function(positional)
    options = {name: static(machine, value) for name, value in keywords.items()}
    made = obj(*(static(machine, value) for value in positional), **options)
    return _known(machine, made, function)


def along_or_back(machine: Machine, obj: Any, positional: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """jvp and hvp, which are one call; vjp and linearize, which hand out a function for the second half."""
    function = _function(positional)
    named = {key: keywords[key] for key in ("primals", "tangents", "vectors") if key in keywords}
    options = {name: static(machine, value) for name, value in keywords.items() if name not in named}
    parts = [_known(machine, part, function) for part in obj.__s2s_parts__(function.obj, **options)]
    given = [*positional[1:], *named.values()]
    if len(parts) == 1:
        if len(given) != 2:
            raise KindError(f"{obj.__name__} takes a function, the primals and the tangents")
        flat = [item for part in given for item in _items(machine, part)]
        return machine.unit.external(machine, parts[0], flat, {})
    found = machine.unit.external(machine, parts[0], given, {})
    assert isinstance(found, Tuple)
    value, saved = found.items
    return Tuple((value, Bound(parts[1], (saved,), {})))


def _function(positional: list[Abstract]) -> Known:
    if not positional or not isinstance(positional[0], Known):
        raise UnsupportedError(
            "the derivative of a local function is not taken inside a function",
            remedy="Define it at the top level of a module, and give it what it needs as arguments.",
        )
    return positional[0]


def _known(machine: Machine, made: Any, function: Known) -> Known:
    base = base_of(function.path, function.obj)
    if hasattr(function.obj, "__s2s_function__"):
        base = (*base, ("attr", "__s2s_function__"))
    elif not hasattr(function.obj, "__globals__"):  # a function of a library, or a partial: not what is read
        base = (("object", made.__s2s_function__),)
    machine.unit.derived[id(made)] = made, base
    return Known(made)


def base_of(path: Path | None, obj: Any) -> Path:
    """How an object is reached, if need be from itself."""
    return path if path is not None else (("object", obj),)


def _items(machine: Machine, value: Abstract) -> tuple[Abstract, ...]:
    content = machine.content(value) if isinstance(value, Ref) else value
    if isinstance(content, (Tuple, Items)):
        return content.items
    raise KindError(f"primals and tangents are tuples, and this is {what(value)}", remedy="Write (x,).")
