"""The structure of arguments and results: which leaves are numbers, and how they hang together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from s2s_ad.ir.kinds import Kind, kind_of
from s2s_ad.ir.nodes import Program


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


@dataclass(frozen=True)
class Node:
    """A container: `type` is tuple, list or dict; `keys` are the keys of a dict, else empty."""

    type: type
    items: tuple[Spec, ...]
    keys: tuple[Any, ...] = ()


Spec = Union[Leaf, Static, Node]


def spec_of(value: Any) -> Spec:
    """The structure of a run-time value. Bools are static; a list of one kind of numbers is one leaf.

    >>> spec_of((1.0, {"a": 2.0})).items[1].keys
    ('a',)
    """
    if isinstance(value, bool):
        return Static(value)
    kind = kind_of(value)
    if kind is not None:
        return Leaf(kind, isinstance(value, np.ndarray) and not value.ndim)
    if type(value) in (tuple, list):
        return Node(type(value), tuple(map(spec_of, value)))
    if type(value) is dict:
        return Node(dict, tuple(map(spec_of, value.values())), tuple(value))
    return Static(value)


def leaves(spec: Spec, value: Any) -> list[Any]:
    """The run-time leaves of `value`, in order."""
    if isinstance(spec, Leaf):
        return [value]
    if isinstance(spec, Static):
        return []
    items = value.values() if spec.type is dict else value
    return [leaf for item_spec, item in zip(spec.items, items) for leaf in leaves(item_spec, item)]


def leaf_kinds(spec: Spec) -> list[Kind]:
    """The kinds of the leaves, in order."""
    if isinstance(spec, Leaf):
        return [spec.kind]
    return [] if isinstance(spec, Static) else [kind for item in spec.items for kind in leaf_kinds(item)]


def rebuild(spec: Spec, flat: Iterator[Any]) -> Any:
    """The value with these leaves: the inverse of `leaves`."""
    if isinstance(spec, Leaf):
        return next(flat)
    if isinstance(spec, Static):
        return spec.value
    items = [rebuild(item, flat) for item in spec.items]
    return dict(zip(spec.keys, items)) if spec.type is dict else spec.type(items)


def map_leaves(spec: Spec, leaf: Callable[[Leaf], Spec]) -> Spec:
    """The same structure with other leaves."""
    if isinstance(spec, Leaf):
        return leaf(spec)
    if isinstance(spec, Static):
        return spec
    return Node(spec.type, tuple(map_leaves(item, leaf) for item in spec.items), spec.keys)


def real_leaves(spec: Spec) -> Spec:
    """The structure of a derivative: where a leaf is not real, None stands."""
    return map_leaves(spec, lambda leaf: leaf if leaf.kind.real else Static(None))


# --- where a value comes from -----------------------------------------------------------------------------------------
# A path leads from the function that was asked for to something that it reads: steps ("global", name),
# ("closure", name), ("attr", name), ("item", key). All steps are strings or ints, so a path can be written to disk.
# Only what no name leads to, such as a function that came as an argument, starts with the step ("object", it).

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
        else:
            found = found[name]
    return found


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
    """What may change in a container while it stays the same object: the number of its items, or its keys."""
    if type(value) is dict:
        return tuple((type(key), key) for key in value)
    return len(value) if type(value) in (list, tuple) else None


@dataclass(frozen=True)
class Lowered:
    """What the frontend makes of a function and the specs of its arguments.

    `program.main.body.params` are the leaves of `arguments`, in order, and then one for each of `reads`;
    `program.main.body.results` are the leaves of `result`. `written` are the numbers of those leaves of the arguments
    that the function writes to, `in_order` of those that it takes to be stored row by row without gaps.
    """

    program: Program
    arguments: dict[str, Spec]
    result: Spec
    reads: tuple[Read, ...]
    guards: tuple[Guard, ...]
    written: tuple[int, ...] = ()
    in_order: tuple[int, ...] = ()


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
