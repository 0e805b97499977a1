"""Functions of arrays as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.array_helpers import put_where
from s2s_ad.ops.ordering import (
    along_axis,
    along_one_axis,
    nonzero_places,
    order_along_one_axis,
)
from s2s_ad.ops.parts import one_grid, one_part
from s2s_ad.ops.settled import axes_tuple, count_up, one_long_axis, place_of, refused

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


def choose(a, choices, mode="raise"):
    a = np.asarray(a)
    if mode == "wrap":
        a = a % len(choices)
    elif mode == "clip":
        a = np.clip(a, 0, len(choices) - 1)
    elif np.min(a) < 0 or np.max(a) >= len(choices):
        raise ValueError("invalid entry in choice array")
    result = np.asarray(choices[0]) + np.zeros_like(a, dtype=bool)
    for i in range(1, len(choices)):
        result = np.where(a == i, choices[i], result)
    return result


def lexsort(keys, axis=-1):
    order = np.argsort(keys[0], axis=axis)
    for key in keys[1:]:
        order = np.take_along_axis(order, np.argsort(np.take_along_axis(np.asarray(key), order, axis), axis=axis), axis)
    return order


def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    result = default
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        result = np.where(condition, choice, result)
    return result


def piecewise(x, condlist, funclist, *args, **kw):
    if np.ndim(x) == 0:
        refused("np.piecewise of a single number", "Use if and else.")
    if not isinstance(condlist, (tuple, list)):
        condlist = [condlist]
    if len(funclist) != len(condlist) and len(funclist) != len(condlist) + 1:
        raise ValueError("with n condition(s), either n or n+1 functions are expected")
    x = np.asarray(x)
    left = np.ones(np.shape(x), dtype=bool)
    result = np.zeros_like(x)
    for i in range(len(condlist) - 1, -1, -1):  # where several hold, NumPy lets the last one write last
        result = result + piece(x, condlist[i] & left, funclist[i], args, kw)
        left = left & ~condlist[i]
    if len(funclist) > len(condlist):
        result = result + piece(x, left, funclist[-1], args, kw)
    return result


def piece(x, mask, function, args, kw):
    items = x[mask]
    values = function(items, *args, **kw) if callable(function) else function
    return put_where(values + np.zeros_like(items), mask)


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
    if not isinstance(arrays, list):
        return np.array(arrays)
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
    between = [moved[start:stop] for start, stop in zip(places[:-1], places[1:])]
    parts = [moved[: places[0]]] + between + [moved[places[-1] :]]
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


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    points = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return points if dtype is None else points.astype(dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    # of one sign, which the logarithms of both ends are taken without
    sign = np.sign(start)
    low, high = np.log10(sign * start), np.log10(sign * stop)
    points = np.power(10.0, np.linspace(low, high, num, endpoint, axis=axis))
    points = points * (sign if np.ndim(sign) == 0 or axis == 0 else np.expand_dims(sign, axis))
    return points if dtype is None else points.astype(dtype)


def indices(dimensions, dtype=int, sparse=False):
    rank = len(dimensions)
    parts = [np.reshape(np.arange(n, dtype=dtype), one_long_axis(k, rank)) for k, n in enumerate(dimensions)]
    if sparse:
        return tuple(parts)
    return np.array([np.broadcast_to(part, tuple(dimensions)) for part in parts])


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    rank = len(xi)
    order = count_up(rank)
    if copy and not sparse and sum([np.ndim(x) == 1 for x in xi]) == rank:
        return tuple([one_grid(*xi, at=k, indexing=indexing) for k in order])
    if indexing == "xy" and rank > 1:
        order = (1, 0) + order[2:]
    grids = [np.reshape(x, one_long_axis(at, rank)) for x, at in zip(xi, order)]
    if sparse:
        return tuple([np.array(grid) for grid in grids] if copy else grids)
    if not copy:
        refused("np.meshgrid with copy=False", "Leave it out, or use np.broadcast_arrays.")
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
    sort, argsort, partition, take_along_axis, nonzero, extract, compress, choose, select, atleast_1d, atleast_2d,
    atleast_3d, broadcast_arrays, dstack, block, split, array_split, hsplit, vsplit, dsplit, rot90, rollaxis,
    append, diagflat, tri, vander, meshgrid, piecewise, logspace, geomspace, indices, lexsort,
)  # fmt: skip
# what these give are always views of what they are given, here as in NumPy
ARRAY_VIEWS = (
    atleast_1d, atleast_2d, atleast_3d, split, array_split, hsplit, vsplit, dsplit, cut_at, rot90, rollaxis,
)  # fmt: skip
# parts of these, which are put in their place as well
_PARTS = (piece, depth_of, rank_of, joined, cut_at)

ARRAY_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, function.__name__): function for function in _TAKEN},
    **{function: function for function in _PARTS},
    np.fft.fftshift: fftshift,
    np.fft.ifftshift: ifftshift,
}
