"""Where paths meet: what one abstract value holds all that comes in, and how each of them flows into it.

A shape is an abstract value in which `Slot(kind)` stands for each value that the program hands on, and `Fresh` for a
list or dict that is another one on each path, `FreshArray` for an array. `ChosenShape`: one of several arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from s2s_ad.frontend.choices import (
    ChosenShape,
    chosen_among,
    flow_chosen,
    leaves_of,
    may_be_missing,
    rebuild_chosen,
    same_choice,
)
from s2s_ad.frontend.machine import PROTOCOL, Machine
from s2s_ad.frontend.slots import Fresh, FreshArray, Slot, convert, same_atom, same_class, same_view
from s2s_ad.frontend.values import (
    Abstract,
    ArrayRef,
    Chosen,
    Closure,
    Fields,
    Items,
    Key,
    Known,
    Missing,
    Poison,
    Ref,
    Store,
    Sym,
    Table,
    Tuple,
    is_nothing,
    is_text,
    reach,
    refs_in,
    what,
)
from s2s_ad.ir.kinds import NEVER, TEXT, Array, Kind, List, Scalar, join
from s2s_ad.ir.nodes import Atom, Const, Unbound


def same_shape(a: Abstract, b: Abstract) -> bool:
    """Whether two shapes are one."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Slot) and isinstance(b, Slot):
        return a.kind == b.kind
    if isinstance(a, FreshArray) and isinstance(b, FreshArray):
        return a.content.kind == b.content.kind and a.sources == b.sources
    if isinstance(a, ChosenShape) and isinstance(b, ChosenShape):
        return same_choice(a, b)
    if isinstance(a, ArrayRef) and isinstance(b, ArrayRef):
        return same_view(a, b)
    if isinstance(a, Sym) and isinstance(b, Sym):
        return same_atom(a.atom, b.atom)
    if isinstance(a, Fresh) and isinstance(b, Fresh):
        return same_shape(a.content, b.content)
    if isinstance(a, (Tuple, Items)) and isinstance(b, (Tuple, Items)):
        return same_class(a, b) and len(a.items) == len(b.items) and all(map(same_shape, a.items, b.items))
    if isinstance(a, Table) and isinstance(b, Table):
        return a.keys == b.keys and all(map(same_shape, a.items, b.items))
    if isinstance(a, Fields) and isinstance(b, Fields):
        return a.cls is b.cls and a.keys == b.keys and all(map(same_shape, a.items, b.items))
    if isinstance(a, Ref) and isinstance(b, Ref):
        return a.cell == b.cell
    if isinstance(a, Known) and isinstance(b, Known):
        return same_object(a.obj, b.obj)
    if isinstance(a, Closure) and isinstance(b, Closure):
        return (
            a.node is b.node
            and a.frame is b.frame
            and len(a.defaults) == len(b.defaults)
            and all(map(same_shape, a.defaults, b.defaults))
        )
    return isinstance(a, (Poison, Missing))


def same_object(a: object, b: object) -> bool:
    return a is b or (type(a) is type(b) and isinstance(a, (str, bytes, int, float, type(None))) and a == b)


def met(
    machine: Machine,
    mark: int,
    key: Key | None,
    join: Callable[[Joiner], Abstract],
    taken: Callable[[Store], Abstract],
) -> tuple[Abstract, bool]:
    """The shape of what was joined under a key; True if it is of arrays or lists that have other names.

    An array that has other names is followed to them, if this is to be done at all.
    """
    joiner = Joiner(machine, mark)
    shape = join(joiner)
    if machine.unit.follow and joiner.named(key, taken):
        joiner = Joiner(machine, mark, follow=True)
        shape = join(joiner)
    return shape, joiner.freeze(key, taken)


