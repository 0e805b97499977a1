"""Objects made inside the function: calls of classes, dataclasses.replace and its kin, and questions about objects."""

from __future__ import annotations

import dataclasses
import enum
import types
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.library import static
from s2s_ad.frontend.machine import Machine, builtin, number, protocol
from s2s_ad.frontend.objects import (
    _super_init,
    attribute_of,
    class_of,
    find,
    is_generated,
    known_class,
    member,
    record,
    set_attribute,
    variables,
)
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.scope import known
from s2s_ad.frontend.truth import as_value
from s2s_ad.frontend.values import NONE, Abstract, Args, Fields, Keywords, Known, Ref, Tuple, what
from s2s_ad.ir.objects import has_attributes, is_namedtuple
from s2s_ad.ir.structure import path_of_class


@protocol("construct")
def construct(machine: Machine, cls: Any, positional: Args, keywords: Keywords) -> Abstract | None:
    """cls(...); None if it is no class of which objects are made here."""
    if issubclass(cls, enum.Enum) and len(positional) == 1:
        return Known(cls(static(machine, positional[0])))
    if is_namedtuple(cls):
        return _record(machine, cls, positional, keywords)
    if not has_attributes(cls):
        return None
    if type(cls).__call__ is not type.__call__:
        raise UnsupportedError(f"{cls.__name__} is made by a metaclass of its own, which is not looked into")
    made = machine.new_cell(Fields(cls, (), ()))
    if cls is types.SimpleNamespace:
        _fill(machine, made, keywords)
    else:
        _init(machine, cls, made, positional, keywords)
    return made


def _init(machine: Machine, cls: type, made: Abstract, positional: Args, keywords: Keywords) -> None:
    raw, base = find(cls, "__init__")
    if is_generated(raw):
        _init_dataclass(machine, base, made, positional, keywords)
    elif base is not object:
        call(machine, member(machine, base, "__init__", raw), [made, *positional], keywords)
    elif positional or keywords:
        raise UnsupportedError(f"{cls.__name__}() takes no arguments")


