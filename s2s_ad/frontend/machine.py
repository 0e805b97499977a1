"""The state of the abstract interpreter, and the tables in which the other rooms say what they can do."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from s2s_ad.errors import DifferentiationError, KindError, UnsupportedError
from s2s_ad.frontend.arrays import NO_AXES, Arrays, NotWritable
from s2s_ad.frontend.source import Definition
from s2s_ad.frontend.values import (
    MISSING,
    NOTHING,
    Abstract,
    Args,
    ArrayRef,
    Chosen,
    Enumerate,
    Fields,
    Generator,
    Items,
    Key,
    Keywords,
    Mapped,
    NeedsUnroll,
    Nested,
    Poison,
    Ref,
    Reversed,
    Store,
    Sym,
    Table,
    Zip,
    parts_of,
    reach,
    refs_in,
)
from s2s_ad.ir.builder import FALSE, Builder, const
from s2s_ad.ir.kinds import NEVER, Array, List
from s2s_ad.ir.nodes import Atom, Call, Function, If, Stmt, Value
from s2s_ad.ir.structure import Guard, Path, Read, Spec
from s2s_ad.ops.core import Op
from s2s_ad.ops.registry import OPS
from s2s_ad.span import Span

RETURNED, RESULT, BROKE, CONTINUED, ENDED = "$returned", "$result", "$broke", "$continued", "$ended"
FLAGS = (RETURNED, BROKE, CONTINUED, ENDED)
NO = Sym(FALSE)
_REMEDY = "Write it with numbers, arrays, tuples, lists and dicts, or take it out of the differentiated part."


@dataclass(frozen=True, eq=False)
class Frame:
    """One activation of a function, lambda or comprehension.

    function, path   the run-time function whose globals and closure are seen, and how it is reached
    parent           the frame around a local function, lambda or comprehension
    """

    id: int
    node: ast.AST
    definition: Definition
    local: frozenset[str]
    function: Any = None
    path: Path | None = None
    parent: Frame | None = None
    nonlocals: frozenset[str] = frozenset()  # names that it binds in a frame around it
    at: Span | None = None  # the place of everything in it: of library code, where the user calls it


@dataclass(frozen=True)
class Specialised:
    """A function of the program: one Python function for one tuple of argument specs. `result` None: it only raises."""

    name: str
    result: Spec | None
    paths: tuple[Path | None, ...] = ()  # of what is static in the result
    written: tuple[int, ...] = ()  # numbers of the leaves of its arguments that it writes to
    in_order: tuple[int, ...] = ()  # and of those that it takes to be stored row by row
    shared: bool = False  # its results may share memory with its arguments or with each other
    changed: tuple[str, ...] = ()  # arguments of which it changes an object
    known: bool = True  # False: while its own body is being read, and nothing is known of the result yet


@dataclass
class Unit:
    """What all functions of one program share.

    specialise  makes a function of the program; external  calls a derivative that was made before
    """

    specialise: Callable[..., Specialised]
    external: Callable[..., Abstract]
    of: str | tuple[str, ...] | None = None  # what is asked of the entry function, where that is not what it returns
    follow: bool = False  # a name that is one of several arrays is followed to it, where paths meet
    reads: dict[Any, tuple[Read, Value]] = field(default_factory=dict)
    guards: dict[Path, Guard] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    specialised: dict[Any, Specialised] = field(default_factory=dict)
    in_progress: dict[Any, Specialised] = field(default_factory=dict)
    asked: set[Any] = field(default_factory=set)  # of what is in progress: what was called while it was
    only_inline: dict[Any, DifferentiationError] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # names that a read may not have
    names: set[str] = field(default_factory=set)  # of functions
    globals: Any = None  # those of the function asked for
    derived: dict[int, tuple[Any, Path]] = field(default_factory=dict)  # derivatives made inside: of what
    errstate: dict[str, str] = field(default_factory=dict)  # what NumPy is not to warn of
    loads: dict[ast.AST, Counter[str]] = field(default_factory=dict)
    serial: int = 0
    widened: int = 0  # how often a number was taken as one of a wider kind, where paths meet

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def loads_in(self, node: ast.AST) -> Counter[str]:
        """How often each name is read inside the node."""
        if node not in self.loads:
            names = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
            found = self.loads[node] = Counter(n.id for n in names)
            changed = (n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign))
            found.update(target.id for target in changed if isinstance(target, ast.Name))
        return self.loads[node]


@dataclass
class Side:
    """One of several ways on: what the store is at its end, and what was emitted."""

    store: Store
    builder: Builder
    dead: bool
    value: Abstract


class Machine(Arrays):
    """Reads the statements of one function of the program, emits into `builder`, and knows every name in `store`."""

    def __init__(self, unit: Unit, span: Span | None = None) -> None:
        self.unit = unit
        super().__init__(Builder(span))
        self.dead = False  # after a raise
        self.parts: set[Atom] = set()  # leaves of structured arguments, which no statement has named yet
        self.nameable: set[Value] = set()  # made in this statement and not named yet
        self.cell_names: dict[int, str] = {}
        self.unbound_reads: set[Key] = set()
        self.captured: set[int] = set()  # frames that local functions and generator expressions still see
        self.calls: list[Any] = []  # bodies that are being put in the place of a call
        self.walked: Counter[int] = Counter()  # lists and dicts that loops are walking over
        self.used_up: dict[int, Abstract] = {}  # iterators that have been taken from
        self.looping = 0  # how many loops are being read
        self.frame: Frame = None  # type: ignore[assignment]  # set before the first statement

    # --- emitting -----------------------------------------------------------------------------------------------------

    def apply(self, op: Op | str, *inputs: Atom, **params: Any) -> Sym:
        """Append an operation with one output that is no list."""
        if any(atom.kind == NEVER for atom in inputs):
            return NOTHING
        found = OPS[op] if isinstance(op, str) else op
        try:
            out = self.builder.apply(found, *inputs, **params)
        except (DifferentiationError, RecursionError):
            raise
        except Exception as error:  # whatever the operation itself says of such operands
            kinds = ", ".join(str(atom.kind) for atom in inputs)
            raise KindError(f"{found.name} does not take ({kinds}): {error}") from error
        self.nameable.add(out)
        self.note_order(found, inputs, out)
        if found.name in NO_AXES and isinstance(out.kind, Array) and not out.kind.rank:
            self.without_axes.add(out)
        return Sym(out)

    def emit(self, stmt: Stmt) -> None:
        self.builder.emit(stmt)
        if isinstance(stmt, Call):
            self.nameable.update(stmt.outputs)

    def wrap(self, sym: Sym, frozen: bool = False) -> Abstract:
        """A value of the program as Python sees it: a list or an array is an object of its own."""
        if isinstance(sym.kind, List):
            ref: Ref | Abstract = self.new_cell(sym)
        else:
            ref = self.held(sym)
        if frozen and isinstance(ref, (Ref, ArrayRef)):
            self.frozen.add(ref.cell)
        return ref

    def chosen(self, ref: ArrayRef, content: Chosen) -> Atom:
        views = self.views[1] if self.views[0] is self.builder else {}
        key = tuple(self.store[cell] for cell in sorted(reach([ref.cell], self.store)))
        if key not in views:
            views[key] = self._first_chosen(content, 0)
        self.views = self.builder, views
        return views[key]

    def _first_chosen(self, content: Chosen, k: int) -> Atom:
        if k == len(content.flags):
            return content.arrays[k].atom
        sides = [
            self.side(lambda: Sym(content.arrays[k].atom)),
            self.side(lambda: Sym(self._first_chosen(content, k + 1))),
        ]
        blocks = [side.builder.block((), (side.value.atom,)) for side in sides if isinstance(side.value, Sym)]
        out = Value(content.kind)
        self.emit(If(content.flags[k], blocks[0], blocks[1], (out,), self.builder.span))
        return out

    # --- the store ----------------------------------------------------------------------------------------------------

    def new_cell(self, content: Abstract) -> Ref:
        cell = self.number()
        self.store[cell] = self.filled(content)
        return Ref(cell)

    def number(self) -> int:
        return self.unit.number()

    def new_list(self, items: tuple[Abstract, ...]) -> Ref:
        return self.new_cell(Items(items))

    def content(self, ref: Ref) -> Abstract:
        content = self.store[ref.cell]
        if isinstance(content, Poison):
            raise NeedsUnroll(content.message, remedy=content.remedy)
        return content

    def is_list(self, value: Abstract) -> bool:
        return isinstance(value, Ref) and not isinstance(self.store[value.cell], (Table, Fields))

    @contextmanager
    def walking(self, value: Abstract) -> Iterator[None]:
        """While a loop walks over the value, its lists stay as they are; an iterator is walked over once."""
        self.use_up(value)
        cells = list(refs_in(value))
        self.walked.update(cells)
        key = (self.frame.id, f"$walked.{self.number()}")
        self.store[key] = value  # the loop knows it, whatever becomes of its name
        try:
            yield
        finally:
            self.walked.subtract(cells)
            self.store.pop(key, None)

    def use_up(self, value: Abstract) -> None:
        if not isinstance(value, (Enumerate, Zip, Mapped, Reversed, Nested, Generator)):
            return
        if id(value) in self.used_up:
            raise UnsupportedError(
                "this iterator is used a second time, when nothing is left in it",
                remedy="Make a list of it first: xs = list(...).",
            )
        self.used_up[id(value)] = value
        if not isinstance(value, Generator):  # that takes from its source as it runs
            for part in parts_of(value):
                self.use_up(part)

    def write(self, ref: Ref, content: Abstract) -> None:
        if self.walked[ref.cell] > 0:
            raise NotWritable(
                "this list or dict changes while a loop walks over it",
                remedy="Walk over a copy, list(xs), or over range(len(xs)).",
            )
        if ref.cell in self.frozen:
            raise NotWritable(
                "this list, dict or object may have other names, as an argument, a global or an item does",
                remedy="Copy it first: ys = list(xs), q = copy.copy(p).",
            )
        if isinstance(content, Fields):
            self.written.add(ref.cell)
        self.store[ref.cell] = self.filled(content)

    def get(self, name: str) -> Abstract:
        return self.store.get((self.frame.id, name), MISSING)

    def set(self, name: str, value: Abstract) -> None:
        frame = self.frame
        if name in frame.nonlocals:
            while name not in frame.local:
                if frame.parent is None:
                    raise UnsupportedError(
                        f"{name} is a variable of a function that has returned already: it is not written to",
                        remedy="Return the value instead.",
                    )
                frame = frame.parent
        self.store[(frame.id, name)] = self.held(value)

    def flag(self, name: str) -> Atom:
        value = self.store.get((self.frame.id, name))
        return value.atom if isinstance(value, Sym) else FALSE

    def capture(self) -> Frame:
        """The current frame, whose variables stay as long as what was made in it."""
        frame: Frame | None = self.frame
        while frame is not None:
            self.captured.add(frame.id)
            frame = frame.parent
        return self.frame

    def clear(self, *flags: str) -> None:
        for flag in flags:
            self.store[(self.frame.id, flag)] = NO

    # --- ways on ------------------------------------------------------------------------------------------------------

    def side(self, run: Callable[[], Abstract], from_side: Side | None = None) -> Side:
        """What happens if `run` runs from here (or from the end of a side), with nothing changed here."""
        outer = self.store, self.builder, self.dead, self.frame, len(self.calls)
        self.store = dict(self.store) if from_side is None else from_side.store
        self.builder = Builder(self.builder.span) if from_side is None else from_side.builder
        self.dead = False
        try:
            value = run()
            return Side(self.store, self.builder, self.dead, value)
        finally:
            self.store, self.builder, self.dead, self.frame, depth = outer
            del self.calls[depth:]

    def attempt(self, run: Callable[[], Any]) -> NeedsUnroll | None:
        """Run it; if something would have to be known when compiled, undo all of it and say what."""
        store, count, frozen = dict(self.store), len(self.builder.stmts), self.frozen.copy()
        try:
            run()
        except NeedsUnroll as error:
            self.back_to(store, count, frozen)
            return error
        return None

    def back_to(self, store: Store, count: int, frozen: AbstractSet[int]) -> None:
        """Undo what was read since the store was this, and so many statements were there."""
        self.store, self.frozen = dict(store), {*frozen}
        del self.builder.stmts[count:]
        self.views = self.builder, {}

    # --- dispatch -----------------------------------------------------------------------------------------------------

    def span(self, node: ast.AST) -> Span:
        return self.frame.at or self.frame.definition.span(node)

    def eval(self, node: ast.expr) -> Abstract:
        handler = EXPRESSIONS.get(type(node))
        with self.placed(node):
            if handler is None:
                raise UnsupportedError(f"{type(node).__name__.lower()} expressions are not supported")
            return handler(self, node)

    def exec(self, node: ast.stmt) -> None:
        handler = STATEMENTS.get(type(node))
        self.nameable.clear()
        with self.placed(node):
            self.builder.span = self.span(node)
            if handler is None:
                raise UnsupportedError(f"{type(node).__name__.lower()} statements are not supported")
            handler(self, node)

    @contextmanager
    def placed(self, node: ast.AST) -> Iterator[None]:
        """Errors from inside get the place of this node unless they have one."""
        frame = self.frame
        try:
            yield
        except DifferentiationError as error:
            if error.span is None:
                error.at(frame.at or frame.definition.span(node))
                error.remedy = error.remedy or _REMEDY
            raise
        except RecursionError:
            where = frame.at or frame.definition.span(node)
            raise UnsupportedError("the program is nested too deeply", span=where, remedy="Use a loop.") from None


H = TypeVar("H", bound=Callable[..., Any])
Expression = Callable[[Machine, Any], Abstract]
Statement = Callable[[Machine, Any], None]
Builtin = Callable[[Machine, Args, Keywords], Abstract]
Method = Callable[[Machine, Abstract, Args, Keywords], Abstract]
EXPRESSIONS: dict[type[ast.AST], Expression] = {}
STATEMENTS: dict[type[ast.AST], Statement] = {}
BUILTINS: dict[Any, Builtin] = {}
METHODS: dict[str, Method] = {}
PROTOCOL: dict[str, Callable[..., Any]] = {}  # what calls and operators do with objects of the user's classes
INDEXED: dict[int, Callable[[Machine, Abstract], Abstract]] = {}  # id of an object of NumPy → what [...] of it makes


def _entering(table: dict[Any, H], keys: Iterable[Any]) -> Callable[[H], H]:
    """Decorate what handles these keys, which nothing else may handle already."""

    def decorate(handler: H) -> H:
        for key in keys:
            if key in table:
                raise ValueError(f"{key} is handled already, in {table[key].__module__}")
            table[key] = handler
        return handler

    return decorate


def expression(*types: type[ast.AST]) -> Callable[[Expression], Expression]:
    return _entering(EXPRESSIONS, types)


def statement(*types: type[ast.AST]) -> Callable[[Statement], Statement]:
    return _entering(STATEMENTS, types)


def builtin(*functions: Any) -> Callable[[Builtin], Builtin]:
    return _entering(BUILTINS, functions)


def method(*names: str) -> Callable[[Method], Method]:
    return _entering(METHODS, names)


def protocol(name: str) -> Callable[[H], H]:
    def decorate(handler: H) -> H:
        _entering(PROTOCOL, [name])(handler)
        return handler

    return decorate


def special(machine: Machine, owner: Abstract, name: str, *args: Abstract) -> Abstract | None:
    """What a method such as __len__ returns, if the value is an object whose class has it."""
    found: Abstract | None = PROTOCOL["special"](machine, owner, name, args)
    return found


def number(value: Any, text: str = "") -> Sym:
    return Sym(const(value, text))