class Joiner:
    """Joins values of two stores into shapes. Cells after number `mark` are gone where the paths have met.

    `follow`: an array is one of those that come in, and not another one.
    """

    def __init__(self, machine: Machine, mark: int, follow: bool = False) -> None:
        self.machine = machine
        self.mark = mark
        self.follow = follow
        self.arrays: list[tuple[int, Store]] = []  # what became FreshArray
        self.refs: list[tuple[int, Store]] = []  # what became Fresh: these cells may still have other names

    def join(self, a: Abstract, at_a: Store, b: Abstract, at_b: Store) -> Abstract:
        if a is b:
            return a
        if isinstance(a, Poison) or isinstance(b, Poison):
            return a if isinstance(a, Poison) else b
        if isinstance(a, Missing) or is_nothing(a):
            return self.lone(b, at_b, is_nothing(a))
        if isinstance(b, Missing) or is_nothing(b):
            return self.lone(a, at_a, is_nothing(b))
        if _is_text(a) and _is_text(b):
            return a if same_shape(a, b) else Slot(TEXT)
        if isinstance(a, ArrayRef) and isinstance(b, ArrayRef) and same_view(a, b):
            return ArrayRef(a.machine, a.cell, a.kind, a.steps)
        numbers = (Sym, Slot, FreshArray)
        if isinstance(a, (ArrayRef, ChosenShape)) or isinstance(b, (ArrayRef, ChosenShape)):
            chosen = self.chosen(a, at_a, b, at_b)
            if chosen is not None:
                return chosen
        if isinstance(a, numbers) and isinstance(b, numbers):
            if isinstance(a, (ArrayRef, FreshArray)) or isinstance(b, (ArrayRef, FreshArray)):
                return self.array(a, at_a, b, at_b)
            assert not isinstance(a, FreshArray) and not isinstance(b, FreshArray)
            return self.numbers(a, b)
        if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items) and same_class(a, b):
            return replace(a, items=self.each(a.items, at_a, b.items, at_b))
        if isinstance(a, (Ref, Fresh)) and isinstance(b, (Ref, Fresh)):
            if isinstance(a, Ref) and isinstance(b, Ref) and a.cell == b.cell:
                return a
            return self.fresh(self.join(self.inside(a, at_a), at_a, self.inside(b, at_b), at_b))
        if isinstance(a, Table) and isinstance(b, Table):
            if a.keys == b.keys:
                return Table(a.keys, self.each(a.items, at_a, b.items, at_b))
            return Poison("the dict has other keys on another path", "Set all of its keys before the branch or loop.")
        if isinstance(a, Fields) and isinstance(b, Fields):
            return self.objects(a, at_a, b, at_b)
        if isinstance(a, Items) and isinstance(b, Items) and len(a.items) == len(b.items):
            items = self.each(a.items, at_a, b.items, at_b)
            if not any(isinstance(item, Poison) for item in items):
                return Items(items)
        if isinstance(a, (Items, Sym, Slot)) and isinstance(b, (Items, Sym, Slot)):
            return self.lists(a, at_a, b, at_b)
        if same_shape(a, b):
            return a
        return Poison(f"this is {what(a)} on one path and {what(b)} on another", "Give it one kind on every path.")

    def chosen(self, a: Abstract, at_a: Store, b: Abstract, at_b: Store) -> Abstract | None:
        """Two arrays that are followed to where they were made."""
        if not self.follow and not isinstance(a, ChosenShape) and not isinstance(b, ChosenShape):
            return None
        x, y = (leaves_of(value, store, self.mark, self.maker(store)) for value, store in ((a, at_a), (b, at_b)))
        return None if x is None or y is None else chosen_among([*x, *y])

    def maker(self, store: Store) -> Callable[[ArrayRef], Abstract]:
        return lambda ref: self.as_array(ref, store)

    def alone(self, value: ArrayRef, store: Store) -> Abstract:
        """The shape of an array that is there on one path only."""
        leaves = leaves_of(value, store, self.mark, self.maker(store)) if self.follow else None
        found = None if leaves is None else chosen_among(leaves)
        return found if found is not None and may_be_missing(found) else self.as_array(value, store)

    def array(self, a: Sym | Slot | FreshArray, at_a: Store, b: Sym | Slot | FreshArray, at_b: Store) -> Abstract:
        """Two arrays, or an array and a number that becomes one."""
        x, y = self.as_array(a, at_a), self.as_array(b, at_b)
        if isinstance(x, Poison) or isinstance(y, Poison):
            return x if isinstance(x, Poison) else y
        slots_ = [part.content if isinstance(part, FreshArray) else part for part in (x, y)]
        sources = [part.sources for part in (x, y) if isinstance(part, FreshArray)]
        joined = self.numbers(slots_[0], slots_[1])
        return FreshArray(joined, frozenset().union(*sources)) if isinstance(joined, Slot) else joined

    def as_array(self, value: Sym | Slot | FreshArray, store: Store) -> Sym | Slot | FreshArray | Poison:
        if not isinstance(value, ArrayRef):
            return value
        content = store[value.cell]
        if isinstance(content, Poison):
            return content
        cells = sorted(reach([value.cell], store))
        self.arrays += [(cell, store) for cell in cells]
        older = {older for cell in cells for older in (cell, *self.machine.origins.get(cell, ()))}
        return FreshArray(Slot(value.kind), frozenset(cell for cell in older if cell <= self.mark))

    def objects(self, a: Fields, at_a: Store, b: Fields, at_b: Store) -> Abstract:
        if a.cls is not b.cls:
            return Poison(
                f"this is a {a.cls.__name__} on one path and a {b.cls.__name__} on another",
                "Call its methods in the branch that chooses it.",
            )
        if a.keys != b.keys:
            other = sorted({*a.keys} ^ {*b.keys})
            named = f"no attribute {other[0]}" if other else "its attributes in another order"
            return Poison(
                f"a {a.cls.__name__} has {named} on one of two paths",
                "Give it all of its attributes before the branch or loop, as in __init__.",
            )
        return replace(a, items=self.each(a.items, at_a, b.items, at_b))

    def fresh(self, content: Abstract) -> Abstract:
        return content if isinstance(content, Poison) else Fresh(content)

    def inside(self, ref: Ref | Fresh, store: Store) -> Abstract:
        if isinstance(ref, Fresh):
            return ref.content
        self.refs.append((ref.cell, store))
        return store[ref.cell]

    def each(self, a: tuple[Abstract, ...], at_a: Store, b: tuple[Abstract, ...], at_b: Store) -> tuple[Abstract, ...]:
        return tuple(self.join(x, at_a, y, at_b) for x, y in zip(a, b))

    def numbers(self, a: Sym | Slot, b: Sym | Slot) -> Abstract:
        if isinstance(a, Sym) and isinstance(b, Sym) and same_atom(a.atom, b.atom):
            return a
        constant = _constant(a), _constant(b)
        kind = join(a.kind, b.kind)
        if kind is None:  # a number that becomes an array: 0.0 + row
            for x, y, is_constant in ((a.kind, b.kind, constant[0]), (b.kind, a.kind, constant[1])):
                if is_constant and isinstance(x, Scalar) and isinstance(y, Array):
                    return Slot(y)
            return Poison(
                f"this is {what(Sym(Unbound(a.kind)))} on one path and {what(Sym(Unbound(b.kind)))} on another",
                "Give it one kind on every path, as with np.zeros of the right shape.",
            )
        return Slot(kind, all(constant))

    def lone(self, value: Abstract, store: Store, never: bool) -> Abstract:
        """The shape of what is there on one path only; on the other nothing is bound, or it is never reached."""
        if isinstance(value, ArrayRef):
            return self.alone(value, store)
        if isinstance(value, Sym):
            return Slot(value.kind, _constant(value))
        if is_text(value) and not never:
            return Slot(TEXT)
        if isinstance(value, (Tuple, Items, Table, Fields)):
            return replace(value, items=tuple(self.lone(item, store, never) for item in value.items))
        if isinstance(value, Ref):
            return self.fresh(self.lone(self.inside(value, store), store, never))
        if isinstance(value, (Slot, Fresh, FreshArray, ChosenShape, Poison, Missing)) or never:
            return value
        return Poison(f"this is bound to {what(value)} on one path and to nothing on another", "Bind it on every path.")

    def lists(self, a: Abstract, at_a: Store, b: Abstract, at_b: Store) -> Abstract:
        kind_a, kind_b = content_kind(a, at_a), content_kind(b, at_b)
        kind = None if kind_a is None or kind_b is None else join(kind_a, kind_b)
        if kind is None:
            return Poison(
                "the length of this list is known only when it runs, and its items are not numbers of one kind",
                "Keep one list for each of the parts of an item.",
                unroll=True,
            )
        return Slot(kind)

    def freeze(self, key: Key | None, taken: Callable[[Store], Abstract]) -> bool:
        """Freeze the cells that became Fresh and have names beside the value of this key; True if there were any."""
        frozen = False
        for cell, store in self.refs:
            beside = any(cell in refs_in(value) for other, value in store.items() if other != key)
            if beside or sum(other == cell for other in refs_in(taken(store))) > 1:
                self.machine.frozen.add(cell)
            frozen = frozen or cell in self.machine.frozen
        return self.named(key, taken) or frozen

    def named(self, key: Key | None, taken: Callable[[Store], Abstract]) -> bool:
        """Whether an array that became FreshArray has names beside the value of this key, or may have."""
        for cell, store in self.arrays:
            shared = {cell, *self.machine.ties.get(cell, ())}  # what may be a view of it was bound on one path alone
            beside = any(_names(shared, value, store) for other, value in store.items() if other != key)
            if beside or _names(shared, taken(store), store) > 1 or cell in self.machine.frozen:
                return True
        return False


