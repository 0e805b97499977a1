"""Statistics, differences and counts as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.ordering import one_quantile, plain_counts, weighted_counts
from s2s_ad.ops.settled import axes_tuple, count_up, hundredth, is_wider, real_only, refused


def average(a, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        if not returned:
            return result
        refused("np.average with returned=True and without weights", "Take np.mean.")
    if np.ndim(weights) == np.ndim(a):
        scale = np.sum(weights, axis=axis, keepdims=keepdims)
    else:
        if not isinstance(axis, int) or np.ndim(weights) != 1:
            refused("np.average with weights of another shape and no single axis", "Give each item its weight.")
        scale = np.sum(weights)
        after = (np.ndim(a) - axis if axis >= 0 else -axis) - 1
        if after > 0:
            weights = np.expand_dims(weights, count_up(1, after + 1))
    result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / scale
    return (result, scale + np.zeros_like(result)) if returned else result


def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    if out is not None:
        refused("the argument out= of np.quantile", "Use the result instead.")
    if method != "linear":
        refused("np.quantile with another method than 'linear'")
    if isinstance(q, (tuple, list)):
        real_only(np.asarray(a).dtype, "np.quantile")
        a = np.asarray(a).astype(np.float64)
        return np.stack([one_quantile(a, p, axis=axis, keepdims=keepdims) for p in q])
    return one_quantile(a, q, axis=axis, keepdims=keepdims)


def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    if out is not None:
        refused("the argument out= of np.percentile", "Use the result instead.")
    if method != "linear":
        refused("np.percentile with another method than 'linear'")
    if isinstance(q, (tuple, list)):
        real_only(np.asarray(a).dtype, "np.percentile")
        a = np.asarray(a).astype(np.float64)
        return np.stack([one_quantile(a, hundredth(p), axis=axis, keepdims=keepdims) for p in q])
    return one_quantile(a, hundredth(q), axis=axis, keepdims=keepdims)


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    if fweights is not None or aweights is not None:
        refused("np.cov with weights", "Write it out.")
    real_only(np.atleast_2d(m).dtype, "np.cov")
    x = np.atleast_2d(m).astype(np.float64)
    if not rowvar and np.ndim(m) == 2:
        x = x.T
    if y is not None:
        real_only(np.atleast_2d(y).dtype, "np.cov")
        other = np.atleast_2d(y).astype(np.float64)
        if not rowvar and np.ndim(y) == 2:
            other = other.T
        x = np.concatenate([x, other], axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    centered = x - np.mean(x, axis=1, keepdims=True)
    return np.squeeze(centered @ centered.T / max(np.shape(x)[1] - ddof, 0))


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
    f = np.asarray(f)
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
    if is_wider(result.dtype, f.dtype):
        result = result.astype(f.dtype)
    return result if last else np.moveaxis(result, -1, axis)


def ediff1d(ary, to_end=None, to_begin=None):
    flat = np.ravel(ary)
    parts = [flat[1:] - flat[:-1]]
    if to_begin is not None:
        parts = [np.ravel(to_begin).astype(flat.dtype)] + parts
    if to_end is not None:
        parts = parts + [np.ravel(to_end).astype(flat.dtype)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def bincount(x, /, weights=None, minlength=0):
    if weights is None:
        return plain_counts(x, minlength)
    return weighted_counts(x, weights, minlength)


def histogram(a, bins=10, range=None, density=None, weights=None):
    flat = np.ravel(a)
    if np.ndim(bins) > 0:
        edges = np.asarray(bins)
    else:
        low, high = (np.min(flat), np.max(flat)) if range is None else range
        apart = np.where(low == high, 0.5, 0.0)
        edges = np.linspace(low - apart, high + apart, bins + 1).astype((flat * 1.0).dtype)
    count = np.size(edges) - 1
    place = np.searchsorted(edges, flat, side="right") - 1 - (flat == edges[-1])
    inside = (flat >= edges[0]) & (flat <= edges[-1])
    if weights is None:
        counts = plain_counts(place[inside], count)
    else:
        each = np.ravel(weights)
        counts = weighted_counts(place[inside], each[inside], count).astype(each.dtype)
    if density:
        return counts / np.diff(edges) / np.sum(counts), edges
    return counts, edges


def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    if dtype is not None or out is not None:
        refused("the arguments dtype= and out= of np.nanvar")
    real_only(np.asarray(a).dtype, "np.nanvar")
    apart = np.where(np.isnan(a), 0.0, a - np.nanmean(a, axis=axis, keepdims=True))
    free = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims) - ddof
    return (np.sum(apart * apart, axis=axis, keepdims=keepdims) / np.where(free > 0, free, np.nan)).astype(apart.dtype)


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    return np.sqrt(np.nanvar(a, axis, dtype, out, ddof, keepdims))


def nanprod(a, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        refused("the arguments dtype= and out= of np.nanprod")
    return np.prod(np.where(np.isnan(a), 1.0, a), axis=axis, keepdims=keepdims)


def nancumsum(a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


_TAKEN = (
    average, quantile, percentile, cov, corrcoef, trapezoid, gradient, ediff1d, bincount, histogram, nanvar, nanstd,
    nanprod, nancumsum,
)  # fmt: skip

STATISTICS_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, function.__name__): function for function in _TAKEN},
    slope_along: slope_along,  # a part of np.gradient, which is put in its place as well
}
