"""What a loop hands from one trip to the next as the only one who has it: an object that is moved, not shared.

A greatest fixpoint: at first every carried value is taken to be moved, and those are struck out of which that cannot be
shown, until none is. It holds by induction over the trips: an object that nobody else has at the start of a trip, or
that was made in it, and that nobody else has at its end, is nobody else's at the start of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    def heads(self) -> tuple[Value, ...]:
        """Its names at the start of a trip, and in the condition of one."""
        return (self.param, self.loop.cond.params[self.k]) if isinstance(self.loop, While) else (self.param,)

    @property
    def after(self) -> Value:
        return self.loop.outputs[self.k]


def take_moved(memory: Memory, live: Liveness, slots: Iterable[Slot], group: Value) -> None:
    """Let the memory know which carried values of a group are objects that nobody else has when a trip or what follows
    begins. What is in another group never meets them."""
    memory.followed.add(group)
    slots = [slot for slot in slots if memory.known(slot.param) and memory.find(slot.param) is group]
    others = memory.moved
    while True:
        memory.moved = others | {slot.param: (*slot.around, slot.loop) for slot in slots}
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
    walked = [walk.source for walk in loop.xs] if isinstance(loop, For) else []
    others: set[Atom] = {*walked, *(a for j, a in enumerate(loop.init) if j != k)}
    at = live.read_at[loop]
    read = lambda holder: holder in others or live.crosses(holder, at)  # noqa: E731
    return _is_only(loop.init[k], slot.around, memory, at, live, read)


def _alone_at_the_end(slot: Slot, memory: Memory, live: Liveness) -> bool:
    """Whether what a trip hands on was made in the trip, or moved into it, and goes nowhere else."""
    loop, results = slot.loop, slot.loop.body.results
    others: set[Atom] = {a for j, a in enumerate(results) if j != slot.k}
    leaves = lambda holder: holder in others or loop not in memory.scope(holder)  # noqa: E731
    return _is_only(results[slot.k], (*slot.around, loop), memory, live.last, live, leaves)


def _is_only(
    atom: Atom, loops: tuple[Stmt, ...], memory: Memory, at: int, live: Liveness, other: Callable[[Value], bool]
) -> bool:
    """Whether the object at a place was made in this trip of the loops, and nobody else has it."""
    if not isinstance(atom, Value):
        return True  # it is made where it is written
    origins = memory.origins(atom)
    if origins is None or any(loop not in memory.scope(origin) for origin in origins for loop in loops):
        return False
    return not memory.reaches(origins, at, live, other)
