"""Views of arrays that numba has no function for, as what an index says: np.flip and np.squeeze."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from s2s_ad.ir.kinds import ONE
from s2s_ad.ir.nodes import Apply, Block, Stmt
from s2s_ad.ir.walk import map_inputs
from s2s_ad.ops.indexing import BACKWARDS, WHOLE
from s2s_ad.ops.linear import axes_of, shape_of
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.shaping import taken_away


def by_index(block: Block) -> Block:
    """The block with such views as indices, in inner blocks too."""

    def stmt(old: Stmt) -> Stmt:
        index = _index(old) if isinstance(old, Apply) else None
        if index is None or not isinstance(old, Apply):
            return map_inputs(old, lambda a: a, by_index)
        while index[-1:] == (WHOLE,):
            index = index[:-1]
        return Apply(OPS["getitem"], old.inputs, old.outputs, (("index", index),), old.span)

    return replace(block, stmts=tuple(map(stmt, block.stmts)))


def _index(stmt: Apply) -> tuple[Any, ...] | None:
    if stmt.op.name not in ("np.flip", "np.squeeze"):
        return None
    shape, axis = shape_of(stmt.inputs[0].kind), dict(stmt.params).get("axis")
    if stmt.op.name == "np.flip":
        turned = range(len(shape)) if axis is None else axes_of(axis, len(shape))
        return tuple(BACKWARDS if k in turned else WHOLE for k in range(len(shape)))
    left_out = taken_away(shape, axis)
    if not left_out or any(shape[k] != ONE for k in left_out):
        return None  # NumPy asks, when it runs, whether there is one
    return tuple(0 if k in left_out else WHOLE for k in range(len(shape)))
