"""Functions under the names of the array API standard as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import refused


def asfortranarray(a, dtype=None):
    return np.ascontiguousarray(a, dtype=dtype)


def astype(x, dtype, /, copy=True):
    return x.astype(dtype)


def matrix_transpose(x, /):
    return np.swapaxes(x, -1, -2)


def vecdot(x1, x2, /, axis=-1):
    return np.sum(np.multiply(x1, x2), axis=axis)


def matvec(x1, x2, /):
    return np.matmul(x1, np.expand_dims(x2, -1))[..., 0]


def vecmat(x1, x2, /):
    return np.matmul(np.expand_dims(x1, -2), x2)[..., 0, :]


def diagonal(x, /, offset=0):
    return np.diagonal(x, offset, -2, -1)


def trace(x, /, offset=0, dtype=None):
    return np.sum(np.diagonal(x, offset, -2, -1), axis=-1, dtype=dtype)


def cross(x1, x2, /, axis=-1):
    return np.cross(x1, x2, axis=axis)


def outer(x1, x2, /):
    return np.outer(x1, x2)


def matmul(x1, x2, /):
    return np.matmul(x1, x2)


def tensordot(x1, x2, /, axes=2):
    return np.tensordot(x1, x2, axes)


def vector_norm(x, /, axis=None, keepdims=False, ord=2):
    if axis is not None:
        return np.linalg.norm(x, ord, axis, keepdims)
    if keepdims:
        refused("np.linalg.vector_norm of all axes with keepdims=True", "Reshape the number.")
    return np.linalg.norm(np.ravel(x), ord)


def matrix_norm(x, /, keepdims=False, ord="fro"):
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


def tensorsolve(a, b, axes=None):
    if axes is not None:
        refused("np.linalg.tensorsolve with axes=", "Move the axes first: np.moveaxis.")
    n = np.size(b)
    return np.reshape(np.linalg.solve(np.reshape(a, (n, n)), np.ravel(b)), np.shape(a)[np.ndim(b) :])


def tensorinv(a, ind=2):
    front = np.shape(a)[:ind]
    rows = 1
    for length in front:
        rows = rows * length
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), np.shape(a)[ind:] + front)


_IN_NUMPY = (
    asfortranarray, astype, matrix_transpose, vecdot, matvec, vecmat,
)  # fmt: skip
_IN_LINALG = (
    diagonal, trace, cross, outer, matmul, tensordot, vecdot, matrix_transpose, vector_norm, matrix_norm,
    tensorsolve, tensorinv,
)  # fmt: skip

# what an older NumPy has not is left out
STANDARD_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _IN_NUMPY if hasattr(np, f.__name__)},
    **{getattr(np.linalg, f.__name__): f for f in _IN_LINALG if hasattr(np.linalg, f.__name__)},
}
