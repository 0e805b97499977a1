"""Indices that are not surely within bounds are looked at before they are used: machine code would not look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, If, Value
from s2s_ad.ir.walk import all_stmts, map_inputs
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import ACCESSES
from s2s_ad.passes.native.affine import Affine, Length, Sum

_OPPOSITE = {"gt": "le", "le": "gt", "lt": "ge", "ge": "lt", "eq": "ne", "ne": "eq"}

MOST = 12  # assumptions about the arguments of one function


@dataclass(frozen=True)
class Assumption:
    """That constant + the sum of count * (the length of an axis of an argument, or the argument) is not negative.

    `terms` are (place of the argument, axis or None, count); `equal`: it is zero.
    """

    terms: tuple[tuple[int, int | None, int], ...]
    constant: int
    equal: bool = False


def within_bounds(block: Block, assuming: bool, alike: Mapping[Length, Sum]) -> tuple[Block, tuple[Assumption, ...]]:
    """The block with checks of the indices that need one.

    With `assuming`, what follows from a relation of the lengths of the arguments needs none: these are returned. The
    lengths that are `alike` are known to be others.
    """
    worker = _Bounds(Affine(block), block.params if assuming else (), alike)
    made = worker.block(block)
    return made, tuple(Assumption(terms, constant) for terms, constant in worker.assumed.items())


def reads_by_arrays(block: Block) -> bool:
    """Whether elements are picked by arrays of indices, of which each would have to be looked at."""
    for stmt in all_stmts(block):
        if isinstance(stmt, Apply) and stmt.op.name in ACCESSES:
            places = stmt.inputs[1:] if stmt.op.name == "getitem" else stmt.inputs[2:]
            if any(shape_of(a.kind) for a in places):
                return True
        elif isinstance(stmt, Apply) and stmt.op.name.startswith("np.take"):
            return True
    return False


class _Bounds:
    def __init__(self, affine: Affine, params: Sequence[Value], alike: Mapping[Length, Sum]) -> None:
        self.affine, self.alike = affine, alike
        self.params = {value: place for place, value in enumerate(params)}
        self.here: list[Sum] = []  # not negative in the branches that are looked at
        self.assumed: dict[tuple[tuple[int, int | None, int], ...], int] = {}

    def block(self, block: Block) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            if isinstance(stmt, Apply) and stmt.op.name in ACCESSES:
                stmt = self.access(builder, stmt)
            if isinstance(stmt, If):
                then, orelse = (self.branch(side, stmt.cond, side is stmt.then) for side in (stmt.then, stmt.orelse))
                builder.emit(replace(stmt, then=then, orelse=orelse))
            else:
                builder.emit(map_inputs(stmt, lambda a: a, self.block))
        return replace(block, stmts=tuple(builder.stmts))

    def branch(self, side: Block, cond: Atom, holds: bool) -> Block:
        """A branch, in which the condition holds or does not."""
        before = self.here
        self.here = [*before, *self.says(cond, holds)]
        made = self.block(side)
        self.here = before
        return made

    def says(self, cond: Atom, holds: bool) -> list[Sum]:
        """What is not negative if a comparison of whole numbers holds, or does not."""
        made = self.affine.made.get(cond) if isinstance(cond, Value) else None
        if not isinstance(made, Apply):
            return []
        name = made.op.name if holds else _OPPOSITE.get(made.op.name, "")
        if name not in _OPPOSITE or any(a.kind != INT for a in made.inputs):
            return []
        more = self.affine.sum(made.inputs[0]).plus(self.affine.sum(made.inputs[1]), -1)
        less = more.times(-1)
        if name == "ne":
            return [each.more(-1) for each in (more, less) if self.affine.not_negative(each)]
        return {"gt": [more.more(-1)], "ge": [more], "lt": [less.more(-1)], "le": [less], "eq": [more, less]}[name]

    def access(self, builder: Builder, stmt: Apply) -> Apply:
        array, entries = stmt.inputs[0], dict(stmt.params)["index"]
        first = 1 if stmt.op.name == "getitem" else 2
        if not isinstance(array, Value) or not isinstance(array.kind, Array):
            return stmt
        axes = self.axes(entries, array.kind.rank)
        inputs, index = list(stmt.inputs), list(entries)
        builder.span = stmt.span
        for at, (axis, entry) in enumerate(zip(axes, entries)):
            if entry is None or entry is Ellipsis or isinstance(entry, tuple) and entry[0] == "slice":
                continue
            place: Atom = stmt.inputs[first + entry[1]] if isinstance(entry, tuple) else Const(entry, INT)
            if shape_of(place.kind) or dtype_of(place.kind) == "bool" or self.fits(place, array, axis):
                continue
            length = builder.apply(OPS["shape_item"], array, axis=axis)
            checked = builder.apply(OPS["checked_place"], place, length)
            if isinstance(entry, tuple):
                inputs[first + entry[1]] = checked
            else:
                index[at] = ("in", len(inputs) - first)
                inputs.append(checked)
        return replace(stmt, inputs=tuple(inputs), params=(("index", tuple(index)),))

    def axes(self, entries: tuple[Any, ...], rank: int) -> list[int]:
        """For each entry of an index the axis to which it belongs."""
        missing = rank - sum(e is not None and e is not Ellipsis for e in entries)
        found, axis = [], 0
        for entry in entries:
            found.append(axis)
            axis += missing if entry is Ellipsis else 0 if entry is None else 1
        return found

    def fits(self, place: Atom, array: Value, axis: int) -> bool:
        number, length = self.affine.sum(place), self.affine.length(array, axis)
        if isinstance(place, Const) and place.value < 0:  # from the end, as it is written
            return self.surely(length.plus(number))
        rest = length.plus(number, -1).plus(Sum({}, 1), -1)
        return self.surely(number) and self.surely(rest)

    def surely(self, number: Sum) -> bool:
        """Whether it is not negative, if need be by an assumption about the arguments."""
        if self.affine.not_negative(number):
            return True
        if any(self.affine.not_negative(number.plus(known, -1)) for known in self.here):
            return True
        least = self.affine.least(number)
        if least is not None and self.alike:
            least = self.known(least)
            if self.affine.not_negative(least):
                return True
        return least is not None and any(self.assumes(each) for each in self.affine.no_more(least))

    def known(self, number: Sum) -> Sum:
        """The same with fewer lengths in it."""
        total = Sum({}, number.constant)
        for symbol, count in number.terms.items():
            other = self.alike.get(symbol) if isinstance(symbol, Length) else None
            total = total.plus(other or Sum({symbol: 1}), count)
        return total

    def assumes(self, least: Sum) -> bool:
        """Whether it can be an assumption that this is not negative, which then it is."""
        if not least.terms:
            return False
        terms = []
        for symbol, count in least.terms.items():
            axis = symbol.axis if isinstance(symbol, Length) else None
            place = self.params.get(symbol.array if isinstance(symbol, Length) else symbol)
            if place is None:
                return False
            terms.append((place, axis, count))
        key = tuple(sorted(terms, key=repr))
        if key not in self.assumed and len(self.assumed) >= MOST:
            return False
        self.assumed[key] = min(least.constant, self.assumed.get(key, least.constant))
        return True
