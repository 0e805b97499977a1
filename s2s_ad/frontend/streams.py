"""What a loop walks over: items known one by one at compile time, or a range and lists walked in step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.arrays import rows_change
from s2s_ad.frontend.machine import Machine, number, special
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.operators import binary, read, static_int
from s2s_ad.frontend.shapes import DynamicListError, list_atom
from s2s_ad.frontend.subscripts import get_item
from s2s_ad.frontend.truth import truth
from s2s_ad.frontend.values import (
    Abstract,
    ArrayRef,
    Enumerate,
    Flat,
    Items,
    Known,
    Mapped,
    NeedsUnroll,
    Nested,
    RangeOf,
    Ref,
    Reversed,
    Step,
    Sym,
    Table,
    Tuple,
    View,
    Zip,
    is_nothing,
    what,
)
from s2s_ad.frontend.views import flattened
from s2s_ad.ir.builder import ONE_INT, ZERO_INT
from s2s_ad.ir.kinds import INT, Array, Kind, List
from s2s_ad.ir.nodes import Atom, Const, Range, Walk

LONGEST_UNROLLED = 1000


@dataclass(frozen=True, eq=False)
class Stream:
    """A loop to be made. `item` makes Python's item of the index (if there is a range) and one item of each walk."""

    trips: Range | None
    reverse: bool
    walks: tuple[Walk, ...]
    kinds: tuple[Kind, ...]
    item: Callable[[Atom | None, tuple[Atom, ...]], Abstract]

    @property
    def length(self) -> int | None:
        """The number of trips, if it is known: only of a range alone."""
        if self.trips is None or self.walks:
            return None
        bounds = [static_int(Sym(atom)) for atom in (self.trips.start, self.trips.stop, self.trips.step)]
        if None in bounds or bounds[2] == 0:
            return None
        return len(range(*bounds))  # type: ignore[arg-type]


Walked = Union[list[Abstract], Stream]


def walked(machine: Machine, value: Abstract, call: Callable[..., Abstract]) -> Walked:
    """What `for x in value` takes one after the other. `call` calls a function, for map()."""
    read(value)
    if is_nothing(value):
        return []
    value = iterated(machine, machine.held(value))
    if isinstance(value, Flat):
        value = flattened(machine, value.owner)
    if isinstance(value, Tuple):
        return list(value.items)
    if isinstance(value, Ref):
        return _cell(machine, value)
    if isinstance(value, View):
        return _view(machine, value)
    if isinstance(value, Sym):
        return _array(machine, value)
    if isinstance(value, RangeOf):
        return Stream(Range(value.start, value.stop, value.step), False, (), (), _index)
    if isinstance(value, Reversed):
        return _reversed(walked(machine, value.inner, call))
    if isinstance(value, Enumerate):
        return _enumerate(machine, walked(machine, value.inner, call), value.start)
    if isinstance(value, (Zip, Mapped)):
        parts = _zip(machine, [walked(machine, part, call) for part in value.parts])
        if isinstance(value, Zip):
            return parts
        return _map(machine, parts, value.function, call)
    if isinstance(value, Nested):
        return _flattened(machine, value, (), call)
    if isinstance(value, Known) and isinstance(value.obj, frozenset):
        if any(isinstance(item, str) for item in value.obj):
            raise UnsupportedError("strings of a set have no order that stays", remedy="Sort them, or write a tuple.")
        return [number(item) for item in value.obj]
    if isinstance(value, Known) and isinstance(value.obj, str):
        return [Known(letter) for letter in value.obj]
    raise UnsupportedError(f"a loop over {what(value)} is not supported")


def iterated(machine: Machine, value: Abstract) -> Abstract:
    """What is walked over: of an object what its __iter__ returns."""
    own = special(machine, value, "__iter__")
    return value if own is None else read(own)


def _index(index: Atom | None, items: tuple[Atom, ...]) -> Abstract:
    assert index is not None
    return Sym(index)


def _cell(machine: Machine, ref: Ref) -> Walked:
    content = machine.content(ref)
    if isinstance(content, Items):
        return list(content.items)
    if isinstance(content, Table):
        return [_key(key) for key in content.keys]
    assert isinstance(content, Sym) and isinstance(content.kind, List)
    return _walk(machine, content.atom, content.kind.item)


def _walk(machine: Machine, source: Atom, kind: Kind) -> Stream:
    return Stream(None, False, (Walk(source),), (kind,), lambda _, items: machine.wrap(Sym(items[0]), frozen=True))


def _flattened(
    machine: Machine, value: Nested, before: tuple[Abstract, ...], call: Callable[..., Abstract]
) -> list[Abstract]:
    """Every item of loops in one another, if all lengths are known."""
    if len(before) == value.depth:
        return [value.item(before)]
    items = walked(machine, value.level(before), call)
    if isinstance(items, Stream):
        if items.length is None or items.length > LONGEST_UNROLLED:
            raise NeedsUnroll("how many these are is known only when it runs", remedy="Write a loop over each of them.")
        items = unrolled(machine, items)
    return [found for item in items for found in _flattened(machine, value, (*before, item), call)]


