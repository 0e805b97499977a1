"""Objects of the user's classes: their attributes and methods, as the class says when the function is compiled."""

from __future__ import annotations

import enum
import functools
import types
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.machine import Machine, builtin, protocol
from s2s_ad.frontend.operators import equals, read, same_cell
from s2s_ad.frontend.scope import known
from s2s_ad.frontend.truth import as_value, negate, truth
from s2s_ad.frontend.values import (
    NONE,
    Abstract,
    Args,
    Bound,
    Fields,
    Items,
    Keywords,
    Known,
    Record,
    Ref,
    Super,
    Sym,
    Table,
    Tuple,
    is_nothing,
    what,
)
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.objects import has_attributes, is_namedtuple, slots_of
from s2s_ad.ir.structure import Path, path_of_class

_ABSENT = object()
_REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}
_METHOD_NAMES = {"div": "truediv", "bit_and": "and", "bit_or": "or", "bit_xor": "xor", "shift_left": "lshift"}
_METHOD_NAMES["shift_right"] = "rshift"


def operator_method(name: str) -> str:
    """What stands between the underscores in the name of the method for an operator."""
    return _METHOD_NAMES.get(name, name)


def class_of(machine: Machine, value: Abstract) -> type | None:
    """The class of an object of the user's: one with attributes, a namedtuple, a member of an enum."""
    if isinstance(value, Ref):
        content = machine.store[value.cell]
        return content.cls if isinstance(content, Fields) else None
    if isinstance(value, Record):
        return value.cls  # type: ignore[no-any-return]
    if isinstance(value, Known):
        cls = type(value.obj)
        return cls if has_attributes(cls) or isinstance(value.obj, enum.Enum) else None
    return None


def find(cls: type, name: str, after: type | None = None) -> tuple[Any, type]:
    """What the class has under the name, as it stands there, and the class that has it; `after`: as super() looks."""
    mro = cls.__mro__
    for base in mro[mro.index(after) + 1 if after is not None else 0 :]:
        if name in base.__dict__:
            return base.__dict__[name], base
    return _ABSENT, object


def known_class(cls: type) -> Known:
    return Known(cls, path_of_class(cls))


def member(machine: Machine, base: type, name: str, value: Any, *inner: str) -> Abstract:
    """What the class has under the name, as it is reached from there; `inner`: what of that is meant."""
    return known(machine, value, (*path_of_class(base), *(("attr", part) for part in (name, *inner))))


# --- reading ----------------------------------------------------------------------------------------------------------


def attribute_of(machine: Machine, owner: Abstract, cls: type, name: str) -> Abstract:
    """owner.name of an object of the class."""
    raw, base = find(cls, name)
    if isinstance(raw, property):
        return _got(machine, owner, raw, base, name)
    own = _own(machine, owner, name)
    if own is not None:
        return read(own)
    if isinstance(owner, Record) and name in _RECORD_METHODS:
        return Bound(Known(_RECORD_METHODS[name]), (owner,), {})
    if raw is not _ABSENT and not isinstance(raw, types.MemberDescriptorType):
        return _of_class(machine, owner, cls, raw, base, name)
    more, base = find(cls, "__getattr__")
    if isinstance(more, types.FunctionType):
        return call(machine, member(machine, base, "__getattr__", more), [owner, Known(name)], {})
    raise UnsupportedError(
        f"a {cls.__name__} has no attribute {name}", remedy="Set it before it is read, as in __init__."
    )


def _own(machine: Machine, owner: Abstract, name: str) -> Abstract | None:
    """The attribute that the object has itself."""
    if name == "__class__":
        cls = class_of(machine, owner)
        return None if cls is None else known_class(cls)
    if isinstance(owner, Ref):
        content = machine.content(owner)
        assert isinstance(content, Fields)
        if name == "__dict__":
            return variables(machine, owner)
        return content.items[content.keys.index(name)] if name in content.keys else None
    if isinstance(owner, Record):
        return owner.items[owner.cls._fields.index(name)] if name in owner.cls._fields else None
    assert isinstance(owner, Known)
    if isinstance(owner.obj, enum.Enum):
        if name in ("value", "name"):
            return known(machine, getattr(owner.obj, name), None)
    elif name not in getattr(owner.obj, "__dict__", ()) and not _has_slot(type(owner.obj), name):
        return None
    try:
        value = getattr(owner.obj, name)
    except AttributeError:
        return None
    return known(machine, value, (*_path(owner), ("attr", name)))


def _path(owner: Known) -> Path:
    return owner.path if owner.path is not None else (("object", owner.obj),)


