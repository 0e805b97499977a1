"""Between abstract values and the specs of arguments and results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MethodType
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.machine import Machine, number
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.scope import known
from s2s_ad.frontend.shapes import text_atom
from s2s_ad.frontend.values import (
    Abstract,
    ArrayRef,
    Bound,
    Fields,
    Items,
    Known,
    Record,
    Ref,
    Sym,
    Table,
    Tuple,
    is_text,
    reach,
    what,
)
from s2s_ad.ir.kinds import TEXT, Array, Kind, join
from s2s_ad.ir.nodes import Atom, Const, Value
from s2s_ad.ir.structure import Again, Leaf, Node, Path, Spec, Static


@dataclass
class Flat:
    """The leaves of values, and the paths of what in them is static."""

    atoms: list[Atom] = field(default_factory=list)
    paths: list[Path | None] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)
    arrays: list[int] = field(default_factory=list)


class NoSpec(UnsupportedError):
    """A value that cannot be handed over between functions of the program: an iterator, a local function."""


def spec_of(machine: Machine, value: Abstract, flat: Flat, bools: bool = False) -> Spec:
    """The spec of a value; its leaves are appended to `flat`. `bools`: a Bool known now is static, as in arguments."""
    read(value)
    if isinstance(value, Sym):
        if bools and isinstance(value.atom, Const) and isinstance(value.atom.value, bool):
            return Static(value.atom.value)
        if isinstance(value, ArrayRef):
            flat.arrays += sorted(reach([value.cell], machine.store))
        flat.atoms.append(value.atom)
        return Leaf(value.kind, isinstance(value, ArrayRef) and not getattr(value.kind, "shape", True))
    if isinstance(value, Known):
        flat.paths.append(value.path)
        return Static(value.obj)
    if isinstance(value, Record):
        return Node(value.cls, tuple(spec_of(machine, item, flat, bools) for item in value.items), value.cls._fields)
    if isinstance(value, Tuple):
        return Node(tuple, tuple(spec_of(machine, item, flat, bools) for item in value.items))
    if isinstance(value, Ref):
        flat.cells.append(value.cell)
        content = machine.content(value)
        if isinstance(content, Sym):
            flat.atoms.append(content.atom)
            return Leaf(content.kind)
        if isinstance(content, Items):
            return Node(list, tuple(spec_of(machine, item, flat, bools) for item in content.items))
        if isinstance(content, Table):
            items = tuple(spec_of(machine, item, flat, bools) for item in content.items)
            return Node(dict, items, content.keys)
        if isinstance(content, Fields) and not bools:
            items = tuple(spec_of(machine, item, flat) for item in content.items)
            return Node(content.cls, items, content.keys)
    if is_text(value):
        flat.atoms.append(text_atom(machine, value))
        return Leaf(TEXT)
    raise NoSpec(f"{what(value)} cannot be returned", remedy="Return numbers, arrays, tuples, lists or dicts.")


def value_of(
    machine: Machine,
    spec: Spec,
    leaves: Iterator[Atom],
    paths: Iterator[Path | None],
    frozen: bool,
    frozen_arrays: bool = False,
    tied: Sequence[int] = (),
    objects: list[Ref] | None = None,
) -> Abstract:
    """The abstract value with these leaves.

    `frozen`: its lists may have other names; `frozen_arrays`: its arrays as well; `tied`: arrays that they may share
    memory with; `objects`: those that have been made.
    """
    objects = [] if objects is None else objects
    if isinstance(spec, Leaf):
        made = Sym(next(leaves))
        if spec.boxed:
            machine.without_axes.add(made.atom)
        held = machine.wrap(made, frozen_arrays if isinstance(spec.kind, Array) else frozen)
        return machine.tie(held, tied) if tied and isinstance(held, ArrayRef) else held
    if isinstance(spec, Again):
        again: Abstract = objects[spec.value]
        return again
    if isinstance(spec, Static):
        if isinstance(spec.value, bool):
            return number(spec.value)
        path = next(paths, None)
        if path is None:
            return known_argument(machine, spec.value)
        return Known(spec.value, path)
    new = None
    if spec.by_name and spec.type is not MethodType:
        new = Ref(machine.number())
        objects.append(new)  # what is in it may refer to it
    items = tuple(value_of(machine, i, leaves, paths, frozen, frozen_arrays, tied, objects) for i in spec.items)
    if new is not None:
        machine.store[new.cell] = machine.filled(Fields(spec.type, spec.keys, items))
        return new
    if spec.type is MethodType:
        return Bound(items[0], items[1:], {})
    if issubclass(spec.type, tuple):
        return Record(items, spec.type) if spec.keys else Tuple(items)
    ref = machine.new_cell(Table(spec.keys, items) if spec.type is dict else Items(items))
    if frozen:
        machine.frozen.add(ref.cell)
    return ref


def known_argument(machine: Machine, value: Any) -> Abstract:
    """An object that no path leads to: what it reads is reached from the object itself."""
    if not callable(value) or isinstance(value, type):
        return Known(value)
    return known(machine, value, (("object", value),))


def named_part(name: str, key: Any, argument: bool, inner: bool) -> str:
    """What a part of an argument is called: p_x, and masses_0_x for what is further inside of an object."""
    return str(key) if argument and (name == "self" or inner) else f"{name}_{key}"


def hinted(spec: Spec, name: str, argument: bool = True) -> list[Value]:
    """A value for each leaf, named after the argument it is a part of."""
    if isinstance(spec, Leaf):
        return [Value(spec.kind, name)]
    if isinstance(spec, Static):
        return []
    keys = spec.keys or range(len(spec.items))
    found = []
    for key, item in zip(keys, spec.items):
        part = named_part(name, key, argument and spec.by_name, isinstance(item, Node))
        found += hinted(item, part if part.isidentifier() else name, argument=False)
    return found


def join_specs(a: Spec, b: Spec) -> Spec | None:
    """The spec that holds both, where there is one."""
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        kind: Kind | None = join(a.kind, b.kind)
        return None if kind is None else Leaf(kind)
    if isinstance(a, Node) and isinstance(b, Node):
        if a.type is not b.type or a.keys != b.keys or len(a.items) != len(b.items):
            return None
        items = [join_specs(x, y) for x, y in zip(a.items, b.items)]
        return None if None in items else Node(a.type, tuple(item for item in items if item is not None), a.keys)
    return a if a == b else None
