"""The steps that lead from an array to a view of it."""

from __future__ import annotations

from typing import Any

from s2s_ad.frontend.values import ArrayRef, Step
from s2s_ad.ir.kinds import Array
from s2s_ad.ops.registry import OPS

Index = tuple[Any, ...]


def joined(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """One step more, where A[i][j] is A[i, j] if i is a number."""
    getitem = OPS["getitem"]
    if not steps or steps[-1].op is not getitem or step.op is not getitem:
        return (*steps, step)
    last = steps[-1]
    index = index_of(last)
    if not all(isinstance(e, int) or isinstance(e, tuple) and e[0] == "in" for e in index):
        return (*steps, step)
    if _with_arrays(step) and not _is_array(step, index_of(step)[0]):  # A[i, :, at] has the axis of `at` in front
        return (*steps, step)
    more = tuple(_shifted(e, len(last.atoms)) for e in index_of(step))
    return (*steps[:-1], Step(getitem, (*last.atoms, *step.atoms), (("index", (*index, *more)),)))


def _with_arrays(step: Step) -> bool:
    return any(_is_array(step, entry) for entry in index_of(step))


def _is_array(step: Step, entry: Any) -> bool:
    if not isinstance(entry, tuple) or entry[0] != "in":
        return False
    kind = step.atoms[entry[1]].kind
    return isinstance(kind, Array) and (kind.rank > 0 or kind.dtype == "bool")


def index_of(step: Step) -> Index:
    found: Index = dict(step.params)["index"]
    return found


def _shifted(entry: Any, by: int) -> Any:
    """The entry of an index, of which the inputs come later by so many."""
    if isinstance(entry, tuple) and entry[0] == "in":
        return ("in", entry[1] + by)
    if isinstance(entry, tuple):
        return ("slice", *(_shifted(part, by) for part in entry[1:]))
    return entry


def through(ref: ArrayRef, array: ArrayRef) -> ArrayRef:
    """What `ref` is where the array that it is a view of is a name for `array`."""
    steps = array.steps
    for step in ref.steps:
        steps = joined(steps, step)
    return ArrayRef(ref.machine, array.cell, ref.kind, steps)
