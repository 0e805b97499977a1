"""Compiled derivatives as JSON: what the disk cache keeps, and when it may be used again."""

from __future__ import annotations

import hashlib
import importlib
import types
from dataclasses import asdict
from typing import Any

from s2s_ad.backend.module import Emitted
from s2s_ad.ir.kinds import RECORD, Array, Kind, List, Record, Scalar, Stream
from s2s_ad.ir.structure import (
    Again,
    Guard,
    Leaf,
    Lowered,
    Node,
    Path,
    Read,
    Spec,
    Static,
    class_at,
    path_of_class,
    resolve,
)
from s2s_ad.ops.registry import FUNCTIONS
from s2s_ad.span import Span

Json = dict[str, Any]
_PLAIN = (str, bool, int, float, type(None))


class NotKept(Exception):
    """Something in it means nothing to another process."""


def fingerprint(thing: Any) -> str:
    """A text that is the same in another process if, and only if, the thing is for our purposes the same."""
    if callable(thing) and _has_own_rule(thing):
        raise NotKept("a function with a rule of the user's, which may say something else next time")
    if isinstance(thing, types.FunctionType):
        own = (_code(thing.__code__), repr(_plain(thing.__defaults__)), repr(_plain(thing.__kwdefaults__)))
        return f"{thing.__module__}.{thing.__qualname__} {hashlib.sha256(repr(own).encode()).hexdigest()}"
    if isinstance(thing, types.ModuleType):
        return f"module {thing.__name__}"
    if isinstance(thing, _PLAIN):
        return repr(thing)
    if isinstance(thing, (type, types.BuiltinFunctionType)) or type(thing).__name__ in (
        "ufunc",
        "_ArrayFunctionDispatcher",
    ):
        return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', thing.__name__)}"
    raise NotKept(f"a {type(thing).__name__}")


def _has_own_rule(thing: Any) -> bool:
    try:
        op = FUNCTIONS.get(thing)
    except TypeError:  # it cannot be in a table
        return False
    return op is not None and bool(op.objects)


def _code(code: types.CodeType) -> tuple[Any, ...]:
    consts = tuple(map(_constant, code.co_consts))
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_filename, code.co_firstlineno, code.co_code, consts, names


def _constant(value: Any) -> Any:
    if isinstance(value, types.CodeType):
        return _code(value)
    # the order of a set differs from process to process
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _plain(values: Any) -> Any:
    items = values.values() if isinstance(values, dict) else values or ()
    if not all(isinstance(v, _PLAIN) for v in items):
        raise NotKept("a default that is no plain value")
    return values


def kind_text(kind: Kind) -> Any:
    if isinstance(kind, Scalar):
        return kind.name
    if isinstance(kind, Array):
        return [kind.dtype, *kind.shape]
    if isinstance(kind, List):
        return {"list": kind_text(kind.item)}
    if isinstance(kind, Stream):
        return {"stream": kind.name}
    if isinstance(kind, Record):
        return "record"
    raise NotKept(str(kind))


def kind_from(text: Any) -> Kind:
    if isinstance(text, str):
        return RECORD if text == "record" else Scalar(text)
    if isinstance(text, dict) and "stream" in text:
        return Stream(text["stream"])
    if isinstance(text, dict):
        return List(kind_from(text["list"]))
    return Array(text[0], tuple(text[1:]))


def spec_text(spec: Spec) -> Any:
    if isinstance(spec, Leaf):
        return {"leaf": kind_text(spec.kind), "boxed": spec.boxed}
    if isinstance(spec, Again):
        return {"again": spec.value}
    if isinstance(spec, Static):
        if not isinstance(spec.value, _PLAIN):
            raise NotKept("a static argument that is no plain value")
        return {"static": spec.value}
    if not all(isinstance(key, _PLAIN) for key in spec.keys):
        raise NotKept("a key that is no plain value")
    path = path_of_class(spec.type)
    if path[0][0] == "object":
        raise NotKept("a class to which no name leads")
    return {"node": path[0][1], "items": [spec_text(s) for s in spec.items], "keys": list(spec.keys)}


def spec_from(text: Any) -> Spec:
    if "leaf" in text:
        return Leaf(kind_from(text["leaf"]), text["boxed"])
    if "static" in text:
        return Static(text["static"])
    if "again" in text:
        return Again(text["again"])
    return Node(class_at(text["node"]), tuple(map(spec_from, text["items"])), tuple(text["keys"]))


def to_json(lowered: Lowered, emitted: Emitted) -> Json:
    """All that is needed to run it again. Raises NotKept where that would need an object of this process."""
    names = {}
    for name, thing in emitted.names.items():
        if not isinstance(thing, type) or _found(thing.__module__, thing.__qualname__) is not thing:
            raise NotKept(f"{name}, which no module has under that name")
        names[name] = [thing.__module__, thing.__qualname__]
    return {
        "entry": lowered.program.entry,
        "arguments": [[name, spec_text(spec)] for name, spec in lowered.arguments.items()],
        "reads": [[r.name, _path_text(r.path), kind_text(r.kind)] for r in lowered.reads],
        "guards": [[_path_text(g.path), fingerprint(g.seen)] for g in lowered.guards],
        "text": emitted.text,
        "written": list(lowered.written),
        "in_order": list(lowered.in_order),
        "changed": list(lowered.changed),
        "spans": [[line, asdict(span)] for line, span in emitted.spans.items()],
        "names": names,
    }


def _path_text(path: Path) -> Any:
    for how, name in path:
        if how == "object" or type(name) not in (str, int):
            raise NotKept(f"{name!r}, to which no name leads")
    return path


def _found(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def guards_from(function: Any, kept: Json) -> tuple[Guard, ...] | None:
    """The guards, on the objects of this process; None if one of these is not what it was."""
    guards = []
    for path, seen in kept["guards"]:
        steps = tuple((how, name) for how, name in path)
        try:
            thing = resolve(function, steps)
            if fingerprint(thing) != seen:
                return None
        except (NotKept, AttributeError, KeyError, IndexError, ValueError, TypeError):
            return None  # it is not there, or no longer something that can be told again
        guards.append(Guard(steps, thing))
    return tuple(guards)


def reads_from(kept: Json) -> tuple[Read, ...]:
    return tuple(Read(n, tuple((how, key) for how, key in path), kind_from(k), None) for n, path, k in kept["reads"])


def emitted_from(kept: Json) -> Emitted:
    names = {name: _found(module, attribute) for name, (module, attribute) in kept["names"].items()}
    return Emitted(kept["text"], {line: Span(**span) for line, span in kept["spans"]}, names)
