"""Adjoints of which the first write leaves only an edge zero: made empty, and that edge set to zero.

`x_bar = np.zeros_like(x)` goes over all elements before `x_bar[:-1] = ...` goes over nearly all of them again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.nodes import Apply, Atom, Block, Program, Stmt
from s2s_ad.ir.walk import map_inputs, use_counts
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.atoms import is_adjoint


def with_zero_edges(program: Program) -> Program:
    """The program with adjoints that are not set to zero where they are written to right away."""
    functions = {name: replace(f, body=_block(f.body, use_counts(f.body))) for name, f in program.functions.items()}
    return replace(program, functions=functions)


def _block(block: Block, uses: Counter[Atom]) -> Block:
    zeros = {s.out: s for s in block.stmts if isinstance(s, Apply) and s.op.name == "zeros_like" and uses[s.out] == 1}
    empty: set[Stmt] = set()
    edges: dict[Stmt, Any] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and stmt.op.name == "index_set" and is_adjoint(stmt.out):
            made, edge = zeros.get(stmt.inputs[0]), _left(stmt)  # type: ignore[arg-type]
            if made is not None and made.inputs[0].kind == made.out.kind and edge is not None:
                empty.add(made)
                edges[stmt] = edge
    builder = Builder()
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and stmt in empty:
            builder.emit(replace(stmt, op=OPS["np.empty_like"]))
        elif isinstance(stmt, Apply) and stmt in edges:
            nearly = replace(stmt.out)
            builder.emit(replace(stmt, outputs=(nearly,)))
            index = (("index", (edges[stmt],)),)
            builder.emit(Apply(OPS["index_set"], (nearly, ZERO_FLOAT), stmt.outputs, index, stmt.span))
        else:
            builder.emit(map_inputs(stmt, lambda a: a, lambda inner: _block(inner, uses)))
    return replace(block, stmts=tuple(builder.stmts))


def _left(stmt: Apply) -> tuple[Any, ...] | None:
    """The slice of the first axis that a write to `a[1:]` or `a[:-1]` leaves."""
    first, *others = dict(stmt.params)["index"] or (None,)
    if not (isinstance(first, tuple) and first[0] == "slice") or any(e is not Ellipsis and e != WHOLE for e in others):
        return None
    _, start, stop, step = first
    if step in (None, 1) and stop is None and type(start) is int and start > 0:
        return "slice", None, start, None
    if step in (None, 1) and start in (None, 0) and type(stop) is int and stop < 0:
        return "slice", stop, None, None
    return None
