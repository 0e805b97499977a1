"""Arrays that a nest of loops reads throughout: every element, and most of them more than once.

To save such an array takes no more room than to save what is read of it, element by element.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2s_ad.analysis.affine import Sum
from s2s_ad.analysis.kept import Kept
from s2s_ad.ir.kinds import INT
from s2s_ad.ir.nodes import Apply, Atom, Const, For, Value
from s2s_ad.ops.fitting import shape_of

EDGE = 8  # elements along an axis that may be left out


def read_throughout(kept: Kept) -> frozenset[Value]:
    """The versions of arrays that are read so by more loops, one in the other, than they have axes."""
    found: set[Value] = set()
    for stmt, path in kept.places.items():
        if not isinstance(stmt, Apply) or stmt.op.name != "getitem":
            continue
        array = stmt.inputs[0]
        if not isinstance(array, Value) or array not in kept.overwritten or array in found:
            continue
        nest = [step.stmt for step in path[kept.depths[array] : -1]]
        loops = [loop for loop in nest if isinstance(loop, For) and not loop.stops]
        if len(loops) == len(nest) > len(shape_of(array.kind)) and _covers(kept, stmt, array, loops):
            found.add(array)
    return frozenset(found)


def _covers(kept: Kept, read: Apply, array: Value, loops: Sequence[For]) -> bool:
    """Whether each axis is gone along by the index of a loop of its own, from one end to the other."""
    spans = _spans(kept, loops)
    used: set[Value] = set()
    at = read.inputs[1:]
    entries = dict(read.params)["index"]
    if len(entries) != len(shape_of(array.kind)):
        return False
    for axis, entry in enumerate(entries):
        if not isinstance(entry, tuple) or entry[0] != "in" or at[entry[1]].kind != INT:
            return False
        place = kept.summed(at[entry[1]], _itself)
        index = next((v for v in place.factors if v in spans), None)
        if index is None or index in used or len(place.factors) > 1 or abs(place.factors[index]) != 1:
            return False
        used.add(index)
        first, end = spans[index]
        rest = kept.length_of(array, axis, _itself) - (end - first)
        if rest.factors or rest.constant > EDGE:
            return False
    return True


def _spans(kept: Kept, loops: Sequence[For]) -> dict[Value, tuple[Sum, Sum]]:
    """For each index the least that it is in the nest and one more than the most, where all between them comes up too.

    So at most one end of a range is another for the trips of a loop around it.
    """
    spans: dict[Value, tuple[Sum, Sum]] = {}
    for loop in loops:
        if loop.trips is None or not isinstance(loop.trips.step, Const) or abs(loop.trips.step.value) != 1:
            continue
        start, stop = (kept.summed(a, _itself) for a in (loop.trips.start, loop.trips.stop))
        first, end = (start, stop) if loop.trips.step.value == 1 else (stop + 1, start + 1)
        moving = [v for total in (first, end) for v in total.factors if v in spans]
        if len(moving) < 2:
            spans[loop.body.params[0]] = _extreme(first, spans, -1), _extreme(end - 1, spans, 1) + 1
    return spans


def _extreme(total: Sum, spans: dict[Value, tuple[Sum, Sum]], sign: int) -> Sum:
    """The least (-1) or the most (1) that a sum is in all trips of the loops around."""
    found = Sum(total.constant)
    for variable, factor in total.factors.items():
        part = Sum(0, {variable: 1})
        if variable in spans:
            first, end = spans[variable]
            part = end - 1 if factor * sign > 0 else first
        found = found + part * factor
    return found


def _itself(atom: Atom) -> object:
    return atom
