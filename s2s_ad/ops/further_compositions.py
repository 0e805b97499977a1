"""More of NumPy's functions as programs: indices, windows, other names. See `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import item_numbers, refused
from s2s_ad.ops.ufuncs import part_below_one, power_of_two

# --- indices ----------------------------------------------------------------------------------------------------------


def ix_(*args):
    rank = len(args)
    return tuple([np.reshape(np.asarray(x), (1,) * k + (-1,) + (1,) * (rank - k - 1)) for k, x in enumerate(args)])


def unravel_index(indices, shape, order="C"):
    if order != "C":
        refused("np.unravel_index in another order than that of C", "Turn the shape round.")
    if np.ndim(shape) == 0:
        shape = (shape,)
    places: tuple[Any, ...] = ()
    for n in shape[:0:-1]:
        places = (indices % n,) + places
        indices = indices // n
    return (indices,) + places


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    if mode != "raise" or order != "C":
        refused("np.ravel_multi_index in this mode or order", "Compute the place: i * n + j.")
    place = multi_index[0]
    for i, n in zip(multi_index[1:], dims[1:]):
        place = place * n + i
    return place


def diag_indices_from(arr):
    return (np.arange(np.shape(arr)[0]),) * np.ndim(arr)


def mask_indices(n, mask_func, k=0):
    return np.nonzero(mask_func(np.ones((n, n), int), k))


def tril_indices(n, k=0, m=None):
    return np.nonzero(np.tri(n, m, k=k, dtype=bool))


def triu_indices(n, k=0, m=None):
    return np.nonzero(np.logical_not(np.tri(n, m, k=k - 1, dtype=bool)))


def tril_indices_from(arr, k=0):
    return np.tril_indices(np.shape(arr)[0], k, np.shape(arr)[1])


def triu_indices_from(arr, k=0):
    return np.triu_indices(np.shape(arr)[0], k, np.shape(arr)[1])


def delete(arr, obj, axis=None):
    items = np.ravel(arr) if axis is None else np.asarray(arr)
    along = 0 if axis is None else axis
    kept = np.ones(np.shape(items)[along], dtype=bool)
    kept[np.asarray(obj) if isinstance(obj, (tuple, list)) else obj] = False
    return np.take(items, np.flatnonzero(kept), axis=along)


def insert(arr, obj, values, axis=None):
    if np.ndim(obj) != 0:
        refused("np.insert at several places", "Insert one after the other, or use np.concatenate.")
    items = np.ravel(arr) if axis is None else np.asarray(arr)
    if axis is not None:
        items = np.moveaxis(items, axis, 0)
    at = obj + len(items) if obj < 0 else obj
    if np.ndim(items) == 1:
        new = np.atleast_1d(values)
    else:
        new = np.expand_dims(np.broadcast_to(values, np.shape(items)[1:]), 0)
    result = np.concatenate([items[:at], new.astype(items.dtype), items[at:]], axis=0)
    return result if axis is None else np.moveaxis(result, 0, axis)


def sliding_window_view(x, window_shape):
    if np.ndim(x) != 1 or np.ndim(window_shape) != 0:
        refused("windows of arrays with several axes", "Write a loop over the windows.")
    return x[np.expand_dims(np.arange(np.size(x) - window_shape + 1), 1) + np.arange(window_shape)]


# --- along an axis ----------------------------------------------------------------------------------------------------


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    arr = np.asarray(arr)
    rows = np.reshape(np.moveaxis(arr, axis, -1), (-1, np.shape(arr)[axis]))
    found = np.array([func1d(row, *args, **kwargs) for row in rows])
    whole = np.reshape(found, tuple([np.shape(arr)[k] for k in item_numbers(np.ndim(arr), axis)]) + np.shape(found)[1:])
    return whole if np.ndim(found) == 1 else np.moveaxis(whole, -1, axis)


def cumulative_sum(x, /, axis=None, dtype=None, include_initial=False):
    if axis is None:
        if np.ndim(x) != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    total = np.cumsum(x, axis=axis, dtype=dtype)
    if not include_initial:
        return total
    return np.concatenate([np.zeros_like(np.take(total, [0], axis=axis)), total], axis=axis)


def cumulative_prod(x, /, axis=None, dtype=None, include_initial=False):
    if axis is None:
        if np.ndim(x) != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    product = np.cumprod(x, axis=axis, dtype=dtype)
    if not include_initial:
        return product
    return np.concatenate([np.ones_like(np.take(product, [0], axis=axis)), product], axis=axis)


def unwrap(p, discont=None, axis=-1, period=2 * np.pi):
    p = np.asarray(p)
    p = p if axis == -1 else np.moveaxis(p, axis, -1)
    jumps = np.diff(p)
    turned = np.mod(jumps + period / 2, period) - period / 2
    turned = np.where((turned == -period / 2) & (jumps > 0), period / 2, turned)
    least = period / 2 if discont is None else np.maximum(discont, period / 2)
    shift = np.where(np.abs(jumps) < least, 0.0, turned - jumps)
    result = np.concatenate([p[..., :1], p[..., 1:] + np.cumsum(shift, axis=-1)], axis=-1)
    return result if axis == -1 else np.moveaxis(result, -1, axis)


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    places = [np.array(np.broadcast_to(part, shape)) for part in np.indices(shape, dtype, sparse=True)]
    return function(*places, **kwargs)


def apply_over_axes(func, a, axes):
    result = np.asarray(a)
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        found = func(result, axis)
        result = np.expand_dims(found, axis) if np.ndim(found) < np.ndim(result) else found
    return result


# --- windows, parts of numbers, other names ---------------------------------------------------------------------------


def hanning(M):
    return 0.5 + 0.5 * np.cos(np.pi * np.arange(1 - M, M, 2) / (M - 1))


def hamming(M):
    return 0.54 + 0.46 * np.cos(np.pi * np.arange(1 - M, M, 2) / (M - 1))


def blackman(M):
    n = np.pi * np.arange(1 - M, M, 2) / (M - 1)
    return 0.42 + 0.5 * np.cos(n) + 0.08 * np.cos(2.0 * n)


def bartlett(M):
    n = np.arange(1 - M, M, 2) / (M - 1)
    return np.where(n <= 0, 1 + n, 1 - n)


def modf(x):
    whole = np.trunc(x)
    return np.where(np.isinf(x), 0.0, x - whole).astype(whole.dtype), whole


def isposinf(x):
    return np.logical_and(np.isinf(x), np.greater(x, 0))


def isneginf(x):
    return np.logical_and(np.isinf(x), np.less(x, 0))


def array_equiv(a1, a2):
    return bool(np.all(np.equal(a1, a2)))


def real_if_close(a, tol=100):
    refused("np.real_if_close, of which only a run shows whether the result is complex", "Take np.real(a).")


def frexp(x):
    return part_below_one(x), power_of_two(x)


def ldexp(x1, x2):
    return np.multiply(x1, np.exp2(np.asarray(x2).astype(np.asarray(x1).dtype)))


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


_TAKEN = (
    ix_, unravel_index, ravel_multi_index, diag_indices_from,
    mask_indices, tril_indices, triu_indices,
    tril_indices_from, triu_indices_from, delete, insert, apply_along_axis, cumulative_sum, cumulative_prod, unwrap,
    fromfunction, apply_over_axes, isposinf, isneginf, array_equiv, real_if_close,
    hanning, hamming, blackman, bartlett, modf, frexp, ldexp, asfortranarray, astype, matrix_transpose,
    vecdot, matvec, vecmat,
)  # fmt: skip
_LINALG = (
    diagonal, trace, cross, outer, matmul, tensordot, vecdot, matrix_transpose, vector_norm, matrix_norm, tensorsolve,
    tensorinv,
)  # fmt: skip

# what an older NumPy has not is left out
FURTHER_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _TAKEN if hasattr(np, f.__name__)},
    **{getattr(np.linalg, f.__name__): f for f in _LINALG if hasattr(np.linalg, f.__name__)},
    np.lib.stride_tricks.sliding_window_view: sliding_window_view,
}
