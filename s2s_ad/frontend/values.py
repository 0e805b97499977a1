"""Abstract values: what the frontend knows of each name while it reads a function.

Variables and the contents of lists and dicts live in one store; a list or dict is a `Ref` to its entry there, so two
names of one list stay two names of one list. An array is an `ArrayRef` to its entry in the same way.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import NEVER, TEXT, Kind
from s2s_ad.ir.nodes import Atom, Unbound
from s2s_ad.ir.structure import Path
from s2s_ad.ops.core import Op

if TYPE_CHECKING:
    from s2s_ad.frontend.arrays import Arrays
    from s2s_ad.frontend.machine import Frame

Key = Union[tuple[int, str], int]  # a variable of a frame, or a cell of the heap


class Abstract:
    """Base of all abstract values."""


Store = dict[Key, Abstract]
Args = list[Abstract]
Keywords = dict[str, Abstract]


@dataclass(frozen=True, eq=False)
class Sym(Abstract):
    """A number of the program, or an array that nothing refers to yet; as the content of a cell also a list."""

    atom: Atom

    @property
    def kind(self) -> Kind:
        return self.atom.kind


@dataclass(frozen=True, eq=False)
class Step:
    """One step from an array to a view of it: the operation, its other inputs and its parameters."""

    op: Op | None  # None: the item at which a loop over the array stands
    atoms: tuple[Atom, ...] = ()
    params: tuple[tuple[str, Any], ...] = ()


class ArrayRef(Sym):
    """An array, as the number of its cell, or a view of it by way of some steps: its atom is what is in it now.

    `seen`: of a view what the array was when the view was made, and the view of that.
    """

    def __init__(
        self,
        machine: Arrays,
        cell: int,
        kind: Kind,
        steps: tuple[Step, ...] = (),
        seen: tuple[Atom, Atom] | None = None,
    ) -> None:
        for name, value in (("machine", machine), ("cell", cell), ("held", kind), ("steps", steps), ("seen", seen)):
            object.__setattr__(self, name, value)

    machine: Arrays
    cell: int
    held: Kind
    steps: tuple[Step, ...]
    seen: tuple[Atom, Atom] | None

    @property
    def atom(self) -> Atom:
        return self.machine.loaded(self)

    @property
    def kind(self) -> Kind:
        return self.held


@dataclass(frozen=True, eq=False)
class Known(Abstract):
    """An object known at compile time; `path` says how it is reached from the function asked for."""

    obj: Any
    path: Path | None = None


@dataclass(frozen=True, eq=False)
class Tuple(Abstract):
    items: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Record(Tuple):
    """A namedtuple."""

    cls: Any


@dataclass(frozen=True, eq=False)
class Named(Tuple):
    """What a function of NumPy returns several results in, by name too."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Flat(Abstract):
    """x.flat: the elements of an array one after the other. What is read through it is a copy, and it is written to."""

    owner: Sym


@dataclass(frozen=True, eq=False)
class Ref(Abstract):
    """A list, a dict or an object: the number of its cell."""

    cell: int


@dataclass(frozen=True, eq=False)
class Items(Abstract):
    """Content of a cell: a list whose length is known at compile time."""

    items: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Table(Abstract):
    """Content of a cell: a dict."""

    keys: tuple[Any, ...]
    items: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Fields(Abstract):
    """Content of a cell: an object of a class of the user's, with its attributes."""

    cls: type
    keys: tuple[str, ...]
    items: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Super(Abstract):
    """super(): an object, seen from after a class of its order of lookup."""

    owner: Abstract
    after: type


@dataclass(frozen=True, eq=False)
class Chosen(Abstract):
    """Content of a cell: the first of these arrays whose flag is set, else the last. A write goes to that array."""

    flags: tuple[Atom, ...]
    arrays: tuple[ArrayRef, ...]
    kind: Kind


@dataclass(frozen=True, eq=False)
class RangeOf(Abstract):
    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, eq=False)
class Enumerate(Abstract):
    inner: Abstract
    start: Atom


@dataclass(frozen=True, eq=False)
class Zip(Abstract):
    parts: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Reversed(Abstract):
    inner: Abstract


@dataclass(frozen=True, eq=False)
class Mapped(Abstract):
    function: Abstract
    parts: tuple[Abstract, ...]


@dataclass(frozen=True, eq=False)
class Nested(Abstract):
    """`depth` loops in one another: what each walks over, given the items of those around it, and the item of all."""

    parts: tuple[Abstract, ...]
    level: Callable[[tuple[Abstract, ...]], Abstract]
    item: Callable[[tuple[Abstract, ...]], Abstract]
    depth: int


