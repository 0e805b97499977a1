"""Computes once what is computed twice, within the blocks where the first result can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from s2s_ad.ir.kinds import Scalar
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, Const, If, Program, Stmt, Unbound, Value
from s2s_ad.ir.walk import map_inputs, outputs_of, substitute

Seen = dict[tuple[Any, ...], Value]
# a buffer of its own each time
FRESH = ("zeros_like", "list_zeros", "list_new", "np.zeros", "np.zeros_like", "np.empty", "np.empty_like", "rows_like")


def cse(program: Program) -> Program:
    """Shares results, except of what is shorter to write again than to name: one cheap operation on plain numbers."""
    functions = {name: replace(f, body=_block(f.body, {}, {}, set(), {})) for name, f in program.functions.items()}
    return replace(program, functions=functions)


def _block(
    block: Block, same: dict[Value, Atom], seen: Seen, plain: set[Value], written: dict[Atom, tuple[Any, ...]]
) -> Block:
    def atom(a: Atom) -> Atom:
        return same.get(a, a) if isinstance(a, Value) else a

    seen = dict(seen) if seen else {}
    plain.update(block.params)
    stmts: list[Stmt] = []
    for stmt in block.stmts:
        moved = map_inputs(stmt, atom, lambda b: _block(b, same, seen, plain, written))
        if isinstance(moved, Apply) and shareable(moved):
            key = (moved.op.name, moved.params, *(written.get(a, _key(a)) for a in moved.inputs))
            if short(moved, plain):  # written again, but what is made of it is the same
                written[moved.out] = key
                stmts.append(moved)
                continue
            first = seen.get(key)
            if first is not None:
                same[moved.out] = first
                continue
            seen[key] = moved.out
        if isinstance(moved, If):
            buffers, moved = _shared_buffers(moved)
            stmts += buffers
        stmts.append(moved)
    return Block(block.params, tuple(stmts), tuple(map(atom, block.results)))


def _shared_buffers(stmt: If) -> tuple[list[Apply], If]:
    """The empty buffers that both branches start from, made once before them."""
    waiting = {cse_key(s): s for s in stmt.then.stmts if _is_buffer(s)}
    both: list[Apply] = []
    same: dict[Value, Atom] = {}
    for other in stmt.orelse.stmts:
        if _is_buffer(other) and (found := waiting.pop(cse_key(other), None)) is not None:
            both.append(found)
            same[other.out] = found.out
    if not both:
        return [], stmt
    then = replace(stmt.then, stmts=tuple(s for s in stmt.then.stmts if s not in both))
    orelse = replace(stmt.orelse, stmts=tuple(s for s in stmt.orelse.stmts if not same.keys() & set(outputs_of(s))))
    return both, replace(stmt, then=then, orelse=substitute(orelse, same))


def _is_buffer(stmt: Stmt) -> TypeGuard[Apply]:
    return isinstance(stmt, Apply) and stmt.op.name in ("zeros_like", "list_zeros")


def cse_key(stmt: Apply) -> tuple[Any, ...]:
    """Equal for two applications that compute the same."""
    return (stmt.op.name, stmt.params, *input_keys(stmt))


def input_keys(stmt: Apply) -> tuple[Any, ...]:
    """Equal for two applications to the same."""
    return tuple(map(_key, stmt.inputs))


def shareable(stmt: Apply) -> bool:
    op = stmt.op
    return not (op.effect or op.store or op.name in FRESH or len(stmt.outputs) != 1)


def short(stmt: Apply, plain: set[Value]) -> bool:
    """Whether it is one cheap operation on params, loop items and constants, with a number as its result."""
    leaves = all(not isinstance(a, Value) or a in plain for a in stmt.inputs)
    return leaves and stmt.op.cost <= 1 and isinstance(stmt.out.kind, Scalar)


def _key(atom: Atom) -> Any:
    if isinstance(atom, Const):
        return type(atom.value).__name__, repr(atom.value)
    return id(atom) if isinstance(atom, (Absent, Unbound)) else atom
