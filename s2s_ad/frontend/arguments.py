"""Which argument goes to which parameter, as Python has it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.values import Abstract, Table, Tuple


@dataclass(frozen=True)
class Signature:
    args: ast.arguments
    name: str
    defaults: tuple[Abstract, ...]
    keyword_defaults: dict[str, Abstract]


def bind(
    machine: Machine, signature: Signature, positional: list[Abstract], keywords: dict[str, Abstract]
) -> dict[str, Abstract]:
    """The value of each parameter, in the order of the signature."""
    args, name = signature.args, signature.name
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    if len(positional) > len(names) and args.vararg is None:
        raise UnsupportedError(f"{name}() takes {len(names)} positional arguments, and is given {len(positional)}")
    bound = dict(zip(names, positional))
    only_positional = {arg.arg for arg in args.posonlyargs}
    keyword_names = {arg.arg for arg in (*args.args, *args.kwonlyargs)}
    extra: dict[str, Abstract] = {}
    for key, value in keywords.items():
        if key in bound and key not in only_positional:
            raise UnsupportedError(f"{name}() is given {key} twice")
        if key in keyword_names:
            bound[key] = value
        elif args.kwarg is not None:
            extra[key] = value
        else:
            raise UnsupportedError(f"{name}() has no parameter {key}")
    late = names[len(names) - len(signature.defaults) :] if signature.defaults else []
    defaults = {**dict(zip(late, signature.defaults)), **signature.keyword_defaults}
    found: dict[str, Abstract] = {}
    for key in names:
        found[key] = _given(bound, defaults, key, name)
    if args.vararg is not None:
        found[args.vararg.arg] = Tuple(tuple(positional[len(names) :]))
    for arg in args.kwonlyargs:
        found[arg.arg] = _given(bound, defaults, arg.arg, name)
    if args.kwarg is not None:
        found[args.kwarg.arg] = machine.new_cell(Table(tuple(extra), tuple(extra.values())))
    return found


def _given(bound: dict[str, Abstract], defaults: dict[str, Abstract], key: str, name: str) -> Abstract:
    if key in bound:
        return bound[key]
    if key in defaults:
        return defaults[key]
    raise UnsupportedError(f"{name}() is called without its argument {key}")
