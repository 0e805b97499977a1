"""What a loop hands from one trip to the next as the only one who has it: an object that is moved, not shared.

A greatest fixpoint: at first every carried value is taken to be moved, and those are struck out of which that cannot be
shown, until none is. It holds by induction over the trips: an object that nobody else has at the start of a trip, or
that was made in it, and that nobody else has at its end, is nobody else's at the start of the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from s2s_ad.backend.live import Liveness
from s2s_ad.backend.memory import Memory
from s2s_ad.ir.nodes import Atom, Block, For, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, split_params


@dataclass(frozen=True)
class Slot:
    """The k-th value that a loop carries, with the loops around that."""

    loop: For | While
    k: int
    around: tuple[Stmt, ...]

    @property
    def param(self) -> Value:
        return split_params(self.loop)[1][self.k]

    @property
    def after(self) -> Value:
        return self.loop.outputs[self.k]


def take_moved(memory: Memory, live: Liveness, body: Block) -> None:
    """Let the memory know which carried values are objects that nobody else has when a trip or what follows begins."""
    memory.followed = True
    slots = [slot for slot in slots_of(body, ()) if memory.known(slot.param)]
    while True:
        memory.moved = {slot.param: (*slot.around, slot.loop) for slot in slots}
        memory.moved.update((slot.after, slot.around) for slot in slots)
        kept = [slot for slot in slots if _alone_at_first(slot, memory, live) and _alone_at_the_end(slot, memory, live)]
        if len(kept) == len(slots):
            return
        slots = kept


def slots_of(block: Block, around: tuple[Stmt, ...]) -> Iterable[Slot]:
    for stmt in block.stmts:
        inside = around
        if isinstance(stmt, (For, While)):
            inside = (*around, stmt)
            yield from (Slot(stmt, k, around) for k in range(len(stmt.init)))
        for inner in blocks_of(stmt):
            yield from slots_of(inner, inside)


def _alone_at_first(slot: Slot, memory: Memory, live: Liveness) -> bool:
    """Whether what the loop starts from is not read any more, under whatever name, but by this slot."""
    loop, k = slot.loop, slot.k
    if (loop, k) in memory.decided.copied_init:
        return True
    holders = _holders(loop.init[k], slot.around, memory, live.read_at[loop], live)
    if holders is None:
        return False
    walked = [walk.source for walk in loop.xs] if isinstance(loop, For) else []
    others: list[Atom] = [*walked, *(a for j, a in enumerate(loop.init) if j != k)]
    if any(a in holders for a in others):
        return False
    return not any(live.crosses(holder, live.read_at[loop]) for holder in holders)


def _alone_at_the_end(slot: Slot, memory: Memory, live: Liveness) -> bool:
    """Whether what a trip hands on was made in the trip, or moved into it, and goes nowhere else."""
    results = slot.loop.body.results
    holders = _holders(results[slot.k], (*slot.around, slot.loop), memory, live.last, live)
    if holders is None or any(a in holders for j, a in enumerate(results) if j != slot.k):
        return False
    return all(slot.loop in memory.scope(holder) for holder in holders)


def _holders(atom: Atom, loops: tuple[Stmt, ...], memory: Memory, at: int, live: Liveness) -> set[Value] | None:
    """All that may have the object at a place; None if it may be older than this trip of the loops."""
    if not isinstance(atom, Value):
        return set()  # it is made where it is written
    origins = memory.origins(atom)
    if origins is None or any(loop not in memory.scope(origin) for origin in origins for loop in loops):
        return None
    return {holder for origin in origins for holder in memory.reached(origin, at, live)}
