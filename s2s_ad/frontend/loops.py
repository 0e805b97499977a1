"""Loops: what is carried from trip to trip, and of which kind, is found by reading the body until nothing changes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.control import either
from s2s_ad.frontend.machine import BROKE, CONTINUED, ENDED, FLAGS, RETURNED, Machine, Side
from s2s_ad.frontend.merge import hints_of
from s2s_ad.frontend.shapes import Joiner, flow, hold, met, rebuild, same_shape, slots
from s2s_ad.frontend.slots import Fresh
from s2s_ad.frontend.streams import Stream
from s2s_ad.frontend.values import (
    MISSING,
    NONE,
    Abstract,
    Items,
    Key,
    Missing,
    NeedsUnroll,
    Poison,
    Store,
    Sym,
    is_nothing,
)
from s2s_ad.ir.builder import FALSE, TRUE
from s2s_ad.ir.kinds import INT, List
from s2s_ad.ir.nodes import Absent, Atom, Block, Const, For, Unbound, Value, While
from s2s_ad.ir.walk import free_values, substitute

_MOST_PASSES = 40
_SMALL = 32  # tables of up to so many rows are kept row by row


@dataclass
class Loop:
    """A loop that is being made."""

    machine: Machine
    region: Sequence[ast.AST]  # where a name that is read nowhere else is not needed after the loop
    stream: Stream | None  # None: a while loop
    trip: Callable[[Abstract | None], Abstract]  # reads the body once
    cond: Callable[[], Atom] | None = None  # of a while loop
    collect: bool = False  # the values of the trips are a list: a comprehension
    named: bool = True  # the variables of this frame live on
    keeps_break: bool = False  # after the loop someone asks whether it was left by a break
    shapes: dict[Key, Abstract] = field(default_factory=dict)
    frozen: set[Key] = field(default_factory=set)
    collection: Value = None  # type: ignore[assignment]  # set when the loop is emitted, if it collects

    def run(self) -> None:
        """Emit the loop."""
        machine = self.machine
        entry, mark = dict(machine.store), machine.unit.serial
        machine.looping += 1
        outer_reads, machine.unbound_reads = machine.unbound_reads, set()
        try:
            for _ in range(_MOST_PASSES):
                found = self.one_pass(entry, mark)
                if self.widen(entry, found.side, mark):
                    break
            else:
                raise UnsupportedError("the kinds of the variables of this loop do not settle")
            self.check_bound()
            self.finish(entry, found)
            if found.endless and found.cond is not None and _always(found.cond):
                machine.dead = _never(machine.flag(RETURNED))
                machine.set(RETURNED, Sym(TRUE))
        finally:
            machine.looping -= 1
            machine.unbound_reads |= outer_reads

    # --- one pass -----------------------------------------------------------------------------------------------------

    def one_pass(self, entry: Store, mark: int) -> Pass:
        machine = self.machine
        found = Pass()

        def run() -> Abstract:
            if self.cond is not None:
                found.cond_params = self.carry()
                found.cond = machine.side(lambda: Sym(self.cond()))  # type: ignore[misc]
                if self.writes(found.cond.store, mark):
                    raise ConditionWrites()
            found.params = self.carry()
            item = self.lead(found)
            machine.clear(*FLAGS)
            found.start = dict(machine.store)
            value = self.trip(item)
            if not machine.dead:
                for name in (ENDED, BROKE, RETURNED):
                    found.stop = either(machine, found.stop, machine.flag(name))
            found.endless = not machine.dead and all(_never(machine.flag(name)) for name in (ENDED, BROKE))
            machine.clear(CONTINUED, ENDED, *([] if self.keeps_break else [BROKE]))
            return value

        side = machine.side(run)
        if side.dead:  # no trip comes to its end: nothing is carried
            side = Side(found.start, side.builder, True, side.value)
        found.side = side
        return found

    def writes(self, store: Store, mark: int) -> bool:
        """Whether reading the condition changed anything."""
        before = self.machine.store
        changed = (key for key, value in store.items() if value is not before.get(key))
        return any((key if isinstance(key, int) else key[0]) <= mark for key in changed)

    def carry(self) -> dict[Key, list[Value]]:
        """New params for what is carried."""
        machine = self.machine
        params: dict[Key, list[Value]] = {}
        for key, shape in self.shapes.items():
            kinds = slots(shape)
            values = [Value(kind, hint) for kind, hint in zip(kinds, hints_of(machine, key, shape))]
            params[key] = values
            machine.store[key] = rebuild(machine, shape, iter(values), key in self.frozen)
        return params

    def lead(self, found: Pass) -> Abstract | None:
        """The params for the index and the items, and the item that they make."""
        if self.stream is None:
            return None
        index = Value(INT) if self.stream.trips is not None else None
        items = tuple(Value(kind) for kind in self.stream.kinds)
        found.leading = (*([index] if index else []), *items)
        self.machine.nameable.update(found.leading)
        return self.stream.item(index, items)

    # --- what is carried ----------------------------------------------------------------------------------------------

    def widen(self, entry: Store, side: Side, mark: int) -> bool:
        """Let the shapes hold what this pass ended with; True if they did already."""
        machine, stable = self.machine, True
        for key in list(dict.fromkeys([*side.store, *self.shapes])):
            number = key if isinstance(key, int) else key[0]
            value = side.store.get(key, MISSING)
            if number > mark or (key not in self.shapes and value is entry.get(key, MISSING)):
                continue
            if key not in self.shapes and not self.wanted(entry, key):
                continue
            before = self.shapes.get(key, entry.get(key, MISSING))
            if is_nothing(value) and isinstance(before, Missing):
                continue
            ends = partial(_end_of_trip, entry, entry.get(key, MISSING), value)
            shape, frozen = met(
                machine,
                mark,
                key,
                lambda joiner: joiner.join(before, entry, value, side.store),  # noqa: B023
                ends,
            )
            if isinstance(shape, Poison) and shape.unroll:
                raise NeedsUnroll(shape.message, remedy=shape.remedy)
            if key not in self.shapes and same_shape(shape, before):
                continue
            if frozen and key not in self.frozen:
                self.frozen.add(key)
                stable = False
            if key not in self.shapes or not same_shape(shape, self.shapes[key]):
                self.shapes[key] = shape
                stable = False
        return stable

    def wanted(self, entry: Store, key: Key) -> bool:
        """Whether a variable that the loop is the first to bind is needed beyond the trip."""
        if isinstance(key, int) or not isinstance(entry.get(key, MISSING), Missing) or key[1].startswith("$"):
            return True
        return key in self.machine.unbound_reads or self.read_outside(key)

    def read_outside(self, key: Key) -> bool:
        machine = self.machine
        if isinstance(key, int) or key[0] != machine.frame.id or key[1].startswith("$"):
            return True
        if not self.named:
            return False
        loads = machine.unit.loads_in
        return loads(machine.frame.node)[key[1]] > sum(loads(node)[key[1]] for node in self.region)

    def check_bound(self) -> None:
        """What was read while unbound has to be bound by some trip of this loop, or of one around it."""
        machine = self.machine
        machine.unbound_reads -= set(self.shapes)
        if machine.looping == 1 and machine.unbound_reads:
            names = sorted(key[1] for key in machine.unbound_reads if not isinstance(key, int))
            name = names[0]
            raise UnsupportedError(f"{name} is read before anything is bound to it", remedy=f"Bind {name} first.")

    # --- the loop itself ----------------------------------------------------------------------------------------------

    def finish(self, entry: Store, found: Pass) -> None:
        machine = self.machine
        init: dict[Key, list[Atom]] = {}
        results: dict[Key, list[Atom]] = {}
        machine.store = entry
        for key, shape in self.shapes.items():
            flow(machine, shape, entry.get(key, MISSING), init.setdefault(key, []))
        collected: list[Atom] = []

        def end() -> Abstract:
            for key, shape in self.shapes.items():
                flow(machine, shape, found.side.store.get(key, MISSING), results.setdefault(key, []))
            if self.collect:
                collected.append(self.collected(found.side))
            return NONE

        machine.side(end, found.side)
        keys = self.needed(found, results, collected)
        kept = {key: shape for key, shape in self.shapes.items() if key in keys}
        flat = [(i, p, r, k) for key in kept for i, p, r, k in self.leaves(key, init, found, results)]
        same: dict[Value, Atom] = {}
        outputs: list[Value] = []
        atoms: list[Atom] = []
        for start, param, result, _ in flat:
            if result is param and start.kind == param.kind and not isinstance(start, (Unbound, Absent)):
                same[param] = start
                atoms.append(start)
            else:
                outputs.append(Value(param.kind, param.hint))
                atoms.append(outputs[-1])
        carried = [leaf for leaf in flat if leaf[1] not in same]
        self.emit(found, carried, same, outputs, collected)
        leaves = iter(atoms)
        for key, shape in kept.items():
            machine.store[key] = rebuild(machine, shape, leaves, key in self.frozen)
        for key in self.shapes:
            if key not in kept:  # what it was in the last trip is gone, and nothing reads it
                machine.store[key] = MISSING

    def collected(self, side: Side) -> Atom:
        value = side.value
        if isinstance(value, Sym):
            hold(self.machine, value)
            return value.atom
        length = self.stream.length if self.stream is not None else None
        if length is not None and length <= _SMALL:
            raise NeedsUnroll("a small table, whose rows may be written to")
        out: list[Atom] = []
        joiner = Joiner(self.machine, self.machine.unit.serial)
        shape = joiner.lone(value, side.store, never=False)
        content = shape.content if isinstance(shape, Fresh) else shape
        kind = joiner.lists(content, side.store, Items(()), side.store) if isinstance(content, Items) else content
        if not isinstance(shape, Fresh) or isinstance(kind, Poison) or not slots(kind):
            raise NeedsUnroll(
                "the items of this list are no numbers, and its length is known only when it runs",
                remedy="Make one list for each of the parts of an item.",
            )
        flow(self.machine, kind, value, out)
        return out[0]

    def leaves(
        self, key: Key, init: dict[Key, list[Atom]], found: Pass, results: dict[Key, list[Atom]]
    ) -> list[tuple[Atom, Value, Atom, Value | None]]:
        conds: Sequence[Value | None] = found.cond_params[key] if self.cond is not None else [None] * len(init[key])
        return list(zip(init[key], found.params[key], results[key], conds))

    def needed(self, found: Pass, results: dict[Key, list[Atom]], collected: list[Atom]) -> set[Key]:
        """The keys whose values someone reads: in a later trip, or after the loop."""
        used = set(free_values(Block((), tuple(found.side.builder.stmts), (found.stop, *collected))))
        if found.cond is not None:
            atom = found.cond.value.atom if isinstance(found.cond.value, Sym) else FALSE
            used |= set(free_values(Block((), tuple(found.cond.builder.stmts), (atom,))))
        kept: set[Key] = set()
        more = True
        while more:
            more = False
            for key in self.shapes:
                params = {*found.params[key], *found.cond_params.get(key, ())}
                if key not in kept and (self.read_outside(key) or params & used):
                    kept.add(key)
                    used |= {atom for atom in results[key] if isinstance(atom, Value)}
                    more = True
        return kept

    def emit(
        self,
        found: Pass,
        carried: list[tuple[Atom, Value, Atom, Value | None]],
        same: dict[Value, Atom],
        outputs: list[Value],
        collected: list[Atom],
    ) -> None:
        machine, stop = self.machine, found.stop
        stops = not (isinstance(stop, Const) and stop.value is False)
        init = tuple(leaf[0] for leaf in carried)
        yields = [*(leaf[2] for leaf in carried), *collected, *([stop] if stops else [])]
        params = (*found.leading, *(leaf[1] for leaf in carried))
        body = substitute(found.side.builder.block(params, yields), same)
        lists = [Value(List(atom.kind)) for atom in collected]
        if lists:
            self.collection = lists[0]
            machine.nameable.add(lists[0])
        outs = (*outputs, *lists)
        span = machine.builder.span
        if self.stream is not None:
            trips, reverse = self.stream.trips, self.stream.reverse
            machine.emit(For(trips, reverse, self.stream.walks, init, body, outs, stops, span))
        else:
            assert found.cond is not None and isinstance(found.cond.value, Sym)
            for key, params_of in found.cond_params.items():
                for param, twin in zip(found.params[key], params_of):
                    if param in same:
                        same[twin] = same[param]
            cond_params = tuple(leaf[3] for leaf in carried if leaf[3] is not None)
            cond = substitute(found.cond.builder.block(cond_params, (found.cond.value.atom,)), same)
            machine.emit(While(init, cond, body, outs, stops, span))


class ConditionWrites(Exception):
    """The condition of a while loop binds names or changes lists."""


@dataclass
class Pass:
    """What one reading of the body gave."""

    params: dict[Key, list[Value]] = field(default_factory=dict)
    cond_params: dict[Key, list[Value]] = field(default_factory=dict)
    leading: tuple[Value, ...] = ()
    cond: Side | None = None
    start: Store = field(default_factory=dict)
    stop: Atom = FALSE
    endless: bool = False  # only a return ends it, unless the condition does
    side: Side = None  # type: ignore[assignment]  # set at the end of the pass


def _never(flag: Atom) -> bool:
    return isinstance(flag, Const) and not flag.value


def _always(cond: Side) -> bool:
    return isinstance(cond.value, Sym) and isinstance(cond.value.atom, Const) and bool(cond.value.atom.value)


def _end_of_trip(entry: Store, start: Abstract, value: Abstract, store: Store) -> Abstract:
    """What a variable is at the loop's start or at the end of a trip, as the store says."""
    return start if store is entry else value
