"""Products of vectors and matrices, and diagonals."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Kind, broadcast, result_dtype
from s2s_ad.ops.complex_parts import turned_back
from s2s_ad.ops.contractions import tensordot_left, tensordot_right
from s2s_ad.ops.core import Op, declare, linear
from s2s_ad.ops.linear import axes_of, broadcast_like, dtype_of, reshape_like, shape_of, total
from s2s_ad.ops.shaping import expand_dims, ravel, squeeze, swapaxes, transpose

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _matmul_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, y = (shape_of(k) for k in kinds)
    if not x or not y:
        raise KindError("@ takes arrays, not single numbers", remedy="Multiply with *.")
    lead = broadcast(Array("bool", x[:-2]), Array("bool", y[:-2]))
    return Array(result_dtype(kinds), lead + x[:-1][-1:] + (y[-1:] if len(y) > 1 else ()))


def _turned(x: Any) -> Any:
    return transpose(x) if x.rank == 2 else swapaxes(x, axis1=-1, axis2=-2)


def _left(ct, x, y):
    """The cotangent of x in x @ y; what was broadcast is summed where every cotangent is."""
    if y.rank == 1:
        return ct * y if x.rank == 1 else outer(ct, y) if x.rank == 2 else expand_dims(ct, axis=-1) * y
    if x.rank == 1:
        return y @ ct if y.rank == 2 else squeeze(y @ expand_dims(ct, axis=-1), axis=-1)
    return ct @ _turned(y)


def _right(ct, x, y):
    if x.rank == 1:
        if y.rank == 1:
            return ct * x
        return outer(x, ct) if y.rank == 2 else expand_dims(x, axis=-1) * expand_dims(ct, axis=-2)
    if y.rank == 1:
        return _turned(x) @ ct if x.rank == 2 else squeeze(_turned(x) @ expand_dims(ct, axis=-1), axis=-1)
    return _turned(x) @ ct


matmul = declare(
    (operator.matmul, np.matmul), lambda x, y: None, name="matmul", code="x @ y", infer=_matmul_kind, cost=20,
    broadcasts=lambda kinds: any(len(shape_of(k)) > 2 for k in kinds),  # only the axes of a stack
    transposes={0: _left, 1: _right},
)  # fmt: skip


def _dot_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, y = (shape_of(k) for k in kinds)
    dtype = result_dtype(tuple(Array(dtype_of(k), ()) for k in kinds))
    if not x or not y:
        return Array(dtype, x or y)
    return Array(dtype, x[:-1] + y[:-2] + (y[-1:] if len(y) > 1 else ()))


def _stacked(x: Any, y: Any) -> bool:
    """Whether np.dot pairs the axes otherwise than @ does."""
    return bool(x.rank > 2 and y.rank > 1 or y.rank > 2 and x.rank > 0)


def _dot_left(ct, x, y):
    if _stacked(x, y):
        return tensordot_left(ct, x, y, axes=(-1, -2))
    return _left(ct, x, y) if x.rank and y.rank else ct * y


def _dot_right(ct, x, y):
    if _stacked(x, y):
        return tensordot_right(ct, x, y, axes=(-1, -2))
    return _right(ct, x, y) if x.rank and y.rank else ct * x


dot = declare((np.dot,), lambda x, y: None, infer=_dot_kind, cost=20, transposes={0: _dot_left, 1: _dot_right})


def _vdot_share(ct: Any, like: Any, other: Any) -> Any:
    if like.rank == other.rank:
        return ct * other
    return ct * reshape_like(other, like)


vdot = declare(
    (np.vdot,), lambda x, y: None, cost=20,
    infer=lambda kinds, params, op: Array(result_dtype(tuple(Array(dtype_of(k), ()) for k in kinds)), ()),
    transposes={  # NumPy conjugates x
        0: lambda ct, x, y: turned_back(_vdot_share(ct, x, y)), 1: lambda ct, x, y: _vdot_share(ct, y, turned_back(x)),
    },
)  # fmt: skip


def _flat(x: Any) -> Any:
    return x if x.rank == 1 else ravel(x)


def _like(ct: Any, x: Any) -> Any:
    return ct if x.rank == 1 else reshape_like(ct, x)


outer = declare(
    (np.outer,), lambda x, y: None, cost=20,
    infer=lambda kinds, params, op: Array(
        result_dtype(tuple(Array(dtype_of(k), ()) for k in kinds)), tuple(total(shape_of(k)) for k in kinds)
    ),
    transposes={0: lambda ct, x, y: _like(ct @ _flat(y), x), 1: lambda ct, x, y: _like(_flat(x) @ ct, y)},
)  # fmt: skip


# --- diagonals --------------------------------------------------------------------------------------------------------


def _others(kinds: Kinds, params: Params, op: Op) -> tuple[int, ...]:
    """The axes of x without the two along which a diagonal is taken."""
    shape = shape_of(kinds[0])
    if len(shape) < 2:
        raise KindError(f"{op.name} takes a matrix, not {kinds[0]}")
    gone = axes_of((params.get("axis1", 0), params.get("axis2", 1)), len(shape))
    if gone[0] == gone[1]:
        raise ValueError("axis1 and axis2 cannot be the same")
    return tuple(dim for i, dim in enumerate(shape) if i not in gone)


def _diagonal_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    others, shape = _others(kinds, params, op), shape_of(kinds[0])
    along = [shape[i] for i in axes_of((params.get("axis1", 0), params.get("axis2", 1)), len(shape))]
    known = ONE if ONE in along else MANY if set(along) == {MANY} else ANY
    return Array(dtype_of(kinds[0]), (*others, ANY if params.get("offset", 0) else known))


@linear(np.diagonal, infer=_diagonal_kind, alias=True, cost=1)
def diagonal(ct, x, offset=0, axis1=0, axis2=1):
    return placed_on_diagonal(ct, x, offset, axis1, axis2)


def placed_on_diagonal(ct: Any, like: Any, offset: int, axis1: int, axis2: int) -> Any:
    if like.rank == 2 and (axis1 % 2, axis2 % 2) == (0, 1):
        return from_diagonal(ct, like, offset=offset)
    return from_diagonals(ct, like, offset=offset, axis1=axis1, axis2=axis2)


def _like_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[1]))


@linear(
    name="from_diagonal", code=lambda p, k: f"from_diagonal(x, np.shape(like), {p.get('offset', 0)})", infer=_like_kind
)
def from_diagonal(ct, x, like, offset=0):
    return diagonal(ct, offset=offset)


@linear(
    name="from_diagonals", infer=_like_kind,
    code=lambda p, k: f"from_diagonals(x, np.shape(like), {p['offset']}, {p['axis1']}, {p['axis2']})",
)  # fmt: skip
def from_diagonals(ct, x, like, offset=0, axis1=0, axis2=1):
    return diagonal(ct, offset=offset, axis1=axis1, axis2=axis2)


def _trace_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    dtype = dtype_of(kinds[0])
    return Array("int64" if dtype == "bool" else dtype, _others(kinds, params, op))


@linear(np.trace, infer=_trace_kind)
def trace(ct, x, offset=0, axis1=0, axis2=1):
    along = diagonal(x, offset=offset, axis1=axis1, axis2=axis2)
    shares = broadcast_like(expand_dims(ct, axis=-1) if ct.rank else ct, along)
    return placed_on_diagonal(shares, x, offset, axis1, axis2)


def _diag_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    if len(shape) not in (1, 2):
        raise KindError(f"np.diag of {kinds[0]}", remedy="It takes a vector or a matrix.")
    dim = ANY if len(shape) == 2 else MANY if params.get("k", 0) and shape[0] == ONE else shape[0]
    dim = ANY if len(shape) == 1 and params.get("k", 0) and shape[0] != ONE else dim
    return Array(dtype_of(kinds[0]), (dim,) * (1 if len(shape) == 2 else 2))


@linear(np.diag, infer=_diag_kind, cost=5)
def diag(ct, x, k=0):
    return diag(ct, k=k) if x.rank == 1 else from_diagonal(ct, x, offset=k)
