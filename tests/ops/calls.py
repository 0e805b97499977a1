"""Calls of library functions as users write them: (function, arguments). What they return is all differentiated."""

from __future__ import annotations

import numpy as np

_rng = np.random.default_rng(22)


def r(*shape):
    return _rng.standard_normal(shape)


def regular(*shape):
    return r(*shape) + 3.0 * np.eye(shape[-1])


def sym(x):
    """Symmetric matrices are made inside the function: then every direction is allowed."""
    return x + np.swapaxes(x, -1, -2)


def pos(x):
    return x @ np.swapaxes(x, -1, -2) + np.eye(3)


A, B, V, W = regular(3, 3), r(3, 2), r(3), r(5)
T = r(2, 3, 4)
I3 = np.array([2, 0, 1])
UP = np.sort(r(5))

LINALG = [
    (lambda a, b: np.linalg.solve(a, b), (A, V)),
    (lambda a, b: np.linalg.solve(a, b), (A, B)),
    (lambda a: np.linalg.inv(a), (A,)),
    (lambda a: np.linalg.pinv(a), (B,)),
    (lambda a: np.linalg.det(a), (A,)),
    (lambda a: np.linalg.slogdet(a)[1], (A,)),
    (lambda a: np.linalg.slogdet(a), (A,)),
    (lambda a: np.linalg.svdvals(a), (A,)),
    (lambda a: np.linalg.cholesky(pos(a)), (A,)),
    (lambda a: np.linalg.eigh(sym(a)), (A,)),
    (lambda a: np.linalg.eigh(sym(a), UPLO="U"), (A,)),
    (lambda a: np.linalg.eigvalsh(sym(a)), (A,)),
    (lambda a: np.linalg.qr(a), (r(4, 3),)),
    (lambda a: np.linalg.qr(a, mode="r"), (A,)),
    (lambda a: np.linalg.svd(a, full_matrices=False), (r(4, 3),)),
    (lambda a: np.linalg.svd(a, compute_uv=False), (B,)),
    (lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], (r(5, 3), W)),
    (lambda a: np.linalg.matrix_power(a, 3), (A,)),
    (lambda a: np.linalg.matrix_power(a, 5), (A,)),
    (lambda a: np.linalg.matrix_power(a, -2), (A,)),
    (lambda a: a * np.linalg.matrix_power(a, 0), (A,)),
    (lambda a, b, c: np.linalg.multi_dot([a, b, c]), (A, B, r(2, 3))),
    (lambda a: np.linalg.cond(a), (A,)),
    (lambda x: np.linalg.norm(x, None), (V,)),
    (lambda x: np.linalg.norm(x, 1), (V,)),
    (lambda x: np.linalg.norm(x, 2), (V,)),
    (lambda x: np.linalg.norm(x, 3), (V,)),
    (lambda x: np.linalg.norm(x, 2.5), (V,)),
    (lambda x: np.linalg.norm(x, np.inf), (V,)),
    (lambda x: np.linalg.norm(x, -np.inf), (V,)),
    (lambda x: np.linalg.norm(x, -1), (V,)),
    (lambda x: np.linalg.norm(x, None), (A,)),
    (lambda x: np.linalg.norm(x, "fro"), (A,)),
    (lambda x: np.linalg.norm(x, "nuc"), (A,)),
    (lambda x: np.linalg.norm(x, 1), (A,)),
    (lambda x: np.linalg.norm(x, -1), (A,)),
    (lambda x: np.linalg.norm(x, 2), (A,)),
    (lambda x: np.linalg.norm(x, -2), (A,)),
    (lambda x: np.linalg.norm(x, np.inf), (A,)),
    (lambda x: np.linalg.norm(x, -np.inf), (A,)),
    (lambda x: np.linalg.norm(x, axis=1), (A,)),
    (lambda x: np.linalg.norm(x, axis=(0, 2), keepdims=True), (T,)),
    (lambda x: np.linalg.norm(x, ord="nuc", axis=(0, 2)), (T,)),
    (lambda x: np.linalg.norm(x), (T,)),
]

