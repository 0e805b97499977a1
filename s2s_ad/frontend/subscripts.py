"""x[i]: reading and setting items of tuples, lists, dicts and arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.machine import INDEXED, METHODS, PROTOCOL, Machine, expression, number, special
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.operators import array_of, binary, equals, operand, read, static_int, static_key
from s2s_ad.frontend.shapes import DynamicListError, hold, list_atom, text_atom
from s2s_ad.frontend.slots import convert
from s2s_ad.frontend.truth import truth
from s2s_ad.frontend.values import (
    NOTHING,
    Abstract,
    ArrayRef,
    Fields,
    Flat,
    Items,
    Known,
    NeedsUnroll,
    Ref,
    Step,
    Sym,
    Table,
    Tuple,
    is_nothing,
    is_text,
    refs_in,
    what,
)
from s2s_ad.frontend.views import add_to_item, augment, check_in_place, view, write_item
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import INT, TEXT, Array, Kind, List, join
from s2s_ad.ir.nodes import Atom, Const, For, Range, Value
from s2s_ad.ops.indexing import has_mask, may_repeat, without_empty_ellipsis
from s2s_ad.ops.registry import OPS


@dataclass(frozen=True, eq=False)
class SliceOf(Abstract):
    start: Abstract
    stop: Abstract
    step: Abstract


@expression(ast.Slice)
def _slice(machine: Machine, node: ast.Slice) -> Abstract:
    parts = [Known(None) if part is None else read(machine.eval(part)) for part in (node.lower, node.upper, node.step)]
    return SliceOf(*parts)


@expression(ast.Subscript)
def _subscript(machine: Machine, node: ast.Subscript) -> Abstract:
    return get_item(machine, machine.eval(node.value), machine.eval(node.slice))


def get_item(machine: Machine, owner: Abstract, index: Abstract) -> Abstract:
    read(owner), read(index)
    if is_nothing(owner) or is_nothing(index):
        return NOTHING
    if is_text(owner):
        found: Abstract = PROTOCOL["text item"](machine, owner, index)
        return found
    if isinstance(owner, Sym):
        return _array_item(machine, owner, index)
    if isinstance(owner, Known) and id(owner.obj) in INDEXED:
        return INDEXED[id(owner.obj)](machine, index)
    if isinstance(owner, Flat):
        return _array_item(machine, operand(machine, owner), index)
    own = special(machine, owner, "__getitem__", index)
    if own is not None:
        return own
    content = machine.content(owner) if isinstance(owner, Ref) else owner
    if isinstance(content, Table):
        if is_text(index) and not isinstance(index, Known):
            return _chosen(machine, index, list(zip(content.keys, content.items)))
        key = static_key(index)
        if key not in content.keys:
            raise UnsupportedError(f"the dict has no key {key!r}")
        return content.items[content.keys.index(key)]
    if isinstance(content, (Tuple, Items)):
        if isinstance(index, SliceOf):
            part = _static_part(content.items, index)
            if part is not None:
                return Tuple(part) if isinstance(content, Tuple) else machine.new_list(part)
            return _slice_of_list(machine, as_dynamic(machine, owner), index)
        at = _whole(index)
        if at is None:
            return list_item(machine, as_dynamic(machine, owner), operand(machine, index).atom)
        if not -len(content.items) <= at < len(content.items):
            raise UnsupportedError(f"index {at} is out of range: there are {len(content.items)} items")
        return content.items[at]
    if isinstance(content, Sym):
        if isinstance(index, SliceOf):
            return _slice_of_list(machine, content.atom, index)
        return list_item(machine, content.atom, operand(machine, index).atom)
    raise UnsupportedError(f"{what(owner)} has no items that can be read here")


def _whole(index: Abstract) -> int | None:
    if not isinstance(index, Sym) or str(index.kind) not in ("int", "bool"):
        if isinstance(index, Sym) and isinstance(index.kind, Array) and not index.kind.rank:
            return None
        raise KindError(f"an index must be an int, and this is {what(index)}")
    return static_int(index)


def _chosen(machine: Machine, key: Abstract, pairs: list[tuple[Any, Abstract]]) -> Abstract:
    """The item of a dict under a string that is known only when it runs."""
    if not pairs:
        PROTOCOL["key error"](machine, key)
        return NOTHING
    (first, item), *rest = pairs
    found = truth(machine, equals(machine, key, Known(first)))
    if isinstance(found, bool):
        return item if found else _chosen(machine, key, rest)
    return branch(machine, found, lambda: item, lambda: _chosen(machine, key, rest))


def list_item(machine: Machine, source: Atom, index: Atom) -> Abstract:
    return machine.wrap(machine.apply("list_get", source, index), frozen=True)


def as_dynamic(machine: Machine, owner: Abstract) -> Atom:
    """A list or tuple of known length as one value, because an item is chosen when it runs."""
    content = machine.content(owner) if isinstance(owner, Ref) else owner
    if isinstance(content, Sym):
        return content.atom
    try:
        atom = list_atom(machine, owner)
    except DynamicListError:
        raise NeedsUnroll(
            "an item of this is chosen when it runs, and its items are not all numbers of one kind",
            remedy="Index it with a constant, or keep its parts in lists of numbers.",
        ) from None
    machine.freeze(list(refs_in(content)))  # the list holds them as they are now
    if isinstance(owner, Ref):
        machine.store[owner.cell] = Sym(atom)
    return atom


# --- slices -----------------------------------------------------------------------------------------------------------


def _bound(value: Abstract) -> tuple[bool, int | None]:
    """(known at compile time, the bound)."""
    if isinstance(value, Known) and value.obj is None:
        return True, None
    found = static_int(value)
    return found is not None, found


def _static_part(items: tuple[Abstract, ...], index: SliceOf) -> tuple[Abstract, ...] | None:
    bounds = [_bound(part) for part in (index.start, index.stop, index.step)]
    return items[slice(*(bound for _, bound in bounds))] if all(known for known, _ in bounds) else None


def _slice_of_list(machine: Machine, source: Atom, index: SliceOf) -> Abstract:
    bounds = tuple(_bound(part) for part in (index.start, index.stop, index.step))
    if bounds == ((True, None), (True, -1), (True, None)):
        return machine.wrap(machine.apply("list_init", source))
    if bounds == ((True, None), (True, None), (True, -1)):
        return machine.wrap(machine.apply("list_reverse", source))
    atoms: list[Atom] = []
    entries: list[Any] = []
    for part in (index.start, index.stop, index.step):
        entries.append(_entry(machine, part, atoms))
    length = machine.apply("list_len", source).atom
    low, high, step = (
        machine.apply("slice_bound", length, *atoms, which=which, bounds=tuple(entries)).atom for which in range(3)
    )
    assert isinstance(source.kind, List)
    at = Value(INT)
    body = Builder(machine.builder.span)
    item = body.apply(OPS["list_get"], source, at)
    out = Value(source.kind)
    machine.emit(For(Range(low, high, step), False, (), (), body.block((at,), (item,)), (out,), False, body.span))
    machine.nameable.add(out)
    return machine.wrap(Sym(out))


def _entry(machine: Machine, value: Abstract, atoms: list[Atom]) -> Any:
    """A bound of a slice, or an index, as the tables write it."""
    if isinstance(value, Known) and value.obj is None:
        return None
    at = _whole(value)
    if at is not None:
        return at
    atoms.append(operand(machine, value).atom)
    return ("in", len(atoms) - 1)


# --- arrays -----------------------------------------------------------------------------------------------------------


def _array_item(machine: Machine, owner: Sym, index: Abstract) -> Abstract:
    kind = owner.kind
    if isinstance(kind, Array) and not kind.rank and isinstance(index, Known) and index.obj is Ellipsis:
        return machine.held(owner)
    if isinstance(kind, Array) and not kind.rank and isinstance(index, Tuple) and not index.items:
        return Sym(owner.atom)
    if not isinstance(kind, Array) or (not kind.rank and not isinstance(index, Tuple)):
        raise KindError(f"{what(owner)} has no items")
    atoms, entries = _array_index(machine, index)
    if machine.frame.at is not None:  # what is written for any number of axes reads as for these
        entries = without_empty_ellipsis(entries, kind.rank)
    return _at(machine, owner, atoms, entries)


def _at(machine: Machine, owner: Sym, atoms: list[Atom], entries: tuple[Any, ...]) -> Abstract:
    """owner[...]: an element, a view, or a new array where arrays are in the index."""
    made = machine.apply("getitem", owner.atom, *atoms, index=entries)
    ref = machine.held(owner)
    copied = any(isinstance(atom.kind, Array) and atom.kind.rank for atom in atoms) or _masked(atoms, entries)
    assert isinstance(made.kind, Array)
    if copied or not isinstance(ref, ArrayRef) or not made.kind.rank and Ellipsis not in entries:
        return made
    return view(machine, ref, Step(OPS["getitem"], tuple(atoms), (("index", entries),)), made)


def _masked(atoms: list[Atom], entries: tuple[Any, ...]) -> bool:
    return has_mask(entries, tuple(atom.kind for atom in atoms))


def _array_index(machine: Machine, index: Abstract) -> tuple[list[Atom], tuple[Any, ...]]:
    parts = index.items if isinstance(index, Tuple) else (index,)
    atoms: list[Atom] = []
    return atoms, tuple(_array_entry(machine, read(part), atoms) for part in parts)


def _array_entry(machine: Machine, value: Abstract, atoms: list[Atom]) -> Any:
    if isinstance(value, SliceOf):
        return ("slice", *(_entry(machine, part, atoms) for part in (value.start, value.stop, value.step)))
    if isinstance(value, Known) and value.obj in (None, Ellipsis):
        return value.obj
    if isinstance(value, (Ref, Tuple)):
        value = array_of(machine, value)
    if isinstance(value, Sym) and isinstance(value.atom, Const) and isinstance(value.atom.value, bool):
        raise KindError("an array is not indexed by a single bool")
    if isinstance(value, Sym) and isinstance(value.kind, Array) and (value.kind.rank or value.kind.dtype == "bool"):
        if value.kind.real:
            raise KindError("an index must be of ints or bools, and this is an array of floats")
        atoms.append(value.atom)
        return ("in", len(atoms) - 1)
    return _entry(machine, value, atoms)


# --- setting ----------------------------------------------------------------------------------------------------------


def set_item(machine: Machine, owner: Abstract, index: Abstract, value: Abstract) -> None:
    read(owner), read(index), read(value)
    if is_nothing(owner):
        return
    if isinstance(owner, Sym) and isinstance(owner.kind, Array):
        _set_array_item(machine, machine.held(owner), index, value)
        return
    if isinstance(owner, Flat):
        _set_flat(machine, owner, index, value)
        return
    if special(machine, owner, "__setitem__", index, value) is not None:
        return
    if not isinstance(owner, Ref):
        raise UnsupportedError(f"items of {what(owner)} cannot be set")
    content = machine.content(owner)
    if isinstance(content, Fields):
        raise UnsupportedError(f"a {content.cls.__name__} has no items that can be set")
    if isinstance(content, Table):
        machine.write(owner, set_key(content, static_key(index), value))
        return
    if isinstance(index, SliceOf):
        raise UnsupportedError("setting a slice of a list is not supported", remedy="Set the items one by one.")
    at = None if is_nothing(index) else _whole(index)
    if isinstance(content, Items) and at is not None:
        if not -len(content.items) <= at < len(content.items):
            raise UnsupportedError(f"index {at} is out of range: there are {len(content.items)} items")
        items = list(content.items)
        items[at] = value
        machine.write(owner, Items(tuple(items)))
        return
    source = as_dynamic(machine, owner)
    item = list_part(machine, source, value)
    machine.write(owner, machine.apply("list_set", source, item, operand(machine, index).atom))


def _set_array_item(machine: Machine, owner: Abstract, index: Abstract, value: Abstract) -> None:
    if not isinstance(owner, ArrayRef):
        raise KindError("the items of a single number cannot be set")
    if is_nothing(index) or is_nothing(value):
        return
    atoms, entries = _array_index(machine, index)
    write_item(machine, owner, atoms, entries, operand(machine, value, near_array=True).atom)


def _set_flat(machine: Machine, flat: Flat, index: Abstract, value: Abstract) -> None:
    """a.flat[index] = value: what is at these places counted through the whole array."""
    owner = machine.held(flat.owner)
    if is_nothing(index) or not isinstance(owner, ArrayRef) or not isinstance(owner.kind, Array):
        return
    place = index
    if owner.kind.rank > 1:
        size = machine.apply("array_size", owner.atom)
        single = isinstance(index, Sym) and (not isinstance(index.kind, Array) or not index.kind.rank)
        if not single:  # which places a slice, a mask or an array names
            place = _array_item(machine, machine.apply("np.arange", size.atom), index)
        elif not (at := static_int(index)) or at < 0:
            place = binary(machine, "mod", index, size)
        place = Tuple(tuple(unraveled(machine, place, owner)))
    set_item(machine, owner, place, value)


def unraveled(machine: Machine, place: Abstract, owner: ArrayRef) -> list[Abstract]:
    """The index along each axis of what is at a place counted through the whole array."""
    assert isinstance(owner.kind, Array)
    along: list[Abstract] = []
    for axis in range(owner.kind.rank - 1, 0, -1):
        length = machine.apply("shape_item", owner.atom, axis=axis)
        along.insert(0, binary(machine, "mod", place, length))
        place = binary(machine, "floordiv", place, length)
    return [place, *along]


def augment_item(machine: Machine, name: str, owner: ArrayRef, index: Abstract, value: Callable[[], Abstract]) -> None:
    """owner[index] op= value()."""
    read(index)
    if is_nothing(index):
        return
    if isinstance(owner.kind, Array) and not owner.kind.rank:
        augment(machine, name, owner, value())
        return
    atoms, entries = _array_index(machine, index)
    old, before = _at(machine, owner, atoms, entries), machine.root(owner)
    if isinstance(old, ArrayRef):
        augment(machine, name, old, value())
        return
    v = read(value())
    if is_nothing(v):
        return
    by = operand(machine, v, near_array=True)
    assert isinstance(old, Sym) and isinstance(old.kind, Array)
    if old.kind.rank:
        check_in_place(name, old.kind, by.kind)
    repeats = may_repeat(entries, tuple(atom.kind for atom in atoms))
    if name in ("add", "sub") and not repeats and machine.root(owner) is before:
        amount = by.atom if name == "add" else machine.apply("neg", by.atom).atom
        add_to_item(machine, owner, atoms, entries, amount)
        return
    new = binary(machine, name, old, by)
    assert isinstance(new, Sym)
    write_item(machine, owner, atoms, entries, new.atom)


def augment_repeated(machine: Machine, name: str, owner: ArrayRef, index: Abstract, value: Abstract) -> None:
    """np.add.at and np.subtract.at: what is named twice by the index is changed twice."""
    atoms, entries = _array_index(machine, index)
    by = operand(machine, value, near_array=True)
    check_in_place(name, owner.kind, Array(by.kind.dtype, ()) if isinstance(by.kind, Array) else by.kind)
    amount = by.atom if name == "add" else machine.apply("neg", by.atom).atom
    add_to_item(machine, owner, atoms, entries, amount)


def set_key(content: Table, key: Any, value: Abstract) -> Table:
    if key in content.keys:
        at = content.keys.index(key)
        return Table(content.keys, (*content.items[:at], value, *content.items[at + 1 :]))
    return Table((*content.keys, key), (*content.items, value))


def list_part(machine: Machine, source: Atom, value: Abstract) -> Atom:
    """The value as an item of a list of unknown length."""
    assert isinstance(source.kind, List)
    if is_text(value) and source.kind.item == TEXT:
        return text_atom(machine, value)
    if isinstance(value, Sym):
        hold(machine, value)
        return _fitting(machine, value.atom, source.kind.item)
    if isinstance(value, Ref):
        machine.freeze([value.cell])  # the list holds it as it is now
        try:
            return list_atom(machine, value)
        except DynamicListError:
            pass
    raise NeedsUnroll(
        f"the length of this list is known only when it runs, and {what(value)} is no item that it can have",
        remedy="Keep one list for each of the parts of an item.",
    )


def _fitting(machine: Machine, atom: Atom, kind: Kind) -> Atom:
    joined = join(atom.kind, kind)
    if joined is None:
        raise KindError(f"the list holds {kind}, and this is {atom.kind}")
    return convert(machine, atom, joined)


def delete_item(machine: Machine, owner: Abstract, index: Abstract) -> None:
    if isinstance(owner, Ref):
        content = machine.content(owner)
        if isinstance(content, Table) and static_key(index) in content.keys:
            at = content.keys.index(static_key(index))
            keys, items = content.keys, content.items
            machine.write(owner, Table(keys[:at] + keys[at + 1 :], items[:at] + items[at + 1 :]))
            return
        where = static_int(index)
        if isinstance(content, Items) and where is not None and -len(content.items) <= where < len(content.items):
            left = list(content.items)
            del left[where]
            machine.write(owner, Items(tuple(left)))
            return
        if isinstance(content, Sym) and isinstance(content.kind, List) and where in (0, -1):
            METHODS["pop"](machine, owner, [number(where)], {})
            return
    raise UnsupportedError(f"deleting an item of {what(owner)} is not supported here")
