"""The intermediate representation: pure, structured, single assignment. All of it is on this page.

A block may read any value that was defined before it in the blocks around it. There are no back-pointers:
uses are computed when asked for (`ir.walk`). Nothing here mutates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from s2s_ad.ir.kinds import Kind
from s2s_ad.span import Span

if TYPE_CHECKING:  # a type only: the table stands one floor above
    from s2s_ad.ops.core import Op


@dataclass(frozen=True, eq=False)
class Value:
    """One definition. Equal only to itself.

    `hint` is the user's own name for it; where there is none, `base` and `suffix` may say how it is called:
    the adjoint of v is `Value(kind, base=v, suffix="_bar")`. A base without a suffix is the parameter that the value
    was computed for.
    """

    kind: Kind
    hint: str = ""
    base: Value | None = None
    suffix: str = ""


@dataclass(frozen=True, eq=False)
class Const:
    """A number, or None, known at compile time. `text` is how the user wrote it, such as `math.pi`."""

    value: Any
    kind: Kind
    text: str = ""


@dataclass(frozen=True, eq=False)
class Unbound:
    """In the place of a value: Python has bound nothing to the name here. Emitted as no assignment at all."""

    kind: Kind


@dataclass(frozen=True, eq=False)
class Absent:
    """In the place of a value that nobody reads on this path. Emitted as None."""

    kind: Kind


Atom = Union[Value, Const, Unbound, Absent]


@dataclass(frozen=True, eq=False)
class Block:
    params: tuple[Value, ...]
    stmts: tuple[Stmt, ...]
    results: tuple[Atom, ...]


@dataclass(frozen=True, eq=False)
class Apply:
    """One elementary operation. `params` are static: `(("axis", 0), ("keepdims", True))`."""

    op: Op
    inputs: tuple[Atom, ...]
    outputs: tuple[Value, ...]
    params: tuple[tuple[str, Any], ...] = ()
    span: Span | None = None

    @property
    def out(self) -> Value:
        return self.outputs[0]


@dataclass(frozen=True, eq=False)
class If:
    """Both blocks have no params; their results are the outputs, in order."""

    cond: Atom
    then: Block
    orelse: Block
    outputs: tuple[Value, ...]
    span: Span | None = None


@dataclass(frozen=True, eq=False)
class Range:
    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, eq=False)
class Walk:
    """A list, or an array along its first axis, of which a loop takes one item a trip."""

    source: Atom
    reverse: bool = False


@dataclass(frozen=True, eq=False)
class For:
    """A counted loop.

    trips    the range of the index; None: as many trips as the shortest of `xs` has items
    reverse  the range is walked from its last item to its first
    xs       walked in step with the trips
    init     the carried values before the first trip
    body     params:  index (only with a range), then one item of each of xs, then the carried values
             results: the carried values after the trip, then one item for each of ys, then with `stops` a Bool
    outputs  the carried values after the last trip, then the ys: lists with one item a trip, in trip order
    stops    the last result of the body says whether this trip was the last (what `break` becomes);
             the trip that stops still counts: its carried values and ys are kept
    even     the range and all of xs are known to have the same length, so those that are not read may be dropped
    outlined a trip is written as a function of its own
    """

    trips: Range | None
    reverse: bool
    xs: tuple[Walk, ...]
    init: tuple[Atom, ...]
    body: Block
    outputs: tuple[Value, ...]
    stops: bool = False
    span: Span | None = None
    even: bool = False
    outlined: bool = False

    @property
    def in_step(self) -> bool:
        """Whether all that it walks is known to have one length: without `stops` it comes to the end of each."""
        return self.even or len(self.xs) + (self.trips is not None) == 1


@dataclass(frozen=True, eq=False)
class While:
    """`cond` has the carried values as params and one result; the rest is as in `For`, without index and xs."""

    init: tuple[Atom, ...]
    cond: Block
    body: Block
    outputs: tuple[Value, ...]
    stops: bool = False
    span: Span | None = None


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a function of the same program."""

    callee: str
    inputs: tuple[Atom, ...]
    outputs: tuple[Value, ...]
    span: Span | None = None


@dataclass(frozen=True, eq=False)
class Section:
    """A heading in the emitted code. `annotate`: from here on groups of statements carry their source line."""

    title: str
    annotate: bool


Stmt = Union[Apply, If, For, While, Call, Section]


@dataclass(frozen=True, eq=False)
class Function:
    """`body.params` are the inputs, `body.results` the outputs, both flat; structure is the pipeline's business.

    `recompute`: nothing in it is saved for a reverse sweep, which runs it again.
    """

    name: str
    body: Block
    doc: str = ""
    span: Span | None = None
    recompute: bool = False


@dataclass(frozen=True, eq=False)
class Program:
    """The functions that call one another, by name; `entry` is the one that was asked for."""

    functions: Mapping[str, Function]
    entry: str
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def main(self) -> Function:
        return self.functions[self.entry]
