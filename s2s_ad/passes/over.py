"""Arrays of a reverse sweep that are written over what nobody reads any more, where they are large enough to matter.

Memory that has just been read is in the cache, and none has to be asked for. What is surely read for the last time is
decided here; that nobody else holds the array is found by the backend, as for every write."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from s2s_ad.ir.kinds import ANY, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Program, Section, Stmt, Value
from s2s_ad.ir.walk import blocks_of, free_values, inputs_of, map_inputs, use_counts
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.ops.updates import OVER
from s2s_ad.passes.thrift import REVERSE

_VIEWS = frozenset({"np.expand_dims", "np.squeeze", "np.swapaxes", "np.transpose", "np.reshape"})
_READS = frozenset({"np.sum", "matmul", "np.einsum", "index_add", "index_set"})
_AT_LEAST = 2  # axes: what has one is rarely large


def written_over(program: Program) -> Program:
    """The program with products of arrays in reverse sweeps written over their factors."""
    functions = {n: replace(f, body=_over(f.body, False, use_counts(f.body))) for n, f in program.functions.items()}
    return replace(program, functions=functions)


def _over(block: Block, on: bool, uses: Counter[Atom]) -> Block:
    last = _last_reads(block)
    made: dict[Atom, Apply] = {}
    stmts: list[Stmt] = []
    for at, stmt in enumerate(block.stmts):
        if isinstance(stmt, Section):
            on = stmt.title == REVERSE
        elif isinstance(stmt, Apply):
            if on and stmt.op.name in OVER:
                better = _better(stmt, made, last, at)
                # what is not large is part of an expression, or goes on under its name
                plain = uses[stmt.out] > 1 and _is_named(better.inputs[0]) and not _is_named(better.out)
                stmt = better if plain or len(shape_of(stmt.out.kind)) > _AT_LEAST else stmt
            if is_elementwise(stmt.op) or stmt.op.name == "matmul":
                made[stmt.outputs[0]] = stmt
        else:
            stmt = map_inputs(stmt, lambda atom: atom, lambda inner, on=on: _over(inner, on, uses))  # type: ignore[misc]
        stmts.append(stmt)
    return replace(block, stmts=tuple(stmts))


def _better(stmt: Apply, made: dict[Atom, Apply], last: dict[Atom, float], at: int) -> Apply:
    kind = stmt.outputs[0].kind
    if not isinstance(kind, Array) or kind.rank < _AT_LEAST or ANY in kind.shape:
        return stmt
    for k, x in enumerate(stmt.inputs[: 2 if stmt.op.name == "mul" else 1]):
        other = stmt.inputs[1 - k]
        if x in made and x.kind == kind and last[x] == at and other is not x and shape_of(other.kind):
            return replace(stmt, op=OVER[stmt.op.name], inputs=(x, other))
    return stmt


def _last_reads(block: Block) -> dict[Atom, float]:
    """Where in the block an array is read for the last time, itself or by a view; nowhere, if that is not plain."""
    never = float("inf")
    last: dict[Atom, float] = dict.fromkeys(block.results, never)
    for at in range(len(block.stmts) - 1, -1, -1):
        stmt = block.stmts[at]
        until: float = at
        if isinstance(stmt, Apply) and stmt.op.name in _VIEWS:
            until = max(at, last.get(stmt.outputs[0], at))
        elif isinstance(stmt, Apply) and not (is_elementwise(stmt.op) or stmt.op.name in _READS):
            until = never
        elif not isinstance(stmt, Apply):
            until = never
        read: list[Atom] = [*inputs_of(stmt), *(v for inner in blocks_of(stmt) for v in free_values(inner))]
        for atom in read:
            if isinstance(atom, Value):
                last[atom] = max(last.get(atom, until), until)
    return last


def _is_named(atom: Atom) -> bool:
    """Whether it is the adjoint of something with a name."""
    suffix = ""
    while isinstance(atom, Value) and not atom.hint and atom.base is not None:
        atom, suffix = atom.base, atom.suffix
    return isinstance(atom, Value) and bool(atom.hint and suffix)
