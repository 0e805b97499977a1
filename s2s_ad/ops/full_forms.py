"""Operations of the table called with arguments that they have not, as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.ordering import numbers_repeated
from s2s_ad.ops.parts import padded
from s2s_ad.ops.set_compositions import unique
from s2s_ad.ops.settled import is_known, refused
from s2s_ad.ops.shaping import repeated_evenly

# --- reductions of a part, or from a first value on -------------------------------------------------------------------


def sum_(a, axis=None, dtype=None, keepdims=False, initial=None, where=None):
    if where is not None:
        a = np.where(where, a, 0)
    total = np.sum(a, axis=axis, dtype=dtype, keepdims=keepdims)
    return total if initial is None else total + initial


def prod(a, axis=None, dtype=None, keepdims=False, initial=None, where=None):
    if dtype is not None:
        a = np.asarray(a).astype(dtype)
    if where is not None:
        a = np.where(where, a, 1)
    product = np.prod(a, axis=axis, keepdims=keepdims)
    return product if initial is None else product * initial


def max_(a, axis=None, keepdims=False, initial=None, where=None):
    if where is not None:
        if initial is None:
            raise ValueError("reduction operation 'maximum' does not have an identity: give initial= with where=")
        a = np.where(where, a, initial)
    best = np.max(a, axis=axis, keepdims=keepdims)
    return best if initial is None else np.maximum(best, initial)


def min_(a, axis=None, keepdims=False, initial=None, where=None):
    if where is not None:
        if initial is None:
            raise ValueError("reduction operation 'minimum' does not have an identity: give initial= with where=")
        a = np.where(where, a, initial)
    best = np.min(a, axis=axis, keepdims=keepdims)
    return best if initial is None else np.minimum(best, initial)


def mean(a, axis=None, dtype=None, keepdims=False, where=None):
    if where is None:
        return np.mean(a, axis=axis, dtype=dtype, keepdims=keepdims)
    total = np.sum(np.where(where, a, 0), axis=axis, dtype=dtype, keepdims=keepdims)
    count = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    return total / count.astype(total.dtype)


def var(a, axis=None, dtype=None, ddof=0, keepdims=False, where=None, mean=None, correction=None):
    a = np.asarray(a) if dtype is None else np.asarray(a).astype(dtype)
    if correction is not None:
        ddof = correction
    if where is None and mean is None:
        return np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    kept = np.broadcast_to(True if where is None else where, np.shape(a))
    apart = a - (np.mean(a, axis=axis, keepdims=True, where=kept) if mean is None else mean)
    total = np.sum(apart * apart, axis=axis, keepdims=keepdims, where=kept)
    count = np.sum(kept, axis=axis, keepdims=keepdims) - ddof
    return total / np.maximum(count, 0).astype(total.dtype)


def std(a, axis=None, dtype=None, ddof=0, keepdims=False, where=None, mean=None, correction=None):
    if correction is not None:
        ddof = correction
    if where is None and mean is None:
        a = np.asarray(a) if dtype is None else np.asarray(a).astype(dtype)
        return np.std(a, axis, ddof=ddof, keepdims=keepdims)
    return np.sqrt(np.var(a, axis, dtype, ddof=ddof, keepdims=keepdims, where=where, mean=mean))


def all_(a, axis=None, keepdims=False, where=None):
    return np.all(np.logical_or(a, np.logical_not(where)), axis=axis, keepdims=keepdims)


def any_(a, axis=None, keepdims=False, where=None):
    return np.any(np.logical_and(a, where), axis=axis, keepdims=keepdims)


def nansum(a, axis=None, dtype=None, keepdims=False, initial=None, where=None):
    a = np.where(np.isnan(a), 0, a)
    return np.sum(a, axis, dtype, keepdims=keepdims, initial=initial, where=where)


def nanmean(a, axis=None, dtype=None, keepdims=False, where=None):
    a = np.asarray(a) if dtype is None else np.asarray(a).astype(dtype)
    return np.nanmean(a if where is None else np.where(where, a, np.nan), axis=axis, keepdims=keepdims)


def nanmax(a, axis=None, keepdims=False, initial=None, where=None):
    best = np.nanmax(a if where is None else np.where(where, a, np.nan), axis=axis, keepdims=keepdims)
    return best if initial is None else np.fmax(best, initial)


def nanmin(a, axis=None, keepdims=False, initial=None, where=None):
    best = np.nanmin(a if where is None else np.where(where, a, np.nan), axis=axis, keepdims=keepdims)
    return best if initial is None else np.fmin(best, initial)


def cumprod(a, axis=None, dtype=None):
    return np.cumprod(np.asarray(a).astype(dtype), axis=axis)


# --- order of elements in memory --------------------------------------------------------------------------------------


def reshape(a, shape=None, order="C", newshape=None, copy=None):
    shape = newshape if shape is None else shape
    a = np.array(a) if copy else np.asarray(a)
    if order == "C":
        return np.reshape(a, shape)
    if order != "F":
        refused(f"the order {order!r}, which is that of the memory", "Use order='C' or order='F'.")
    back = shape[::-1] if isinstance(shape, (tuple, list)) else shape
    return np.transpose(np.reshape(np.transpose(a), back))


def ravel(a, order="C"):
    if order == "C":
        return np.ravel(a)
    if order != "F":
        refused(f"the order {order!r}, which is that of the memory", "Use order='C' or order='F'.")
    return np.ravel(np.transpose(a))


def copy(a, order="K", subok=False):
    return np.copy(a)


def zeros_like(a, dtype=None, order="K", subok=True, shape=None):
    if shape is None:
        return np.zeros_like(a, dtype=dtype)
    return np.zeros(shape, np.asarray(a).dtype if dtype is None else dtype)


def ones_like(a, dtype=None, order="K", subok=True, shape=None):
    if shape is None:
        return np.ones_like(a, dtype=dtype)
    return np.ones(shape, np.asarray(a).dtype if dtype is None else dtype)


def empty_like(prototype, dtype=None, order="K", subok=True, shape=None):
    if shape is None:
        return np.empty_like(prototype, dtype=dtype)
    return np.empty(shape, np.asarray(prototype).dtype if dtype is None else dtype)


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    if shape is None:
        return np.full_like(a, fill_value, dtype=dtype)
    return np.full(shape, fill_value, np.asarray(a).dtype if dtype is None else dtype)


# --- what else they can do --------------------------------------------------------------------------------------------


def interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None:
        x, xp = np.asarray(x) % period, np.asarray(xp) % period
        order = np.argsort(xp)
        xp, fp = xp[order], np.asarray(fp)[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        return np.interp(x, xp, np.concatenate([fp[-1:], fp, fp[:1]]))
    xp = np.asarray(xp)
    inside = np.interp(x, xp, fp)
    if left is not None:
        inside = np.where(np.less(x, xp[0]), left, inside)
    return inside if right is None else np.where(np.greater(x, xp[-1]), right, inside)


def where(condition):
    return np.nonzero(condition)


def repeat(a, repeats, axis=None):
    if np.ndim(repeats) == 0:
        return repeated_evenly(a, repeats, axis=axis)
    items = np.ravel(a) if axis is None else np.asarray(a)
    along = 0 if axis is None else axis
    counts = np.broadcast_to(repeats, (np.shape(items)[along],))
    return np.take(items, numbers_repeated(np.arange(np.shape(items)[along]), counts), axis=along)


def pad(array, pad_width, mode="constant", constant_values=0, end_values=0, stat_length=None, reflect_type="even"):
    plain = mode in ("edge", "wrap") or mode in ("reflect", "symmetric") and reflect_type == "even"
    if plain or mode == "constant" and is_known(constant_values) and is_known(pad_width):
        return padded(array, pad_width=pad_width, mode=mode, constant_values=constant_values)
    x = np.asarray(array)
    if reflect_type != "even" and mode not in ("reflect", "symmetric"):
        refused("np.pad with reflect_type= and this mode", "Leave it out.")
    for axis in range(np.ndim(x)):
        before, after = pair_of(pad_width, axis)
        items = x if axis == 0 else np.moveaxis(x, axis, 0)
        if mode == "constant":
            low, high = pair_of(constant_values, axis)
            start, end = filling(items, before, low), filling(items, after, high)
        elif mode == "linear_ramp":
            low, high = pair_of(end_values, axis)
            start, end = ramp(items[:1], before, low), ramp(items[-1:], after, high)[::-1]
        elif mode == "reflect" or mode == "symmetric":
            if reflect_type != "odd":
                refused("np.pad with this reflect_type", "Use 'even' or 'odd'.")
            once = 1 if mode == "reflect" else 0
            if before + once > len(items) or after + once > len(items):
                raise ValueError("np.pad of more than the array itself is not differentiated with reflect_type='odd'")
            start = 2 * items[:1] - items[once : before + once][::-1]
            end = 2 * items[-1:] - items[len(items) - after - once : len(items) - once][::-1]
        else:
            first, last = pair_of(stat_length, axis)
            start = np.repeat(statistic(items if first is None else items[:first], mode), before, axis=0)
            end = np.repeat(statistic(items if last is None else items[-last:], mode), after, axis=0)
        x = np.concatenate([start.astype(items.dtype), items, end.astype(items.dtype)], axis=0)
        x = x if axis == 0 else np.moveaxis(x, 0, axis)
    return x


def pair_of(value, axis):
    """What np.pad is given for one axis: before and after."""
    if not isinstance(value, (tuple, list)):
        return value, value
    if isinstance(value[0], (tuple, list)):
        value = value[axis] if len(value) > 1 else value[0]
    return (value[0], value[1]) if len(value) > 1 else (value[0], value[0])


def filling(items, count, value):
    return np.zeros_like(items[:1]) + np.broadcast_to(value, (count,) + (1,) * (np.ndim(items) - 1))


def ramp(edge, count, end):
    """From `end` on towards the edge, which itself is left out."""
    up = np.reshape(np.arange(count) / max(count, 1), (-1,) + (1,) * (np.ndim(edge) - 1))
    return end + (edge - end) * up


def statistic(items, mode):
    if mode == "mean":
        return np.mean(items, axis=0, keepdims=True)
    if mode == "maximum":
        return np.max(items, axis=0, keepdims=True)
    if mode == "minimum":
        return np.min(items, axis=0, keepdims=True)
    if mode == "median":
        return np.median(items, axis=0, keepdims=True)
    refused(f"np.pad with mode={mode!r}", "Use constant, edge, reflect, symmetric, wrap, mean or linear_ramp.")


FULL_FORMS: dict[Any, Callable[..., Any]] = {
    np.sum: sum_,
    np.prod: prod,
    np.max: max_,
    np.amax: max_,
    np.min: min_,
    np.amin: min_,
    np.mean: mean,
    np.var: var,
    np.std: std,
    np.all: all_,
    np.any: any_,
    np.nansum: nansum,
    np.nanmean: nanmean,
    np.nanmax: nanmax,
    np.nanmin: nanmin,
    np.cumprod: cumprod,
    np.reshape: reshape,
    np.ravel: ravel,
    np.copy: copy,
    np.zeros_like: zeros_like,
    np.ones_like: ones_like,
    np.empty_like: empty_like,
    np.full_like: full_like,
    np.unique: unique,
    np.interp: interp,
    np.where: where,
}
# what is always taken as a program, and its parts
PROGRAMS: dict[Any, Callable[..., Any]] = {
    np.repeat: repeat,
    np.pad: pad,
    **{part: part for part in (pair_of, filling, ramp, statistic)},
}
