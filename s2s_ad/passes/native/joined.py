"""An array that one loop fills, and another reads element by element in the same order, is a number in one loop."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Stmt, Value, While
from s2s_ad.ir.walk import (
    all_stmts,
    defined_in,
    free_values,
    inputs_of,
    map_inputs,
    split_params,
    substitute,
    use_counts,
)
from s2s_ad.ops.creation import ZEROS
from s2s_ad.passes.native.accesses import accesses
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.zeros import Sweep, sweep_of


def joined(block: Block) -> Block:
    """The block with such loops joined, in inner blocks too."""
    return _Joined(block).block(block)


class _Joined:
    def __init__(self, body: Block) -> None:
        self.affine = Affine(body)

    def block(self, block: Block) -> Block:
        block = replace(block, stmts=tuple(map_inputs(s, lambda a: a, self.block) for s in block.stmts))
        at = 0
        while at < len(block.stmts):
            made = self.with_next(block, at)
            block, at = (made, at) if made is not None else (block, at + 1)
        return block

    def with_next(self, block: Block, at: int) -> Block | None:
        """The block with the loop at this place joined to the one that reads what it fills, if it may be."""
        first = block.stmts[at]
        filled = self.filled(first) if isinstance(first, For) else None
        if filled is None or not isinstance(first, For):
            return None
        uses = use_counts(block)
        if any(uses[v] != (k == filled.slot) for k, v in enumerate(first.outputs)):
            return None
        array = first.outputs[filled.slot]
        later = block.stmts[at + 1 :]
        second = next((s for s in later if array in inputs_of(s)), None)
        if not isinstance(second, For) or array not in second.init or not self.same_trips(first, second):
            return None
        slot = second.init.index(array)
        touches = self.touches(second, slot, filled)
        if touches is None or uses[second.outputs[slot]]:
            return None
        if not _as_before(first, later[: later.index(second) + 1]):
            return None
        made = _one(first, filled, second, slot, touches)
        return replace(block, stmts=tuple(made if s is second else s for s in block.stmts if s is not first))

    def filled(self, loop: For) -> Sweep | None:
        """What it does, if it is to write to each element of a row, and nothing else."""
        own = [k for k, param in enumerate(split_params(loop)[1]) if loop.body.results[k] is not param]
        if len(own) != 1 or len(loop.outputs) > len(loop.init):
            return None
        sweep = sweep_of(loop, own[0], self.affine)
        made = self.affine.made.get(loop.init[own[0]])  # type: ignore[arg-type]
        zeros = isinstance(made, Apply) and made.op.name in ZEROS  # to which adding is writing
        if sweep is None or sweep.stmt.op.name != "index_set" and not zeros:
            return None
        others = [s for s in loop.body.stmts if s is not sweep.stmt]
        if any(not isinstance(s, Apply) or s.op.effect or s.op.store for s in others):
            return None
        param = split_params(loop)[1][own[0]]
        return None if any(param in inputs_of(s) for s in others) else sweep

    def same_trips(self, first: For, second: For) -> bool:
        a, b = first.trips, second.trips
        if a is None or b is None or first.reverse or second.reverse or second.stops or second.xs and not second.even:
            return False
        pairs = ((a.start, b.start), (a.stop, b.stop), (a.step, b.step))
        return all(x is y or self.affine.key(x) == self.affine.key(y) for x, y in pairs)

    def touches(self, loop: For, slot: int, filled: Sweep) -> list[Apply] | None:
        """What reads the element that the same trip of the other loop has written, and then writes to it.

        None if anything else is done.
        """
        found, index, inside = accesses(loop, slot), loop.body.params[0], defined_in(loop.body)
        if found is None:
            return None
        names = [stmt.op.name for stmt, _ in found.found]
        if "getitem" in names[names.count("getitem") :]:
            return None
        for _, place in found.found:
            last = self.affine.sum(place[-1])
            own = dict(last.terms) == {index: 1} and last.constant == filled.offset
            if not own or not inside.isdisjoint(place[:-1]):
                return None
            if tuple(map(self.affine.key, place[:-1])) != filled.row:
                return None
        return [stmt for stmt, _ in found.found]


def _as_before(loop: For, later: tuple[Stmt, ...]) -> bool:
    """Whether no array that it reads is changed by these statements, in which it would then have to be another one."""
    arrays = {a for a in (*loop.init, *free_values(loop.body)) if isinstance(a.kind, Array)}
    for stmt in all_stmts(Block((), later, ())):
        if isinstance(stmt, (For, While)) and not arrays.isdisjoint(stmt.init):
            return False
        if isinstance(stmt, Call) and not arrays.isdisjoint(stmt.inputs):
            return False
        if isinstance(stmt, Apply) and stmt.op.store and not arrays.isdisjoint(stmt.inputs[:1]):
            return False
    return True


def _one(first: For, filled: Sweep, second: For, slot: int, touches: list[Apply]) -> For:
    """One loop that does in each trip what the two do."""
    (_, *given), before = split_params(first)
    (index, *items), carried = split_params(second)
    mapping: dict[Value, Atom] = {first.body.params[0]: index, **dict(zip(before, first.init))}
    mapping[carried[slot]] = first.init[filled.slot]
    value = filled.stmt.inputs[1]
    reads = [stmt.out for stmt in touches if stmt.op.name == "getitem"]
    name = reads[0] if reads and isinstance(value, Value) and value in defined_in(first.body) else value
    mapping.update((stmt.out, first.init[filled.slot]) for stmt in touches)
    mapping.update((v, name) for v in (value, *reads) if isinstance(v, Value) and v is not name)
    if isinstance(name, Value):
        mapping.pop(name, None)
    touched = {filled.stmt, *touches}
    stmts = [_renamed(s, value, name) for s in (*first.body.stmts, *second.body.stmts) if s not in touched]
    rest = [v for k, v in enumerate(carried) if k != slot]
    body = Block((index, *given, *items, *rest), tuple(stmts), _without(second.body.results, slot))
    return replace(
        second,
        xs=(*first.xs, *second.xs),
        init=_without(second.init, slot),
        body=substitute(body, mapping),
        outputs=tuple(v for k, v in enumerate(second.outputs) if k != slot),
        even=bool(first.xs or second.xs),
    )


def _renamed(stmt: Stmt, value: Atom, name: Atom) -> Stmt:
    """The statement that makes the value, under another name for it; any other as it is."""
    if isinstance(stmt, Apply) and isinstance(name, Value) and value in stmt.outputs:
        return replace(stmt, outputs=(name,))
    return stmt


def _without(atoms: tuple[Atom, ...], at: int) -> tuple[Atom, ...]:
    return (*atoms[:at], *atoms[at + 1 :])
