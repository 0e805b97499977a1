"""Sums of all trips of a nest of loops, kept in as many numbers as the innermost loop has trips.

Where a trip adds to a number, it waits for the sum of the trip before. With a number for each index of the innermost
loop no trip waits for another one, and machine code does several at once; the numbers are added up after the nest.
Where the innermost loop also does what only goes one trip after another, the sums have a loop of their own before it.
This is done to adjoints and tangents: what the user wrote is added up as he wrote it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import ANY, FLOAT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Stmt, Value, While
from s2s_ad.ir.walk import (
    clone,
    defined_in,
    free_values,
    is_derivative,
    map_inputs,
    split_params,
    substitute,
    use_counts,
)
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.dce import dce_block
from s2s_ad.passes.native.accesses import ACCESSES, accesses, array_before, needed, place_of
from s2s_ad.passes.native.affine import Affine, Sum
from s2s_ad.passes.native.factors import added
from s2s_ad.passes.native.fuse import sums_of
from s2s_ad.passes.native.products import Product
from s2s_ad.passes.native.storage import at

CHEAP = 1  # the cost of an operation that machine code does for several trips at once


def spread(block: Block) -> Block:
    """The block with such sums in its nests."""
    return _Spread(block).block(block)


@dataclass(frozen=True)
class _Scale:
    """The fixed part of a product, with which the sum of its other part is multiplied."""

    product: Product
    negative: bool = False

    def applied(self, builder: Builder, total: Atom) -> Atom:
        total = self.product.times_fixed(builder, total)
        return builder.apply(OPS["neg"], total) if self.negative else total


@dataclass(frozen=True)
class _Way:
    """How a sum of an inner loop gets into one of the loop around it: it is that, or `link` adds a multiple of it."""

    slot: int
    total: Atom  # to which it is added
    link: Apply | None = None
    scale: _Scale | None = None


@dataclass(frozen=True)
class _Parts:
    """The numbers of which the sum in a slot of a loop is made."""

    slot: int
    like: Value  # has an axis that is long enough, and is there before the nest
    scales: tuple[_Scale, ...]  # with which they are multiplied after the nest, when they have been added up
    given: Value  # the array of them as the loop finds it
    left: Value  # and leaves it


@dataclass(frozen=True)
class _Term:
    """What a statement adds to a sum, or takes away."""

    stmt: Apply
    value: Atom
    negative: bool


@dataclass(frozen=True)
class _Changed:
    """What stands for a loop that adds to parts. Of the sums in these slots it adds nothing to the numbers any more."""

    stmts: list[Stmt]
    parts: list[_Parts]
    gone: set[int]


class _Spread:
    def __init__(self, block: Block) -> None:
        self.affine = Affine(block)
        self.uses = use_counts(block)
        self.inside: set[Value] = set()  # of the nest
        self.there: dict[Value, Value] = {}  # by shapes: arrays that the nest is given

    def block(self, block: Block) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            for each in self.nest(stmt) if isinstance(stmt, For) else [stmt]:
                builder.emit(map_inputs(each, lambda a: a, self.block))
        return replace(block, stmts=tuple(builder.stmts))

    def nest(self, loop: For) -> list[Stmt]:
        """What stands for a loop that no other one hands these sums to."""
        slots = {k: p for k, p in enumerate(split_params(loop)[1]) if p.kind == FLOAT and is_derivative(p)}
        given = [a for a in (*free_values(loop.body), *loop.init) if isinstance(a, Value) and isinstance(a.kind, Array)]
        self.inside = defined_in(loop.body)
        self.there = {self.affine.root(a): a for a in given}
        changed = self.handing(loop, slots) if slots else None
        if changed is None:
            return [loop]
        before, after = Builder(loop.span), Builder(loop.span)
        (made,) = changed.stmts
        assert isinstance(made, For)
        outputs = list(made.outputs)
        for slot in dict.fromkeys(parts.slot for parts in changed.parts):
            sums = list[Atom]()
            for parts in changed.parts:
                if parts.slot == slot:
                    _zeros(before, parts)
                    sums.append(_whole(after, parts))
            out, start = outputs[slot], loop.init[slot]
            outputs[slot] = replace(out)
            start = start if slot in changed.gone else outputs[slot]
            if not isinstance(start, Const) or start.value != 0.0:
                sums.insert(0, start)
            added(after, sums)
            last = after.stmts.pop()
            assert isinstance(last, (Apply, If))
            after.emit(replace(last, outputs=(out,)))
        return [*before.stmts, replace(made, outputs=tuple(outputs)), *after.stmts]

    def handing(self, loop: For, slots: Mapping[int, Value]) -> _Changed | None:
        """The loop, if it hands sums in some of these slots to inner ones that can add to parts of them.

        The parts are called after the values to which the slots are mapped.
        """
        body, params = loop.body, split_params(loop)[1]
        ways = self.ways(loop, slots) if not loop.stops else {}
        stmts, found, same = list[Stmt](), list[_Parts](), dict[Value, Atom]()
        dropped = set[Stmt | None]()
        for stmt in body.stmts:
            changed = None
            if isinstance(stmt, For) and stmt in ways:
                alone = all(isinstance(s, Apply) for s in stmt.body.stmts)
                names = {k: slots[way.slot] for k, way in ways[stmt].items()}
                changed = (self.adding if alone else self.handing)(stmt, names)
            if changed is None or not isinstance(stmt, For):
                stmts.append(stmt)
                continue
            stmts += changed.stmts
            for parts in changed.parts:
                way = ways[stmt][parts.slot]
                scales = (*parts.scales, way.scale) if way.scale is not None else parts.scales
                found.append(replace(parts, slot=way.slot, scales=scales))
            for k in changed.gone:
                way = ways[stmt][k]
                same[way.link.out if way.link is not None else stmt.outputs[k]] = way.total
                dropped.add(way.link)
        if not found:
            return None
        n, ends = len(loop.init), body.results
        whole = Block(
            (*body.params, *(parts.given for parts in found)),
            tuple(stmt for stmt in stmts if stmt not in dropped),
            (*ends[:n], *(parts.left for parts in found), *ends[n:]),
        )
        whole = substitute(whole, same)
        outside = [replace(p, given=replace(p.given), left=replace(p.left)) for p in found]
        outputs = (*loop.outputs[:n], *(parts.left for parts in outside), *loop.outputs[n:])
        init = (*loop.init, *(parts.given for parts in outside))
        made = replace(loop, init=init, body=whole, outputs=outputs)
        gone = {slot for slot in slots if whole.results[slot] is params[slot] and whole.results[slot] is not ends[slot]}
        return _Changed([made], outside, gone)

    def ways(self, loop: For, slots: Collection[int]) -> dict[For, dict[int, _Way]]:
        """By inner loops and their slots: the sums that get into those in the slots of the loop."""
        body, found = loop.body, dict[For, dict[int, _Way]]()
        made = {s.out: s for s in body.stmts if isinstance(s, Apply)}
        for slot in slots:
            total: Atom = split_params(loop)[1][slot]
            for link in sums_of(body, split_params(loop)[1][slot], body.results[slot], self.uses) or ():
                if isinstance(link, Apply):
                    first, second = link.inputs
                    fresh = self.fresh(second if first is total else first, made, body)
                    if fresh is not None:
                        inner, k, product = fresh
                        scale = _Scale(product, product.negative != (link.op.name == "sub"))
                        found.setdefault(inner, {})[k] = _Way(slot, total, link, scale)
                    total = link.out
                elif isinstance(link, (For, While)):
                    k = link.init.index(total)
                    if isinstance(link, For):
                        found.setdefault(link, {})[k] = _Way(slot, total)
                    total = link.outputs[k]
        return found

    def fresh(self, number: Atom, made: Mapping[Value, Apply], body: Block) -> tuple[For, int, Product] | None:
        """The inner loop, and its slot, that adds up what the number is a multiple of: from zero, for nobody else."""
        product = Product(number, made, lambda a: a not in self.inside)
        if len(product.own) != 1 or any(self.uses[a] != 1 for a in (*product.taken, *product.own)):
            return None
        (total,) = product.own
        loop = next((s for s in body.stmts if isinstance(s, For) and total in s.outputs[: len(s.init)]), None)
        if loop is None or not isinstance(total, Value):
            return None
        slot = loop.outputs.index(total)
        start = loop.init[slot]
        return (loop, slot, product) if isinstance(start, Const) and start.value == 0.0 else None

    # --- the innermost loop -------------------------------------------------------------------------------------------

    def adding(self, loop: For, slots: Mapping[int, Value]) -> _Changed | None:
        """The loop with an element of its own for what a trip adds to the sums in these slots, where it gains by it."""
        trips, index = loop.trips, loop.body.params[0]
        if trips is None or not isinstance(trips.step, Const) or trips.step.value != 1 or loop.stops:
            return None
        sums = {k: terms for k in slots if (terms := self.terms(loop, k)) is not None}
        like = self.like(loop) if sums and self.affine.not_negative(Sum({index: 1})) else None
        if like is None:
            return None
        parts = [_parts(k, slots[k], like) for k in sums]
        rest = _keeping(loop, [k for k in range(len(loop.init)) if k not in sums], lists=True)
        if self.in_any_order(rest):
            return _Changed([_adding_to(loop, sums, parts)], parts, set(sums))
        before = self.as_before(loop, sums)
        if before is None:
            return None
        alone = _keeping(_adding_to(loop, sums, parts), list(sums), lists=False)
        alone = _forward(replace(alone, body=clone(substitute(alone.body, before), {})))
        return _Changed([alone, rest], parts, set(sums))

    def terms(self, loop: For, slot: int) -> list[_Term] | None:
        """What a trip adds to the number in this slot; None if machine code could not do it for several at once."""
        total, found = split_params(loop)[1][slot], list[_Term]()
        for link in sums_of(loop.body, total, loop.body.results[slot], self.uses) or ():
            if not isinstance(link, Apply):
                return None
            first, second = link.inputs
            found.append(_Term(link, second if first is total else first, link.op.name == "sub"))
            total = link.out
        made = needed(loop.body, [term.value for term in found])
        return found if found and all(self.easy(stmt, loop) for stmt in made) else None

    def easy(self, stmt: Apply, loop: For) -> bool:
        """Whether it is cheap, and reads of an array what stands side by side for one trip after the other."""
        if stmt.op.name != "getitem":
            return stmt.op.cost <= CHEAP and not stmt.op.effect
        place = place_of(stmt)
        inside, index = defined_in(loop.body), loop.body.params[0]
        if place is None or not inside.isdisjoint(place[:-1]):
            return False
        last = self.affine.sum(place[-1])
        return last.terms.get(index, 0) in (0, 1) and inside.isdisjoint({*last.terms} - {index})

    def like(self, loop: For) -> Value | None:
        """An array that is there before the nest, with an axis that is as long as the index of the loop may say."""
        index = loop.body.params[0]
        for stmt in loop.body.stmts:
            place = place_of(stmt) if isinstance(stmt, Apply) and stmt.op.name in ACCESSES else None
            if not isinstance(stmt, Apply) or place is None or not isinstance(stmt.inputs[0], Value):
                continue
            last, found = self.affine.sum(place[-1]), self.there.get(self.affine.root(stmt.inputs[0]))
            if dict(last.terms) == {index: 1} and last.constant >= 0 and found is not None:
                return found
        return None

    def in_any_order(self, loop: For) -> bool:
        """Whether the loop only touches elements that each belong to one trip."""
        index, inside = loop.body.params[0], defined_in(loop.body)
        for slot, param in enumerate(split_params(loop)[1]):
            found = accesses(loop, slot)
            if loop.body.results[slot] is param:
                continue
            if found is None or len({tuple(map(self.affine.key, place)) for _, place in found.found}) > 1:
                return False
            place = found.found[0][1]
            if dict(self.affine.sum(place[-1]).terms) != {index: 1} or not inside.isdisjoint(place[:-1]):
                return False
        return True

    def as_before(self, loop: For, sums: Mapping[int, Sequence[_Term]]) -> dict[Value, Atom] | None:
        """The arrays of whose elements the sums are made, as they are before the loop; None if that is not the same."""
        items, carried = split_params(loop)
        made, before = defined_in(loop.body).difference(items, carried), dict[Value, Atom]()
        for stmt in needed(loop.body, [term.value for terms in sums.values() for term in terms]):
            changed = [a for a in stmt.inputs if a in carried or a in made and isinstance(a.kind, Array)]
            if changed:
                found = array_before(loop, stmt, self.affine) if stmt.op.name == "getitem" else None
                if found is None or changed != [stmt.inputs[0]]:
                    return None
                before.update((a, found) for a in changed if isinstance(a, Value))
        return before


def _parts(slot: int, called: Value, like: Value) -> _Parts:
    array = Value(like.kind if _is_row(like) else Array("float64", (ANY,)), base=called, suffix="_parts")
    return _Parts(slot, like, (), array, replace(array))


def _is_row(array: Value) -> bool:
    return isinstance(array.kind, Array) and array.kind.rank == 1 and array.kind.dtype == "float64"


def _zeros(builder: Builder, parts: _Parts) -> None:
    assert isinstance(parts.like.kind, Array)
    if _is_row(parts.like):
        builder.emit(Apply(OPS["zeros_like"], (parts.like,), (parts.given,), (), builder.span))
    else:
        size = builder.apply(OPS["shape_item"], parts.like, axis=parts.like.kind.rank - 1)
        builder.emit(Apply(OPS["np.zeros"], (size,), (parts.given,), (("shape", (None,)),), builder.span))


def _whole(builder: Builder, parts: _Parts) -> Value:
    """The sum: where nothing has been added to it, it is zero whatever the fixed part is."""
    total: Value = builder.apply(OPS["np.sum"], parts.left)
    whole: Atom = total
    inner, out = Builder(builder.span), replace(total)
    for scale in parts.scales:
        whole = scale.applied(inner, whole)
    if whole is total:
        return total
    some = builder.apply(OPS["ne"], total, ZERO_FLOAT)
    builder.emit(If(some, inner.block((), (whole,)), Block((), (), (total,)), (out,), builder.span))
    return out


def _adding_to(loop: For, sums: Mapping[int, Sequence[_Term]], parts: Sequence[_Parts]) -> For:
    """The loop that adds to the element at its index what it added to numbers."""
    items, params = split_params(loop)
    chained = {term.stmt for terms in sums.values() for term in terms}
    builder = Builder(loop.span)
    builder.stmts += [stmt for stmt in loop.body.stmts if stmt not in chained]
    carried, results, init, outputs = list(params), list(loop.body.results), list(loop.init), list(loop.outputs)
    for (slot, terms), own in zip(sums.items(), parts):
        builder.span = terms[0].stmt.span
        total: Atom | None = None
        for term in terms:
            if total is None:
                total = builder.apply(OPS["neg"], term.value) if term.negative else term.value
            else:
                total = builder.apply(OPS["sub" if term.negative else "add"], total, term.value)
        assert total is not None
        carried[slot] = replace(own.given)
        inputs, places = (carried[slot], total, items[0]), (("index", at(items[0])),)
        left = replace(own.left)
        builder.emit(Apply(OPS["index_add"], inputs, (left,), places, builder.span))
        results[slot] = left
        init[slot], outputs[slot] = own.given, own.left
    body = Block((*items, *carried), tuple(builder.stmts), tuple(results))
    return replace(loop, init=tuple(init), body=body, outputs=tuple(outputs))


def _keeping(loop: For, slots: Sequence[int], lists: bool) -> For:
    """The loop with only these slots of what it carries, and with or without its lists."""
    items, carried = split_params(loop)
    kept = [*slots, *(range(len(loop.init), len(loop.outputs)) if lists else ())]
    params = tuple(carried[k] for k in slots)
    body = dce_block(Block(params, loop.body.stmts, tuple(loop.body.results[k] for k in kept)), set())
    read = free_values(body)
    walks = [(walk, item) for walk, item in zip(loop.xs, items[1:]) if item in read or not loop.even]
    body = replace(body, params=(items[0], *(item for _, item in walks), *params))
    init, outputs = tuple(loop.init[k] for k in slots), tuple(loop.outputs[k] for k in kept)
    return replace(loop, xs=tuple(walk for walk, _ in walks), init=init, body=body, outputs=outputs)


def _forward(loop: For) -> For:
    if not loop.reverse or loop.xs and not loop.even:
        return loop
    return replace(loop, reverse=False, xs=tuple(replace(walk, reverse=not walk.reverse) for walk in loop.xs))
