"""Where paths meet with one name for different arrays: the name is followed to the array that it is a name for.

Which of the arrays it is, and the numbers in the indices of a view, are values that the program hands on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.slots import FreshArray, Slot, convert, same_atom
from s2s_ad.frontend.steps import through
from s2s_ad.frontend.values import Abstract, ArrayRef, Chosen, Missing, Poison, Step, Store, Sym, is_nothing
from s2s_ad.ir.builder import FALSE, TRUE
from s2s_ad.ir.kinds import BOOL, INT, Array, Kind, join
from s2s_ad.ir.nodes import Atom, Block, Const, If, Stmt, Unbound, Value

_MOST = 8  # arrays that one name may stand for


@dataclass(frozen=True, eq=False)
class ViewShape(Abstract):
    """An array from before, or a view of it. `atoms` of its steps: slots where a path brings its own."""

    cell: int
    kind: Kind
    steps: tuple[Step, ...]
    atoms: tuple[Atom | Slot, ...]

    @property
    def slots(self) -> list[Kind]:
        return [atom.kind for atom in self.atoms if isinstance(atom, Slot)]


@dataclass(frozen=True, eq=False)
class ChosenShape(Abstract):
    """One of several arrays: a flag for each but the last, then what each of them brings along."""

    leaves: tuple[ViewShape | FreshArray, ...]
    kind: Kind

    @property
    def slots(self) -> list[Kind]:
        own = [kind for leaf in self.leaves for kind in _slots(leaf)]
        return [BOOL] * (len(self.leaves) - 1) + own


def may_be_missing(shape: ChosenShape | FreshArray) -> bool:
    """Whether a path that binds no array can say so: the last one is taken then, which has to bring something along."""
    return isinstance(shape, FreshArray) or bool(_slots(shape.leaves[-1]))


def _slots(leaf: ViewShape | FreshArray) -> list[Kind]:
    return leaf.slots if isinstance(leaf, ViewShape) else [leaf.content.kind]


def same_choice(a: ChosenShape, b: ChosenShape) -> bool:
    return a.kind == b.kind and len(a.leaves) == len(b.leaves) and all(map(_same_leaf, a.leaves, b.leaves))


def _same_leaf(a: ViewShape | FreshArray, b: ViewShape | FreshArray) -> bool:
    if isinstance(a, ViewShape) and isinstance(b, ViewShape):
        return _alike(a, b) and [isinstance(x, Slot) for x in a.atoms] == [isinstance(x, Slot) for x in b.atoms]
    return isinstance(a, FreshArray) and isinstance(b, FreshArray) and a.content.kind == b.content.kind


def _alike(a: ViewShape, b: ViewShape) -> bool:
    """Whether both are views of one array by the same steps, but for the numbers in them."""
    return (
        a.cell == b.cell
        and len(a.steps) == len(b.steps)
        and all(x.op is y.op and x.params == y.params for x, y in zip(a.steps, b.steps))
        and [x.kind for x in a.atoms] == [y.kind for y in b.atoms]
    )


# --- what is chosen among ---------------------------------------------------------------------------------------------


def leaves_of(
    value: Abstract, store: Store, mark: int, fresh: Callable[[ArrayRef], Abstract]
) -> list[ViewShape | FreshArray] | None:
    """The arrays that the value may be; `fresh` makes the shape of one that is not there any more. None: no array."""
    if isinstance(value, ChosenShape):
        return list(value.leaves)
    if isinstance(value, FreshArray):
        return [value]
    if type(value) is Sym and isinstance(value.kind, Array) and value.kind.rank:
        return [FreshArray(Slot(value.kind), frozenset())]  # it was just computed
    if not isinstance(value, ArrayRef):
        return None
    content = store[value.cell]
    if isinstance(content, Chosen):
        parts = [leaves_of(through(value, array), store, mark, fresh) for array in content.arrays]
        return None if None in parts else [leaf for part in parts if part is not None for leaf in part]
    if value.cell > mark:
        shape = fresh(value)
        return [shape] if isinstance(shape, FreshArray) else None
    return None if any(step.op is None for step in value.steps) else [view_shape(value)]


def view_shape(ref: ArrayRef) -> ViewShape:
    atoms = [atom for step in ref.steps for atom in step.atoms]
    return ViewShape(ref.cell, ref.kind, ref.steps, tuple(a if isinstance(a, Const) else Slot(a.kind) for a in atoms))


def chosen_among(leaves: list[ViewShape | FreshArray]) -> ChosenShape | FreshArray | None:
    """The shape of one of these. None: there is no one kind, or there are too many."""
    found: list[ViewShape | FreshArray] = []
    for leaf in leaves:
        k = next((k for k, other in enumerate(found) if _one(leaf, other)), None)
        if k is None:
            found.append(leaf)
            continue
        joined = _both(found[k], leaf)
        if joined is None:
            return None
        found[k] = joined
    kind: Kind | None = _kind(found[0])
    for leaf in found[1:]:
        kind = None if kind is None else join(kind, _kind(leaf))
    if kind is None or len(found) > _MOST or any(_dtype(_kind(leaf)) != _dtype(kind) for leaf in found):
        return None
    if len(found) == 1 and isinstance(found[0], FreshArray):
        return found[0]
    wide = [replace(leaf, content=Slot(kind)) if isinstance(leaf, FreshArray) else leaf for leaf in found]
    return ChosenShape(tuple(sorted(wide, key=lambda leaf: bool(_slots(leaf)))), kind)


def _kind(leaf: ViewShape | FreshArray) -> Kind:
    return leaf.kind if isinstance(leaf, ViewShape) else leaf.content.kind


def _dtype(kind: Kind) -> str:
    return kind.dtype if isinstance(kind, Array) else ""


def _one(a: ViewShape | FreshArray, b: ViewShape | FreshArray) -> bool:
    if isinstance(a, ViewShape) and isinstance(b, ViewShape):
        return _alike(a, b)
    return isinstance(a, FreshArray) and isinstance(b, FreshArray)


def _both(a: ViewShape | FreshArray, b: ViewShape | FreshArray) -> ViewShape | FreshArray | None:
    if isinstance(a, ViewShape) and isinstance(b, ViewShape):
        kind = join(a.kind, b.kind)
        atoms = tuple(x if _same_const(x, y) else Slot(x.kind) for x, y in zip(a.atoms, b.atoms))
        return None if kind is None else ViewShape(a.cell, kind, a.steps, atoms)
    assert isinstance(a, FreshArray) and isinstance(b, FreshArray)
    kind = join(a.content.kind, b.content.kind)
    return None if kind is None else FreshArray(Slot(kind), a.sources | b.sources)


def _same_const(a: Atom | Slot, b: Atom | Slot) -> bool:
    return not isinstance(a, Slot) and not isinstance(b, Slot) and same_atom(a, b)


# --- from values to shapes and back -----------------------------------------------------------------------------------


def flow_chosen(machine: Machine, shape: ChosenShape, value: Abstract, out: list[Atom]) -> None:
    """The atoms of the value for the slots of the shape."""
    if isinstance(value, (Missing, Poison)) or is_nothing(value):
        flags = len(shape.leaves) - 1  # these may be looked at where the array is not
        out += [FALSE] * flags + [Unbound(kind) for kind in shape.slots[flags:]]
        return
    if not isinstance(value, ArrayRef):
        value = machine.held(value)
    assert isinstance(value, ArrayRef)
    content = machine.store[value.cell]
    count = len(shape.leaves)
    alternatives = list(_alternatives(machine, value))
    places = [_place(shape, ref) for ref in alternatives]
    if isinstance(content, Chosen) and places == list(range(count)) and len(content.arrays) == count:
        out.extend(content.flags)
    else:
        for k in range(count - 1):
            flag = _select(machine, value, lambda ref: TRUE if _place(shape, ref) == k else FALSE)  # noqa: B023
            out.append(flag or FALSE)
    for k, leaf in enumerate(shape.leaves):
        if isinstance(leaf, FreshArray):
            atom = _select(machine, value, lambda ref: ref.atom if _place(shape, ref) == k else None)  # noqa: B023
            if atom is None:  # its content is never asked for, but its shape may be
                atom = Unbound(leaf.content.kind) if _left_out(machine, value) else value.atom
            out.append(convert(machine, atom, leaf.content.kind))
            continue
        for i, given in enumerate(leaf.atoms):
            if isinstance(given, Slot):
                atom = _select(machine, value, lambda ref: _atom(shape, ref, k, i))  # noqa: B023
                out.append(atom or (Const(0, INT) if given.kind == INT else Unbound(given.kind)))


def _left_out(machine: Machine, ref: ArrayRef) -> bool:
    """Whether a path on which the function has returned has left out what the array is found by."""
    content = machine.store[ref.cell]
    if isinstance(content, Chosen):
        return any(_left_out(machine, through(ref, array)) for array in content.arrays)
    atoms = [atom for step in ref.steps for atom in step.atoms]
    if isinstance(content, Sym):
        atoms.append(content.atom)
    return any(_may_be_unbound(atom, machine.builder.stmts) for atom in atoms)


def _may_be_unbound(atom: Atom, stmts: Sequence[Stmt]) -> bool:
    if isinstance(atom, Unbound):
        return True
    made = next((s for s in stmts if isinstance(s, If) and atom in s.outputs), None)
    if not isinstance(made, If) or not isinstance(atom, Value):
        return False
    k = made.outputs.index(atom)
    return any(_may_be_unbound(branch.results[k], branch.stmts) for branch in (made.then, made.orelse))


def _alternatives(machine: Machine, ref: ArrayRef) -> Iterator[ArrayRef]:
    content = machine.store[ref.cell]
    if not isinstance(content, Chosen):
        yield ref
        return
    for array in content.arrays:
        yield from _alternatives(machine, through(ref, array))


def _place(shape: ChosenShape, ref: ArrayRef) -> int:
    """Which of the leaves the array is."""
    own = view_shape(ref)
    for k, leaf in enumerate(shape.leaves):
        if isinstance(leaf, ViewShape) and _alike(leaf, own):
            return k
    return next(k for k, leaf in enumerate(shape.leaves) if isinstance(leaf, FreshArray))


def _atom(shape: ChosenShape, ref: ArrayRef, k: int, i: int) -> Atom | None:
    return [atom for step in ref.steps for atom in step.atoms][i] if _place(shape, ref) == k else None


def _select(machine: Machine, ref: ArrayRef, of: Callable[[ArrayRef], Atom | None]) -> Atom | None:
    """What `of` says of the array that is chosen; None where that does not matter."""
    content = machine.store[ref.cell]
    if not isinstance(content, Chosen):
        return of(ref)
    atoms = [_select(machine, through(ref, array), of) for array in content.arrays]
    found = atoms[-1]
    for flag, atom in zip(content.flags[::-1], atoms[-2::-1]):
        found = _either(machine, flag, atom, found)
    return found


def _either(machine: Machine, flag: Atom, a: Atom | None, b: Atom | None) -> Atom | None:
    if a is None or b is None or same_atom(a, b):
        return b if a is None else a
    if a is TRUE and b is FALSE:
        return flag
    out = Value(a.kind)
    machine.emit(If(flag, Block((), (), (a,)), Block((), (), (b,)), (out,), machine.builder.span))
    return out


def rebuild_chosen(
    machine: Machine, shape: ChosenShape, leaves: Iterator[Atom], fresh: Callable[[FreshArray], Abstract]
) -> Abstract:
    """The array that the shape becomes with these atoms in its slots."""
    flags = [next(leaves) for _ in shape.leaves[1:]]
    arrays: list[ArrayRef] = []
    for leaf in shape.leaves:
        if isinstance(leaf, FreshArray):
            array = fresh(leaf)
            assert isinstance(array, ArrayRef)
            arrays.append(array)
            continue
        atoms = iter([next(leaves) if isinstance(atom, Slot) else atom for atom in leaf.atoms])
        steps = tuple(replace(step, atoms=tuple(next(atoms) for _ in step.atoms)) for step in leaf.steps)
        arrays.append(ArrayRef(machine, leaf.cell, leaf.kind, steps))
    if len(arrays) == 1:
        return arrays[0]
    cell = machine.number()
    machine.store[cell] = Chosen(tuple(flags), tuple(arrays), shape.kind)
    return ArrayRef(machine, cell, shape.kind)
