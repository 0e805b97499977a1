"""Where a loop keeps one item a trip, when lists are not to be had, and how the items are read again.

A list of numbers is an array. A list of lists is an array with as many axes where all inner lists are of one length that
is known beforehand (`Grid`), else one flat array that grows, with lists of where each inner list starts and ends
(`Flat`); those lists are kept in the same way. Lists of arrays whose shape is not known stay lists, flat ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import ANY, INT, Array, Kind, List
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.native import dtype_object, is_number, kind_in_array
from s2s_ad.ops.registry import OPS

FIRST_ROOM = 16  # items of an array that grows


def changed(builder: Builder, op: str, whole: Value, *inputs: Atom, **params: Any) -> Value:
    """A write into `whole`, under the same name."""
    out = replace(whole)
    builder.emit(Apply(OPS[op], (whole, *inputs), (out,), tuple(params.items()), builder.span))
    return out


def at(*places: Atom) -> tuple[tuple[str, int], ...]:
    return tuple(("in", k) for k in range(len(places)))


def plus(builder: Builder, a: Atom, b: Atom) -> Atom:
    """a + b, without what adds nothing."""
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(a.value + b.value, INT)
    if isinstance(a, Const) and a.value == 0:
        return b
    if isinstance(b, Const) and b.value == 0:
        return a
    if isinstance(b, Const) and b.value < 0:
        return builder.apply(OPS["sub"], a, Const(-b.value, INT))
    return builder.apply(OPS["add"], a, b)


def minus(builder: Builder, a: Atom, b: Atom) -> Atom:
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(a.value - b.value, INT)
    if isinstance(b, Const):
        return plus(builder, a, Const(-b.value, INT))
    return builder.apply(OPS["sub"], a, b)


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Grid:
    """An array with an axis for each level of loops: `places` are the trips that the outer ones are in."""

    array: Value
    places: tuple[Atom, ...] = ()

    @property
    def state(self) -> tuple[Value, ...]:
        return (self.array,)

    def with_state(self, state: Sequence[Value]) -> Grid:
        return replace(self, array=state[0])

    def reserve(self, builder: Builder, trips: Atom | None) -> Grid:
        return self

    def put(self, builder: Builder, trip: Atom, item: Atom) -> Grid:
        places = (*self.places, trip)
        return replace(self, array=changed(builder, "index_set", self.array, item, *places, index=at(*places)))

    def open(self, trip: Atom) -> Grid:
        return replace(self, places=(*self.places, trip))

    def close(self, builder: Builder, trip: Atom, inner: Storage) -> Grid:
        return replace(self, array=inner.state[0])

    def read(self, builder: Builder) -> Reading:
        return Rows(self.array)


@dataclass(frozen=True, eq=False)
class Flat:
    """One after the other in `data`, of which `used` are taken; for lists of lists with where each starts and ends."""

    data: Value
    used: Value
    starts: Storage | None = None
    ends: Storage | None = None
    depth: int = 1
    reserved: bool = False

    @property
    def state(self) -> tuple[Value, ...]:
        inner = self.starts.state + self.ends.state if self.starts is not None and self.ends is not None else ()
        return (self.data, self.used, *inner)

    def with_state(self, state: Sequence[Value]) -> Flat:
        starts, ends = self.starts, self.ends
        if starts is not None and ends is not None:
            size = len(starts.state)
            starts, ends = starts.with_state(state[2 : 2 + size]), ends.with_state(state[2 + size :])
        return replace(self, data=state[0], used=state[1], starts=starts, ends=ends)

    @property
    def listed(self) -> bool:
        return isinstance(self.data.kind, List)

    def reserve(self, builder: Builder, trips: Atom | None) -> Flat:
        """With room for what a loop of so many trips keeps."""
        if self.starts is not None or self.listed or trips is None:
            return self
        end = plus(builder, self.used, trips)
        return replace(self, data=changed(builder, "grown", self.data, end), reserved=True)

    def put(self, builder: Builder, trip: Atom, item: Atom) -> Flat:
        used = replace(self.used)
        data = self.data
        more = Apply(OPS["add"], (self.used, ONE_INT), (used,), (), builder.span)
        if self.listed:
            data = changed(builder, "list_append", data, item)
        else:
            if not self.reserved:
                room = builder.apply(OPS["add"], self.used, ONE_INT)
                data = changed(builder, "grown", data, room)
            data = changed(builder, "index_set", data, item, self.used, index=at(self.used))
        builder.emit(more)
        return replace(self, data=data, used=used)

    def open(self, trip: Atom) -> Flat:
        if self.depth == 2:
            return Flat(self.data, self.used)
        assert self.starts is not None and self.ends is not None
        return Flat(self.data, self.used, self.starts.open(trip), self.ends.open(trip), self.depth - 1)

    def close(self, builder: Builder, trip: Atom, inner: Storage) -> Flat:
        assert isinstance(inner, Flat) and self.starts is not None and self.ends is not None
        if inner.starts is None or inner.ends is None:
            starts: Storage = self.starts.put(builder, trip, self.used)
            ends: Storage = self.ends.put(builder, trip, inner.used)
        else:
            starts = self.starts.close(builder, trip, inner.starts)
            ends = self.ends.close(builder, trip, inner.ends)
        return replace(self, data=inner.data, used=inner.used, starts=starts, ends=ends)

    def read(self, builder: Builder) -> Reading:
        if self.starts is None or self.ends is None:
            return Part(self.data, ZERO_INT, self.used)
        return Parts(self.data, self.starts.read(builder), self.ends.read(builder))


Storage = Grid | Flat


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Rows:
    """The items are those of an array along its first axis."""

    array: Atom

    def length(self, builder: Builder) -> Atom:
        return builder.apply(OPS["shape_item"], self.array, axis=0)

    def item(self, builder: Builder, place: Atom, kind: Kind) -> Atom | Reading:
        found = builder.apply(OPS["getitem"], self.array, place, index=at(place))
        return Rows(found) if isinstance(kind, List) else found

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return (self.array,)

    def with_atoms(self, atoms: Sequence[Atom]) -> Rows:
        return Rows(atoms[0])

    def array_of(self, builder: Builder) -> Atom:
        return self.array


@dataclass(frozen=True, eq=False)
class Part:
    """The items stand in `data` from `start` to `end`."""

    data: Atom
    start: Atom
    end: Atom

    def length(self, builder: Builder) -> Atom:
        return minus(builder, self.end, self.start)

    def item(self, builder: Builder, place: Atom, kind: Kind) -> Atom | Reading:
        where = plus(builder, self.start, place)
        if isinstance(self.data.kind, List):
            return builder.apply(OPS["list_get"], self.data, where)
        return builder.apply(OPS["getitem"], self.data, where, index=at(where))

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return (self.data, self.start, self.end)

    def with_atoms(self, atoms: Sequence[Atom]) -> Part:
        return Part(*atoms)

    def array_of(self, builder: Builder) -> Atom:
        index = (("slice", ("in", 0), ("in", 1), None),)
        return builder.apply(OPS["getitem"], self.data, self.start, self.end, index=index)


@dataclass(frozen=True, eq=False)
class Parts:
    """A list of lists that stand in `data` one after the other."""

    data: Atom
    starts: Reading
    ends: Reading

    def length(self, builder: Builder) -> Atom:
        return self.starts.length(builder)

    def item(self, builder: Builder, place: Atom, kind: Kind) -> Atom | Reading:
        deeper = isinstance(kind, List) and isinstance(kind.item, List)
        inner: Kind = List(INT) if deeper else INT
        start, end = self.starts.item(builder, place, inner), self.ends.item(builder, place, inner)
        if isinstance(start, (Rows, Part, Parts)) and isinstance(end, (Rows, Part, Parts)):
            return Parts(self.data, start, end)
        assert not isinstance(start, (Rows, Part, Parts)) and not isinstance(end, (Rows, Part, Parts))
        return Part(self.data, start, end)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return (self.data, *self.starts.atoms, *self.ends.atoms)

    def with_atoms(self, atoms: Sequence[Atom]) -> Parts:
        size = 1 + len(self.starts.atoms)
        return Parts(atoms[0], self.starts.with_atoms(atoms[1:size]), self.ends.with_atoms(atoms[size:]))


Reading = Rows | Part | Parts


# --- making -----------------------------------------------------------------------------------------------------------


def depth_of(kind: Kind) -> int:
    return 1 + depth_of(kind.item) if isinstance(kind, List) else 0


def innermost(kind: Kind) -> Kind:
    return innermost(kind.item) if isinstance(kind, List) else kind


def grid(builder: Builder, like: Value, item: Kind, sizes: Sequence[Atom], shaped: Atom | None) -> Grid:
    """An array of these sizes, called as `like` is; its items are numbers, or arrays of the shape of `shaped`."""
    if shaped is not None:
        kind: Kind = Array(kind_in_array(item), (ANY,) * len(sizes) + item.shape)  # type: ignore[attr-defined]
        out = Value(kind, like.hint, like.base, like.suffix)
        builder.emit(Apply(OPS["rows_like"], (shaped, *sizes), (out,), (), builder.span))
        return Grid(out)
    dtype = dtype_object(item)
    out = Value(Array(kind_in_array(item), (ANY,) * len(sizes)), like.hint, like.base, like.suffix)
    params: tuple[tuple[str, Any], ...] = (("shape", (None,) * len(sizes)),)
    params += (("dtype", dtype),) if dtype is not None else ()
    builder.emit(Apply(OPS["np.empty"], tuple(sizes), (out,), params, builder.span))
    return Grid(out)


def flat(
    builder: Builder,
    like: Value,
    item: Kind,
    starts: Storage | None = None,
    ends: Storage | None = None,
    depth: int = 1,
) -> Flat:
    """Storage without a known size."""
    if is_number(item):
        data = grid(builder, like, item, (Const(FIRST_ROOM, INT),), None).array
    else:
        data = Value(List(item), like.hint, like.base, like.suffix)
        builder.emit(Apply(OPS["list_new"], (), (data,), (("item", item),), builder.span))
    used = Value(INT, base=like, suffix="_used")
    builder.emit(Apply(OPS["stop_gradient"], (ZERO_INT,), (used,), (), builder.span))
    return Flat(data, used, starts, ends, depth)
