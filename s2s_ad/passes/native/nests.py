"""The loops of a group of statements on whole arrays.

What only the group reads is a number in each trip; what others read is an array that is filled. What is written to and
what is summed up is carried through the loops; a sum over the inner loops alone is a number between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Apply, Atom, Const, For, Range, Value
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.arrays import refuse_nothing, start_of
from s2s_ad.passes.native.members import Member
from s2s_ad.passes.native.numbers import plain_kind
from s2s_ad.passes.native.places import Place, Places, Views
from s2s_ad.passes.native.scalars import computed
from s2s_ad.passes.native.sizes import Sizes
from s2s_ad.passes.native.storage import at, plus

_LETTERS = "ijkl"


@dataclass(frozen=True, eq=False)
class Sum:
    """A reduction, and at which depth of the loops it is a number; None where its sums stand in an array."""

    member: Member
    depth: int | None

    @property
    def out(self) -> Value:
        return self.member.stmt.out

    @property
    def name(self) -> str:
        name = self.member.stmt.op.name
        return "np.sum" if name == "unbroadcast" else name


State = dict[Value | Sum, Atom]  # what the loops carry: arrays by what they are in the end, and sums that are numbers


class Nest:
    """Writes the loops of one group; `stored` is what others read of what it makes."""

    def __init__(self, views: Views, members: Sequence[Member], stored: Sequence[Value], sizes: Sizes) -> None:
        self.views, self.members, self.stored, self.known = views, members, stored, sizes
        self.depth = len(members[0].space)
        self.sums = [Sum(m, self.begins(m)) for m in members if m.gone]
        self.last: dict[Value, Value] = {}  # for each version of an array that is written to, the last one
        self.first: dict[Value, Value] = {}  # for the last one, the one before the loops
        self.version: dict[Value, int] = {}
        self.mixed = len({m.stmt.span.line if m.stmt.span else 0 for m in members}) > 1
        for member in members:
            if member.writes is not None:
                before, out = member.writes.base, member.stmt.out
                self.first[out] = self.first.pop(before, before)
                self.last.update({v: out for v, last in self.last.items() if last is before})
                self.last[before] = self.last[out] = out
                self.version[out] = self.version.setdefault(before, 0) + 1
        self.sizes: list[Atom] = []
        self.rooms: list[Atom] = []  # the same lengths by themselves: these are known before a loop around this
        self.offsets: dict[Place, Atom] = {}
        self.bases: list[Value] = []  # arrays that are there before the loops

    def begins(self, member: Member) -> int | None:
        """The depth at which the loops begin over what is summed up, if those are the innermost ones."""
        first = min(member.gone)
        return first if member.gone == frozenset(range(first, self.depth)) else None

    # --- before the loops ---------------------------------------------------------------------------------------------

    def write(self, builder: Builder) -> None:
        """Emit the loops."""
        made = {member.stmt.out for member in self.members}
        accesses = [a for member in self.members for a in member.accesses if a.base not in made]
        for member in self.members:
            builder.span = member.stmt.span
            for pair in member.agreed:
                self.known.agree(builder, pair, accesses)
        self.bases = list(dict.fromkeys(access.base for access in accesses))
        builder.span = self.members[0].stmt.span
        self.sizes = [self.known.size(builder, length, accesses) for length in self.members[0].space]
        self.rooms = [self.known.own(builder, length, accesses) for length in self.members[0].space]
        for member in self.members:
            for access in member.accesses:
                for place in access.places:
                    self.offset(builder, place)
        state: State = {out: before for out, before in self.first.items()}
        state.update((value, self.room(builder, value, self.own(value))) for value in self.stored)
        for each in self.sums:
            if each.name in ("np.max", "np.min"):
                refuse_nothing(builder, each.member.stmt, [self.sizes[axis] for axis in sorted(each.member.gone)])
            if each.depth != 0:
                start = start_of(each.name, dtype_of(each.out.kind)) if each.depth is None else None
                state[each.out] = self.room(builder, each.out, each.member.target, start)
        self.level(builder, 0, (), state)

    def own(self, value: Value) -> Places:
        return self.views.own(self.views.lengths.of(value))

    def offset(self, builder: Builder, place: Place) -> None:
        total: Atom = Const(place.shift, INT)
        for symbol, count in place.terms:
            number = self.known.number(builder, symbol)
            if count != 1:
                number = builder.apply(OPS["mul"], Const(count, INT), number)
            total = plus(builder, number, total)
        self.offsets.setdefault(place, total)

    def room(self, builder: Builder, value: Value, places: Places, start: Const | None = None) -> Value:
        """A new array for what the loops make, full of `start`; like one that is at hand, where its shape is known."""
        for base in self.bases:
            same = self.views.lengths.of(base) == self.views.lengths.of(value) and base.kind == value.kind
            if same and (start is None or not start.value):
                return builder.apply(OPS["np.empty_like" if start is None else "zeros_like"], base)
        sizes: list[Atom] = []
        for place in places:
            if place.axis is not None:
                size = self.rooms[place.axis]
                whole = any(size is number for number in self.known.numbers.values())
                sizes.append(size if whole else builder.apply(OPS["not_negative"], size))
        name = "np.empty" if start is None else "np.full" if start.value else "np.zeros"
        sizes = [start, *sizes] if start is not None and start.value else sizes
        dtype = dtype_object(value.kind)
        params: tuple[tuple[str, Any], ...] = (("shape", tuple(1 if p.axis is None else None for p in places)),)
        out = replace(value)
        params += (("dtype", dtype),) if dtype is not None else ()
        builder.emit(Apply(OPS[name], tuple(sizes), (out,), params, builder.span))
        return out

    # --- the loops ----------------------------------------------------------------------------------------------------

    def level(self, builder: Builder, depth: int, indices: tuple[Value, ...], state: State) -> State:
        """The loops from this depth on, and what they carry after them."""
        if depth == self.depth:
            return computed(self, builder, indices, state)
        begun = [each for each in self.sums if each.depth == depth]
        state = {**state, **{each: start_of(each.name, dtype_of(each.out.kind)) for each in begun}}
        inner = Builder(builder.span)
        index = Value(INT, _LETTERS[depth : depth + 1])
        params = {key: self.like(key) for key in state}
        ends = self.level(inner, depth + 1, (*indices, index), dict(params))
        builder.span = self.members[0].stmt.span
        outputs = {key: self.output(key, depth) for key in state}
        block = inner.block((index, *params.values()), [ends[key] for key in state])
        trips = Range(ZERO_INT, self.sizes[depth], ONE_INT)
        inputs = tuple(state.values())
        builder.emit(For(trips, False, (), inputs, block, tuple(outputs.values()), span=builder.span))
        after: State = dict(outputs)
        for each in begun:
            self.finish(builder, each, after.pop(each), indices, after)
        if depth == 0:
            for each in self.sums:
                if each.depth is None and each.name == "np.mean":
                    self.divide(builder, each, after[each.out], each.out)
        return after

    def output(self, key: Value | Sum, depth: int) -> Value:
        """What holds it after the loops: the result itself, unless that is yet to be made of it."""
        if isinstance(key, Sum):
            done = depth == 0 and key.name != "np.mean" and not shape_of(key.out.kind)
            return key.out if done else self.like(key)
        means = (each.out for each in self.sums if each.depth is None and each.name == "np.mean")
        return self.like(key) if depth or key in means else key

    def finish(self, builder: Builder, each: Sum, total: Atom, indices: tuple[Value, ...], after: State) -> None:
        """Put a sum that is complete where it belongs."""
        builder.span = each.member.stmt.span
        rank = len(shape_of(each.out.kind))
        if each.name == "np.mean":
            mean = each.out if rank == 0 else Value(plain_kind(total.kind))
            self.divide(builder, each, total, mean)
            total = mean
        if each.depth == 0:
            if rank:
                shape = (("shape", (1,) * rank),)
                builder.emit(Apply(OPS["np.full"], (total,), (each.out,), shape, builder.span))
            return
        where = [ZERO_INT if p.axis is None else indices[p.axis] for p in each.member.target]
        after[each.out] = builder.apply(OPS["index_set"], after[each.out], total, *where, index=at(*where))

    def divide(self, builder: Builder, each: Sum, total: Atom, out: Value) -> None:
        """The mean, from the sum."""
        axes = sorted(each.member.gone)
        for axis in axes[:-1]:
            total = builder.apply(OPS["div"], total, self.sizes[axis])
        builder.emit(Apply(OPS["div"], (total, self.sizes[axes[-1]]), (out,), (), builder.span))

    def like(self, key: Value | Sum) -> Value:
        """A value of this name, in the loops; an array that is written to and has none goes on under that it had."""
        if isinstance(key, Sum):
            return replace(key.out, kind=plain_kind(start_of(key.name, dtype_of(key.out.kind)).kind))
        before = self.first.get(key)
        if before is None or key.hint or key.base is not None:
            return replace(key)
        return replace(key, hint=before.hint, base=before.base, suffix=before.suffix)