def _names(cells: set[int], value: Abstract, store: Store) -> int:
    """How often the value refers to an array in one of the cells, as itself or as one of several."""
    if isinstance(value, Chosen):
        return 0
    return sum(not cells.isdisjoint(reach([other], store)) for other in refs_in(value))


def _is_text(shape: Abstract) -> bool:
    return shape.kind == TEXT if isinstance(shape, Slot) else is_text(shape)


def _constant(value: Sym | Slot) -> bool:
    return value.constant if isinstance(value, Slot) else isinstance(value.atom, Const)


def item_kind(value: Abstract, store: Store) -> Kind | None:
    """The kind of a value as an item of a list of unknown length."""
    if _is_text(value):
        return TEXT
    if isinstance(value, (Sym, Slot)):
        return value.kind
    if isinstance(value, FreshArray):
        return value.content.kind
    if isinstance(value, ChosenShape):
        return value.kind
    if isinstance(value, Ref):
        return content_kind(store[value.cell], store)
    if isinstance(value, Fresh):
        return content_kind(value.content, store)
    return None


def content_kind(content: Abstract, store: Store) -> Kind | None:
    if isinstance(content, (Sym, Slot)):
        return content.kind if isinstance(content.kind, List) else None
    if not isinstance(content, Items):
        return None
    joined: Kind = NEVER
    for item in content.items:
        kind = item_kind(item, store)
        wider = None if kind is None else join(joined, kind)
        if wider is None:
            return None
        joined = wider
    return List(joined)


