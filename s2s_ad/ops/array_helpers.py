"""More of the small functions that are written into emitted modules: see `ops/helpers.py`, which lists them."""

import math

import numpy as np


def cofactors(x):
    """The cofactor matrix, which is the gradient of the determinant; exact also where the matrix is singular."""
    u, s, vt = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), np.ones((), s.dtype), s[..., None, :])
    sign = np.round(np.linalg.det(u) * np.linalg.det(vt))[..., None]
    return (u * (sign * np.prod(others, axis=-1))[..., None, :]) @ vt


def complex_cofactors(x):
    """The cofactor matrix of a complex matrix; exact also where it is singular."""
    u, s, vh = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), np.ones((), s.dtype), s[..., None, :])
    turn = (np.linalg.det(u) * np.linalg.det(vh))[..., None]
    return (np.conj(u) * (turn * np.prod(others, axis=-1))[..., None, :]) @ np.conj(vh)


def cofactors_change(x, e):
    """How the cofactors of x change along e; exact also where the matrix is singular."""
    u, s, vt = np.linalg.svd(x)
    same = np.eye(s.shape[-1], dtype=bool)
    ones = np.ones((), s.dtype)
    others = np.prod(np.where(same[:, None] | same, ones, s[..., None, None, :]), axis=-1)
    others = np.where(same, np.zeros((), s.dtype), others)
    inner = np.swapaxes(u, -1, -2) @ e @ np.swapaxes(vt, -1, -2)
    along = np.einsum("...ij,...jj->...i", others, inner)
    change = np.where(same, along[..., None], -others * np.swapaxes(inner, -1, -2))
    return np.round(np.linalg.det(u) * np.linalg.det(vt))[..., None, None] * (u @ change @ vt)


def quantile_weights(x, q, axis, method="linear"):
    """How much each item counts in a quantile: what lies beside the place of q, in stable order, shares 1."""
    x = np.asarray(x)
    items = x.reshape(-1) if axis is None else np.moveaxis(x, axis, -1)
    n = items.shape[-1]
    rank = np.argsort(np.argsort(items, axis=-1, kind="stable"), axis=-1)
    place = q * (n - 1) if method == "linear" else np.quantile(np.arange(float(n)), q, method=method)
    lower = min(math.floor(place), max(n - 2, 0))
    upper = place - lower
    weights = np.where(rank == lower, 1.0 - upper, np.where(rank == lower + 1, upper, 0.0)).astype(x.dtype)
    weights = np.where(np.isnan(items).any(axis=-1, keepdims=True), np.nan, weights).astype(x.dtype)
    return weights.reshape(x.shape)[()] if axis is None else np.moveaxis(weights, -1, axis)


def nanquantile_weights(x, q, axis, method="linear"):
    """How much each item counts in a quantile that passes over NaN."""
    x = np.asarray(x)
    items = x.reshape(-1) if axis is None else np.moveaxis(x, axis, -1)
    count = np.sum(~np.isnan(items), axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(items, axis=-1, kind="stable"), axis=-1)  # NaN comes last
    place = q * (count - 1.0)
    if method != "linear":
        for n in set(count.flat) - {0}:
            place[count == n] = np.quantile(np.arange(float(n)), q, method=method)
    lower = np.clip(np.floor(place), 0, np.maximum(count - 2, 0))
    upper = place - lower
    weights = np.where(rank == lower, 1.0 - upper, np.where(rank == lower + 1, upper, 0.0))
    weights = np.where(count == 0, np.nan, np.where(np.isnan(items), 0.0, weights)).astype(x.dtype)
    return weights.reshape(x.shape)[()] if axis is None else np.moveaxis(weights, -1, axis)


def add_along_axis(x, indices, shape, axis):
    """Zeros of the shape, to which x is added at what np.take_along_axis reads."""
    total = np.zeros(shape, x.dtype)
    places = [np.arange(n).reshape((-1,) + (1,) * (indices.ndim - 1 - k)) for k, n in enumerate(shape)]
    places[axis] = indices
    np.add.at(total, tuple(places), x)
    return total


def sum_pads(x, shape, pad_width, mode):
    """Sum what np.pad has made of each item."""
    for axis, (n, (before, after)) in enumerate(zip(shape, np.broadcast_to(pad_width, (len(shape), 2)))):
        if mode == "constant":
            x = x[(slice(None),) * axis + (slice(before, before + n),)]
        else:
            total = np.zeros((*x.shape[:axis], n, *x.shape[axis + 1 :]), x.dtype)
            source = np.pad(np.arange(n), (before, after), mode)
            np.add.at(np.moveaxis(total, axis, 0), source, np.moveaxis(x, axis, 0))
            x = total
    return x


