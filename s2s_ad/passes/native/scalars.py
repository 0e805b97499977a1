"""What one trip of the loops over the elements of arrays does: numbers instead of arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from s2s_ad.ir.builder import ONE_FLOAT, ZERO_FLOAT, ZERO_INT, Builder
from s2s_ad.ir.kinds import BOOL, FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, If, Value
from s2s_ad.ops.linear import dtype_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.arrays import element, step_of
from s2s_ad.passes.native.members import ELEMENTWISE, WRITES, Member
from s2s_ad.passes.native.places import Access, Place
from s2s_ad.passes.native.storage import at, plus

if TYPE_CHECKING:
    from s2s_ad.passes.native.nests import Nest, State


def computed(nest: Nest, builder: Builder, indices: tuple[Value, ...], state: State) -> State:
    """One trip, and what the loops carry after it."""
    return _Trip(nest, builder, indices, state).run()


class _Trip:
    def __init__(self, nest: Nest, builder: Builder, indices: tuple[Value, ...], state: State) -> None:
        self.nest, self.builder, self.indices, self.state = nest, builder, indices, state
        self.made: dict[Value, Atom] = {}
        self.known: dict[Access, Atom] = {}

    def run(self) -> State:
        members = self.nest.members
        sums = {each.member: each for each in self.nest.sums}
        for k, member in enumerate(members):
            self.builder.span = member.stmt.span if self.nest.mixed else None
            items = [self.element(read) for read in member.reads]
            if member.writes is not None:
                self.read_before(member, members[k + 1 :])
                self.store(self.nest.last[member.stmt.out], items[0], member.writes.places, member.stmt.op.name)
            elif member in sums:
                each = sums[member]
                if each.depth is not None:
                    self.state[each] = step_of(self.builder, each.name, self.state[each], items[0])
                elif each.name in ("np.sum", "np.mean"):
                    self.store(each.out, items[0], member.target, "index_add")
                else:
                    before = element(self.builder, self.state[each.out], self.places(member.target))
                    total = step_of(self.builder, each.name, before, items[0])
                    self.store(each.out, total, member.target, "index_set")
            else:
                self.made[member.stmt.out] = self.applied(member, items)
                if member.stmt.out in self.state:
                    places = self.nest.own(member.stmt.out)
                    self.store(member.stmt.out, self.made[member.stmt.out], places, "index_set")
        return self.state

    def read_before(self, member: Member, later: Sequence[Member]) -> None:
        """What others read of the array as it is before this write."""
        nest = self.nest
        for other in later:
            for read in other.reads:
                if isinstance(read, Access) and nest.last.get(read.base) is nest.last[member.stmt.out]:
                    if nest.version[read.base] < nest.version[member.stmt.out]:
                        self.element(read)

    def element(self, read: Access | Atom) -> Atom:
        if not isinstance(read, Access):
            return read
        if read.base in self.made and read.places == self.nest.own(read.base):
            return self.made[read.base]
        if read not in self.known:
            array = self.state[self.nest.last[read.base]] if read.base in self.nest.last else read.base
            self.known[read] = element(self.builder, array, self.places(read.places))
        return self.known[read]

    def places(self, places: tuple[Place, ...]) -> list[Atom]:
        found: list[Atom] = []
        for place in places:
            offset = self.nest.offsets.get(place, ZERO_INT)
            if place.axis is None:
                found.append(offset)
                continue
            index: Atom = self.indices[place.axis]
            if place.step == -1:
                found.append(self.builder.apply(OPS["sub"], offset, index))
                continue
            if place.step != 1:
                index = self.builder.apply(OPS["mul"], Const(place.step, index.kind), index)
            found.append(plus(self.builder, index, offset))
        return found

    def store(self, key: Value, item: Atom, places: tuple[Place, ...], name: str) -> None:
        where = self.places(places)
        self.state[key] = self.builder.apply(OPS[name], self.state[key], item, *where, index=at(*where))

    def applied(self, member: Member, items: list[Atom]) -> Atom:
        """One element of what the statement makes."""
        stmt, builder = member.stmt, self.builder
        if stmt.op.name not in ELEMENTWISE | WRITES or stmt.op.name == "stop_gradient":  # a view
            return items[0]
        if stmt.op.name == "index_set":  # of every element
            return items[1]
        if stmt.op.name == "index_add":
            return builder.apply(OPS["add"], *items)
        if stmt.op.name == "np.where":
            return self.chosen(stmt, *items)
        fixed = next((a for a in items if isinstance(a, Const)), None)
        if stmt.op.name == "np.logaddexp" and fixed is not None and math.isfinite(fixed.value):
            other = items[items[0] is fixed]
            small = self.small(builder.apply(OPS["sub"], other, fixed))  # its derivative is made of that, too
            return builder.apply(
                OPS["add"], builder.apply(OPS["np.maximum"], other, fixed), builder.apply(OPS["np.log1p"], small)
            )
        if stmt.op.name == "logistic":
            small = self.small(items[0])
            positive = builder.apply(OPS["ge"], items[0], ZERO_FLOAT)
            upper = self.chosen(stmt, positive, ONE_FLOAT, small)
            return builder.apply(OPS["div"], upper, builder.apply(OPS["add"], ONE_FLOAT, small))
        out = self.named(stmt)
        builder.emit(Apply(stmt.op, tuple(items), (out,), stmt.params, builder.span))
        return out

    def small(self, number: Atom) -> Value:
        """exp(-abs(number))"""
        builder = self.builder
        return builder.apply(OPS["np.exp"], builder.apply(OPS["neg"], builder.apply(OPS["abs"], number)))

    def chosen(self, stmt: Apply, cond: Atom, then: Atom, orelse: Atom) -> Atom:
        out = self.named(stmt)
        sides = [Block((), (), (_as(item, out),)) for item in (then, orelse)]
        self.builder.emit(If(cond, sides[0], sides[1], (out,), self.builder.span))
        return out

    def named(self, stmt: Apply) -> Value:
        kind = BOOL if dtype_of(stmt.out.kind) == "bool" else FLOAT
        return replace(stmt.out, kind=kind)


def _as(item: Atom, out: Value) -> Atom:
    """A constant of the kind that is wanted."""
    if isinstance(item, Const) and out.kind == FLOAT:
        return Const(float(item.value), FLOAT)
    return item