# --- from values to shapes and back -----------------------------------------------------------------------------------


def slots(shape: Abstract) -> list[Kind]:
    """The kinds of what flows, in order."""
    if isinstance(shape, Slot):
        return [shape.kind]
    if isinstance(shape, ChosenShape):
        return shape.slots
    if isinstance(shape, (Fresh, FreshArray)):
        return slots(shape.content)
    if isinstance(shape, (Tuple, Items, Table, Fields)):
        return [kind for item in shape.items for kind in slots(item)]
    return []


def rebuild(machine: Machine, shape: Abstract, leaves: Iterator[Atom], frozen: bool = False) -> Abstract:
    """The abstract value that the shape becomes with these atoms in its slots."""
    if isinstance(shape, Slot):
        return Sym(next(leaves))
    if isinstance(shape, FreshArray):
        array = machine.new_array(Sym(next(leaves)))
        if shape.sources and frozen:
            return machine.tie(array, shape.sources)
        if frozen:
            machine.frozen.add(array.cell)
        return array
    if isinstance(shape, ChosenShape):
        return rebuild_chosen(machine, shape, leaves, lambda leaf: rebuild(machine, leaf, leaves, frozen))
    if isinstance(shape, Fresh):
        ref = machine.new_cell(rebuild(machine, shape.content, leaves, frozen))
        if frozen:
            machine.frozen.add(ref.cell)
        return ref
    if isinstance(shape, (Tuple, Items, Table, Fields)):
        return replace(shape, items=tuple(rebuild(machine, item, leaves, frozen) for item in shape.items))
    return shape


