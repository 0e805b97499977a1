"""Which element of an array a trip of some loops means: views of arrays are seen through, down to the arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s2s_ad.analysis.lengths import Lengths, Shape
from s2s_ad.ir.kinds import FLOAT, INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.indexing import WHOLE, every_axis
from s2s_ad.ops.linear import axes_of, shape_of
from s2s_ad.passes.native.affine import Length, Symbol

_CONSTANT = {"zeros_like": 0.0, "np.zeros_like": 0.0, "np.zeros": 0.0, "np.ones": 1.0, "np.ones_like": 1.0}
_FILLED = {"np.full": 0, "np.full_like": 1}  # which input says with what
_SAME = frozenset(("copy", "np.copy", "np.ascontiguousarray", "np.asarray"))
_BROADCASTS = frozenset(("broadcast_like", "np.broadcast_to"))
VIEWS = frozenset((*_CONSTANT, *_FILLED, *_SAME, *_BROADCASTS, "getitem", "np.expand_dims", "np.transpose"))


@dataclass(frozen=True)
class Place:
    """step * (the index of the loop number `axis`) + shift + the sum of count * symbol; without axis the rest alone."""

    axis: int | None = None
    step: int = 1
    shift: int = 0
    terms: tuple[tuple[Symbol, int], ...] = ()

    def moved(self, step: int, shift: int, terms: tuple[tuple[Symbol, int], ...] = ()) -> Place:
        """shift + terms + step * this."""
        own = tuple((symbol, step * count) for symbol, count in self.terms)
        return Place(self.axis, self.step * step, self.shift * step + shift, own + terms)


FIRST = Place()
Places = tuple[Place, ...]


@dataclass(frozen=True)
class Access:
    """The element of an array that a trip means: one place for each axis."""

    base: Value
    places: Places


def in_order(first: Access, second: Access, depth: int) -> bool:
    """Whether of two accesses of one array the first comes to each element before the second, or in the same trip."""
    distance: list[int | None] = [None] * depth
    known = True
    for p, q in zip(first.places, second.places):
        if p.axis != q.axis or p.terms != q.terms or p.axis is not None and p.step != q.step:
            known = False
        elif p.axis is None:
            if p.shift != q.shift:
                return True  # no element is met by both
        else:
            gap = p.shift - q.shift
            if gap % p.step or distance[p.axis] not in (None, gap // p.step):
                return True
            distance[p.axis] = gap // p.step
    return known and None not in distance and distance >= [0] * depth


class Views:
    """Sees through the views of one block: `lazy` are those of which nothing but elements is ever needed."""

    def __init__(self, lengths: Lengths, makers: Mapping[Value, Apply]) -> None:
        self.lengths, self.makers = lengths, makers
        self.lazy: set[Value] = set()

    def own(self, shape: Shape) -> Places:
        """The places of the axes of a value, if there is a loop for each axis that is not 1."""
        loops = iter(range(len(shape)))
        return tuple(FIRST if length == 1 else Place(next(loops)) for length in shape)

    def read(self, atom: Atom, places: Places, through: Apply | None = None) -> Access | Atom | None:
        """What stands there: an element of an array that is there, or a number; None if it cannot be said."""
        while isinstance(atom, Value) and shape_of(atom.kind):
            stmt = through or (self.makers[atom] if atom in self.lazy else None)
            if stmt is None:
                return Access(atom, places)
            through = None
            if stmt.op.name in _CONSTANT:
                return Const(_CONSTANT[stmt.op.name], FLOAT)
            if stmt.op.name in _FILLED:
                return stmt.inputs[_FILLED[stmt.op.name]]
            moved = self.moved(stmt, places)
            if moved is None:
                return None
            atom, places = stmt.inputs[0], moved
        return atom

    def seen_through(self, stmt: Apply) -> bool:
        """Whether it is a view, or an array of one number, of which each element is known."""
        name, kind = stmt.op.name, stmt.out.kind
        if name not in VIEWS or not isinstance(kind, Array) or not kind.rank or kind.dtype not in ("float64", "bool"):
            return False
        if not all(self.size(length) is not None for length in self.lengths.of(stmt.out) if length != 1):
            return False
        if name in _CONSTANT:
            return kind.dtype == "float64"
        if name in _FILLED:
            return not shape_of(stmt.inputs[_FILLED[name]].kind) and dict(stmt.params).get("dtype") is None
        return self.read(stmt.out, self.own(self.lengths.of(stmt.out)), stmt) is not None

    def moved(self, stmt: Apply, places: Places) -> Places | None:
        """Where in its first input an element of a view stands; None if that is not known."""
        x, params = stmt.inputs[0], {**stmt.op.defaults, **dict(stmt.params)}
        rank = len(shape_of(x.kind))
        if stmt.op.name in _SAME:
            return places
        if stmt.op.name == "np.expand_dims":
            axis = params["axis"]
            gone = axes_of(axis if isinstance(axis, tuple) else (axis,), len(places))
            return tuple(p for k, p in enumerate(places) if k not in gone)
        if stmt.op.name == "np.transpose":
            order = params["axes"]
            order = tuple(range(rank))[::-1] if order is None else axes_of(tuple(order), rank)
            return tuple(places[order.index(k)] for k in range(rank))
        if stmt.op.name in _BROADCASTS:
            return self.fitted(x, places, self.lengths.of(stmt.out), (x, stmt.out))
        return self.indexed(stmt, params["index"], places)

    def fitted(self, x: Atom, places: Places, shape: Shape, at: Sequence[Atom]) -> Places | None:
        """The places in something that is broadcast to this shape; None if it is not known along which axes."""
        own = self.lengths.of(x)
        lead = len(shape) - len(own)
        if lead < 0:
            return None
        found = []
        for length, wanted, place in zip(own, shape[lead:], places[lead:]):
            if length != 1 and not self.lengths.equal((length,), (wanted,), at):
                return None
            found.append(FIRST if length == 1 else place)
        return tuple(found)

    def indexed(self, stmt: Apply, index: tuple[Any, ...], places: Places) -> Places | None:
        """Where in its first input the elements of a slice stand; the same for what is written to."""
        x, at = stmt.inputs[0], stmt.inputs[1 if stmt.op.name == "getitem" else 2 :]
        rank = len(shape_of(x.kind))
        left = iter(places)
        found: list[Place] = []
        for e in every_axis(index, rank):
            if e is None:
                next(left)
                continue
            if isinstance(e, tuple) and e[0] == "slice":
                place = self.sliced(next(left), x, len(found), e[1:])
            else:
                place = self.single(at[e[1]] if isinstance(e, tuple) else Const(e, INT), x, len(found))
            if place is None:
                return None
            found.append(place)
        return tuple(found)

    def sliced(self, place: Place, x: Atom, axis: int, bounds: tuple[Any, ...]) -> Place | None:
        start, stop, step = bounds
        if any(not isinstance(symbol, Length) for symbol, _ in place.terms):
            return None if bounds != WHOLE[1:] else place  # it may count from the end of the slice
        if step == -1 and start is None and stop is None:
            size = self.size(self.lengths.of(x)[axis])
            return None if size is None else place.moved(-1, -1 - size[1], ((size[0], 1),))
        if not (start is None or type(start) is int and start >= 0):
            return None
        if not (step is None or type(step) is int and step > 0):
            return None
        return place.moved(step or 1, start or 0)

    def single(self, place: Atom, x: Atom, axis: int) -> Place | None:
        """The place that an index names which is one number."""
        if isinstance(place, Const) and type(place.value) is int:
            if place.value >= 0:
                return Place(shift=place.value)
            size = self.size(self.lengths.of(x)[axis])
            return None if size is None else Place(shift=place.value - size[1], terms=((size[0], 1),))
        return Place(terms=((place, 1),)) if isinstance(place, Value) and place.kind == INT else None

    def size(self, length: Any, accesses: Sequence[Access] = ()) -> tuple[Symbol, int] | None:
        """A length as a number that can be asked for, and by how much it is less than that.

        If possible it is the length of something that is accessed, which is at hand where that is; never that of a
        tangent in the place of its argument's, or one that is too short would pass for a short argument.
        """
        if not isinstance(length, tuple) or len(length) != 3:
            return None
        what, axis, shorter = length
        found = [
            (known[2], Length(base, own))
            for base in dict.fromkeys(access.base for access in accesses)
            for own, known in enumerate(self.lengths.of(base))
            if known != 1 and known[:2] == (what, axis) and not (base.suffix == "_dot" and base.base is what)
        ]
        if found:
            least, symbol = min(found, key=lambda each: each[0])
            return symbol, shorter - least
        if isinstance(what, Value) and shape_of(what.kind):
            return Length(what, axis), shorter
        if isinstance(what, tuple) and what[0] == "number" and isinstance(what[1], Value):
            return what[1], shorter
        return None
