"""Where a loop keeps one item a trip, when lists are not to be had, and how the items are read again.

A list of numbers is an array. A list of lists is an array with as many axes where all inner lists are of one length
that is known beforehand (`Grid`), else one flat array that grows, with lists of where each inner list starts and ends
(`Flat`); those lists are kept in the same way. Arrays in lists are rows of one with an axis more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import ANY, INT, Array, Kind, List, is_number
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Value
from s2s_ad.ops.native import dtype_object, kind_in_array
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
        """What loops carry of it."""
        return (self.array,)

    def with_state(self, state: Sequence[Value]) -> Grid:
        return replace(self, array=state[0])

    def begin(self, builder: Builder, trips: Atom | None) -> Grid:
        """Before a loop of so many trips that keeps something here."""
        return self

    def end(self, builder: Builder, trips: Atom | None) -> Grid:
        """After it."""
        return self

    def put(self, builder: Builder, trip: Atom, items: Sequence[Atom], counts: Sequence[Atom | None] = (None,)) -> Grid:
        """Keep what a trip has made; of an array perhaps only so many elements."""
        places, item = (*self.places, trip), items[0]
        if isinstance(item, Value) and isinstance(item.kind, Array) and item.kind.rank == 1:
            return replace(self, array=self.copied(builder, places, item, counts[0]))
        return replace(self, array=changed(builder, "index_set", self.array, item, *places, index=at(*places)))

    def copied(self, builder: Builder, places: Sequence[Atom], row: Value, count: Atom | None) -> Value:
        """The array with a row in it, number by number: that is faster than an assignment of the whole row."""
        inner, index, param, out = Builder(builder.span), Value(INT), replace(self.array), replace(self.array)
        number = inner.apply(OPS["getitem"], row, index, index=at(index))
        end = changed(inner, "index_set", param, number, *places, index, index=at(*places, index))
        trips = Range(ZERO_INT, count or builder.apply(OPS["array_len"], row), ONE_INT)
        builder.emit(
            For(trips, False, (), (self.array,), inner.block((index, param), (end,)), (out,), span=builder.span)
        )
        return out

    def open(self, trip: Atom) -> Grid:
        """Where the loops inside a trip keep what they make."""
        return replace(self, places=(*self.places, trip))

    def close(self, builder: Builder, trip: Atom, inner: Storage) -> Grid:
        return replace(self, array=inner.state[0])

    def read(self, builder: Builder, member: int, before: Storage) -> Reading | None:
        """How the items are read again, of a loop before which it was `before`."""
        if not self.places:
            return Rows(self.array)
        return Rows(builder.apply(OPS["getitem"], self.array, *self.places, index=at(*self.places)))


@dataclass(frozen=True, eq=False)
class Flat:
    """Lists that are filled in step, their items one after the other in each of `data`, of which `used` are taken.

    Those of lists of lists (`depth` more than 1) come with where each inner list starts and ends. `counted` says that
    the loop that fills them has a known number of trips: `used` is then what was taken before it; `fits` that there is
    room for all items from the beginning.
    """

    data: tuple[Value, ...]
    used: Atom
    starts: Storage | None = None
    ends: Storage | None = None
    depth: int = 1
    counted: bool = False
    fits: bool = False

    @property
    def state(self) -> tuple[Value, ...]:
        inner = self.starts.state + self.ends.state if self.starts is not None and self.ends is not None else ()
        used = (self.used,) if isinstance(self.used, Value) and not self.counted else ()
        return (*self.data, *used, *inner)

    def with_state(self, state: Sequence[Value]) -> Flat:
        left = list(state)

        def take(count: int) -> list[Value]:
            taken, left[:count] = left[:count], []
            return taken

        data = tuple(take(len(self.data)))
        used = self.used if self.counted else take(1)[0]
        starts, ends = self.starts, self.ends
        if starts is not None and ends is not None:
            starts, ends = starts.with_state(take(len(starts.state))), ends.with_state(take(len(ends.state)))
        return replace(self, data=data, used=used, starts=starts, ends=ends)

    def begin(self, builder: Builder, trips: Atom | None) -> Flat:
        if self.depth > 1 or trips is None:
            return self
        data = self.data if self.fits else self.roomy(builder, plus(builder, self.used, trips))
        return replace(self, data=data, counted=True)

    def end(self, builder: Builder, trips: Atom | None) -> Flat:
        if not self.counted or trips is None:
            return self
        return replace(self, used=plus(builder, self.used, trips), counted=False)

    def roomy(self, builder: Builder, room: Atom) -> tuple[Value, ...]:
        return tuple(_with_room(builder, d, room) if _is_row(d.kind) else d for d in self.data)

    def put(self, builder: Builder, trip: Atom, items: Sequence[Atom], counts: Sequence[Atom | None] = (None,)) -> Flat:
        if self.counted:
            return replace(self, data=self.written(builder, self.data, plus(builder, self.used, trip), items))
        used = builder.apply(OPS["add"], self.used, ONE_INT)
        data = self.data if self.fits else self.roomy(builder, used)
        data = self.written(builder, data, self.used, items)
        return replace(self, data=data, used=used)

    def written(self, builder: Builder, data: Sequence[Value], place: Atom, items: Sequence[Atom]) -> tuple[Value, ...]:
        return tuple(
            (
                changed(builder, "index_set", d, item, place, index=at(place))
                if _is_row(d.kind)
                else (
                    changed(builder, "with_row", d, item, place)
                    if isinstance(d.kind, Array)
                    else changed(builder, "list_append", d, item)
                )
            )
            for d, item in zip(data, items)
        )

    def open(self, trip: Atom) -> Flat:
        if self.depth == 2:
            return replace(self, starts=None, ends=None, depth=1)
        assert self.starts is not None and self.ends is not None
        return replace(self, starts=self.starts.open(trip), ends=self.ends.open(trip), depth=self.depth - 1)

    def close(self, builder: Builder, trip: Atom, inner: Storage) -> Flat:
        assert isinstance(inner, Flat) and self.starts is not None and self.ends is not None
        if inner.starts is None or inner.ends is None:
            starts: Storage = self.starts.put(builder, trip, [self.used])
            ends: Storage = self.ends.put(builder, trip, [inner.used])
        else:
            starts = self.starts.close(builder, trip, inner.starts)
            ends = self.ends.close(builder, trip, inner.ends)
        return replace(self, data=inner.data, used=inner.used, starts=starts, ends=ends)

    def read(self, builder: Builder, member: int, before: Storage) -> Reading | None:
        assert isinstance(before, Flat)
        if self.starts is None or self.ends is None or before.starts is None or before.ends is None:
            return Part(self.data[member], before.used, self.used)
        starts, ends = self.starts.read(builder, 0, before.starts), self.ends.read(builder, 0, before.ends)
        return None if starts is None or ends is None else Parts(self.data[member], starts, ends)


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


def _start_kind(kind: Kind) -> Kind:
    """Of a list of lists the list of where its inner lists start: it is one level less deep."""
    return List(_start_kind(kind.item)) if isinstance(kind, List) and isinstance(kind.item, List) else INT


@dataclass(frozen=True, eq=False)
class Parts:
    """A list of lists that stand in `data` one after the other."""

    data: Atom
    starts: Reading
    ends: Reading

    def length(self, builder: Builder) -> Atom:
        return self.starts.length(builder)

    def item(self, builder: Builder, place: Atom, kind: Kind) -> Atom | Reading:
        inner = _start_kind(kind)
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


def kind_of_rows(kind: Kind) -> Array:
    """Of an array in the place of a list, with an axis for each list in lists."""
    item = innermost(kind)
    own = item.rank if isinstance(item, Array) else 0
    return Array(kind_in_array(item), (ANY,) * (depth_of(kind) + own))


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


def _with_room(builder: Builder, row: Value, room: Atom) -> Value:
    """The row, which is made larger if it has to be: that is asked on the spot, because each trip does."""
    larger, out = Builder(builder.span), replace(row)
    grown = changed(larger, "grown", row, room)
    too_small = builder.apply(OPS["gt"], room, builder.apply(OPS["array_size"], row))
    builder.emit(If(too_small, larger.block((), (grown,)), Block((), (), (row,)), (out,), builder.span))
    return out


def _is_row(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.rank == 1


def flat(
    builder: Builder,
    likes: Sequence[Value],
    items: Sequence[Kind],
    bounds: Sequence[Storage] = (),
    depth: int = 1,
    listed: bool = False,
    room: Atom | None = None,
) -> Flat:
    """One array each for lists that are filled in step; `listed`: that stay lists; `room`: for so many numbers."""
    data = []
    fits = room is not None and all(map(is_number, items))
    for like, item in zip(likes, items):
        if is_number(item) and not listed:
            size = room if fits and room is not None else Const(FIRST_ROOM, INT)
            data.append(grid(builder, like, item, (size,), None).array)
        elif isinstance(item, Array) and not listed:  # room for arrays is made when the first of them comes
            data.append(Value(Array(item.dtype, (ANY,) * (item.rank + 1)), like.hint, like.base, like.suffix))
            params = (("shape", (0,) * (item.rank + 1)), ("dtype", dtype_object(item)))
            builder.emit(Apply(OPS["np.empty"], (), (data[-1],), params, builder.span))
        else:
            data.append(Value(List(item), like.hint, like.base, like.suffix))
            builder.emit(Apply(OPS["list_new"], (), (data[-1],), (("item", item),), builder.span))
    used = Value(INT, "used")
    builder.emit(Apply(OPS["stop_gradient"], (ZERO_INT,), (used,), (), builder.span))
    starts, ends = bounds or (None, None)
    return Flat(tuple(data), used, starts, ends, depth, fits=fits)
