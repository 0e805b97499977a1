"""NumPy's makers of indices, and what is taken out or put in by them, as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import refused


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


_IN_NUMPY = (
    ix_, unravel_index, ravel_multi_index, diag_indices_from, mask_indices, tril_indices, triu_indices,
    tril_indices_from, triu_indices_from, delete, insert,
)  # fmt: skip

# what an older NumPy has not is left out
INDEX_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _IN_NUMPY if hasattr(np, f.__name__)},
    np.lib.stride_tricks.sliding_window_view: sliding_window_view,
}
