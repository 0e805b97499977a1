"""Takes away what nothing reads: statements, outputs of branches, carried values and lists of loops."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Atom,
    Block,
    Call,
    For,
    Function,
    If,
    Program,
    Range,
    Section,
    Stmt,
    Value,
    Walk,
    While,
)
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, map_inputs, outputs_of, split_params


def dce(program: Program) -> Program:
    """The program without what no result and no effect needs, and without functions that nobody calls."""
    effects = effectful(program)
    functions = {name: dce_function(f, effects) for name, f in program.functions.items()}
    return replace(program, functions=reachable(functions, program.entry))


def without_unread(program: Program) -> Program:
    """The program, to be emitted, without inputs that the code of their operation does not mention."""

    def block(b: Block) -> Block:
        return replace(b, stmts=tuple(map(stmt, b.stmts)))

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Apply):
            unread = _unread(s)
            return replace(s, inputs=tuple(Absent(a.kind) if a in unread else a for a in s.inputs)) if unread else s
        return map_inputs(s, lambda a: a, block)

    effects = effectful(program)
    functions = {name: dce_function(replace(f, body=block(f.body)), effects) for name, f in program.functions.items()}
    return replace(program, functions=functions)


def _unread(stmt: Apply) -> set[Atom]:
    op = stmt.op
    if not op.variadic or op.effect or op.store or op.name in ("pack", "unpack"):
        return set()
    text = op.text(stmt.params, tuple(a.kind for a in stmt.inputs))
    words = set(re.findall(r"\w+", text))
    names = op.names(len(stmt.inputs))
    read = {a for a, name in zip(stmt.inputs, names) if name in words}
    return {a for a in stmt.inputs if isinstance(a, Value) and a not in read}


def reachable(functions: Mapping[str, Function], *entries: str) -> dict[str, Function]:
    """The functions that the entries call, in the order in which the program holds them."""
    found: set[str] = set()
    todo = list(entries)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(s.callee for s in all_stmts(functions[name].body) if isinstance(s, Call))
    return {name: f for name, f in functions.items() if name in found}


def effectful(program: Program) -> set[str]:
    """The functions that print or raise, or call one that does."""
    found: set[str] = set()
    while True:
        before = len(found)
        for name, f in program.functions.items():
            if any(has_effect(s, found) for s in all_stmts(f.body)):
                found.add(name)
        if len(found) == before:
            return found


def has_effect(stmt: Stmt, effects: set[str]) -> bool:
    """Whether the statement itself, not what is inside it, must stay."""
    return (isinstance(stmt, Apply) and stmt.op.effect) or (isinstance(stmt, Call) and stmt.callee in effects)


def dce_function(function: Function, effects: set[str]) -> Function:
    return replace(function, body=dce_block(function.body, effects))


def dce_block(block: Block, effects: set[str]) -> Block:
    """The block without what its results do not need."""
    return _Eliminator(effects).block(block, set(_values(block.results)))


def _values(atoms: tuple[Atom, ...]) -> list[Value]:
    return [a for a in atoms if isinstance(a, Value)]


class _Eliminator:
    def __init__(self, effects: set[str]) -> None:
        self.effects = effects

    def block(self, block: Block, needed: set[Value]) -> Block:
        """The block for these needed values; what it needs in turn is added to them."""
        kept: list[Stmt] = []
        for stmt in reversed(block.stmts):
            found = self.stmt(stmt, needed)
            if found is not None:
                kept.append(found)
                needed.update(_values(inputs_of(found)))
        return replace(block, stmts=tuple(reversed(kept)))

    def stmt(self, stmt: Stmt, needed: set[Value]) -> Stmt | None:
        if isinstance(stmt, Section):
            return stmt
        wanted = any(o in needed for o in outputs_of(stmt))
        if isinstance(stmt, (Apply, Call)):
            return stmt if wanted or has_effect(stmt, self.effects) else None
        if not wanted and not any(has_effect(s, self.effects) for b in blocks_of(stmt) for s in all_stmts(b)):
            return None
        return self.branch(stmt, needed) if isinstance(stmt, If) else self.loop(stmt, needed)

    def branch(self, stmt: If, needed: set[Value]) -> If:
        keep = [i for i, o in enumerate(stmt.outputs) if o in needed]
        blocks = []
        for block in (stmt.then, stmt.orelse):
            trimmed = replace(block, results=tuple(block.results[i] for i in keep))
            needed.update(_values(trimmed.results))
            blocks.append(self.block(trimmed, needed))
        return replace(stmt, then=blocks[0], orelse=blocks[1], outputs=tuple(stmt.outputs[i] for i in keep))

    def loop(self, stmt: For | While, needed: set[Value]) -> For | While:
        items, carried = split_params(stmt)
        n, end = len(stmt.init), len(stmt.outputs)
        results = stmt.body.results
        lists = [i for i in range(n, end) if stmt.outputs[i] in needed]
        keep = {i for i in range(n) if stmt.outputs[i] in needed}
        stop = results[end:]
        while True:  # a carried value is needed if the body needs it to make what is needed
            inner = set(needed)
            inner.update(_values(tuple(results[i] for i in (*sorted(keep), *lists)) + stop))
            cond = stmt.cond if isinstance(stmt, While) else None
            if cond is not None:
                at_cond = set(_values(cond.results))
                cond = self.block(cond, at_cond)
                inner.update(at_cond)
                inner.update(p for p, c in zip(carried, cond.params) if c in at_cond)
            body = self.block(stmt.body, inner)
            more = {i for i in range(n) if carried[i] in inner} | keep
            if more == keep:
                break
            keep = more
        order = sorted(keep)
        ends = tuple(results[i] for i in (*order, *lists)) + stop
        outputs = tuple(stmt.outputs[i] for i in (*order, *lists))
        init = tuple(stmt.init[i] for i in order)
        needed.update(inner)
        if isinstance(stmt, While):
            assert cond is not None
            body = replace(body, params=tuple(carried[i] for i in order), results=ends)
            cond = replace(cond, params=tuple(cond.params[i] for i in order))
            return replace(stmt, init=init, cond=cond, body=body, outputs=outputs)
        trips, walks, lead = self.walks(stmt, items, inner)
        body = replace(body, params=(*lead, *(carried[i] for i in order)), results=ends)
        return replace(stmt, trips=trips, xs=walks, init=init, body=body, outputs=outputs)

    def walks(
        self, stmt: For, items: tuple[Value, ...], needed: set[Value]
    ) -> tuple[Range | None, tuple[Walk, ...], tuple[Value, ...]]:
        """What is read of the range and the walks; where lengths may differ all must stay: the shortest decides."""
        index = items[: len(items) - len(stmt.xs)]
        pairs = list(zip(stmt.xs, items[len(index) :]))
        if not stmt.even:
            return stmt.trips, stmt.xs, items
        used = [(w, p) for w, p in pairs if p in needed]
        if index and (index[0] in needed or not (used or pairs)):
            return stmt.trips, tuple(w for w, _ in used), (*index, *(p for _, p in used))
        kept = used or pairs[:1]
        return None, tuple(w for w, _ in kept), tuple(p for _, p in kept)