def _has_slot(cls: type, name: str) -> bool:
    return any(name in slots_of(base) for base in cls.__mro__)


def _got(machine: Machine, owner: Abstract, raw: property, base: type, name: str) -> Abstract:
    if raw.fget is None:
        raise UnsupportedError(f"the property {name} cannot be read")
    return call(machine, member(machine, base, name, raw.fget, "fget"), [owner], {})


def _of_class(machine: Machine, owner: Abstract | None, cls: type, raw: Any, base: type, name: str) -> Abstract:
    """What the class has under a name, as its object `owner` (or the class itself, if None) shows it."""
    if isinstance(raw, staticmethod):
        return member(machine, base, name, raw.__func__)
    if isinstance(raw, classmethod):
        return Bound(member(machine, base, name, raw.__func__, "__func__"), (known_class(cls),), {})
    if isinstance(raw, functools.cached_property) and owner is not None:
        value = machine.held(call(machine, member(machine, base, name, raw.func, "func"), [owner], {}))
        if isinstance(owner, Ref):
            _write(machine, owner, name, value)
        return value
    wraps = isinstance(raw, types.FunctionType) or hasattr(raw, "__s2s_function__")
    if wraps or type(raw).__module__ == "functools" and hasattr(raw, "__wrapped__"):
        function = member(machine, base, name, raw)
        return function if owner is None else Bound(function, (owner,), {})
    if owner is not None and hasattr(type(raw), "__get__"):
        raise UnsupportedError(
            f"{cls.__name__}.{name} is a {type(raw).__name__}, whose meaning is not looked into",
            remedy="Use a method or a property.",
        )
    return member(machine, base, name, raw)


def class_attribute(machine: Machine, owner: Known, name: str) -> Abstract:
    """cls.name of a class of the user's."""
    cls = owner.obj
    if cls is object and name == "__setattr__":
        return Known(object.__setattr__)
    if name in ("__name__", "__qualname__", "__module__", "__doc__"):
        return Known(getattr(cls, name))
    if issubclass(cls, enum.Enum) and name in cls.__members__:
        return Known(cls[name], (*path_of_class(cls), ("attr", name)))
    raw, base = find(cls, name)
    if raw is _ABSENT:
        raise UnsupportedError(f"the class {cls.__name__} has no attribute {name}")
    if name in ("_make", "_fields") and is_namedtuple(cls):
        return Bound(Known(_make), (known_class(cls),), {}) if name == "_make" else known(machine, raw, None)
    return _of_class(machine, None, cls, raw, base, name)


def is_users(cls: Any) -> bool:
    """Whether it is a class whose attributes are looked into."""
    return isinstance(cls, type) and (
        cls is object or has_attributes(cls) or is_namedtuple(cls) or issubclass(cls, enum.Enum)
    )


def super_attribute(machine: Machine, seen: Super, name: str) -> Abstract:
    cls = class_of(machine, seen.owner)
    owner: Abstract | None = seen.owner
    if cls is None and isinstance(seen.owner, Known) and isinstance(seen.owner.obj, type):
        cls, owner = seen.owner.obj, None  # in a class method
    if cls is None:
        raise UnsupportedError(f"super() of {what(seen.owner)} is not supported")
    raw, base = find(cls, name, seen.after)
    if base is object and name == "__init__":
        return Bound(Known(_nothing_to_do), (), {})
    if base is object and name == "__setattr__":
        return Bound(Known(object.__setattr__), (seen.owner,), {})
    if raw is _ABSENT or base is object:
        raise UnsupportedError(f"no class above {seen.after.__name__} has {name}")
    if isinstance(raw, property) and owner is not None:
        return _got(machine, owner, raw, base, name)
    if name == "__init__" and is_generated(raw):
        return Bound(Known(_super_init), (seen.owner, known_class(base)), {})
    return _of_class(machine, owner, cls, raw, base, name)


def _nothing_to_do() -> None:
    """object.__init__()"""