def flow(machine: Machine, shape: Abstract, value: Abstract, out: list[Atom]) -> None:
    """The atoms of the value for the slots of the shape; conversions are emitted here."""
    if isinstance(shape, Slot):
        out.append(_atom_for(machine, shape.kind, value))
    elif isinstance(shape, ChosenShape):
        flow_chosen(machine, shape, value, out)
    elif isinstance(shape, FreshArray):
        flow(machine, shape.content, value, out)
    elif isinstance(shape, Fresh):
        content = machine.store[value.cell] if isinstance(value, Ref) else value
        flow(machine, shape.content, content, out)
    elif isinstance(shape, (Tuple, Items, Table, Fields)):
        items: Sequence[Abstract] = [value] * len(shape.items)
        if not (isinstance(value, Missing) or is_nothing(value)):
            assert isinstance(value, (Tuple, Items, Table, Fields))
            items = value.items
        for part, item in zip(shape.items, items):
            flow(machine, part, item, out)


def _atom_for(machine: Machine, kind: Kind, value: Abstract) -> Atom:
    if isinstance(value, Missing):
        return Unbound(kind)
    if kind == TEXT and is_text(value):
        return text_atom(machine, value)
    if isinstance(value, Sym):
        return convert(machine, value.atom, kind)
    hold(machine, value)
    return convert(machine, list_atom(machine, value, kind), kind)


def text_atom(machine: Machine, value: Abstract) -> Atom:
    """A string as one value of the program."""
    made: Sym = PROTOCOL["text"](machine, value)
    return made.atom


def hold(machine: Machine, value: Abstract) -> None:
    """A list of the program holds the value as it is now: what it refers to stays so."""
    machine.freeze(list(refs_in(value)))


def list_atom(machine: Machine, value: Abstract, wanted: Kind | None = None) -> Atom:
    """A list, or the content of a cell, as one value of the program."""
    content = machine.content(value) if isinstance(value, Ref) else value
    if isinstance(content, Sym):
        return content.atom
    kind = content_kind(Items(content.items) if isinstance(content, Tuple) else content, machine.store)
    if kind is None or not isinstance(content, (Items, Tuple)):
        raise DynamicListError()
    assert isinstance(kind, List)
    item = kind.item
    if isinstance(wanted, List):
        item = join(item, wanted.item) or item
    atoms = []
    for part in content.items:
        if isinstance(part, ArrayRef):
            hold(machine, part)
        atom = (
            text_atom(machine, part)
            if is_text(part)
            else part.atom if isinstance(part, Sym) else list_atom(machine, part)
        )
        atoms.append(convert(machine, atom, item))
    return machine.apply("list_new", *atoms, item=item).atom


class DynamicListError(Exception):
    """The items are not numbers of one kind."""
