"""Arrays as objects: what is in them now, who else may hold their memory, and what a write does to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.values import (
    Abstract,
    ArrayRef,
    Chosen,
    Fields,
    Items,
    NeedsUnroll,
    Poison,
    Step,
    Store,
    Sym,
    Table,
    reach,
)
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Atom, Value
from s2s_ad.ops.core import Op, elementwise
from s2s_ad.ops.slopes import numeric

# what these make is stored row by row without gaps
IN_ORDER = frozenset({"np.zeros", "np.ones", "np.empty", "np.full", "np.eye", "np.arange", "np.linspace", "array_of"})
# with no axes, these make arrays that can be changed, and not NumPy's single numbers
NO_AXES = IN_ORDER | {"np.array", "np.asarray", "np.ascontiguousarray", "np.copy", "np.zeros_like", "np.ones_like"}


# whose results are stored as what they are made of, if that is all stored alike: elementwise operations, and these
_EACH = (elementwise, numeric)
_KEEP_ORDER = frozenset({"np.copy", "astype"})


def may_be_view(op: Op) -> bool:
    """Whether its result may share memory with what it is given; a rule of the user's may return that itself."""
    module = getattr(op.function, "__module__", None) or "numpy"
    of_the_user = module.split(".")[0] not in ("numpy", "math", "builtins", "operator", "_operator", "s2s_ad")
    return op.may_alias or op.code in op.args or of_the_user


class NotWritable(NeedsUnroll):
    """A write to a list or an array of which not every name is known."""


class RowsChange(UnsupportedError):
    """An array changes, by itself or by its rows, while a loop walks over it: its rows are taken by number then."""

    cell = 0


def rows_change(cell: int) -> RowsChange:
    error = RowsChange("this array changes while something walks over it", remedy="Walk over a copy of it.")
    error.cell = cell
    return error


