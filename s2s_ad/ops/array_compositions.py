"""Functions of arrays as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.ordering import (
    along_axis,
    along_one_axis,
    nonzero_places,
    one_quantile,
    order_along_one_axis,
    plain_counts,
    weighted_counts,
)
from s2s_ad.ops.parts import one_part
from s2s_ad.ops.settled import axes_tuple, count_up, hundredth, one_long_axis, place_of, refused

# --- statistics -------------------------------------------------------------------------------------------------------


def average(a, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        if not returned:
            return result
        refused("np.average with returned=True and without weights", "Take np.mean.")
    if np.ndim(weights) != np.ndim(a):
        if not isinstance(axis, int) or np.ndim(weights) != 1:
            refused("np.average with weights of another shape and no single axis", "Give each item its weight.")
        after = (np.ndim(a) - axis if axis >= 0 else -axis) - 1
        if after > 0:
            weights = np.expand_dims(weights, count_up(1, after + 1))
        weights = weights + np.zeros_like(a)
    scale = np.sum(weights, axis=axis, keepdims=keepdims)
    result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / scale
    return (result, scale) if returned else result


def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    if out is not None:
        refused("the argument out= of np.quantile", "Use the result instead.")
    if method != "linear":
        refused("np.quantile with another method than 'linear'")
    if isinstance(q, (tuple, list)):
        return np.stack([one_quantile(a, p, axis=axis, keepdims=keepdims) for p in q])
    return one_quantile(a, q, axis=axis, keepdims=keepdims)


def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    if out is not None:
        refused("the argument out= of np.percentile", "Use the result instead.")
    if method != "linear":
        refused("np.percentile with another method than 'linear'")
    if isinstance(q, (tuple, list)):
        return np.stack([one_quantile(a, hundredth(p), axis=axis, keepdims=keepdims) for p in q])
    return one_quantile(a, hundredth(q), axis=axis, keepdims=keepdims)


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    if fweights is not None or aweights is not None:
        refused("np.cov with weights", "Write it out.")
    x = np.atleast_2d(m)
    if not rowvar and np.ndim(m) == 2:
        x = x.T
    if y is not None:
        other = np.atleast_2d(y)
        if not rowvar and np.ndim(y) == 2:
            other = other.T
        x = np.concatenate([x, other], axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    centered = x - np.mean(x, axis=1, keepdims=True)
    return np.squeeze(centered @ centered.T / (np.shape(x)[1] - ddof))


def corrcoef(x, y=None, rowvar=True):
    c = np.cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    deviation = np.sqrt(np.diagonal(c))
    return np.clip(c / deviation[:, None] / deviation[None, :], -1, 1)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = np.asarray(y)
    if axis != -1:
        y = np.moveaxis(y, axis, -1)
    if x is None:
        return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    x = np.asarray(x)
    if axis != -1 and np.ndim(x) > 1:
        x = np.moveaxis(x, axis, -1)
    return np.sum(np.diff(x) * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


def gradient(f, *varargs, axis=None, edge_order=1):
    rank = np.ndim(f)
    axes = axes_tuple(axis, rank)
    if len(varargs) == 0:
        steps = (1.0,) * len(axes)
    elif len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        steps = varargs * len(axes)
    else:
        steps = varargs
    if len(steps) != len(axes):
        raise TypeError("invalid number of arguments")
    parts = [slope_along(f, h, at, edge_order) for h, at in zip(steps, axes)]
    return parts[0] if len(parts) == 1 else tuple(parts)


def slope_along(f, h, axis, edge_order):
    if edge_order != 1 and edge_order != 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    rank = np.ndim(f)
    last = axis == rank - 1
    y = f if last else np.moveaxis(f, axis, -1)
    if np.ndim(h) == 0:
        inner = (y[..., 2:] - y[..., :-2]) / (2.0 * h)
        if edge_order == 1:
            start = (y[..., 1:2] - y[..., :1]) / h
            end = (y[..., -1:] - y[..., -2:-1]) / h
        else:
            start = (-1.5 * y[..., :1] + 2.0 * y[..., 1:2] - 0.5 * y[..., 2:3]) / h
            end = (0.5 * y[..., -3:-2] - 2.0 * y[..., -2:-1] + 1.5 * y[..., -1:]) / h
    else:
        if edge_order == 2:
            refused("np.gradient with uneven distances and edge_order=2", "Use edge_order=1.")
        gaps = np.diff(h)
        before, after = gaps[:-1], gaps[1:]
        total = before + after
        left, right = -after / (before * total), before / (after * total)
        inner = left * y[..., :-2] + (after - before) / (before * after) * y[..., 1:-1] + right * y[..., 2:]
        start = (y[..., 1:2] - y[..., :1]) / gaps[0]
        end = (y[..., -1:] - y[..., -2:-1]) / gaps[-1]
    result = np.concatenate([start, inner, end], axis=-1)
    return result if last else np.moveaxis(result, -1, axis)


def ediff1d(ary, to_end=None, to_begin=None):
    flat = np.ravel(ary)
    parts = [flat[1:] - flat[:-1]]
    if to_begin is not None:
        parts = [np.ravel(to_begin)] + parts
    if to_end is not None:
        parts = parts + [np.ravel(to_end)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def bincount(x, /, weights=None, minlength=0):
    if weights is None:
        return plain_counts(x, minlength)
    return weighted_counts(x, weights, minlength)


def histogram(a, bins=10, range=None, density=None, weights=None):
    if np.ndim(bins) > 0:
        edges = np.asarray(bins)
    else:
        low, high = (np.min(a), np.max(a)) if range is None else range
        edges = np.linspace(low, high, bins + 1)
    count = np.size(edges) - 1
    flat = np.ravel(a)
    place = np.searchsorted(edges, flat, side="right") - 1 - (flat == edges[-1])
    inside = (flat >= edges[0]) & (flat <= edges[-1])
    if weights is None:
        counts = plain_counts(place[inside], count)
    else:
        counts = weighted_counts(place[inside], np.ravel(weights)[inside], count)
    if density:
        return counts / np.diff(edges) / np.sum(counts), edges
    return counts, edges


# --- order ------------------------------------------------------------------------------------------------------------


def sort(a, axis=-1, kind=None, order=None):
    if axis is None:
        return along_one_axis(np.ravel(a))
    return along_one_axis(a, axis=axis)


def argsort(a, axis=-1, kind=None, order=None):
    if axis is None:
        return order_along_one_axis(np.ravel(a))
    return order_along_one_axis(a, axis=axis)


def partition(a, kth, axis=-1):
    if axis is None:
        return np.ravel(a)[np.argpartition(np.ravel(a), kth=kth)]
    return along_axis(a, np.argpartition(a, kth=kth, axis=axis), axis=axis)


def take_along_axis(arr, indices, axis=-1):
    if axis is None:
        return np.ravel(arr)[indices]
    return along_axis(arr, indices, axis=axis)


def nonzero(a):
    return tuple([nonzero_places(a, axis=axis) for axis in count_up(np.ndim(a))])


def extract(condition, arr):
    return np.ravel(arr)[np.nonzero(np.ravel(condition))[0]]


def compress(condition, a, axis=None):
    return np.take(a, np.flatnonzero(condition), axis)


def choose(a, choices):
    low = np.min(a)
    if low < 0 or np.max(a) >= len(choices):
        raise ValueError("invalid entry in choice array")
    result = choices[0]
    for i in range(1, len(choices)):
        result = np.where(a == i, choices[i], result)
    return result


def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    result = default
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        result = np.where(condition, choice, result)
    return result


# --- shapes -----------------------------------------------------------------------------------------------------------


def atleast_1d(*arys):
    lifted = [np.reshape(x, (1,)) if np.ndim(x) == 0 else np.asarray(x) for x in arys]
    return lifted[0] if len(lifted) == 1 else tuple(lifted)


def atleast_2d(*arys):
    lifted = [
        np.reshape(x, (1, 1)) if np.ndim(x) == 0 else np.asarray(x)[None, :] if np.ndim(x) == 1 else np.asarray(x)
        for x in arys
    ]
    return lifted[0] if len(lifted) == 1 else tuple(lifted)


def atleast_3d(*arys):
    lifted = [
        np.reshape(x, (1, 1, 1)) if np.ndim(x) == 0
        else np.asarray(x)[None, :, None] if np.ndim(x) == 1
        else np.asarray(x)[:, :, None] if np.ndim(x) == 2
        else np.asarray(x)
        for x in arys
    ]  # fmt: skip
    return lifted[0] if len(lifted) == 1 else tuple(lifted)


def broadcast_arrays(*args):
    sum_of_all = np.zeros_like(args[0])
    for x in args[1:]:
        sum_of_all = sum_of_all + np.zeros_like(x)
    return tuple([np.broadcast_to(x, np.shape(sum_of_all)) for x in args])


def dstack(tup):
    return np.concatenate([np.atleast_3d(x) for x in tup], axis=2)


def block(arrays):
    return joined(arrays, depth_of(arrays), rank_of(arrays))


def depth_of(arrays):
    return 1 + depth_of(arrays[0]) if isinstance(arrays, list) else 0


def rank_of(arrays):
    if not isinstance(arrays, list):
        return np.ndim(arrays)
    return max([rank_of(x) for x in arrays])


def joined(arrays, depth, rank):
    if not isinstance(arrays, list):
        missing = max(depth, rank) - np.ndim(arrays)
        return np.asarray(arrays) if missing == 0 else np.expand_dims(arrays, count_up(missing))
    return np.concatenate([joined(x, depth, rank) for x in arrays], axis=-depth_of(arrays))


def split(ary, indices_or_sections, axis=0):
    if np.ndim(indices_or_sections) > 0:
        return cut_at(ary, indices_or_sections, axis)
    return [one_part(ary, sections=indices_or_sections, i=i, axis=axis) for i in range(indices_or_sections)]


def array_split(ary, indices_or_sections, axis=0):
    if np.ndim(indices_or_sections) > 0:
        return cut_at(ary, indices_or_sections, axis)
    return [
        one_part(ary, sections=indices_or_sections, i=i, axis=axis, equal=False) for i in range(indices_or_sections)
    ]


def cut_at(ary, places, axis):
    moved = ary if axis == 0 else np.moveaxis(ary, axis, 0)
    parts = [moved[: places[0]]]
    for k in range(1, len(places)):
        parts = parts + [moved[places[k - 1] : places[k]]]
    parts = parts + [moved[places[-1] :]]
    return parts if axis == 0 else [np.moveaxis(part, 0, axis) for part in parts]


def hsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0 if np.ndim(ary) == 1 else 1)


def vsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0)


def dsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 2)


def rot90(m, k=1, axes=(0, 1)):
    k = k % 4
    if k == 0:
        return m
    if k == 2:
        return np.flip(np.flip(m, axis=axes[0]), axis=axes[1])
    if k == 1:
        return np.swapaxes(np.flip(m, axis=axes[1]), axes[0], axes[1])
    return np.flip(np.swapaxes(m, axes[0], axes[1]), axis=axes[1])


def rollaxis(a, axis, start=0):
    rank = np.ndim(a)
    axis = axis % rank
    start = start + rank if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


def append(arr, values, axis=None):
    if axis is None:
        return np.concatenate([np.ravel(arr), np.ravel(values)])
    return np.concatenate([arr, values], axis=axis)


# --- new arrays -------------------------------------------------------------------------------------------------------


def diagflat(v, k=0):
    return np.diag(np.ravel(v), k)


def tri(N, M=None, k=0, dtype=float):
    return np.tril(np.ones((N, N if M is None else M), dtype=dtype), k)


def vander(x, N=None, increasing=False):
    if N is None:
        N = len(x)
    powers = np.arange(N) if increasing else np.arange(N)[::-1]
    return np.expand_dims(x, 1) ** powers


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    rank = len(xi)
    order = count_up(rank)
    if indexing == "xy" and rank > 1:
        order = (1, 0) + order[2:]
    grids = [np.reshape(x, one_long_axis(at, rank)) for x, at in zip(xi, order)]
    if sparse:
        return tuple(grids)
    shape = tuple([np.size(xi[place_of(axis, order)]) for axis in count_up(rank)])
    return tuple([np.array(np.broadcast_to(grid, shape)) for grid in grids])


def fftshift(x, axes=None):
    for axis in axes_tuple(axes, np.ndim(x)):
        x = np.roll(x, np.shape(x)[axis] // 2, axis)
    return x


def ifftshift(x, axes=None):
    for axis in axes_tuple(axes, np.ndim(x)):
        x = np.roll(x, -(np.shape(x)[axis] // 2), axis)
    return x


_TAKEN = (
    average, quantile, percentile, cov, corrcoef, trapezoid, gradient, ediff1d, bincount, histogram, sort, argsort,
    partition, take_along_axis, nonzero, extract, compress, choose, select, atleast_1d, atleast_2d, atleast_3d,
    broadcast_arrays, dstack, block, split, array_split, hsplit, vsplit, dsplit, rot90, rollaxis, append, diagflat, tri,
    vander, meshgrid,
)  # fmt: skip
# parts of these, which are put in their place as well
_PARTS = (slope_along, depth_of, rank_of, joined, cut_at)

ARRAY_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, function.__name__): function for function in _TAKEN},
    **{function: function for function in _PARTS},
    np.fft.fftshift: fftshift,
    np.fft.ifftshift: ifftshift,
}
