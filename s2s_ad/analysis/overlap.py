"""Writes of one part of an array to another part of it that NumPy does not make as if the part were copied first.

Where the target has one axis and the strides differ, as in `A[:, -1] = A[1]` or `y[::2] = y[:n]`, and where it is named
by a mask, NumPy (2.5 and before) reads elements that it has just written. Everything else it sees to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from s2s_ad.analysis.affine import Sum, sum_of
from s2s_ad.ir.kinds import INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, outputs_of
from s2s_ad.ops.indexing import WHOLE, every_axis, has_mask

Defs = Mapping[Value, Stmt]


@dataclass(frozen=True)
class _Run:
    axis: int
    first: Sum = Sum(0)
    end: Sum | None = None
    step: Sum = Sum(1)

    def surely_without(self, place: Sum) -> bool:
        """Whether the run leaves the place out, as one that ends before it or begins after it does."""
        if self.step.factors or self.step.constant < 0 or any(isinstance(f, Value) for f in place.factors):
            return False  # a number that is known when it runs may count from the end
        after = place - self.end if self.end is not None else Sum(-1)
        return _at_least(after, 0) or _at_least(self.first - place, 1)


@dataclass(frozen=True)
class _Part:
    """What a view takes of the axes of its array: a place of some, a run of others."""

    places: Mapping[int, Sum]
    runs: tuple[_Run, ...]


_View = tuple[Atom, "_Part | None"]  # of which array, and which part of it


def defs_of(block: Block) -> Defs:
    """The statement that makes each value."""
    return {out: stmt for stmt in all_stmts(block) for out in outputs_of(stmt)}


def meets_itself(stmt: Stmt, defs: Defs) -> TypeGuard[Apply]:
    """Whether the statement is a write in which NumPy may read what it has just written."""
    if not isinstance(stmt, Apply) or stmt.op.name != "index_set" or not _rank(stmt.inputs[1]):
        return False
    target, value, *at = stmt.inputs
    index = dict(stmt.params)["index"]
    masked = has_mask(index, tuple(a.kind for a in at))
    if not masked and any(map(_rank, at)):
        return False  # named by an array: NumPy copies
    read = _parts(value, defs, set())
    roots = {root for root, _ in read}
    for root, whole in _parts(target, defs, set()):
        if root not in roots:
            continue
        part = _taken(whole, index, at, defs)
        if part is not None and len(part.runs) != 1 and not masked:
            continue
        for source, of in read:
            if source is root and (masked or part is None or of is None or not _apart(part, of)):
                return True
    return False


def _rank(atom: Atom) -> int:
    return atom.kind.rank if isinstance(atom.kind, Array) else 0


def _parts(atom: Atom, defs: Defs, seen: set[Atom]) -> list[_View]:
    """The arrays that the value may be a view of, and which part; None where that is not known."""
    if not _rank(atom) or atom in seen:
        return []
    seen.add(atom)
    made = defs.get(atom) if isinstance(atom, Value) else None
    if (
        isinstance(made, Apply)
        and (made.op.may_alias or made.op.code in made.op.args)
        and not any(map(_rank, made.inputs[1:]))
    ):
        index = dict(made.params).get("index") if made.op.name == "getitem" else None
        found = _parts(made.inputs[0], defs, seen)
        at = made.inputs[1:]
        return [(root, None if index is None else _taken(part, index, at, defs)) for root, part in found]
    if isinstance(made, If):
        k = made.outputs.index(atom)
        return _parts(made.then.results[k], defs, seen) + _parts(made.orelse.results[k], defs, seen)
    own: _View = atom, _whole(atom)
    if isinstance(made, (For, While)) and atom in made.outputs[: len(made.init)]:
        k = made.outputs.index(atom)
        return [*_parts(made.init[k], defs, seen), *_parts(made.body.results[k], defs, seen), own]
    return [own]


def _whole(atom: Atom) -> _Part:
    return _Part({}, tuple(map(_Run, range(_rank(atom)))))


def _taken(part: _Part | None, index: tuple[object, ...], at: Collection[Atom], defs: Defs) -> _Part | None:
    """The part of a part that a plain index takes; None where it makes new axes or steps in ways not known."""
    if part is None or None in index or any(map(_rank, at)):
        return None
    entries, atoms = every_axis(index, len(part.runs)), list(at)

    def number(entry: object) -> Sum:
        atom = atoms[entry[1]] if isinstance(entry, tuple) else Const(entry, INT)
        return sum_of(atom, defs, lambda a, _: Sum(0, {a: 1}))

    places, runs = dict(part.places), []
    for run, entry in zip(part.runs, entries):
        axis = run.axis
        if entry == WHOLE:
            runs.append(run)
        elif run != _Run(axis):
            return None
        elif isinstance(entry, tuple) and entry[0] == "slice":
            first, end = (None if e is None else _from_start(number(e), axis) for e in entry[1:3])
            step = Sum(1) if entry[3] is None else number(entry[3])
            back = step.constant < 0 or bool(step.factors)
            runs.append(_Run(axis, first or (Sum(-1, {("length", axis): 1}) if back else Sum(0)), end, step))
        else:
            places[axis] = _from_start(number(entry), axis)
    return _Part(places, tuple(runs))


def _from_start(place: Sum, axis: int) -> Sum:
    return place + Sum(0, {("length", axis): 1}) if place.constant < 0 and not place.factors else place


def _apart(into: _Part, of: _Part) -> bool:
    """Whether no element is read from one place of a run after it was written at an earlier one."""
    if len(of.runs) != 1:
        return False
    (target,), (source,) = into.runs, of.runs
    gaps = [place - of.places[axis] for axis, place in into.places.items() if axis in of.places]
    if any(_at_least(gap, 1) or _at_least(gap * -1, 1) for gap in gaps):
        return True
    if target.axis == source.axis:
        known = not target.step.factors and not source.step.factors
        opposite = known and target.step.constant * source.step.constant < 0
        return target.step == source.step or opposite  # NumPy copies what runs the other way
    across, along = of.places[target.axis], into.places[source.axis]
    if target.step == source.step and across - target.first == along - source.first:
        return True  # a row and a column meet in the diagonal, each at the same place
    return target.surely_without(across) or source.surely_without(along)


def _at_least(number: Sum, least: int) -> bool:
    return not number.factors and number.constant >= least