PRODUCTS = [
    (lambda a, b: np.einsum("ij,jk->ik", a, b), (A, B)),
    (lambda a, b: np.einsum("ij,jk", a, b), (A, B)),
    (lambda a: np.einsum("ii", a), (A,)),
    (lambda a: np.einsum("ii->i", a), (A,)),
    (lambda a: np.einsum("ij->", a), (A,)),
    (lambda a: np.einsum("ij->j", a), (A,)),
    (lambda a: np.einsum("ij->ji", a), (B,)),
    (lambda a, b: np.einsum("i,j->ij", a, b), (V, W)),
    (lambda a, b: np.einsum("i,i", a, b), (V, r(3))),
    (lambda a, b: np.einsum("ij,ij->", a, b), (A, r(3, 3))),
    (lambda a, b: np.einsum("...ij,...jk->...ik", a, b), (r(4, 2, 3), r(3, 2))),
    (lambda a, b, c: np.einsum("i,ij,j->", a, b, c), (V, B, r(2))),
    (lambda a, b: np.einsum("iij,j->i", a, b), (r(3, 3, 2), r(2))),
    (lambda a, b: np.einsum("ik,jk->ij", a, b, optimize=True), (A, A)),
    (lambda a, b: np.tensordot(a, b), (T, r(3, 4, 2))),
    (lambda a, b: np.tensordot(a, b, axes=1), (A, B)),
    (lambda a, b: np.tensordot(a, b, axes=0), (V, B)),
    (lambda a, b: np.tensordot(a, b, axes=([0, 2], [2, 1])), (T, r(3, 4, 2))),
    (lambda a, b: np.tensordot(a, b, axes=([2, 0], [1, 2])), (T, r(3, 4, 2))),
    (lambda a, b: np.tensordot(a, b, axes=(-1, 0)), (T, r(4, 2))),
    (lambda a, b: np.kron(a, b), (A, B)),
    (lambda a, b: np.kron(a, b), (V, B)),
    (lambda a, b: np.cross(a, b), (V, r(3))),
    (lambda a, b: np.cross(a, b), (r(2, 3), V)),
    (lambda a, b: np.cross(a, b, axis=0), (r(3, 2), r(3, 2))),
    *[(lambda a, b, m=m: np.convolve(a, b, m), (W, r(2))) for m in ("full", "same", "valid")],
    *[(lambda a, b, m=m: np.correlate(a, b, m), (W, r(2))) for m in ("full", "same", "valid")],
    (lambda a, b: np.convolve(a, b), (r(2), W)),
    (lambda a: np.trace(a), (A,)),
    (lambda a: np.trace(a, axis1=0, axis2=2), (T,)),
    (lambda a: np.diagonal(a, 1, 1, 2), (T,)),
    (lambda a: np.inner(a, a), (B,)),
]

STATISTICS = [
    (lambda x: np.cumprod(x), (V,)),
    (lambda x: np.cumprod(x, axis=0), (B,)),
    (lambda x: np.nansum(x, axis=0), (B,)),
    (lambda x: np.nanmean(x, axis=-1, keepdims=True), (B,)),
    (lambda x: np.nanmax(x), (B,)),
    (lambda x: np.nanmin(x, axis=1), (B,)),
    (lambda x: np.average(x), (B,)),
    (lambda x, w: np.average(x, axis=0, weights=w), (B, np.array([1.0, 2.0, 3.0]))),
    (lambda x, w: np.average(x, weights=w), (V, np.array([1.0, 2.0, 3.0]))),
    (lambda x, w: np.average(x, 1, w, returned=True), (T, np.array([1.0, 2.0, 3.0]))),
    (lambda x: np.median(x), (W,)),
    (lambda x: np.median(x, axis=0), (r(4, 3),)),
    (lambda x: np.quantile(x, 0.3), (W,)),
    (lambda x: np.quantile(x, [0.1, 0.5], axis=1), (r(2, 5),)),
    (lambda x: np.percentile(x, 30), (W,)),
    (lambda x: np.percentile(x, (25, 75), axis=0, keepdims=True), (r(4, 2),)),
    (lambda x: np.cov(x), (r(3, 5),)),
    (lambda x: np.cov(x, rowvar=False, bias=True), (r(5, 3),)),
    (lambda x, y: np.cov(x, y), (W, r(5))),
    (lambda x: np.cov(x), (W,)),
    (lambda x: np.corrcoef(x), (r(3, 5),)),
    (lambda y: np.trapezoid(y), (W,)),
    (lambda y: np.trapezoid(y, dx=0.3, axis=0), (B,)),
    (lambda y, x: np.trapezoid(y, x), (W, UP)),
    (lambda y: np.gradient(y), (W,)),
    (lambda y: np.gradient(y, 0.2, edge_order=2), (W,)),
    (lambda y: np.gradient(y), (r(3, 4),)),
    (lambda y: np.gradient(y, axis=1), (r(3, 4),)),
    (lambda y, x: np.gradient(y, x), (W, UP)),
    (lambda y: np.gradient(y, 0.5, 2.0), (r(3, 4),)),
    (lambda x: np.ediff1d(x), (B,)),
    (lambda x, y: np.ediff1d(x, to_begin=y, to_end=2.0), (W, 0.5)),
    (lambda w: np.bincount(np.array([0, 2, 2]), w), (V,)),
    (lambda w: np.histogram(np.array([0.1, 0.5, 0.9]), 4, (0.0, 1.0), weights=w)[0], (V,)),
    (lambda x, xp, fp: np.interp(x, xp, fp), (r(4), UP, W)),
    (lambda x, xp, fp: np.interp(x, xp, fp, left=0.5, right=-0.5), (np.array([-9.0, 0.1, 9.0]), UP, W)),
    (lambda x, fp: np.interp(x, np.array([0.0, 1.0, 2.0]), fp), (0.7, V)),
    (lambda x: np.diff(x, axis=0), (B,)),
]

