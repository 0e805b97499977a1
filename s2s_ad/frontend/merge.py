"""Two ways on that meet again: one If, whose outputs are what differs at the ends of its sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from s2s_ad.frontend.machine import BROKE, CONTINUED, ENDED, RESULT, RETURNED, Machine, Side
from s2s_ad.frontend.shapes import Joiner, flow, met, rebuild, slots
from s2s_ad.frontend.slots import Fresh, Slot, same_atom
from s2s_ad.frontend.values import (
    MISSING,
    NONE,
    NOTHING,
    Abstract,
    ArrayRef,
    Fields,
    Items,
    Key,
    Known,
    Missing,
    Record,
    Ref,
    Store,
    Sym,
    Table,
    Tuple,
)
from s2s_ad.ir.kinds import BOOL
from s2s_ad.ir.nodes import Atom, Const, If, Unbound, Value
from s2s_ad.ir.walk import outputs_of


def branch(machine: Machine, cond: Atom, then: Callable[[], Abstract], orelse: Callable[[], Abstract]) -> Abstract:
    """`then()` or `orelse()`, whichever the condition says when it runs."""
    mark = machine.unit.serial
    return merge(machine, cond, machine.side(then), machine.side(orelse), mark)


def merge(machine: Machine, cond: Atom, a: Side, b: Side, mark: int) -> Abstract:
    """One If whose outputs are what differs at the ends of its two sides; the value that both have."""
    span = machine.builder.span
    keys = _differing(a.store, b.store, mark)
    if a.dead and b.dead:
        machine.dead = True
        keys = []
    shapes: list[tuple[Key | None, Abstract]] = []
    frozen: set[Key | None] = set()
    for key in [*keys, None]:
        x, y = (a.value, b.value) if key is None else (a.store.get(key, MISSING), b.store.get(key, MISSING))
        if not isinstance(key, int) and key is not None and key[1] == RESULT:
            x, y = _none_as_well(x, y), _none_as_well(y, x)

        def join(joiner: Joiner) -> Abstract:
            if a.dead or b.dead:
                live, value = (b, y) if a.dead else (a, x)  # noqa: B023
                return NOTHING if a.dead and b.dead else _kept(joiner, value, live.store, _made_in(live), mark)
            return joiner.join(x, a.store, y, b.store)  # noqa: B023

        ends = {id(a.store): x, id(b.store): y}
        shape, lost = met(machine, mark, key, join, lambda store: ends[id(store)])  # noqa: B023
        shapes.append((key, shape))
        if lost:
            frozen.add(key)
    results = [_results(machine, side, shapes) for side in (a, b)]
    kinds = [kind for _, shape in shapes for kind in slots(shape)]
    hints = [hint for key, shape in shapes for hint in hints_of(machine, key, shape)]
    atoms: list[Atom] = []
    outputs, then_results, else_results = [], [], []
    for kind, hint, x_atom, y_atom in zip(kinds, hints, *results):
        same = _selected(cond, x_atom, y_atom)
        if same is not None:
            atoms.append(same)
            continue
        out = Value(kind, hint)
        outputs.append(out)
        atoms.append(out)
        then_results.append(x_atom)
        else_results.append(y_atom)
    if outputs or a.builder.stmts or b.builder.stmts:
        then, orelse = a.builder.block((), then_results), b.builder.block((), else_results)
        machine.emit(If(cond, then, orelse, tuple(outputs), span))
    leaves = iter(atoms)
    merged: Abstract = NONE
    # what both sides have bound to one and the same value, which was there before
    machine.store.update({key: v for key, v in a.store.items() if _number(key) <= mark and b.store.get(key) is v})
    for key, shape in shapes:
        value = rebuild(machine, shape, leaves, key in frozen)
        if key is None:
            merged = value
        else:
            machine.store[key] = value
    machine.nameable.update(out for out in outputs if not out.hint)
    return merged


def _none_as_well(value: Abstract, other: Abstract) -> Abstract:
    """What a path returns that has not returned yet, if the other returns None: that is what it would do at the end."""
    returns_none = isinstance(other, Known) and other.obj is None
    return other if returns_none and isinstance(value, Missing) else value


def _differing(a: Store, b: Store, mark: int) -> list[Key]:
    """The variables and cells from before the branch that are not the same after both sides."""
    return [key for key in {**a, **b} if _number(key) <= mark and a.get(key) is not b.get(key)]


def _number(key: Key) -> int:
    return key if isinstance(key, int) else key[0]


def _made_in(side: Side) -> set[Value]:
    return {out for stmt in side.builder.stmts for out in outputs_of(stmt)}


def _kept(joiner: Joiner, value: Abstract, store: Store, made: set[Value], mark: int) -> Abstract:
    """The shape of a value of the only side that comes out: what was made inside has to be handed on."""
    if isinstance(value, ArrayRef):
        if value.cell > mark or any(atom in made for step in value.steps for atom in step.atoms):
            return joiner.alone(value, store)
        return ArrayRef(value.machine, value.cell, value.kind, value.steps) if value.steps else value
    if isinstance(value, Sym):
        return Slot(value.kind) if value.atom in made else value
    if isinstance(value, (Tuple, Items, Table, Fields)):
        return replace(value, items=tuple(_kept(joiner, item, store, made, mark) for item in value.items))
    if isinstance(value, Ref) and value.cell > mark:
        return Fresh(_kept(joiner, joiner.inside(value, store), store, made, mark))
    return value


def _results(machine: Machine, side: Side, shapes: Sequence[tuple[Key | None, Abstract]]) -> list[Atom]:
    """What this side yields for the slots."""
    if side.dead:
        return [Unbound(kind) for _, shape in shapes for kind in slots(shape)]
    out: list[Atom] = []

    def run() -> Abstract:
        for key, shape in shapes:
            flow(machine, shape, side.value if key is None else side.store.get(key, MISSING), out)
        return NONE

    machine.side(run, side)
    return out


def hints_of(machine: Machine, key: Key | None, shape: Abstract) -> list[str]:
    """What the numbers in a variable are called: by its name, or by its name and their place in it."""
    name, count = hint_of(machine, key), len(slots(shape))
    parts = count > 1 or isinstance(shape, (Fields, Record))
    return _hints_in(shape, name) if name and parts else [name] * count


def _hints_in(shape: Abstract, name: str) -> list[str]:
    content = shape.content if isinstance(shape, Fresh) else shape
    if isinstance(content, (Fields, Record)):
        names = content.keys if isinstance(content, Fields) else content.cls._fields
        parts = [part if name == "self" else f"{name}_{part}" for part in names]
        return [hint for part, item in zip(parts, content.items) for hint in _hints_in(item, part)]
    count = len(slots(content))
    return [f"{name}_{i}" for i in range(count)] if isinstance(content, (Tuple, Items, Table)) else [name] * count


def hint_of(machine: Machine, key: Key | None) -> str:
    if key is None:
        return ""
    name = machine.cell_names.get(key, "") if isinstance(key, int) else key[1]
    known = {RESULT: "", RETURNED: "returned", BROKE: "broke", CONTINUED: "skipped", ENDED: "ended"}
    return known.get(name, name.lstrip("$").partition(".")[0])


def _selected(cond: Atom, x: Atom, y: Atom) -> Atom | None:
    """The result of an If that needs none: both sides are one, or they are the condition itself."""
    if same_atom(x, y):
        return x
    if isinstance(x, Const) and isinstance(y, Const) and x.value is True and y.value is False and cond.kind == BOOL:
        return cond
    return None