@builtin(_nothing_to_do)
def _object_init(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return NONE


def _super_init() -> None:
    """super().__init__() where a dataclass is above."""


def is_generated(function: Any) -> bool:
    """Whether a method was written by the dataclasses module."""
    return isinstance(function, types.FunctionType) and function.__code__.co_filename.startswith("<")


@builtin(super)
def _super(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    if len(args) == 2 and isinstance(args[0], Known):
        return Super(args[1], args[0].obj)
    frame = machine.frame
    while frame.function is None and frame.parent is not None:
        frame = frame.parent
    names = frame.function.__code__.co_freevars if frame.function is not None else ()
    parameters = getattr(frame.node, "args", None)
    if args or "__class__" not in names or parameters is None:
        raise UnsupportedError("super() is supported in methods of classes")
    first = [*parameters.posonlyargs, *parameters.args][0].arg
    cls = frame.function.__closure__[names.index("__class__")].cell_contents
    return Super(machine.store[frame.id, first], cls)


# --- writing ----------------------------------------------------------------------------------------------------------


def set_attribute(machine: Machine, owner: Abstract, name: str, value: Abstract) -> None:
    """owner.name = value."""
    read(owner), read(value)
    if is_nothing(owner):
        return
    cls = class_of(machine, owner)
    if cls is None:
        raise UnsupportedError(f"attributes of {what(owner)} are not set")
    raw, base = find(cls, name)
    if isinstance(raw, property):
        if raw.fset is None:
            raise UnsupportedError(f"the property {name} of a {cls.__name__} cannot be set")
        call(machine, member(machine, base, name, raw.fset, "fset"), [owner, value], {})
        return
    setter, base = find(cls, "__setattr__")
    if is_frozen(cls) or isinstance(owner, Record):
        remedy = f"Make another one: {'p._replace(' if isinstance(owner, Record) else 'replace(p, '}{name}=...)."
        raise UnsupportedError(f"a {cls.__name__} cannot be changed: it is frozen", remedy=remedy)
    if isinstance(setter, types.FunctionType):
        call(machine, member(machine, base, "__setattr__", setter), [owner, Known(name), value], {})
        return
    _set(machine, owner, name, value)


def is_frozen(cls: type) -> bool:
    return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))


def _set(machine: Machine, owner: Abstract, name: str, value: Abstract) -> None:
    cls = class_of(machine, owner)
    if not isinstance(owner, Ref) or cls is None:
        kind = f"this {cls.__name__}" if cls is not None else what(owner)
        raise UnsupportedError(
            f"{kind} stands outside the function: its attribute {name} is not set, as that would outlast the call",
            remedy="Pass it as an argument, or keep the value in a local variable.",
        )
    raw, _ = find(cls, name)
    if hasattr(type(raw), "__set__") and not isinstance(raw, types.MemberDescriptorType):
        raise UnsupportedError(f"{cls.__name__}.{name} is a {type(raw).__name__}: setting it is not looked into")
    if cls.__dictoffset__ == 0 and not _has_slot(cls, name):
        raise UnsupportedError(f"a {cls.__name__} has no slot for an attribute {name}", remedy="Add it to __slots__.")
    _write(machine, owner, name, value)


def _write(machine: Machine, owner: Ref, name: str, value: Abstract) -> None:
    content = machine.content(owner)
    assert isinstance(content, Fields)
    keys, items = list(content.keys), list(content.items)
    if name in keys:
        items[keys.index(name)] = value
    else:
        keys.append(name)
        items.append(value)
    machine.write(owner, Fields(content.cls, tuple(keys), tuple(items)))


