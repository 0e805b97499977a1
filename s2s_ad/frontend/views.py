"""Views of arrays, and writing: a write through a view is an update of the array that it is a view of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.arrays import may_be_view, rows_change
from s2s_ad.frontend.layout import in_order, turned
from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.operators import operand, read
from s2s_ad.frontend.steps import Index, index_of, joined, through
from s2s_ad.frontend.values import NONE, Abstract, ArrayRef, Chosen, Step, Sym, is_nothing, what
from s2s_ad.ir.kinds import ANY, INT, MANY, ONE, Array, Kind, is_complex
from s2s_ad.ir.nodes import Atom, Const, Value
from s2s_ad.ops.core import Op
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.registry import OPS

_VIEWS = frozenset({"np.transpose", "np.swapaxes", "np.moveaxis", "np.squeeze", "np.expand_dims", "np.flip"})
_PARTS = {"real": "set_real", "np.real": "set_real", "imag": "set_imag", "np.imag": "set_imag"}
_VIEWS_OF_REAL = frozenset({"np.asarray", "np.real"})


# --- making views -----------------------------------------------------------------------------------------------------


def result_of(
    machine: Machine, op: Op, inputs: Sequence[Abstract], atoms: Sequence[Atom], params: dict[str, Any], made: Sym
) -> Abstract:
    """What an operation made of these inputs: a view of one of them, something that may be, or a new array."""
    refs = [value for value in inputs if isinstance(value, ArrayRef)]
    if not refs or not isinstance(made.kind, Array):
        return made
    step = Step(op, tuple(atoms[1:]), tuple(params.items()))
    if inputs[0] is refs[0]:
        equal = op.name == "np.split" and params.get("equal", True)
        if op.name in _VIEWS or equal or op.name in ("np.reshape", "np.ravel") and _is_view(machine, op, refs[0]):
            return view(machine, refs[0], step, made)
        if op.name in _PARTS and is_complex(refs[0].kind):
            return view(machine, refs[0], step, made)
        if op.name in _VIEWS_OF_REAL and made.kind == refs[0].kind and refs[0].kind.real:
            return refs[0]
        if op.name == "np.asarray":
            return made if made.kind != refs[0].kind else refs[0]
    if op.name in ("np.reshape", "np.ravel") and inputs[0] is refs[0] and turned(machine, refs[0], made.kind):
        return made
    if may_be_view(op):
        return machine.tie(machine.new_array(made), [ref.cell for ref in refs])
    return made


def flattened(machine: Machine, owner: Sym) -> Abstract:
    """The elements one after the other: a view where that is sure, else something that may be one."""
    op = OPS["np.ravel"]
    return machine.held(result_of(machine, op, [owner], [owner.atom], {}, machine.apply(op, owner.atom)))


def _is_view(machine: Machine, op: Op, owner: ArrayRef) -> bool:
    """Whether a reshape surely is a view; where it is not sure, it may be a copy."""
    rank_one = isinstance(owner.kind, Array) and owner.kind.rank == 1
    return op.name == "np.reshape" and rank_one or in_order(machine, owner)


def view(machine: Machine, owner: ArrayRef, step: Step, made: Sym) -> ArrayRef:
    """The view that one more step leads to; `made` is what it is now."""
    seen = machine.root(owner), made.atom
    if not any(step.op is None for step in owner.steps):
        return ArrayRef(machine, owner.cell, made.kind, joined(owner.steps, step), seen)
    return ArrayRef(machine, owner.cell, made.kind, (*owner.steps, step), seen)


# --- writing ----------------------------------------------------------------------------------------------------------


def at_chosen(machine: Machine, ref: ArrayRef, write: Callable[[ArrayRef], None]) -> bool:
    """Write to the array that was chosen, if it is one of several."""
    content = machine.store[ref.cell]
    if not isinstance(content, Chosen):
        return False

    def among(k: int) -> Abstract:
        if k < len(content.flags):
            branch(machine, content.flags[k], lambda: at(k), lambda: among(k + 1))
            return NONE
        return at(k)

    def at(k: int) -> Abstract:
        write(through(ref, content.arrays[k]))
        return NONE

    among(0)
    return True


def write_item(machine: Machine, owner: ArrayRef, atoms: Sequence[Atom], index: Index, value: Atom) -> None:
    """owner[index] = value."""
    if at_chosen(machine, owner, lambda array: write_item(machine, array, atoms, index, value)):
        return
    _check_written(owner.kind, value.kind)
    if isinstance(owner.kind, Array) and not owner.kind.rank and not owner.steps:
        replaced(machine, owner, _only_item(machine, owner.kind, value))
        return
    base, atoms, index = _target(machine, owner, atoms, index)
    replaced(machine, base, machine.apply("index_set", base.atom, value, *atoms, index=index))


def _only_item(machine: Machine, kind: Array, value: Atom) -> Sym:
    """What an array without axes holds after its one item was set: a number of its dtype."""
    if isinstance(value.kind, Array) and value.kind.rank:
        raise KindError("an array without axes holds a number, and not an array")
    return machine.apply(f"np.{kind.dtype}", value)


def add_to_item(machine: Machine, owner: ArrayRef, atoms: Sequence[Atom], index: Index, value: Atom) -> None:
    """owner[index] += value, where the index names no element twice."""
    if at_chosen(machine, owner, lambda array: add_to_item(machine, array, atoms, index, value)):
        return
    _check_written(owner.kind, value.kind)
    base, atoms, index = _target(machine, owner, atoms, index)
    replaced(machine, base, machine.apply("index_add", base.atom, value, *atoms, index=index))


def _target(
    machine: Machine, owner: ArrayRef, atoms: Sequence[Atom], index: Index
) -> tuple[ArrayRef, Sequence[Atom], Index]:
    """What is written to, and where: a row of a matrix is written to in the matrix."""
    _check_rows(owner)
    steps = joined(owner.steps, Step(OPS["getitem"], tuple(atoms), (("index", index),)))
    if len(steps) > len(owner.steps):
        return owner, atoms, index
    return before_last(owner), steps[-1].atoms, index_of(steps[-1])


def before_last(ref: ArrayRef) -> ArrayRef:
    """The array of which the view is made by its last step."""
    kind = ref.machine.loaded(ArrayRef(ref.machine, ref.cell, ref.kind, ref.steps[:-1])).kind
    return ArrayRef(ref.machine, ref.cell, kind, ref.steps[:-1])


def _check_rows(ref: ArrayRef) -> None:
    if any(step.op is None for step in ref.steps):
        raise rows_change(ref.cell)


def _check_written(into: Kind, value: Kind) -> None:
    if _dtype(value).startswith("complex") and not _dtype(into).startswith("complex"):
        raise KindError("NumPy does not write complex numbers into an array of real ones")


def _dtype(kind: Kind) -> str:
    return kind.dtype if isinstance(kind, Array) else str(kind)


def replaced(machine: Machine, ref: ArrayRef, new: Sym) -> None:
    """The array, or the view of one, is `new` from now on."""
    if at_chosen(machine, ref, lambda array: replaced(machine, array, new)):
        return
    _check_rows(ref)
    while ref.steps:
        base = before_last(ref)
        new = _put_back(machine, base, ref.steps[-1], new)
        ref = base
    if isinstance(new.atom, Value) and new.atom in machine.nameable and not new.atom.hint:
        machine.nameable.discard(new.atom)
        object.__setattr__(new.atom, "hint", machine.cell_names.get(ref.cell, ""))
    machine.write_array(ref, new)


def _put_back(machine: Machine, base: ArrayRef, step: Step, new: Sym) -> Sym:
    """`base` with `new` in the place of the view that the step leads to."""
    op, params = step.op, dict(step.params)
    assert op is not None
    if op.name == "getitem":
        return machine.apply("index_set", base.atom, new.atom, *step.atoms, index=params["index"])
    if op.name == "np.transpose":
        axes = params.get("axes")
        rank = len(axes) if axes is not None else 0
        back = None if axes is None else tuple([a % rank for a in axes].index(i) for i in range(rank))
        return machine.apply(op, new.atom, **({} if back is None else {"axes": back}))
    if op.name in ("np.swapaxes", "np.flip"):
        return machine.apply(op, new.atom, **params)
    if op.name == "np.moveaxis":
        return machine.apply(op, new.atom, source=params["destination"], destination=params["source"])
    if op.name in ("np.squeeze", "np.expand_dims", "np.reshape", "np.ravel"):
        return machine.apply("reshape_like", new.atom, base.atom)
    if op.name in _PARTS:
        return machine.apply(_PARTS[op.name], base.atom, new.atom)
    if op.name == "np.split":
        atoms, index = _cut(machine, base, **params)
        return machine.apply("index_set", base.atom, new.atom, *atoms, index=index)
    raise UnsupportedError(f"writing through {op.name} is not supported", remedy="Write to the array itself.")


def _cut(
    machine: Machine, base: ArrayRef, sections: int, i: int, axis: int = 0, equal: bool = True
) -> tuple[list[Atom], Index]:
    """The slice that is one of so many equal parts."""
    assert isinstance(base.kind, Array)
    length = machine.apply("shape_item", base.atom, axis=axis % base.kind.rank)
    step = machine.apply("floordiv", length.atom, Const(sections, INT)).atom
    start, stop = (machine.apply("mul", step, Const(k, INT)).atom for k in (i, i + 1))
    return [start, stop], (*[WHOLE] * (axis % base.kind.rank), ("slice", ("in", 0), ("in", 1), None))


def augment(machine: Machine, name: str, ref: ArrayRef, value: Abstract) -> None:
    """ref op= value: the array itself changes."""
    if is_nothing(read(value)):
        return
    v = operand(machine, value, near_array=True)
    if at_chosen(machine, ref, lambda array: augment(machine, name, array, v)):
        return
    if not isinstance(v.kind, Array) and str(v.kind) not in ("float", "int", "bool", "complex"):
        raise KindError(f"an array does not change by {what(v)}")
    check_in_place(name, ref.kind, v.kind)
    last = ref.steps[-1] if ref.steps else None
    if last is not None and last.op is OPS["getitem"] and name in ("add", "sub"):
        amount = v.atom if name == "add" else machine.apply("neg", v.atom).atom
        base = before_last(ref)
        add_to_item(machine, base, last.atoms, index_of(last), amount)
        return
    _check_rows(ref)
    new = machine.apply(name, ref.atom, v.atom)
    assert isinstance(ref.kind, Array)
    if isinstance(new.kind, Array) and new.kind.dtype != ref.kind.dtype:
        new = machine.apply("astype", new.atom, dtype=ref.kind.dtype)
    if new.kind != ref.kind or name == "matmul" or _may_grow(ref.kind, v.kind):
        # written into the array as it is, so that a result of another shape is an error as in NumPy
        new = machine.apply("index_set", ref.atom, new.atom, index=(Ellipsis,))
    replaced(machine, ref, new)


def write_out(machine: Machine, out: Abstract, made: Sym) -> Abstract:
    """A function with out=: its result is written into the array that is given, and is that array."""
    if not isinstance(out, ArrayRef):
        raise KindError(f"out= is an array, and this is {what(out)}")
    have, want = _dtype(made.kind), _dtype(out.kind)
    new = made
    if isinstance(made.kind, Array) and have != want:
        if not np.can_cast(have, want, "same_kind"):
            raise KindError(f"NumPy does not write {have} into an array of {want}")
        new = machine.apply("astype", made.atom, dtype=want)
    assert isinstance(out.kind, Array)
    if new.kind != out.kind or ANY in out.kind.shape:
        new = machine.apply("index_set", out.atom, new.atom, index=(Ellipsis,))
    replaced(machine, out, new)
    return out


def _may_grow(kind: Array, by: Kind) -> bool:
    return isinstance(by, Array) and bool(by.rank) and ANY in kind.shape


def check_in_place(name: str, kind: Kind, by: Kind) -> None:
    """Refuse what NumPy refuses: a result that the array cannot hold."""
    assert isinstance(kind, Array)
    result = OPS[name].kinds((kind, by), ())[0]
    if isinstance(result, Array) and not np.can_cast(result.dtype, kind.dtype, "same_kind"):
        raise KindError(f"NumPy does not write {result.dtype} into an array of {kind.dtype} in place")
    if name == "matmul" or not isinstance(by, Array):
        return
    pairs = zip(kind.shape[::-1], by.shape[::-1])
    if by.rank > kind.rank or any(have == ONE and more == MANY for have, more in pairs):
        raise KindError("the result has another shape than the array that it is written into")