ORDER = [
    (lambda x: np.sort(x), (W,)),
    (lambda x: np.sort(x, axis=0), (B,)),
    (lambda x: np.sort(x, axis=None), (B,)),
    (lambda x: x[np.argsort(x)], (W,)),
    (lambda x: np.sort(np.partition(x, 2)[:2]), (W,)),
    (lambda x: np.unique(x), (np.array([2.0, 1.0, 2.5]),)),
    (lambda x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0), (B,)),
    (lambda x: np.take_along_axis(x, np.array([[0, 0, 1]]), 0), (r(2, 3),)),
    (lambda x: np.take(x, I3), (W,)),
    (lambda x: np.take(x, I3, axis=1), (T,)),
    (lambda x: np.compress(np.array([True, False, True]), x, axis=0), (B,)),
    (lambda x: np.extract(x > 0, x), (B,)),
    (lambda x: x[np.nonzero(x > 0)], (B,)),
    (lambda x, y: np.choose(np.array([0, 1, 1]), [x, y]), (V, r(3))),
    (lambda x: np.select([x > 1.0, x > 0.0], [x**2, np.exp(x)], 0.5), (W,)),
    (lambda x: np.select([x > 1.0, x > 0.0], [x**2, np.exp(x)]), (W,)),
    (lambda x: x * np.searchsorted(np.array([-1.0, 0.0, 1.0]), x), (W,)),
    (lambda x: x * np.digitize(x, np.array([-1.0, 0.0, 1.0])), (W,)),
    (lambda x: x[np.argmax(x)] * np.count_nonzero(x > 0), (W,)),
]

SHAPES = [
    (lambda x: np.atleast_1d(x), (1.5,)),
    (lambda x: np.atleast_2d(x), (V,)),
    (lambda x: np.atleast_3d(x), (B,)),
    (lambda x, y: np.broadcast_arrays(x, y), (V, B.T)),
    (lambda x, y: np.dstack([x, y]), (V, r(3))),
    (lambda x, y: np.block([[x, y], [y, x]]), (A, r(3, 3))),
    (lambda x, y: np.block([x, y]), (V, W)),
    (lambda x: np.split(x, 2), (r(4, 2),)),
    (lambda x: np.split(x, 2, axis=1), (r(3, 4),)),
    (lambda x: np.split(x, [1, 3]), (W,)),
    (lambda x: np.array_split(x, 3), (W,)),
    (lambda x: np.hsplit(x, 2), (r(3, 4),)),
    (lambda x: np.vsplit(x, [1]), (B,)),
    (lambda x: np.dsplit(x, 2), (T,)),
    (lambda x: np.split(x, [1, 2], axis=-1), (T,)),
    (lambda x: np.tile(x, (2, 1)), (V,)),
    (lambda x: np.repeat(x, 2, axis=0), (B,)),
    (lambda x: np.roll(x, 1), (B,)),
    (lambda x: np.flip(x, (0, 1)), (B,)),
    (lambda x: np.rot90(x, -1), (B,)),
    (lambda x: np.rot90(x, 0), (B,)),
    (lambda x: np.rot90(x, 1), (B,)),
    (lambda x: np.rot90(x, 2), (B,)),
    (lambda x: np.rot90(x, 3), (B,)),
    (lambda x: np.rot90(x, 1, (1, 2)), (T,)),
    (lambda x: np.swapaxes(x, 0, 2), (T,)),
    (lambda x: np.rollaxis(x, 2), (T,)),
    (lambda x, y: np.append(x, y), (B, 2.0)),
    (lambda x: np.pad(x, 1), (V,)),
    (lambda x: np.pad(x, (1, 2), constant_values=3.0), (V,)),
    *[(lambda x, m=m: np.pad(x, ((1, 2), (0, 1)), mode=m), (A,)) for m in ("edge", "reflect", "symmetric", "wrap")],
    (lambda x: np.diag(x, 1), (V,)),
    (lambda x: np.diagflat(x), (B,)),
    (lambda x: np.tril(x, -1) + np.triu(x), (A,)),
    (lambda x: x * np.tri(3, 3, 1), (A,)),
    (lambda x: np.vander(x), (V,)),
    (lambda x: np.vander(x, 2, increasing=True), (V,)),
    (lambda x, y: np.meshgrid(x, y), (V, W)),
    (lambda x, y: np.meshgrid(x, y, indexing="ij"), (V, W)),
    (lambda x, y: np.meshgrid(x, y, sparse=True), (V, W)),
    (lambda x, y, z: np.meshgrid(x, y, z), (V, r(2), r(4))),
    (lambda x: np.fft.fftshift(x), (W,)),
    (lambda x: np.fft.ifftshift(x, axes=0), (r(5, 2),)),
    (lambda x: np.moveaxis(x, 0, -1), (T,)),
]

ALL = {"linalg": LINALG, "products": PRODUCTS, "statistics": STATISTICS, "order": ORDER, "shapes": SHAPES}