@builtin(object.__setattr__)
def _plain_set(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    """How the __post_init__ of a frozen dataclass sets an attribute."""
    name = args[1].obj if len(args) == 3 and isinstance(args[1], Known) else None
    if not isinstance(name, str):
        raise UnsupportedError("the name of an attribute must be known when compiled")
    _set(machine, args[0], name, args[2])
    return NONE


def variables(machine: Machine, owner: Abstract) -> Abstract:
    """vars(owner): the attributes as a dict; from then on the object stays as it is, for the dict would change too."""
    if not isinstance(owner, Ref) or not isinstance(content := machine.content(owner), Fields):
        raise UnsupportedError(f"vars() of {what(owner)} is not supported")
    machine.frozen.add(owner.cell)
    made = machine.new_cell(Table(content.keys, content.items))
    machine.frozen.add(made.cell)
    return made


# --- operators --------------------------------------------------------------------------------------------------------


@protocol("special")
def special_of(machine: Machine, owner: Abstract, name: str, args: tuple[Abstract, ...]) -> Abstract | None:
    """What a method that the user's class defines returns; None if the value is no object, or its class has no such."""
    cls = class_of(machine, owner)
    if cls is None:
        return None
    raw, base = find(cls, name)
    if raw is _ABSENT or base is object or not isinstance(raw, types.FunctionType) or is_generated(raw):
        return None
    return call(machine, member(machine, base, name, raw), [owner, *args], {})


@protocol("binary")
def binary_of(machine: Machine, name: str, a: Abstract, b: Abstract) -> Abstract | None:
    """a op b by a method of one of them; None if neither is an object."""
    classes = class_of(machine, a), class_of(machine, b)
    if classes == (None, None) or is_nothing(a) or is_nothing(b):
        return None
    if isinstance(a, Sym) and isinstance(a.kind, Array):
        sequence = any(find(classes[1] or object, m)[0] is not _ABSENT for m in ("__len__", "__array__"))
        if a.kind.rank or sequence or not a.kind.dtype.startswith("float"):
            raise UnsupportedError(
                f"NumPy would apply this to an array and {what(b)} element by element", remedy="Write the object first."
            )
        a = machine.apply("float", a.atom)  # what the object is given of a number of NumPy's
    method = operator_method(name)
    turned = f"__{_REFLECTED[name]}__" if name in _REFLECTED else f"__r{method}__"
    tries = [(a, f"__{method}__", b), (b, turned, a)]
    if classes[0] is not classes[1] and classes[0] is not None and classes[1] is not None:
        if issubclass(classes[1], classes[0]) and _has_own(classes[1], classes[0], turned):
            tries.reverse()  # Python asks the more special class first
    for owner, wanted, other in tries:
        found: Abstract | None = special_of(machine, owner, wanted, (other,))
        if found is not None and not (isinstance(found, Known) and found.obj is NotImplemented):
            return found
    if name == "ne":
        return as_value(negate(machine, truth(machine, equals(machine, a, b))))
    return _equal(machine, a, b) if name == "eq" else None


def _has_own(cls: type, base: type, name: str) -> bool:
    return find(cls, name)[0] is not find(base, name)[0]


def _equal(machine: Machine, a: Abstract, b: Abstract) -> Abstract | None:
    """==: of dataclasses their fields are compared, of other objects it is being the same."""
    cls = class_of(machine, a)
    if isinstance(a, Record) or isinstance(b, Record) or isinstance(a, Known) and isinstance(b, Known):
        return None
    if cls is not None and cls is class_of(machine, b) and is_generated(find(cls, "__eq__")[0]):
        names = [field.name for field in cls.__dataclass_fields__.values() if field.compare]  # type: ignore[attr-defined]
        sides = (Tuple(tuple(attribute_of(machine, side, cls, name) for name in names)) for side in (a, b))
        return equals(machine, *sides)
    return as_value(same_cell(machine, a, b))


@protocol("called")
def called(machine: Machine, owner: Abstract) -> Abstract | None:
    """The __call__ of an object; None if it is none."""
    cls = class_of(machine, owner)
    raw, base = find(cls, "__call__") if cls is not None else (_ABSENT, object)
    if cls is None or raw is _ABSENT:
        return None
    return _of_class(machine, owner, cls, raw, base, "__call__")


# --- namedtuples ------------------------------------------------------------------------------------------------------


def _make(cls: Any, items: Any) -> Any:
    """State._make(items)"""
    return cls._make(items)


@builtin(_make)
def _made(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    cls, given = args[0], args[1]
    content = machine.content(given) if isinstance(given, Ref) else given
    if not isinstance(cls, Known) or not isinstance(content, (Tuple, Items)):
        raise UnsupportedError("_make() takes a list or a tuple of known length")
    return record(cls.obj, list(content.items))


def record(cls: Any, items: list[Abstract]) -> Record:
    if len(items) != len(cls._fields):
        raise UnsupportedError(f"a {cls.__name__} has {len(cls._fields)} fields, and is given {len(items)}")
    return Record(tuple(items), cls)


def _replace(owner: Any, **changes: Any) -> Any:
    """p._replace(x=1.0)"""
    return owner._replace(**changes)


def _asdict(owner: Any) -> Any:
    """p._asdict()"""
    return owner._asdict()


_RECORD_METHODS = {"_replace": _replace, "_asdict": _asdict}


@builtin(_replace)
def _replaced(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    (owner,) = args
    assert isinstance(owner, Record)
    unknown = keywords.keys() - set(owner.cls._fields)
    if unknown:
        raise UnsupportedError(f"a {owner.cls.__name__} has no field {sorted(unknown)[0]}")
    pairs = zip(owner.cls._fields, owner.items)
    return Record(tuple(machine.held(keywords.get(name, item)) for name, item in pairs), owner.cls)


@builtin(_asdict)
def _as_dict(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    (owner,) = args
    assert isinstance(owner, Record)
    return machine.new_cell(Table(owner.cls._fields, owner.items))
