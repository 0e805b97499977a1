"""What goes along an axis, or over the places of an array, as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import item_numbers


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


_IN_NUMPY = (
    apply_along_axis, cumulative_sum, cumulative_prod, unwrap, fromfunction, apply_over_axes,
)  # fmt: skip

# what an older NumPy has not is left out
AXIS_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _IN_NUMPY if hasattr(np, f.__name__)},
}
