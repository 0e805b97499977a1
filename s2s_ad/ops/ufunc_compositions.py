"""The methods of NumPy's ufuncs as programs, and what is written at places: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.ordering import along_axis, places_of_running_max, places_of_running_min
from s2s_ad.ops.settled import count_up, refused

# --- reduce, accumulate, outer, at ------------------------------------------------------------------------------------


def add_reduce(array, axis=0, dtype=None, keepdims=False, initial=None, where=None):
    return np.sum(array, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


def multiply_reduce(array, axis=0, dtype=None, keepdims=False, initial=None, where=None):
    return np.prod(array, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


def maximum_reduce(array, axis=0, keepdims=False, initial=None, where=None):
    return np.max(array, axis=axis, keepdims=keepdims, initial=initial, where=where)


def minimum_reduce(array, axis=0, keepdims=False, initial=None, where=None):
    return np.min(array, axis=axis, keepdims=keepdims, initial=initial, where=where)


def and_reduce(array, axis=0, keepdims=False):
    return np.all(array, axis=axis, keepdims=keepdims)


def or_reduce(array, axis=0, keepdims=False):
    return np.any(array, axis=axis, keepdims=keepdims)


def reduce(ufunc, array, axis=0, keepdims=False):
    """Any other one: from the first item on."""
    items = np.asarray(array)
    if axis is None or isinstance(axis, tuple):
        refused("this reduction over several axes", "Flatten these axes first.")
    items = items if axis == 0 else np.moveaxis(items, axis, 0)
    result = np.array(items[0])
    for item in items[1:]:
        result = ufunc(result, item)
    return np.expand_dims(result, axis) if keepdims else result


def add_accumulate(array, axis=0, dtype=None):
    return np.cumsum(array, axis=axis, dtype=dtype)


def multiply_accumulate(array, axis=0):
    return np.cumprod(array, axis=axis)


def maximum_accumulate(array, axis=0):
    items = np.asarray(array)
    return along_axis(items, places_of_running_max(items, axis=axis), axis=axis)


def minimum_accumulate(array, axis=0):
    items = np.asarray(array)
    return along_axis(items, places_of_running_min(items, axis=axis), axis=axis)


def outer(ufunc, A, B):
    a, b = np.asarray(A), np.asarray(B)
    if np.ndim(b) == 0:
        return ufunc(a, b)
    return ufunc(np.expand_dims(a, count_up(np.ndim(a), np.ndim(a) + np.ndim(b))), b)


def at(ufunc, a, indices, b=None):
    """One element after the other: what is named twice is changed twice."""
    if isinstance(indices, tuple):
        refused("this .at() with an index for each of several axes", "Write a loop: a[i, j] = f(a[i, j], b[k]).")
    places = np.asarray(indices)
    if np.ndim(places) == 0:
        a[places] = ufunc(a[places]) if b is None else ufunc(a[places], b)
    elif np.ndim(places) > 1:
        refused("this .at() with an index of several axes", "Flatten it first: np.ravel(indices).")
    elif b is None:
        for i in places:
            a[i] = ufunc(a[i])
    elif np.ndim(b) == 0:
        for i in places:
            a[i] = ufunc(a[i], b)
    else:
        values = np.asarray(b)
        if len(places) != len(values):
            raise ValueError("array is not broadcastable to correct shape")
        for k in range(len(places)):
            a[places[k]] = ufunc(a[places[k]], values[k])


# --- writing at places ------------------------------------------------------------------------------------------------


def resize(a, new_shape):
    flat = np.ravel(a)
    if not isinstance(new_shape, (tuple, list)):
        return flat[np.arange(new_shape) % np.size(flat)]
    size = 1
    for n in new_shape:
        size = size * n
    return np.reshape(flat[np.arange(size) % np.size(flat)], new_shape)


def put(a, ind, v, mode="raise"):
    if np.ndim(ind) == 0:
        if mode != "raise":
            refused("np.put of one place in another mode", "Put the place into a list.")
        a.flat[ind] = v if np.ndim(v) == 0 else np.ravel(v)[0]
        return
    places = np.asarray(ind) if np.ndim(ind) == 1 else np.ravel(ind)
    if mode == "wrap":
        places = places % np.size(a)
    elif mode == "clip":
        places = np.clip(places, 0, np.size(a) - 1)
    a.flat[places] = v if np.ndim(v) == 0 else np.resize(v, np.size(places))


def place(arr, mask, vals):
    if np.ndim(mask) != np.ndim(arr):
        refused("np.place with a mask of another rank", "Reshape it first.")
    chosen = np.asarray(mask)
    arr[chosen] = vals if np.ndim(vals) == 0 else np.resize(vals, np.count_nonzero(chosen))


def putmask(a, mask, values):
    if np.ndim(mask) != np.ndim(a):
        refused("np.putmask with a mask of another rank", "Reshape it first.")
    chosen = np.asarray(mask)
    a[chosen] = values if np.ndim(values) == 0 else np.resize(values, np.shape(a))[chosen]


def put_along_axis(arr, indices, values, axis=-1):
    if axis is None:
        arr.flat[indices] = values
        return
    at_axis = axis + np.ndim(arr) if axis < 0 else axis
    arr[
        tuple([
            np.asarray(indices) if k == at_axis
            else np.reshape(np.arange(np.shape(arr)[k]), (1,) * k + (-1,) + (1,) * (np.ndim(arr) - k - 1))
            for k in range(np.ndim(arr))
        ])
    ] = values  # fmt: skip


def fill_diagonal(a, val, wrap=False):
    if wrap:
        refused("np.fill_diagonal with wrap=True", "Fill the blocks one by one.")
    n = np.shape(a)[0]
    if np.ndim(a) == 2:
        n = min(n, np.shape(a)[1])
    at_place = np.arange(n)
    a[(at_place,) * np.ndim(a)] = val if np.ndim(val) == 0 else np.resize(val, n)


UFUNC_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    np.add.reduce: add_reduce,
    np.multiply.reduce: multiply_reduce,
    np.maximum.reduce: maximum_reduce,
    np.minimum.reduce: minimum_reduce,
    np.logical_and.reduce: and_reduce,
    np.logical_or.reduce: or_reduce,
    np.add.accumulate: add_accumulate,
    np.multiply.accumulate: multiply_accumulate,
    np.maximum.accumulate: maximum_accumulate,
    np.minimum.accumulate: minimum_accumulate,
    reduce: reduce,
    outer: outer,
    at: at,
    np.resize: resize,
    np.put: put,
    np.place: place,
    np.putmask: putmask,
    np.put_along_axis: put_along_axis,
    np.fill_diagonal: fill_diagonal,
}