@builtin(_super_init)
def _init_above(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    made, cls, *positional = args
    assert isinstance(cls, Known)
    _init_dataclass(machine, cls.obj, made, positional, keywords)
    return NONE


def _fill(machine: Machine, made: Ref, values: Keywords) -> None:
    content = machine.content(made)
    assert isinstance(content, Fields)
    merged = {**dict(zip(content.keys, content.items)), **values}
    machine.write(made, Fields(content.cls, tuple(merged), tuple(map(machine.held, merged.values()))))


def _init_dataclass(machine: Machine, cls: Any, made: Abstract, positional: Args, keywords: Keywords) -> None:
    """What the __init__ does that the dataclasses module writes."""
    assert isinstance(made, Ref)
    fields = [f for f in cls.__dataclass_fields__.values() if f._field_type is not dataclasses._FIELD_CLASSVAR]  # type: ignore[attr-defined]
    names = [f.name for f in fields if f.init and not f.kw_only]
    if len(positional) > len(names):
        raise UnsupportedError(f"{cls.__name__}() takes {len(names)} arguments, and is given {len(positional)}")
    given = dict(zip(names, positional))
    for name in keywords:
        if name in given or not any(f.name == name and f.init for f in fields):
            known_one = "is given it twice" if name in given else "has no such parameter"
            raise UnsupportedError(f"{cls.__name__}() with {name}=: it {known_one}")
        given[name] = keywords[name]
    values: Keywords = {}
    late: Args = []
    for field in fields:
        value = given.get(field.name)
        if value is None and (field.init or field.default_factory is not dataclasses.MISSING):
            value = _default(machine, cls, field)
        if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
            late.append(value if value is not None else NONE)
        elif value is not None:
            values[field.name] = read(value)
    _fill(machine, made, values)
    after, base = find(_class(machine, made), "__post_init__")
    if isinstance(after, types.FunctionType):
        call(machine, member(machine, base, "__post_init__", after), [made, *late], {})


def _class(machine: Machine, made: Abstract) -> type:
    cls = class_of(machine, made)
    assert cls is not None
    return cls


def _default(machine: Machine, cls: Any, field: Any) -> Abstract:
    path = (*path_of_class(cls), ("attr", "__dataclass_fields__"), ("item", field.name))
    if field.default_factory is not dataclasses.MISSING:
        return call(machine, known(machine, field.default_factory, (*path, ("attr", "default_factory"))), [], {})
    if field.default is dataclasses.MISSING:
        raise UnsupportedError(f"{cls.__name__}() is called without its argument {field.name}")
    return _constant(machine, field.default, (*path, ("attr", "default")))


def _constant(machine: Machine, value: Any, path: Any) -> Abstract:
    return number(value) if isinstance(value, (bool, int, float)) else known(machine, value, path)


def _record(machine: Machine, cls: Any, positional: Args, keywords: Keywords) -> Abstract:
    if "_fields" not in find(cls, "__new__")[1].__dict__:
        raise UnsupportedError(f"{cls.__name__} has a __new__ of its own, which is not looked into")
    names = cls._fields
    given = {**dict(zip(names, positional)), **keywords}
    unknown = [name for name in keywords if name not in names or name in names[: len(positional)]]
    if len(positional) > len(names) or unknown:
        raise UnsupportedError(f"{cls.__name__}() does not take these arguments: its fields are {', '.join(names)}")
    items = []
    for name in names:
        if name not in given and name not in cls._field_defaults:
            raise UnsupportedError(f"{cls.__name__}() is called without its argument {name}")
        value = given[name] if name in given else _constant(machine, cls._field_defaults[name], None)
        items.append(machine.held(read(value)))
    return record(cls, items)


# --- functions about objects ------------------------------------------------------------------------------------------


@builtin(vars)
def _vars(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    if len(args) != 1:
        raise UnsupportedError("vars() is supported for an object")
    return variables(machine, args[0])


@builtin(setattr)
def _setattr(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    if len(args) != 3:
        raise UnsupportedError("setattr() takes an object, a name and a value")
    set_attribute(machine, args[0], static(machine, args[1]), machine.held(args[2]))
    return NONE


@builtin(dataclasses.replace)
def _replace(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    cls = class_of(machine, args[0]) if len(args) == 1 else None
    fields: Any = getattr(cls, "__dataclass_fields__", None)
    if cls is None or fields is None:
        raise UnsupportedError(f"replace() of {what(args[0])} is not supported")
    kept: Keywords = {}
    for field in fields.values():
        if field._field_type is dataclasses._FIELD and field.init and field.name not in keywords:  # type: ignore[attr-defined]
            kept[field.name] = attribute_of(machine, args[0], cls, field.name)
    return call(machine, known_class(cls), [], {**kept, **keywords})


@builtin(dataclasses.asdict, dataclasses.astuple)
def _refuse_deep(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    raise UnsupportedError("asdict() and astuple() are not supported", remedy="Use vars(p), or name the attributes.")


@builtin(dataclasses.fields)
def _fields(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    cls = class_of(machine, args[0]) or (args[0].obj if isinstance(args[0], Known) else None)
    return Tuple(tuple(Known(field) for field in dataclasses.fields(cls)))  # type: ignore[arg-type]


@builtin(dataclasses.is_dataclass)
def _is_dataclass(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    cls = class_of(machine, args[0])
    return as_value(dataclasses.is_dataclass(cls if cls is not None else static(machine, args[0])))


def copied(machine: Machine, content: Fields, items: tuple[Abstract, ...]) -> Ref:
    """copy.copy() of an object: another one with these attributes."""
    if find(content.cls, "__copy__")[1] is not object or find(content.cls, "__deepcopy__")[1] is not object:
        raise UnsupportedError(f"{content.cls.__name__} copies in its own way, which is not looked into")
    return machine.new_cell(Fields(content.cls, content.keys, items))
