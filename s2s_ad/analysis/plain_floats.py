"""Which numbers must be NumPy's own: those that something is done with at which a number of Python would raise, or be
another type for the user. Where a number of Python does as well, an element may come out of a list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from s2s_ad.ir.kinds import Array, is_number
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, inputs_of, split_params
from s2s_ad.ops.fitting import is_elementwise

_PASSES_ON = frozenset({"add", "sub", "mul", "neg", "pos", "div", "kept_product", "kept_quotient"})
_COMPARED = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_WRITTEN = frozenset({"index_add", "index_set"})


def needed_as_numpy(body: Block) -> set[Value]:
    """The numbers in a function that must not be of Python where they are NumPy's."""
    needed: set[Value] = set()
    queue: list[Atom] = list(body.results)
    sources: dict[Value, list[Atom]] = {}
    for stmt in all_stmts(body):
        queue += _needed_by(stmt)
        for value, atom in _flows(stmt):
            sources.setdefault(value, []).append(atom)
    while queue:
        atom = queue.pop()
        if isinstance(atom, Value) and atom not in needed and is_number(atom.kind):
            needed.add(atom)
            queue += sources.get(atom, ())
    return needed


def _needed_by(stmt: Stmt) -> Iterator[Atom]:
    """What the statement itself must have as it is."""
    if isinstance(stmt, Apply):
        if stmt.op.name in _PASSES_ON:
            if stmt.op.name in ("div", "kept_quotient"):
                by = stmt.inputs[1]
                yield by  # by zero, Python raises and NumPy does not
                if not (isinstance(by, Const) and by.value or isinstance(by.kind, Array)):
                    yield stmt.inputs[0]
        elif stmt.op.name in _WRITTEN:
            yield from stmt.inputs[2:]
        elif not (stmt.op.name in _COMPARED or stmt.op.flavor == "math" or _is_ufunc(stmt)):
            yield from stmt.inputs
    elif isinstance(stmt, (For, While)):
        yield from stmt.body.results[len(stmt.init) :]
        if isinstance(stmt, While):
            yield from stmt.cond.results
    elif not isinstance(stmt, If):
        yield from inputs_of(stmt)


def _is_ufunc(stmt: Apply) -> bool:
    """Whether NumPy computes it, in whatever way the number came."""
    return is_elementwise(stmt.op) and isinstance(stmt.op.function, np.ufunc) and stmt.op.flavor == "numpy"


def _flows(stmt: Stmt) -> Iterator[tuple[Value, Atom]]:
    """Pairs of a number and what it is Python's number for, if that is one; in loops both ways round."""
    if isinstance(stmt, Apply) and stmt.op.name in _PASSES_ON:
        yield from ((stmt.outputs[0], atom) for atom in stmt.inputs)
    elif isinstance(stmt, If):
        for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
            yield from ((out, a), (out, b))
    elif isinstance(stmt, (For, While)):
        for k, param in enumerate(split_params(stmt)[1]):
            ends = (stmt.init[k], stmt.body.results[k])
            for value in (param, stmt.outputs[k]):
                yield from ((value, atom) for atom in ends)
            if isinstance(stmt, While):
                yield stmt.cond.params[k], param
