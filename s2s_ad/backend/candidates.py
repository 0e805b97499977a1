"""What may become part of a larger expression, what would read it there, and how long they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from s2s_ad.backend import templates
from s2s_ad.backend.wishes import wish_of
from s2s_ad.ir.nodes import Apply, Atom, Call, Const, Stmt, Value
from s2s_ad.ops.updates import from_list
from s2s_ad.span import Span


@dataclass
class Candidate:
    """An expression: how long and deep it is, where it stands, and what it reads."""

    size: int
    depth: int
    at: int
    barrier: int
    stores: int
    calls: bool
    leaves: frozenset[Value]
    span: Span | None


@dataclass
class Consumer:
    """Where an expression would go: `last` says by wishes where values with them were last defined in the block."""

    at: int
    barrier: int
    stores: int
    last: Mapping[str, int]
    span: Span | None
    moved: bool = True
    listing: bool = False  # it makes a list of the array


def is_of_list(stmt: Stmt | None) -> bool:
    """Whether it makes an array of a list."""
    return isinstance(stmt, Apply) and stmt.op is from_list


def leaf_size(atom: Atom) -> int:
    if isinstance(atom, Const):
        return len(atom.text or repr(atom.value))
    return len(wish_of(atom)[1]) or 2 if isinstance(atom, Value) else 4


def own_size(stmt: Stmt) -> int:
    if isinstance(stmt, Apply):
        return len(templates.code_of(stmt)) - len(stmt.inputs)
    return len(stmt.callee) + 2 * len(stmt.inputs) if isinstance(stmt, Call) else 0
