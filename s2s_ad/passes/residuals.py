"""What a reverse sweep reads of a forward block that is over: what is saved of it, and what is computed again.

The values that the adjoints need form the sinks of a graph whose edges are the operations cheap enough to repeat; what
cannot be repeated (loop-carried values, results of exp, of calls, of inner loops) are the sources. The saved values are
a smallest set that cuts the sinks from the sources: a minimum vertex cut, the one nearest to the sinks, so that among
the smallest sets the one with the least recomputation is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from s2s_ad.ir.nodes import Apply, Const, Stmt, Value
from s2s_ad.ir.walk import outputs_of
from s2s_ad.ops.fitting import shape_of

CUT_LIMIT = 300  # above it the search for a smallest set would take longer than it saves
ARRAY_SIZE = 100  # of an array, where that of a number is 1
PART_SIZE, ROW_SIZE = 60, 20  # of what a slice leaves of one, and of a row or column
COPIES = ("np.copy", "copy")
REPEAT_COST = 1  # operations dearer than an addition are saved, not repeated


@dataclass(frozen=True)
class Residuals:
    """`saved` in order of definition; `repeated` the statements that make the rest again, each after what it reads.

    `same`: arrays that are overwritten, each with a copy of it that the program has made for itself.
    """

    saved: tuple[Value, ...]
    repeated: tuple[Apply, ...]
    same: Mapping[Value, Value]


def choose_residuals(
    params: Iterable[Value],
    stmts: Iterable[Stmt],
    needed: Iterable[Value],
    free: Iterable[Value] = (),
    overwritten: Collection[Value] = (),
    throughout: Collection[Value] = (),
    again: Callable[[Value], Apply | None] = lambda value: None,
) -> Residuals:
    """Cut the needed values of a scope from what cannot be had again.

    `params` and `stmts` define the scope; `free` are values of it that the reverse sweep has anyway. Elements of arrays
    that are `overwritten` are not read again from outside: that would take a copy of the whole array, as is right
    for those that are read `throughout`. `again` is where an element can be read that stays as it is.
    """

    def gone(stmt: Apply) -> bool:
        array = stmt.inputs[0] if stmt.op.name == "getitem" else None
        return array in overwritten and array not in throughout and array not in position

    @cache
    def maker(value: Value) -> Apply | None:
        stmt = defined.get(value)
        found = again(value) if stmt is not None else None
        return found or (stmt if stmt is not None and repeatable(stmt) and not gone(stmt) else None)

    position: dict[Value, int] = {}
    defined: dict[Value, Apply] = {}
    same: dict[Value, Value] = {}
    parts: dict[Value, int] = {}
    for value in params:
        position[value] = len(position)
    for stmt in stmts:
        for value in outputs_of(stmt):
            position[value] = len(position)
            if isinstance(stmt, Apply):
                defined[value] = stmt
        if isinstance(stmt, Apply) and stmt.op.name in COPIES and stmt.inputs[0] in overwritten:
            if stmt.inputs[0] in position and stmt.inputs[0].kind == stmt.out.kind and stmt.out not in overwritten:
                same.setdefault(stmt.inputs[0], stmt.out)
        elif isinstance(stmt, Apply) and stmt.op.name == "getitem" and stmt.inputs[0] in overwritten:
            parts[stmt.out] = (
                ROW_SIZE if len(shape_of(stmt.out.kind)) < len(shape_of(stmt.inputs[0].kind)) else PART_SIZE
            )
    at_hand = set(free)
    wanted = {same.get(v, v) for v in needed}
    sinks = sorted((v for v in wanted if v in position and v not in at_hand), key=position.__getitem__)

    def parents(value: Value) -> list[Value]:
        # what must be there to make the value again; values from outside the scope are there anyway
        made = maker(value)
        read = [same.get(a, a) for a in made.inputs if isinstance(a, Value)] if made is not None else []
        return [a for a in read if a in position and a not in at_hand]

    if len(sinks) > CUT_LIMIT:  # straight code saved once: what the other saved values give is not saved as well
        there = set(sinks)
        cut = {v for v in sinks if maker(v) is None or not there.issuperset(parents(v))}
    else:
        cut = minimum_cut(sinks, parents, lambda v: maker(v) is not None, lambda v: parts.get(v, size(v)))
    saved = sorted(cut, key=position.__getitem__)
    kept = set(saved)
    repeated: dict[Value, Apply] = {}

    def repeat(value: Value) -> None:
        if value in kept or value in repeated:
            return
        for parent in parents(value):
            repeat(parent)
        made = maker(value)
        assert made is not None, "what is not saved can be made again"
        repeated[value] = made

    for sink in sinks:
        repeat(sink)
    return Residuals(tuple(saved), tuple(repeated.values()), same)


def repeatable(stmt: Apply) -> bool:
    op = stmt.op
    squared = op.name in ("pow", "np.power") and isinstance(stmt.inputs[1], Const) and stmt.inputs[1].value == 2
    return (op.cost <= REPEAT_COST or squared) and not op.effect and not op.store and len(stmt.outputs) == 1


def size(value: Value) -> int:
    """What saving the value costs: many elements of an array are less than all of it."""
    return ARRAY_SIZE if shape_of(value.kind) else 1


def minimum_cut(
    sinks: list[Value],
    parents: Callable[[Value], list[Value]],
    splits: Callable[[Value], bool],
    size: Callable[[Value], int] = size,
) -> set[Value]:
    """A smallest set of values that every path from a sink to a source crosses: the one nearest to the sinks.

    A source is a value that `splits` refuses: nothing makes it again. Maximum flow by shortest augmenting paths
    (Edmonds and Karp), through each value as much as its size.
    """
    room: dict[Node, dict[Node, float]] = {START: {(sink, 0): INFINITE for sink in sinks}, END: {}}
    stack = list(sinks)
    while stack:  # each value is two nodes, between which its size fits
        value = stack.pop()
        if (value, 0) in room:
            continue
        room[(value, 0)] = {(value, 1): size(value)}
        onward: list[Node] = [END]
        if splits(value):
            stack.extend(parents(value))
            onward = [(parent, 0) for parent in parents(value)]
        room[(value, 1)] = dict.fromkeys(onward, INFINITE)
    while (path := _open_path(room)) is not None:
        steps = list(zip(path, path[1:]))
        amount = min(room[here][there] for here, there in steps)
        for here, there in steps:
            room[here][there] -= amount
            room[there][here] = room[there].get(here, 0) + amount
    reached = _reachable(room)
    return {node[0] for node in reached if node not in (START, END) and node[1] == 0 and (node[0], 1) not in reached}


Node = tuple[Any, int]
START: Node = (None, 0)
END: Node = (None, 1)
INFINITE = float("inf")


def _reachable(room: dict[Node, dict[Node, float]]) -> dict[Node, Node]:
    """The nodes with an open way from the start, each with the node before it."""
    before: dict[Node, Node] = {START: START}
    queue = deque([START])
    while queue:
        here = queue.popleft()
        for there, capacity in room[here].items():
            if capacity > 0 and there not in before:
                before[there] = here
                queue.append(there)
    return before


def _open_path(room: dict[Node, dict[Node, float]]) -> list[Node] | None:
    before = _reachable(room)
    if END not in before:
        return None
    path = [END]
    while path[-1] != START:
        path.append(before[path[-1]])
    return path[::-1]
