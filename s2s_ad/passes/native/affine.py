"""Whole numbers as sums of multiples of lengths, arguments and loop indices, and what is surely true of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from s2s_ad.analysis.lengths import ASKS_LENGTH, LIKE_FIRST, LIKE_SECOND
from s2s_ad.ir.kinds import INT, MANY, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, outputs_of, split_params
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.ops.indexing import BACKWARDS, WHOLE, every_axis
from s2s_ad.ops.linear import axes_of

MADE = frozenset(("np.empty", "np.zeros", "np.ones"))
_ROUNDS = 40


@dataclass(frozen=True)
class Length:
    """The length of an axis of an array, which is not negative."""

    array: Value
    axis: int


Symbol = Value | Length


@dataclass(frozen=True)
class Sum:
    """constant + the sum of coefficient * symbol."""

    terms: Mapping[Symbol, int]
    constant: int = 0

    def plus(self, other: Sum, factor: int = 1) -> Sum:
        terms = dict(self.terms)
        for symbol, count in other.terms.items():
            terms[symbol] = terms.get(symbol, 0) + factor * count
        return Sum({s: c for s, c in terms.items() if c}, self.constant + factor * other.constant)

    def more(self, number: int) -> Sum:
        return Sum(self.terms, self.constant + number)

    def times(self, factor: int) -> Sum:
        return Sum({}).plus(self, factor)

    @property
    def key(self) -> tuple[frozenset[tuple[Symbol, int]], int]:
        """The same for equal sums."""
        return frozenset(self.terms.items()), self.constant


class Affine:
    """What the whole numbers in a function are made of."""

    def __init__(self, body: Block) -> None:
        self.made: dict[Value, Stmt] = {}
        self.ranges: dict[Value, Range] = {}  # of loop indices
        self.depth: dict[Value, int] = {}
        self.body = body
        self._roots: dict[Value, Value] | None = None
        self.kept: dict[Value, Value] = {}  # of what a loop takes from a list of arrays, what another has put there
        self._sums: dict[Value, Sum] = {}
        for stmt in all_stmts(body):
            self.made.update((v, stmt) for v in outputs_of(stmt))
            if isinstance(stmt, (For, While)):
                if isinstance(stmt, For):
                    self._note_kept(stmt)
                if isinstance(stmt, For) and stmt.trips is not None:
                    self.ranges[stmt.body.params[0]] = stmt.trips
                    self.depth[stmt.body.params[0]] = len(self.depth)  # inner loops come later

    def _note_kept(self, loop: For) -> None:
        items = split_params(loop)[0]
        for walk, item in zip(loop.xs, items[len(items) - len(loop.xs) :]):
            made = self.made.get(walk.source) if isinstance(walk.source, Value) else None
            if isinstance(made, (For, While)) and walk.source in made.outputs[len(made.init) :]:
                kept = made.body.results[made.outputs.index(walk.source)]
                if isinstance(kept, Value) and isinstance(item.kind, Array):
                    self.kept[item] = kept

    # --- shapes -------------------------------------------------------------------------------------------------------

    def root(self, value: Value) -> Value:
        """The array from which this one has its shape."""
        if self._roots is None:
            self._roots = {}
            self._find_roots(self.body)
        return self._roots.get(value, value)

    def _root_of(self, atom: Atom) -> Atom:
        assert self._roots is not None
        return self._roots.get(atom, atom) if isinstance(atom, Value) else atom

    def _find_roots(self, block: Block) -> None:
        assert self._roots is not None
        for stmt in block.stmts:
            if isinstance(stmt, (For, While)):
                self._find_in_loop(stmt)
            elif isinstance(stmt, If):
                self._find_roots(stmt.then)
                self._find_roots(stmt.orelse)
                for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    self._note_root(out, a if self._root_of(a) is self._root_of(b) else out)
            elif isinstance(stmt, Apply):
                self._note_root(stmt.outputs[0], self._like(stmt))

    def _note_root(self, value: Value, like: Atom) -> None:
        root = self._root_of(like)
        assert self._roots is not None
        self._roots[value] = root if isinstance(root, Value) else value

    def _find_in_loop(self, loop: For | While) -> None:
        """What a loop carries has the shape that it starts with, if each trip leaves it that; else one of its own."""
        items, params = split_params(loop)
        for item in items:
            if item in self.kept:
                self._note_root(item, self.kept[item])
        own: set[int] = set()
        while True:
            for k, (param, init) in enumerate(zip(params, loop.init)):
                for start in (param, loop.cond.params[k]) if isinstance(loop, While) else (param,):
                    self._note_root(start, start if k in own else init)
            if isinstance(loop, While):
                self._find_roots(loop.cond)
            self._find_roots(loop.body)
            left = {k for k, p in enumerate(params) if self._root_of(loop.body.results[k]) is not self._root_of(p)}
            if left <= own:
                break
            own |= left
        for k, init in enumerate(loop.init):
            self._note_root(loop.outputs[k], loop.outputs[k] if k in own else init)

    def _like(self, stmt: Apply) -> Atom:
        """An array of the shape of what the operation makes; that itself where there is none."""
        out = stmt.outputs[0]
        if stmt.op.name in LIKE_FIRST | LIKE_SECOND:
            like = stmt.inputs[stmt.op.name in LIKE_SECOND]
            if isinstance(like, Value) and shape_of(like.kind) == shape_of(out.kind):
                return like
        if stmt.op.name == "getitem" and all(e in (WHOLE, BACKWARDS) for e in dict(stmt.params)["index"]):
            return stmt.inputs[0]
        if is_elementwise(stmt.op) and isinstance(out.kind, Array):
            arrays = [a for a in stmt.inputs if isinstance(a, Value) and shape_of(a.kind)]
            alone = len(arrays) == 1 or all(dim == MANY for dim in out.kind.shape)  # nothing is broadcast
            for a in arrays:
                if alone and shape_of(a.kind) == out.kind.shape:
                    return a
        return out

    def length(self, array: Atom, axis: int) -> Sum:
        """The length of an axis."""
        assert isinstance(array, Value)
        root = self.root(array)
        made = self.made.get(root)
        if isinstance(made, Apply) and made.op.name in MADE:
            entries = sizes_of(made)
            if axis < len(entries):
                return self.sum(entries[axis])
        if isinstance(made, Apply) and made.op.name == "matmul":
            ranks = [len(shape_of(a.kind)) for a in made.inputs]
            if max(ranks) <= 2 and all(isinstance(a, Value) for a in made.inputs):
                left = ranks[0] == 2 and axis == 0
                return self.length(made.inputs[0], 0) if left else self.length(made.inputs[1], 1)
        if isinstance(made, Apply) and made.op.name == "np.transpose" and isinstance(made.inputs[0], Value):
            rank, axes = len(shape_of(root.kind)), dict(made.params).get("axes")
            return self.length(made.inputs[0], rank - 1 - axis if axes is None else axes_of(tuple(axes), rank)[axis])
        if isinstance(made, Apply) and made.op.name == "getitem" and isinstance(made.inputs[0], Value):
            found = self._length_of_view(made, made.inputs[0], axis)
            if found is not None:
                return found
        return Sum({Length(root, axis): 1})

    def _length_of_view(self, made: Apply, source: Value, axis: int) -> Sum | None:
        """The length of an axis that an index leaves whole, or makes."""
        if any(shape_of(a.kind) for a in made.inputs[1:]):
            return None  # an array of indices
        own = -1
        left: list[int | None] = []  # for each axis of the view, that of the source; -1: a part of one
        for entry in every_axis(dict(made.params)["index"], len(shape_of(source.kind))):
            own += entry is not None
            if entry is None:
                left.append(None)
            elif isinstance(entry, tuple) and entry[0] == "slice":
                left.append(own if entry in (WHOLE, BACKWARDS) else -1)
        at = left[axis]
        return Sum({}, 1) if at is None else self.length(source, at) if at >= 0 else None

    def length_value(self, array: Value, axis: int, usable: Callable[[Value], bool]) -> Atom | None:
        """A usable number that is the length of an axis of an array, or that was asked for when it was made."""
        root = self.root(array)
        made = self.made.get(root)
        if isinstance(made, Apply) and made.op.name in MADE:
            size = sizes_of(made)[axis]
            return size if not isinstance(size, Value) or usable(size) else None
        for value, stmt in self.made.items():
            if isinstance(stmt, Apply) and stmt.op.name in ASKS_LENGTH and usable(value):
                source, own = stmt.inputs[0], dict(stmt.params).get("axis", 0)
                if isinstance(source, Value) and isinstance(source.kind, Array) and own == axis:
                    if self.root(source) is root:
                        return value
        return None

    # --- sums ---------------------------------------------------------------------------------------------------------

    def sum(self, atom: Atom) -> Sum:
        """What a whole number is made of."""
        if isinstance(atom, Const) and type(atom.value) is int:
            return Sum({}, atom.value)
        if not isinstance(atom, Value):
            return Sum({Value(INT): 1})
        found = self._sums.get(atom)
        if found is None:
            found = self._sums[atom] = self._sum(atom)
        return found

    def key(self, atom: Atom) -> tuple[frozenset[tuple[Symbol, int]], int]:
        """The same for whole numbers that are the same sum."""
        return self.sum(atom).key

    def _sum(self, value: Value) -> Sum:
        made = self.made.get(value)
        if isinstance(made, Apply) and value.kind == INT:
            name, inputs = made.op.name, made.inputs
            if name in ("add", "sub"):
                return self.sum(inputs[0]).plus(self.sum(inputs[1]), 1 if name == "add" else -1)
            if name == "neg":
                return self.sum(inputs[0]).times(-1)
            if name == "stop_gradient":
                return self.sum(inputs[0])
            if name == "mul":
                for a, b in (inputs, inputs[::-1]):
                    if isinstance(a, Const):
                        return self.sum(b).times(int(a.value))
            if name == "shape_item" and isinstance(inputs[0].kind, Array):
                return self.length(inputs[0], dict(made.params)["axis"])
            if name == "array_len" or name == "array_size" and len(shape_of(inputs[0].kind)) == 1:
                return self.length(inputs[0], 0)
        return Sum({value: 1})

    # --- proofs -------------------------------------------------------------------------------------------------------

    def not_negative(self, number: Sum) -> bool:
        """Whether it is surely 0 or more, in the loops whose indices it names."""
        least = self.least(number)
        if least is None:
            return False
        return any(
            each.constant >= 0 and all(count > 0 and self.is_length(symbol) for symbol, count in each.terms.items())
            for each in self.no_more(least)
        )

    def least(self, number: Sum) -> Sum | None:
        """What it is at least, without the indices of loops."""
        for _ in range(_ROUNDS):
            indices = [s for s in number.terms if isinstance(s, Value) and s in self.ranges]
            if not indices:
                break
            index = max(indices, key=self.depth.__getitem__)
            end = self.extreme(index, low=number.terms[index] > 0)
            if end is None:
                return None
            number = number.plus(Sum({index: 1}), -number.terms[index]).plus(end, number.terms[index])
        return number

    def no_more(self, number: Sum) -> Iterator[Sum]:
        """Sums that are surely not more: lengths that are compared are one, max(n, 0) >= n, min(a, b) <= a, b."""
        yield number
        for symbol, count in number.terms.items():
            made = self.made.get(symbol) if isinstance(symbol, Value) else None
            if not isinstance(made, Apply):
                continue
            one_sided = {"not_negative": count > 0, "lesser": count < 0}
            if one_sided.get(made.op.name, made.op.name == "same_length"):
                for one in self.alternatives(made.inputs):
                    yield from self.no_more(number.plus(Sum({symbol: 1}), -count).plus(one, count))
                return

    def alternatives(self, atoms: Sequence[Atom]) -> list[Sum]:
        """What a number is that was compared with others: any of them."""
        found: list[Sum] = []
        for atom in atoms:
            made = self.made.get(atom) if isinstance(atom, Value) else None
            compared = isinstance(made, Apply) and made.op.name == "same_length"
            found += self.alternatives(made.inputs) if compared else [self.sum(atom)]  # type: ignore[union-attr]
        return [one for k, one in enumerate(found) if one not in found[:k]]

    def extreme(self, index: Value, low: bool) -> Sum | None:
        """The least or the largest value of the index of a loop that is run at all."""
        trips = self.ranges[index]
        if not isinstance(trips.step, Const) or trips.step.value == 0:
            return None
        up = trips.step.value > 0
        if low == up:
            return self.sum(trips.start)
        return self.sum(trips.stop).plus(Sum({}, 1), -1 if up else 1)

    def is_length(self, symbol: Symbol) -> bool:
        if isinstance(symbol, Length):
            return True
        made = self.made.get(symbol)
        return isinstance(made, Apply) and made.op.name in ("list_len", "array_size", "not_negative", "trip_count")


def sizes_of(made: Apply) -> tuple[Atom, ...]:
    """The lengths of the axes with which an array is made."""
    sizes = iter(made.inputs)
    return tuple(next(sizes) if n is None else Const(n, INT) for n in dict(made.params).get("shape", ()))
