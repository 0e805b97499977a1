"""How arrays are stored: row by row without gaps, so that a reshape is a view, or in a way that makes it a copy."""

from __future__ import annotations

from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.steps import index_of
from s2s_ad.frontend.values import ArrayRef, Chosen, Step
from s2s_ad.ir.kinds import MANY, Array, Kind
from s2s_ad.ops.indexing import WHOLE

_RESHAPES = frozenset({"np.reshape", "np.ravel", "np.squeeze", "np.expand_dims"})


def in_order(machine: Machine, ref: ArrayRef) -> bool:
    """Whether the array is stored row by row without gaps; of an argument that may be demanded then."""
    if isinstance(machine.store[ref.cell], Chosen) or not all(map(_keeps_order, ref.steps)):
        return False
    if ref.cell in machine.in_order:
        return True
    if ref.cell in machine.may_rely:
        machine.relied.add(ref.cell)
        return True
    made_of = machine.in_order_if.get(ref.cell)
    return made_of is not None and all(in_order(machine, ArrayRef(machine, cell, ref.kind)) for cell in made_of)


def _keeps_order(step: Step) -> bool:
    """Whether the step leads from an array in order to one in order: single rows, then one range of them."""
    if step.op is None or step.op.name != "getitem":
        return step.op is not None and step.op.name in _RESHAPES
    rest = list(index_of(step))
    while rest and (isinstance(rest[0], int) or rest[0] is None or isinstance(rest[0], tuple) and rest[0][0] == "in"):
        rest.pop(0)
    if rest and isinstance(rest[0], tuple) and rest[0][0] == "slice" and rest[0][3] in (None, 1):
        rest.pop(0)
    return all(entry is None or entry is Ellipsis or entry == WHOLE for entry in rest)


def turned(machine: Machine, ref: ArrayRef, into: Kind) -> bool:
    """Whether this is a matrix in order, transposed: all of it in one row is a copy."""
    if not ref.steps or not isinstance(ref.kind, Array) or ref.kind.shape != (MANY, MANY):
        return False
    last, base = ref.steps[-1], ArrayRef(machine, ref.cell, ref.kind, ref.steps[:-1])
    if last.op is None or last.op.name not in ("np.transpose", "np.swapaxes"):
        return False
    back = dict(last.params).get("axes") in (None, (1, 0)) if last.op.name == "np.transpose" else _swaps(last)
    return back and isinstance(into, Array) and into.rank == 1 and in_order(machine, base)


def _swaps(step: Step) -> bool:
    params = dict(step.params)
    return {params["axis1"] % 2, params["axis2"] % 2} == {0, 1}
