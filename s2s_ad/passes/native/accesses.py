"""What a loop does with the elements of an array that it carries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from s2s_ad.analysis.lengths import ASKS_LENGTH
from s2s_ad.ir.kinds import FLOAT, INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For
from s2s_ad.ir.walk import blocks_of, defined_in, free_values, inputs_of, split_params, substitute
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.apart import Apart

ACCESSES = frozenset(("getitem", "index_set", "index_add"))

Place = Sequence[Atom]  # a whole number for each axis


@dataclass(frozen=True)
class Accesses:
    """The reads, writes and sums of single elements, in order: all that a loop does with the array of this slot."""

    slot: int
    found: list[tuple[Apply, Place]]


@dataclass(frozen=True)
class Add:
    """What a trip adds to the element so far from its index."""

    stmt: Apply
    offset: int


Row = tuple[object, ...]  # all of a place but its last entry, by what the whole numbers are made of


def place_of(stmt: Apply) -> Place | None:
    """The whole numbers that name the one element which is read, written or added to; None if it is not one."""
    array, at = stmt.inputs[0], stmt.inputs[1 if stmt.op.name == "getitem" else 2 :]
    index = dict(stmt.params)["index"]
    entries = [
        Const(e, INT) if isinstance(e, int) else at[e[1]] if isinstance(e, tuple) and e[0] == "in" else None
        for e in index
    ]
    places = [e for e in entries if e is not None and not shape_of(e.kind) and dtype_of(e.kind) != "bool"]
    return places if len(places) == len(index) == len(shape_of(array.kind)) else None


def accesses(loop: For, slot: int) -> Accesses | None:
    """Of the array of floats that the loop carries there; None if it does anything else with it, or in inner blocks."""
    at = split_params(loop)[1][slot]
    if not isinstance(at.kind, Array) or not at.kind.rank or at.kind.dtype != "float64":
        return None
    versions, found = {at}, []
    for stmt in loop.body.stmts:
        if any(not versions.isdisjoint(free_values(b)) for b in blocks_of(stmt)):
            return None
        touched = [a for a in inputs_of(stmt) if a in versions]
        if not touched or isinstance(stmt, Apply) and stmt.op.name in ASKS_LENGTH:
            continue
        # an older version that is still read would have to be another array
        if touched != [at] or not isinstance(stmt, Apply) or stmt.op.name not in ACCESSES or stmt.inputs[0] is not at:
            return None
        place = place_of(stmt)
        if place is None or stmt.op.name != "getitem" and shape_of(stmt.inputs[1].kind):
            return None
        found.append((stmt, place))
        if stmt.op.name != "getitem":
            at = stmt.out
            versions.add(at)
    left = [r for r in loop.body.results if r in versions]
    return Accesses(slot, found) if left == [at] and loop.body.results[slot] is at else None


def sums_by_row(array: Accesses, loop: For, affine: Affine) -> dict[Row, list[Add]] | None:
    """What a trip adds to elements along rows that no trip changes; None if it does anything else with the array."""
    index, inside = loop.body.params[0], defined_in(loop.body)
    rows: dict[Row, list[Add]] = {}
    for stmt, place in array.found:
        last = affine.sum(place[-1])
        if stmt.op.name != "index_add" or stmt.inputs[1].kind != FLOAT:
            return None
        if dict(last.terms) != {index: 1} or not inside.isdisjoint(place[:-1]):
            return None
        rows.setdefault(tuple(map(affine.key, place[:-1])), []).append(Add(stmt, last.constant))
    return rows


def without(body: Block, writes: Collection[Apply]) -> Block:
    """The body without these writes: who asks for the shape of what one of them made asks what it was made of."""
    left = tuple(s for s in body.stmts if s not in writes)
    return substitute(replace(body, stmts=left), {s.out: s.inputs[0] for s in writes})


def array_before(loop: For, read: Apply, affine: Affine) -> Atom | None:
    """The array of which a trip reads an element, as it was before the loop; None if a trip may have written to it."""
    params, array, index = split_params(loop)[1], read.inputs[0], loop.body.params[0]
    found = accesses(loop, params.index(array)) if array in params and loop.trips is not None else None
    here = place_of(read)
    if found is None or here is None:
        return None
    way, apart = -1 if loop.reverse else 1, Apart(affine)
    for stmt, place in found.found:
        last = affine.sum(place[-1])
        if dict(last.terms) != {index: 1} or not affine.not_negative(last):
            return None  # what is counted from the end may be met again
        if stmt.op.name == "getitem":
            continue
        if any(affine.key(a) != affine.key(b) for a, b in zip(place[:-1], here[:-1])):
            if not apart.never_equal(place[:-1], here[:-1]):
                return None
            continue
        if way * (affine.sum(here[-1]).constant - last.constant) < 0:
            return None
    return loop.init[found.slot]


def needed(body: Block, atoms: Collection[Atom]) -> list[Apply]:
    """The statements of the body that make these atoms, in order."""
    wanted = set(atoms)
    found: list[Apply] = []
    for stmt in reversed(body.stmts):
        if isinstance(stmt, Apply) and stmt.out in wanted and not stmt.op.store:
            found.append(stmt)
            wanted.update(inputs_of(stmt))
    return found[::-1]