def _key(key: object) -> Abstract:
    return number(key) if isinstance(key, (bool, int, float)) else Known(key)


def _view(machine: Machine, view: View) -> list[Abstract]:
    content = machine.content(view.owner)
    assert isinstance(content, Table)
    keys = [_key(key) for key in content.keys]
    if view.what == "keys":
        return keys
    if view.what == "values":
        return list(content.items)
    return [Tuple(pair) for pair in zip(keys, content.items)]


def _array(machine: Machine, value: Sym) -> Stream:
    kind = value.kind
    if not isinstance(kind, Array) or not kind.rank:
        raise UnsupportedError(f"{what(value)} cannot be walked over")
    item = Array(kind.dtype, kind.shape[1:])
    if not isinstance(value, ArrayRef):
        return _walk(machine, value.atom, item)
    ref, source, start = value, value.atom, machine.root(value)
    if ref.cell in machine.by_index:
        trips = Range(ZERO_INT, length_of(machine, source), ONE_INT)
        return Stream(trips, False, (), (), lambda i, _: _row(machine, ref, i))

    def row(_: Atom | None, items: tuple[Atom, ...]) -> Abstract:
        if item.rank:
            return ArrayRef(machine, ref.cell, item, (*ref.steps, Step(None)), (start, items[0]))
        if machine.root(ref) is not start:  # the next element is another one than that at the start
            raise rows_change(ref.cell)
        return Sym(items[0])

    return Stream(None, False, (Walk(source),), (item,), row)


def _row(machine: Machine, ref: ArrayRef, index: Atom | None) -> Abstract:
    assert index is not None
    return get_item(machine, ref, Sym(index))


def _reversed(inner: Walked) -> Walked:
    if isinstance(inner, list):
        return inner[::-1]
    if inner.trips is not None and inner.walks:
        raise UnsupportedError("reversed() of this is not supported", remedy="Reverse each of the lists by itself.")
    walks = tuple(Walk(walk.source, not walk.reverse) for walk in inner.walks)
    return Stream(inner.trips, not inner.reverse if inner.trips else False, walks, inner.kinds, inner.item)


def _arithmetic(machine: Machine, name: str, a: Atom, b: Atom) -> Atom:
    value = binary(machine, name, Sym(a), Sym(b))
    assert isinstance(value, Sym)
    return value.atom


def _enumerate(machine: Machine, inner: Walked, start: Atom) -> Walked:
    if isinstance(inner, list):
        pairs = enumerate(inner)
        return [Tuple((Sym(_arithmetic(machine, "add", start, number(i).atom)), item)) for i, item in pairs]
    if inner.trips is None:
        stop = _arithmetic(machine, "add", start, length_of(machine, inner.walks[0].source))
        trips = Range(start, stop, ONE_INT)
        return Stream(trips, False, inner.walks, inner.kinds, lambda i, xs: _pair(i, inner.item(None, xs)))
    if inner.reverse:
        raise UnsupportedError("enumerate() of a reversed range is not supported")
    low, step = inner.trips.start, inner.trips.step

    def item(index: Atom | None, items: tuple[Atom, ...]) -> Abstract:
        assert index is not None
        return _pair(_arithmetic(machine, "add", _count(machine, index, low, step), start), inner.item(index, items))

    return Stream(inner.trips, False, inner.walks, inner.kinds, item)


def _pair(index: Atom | None, item: Abstract) -> Abstract:
    assert index is not None
    return Tuple((Sym(index), item))


def _count(machine: Machine, index: Atom, low: Atom, step: Atom) -> Atom:
    """Which trip the index belongs to, from 0."""
    if static_int(Sym(low)) != 0:
        index = _arithmetic(machine, "sub", index, low)
    return index if static_int(Sym(step)) == 1 else _arithmetic(machine, "floordiv", index, step)


def length_of(machine: Machine, source: Atom) -> Atom:
    return machine.apply("list_len" if isinstance(source.kind, List) else "array_len", source).atom


