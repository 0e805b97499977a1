"""Statistics, differences and counts as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.nan_ordering import middle_present, quantile_present
from s2s_ad.ops.ordering import middle, one_quantile, plain_counts, weighted_counts
from s2s_ad.ops.settled import axes_tuple, hundredth, is_known, is_wider, others_of, real_only, refused, sorted_tuple


def average(a, axis=None, weights=None, returned=False, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        return (result, np.zeros_like(result) + np.size(a) / np.size(result)) if returned else result
    weights = np.asarray(weights)
    if np.ndim(weights) == np.ndim(a) and (np.ndim(a) != 1 or axis is None):
        if np.shape(weights) != np.shape(a):
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        scale = np.sum(weights, axis=axis, keepdims=keepdims)
    else:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        axes = axes_tuple(axis, np.ndim(a))
        if axes != sorted_tuple(axes) or np.ndim(weights) != len(axes):
            refused("np.average with weights along these axes", "Give each item its weight.")
        if np.shape(weights) != tuple([np.shape(a)[k] for k in axes]):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        scale = np.sum(weights)
        weights = np.expand_dims(weights, others_of(axes, np.ndim(a)))
    result = np.sum(np.multiply(a, weights), axis=axis, keepdims=keepdims) / scale
    return (result, scale + np.zeros_like(result)) if returned else result


def quantile(a, q, axis=None, overwrite_input=False, method="linear", keepdims=False):
    real_only(np.asarray(a).dtype, "np.quantile")
    return quantiles_along(np.asarray(a), q, axis, method, keepdims, False)


def nanquantile(a, q, axis=None, overwrite_input=False, method="linear", keepdims=False):
    real_only(np.asarray(a).dtype, "np.nanquantile")
    return quantiles_along(np.asarray(a), q, axis, method, keepdims, True)


def quantiles_along(a, q, axis, method, keepdims, present):
    """`present`: of the items that are not NaN."""
    if not isinstance(axis, tuple):
        return quantiles(a, q, axis, method, keepdims, present)
    axes = axes_tuple(axis, np.ndim(a))
    rest = others_of(axes, np.ndim(a))
    flat = np.reshape(np.transpose(a, rest + axes), tuple([np.shape(a)[k] for k in rest]) + (-1,))
    found = quantiles(flat, q, -1, method, False, present)
    return np.expand_dims(found, tuple([k + np.ndim(q) for k in axes])) if keepdims else found


def quantiles(a, q, axis, method, keepdims, present):
    if isinstance(q, (tuple, list)):
        a = a.astype(np.float64)
        return np.stack([quantiles(a, p, axis, method, keepdims, present) for p in q])
    if is_known(q):
        if present:
            return quantile_present(a, q, axis=axis, keepdims=keepdims, method=method)
        return one_quantile(a, q, axis=axis, keepdims=keepdims, method=method)
    if present and (axis is not None or keepdims):
        refused("np.nanquantile along an axis of a computed q", "Write q as a constant.")
    return quantile_between(np.ravel(a)[~np.isnan(np.ravel(a))] if present else a, q, axis, method, keepdims)


def quantile_between(a, q, axis, method, keepdims):
    """Where q is computed: between two of the items in order."""
    if method != "linear":
        refused("np.quantile of a computed q with another method than 'linear'", "Write q as a constant.")
    items = np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)
    items = np.sort(items, axis=0)
    q = np.asarray(q)
    if np.any(q < 0) or np.any(q > 1):
        raise ValueError("Quantiles must be in the range [0, 1]")
    last = np.shape(items)[0] - 1
    lower = np.minimum(np.floor(q * last).astype(int), np.maximum(last - 1, 0))
    part = np.reshape(q * last - lower, np.shape(q) + (1,) * (np.ndim(items) - 1))
    low, high = items[lower], items[np.minimum(lower + 1, last)]
    found = np.where(np.isnan(items[-1]), items[-1], low + (high - low) * part)
    if not keepdims:
        return found
    if axis is None:
        return np.reshape(found, np.shape(q) + (1,) * np.ndim(a))
    return np.expand_dims(found, np.ndim(q) + (axis + np.ndim(a) if axis < 0 else axis))


def median(a, axis=None, overwrite_input=False, keepdims=False):
    a = np.asarray(a)
    if not isinstance(axis, tuple):
        return middle(a, axis=axis, keepdims=keepdims)
    return np.quantile(a, 0.5, axis=axis, keepdims=keepdims)


def nanmedian(a, axis=None, overwrite_input=False, keepdims=False):
    real_only(np.asarray(a).dtype, "np.nanmedian")
    a = np.asarray(a)
    if not isinstance(axis, tuple):
        return middle_present(a, axis=axis, keepdims=keepdims)
    return np.nanquantile(a, 0.5, axis=axis, keepdims=keepdims)


def percentile(a, q, axis=None, overwrite_input=False, method="linear", keepdims=False):
    return np.quantile(a, hundredths(q), axis=axis, method=method, keepdims=keepdims)


def nanpercentile(a, q, axis=None, overwrite_input=False, method="linear", keepdims=False):
    return np.nanquantile(a, hundredths(q), axis=axis, method=method, keepdims=keepdims)


def hundredths(q):
    if isinstance(q, (tuple, list)):
        return [hundredth(p) for p in q]
    return hundredth(q) if is_known(q) else np.asarray(q) / 100


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None):
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
    if fweights is None and aweights is None:
        centered = x - np.mean(x, axis=1, keepdims=True)
        c = centered @ centered.T / max(np.shape(x)[1] - ddof, 0)
    else:
        counts = np.ones(np.shape(x)[1]) if fweights is None else np.asarray(fweights).astype(np.float64)
        w = counts if aweights is None else counts * np.asarray(aweights)
        if np.shape(w)[0] != np.shape(x)[1]:
            raise RuntimeError("incompatible numbers of samples and weights")
        total = np.sum(w)
        freedom = total - (ddof if aweights is None else ddof * np.sum(w * aweights) / total)
        centered = x - np.expand_dims(x @ w / total, 1)
        c = (centered * w) @ centered.T / freedom
    return np.squeeze(c if dtype is None else c.astype(dtype))


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
        gaps = np.diff(h)
        before, after = gaps[:-1], gaps[1:]
        total = before + after
        left, right = -after / (before * total), before / (after * total)
        inner = left * y[..., :-2] + (after - before) / (before * after) * y[..., 1:-1] + right * y[..., 2:]
        if edge_order == 1:
            start = (y[..., 1:2] - y[..., :1]) / gaps[0]
            end = (y[..., -1:] - y[..., -2:-1]) / gaps[-1]
        else:
            g, h = gaps[0], gaps[1]
            start = (h + 2.0 * g) / (g * (g + h)) * -y[..., :1] + (g + h) / (g * h) * y[..., 1:2]
            start = start - g / (h * (g + h)) * y[..., 2:3]
            g, h = gaps[-2], gaps[-1]
            end = h / (g * (g + h)) * y[..., -3:-2] - (h + g) / (g * h) * y[..., -2:-1]
            end = end + (2.0 * h + g) / (h * (g + h)) * y[..., -1:]
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
    if isinstance(bins, str):
        refused("np.histogram with bins chosen by a rule", "Give their number, or their edges.")
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


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    return np.histogram(a, bins, range)[1]


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


def nancumprod(a, axis=None):
    return np.cumprod(np.where(np.isnan(a), 1.0, a), axis=axis)


def nancumsum(a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


_TAKEN = (
    average, quantile, percentile, median, nanmedian, nanquantile, nanpercentile, nancumprod, histogram_bin_edges,
    cov, corrcoef, trapezoid, gradient, ediff1d, bincount, histogram, nanvar, nanstd,
    nanprod, nancumsum,
)  # fmt: skip

STATISTICS_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, function.__name__): function for function in _TAKEN},
    **{
        part: part for part in (slope_along, quantiles_along, quantiles, quantile_between, hundredths)
    },  # which are put in their place as well
}
