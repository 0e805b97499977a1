"""What is made of lists while a block is lowered: which belong together, and the forms in which they are handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import Kind
from s2s_ad.ir.nodes import Atom, Block, Stmt, Value
from s2s_ad.passes.native.bound import placeholder
from s2s_ad.passes.native.storage import Part, Parts, Reading, Rows, Storage


def refused(what: str, stmt: Stmt | None = None) -> UnsupportedError:
    return UnsupportedError(
        f"native code has no {what}",
        span=getattr(stmt, "span", None),
        remedy='Use backend="numpy" for this function, or forward mode (jvp, jacfwd), which saves nothing.',
    )


@dataclass
class Sinks:
    """Lists that are made in a block, and where the loop around the block keeps them: lists of one group in step."""

    members: dict[Value, tuple[object, int]] = field(default_factory=dict)
    storage: dict[object, Storage] = field(default_factory=dict)

    def groups(self, values: Sequence[Atom]) -> dict[object, list[int]]:
        """The groups of these values: for each the places of its members, in order."""
        found: dict[object, list[tuple[int, int]]] = {}
        for k, value in enumerate(values):
            if isinstance(value, Value) and value in self.members:
                key, member = self.members[value]
                found.setdefault(key, []).append((member, k))
        return {key: [k for _, k in sorted(places)] for key, places in found.items()}


@dataclass
class Side:
    """One branch, as it is made."""

    builder: Builder
    block: Block
    storages: list[Storage]
    readings: list[Reading | None]


@dataclass
class Kept:
    """Lists that a loop fills in step: the places of its outputs, and their storage before it and inside."""

    key: object
    places: list[int]
    before: Storage


def inside_of(lists: dict[object, list[Atom]], storage: dict[object, Storage], stmt: Stmt) -> Sinks:
    """What a block of the statement keeps for it."""
    members: dict[Value, tuple[object, int]] = {}
    for key, values in lists.items():
        for member, value in enumerate(values):
            if isinstance(value, Value):
                if value in members:
                    raise refused("loop that saves one list twice", stmt)
                members[value] = key, member
    return Sinks(members, storage)


def called_like(value: Value, kind: Kind, more: str = "") -> Value:
    """A value of another kind under the same name."""
    return Value(kind, base=value, suffix=more) if more else Value(kind, value.hint, value.base, value.suffix)


def canonical(builder: Builder, found: Reading) -> Reading:
    """The form in which a list goes into a record: one array, or for lists of lists as `Parts` of whole arrays."""
    if not isinstance(found, Parts):
        return Rows(found.array_of(builder))
    data = found.data
    return Parts(data, canonical(builder, found.starts), canonical(builder, found.ends))


def unpacked(data: Value, bounds: list[Value]) -> Reading:
    if not bounds:
        return Rows(data)
    half = len(bounds) // 2
    return Parts(data, unpacked(bounds[0], bounds[1:half]), unpacked(bounds[half], bounds[half + 1 :]))


def in_form(builder: Builder, form: Reading, found: Reading | None) -> list[Atom]:
    if found is None:
        return [placeholder(builder, a.kind) for a in form.atoms]
    if isinstance(form, Rows) and isinstance(found, Part):
        return [found.array_of(builder)]
    return list(found.atoms)