def _zip(machine: Machine, parts: list[Walked]) -> Walked:
    known = [part for part in parts if isinstance(part, list)]
    if len(known) == len(parts):
        return [Tuple(items) for items in zip(*known)]
    shortest = min(map(len, known), default=None)
    if shortest is not None:
        parts = [_prefix(machine, part, shortest) for part in parts]
        if all(isinstance(part, list) for part in parts):
            return [Tuple(items) for items in zip(*parts)]
    streams = [part if isinstance(part, Stream) else _listed(machine, part) for part in parts]
    ranged = [stream for stream in streams if stream.trips is not None]
    walks = tuple(walk for stream in streams for walk in stream.walks)
    kinds = tuple(kind for stream in streams for kind in stream.kinds)
    if len(ranged) > 1:
        return _zip_ranges(machine, streams, ranged, walks, kinds)
    lead = ranged[0] if ranged else None

    def item(index: Atom | None, items: tuple[Atom, ...]) -> Abstract:
        return Tuple(_share(streams, items, lambda stream: index if stream is lead else None))

    return Stream(lead.trips if lead else None, lead.reverse if lead else False, walks, kinds, item)


def _share(
    streams: list[Stream], items: tuple[Atom, ...], index: Callable[[Stream], Atom | None]
) -> tuple[Abstract, ...]:
    found, at = [], 0
    for stream in streams:
        found.append(stream.item(index(stream), items[at : at + len(stream.walks)]))
        at += len(stream.walks)
    return tuple(found)


def _zip_ranges(
    machine: Machine, streams: list[Stream], ranged: list[Stream], walks: tuple[Walk, ...], kinds: tuple[Kind, ...]
) -> Stream:
    """Several ranges in step: one count from 0, and each index by arithmetic."""
    if any(stream.reverse for stream in ranged):
        raise UnsupportedError("zip() of a reversed range and another range is not supported")
    trips = [stream.trips for stream in ranged if stream.trips is not None]
    stop = trip_count(machine, trips[0])
    for other in trips[1:]:
        stop = _smaller(machine, stop, trip_count(machine, other))

    def item(index: Atom | None, items: tuple[Atom, ...]) -> Abstract:
        def own(stream: Stream) -> Atom | None:
            assert index is not None
            if stream.trips is None:
                return None
            low, step = stream.trips.start, stream.trips.step
            scaled = index if static_int(Sym(step)) == 1 else _arithmetic(machine, "mul", index, step)
            return scaled if static_int(Sym(low)) == 0 else _arithmetic(machine, "add", scaled, low)

        return Tuple(_share(streams, items, own))

    return Stream(Range(ZERO_INT, stop, ONE_INT), False, walks, kinds, item)


def _smaller(machine: Machine, a: Atom, b: Atom) -> Atom:
    found = truth(machine, binary(machine, "lt", Sym(b), Sym(a)))
    if isinstance(found, bool):
        return b if found else a
    value = branch(machine, found, lambda: Sym(b), lambda: Sym(a))
    assert isinstance(value, Sym)
    return value.atom


def trip_count(machine: Machine, trips: Range) -> Atom:
    bounds = [static_int(Sym(atom)) for atom in (trips.start, trips.stop, trips.step)]
    if None not in bounds and bounds[2] != 0:
        return number(len(range(*bounds))).atom  # type: ignore[arg-type]
    return machine.apply("range_len", trips.start, trips.stop, trips.step).atom


def _prefix(machine: Machine, part: Walked, count: int) -> Walked:
    """A range of known bounds item by item, as it is walked in step with items that are."""
    if isinstance(part, Stream) and part.length is not None and part.length <= LONGEST_UNROLLED:
        return unrolled(machine, part)[:count]
    return part


def unrolled(machine: Machine, stream: Stream) -> list[Abstract]:
    """The items of a range whose bounds are known."""
    trips = stream.trips
    assert trips is not None and all(isinstance(atom, Const) for atom in (trips.start, trips.stop, trips.step))
    indices = range(*(static_int(Sym(atom)) or 0 for atom in (trips.start, trips.stop, trips.step)))
    return [stream.item(number(i).atom, ()) for i in (reversed(indices) if stream.reverse else indices)]


def _listed(machine: Machine, items: list[Abstract]) -> Stream:
    try:
        atom = list_atom(machine, Tuple(tuple(items)))
    except DynamicListError:
        raise NeedsUnroll("these are of different kinds, and what they are walked with has no length yet") from None
    assert isinstance(atom.kind, List)
    return _walk(machine, atom, atom.kind.item)


def _map(machine: Machine, parts: Walked, function: Abstract, call: Callable[..., Abstract]) -> Walked:
    def apply(item: Abstract) -> Abstract:
        assert isinstance(item, Tuple)
        return call(machine, function, list(item.items), {})

    if isinstance(parts, list):
        return [apply(item) for item in parts]
    return Stream(parts.trips, parts.reverse, parts.walks, parts.kinds, lambda i, xs: apply(parts.item(i, xs)))


def range_of(start: Atom, stop: Atom, step: Atom) -> RangeOf:
    for atom in (start, stop, step):
        if atom.kind != INT and not (isinstance(atom.kind, Array) and not atom.kind.rank):
            raise UnsupportedError(f"range() takes ints, and this is {what(Sym(atom))}")
    return RangeOf(start, stop, step)