@dataclass(frozen=True, eq=False)
class Generator(Abstract):
    """A generator expression that nothing has run yet."""

    node: ast.GeneratorExp
    frame: Frame
    first: Abstract  # what its first for walks over is evaluated where it is made


@dataclass(frozen=True, eq=False)
class View(Abstract):
    """keys(), values() or items() of a dict."""

    owner: Ref
    what: str


@dataclass(frozen=True, eq=False)
class Closure(Abstract):
    """A lambda or a local function, with the frame in which it was made: it sees the variables as they are later."""

    node: ast.FunctionDef | ast.Lambda
    frame: Frame
    name: str
    defaults: tuple[Abstract, ...]
    keyword_defaults: dict[str, Abstract] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Bound(Abstract):
    """functools.partial made inside the function."""

    function: Abstract
    positional: tuple[Abstract, ...]
    keywords: dict[str, Abstract]


@dataclass(frozen=True, eq=False)
class Method(Abstract):
    owner: Abstract
    name: str


@dataclass(frozen=True, eq=False)
class Message(Abstract):
    """Text with values in it that no program has to make yet: literal parts, and (value, format, conversion)."""

    parts: tuple[str | tuple[Abstract, str, str], ...]


@dataclass(frozen=True, eq=False)
class Poison(Abstract):
    """Several things at once, which no one value can be. Reading it is refused; not reading it is fine."""

    message: str
    remedy: str = ""
    unroll: bool = False  # a list that only an unrolled loop can build


@dataclass(frozen=True, eq=False)
class Missing(Abstract):
    """Nothing is bound to the name."""


class NeedsUnroll(UnsupportedError):
    """Something must be known at compile time that changes from trip to trip: a loop of known length is unrolled."""


MISSING = Missing()
NONE = Known(None)
NOTHING = Sym(Unbound(NEVER))  # the result of what is never reached, or not understood yet


def is_text(value: Abstract) -> bool:
    """Whether it is a string."""
    if isinstance(value, Known):
        return isinstance(value.obj, str)
    return isinstance(value, Message) or (isinstance(value, Sym) and value.kind == TEXT)


def is_nothing(value: Abstract) -> bool:
    return isinstance(value, Sym) and value.kind == NEVER


def parts_of(value: Abstract) -> tuple[Abstract, ...]:
    """What an iterator takes its items from."""
    if isinstance(value, (Enumerate, Reversed)):
        return (value.inner,)
    if isinstance(value, (Zip, Mapped, Nested)):
        return value.parts
    return (value.first,) if isinstance(value, Generator) else ()


def refs_in(value: Abstract) -> Iterator[int]:
    """The cells that a value refers to directly."""
    if isinstance(value, (Ref, ArrayRef)):
        yield value.cell
    elif isinstance(value, (Tuple, Items, Table, Fields)):
        for item in value.items:
            yield from refs_in(item)
    elif isinstance(value, (Enumerate, Reversed, Zip, Mapped, Nested, Generator)):
        for part in parts_of(value):
            yield from refs_in(part)
    elif isinstance(value, (View, Method, Flat, Super)):
        yield from refs_in(value.owner)
    elif isinstance(value, Chosen):
        for array in value.arrays:
            yield array.cell
    elif isinstance(value, Bound):
        for part in (*value.positional, *value.keywords.values()):
            yield from refs_in(part)


def reach(cells: Iterable[int], store: Store) -> set[int]:
    """The cells, and those of the arrays that they may be."""
    found = set(cells)
    for cell in tuple(found):
        content = store.get(cell)
        if isinstance(content, Chosen):
            found |= reach(refs_in(content), store)
    return found


_KINDS = {"float": "a float", "int": "an int", "bool": "a bool", "complex": "a complex number", "str": "a string"}


def what(value: Abstract) -> str:
    """How a message calls the value."""
    if isinstance(value, Sym):
        return _KINDS.get(str(value.kind), f"an array {value.kind}")
    if isinstance(value, Known):
        name = getattr(value.obj, "__name__", value.obj)
        return "None" if value.obj is None else f"{type(value.obj).__name__} {name}"
    names = {
        Tuple: "a tuple",
        Record: "a namedtuple",
        Ref: "a list, a dict or an object",
        Closure: "a function",
        Message: "a string",
        RangeOf: "a range",
    }
    return names.get(type(value), f"a {type(value).__name__.lower()}")