def into_part(x, shape, sections, i, axis):
    """Zeros of the shape, with x as the i-th of the parts into which np.array_split cuts it."""
    whole = np.zeros(shape, x.dtype)
    np.array_split(whole, sections, axis)[i][...] = x
    return whole


def from_diagonals(v, shape, offset, axis1, axis2):
    """Zeros of the shape, with the last axis of v along a diagonal of two of its axes."""
    whole = np.zeros(shape, v.dtype)
    at = np.arange(v.shape[-1])
    np.moveaxis(whole, (axis1, axis2), (-2, -1))[..., at + max(-offset, 0), at + max(offset, 0)] = v
    return whole


def inverse_gaps(w):
    """1 / (w[j] - w[i]), 0 on the diagonal, NaN where two are equal."""
    same = np.eye(w.shape[-1]) == 1
    gaps = np.where(same, 1, w[..., None, :] - w[..., :, None])
    return np.where(same, 0, 1 / np.where(gaps == 0, np.nan, gaps)).astype(w.dtype)


def complex_eig(x):
    """Eigenvalues and eigenvectors as complex numbers, also where all of them are real."""
    w, v = np.linalg.eig(x)
    dtype = np.result_type(w.dtype, np.complex64)
    return w.astype(dtype), v.astype(dtype)


def largest_real(v):
    """1 at the largest of the real components of each column, which is the one that LAPACK has made real."""
    if not v.size:
        return v.real
    size = np.where(v.imag == 0, np.abs(v), -1.0)
    return (np.arange(v.shape[-1])[:, None] == np.argmax(size, axis=-2)[..., None, :]).astype(v.real.dtype)


def prefixes_without(x, m):
    """For every m different places of the last axis, the running products without them; 0 before they are reached."""
    if m == 0:
        return np.cumprod(x, axis=-1)
    n = x.shape[-1]
    same = np.eye(n, dtype=bool)
    rest = prefixes_without(np.where(same, np.ones((), x.dtype), x[..., None, :]), m - 1)
    kept = np.tri(n, dtype=bool).T.reshape((n,) + (1,) * (m - 1) + (n,))
    for place in range(m - 1):
        kept = kept & ~same.reshape((n,) + (1,) * place + (n,) + (1,) * (m - 1 - place))
    return np.where(kept, rest, np.zeros((), x.dtype))


def put_where(x, mask):
    """Zeros of the shape of the mask, with x where it holds."""
    whole = np.zeros(mask.shape, x.dtype)
    whole[mask] = x
    return whole


def running_places(x, extremes, axis):
    """Where the extreme of the items up to each one stands: the last of equal ones."""
    places = np.arange(x.shape[axis]).reshape([-1 if k == axis % x.ndim else 1 for k in range(x.ndim)])
    return np.maximum.accumulate(np.where(x == extremes, places, 0), axis)


def scipy_special(name):
    """A function of SciPy, which the function that was differentiated uses too."""
    from scipy import special

    return getattr(special, name)


def expm(x):
    """The exponential of a matrix."""
    from scipy import linalg

    return linalg.expm(x)


def expm_change(x, e):
    """How the exponential of x changes along e: the upper right of that of a matrix of blocks."""
    n = len(x)
    return expm(np.block([[x, e], [np.zeros_like(x), x]]))[:n, n:]


def expm_bend(x, e, f):
    """How the change of the exponential of x along e changes along f."""
    n, o = len(x), np.zeros_like(x)
    return expm(np.block([[x, e, f, o], [o, x, o, f], [o, o, x, e], [o, o, o, x]]))[:n, 3 * n :]


def fit_length(x, n, axis):
    """x cut off or filled up with zeros so that the axis has the length n."""
    x = np.moveaxis(x, axis, 0)
    fitted = np.zeros((n, *x.shape[1:]), x.dtype)
    fitted[: len(x)] = x[:n]
    return np.moveaxis(fitted, 0, axis)


def half_weights(n):
    """How often each number of half a spectrum stands in the whole one, which has n."""
    weights = np.full(n // 2 + 1, 2.0)
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    return weights


def unit_directions(x, start, count):
    """The unit directions of the shape of x from number `start` on: `count` of them, or as many as there are."""
    rows = np.eye(min(count, x.size - start), x.size, start, dtype=x.dtype)
    return rows.reshape(len(rows), *x.shape)