class Arrays:
    """The part of the machine that knows arrays; lists and dicts share its store."""

    def __init__(self, builder: Builder) -> None:
        self.store: Store = {}
        self.builder = builder
        self.frozen: set[int] = set()  # cells that are reached in ways we lose sight of: read, never written
        self.outside: dict[int, str] = {}  # of these the ones that the function does not get as arguments
        self.written: set[int] = set()
        self.ties: dict[int, set[int]] = {}  # arrays that may share the memory of a cell and are not followed
        self.origins: dict[int, frozenset[int]] = {}  # the other way round
        self.by_index: set[int] = set()  # arrays that change, or whose rows do, while a loop walks over them
        self.in_order: set[Value | int] = set()  # arrays and cells that are stored row by row without gaps
        self.in_order_if: dict[Value | int, tuple[int, ...]] = {}  # those that are if these cells are
        self.may_rely: set[int] = set()  # arguments of which that may be demanded
        self.relied: set[int] = set()  # and of which it is
        self.without_axes: set[Atom] = set()
        self.views: tuple[Builder, dict[Any, Atom]] = builder, {}  # read in the block that is being made

    def number(self) -> int:
        """A number for a new cell."""
        raise NotImplementedError

    def held(self, value: Abstract) -> Abstract:
        """The value as something refers to it: an array that was just computed gets a cell."""
        if (
            type(value) is Sym
            and isinstance(value.kind, Array)
            and (value.kind.rank or value.atom in self.without_axes)
        ):
            return self.new_array(value)
        return value

    def filled(self, content: Abstract) -> Abstract:
        """The content of a cell, which refers to the arrays in it."""
        if isinstance(content, (Items, Table, Fields)) and any(type(item) is Sym for item in content.items):
            return replace(content, items=tuple(map(self.held, content.items)))
        return content

    def note_order(self, op: Op, inputs: Sequence[Atom], out: Value) -> None:
        """Keep in mind that a new array is in order, or that it is if those that it was made of are."""
        if op.name in IN_ORDER:
            self.in_order.add(out)
        if not isinstance(out.kind, Array) or op.store or may_be_view(op):
            return
        if out.kind.rank == 1:
            self.in_order.add(out)
        if out.kind.rank < 2 or op.infer not in _EACH and op.name not in _KEEP_ORDER:
            return
        made_of: list[int] = []
        for atom in inputs:
            if not isinstance(atom, Value) or not isinstance(atom.kind, Array) or not atom.kind.rank:
                continue
            found = self.in_order_if.get(atom, () if atom in self.in_order else self._cells_with(atom))
            if not found and atom not in self.in_order or atom.kind.shape != out.kind.shape:
                return
            made_of += found
        self.in_order_if[out] = tuple(made_of)

    def _cells_with(self, atom: Atom) -> tuple[int, ...]:
        cells = ((cell, content) for cell, content in self.store.items() if isinstance(cell, int))
        return tuple(cell for cell, content in cells if type(content) is Sym and content.atom is atom)[:1]

    def new_array(self, content: Sym) -> ArrayRef:
        cell = self.number()
        self.store[cell] = content
        if content.atom in self.in_order:
            self.in_order.add(cell)
        elif isinstance(content.atom, Value) and content.atom in self.in_order_if:
            self.in_order_if[cell] = self.in_order_if[content.atom]
        return ArrayRef(self, cell, content.kind)

    def root(self, ref: ArrayRef) -> Atom:
        """What is in the cell now."""
        content = self.store[ref.cell]
        if isinstance(content, Poison):
            raise NeedsUnroll(content.message, remedy=content.remedy)
        if isinstance(content, Chosen):
            return self.chosen(ref, content)
        assert isinstance(content, Sym)
        return content.atom

    def chosen(self, ref: ArrayRef, content: Chosen) -> Atom:
        """What is now in the array that was chosen."""
        raise NotImplementedError

    def freeze(self, cells: Iterable[int]) -> None:
        """Something that is not followed refers to them from now on."""
        self.frozen |= reach(cells, self.store)

    def loaded(self, ref: ArrayRef) -> Atom:
        """The array, or the view of it, as it is now."""
        root = self.root(ref)
        if ref.seen is not None and ref.seen[0] is root:
            return ref.seen[1]
        if self.views[0] is not self.builder:
            self.views = self.builder, {}
        atom: Atom = root
        done: tuple[Step, ...] = ()
        for step in ref.steps:
            if step.op is None:
                raise rows_change(ref.cell)
            done = (*done, step)
            known = self.views[1].get((root, done))
            if known is None:
                known = self.builder.apply(step.op, atom, *step.atoms, **dict(step.params))
                self.views[1][root, done] = known
            atom = known
        return atom

    def tie(self, ref: ArrayRef, others: Iterable[int]) -> ArrayRef:
        """The array may share memory with others: it is not written to, nor read when one of them has been."""
        for cell in {c for other in reach(others, self.store) for c in (other, *self.origins.get(other, ()))} - {
            ref.cell
        }:
            self.ties.setdefault(cell, set()).add(ref.cell)
            self.origins[ref.cell] = self.origins.get(ref.cell, frozenset()) | {cell}
        self.frozen.add(ref.cell)
        return ref

    def write_array(self, ref: ArrayRef, content: Sym) -> None:
        """The array in the cell is another one from now on."""
        if ref.cell in self.outside:
            raise UnsupportedError(
                f"{self.outside[ref.cell]} is an array outside of the function, which is not written to",
                remedy="Pass it as an argument, or make it in the function.",
            )
        if ref.cell in self.frozen:
            raise NotWritable(
                "this array may share memory with another one, in a way that is not followed",
                remedy="Copy it first: b = a.copy().",
            )
        self.written.add(ref.cell)
        self.store[ref.cell] = content
        for other in self.ties.get(ref.cell, ()):
            if other in self.store:
                self.store[other] = Poison(
                    "this may share memory with an array that was written to since, or it may be a copy",
                    "Copy it where it is made: b = a.copy().",
                )
