"""The reverse of a trip right after the trip itself, where an outer loop only accumulates: nothing is saved for it.

A forward loop and its reversed one become one loop if the reverse of a trip reads of the forward sweep only what that
very trip has made, and adds to its adjoints in any order. Where only that last condition holds, the reversed loop runs
forward: the same sums in another order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from s2s_ad.ir.nodes import Apply, Atom, Block, For, Section, Stmt, Value, While
from s2s_ad.ir.walk import (
    all_stmts,
    blocks_of,
    free_values,
    inputs_of,
    map_inputs,
    outputs_of,
    split_params,
    substitute,
    use_counts,
)
from s2s_ad.passes.native.accesses import ACCESSES
from s2s_ad.passes.native.affine import Affine

_SUMS = frozenset(("add", "sub"))
_SHAPES = frozenset(("zeros_like", "np.zeros_like", "np.empty_like", "shape_item", "array_len"))


def fused(block: Block, clean: Collection[Value]) -> Block:
    """The block with such pairs of loops made one, and such loops turned around, in inner blocks too.

    What is `clean` is zeros when a trip of the loop that carries it begins, whichever trip it is.
    """
    return _fused(block, clean, Affine(block))


def _fused(block: Block, clean: Collection[Value], affine: Affine) -> Block:
    stmts = list(block.stmts)
    renamed: dict[Value, Atom] = {}
    for at in range(len(stmts) - 1, -1, -1):
        second = stmts[at]
        if isinstance(second, For):
            _fuse_into(stmts, at, block, renamed, clean, affine)
    changed = substitute(Block(block.params, tuple(stmts), block.results), renamed)

    def same(atom: Atom) -> Atom:
        return atom

    inner = tuple(turned(map_inputs(s, same, lambda b: _fused(b, clean, affine)), clean) for s in changed.stmts)
    return replace(changed, stmts=inner)


def _fuse_into(
    stmts: list[Stmt],
    at: int,
    block: Block,
    renamed: dict[Value, Atom],
    clean: Collection[Value],
    affine: Affine,
) -> None:
    """Put the loop at this place into the one that fills its lists, if it may run with it."""
    second = stmts[at]
    assert isinstance(second, For)
    if second.stops or len(second.outputs) > len(second.init) or not second.xs:
        return
    for k in range(at - 1, -1, -1):
        first = stmts[k]
        if isinstance(first, For) and _walks_of(first, second) is not None:
            break
    else:
        return
    walks = _walks_of(first, second)
    assert walks is not None and isinstance(first, For)
    if first.stops or not _same_trips(first, second, affine) or not _accumulates_all(second, clean):
        return
    between = _before(stmts[k + 1 : at], second, first)
    if between is None:
        return
    early, late = between
    n = len(first.init)
    others = _reads_elsewhere(stmts, block, second)
    ys = [i for i in range(n, len(first.outputs)) if first.outputs[i] in others]
    items, carried = split_params(second)
    mapping: dict[Value, Atom] = dict(zip(items[len(items) - len(second.xs) :], walks))
    if second.trips is not None:
        mapping[items[0]] = first.body.params[0]
    body = substitute(Block((), second.body.stmts, second.body.results), mapping)
    results = first.body.results
    whole = Block(
        (*first.body.params, *carried),
        (*first.body.stmts, *body.stmts),
        (*results[:n], *body.results, *(results[i] for i in ys)),
    )
    outputs = (*first.outputs[:n], *second.outputs, *(first.outputs[i] for i in ys))
    made = replace(first, init=(*first.init, *second.init), body=whole, outputs=outputs)
    stmts[k : at + 1] = [*early, made, *late]


def _walks_of(first: For, second: For) -> list[Atom] | None:
    """For each list that `second` walks what a trip of `first` has put there; None if it walks anything else."""
    n = len(first.init)
    saved = dict(zip(first.outputs[n:], first.body.results[n:]))
    items = split_params(first)[0]
    own = {walk.source: (walk.reverse, item) for walk, item in zip(first.xs, items[len(items) - len(first.xs) :])}
    found: list[Atom] = []
    for walk in second.xs:
        if isinstance(walk.source, Value) and walk.source in saved and walk.reverse:
            found.append(saved[walk.source])
        elif walk.source in own and own[walk.source][0] != walk.reverse:
            found.append(own[walk.source][1])
        else:
            return None
    return found if any(walk.source in saved for walk in second.xs) else None


def _same_trips(first: For, second: For, affine: Affine) -> bool:
    if not second.even:
        return False
    if second.trips is None:
        return True
    if first.trips is None or first.reverse == second.reverse:
        return False
    a, b = first.trips, second.trips
    pairs = ((a.start, b.start), (a.stop, b.stop), (a.step, b.step))
    return all(x is y or affine.key(x) == affine.key(y) for x, y in pairs)


def _before(between: list[Stmt], second: For, first: For) -> tuple[list[Stmt], list[Stmt]] | None:
    """What stands between the loops and must come before both, and the rest; None if some of it needs the first."""
    needed = {a for a in second.init if isinstance(a, Value)} | set(free_values(second.body))
    made = set(first.outputs)
    if needed & made:
        return None
    early: list[Stmt] = []
    late: list[Stmt] = []
    for stmt in reversed(between):
        if needed.isdisjoint(outputs_of(stmt)) or isinstance(stmt, Section):
            late.append(stmt)
            continue
        stmt = _asking_before(stmt, first)
        reads = {a for a in inputs_of(stmt) if isinstance(a, Value)}
        for inner in blocks_of(stmt):
            reads |= set(free_values(inner))
        if reads & made or _has_effect(stmt):
            return None
        needed |= reads
        early.append(stmt)
    return None if needed & made else (early[::-1], late[::-1])


def _asking_before(stmt: Stmt, loop: For) -> Stmt:
    """The statement that asks for a shape: of an array as it is before the loop, which has the same after it."""
    if not isinstance(stmt, Apply) or stmt.op.name not in _SHAPES or stmt.inputs[0] not in loop.outputs:
        return stmt
    slot = loop.outputs.index(stmt.inputs[0])
    if slot >= len(loop.init) or not _same_shape(loop.body, loop.body.results[slot], split_params(loop)[1][slot]):
        return stmt
    return replace(stmt, inputs=(loop.init[slot], *stmt.inputs[1:]))


def _same_shape(block: Block, end: Atom, start: Value) -> bool:
    """Whether nothing happens to the array on its way but that elements are changed."""
    makers = {v: s for s in block.stmts for v in outputs_of(s)}
    while end is not start:
        made = makers.get(end) if isinstance(end, Value) else None
        if isinstance(made, Apply) and made.op.name in ("index_set", "index_add"):
            end = made.inputs[0]
            continue
        if not isinstance(made, (For, While)) or (slot := made.outputs.index(end)) >= len(made.init):
            return False
        if not _same_shape(made.body, made.body.results[slot], split_params(made)[1][slot]):
            return False
        end = made.init[slot]
    return True


def _has_effect(stmt: Stmt) -> bool:
    inner = (s for b in blocks_of(stmt) for s in all_stmts(b))
    return any(isinstance(s, Apply) and s.op.effect for s in (stmt, *inner))


def _reads_elsewhere(stmts: list[Stmt], block: Block, second: For) -> set[Value]:
    found = {a for a in block.results if isinstance(a, Value)}
    for stmt in stmts:
        if stmt is not second:
            found |= {a for a in inputs_of(stmt) if isinstance(a, Value)}
            for inner in blocks_of(stmt):
                found |= set(free_values(inner))
    return found


# --- sums in any order ------------------------------------------------------------------------------------------------


def turned(stmt: Stmt, clean: Collection[Value] = ()) -> Stmt:
    """A reversed loop as one that runs forward, if that makes the same sums; what is `clean` is zeros in each trip."""
    if not isinstance(stmt, For) or stmt.stops or len(stmt.outputs) > len(stmt.init):
        return stmt
    backwards = stmt.reverse if stmt.trips is not None else bool(stmt.xs) and all(w.reverse for w in stmt.xs)
    if not backwards or not stmt.in_step or not _accumulates_all(stmt, clean):
        return stmt
    xs = tuple(replace(walk, reverse=not walk.reverse) for walk in stmt.xs)
    return replace(stmt, reverse=not stmt.reverse if stmt.trips is not None else stmt.reverse, xs=xs)


def _accumulates_all(loop: For, clean: Collection[Value] = ()) -> bool:
    """Whether the order of the trips does not matter, but for rounding."""
    if any(_has_effect(s) for s in loop.body.stmts):
        return False
    items, carried = split_params(loop)
    index = items[0] if loop.trips is not None else None
    uses = use_counts(loop.body)
    return all(
        result is param
        or param in clean
        or only_sums(loop.body, param, result, uses)
        or _element_wise(loop.body, param, result, index)
        for param, result in zip(carried, loop.body.results)
    )


def only_sums(block: Block, start: Value, end: Atom, uses: Counter[Atom]) -> bool:
    """Whether the block only adds to `start`, reads it nowhere else, and leaves the sum in `end`."""
    return sums_of(block, start, end, uses) is not None


def sums_of(block: Block, start: Value, end: Atom, uses: Counter[Atom]) -> list[Stmt] | None:
    """The statements by which the block adds to `start`, if it reads it nowhere else, and leaves the sum in `end`."""
    at: Atom = start
    found: list[Stmt] = []
    while True:
        if not isinstance(at, Value) or uses[at] != 1:
            return None
        if at is end:
            return found
        reader = next((s for s in block.stmts if _reads(s, at)), None)
        if isinstance(reader, Apply) and reader.op.name in _SUMS and reader.inputs[0] is at:
            at = reader.out
        elif isinstance(reader, Apply) and reader.op.name == "add" and reader.inputs[1] is at:
            at = reader.out
        elif isinstance(reader, Apply) and reader.op.name == "index_add" and reader.inputs[0] is at:
            at = reader.out
        elif isinstance(reader, (For, While)) and at in reader.init:
            k = reader.init.index(at)
            if not only_sums(reader.body, split_params(reader)[1][k], reader.body.results[k], uses):
                return None
            if isinstance(reader, While) and uses[reader.cond.params[k]]:
                return None
            at = reader.outputs[k]
        else:
            return None
        found.append(reader)


def _reads(stmt: Stmt, value: Value) -> bool:
    if value in inputs_of(stmt):
        return True
    return any(value in free_values(inner) for inner in blocks_of(stmt))


def _element_wise(block: Block, start: Value, end: Atom, index: Value | None) -> bool:
    """Whether each trip reads and writes of an array only the element whose place is the index of the loop."""
    if index is None:
        return False
    versions: set[Atom] = {start}
    for stmt in block.stmts:
        touched = [a for a in inputs_of(stmt) if a in versions]
        inner = any(v in free_values(b) for b in blocks_of(stmt) for v in versions if isinstance(v, Value))
        if not touched and not inner:
            continue
        if inner or len(touched) > 1 or not isinstance(stmt, Apply) or stmt.op.name not in ACCESSES:
            return False
        places = stmt.inputs[1:] if stmt.op.name == "getitem" else stmt.inputs[2:]
        entries = dict(stmt.params)["index"]
        if stmt.inputs[0] not in versions or not all(isinstance(e, tuple) and e[0] == "in" for e in entries):
            return False
        if len(entries) != len(places) or not any(place is index for place in places):
            return False
        if stmt.op.name != "getitem":
            versions.add(stmt.out)
    return end in versions and all(r is end or r not in versions for r in block.results)
