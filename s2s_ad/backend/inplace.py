"""Which pure updates may be written on the spot.

A group holds all values that may share memory. An update in place is right if the group belongs to this function alone
and no other member is read after the update: nobody can see that the old version is gone. Where that does not hold the
old version is copied first, for a loop once before it begins if that is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property

from s2s_ad.backend.live import Liveness
from s2s_ad.backend.memory import InPlace, Memory, is_view
from s2s_ad.backend.moved import slots_of, take_moved
from s2s_ad.backend.plain import plain_numbers
from s2s_ad.backend.schedule import Schedule
from s2s_ad.backend.wishes import wish_of
from s2s_ad.ir.kinds import ANY, Array
from s2s_ad.ir.nodes import Apply, Atom, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts

MOST_KNOWN = 8
MOST_INITS = 4  # of loops, of which those to be copied are looked for
MOST_VIEWS = 20  # of one array, among which those to be copied are looked for
_SUMS = frozenset({"add", "sub"})
_AUGMENTED = _SUMS | {"mul", "div"}  # these only under a name that they have anyway


class _Analysis:
    def __init__(self, function: Function, plan: Schedule, live: Liveness, augment: bool) -> None:
        self.function, self.plan, self.live = function, plan, live
        self.result = InPlace(plain=plain_numbers(function))
        self.known: dict[object, Memory] = {}
        self.stmts = list(all_stmts(function.body))
        self.stores: list[Apply] = []
        self.sums: list[Apply] = []
        self.carried = tuple(slots_of(function.body, ()))
        self.slots = {head: slot for slot in self.carried for head in slot.heads}
        for stmt in self.stmts:
            if isinstance(stmt, Apply) and stmt.op.store:
                self.stores.append(stmt)
            elif isinstance(stmt, Apply) and augment and self.could_augment(stmt):
                self.sums.append(stmt)

    def could_augment(self, stmt: Apply) -> bool:
        if stmt.op.name not in _AUGMENTED or stmt.outputs[0] in self.plan.folded:
            return False
        first, kind = stmt.inputs[0], stmt.outputs[0].kind
        if not isinstance(first, Value) or first in self.plan.folded or first.kind != kind:
            return False
        if stmt.op.name not in _SUMS and (not wish_of(first)[1] or wish_of(first) != wish_of(stmt.out)):
            return False
        return isinstance(kind, Array) and ANY not in kind.shape and bool(kind.shape)

    def run(self) -> InPlace:
        if not self.stores and not self.sums:
            return self.result
        self.result.on_spot = set(self.stores)
        tried: set[tuple[Stmt, int]] = set()
        while failing := self.failing(self.stores):
            for store in failing:
                if self.safe(store, self.memory()) or self.copy_views(store, self.memory()):
                    continue  # most of them are mended by what was copied for those before
                inits = self.inits(store.inputs[0])
                if any(self.copied_first(store, init, tried) for init in inits[:1]) or self.copied_together(
                    store, inits
                ):
                    continue
                if not any(self.copied_first(store, init, tried) for init in inits[1:]):
                    self.result.on_spot.discard(store)
        self.result.on_spot.update(self.sums)
        while failing := self.failing([*self.stores, *self.sums]):
            # a sum is not worth a copy: neither of what it reads, nor of what another write needs then
            memory = self.memory()
            met = {memory.find(s.outputs[0]) for s in failing}
            here = [s for s in self.sums if s in self.result.on_spot and memory.find(s.outputs[0]) in met]
            self.result.on_spot.difference_update([s for s in failing if not s.op.store] or here)
        return self.result

    @cached_property
    def undecided(self) -> Memory:
        return Memory(self.function, self.plan, self.sums)

    def memory(self) -> Memory:
        """Who shares memory, as decided so far: made once for each state, since it is asked for again and again."""
        decided = self.result
        state = frozenset(decided.on_spot), frozenset(decided.copied_views), frozenset(decided.copied_init)
        if state not in self.known:
            if len(self.known) > MOST_KNOWN:
                self.known.clear()
            self.known[state] = self.undecided.under(decided)
        return self.known[state]

    def failing(self, updates: list[Apply]) -> list[Apply]:
        memory = self.memory()
        return [s for s in updates if s in self.result.on_spot and not self.safe(s, memory)]

    def copied_first(self, store: Apply, init: tuple[Stmt, int], tried: set[tuple[Stmt, int]]) -> bool:
        """Whether it is enough to copy what a loop starts from."""
        if init in tried:
            return False
        tried.add(init)
        self.result.copied_init.add(init)
        memory = self.memory()
        if self.safe(store, memory) or self.copy_views(store, memory):
            return True
        self.result.copied_init.discard(init)
        return False

    def copied_together(self, store: Apply, found: list[tuple[Stmt, int]]) -> bool:
        """Whether it is enough to copy what the outermost loop starts from, in which things change their places."""
        own = self.versions(store.inputs[0])
        slots = dict.fromkeys((slot.loop, slot.k) for value, slot in self.slots.items() if value in own)
        inits = [s for s in slots if found and s[0] is found[0][0] and s not in self.result.copied_init]
        if not 0 < len(inits) <= MOST_INITS:
            return False
        before = set(self.result.copied_init)

        def enough(copied: Collection[tuple[Stmt, int]]) -> bool:
            self.result.copied_init = before | set(copied)
            return self.safe(store, self.memory())

        if not enough(inits):
            self.result.copied_init = before
            return False
        for init in tuple(inits):
            fewer = [other for other in inits if other is not init]
            if enough(fewer):
                inits = fewer
        self.result.copied_init = before | set(inits)
        return True

    def copy_views(self, store: Apply, memory: Memory) -> bool:
        """Copy the views that are read after the write, rather than the whole array; whether that is enough."""
        target = store.inputs[0]
        if not isinstance(target, Value) or target in self.plan.folded:
            return False
        own = self.versions(target)
        views = [
            v
            for v in memory.members[memory.find(target)]
            if v not in own and v not in self.plan.folded and is_view(self.plan.defs.get(v))
        ]
        views = [v for v in views if v not in self.result.copied_views]
        if not views or len(views) > MOST_VIEWS:
            return False
        before = set(self.result.copied_views)

        def enough(copied: list[Value]) -> bool:
            self.result.copied_views = before | set(copied)
            return self.safe(store, self.memory())

        if not enough(views):
            self.result.copied_views = before
            return False
        at = self.live.read_at[store]
        late = [v for v in views if v in store.inputs or self.live.crosses(v, at)]
        if 0 < len(late) < len(views) and enough(late):
            views = late
        for view in list(views) if len(views) > 1 else []:
            fewer = [v for v in views if v is not view]
            if enough(fewer):
                views = fewer
        self.result.copied_views = before | set(views)
        return True

    def versions(self, atom: Atom) -> set[Value]:
        """What is written to, back to where it comes from."""
        found: set[Value] = set()
        waiting = [atom]
        while waiting:
            at = waiting.pop()
            if not isinstance(at, Value) or at in found:
                continue
            found.add(at)
            slot, source = self.slots.get(at), self.plan.defs.get(at)
            if slot is not None:
                waiting += [slot.loop.init[slot.k], slot.loop.body.results[slot.k]]
            elif isinstance(source, Apply) and source.inputs and (source.op.store or source.op.alias):
                waiting.append(source.inputs[0])
            elif isinstance(source, (For, While)) and at in source.outputs[: len(source.init)]:
                k = source.outputs.index(at)
                waiting += [source.init[k], source.body.results[k]]
            elif isinstance(source, If):
                k = source.outputs.index(at)
                waiting += [source.then.results[k], source.orelse.results[k]]
        return found

    def inits(self, atom: Atom) -> list[tuple[Stmt, int]]:
        """Where the thing that is written comes into the loops that carry it, the first of them first."""
        found: list[tuple[Stmt, int]] = []
        while isinstance(atom, Value):
            slot = self.slots.get(atom)
            if slot is not None:
                found.append((slot.loop, slot.k))
                atom = slot.loop.init[slot.k]
                continue
            source = self.plan.defs.get(atom)
            if isinstance(source, Apply) and source in self.result.on_spot:
                atom = source.inputs[0]
            elif isinstance(source, (For, While)) and atom in source.outputs[: len(source.init)]:
                k = source.outputs.index(atom)
                found.append((source, k))
                atom = source.init[k]
            else:
                break
        return found[::-1]

    def safe(self, stmt: Apply, memory: Memory) -> bool:
        """Whether nobody else sees the object that is written to."""
        target = stmt.inputs[0]
        if not isinstance(target, Value) or target in self.plan.folded:
            return False
        root, seen = memory.find(target), self.seen(stmt)
        if root not in memory.foreign and not any(map(seen, memory.members[root])):
            return True
        if root not in memory.followed:
            take_moved(memory, self.live, self.carried, root)
        origins = memory.origins(target)
        return origins is not None and not memory.reaches(origins, self.live.read_at[stmt], self.live, seen)

    def seen(self, stmt: Apply) -> Callable[[Value], bool]:
        """Whether a holder of the object is read by the statement beside the target, or after it."""
        at = self.live.read_at[stmt]
        # in a plain assignment NumPy itself sees to what overlaps
        beside = frozenset(stmt.inputs[2 if _is_plain(stmt) else 1 :])
        return lambda holder: holder in beside or self.live.crosses(holder, at)


def _is_plain(stmt: Apply) -> bool:
    """Whether it writes to elements that are not named by an array."""
    return stmt.op.name in ("index_set", "index_add") and not any(getattr(a.kind, "shape", ()) for a in stmt.inputs[2:])


def in_place(function: Function, plan: Schedule, live: Liveness, augment: bool) -> InPlace:
    return _Analysis(function, plan, live, augment).run()
