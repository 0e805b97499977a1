"""The structure of arguments and results: which leaves are numbers, and how they hang together."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from s2s_ad.ir.kinds import Kind, kind_of
from s2s_ad.ir.nodes import Program
from s2s_ad.ir.objects import attribute_names, blank, fill, has_attributes, is_namedtuple


@dataclass(frozen=True)
class Leaf:
    """A number, an array, or a list of them whose length is known only when it runs.

    `boxed`: an array without axes, which is changed in place, and not one of NumPy's numbers.
    """

    kind: Kind
    boxed: bool = False


@dataclass(frozen=True, eq=False)
class Static:
    """What is known when compiled and is not differentiated: None, a string, a bool, a function, a class."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Static) or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or (isinstance(self.value, _BY_VALUE) and self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value) if isinstance(self.value, _BY_VALUE) else id(self.value)


_BY_VALUE = (str, bytes, bool, int, float, complex, type(None), type(Ellipsis))


@dataclass(frozen=True, eq=False)
class Again(Static):
    """An object that stands in the same argument before: `value` is its number among the objects there."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Again) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True)
class Node:
    """A container: `type` is tuple, list, dict, a namedtuple, or a class whose objects are nothing but attributes.

    `keys` are the keys of a dict, the fields of a namedtuple, the names of the attributes; else empty.
    """

    type: type
    items: tuple[Spec, ...]
    keys: tuple[Any, ...] = ()

    @property
    def by_name(self) -> bool:
        """Whether its items are attributes."""
        return not issubclass(self.type, (tuple, list, dict))

    def parts(self, value: Any) -> list[Any]:
        """The items of a value of this structure."""
        if self.by_name:
            return [getattr(value, name) for name in self.keys]
        return list(value.values()) if self.type is dict else list(value)

    def made(self, items: Sequence[Any]) -> Any:
        """A value of this structure with these items; an object is made without its __init__."""
        if self.type is types.MethodType:
            return types.MethodType(*items)
        if self.by_name:
            return fill(blank(self.type), self.keys, items)
        if self.type is dict:
            return dict(zip(self.keys, items))
        return self.type._make(items) if is_namedtuple(self.type) else self.type(items)  # type: ignore[attr-defined]


Spec = Union[Leaf, Static, Node]


def spec_of(value: Any, seen: dict[int, int] | None = None) -> Spec:
    """The structure of a run-time value. Bools are static; a list of one kind of numbers is one leaf.

    `seen` are the objects that have been met, by their ids, with their numbers.

    >>> spec_of((1.0, {"a": 2.0})).items[1].keys
    ('a',)
    """
    seen = {} if seen is None else seen
    if isinstance(value, bool):
        return Static(value)
    kind = kind_of(value)
    if kind is not None:
        return Leaf(kind, isinstance(value, np.ndarray) and not value.ndim)
    if isinstance(value, (tuple, list)) and (type(value) in (tuple, list) or is_namedtuple(type(value))):
        fields = () if type(value) in (tuple, list) else value._fields  # type: ignore[union-attr]
        return Node(type(value), tuple(spec_of(item, seen) for item in value), fields)
    if type(value) is dict:
        return Node(dict, tuple(spec_of(item, seen) for item in value.values()), tuple(value))
    if isinstance(value, types.MethodType) and has_attributes(type(value.__self__)):
        # what the method reads of its object are numbers of the argument
        return Node(types.MethodType, (Static(value.__func__), spec_of(value.__self__, seen)), _METHOD)
    if not has_attributes(type(value)):
        return Static(value)
    if id(value) in seen:
        return Again(seen[id(value)])
    seen[id(value)] = len(seen)
    names = attribute_names(value)
    return Node(type(value), tuple(spec_of(getattr(value, name), seen) for name in names), names)


_METHOD = ("__func__", "__self__")


def leaves(spec: Spec, value: Any) -> list[Any]:
    """The run-time leaves of `value`, in order."""
    if isinstance(spec, Leaf):
        return [value]
    if isinstance(spec, Static):
        return []
    return [leaf for item_spec, item in zip(spec.items, spec.parts(value)) for leaf in leaves(item_spec, item)]


def leaf_kinds(spec: Spec) -> list[Kind]:
    """The kinds of the leaves, in order."""
    if isinstance(spec, Leaf):
        return [spec.kind]
    return [] if isinstance(spec, Static) else [kind for item in spec.items for kind in leaf_kinds(item)]


def has_real(spec: Spec) -> bool:
    """Whether there is a number in it that a derivative can be taken by."""
    return any(kind.real for kind in leaf_kinds(spec))


def rebuild(spec: Spec, flat: Iterator[Any], objects: list[Any] | None = None) -> Any:
    """The value with these leaves: the inverse of `leaves`. `objects` are those that have been made."""
    objects = [] if objects is None else objects
    if isinstance(spec, Leaf):
        return next(flat)
    if isinstance(spec, Again):
        return objects[spec.value]
    if isinstance(spec, Static):
        return spec.value
    if spec.by_name and spec.type is not types.MethodType:
        made = blank(spec.type)
        objects.append(made)  # what is in it may refer to it
        return fill(made, spec.keys, [rebuild(item, flat, objects) for item in spec.items])
    return spec.made([rebuild(item, flat, objects) for item in spec.items])


def map_leaves(spec: Spec, leaf: Callable[[Leaf], Spec]) -> Spec:
    """The same structure with other leaves."""
    if isinstance(spec, Leaf):
        return leaf(spec)
    if isinstance(spec, Static):
        return spec
    return Node(spec.type, tuple(map_leaves(item, leaf) for item in spec.items), spec.keys)


def real_leaves(spec: Spec) -> Spec:
    """The structure of a derivative: where a leaf is not real, None stands, and where an object stands again."""
    if isinstance(spec, Leaf):
        return spec if spec.kind.real else Static(None)
    if isinstance(spec, Static):
        plain = isinstance(spec.value, _BY_VALUE) and not isinstance(spec, Again)
        return spec if plain else Static(None)
    if spec.type is types.MethodType:
        return Static(None)
    return Node(spec.type, tuple(map(real_leaves, spec.items)), spec.keys)


# --- where a value comes from -----------------------------------------------------------------------------------------
# A path leads from the function that was asked for to something that it reads: steps ("global", name),
# ("closure", name), ("attr", name), ("item", key), or it starts at a class, ("class", "module:name"), or at a module
# that the function imports itself, ("module", name). All steps are
# strings or ints, so a path can be written to disk. Only what no name leads to, such as a function that came as an
# argument, starts with the step ("object", it).

Path = tuple[tuple[str, Any], ...]


def resolve(function: Any, path: Path) -> Any:
    """What the path leads to now."""
    found = function
    for how, name in path:
        if how == "global":
            scope = found.__globals__
            found = scope[name] if name in scope else _builtin(scope, name)
        elif how == "closure":
            found = found.__closure__[found.__code__.co_freevars.index(name)].cell_contents
        elif how == "attr":
            found = getattr(found, name)
        elif how == "object":
            found = name
        elif how == "module":
            found = importlib.import_module(name)
        elif how == "class":
            found = class_at(name)
        else:
            found = found[name]
    return found


def class_at(name: str) -> Any:
    """The class of a name such as "package.module:Outer.Inner"."""
    module, _, qualified = name.partition(":")
    found: Any = sys.modules[module]
    for part in qualified.split("."):
        found = getattr(found, part)
    return found


def path_of_class(cls: type) -> Path:
    """The path to a class, by its name where that leads to it."""
    name = f"{cls.__module__}:{cls.__qualname__}"
    try:
        named = class_at(name) is cls
    except (KeyError, AttributeError):
        named = False
    return (("class", name),) if named else (("object", cls),)


def _builtin(scope: dict[str, Any], name: str) -> Any:
    builtins = scope["__builtins__"]
    return builtins[name] if isinstance(builtins, dict) else getattr(builtins, name)


@dataclass(frozen=True)
class Read:
    """A number outside the function that it reads at each call: an input of the program after the arguments."""

    name: str
    path: Path
    kind: Kind
    default: Any  # its value when compiled, if it is a number; None for an array


@dataclass(frozen=True)
class Guard:
    """Something static that was looked into when compiled: at each call it must still be the same object.

    A container must also have the same outline: its items are read or guarded each by itself.
    """

    path: Path
    seen: Any
    outline: Any = None

    def holds(self, function: Any) -> bool:
        found = resolve(function, self.path)
        return found is self.seen and (self.outline is None or outline(found) == self.outline)


def outline(value: Any) -> Any:
    """What may change in a container while it stays the same object: the number of its items, or their names."""
    if type(value) is dict:
        return tuple((type(key), key) for key in value)
    if has_attributes(type(value)):
        return attribute_names(value)
    return len(value) if type(value) in (list, tuple) else None


@dataclass(frozen=True)
class Lowered:
    """What the frontend makes of a function and the specs of its arguments.

    `program.main.body.params` are the leaves of `arguments`, in order, and then one for each of `reads`;
    `program.main.body.results` are the leaves of `result`. `written` are the numbers of those leaves of the arguments
    that the function writes to, `in_order` of those that it takes to be stored row by row without gaps; `changed` the
    arguments of which it changes an object.
    """

    program: Program
    arguments: dict[str, Spec]
    result: Spec
    reads: tuple[Read, ...]
    guards: tuple[Guard, ...]
    written: tuple[int, ...] = ()
    in_order: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Param:
    """A parameter of an emitted function; its leaves are consecutive params of the body. `default` is source text."""

    name: str
    spec: Spec
    default: str | None = None


@dataclass(frozen=True)
class Entry:
    """A function to be emitted with the signature of its params, then keyword-only ones for the reads.

    `name` is its name in the program; `result` the structure in which it returns its results; `errstate` what NumPy is
    not to warn of in it.
    """

    name: str
    params: tuple[Param, ...]
    reads: tuple[Read, ...]
    result: Spec
    doc: str = ""
    errstate: tuple[tuple[str, str], ...] = ()


def count(specs: Sequence[Spec]) -> int:
    """The number of leaves."""
    return sum(len(leaf_kinds(spec)) for spec in specs)
