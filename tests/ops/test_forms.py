"""NumPy's functions in all of the forms that they are called in, one a line: value, both modes, optimised and not."""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import UnsupportedError
from tests.agree import agrees
from tests.ops.lines import function, lines_of

REDUCTIONS = lines_of("""
np.sum(x, where=x > 1)
np.sum(A, axis=-1, initial=2.0)
np.mean(A, axis=0, where=A > 1)
A.mean(where=A > 0.5)
np.prod(A, axis=1, where=A > 1)
np.prod(A, initial=2.0)
np.prod(A, dtype=np.float64)
np.var(A, axis=0, correction=1)
np.var(A, where=A > 0.8)
np.std(A, where=A > 0.8)
np.var(A, dtype=np.float64)
np.max(A, axis=1, initial=1.0)
np.max(A, axis=1, initial=1.0, where=A < 1.5)
np.min(A, initial=0.5)
np.cumprod(x, dtype=np.float64)
np.nansum(A, axis=0, keepdims=True, where=A > 1)
np.nanmax(A, axis=0, initial=1.0)
""")

PLACES = lines_of("""
x.partition(2) ;; x[2] * p
np.partition(x, 2)
np.partition(x, 2)[:3]
np.partition(x, (1, 3))
np.partition(A, 1, axis=0)
np.partition(x, kth=-1)
np.argpartition(x, 2) * p
np.flatnonzero(x > 1) * p
np.unique(x)
np.unique(np.array([2, 1, 2])) * p
np.unique(x, return_inverse=True)
np.unique(x, return_index=True)
np.unique(x, return_counts=True)
v, i, j, c = np.unique(x, True, True, True) ;; v * c
np.unique(A)
np.unique(A, axis=0)
np.unique(A, axis=1)
u, i, j, c = np.unique(A, True, True, True, axis=1) ;; u * c, A[:, i], j * p
np.unique_counts(x).values
np.unique_all(x).values[::-1]
np.unique_inverse(x).values
np.union1d(x, A)
np.intersect1d(x, x[1:])
np.intersect1d(x, x[1:], assume_unique=True)
v, i, j = np.intersect1d(x, x[1:], return_indices=True) ;; v * i + j
np.setdiff1d(x, x[1:])
np.setdiff1d(x, x[1:], True)
np.setxor1d(x, x[1:])
np.isin(x, x[1:]) * x
np.isin(x, [0.1, 0.2], invert=True) * x
np.trim_zeros(np.concatenate([np.zeros(2), x, np.zeros(1)]))
np.trim_zeros(np.concatenate([np.zeros(2), x, np.zeros(1)]), "b")
np.polyder(x, 2)
np.polyint(x, 2)
np.polyint(x, 2, [p, 1.0])
np.polyadd(x, [p, 1.0])
np.polysub(x, [p, 1.0])
np.polymul(x, [p, 1.0])
np.polydiv(x, [p, 1.0])[0]
np.polyfit(x, np.exp(x), 1)
np.polyfit(x, np.exp(x), 1, w=np.cos(x))
np.polyfit(np.arange(4.0) * p, np.arange(4.0) ** 2 + p, 1, cov=True)
np.polyfit(np.arange(4.0) * p, np.arange(4.0) ** 2 + p, 1, cov="unscaled")[1]
np.polyfit(np.arange(4.0) * p, np.outer(np.arange(4.0) ** 2, x), 2)
np.poly(x)
np.abs(np.roots(x))
np.abs(np.roots(np.concatenate([np.zeros(1), x, np.zeros(1)])))
np.nanmedian(np.append(x, np.nan))
np.nanmedian(A, axis=(0, 1))
np.nanquantile(np.append(x, np.nan), 0.3)
np.nanquantile(np.append(x, np.nan), [0.3, 0.9], method="hazen")
np.nanquantile(np.append(x, np.nan), p * p / (1.0 + p * p))
np.nanpercentile(A, 30, axis=0)
np.nanargmax(A) * p
np.nanargmin(A, axis=0) * p
np.array_equiv(x, x) * p
np.isposinf(x) * p
np.isneginf(x) * p
np.apply_over_axes(np.sum, A, [0, 1])
np.fromfunction(lambda i, j: p * i + j, (2, 3))
np.fromfunction(lambda i, j, c: c[i] * j, (2, 3), dtype=int, c=x)
np.meshgrid(x, [p, 1.0, 2.0])
np.meshgrid(x, x, indexing="ij")[1]
np.meshgrid(x, [p], [1.0, q])[2]
np.meshgrid(x)[0]
np.array(p, ndmin=2)
np.array(x, ndmin=2, copy=True) * p
np.array([p, q], ndmin=1, copy=None)
np.polynomial.polynomial.polyval(p, x)
np.polynomial.polynomial.polyval(A, x)
np.polynomial.legendre.legval(p, x)
np.polynomial.chebyshev.chebval(x, [p, q, 1.0])
np.frexp(x)
np.mask_indices(2, np.triu)[0] * p
np.stack([x, x * p], 1)
np.concatenate([A, A], 1)
np.interp(p, [0.0, 1.0, 2.0], [1.0, 3.0, q])
np.interp(x, np.array([0.0, 1.0, 2.0]), y[:3])
np.interp(x, [0.5, 1.0, 1.5], y[:3], left=p, right=q)
np.interp(x, [0.5, 1.0, 1.5], y[:3], left=0.0)
np.interp(x * 5, [0.5, 1.0, 1.5], y[:3], period=2.0)
np.interp(x, np.cumsum(y), x)
np.interp(x, np.cumsum(y), x, period=p)
np.interp(A, [0.0, 1.0, 2.0], y[:3])
np.add.at(x, [0, 0, 1], p) ;; x
np.add.at(x, [0, 0, 1], y[:3]) ;; x
np.subtract.at(x, [0, 0, 1], y[:3]) ;; x
np.multiply.at(x, [0, 0, 1], y[:3]) ;; x
np.divide.at(x, [0, 0, 1], y[:3]) ;; x
np.maximum.at(x, [0, 0, 1], y[:3]) ;; x
np.minimum.at(x, [0, 0, 1], y[:3]) ;; x
np.power.at(x, [0, 0, 1], y[:3]) ;; x
np.exp.at(x, [0, 1]) ;; x
np.negative.at(x, [0, 1]) ;; x
np.add.at(A, (np.array([0, 0]), np.array([1, 1])), y[:2]) ;; A
np.multiply.at(A, 0, y[:4]) ;; A
np.add.reduce(x)
np.add.reduce(A)
np.add.reduce(A, axis=1)
np.add.reduce(A, axis=None)
np.add.reduce([p, q])
np.multiply.reduce(A)
np.multiply.reduce(A, axis=1, keepdims=True)
np.maximum.reduce(A)
np.maximum.reduce([x, y])
np.minimum.reduce(A, axis=1)
np.logaddexp.reduce(x)
np.add.accumulate(x)
np.add.accumulate(A, axis=1)
np.add.accumulate(A)
np.multiply.accumulate(x)
np.maximum.accumulate(x)
np.maximum.accumulate(A, axis=1)
np.minimum.accumulate(x)
np.add.outer(x, y)
np.multiply.outer(x, y)
np.subtract.outer(x, y)
np.maximum.outer(x, y)
np.power.outer(x, [1, 2])
np.subtract.reduce(x)
np.divide.outer(A, x)
np.put(x, [0, 2], p) ;; x
np.put(x, [0, 8], p, mode="wrap") ;; x
np.place(x, x > 1, p) ;; x
np.putmask(x, x > 1, p) ;; x
np.put_along_axis(A, np.argmax(A, axis=1)[:, None], p, axis=1) ;; A
np.put_along_axis(A, np.array([[0, 1], [1, 2], [3, 0]]), C[:, :2], axis=1) ;; A
np.copyto(x, y) ;; x
np.copyto(x, p) ;; x
np.copyto(x, y, where=x > 1) ;; x
np.copyto(A, x[:4]) ;; A
np.fill_diagonal(M, p) ;; M
np.fill_diagonal(A, p) ;; A
x.flat[2] * 1.0
A.flat[5]
A.flat[2:7]
A.flat[[0, 5]]
A.flat[5] = p ;; A
A.flat[::2] = p ;; A
A.flat = p ;; A
A.flat[1:3] += y[:2] ;; A
sum([v * v for v in A.flat])
s = 0.0 ;; for v in A.flat: s += v * v ;; s
for v in A.flat: A[0, 0] = v * p ;; A
np.sum(A.flat)
list(A.flat)[3] * p
A.flat[A.flat > 1] = p ;; A
np.array(A.flat)
A.flat.copy() * p
len(A.flat) * p
""")

FORMS = lines_of("""
np.where(x > 1)[0] * p
x[np.where(x > 1)]
np.choose([0, 1, 0, 1, 0, 1], [x, y])
np.choose([0, 5, -1, 1, 0, 1], [x, y], mode="clip")
np.choose([0, 5, -1, 1, 0, 1], [x, y], mode="wrap")
np.choose(np.array([0, 1, 2]), (x[:3], y[:3], p))
np.take(x, [0, 8], mode="wrap")
np.take(x, [0, 8], mode="clip")
x[np.lexsort((x, y))]
np.lexsort((np.round(x), y)) * p
np.piecewise(x, [x < 1], [lambda v, a: v * a, 3.0], q)
x.clip(min=0.5)
x.clip(max=p)
np.clip(x, min=0.5, max=1.0)
np.put(x, [0, 2], [p, q]) ;; x
np.put(A, [0, 5], [p, q]) ;; A
x.put([0, 2], y[:2]) ;; x
np.place(x, x > 1, [p, q]) ;; x
np.putmask(x, x > 1, y) ;; x
np.putmask(x, x > 1, [p, q]) ;; x
np.fill_diagonal(M, x[:3]) ;; M
A.flat = x[:3] ;; A
np.nancumprod(A, axis=0)
np.average(A, axis=0, returned=True)
np.average(T, axis=(0, 1), weights=np.ones((2, 3)) * p)
np.average(A, axis=1, weights=[1.0, 2.0, 3.0, p])
np.average(A, weights=C)
np.average(x, axis=0, weights=y)
np.median(A, axis=(0, 1))
np.median(A, axis=(0, 1), keepdims=True)
np.median(T, axis=(0, 2), keepdims=True)
np.median(x)
np.quantile(A, np.array([0.1, 0.5]), axis=1)
np.quantile(x, 0.3, method="lower")
np.quantile(x, 0.3, method="nearest")
np.quantile(x, 0.3, method="midpoint")
np.quantile(x, 0.3, method="hazen")
np.quantile(x, 0.3, method="weibull")
np.quantile(x, 0.3, method="median_unbiased")
np.quantile(x, 0.3, method="inverted_cdf")
np.quantile(x, 0.5, method="averaged_inverted_cdf")
np.quantile(x, 0.3, method="closest_observation")
np.quantile(A, 0.3, axis=(0, 1))
np.quantile(x, p)
np.quantile(A, x[:2] / 2, axis=0, keepdims=True)
np.percentile(x, 30.0, method="lower")
np.percentile(x, p * 10)
np.quantile(T, [0.2, 0.5], axis=(0, 2), keepdims=True)
np.diff(A, axis=1, prepend=0.0)
np.diff(x, append=p)
np.diff(A, prepend=A[:, :1], append=C[:, :1])
np.diff(A, axis=0, prepend=A[:1])
np.diff([p, q, 1.0])
np.gradient(x, np.cumsum(y), edge_order=2)
np.gradient(A, np.array([0.0, 1.0, 3.0]), 0.5, edge_order=2)
np.cov(A, aweights=x[:4])
np.cov(A, fweights=np.array([1, 2, 1, 3]))
np.cov(A, fweights=[1, 2, 1, 3], aweights=x[:4])
np.cov(x, y, aweights=y)
np.histogram_bin_edges(x, 4)
np.linspace(p, q, 5, retstep=True)
np.linspace(x[:3], y[:3], 5)
np.linspace(x[:3], y[:3], 5, axis=1)
np.linspace(p, y[:3], 4, endpoint=False, axis=-1)
np.linspace(p, q, 5, dtype=np.float32)
np.logspace(x[:3], y[:3], 4)
np.geomspace(p, q, 4)
np.geomspace(x[:3], y[:3], 4)
np.geomspace(x[:3], y[:3], 4, axis=1)
np.geomspace(-p, -q, 4, endpoint=False)
np.indices((2, 3)) * p
np.indices((2, 3), sparse=True)[0] * p
np.indices((2, 3), dtype=float) * p
np.repeat(A, [1, 2, 0], axis=0)
np.repeat(x, np.array([1, 0, 2, 1, 1, 3]))
A.repeat([1, 2, 1], axis=0)
np.pad(x, 2, constant_values=p)
np.pad(x, 2, "constant", constant_values=(p, q))
np.pad(A, ((1, 2), (0, 1)), constant_values=((p, q), (1.0, p)))
np.pad(x, 2, "linear_ramp")
np.pad(A, 2, "linear_ramp", end_values=p)
np.pad(x, 2, "maximum")
np.pad(x, 2, "minimum", stat_length=2)
np.pad(A, 1, "mean")
np.pad(x, 3, "mean", stat_length=2)
np.pad(x, 2, "median")
np.pad(x, 2, "reflect", reflect_type="odd")
np.pad(A, 2, "symmetric", reflect_type="odd")
np.reshape(A, (2, -1), order="F")
A.reshape(4, -1, order="F")
np.ravel(A, order="F")
A.ravel("F")
A.flatten("F")
A.flatten(order="C")
np.zeros_like(x, shape=(2,)) + p
np.copy(A, order="C")
np.repeat(x, 2)
np.repeat(p, 3)
x.repeat(2)
np.pad(A, ((1, 2), (0, 1)), "wrap")
A.reshape(4, 3)
A.flatten()
np.linalg.slogdet(M).logabsdet
np.linalg.qr(A.T).Q
np.linalg.qr(M).R
np.linalg.eigh(M + M.T).eigenvalues
np.linalg.svd(A, full_matrices=False).S
A.mT
A.itemsize * p
A.nbytes * p
A.dtype.itemsize * p
A.dtype.name == "float64" and p
p if A.dtype.kind == "f" else q
np.finfo(float).eps * p
np.finfo(A.dtype).eps * p
np.zeros(3, np.result_type(A, np.float32)) + p
x.astype(dtype=np.float32)
x.item(2) * 1.0
A.item(1, 2) * 1.0
A.item((1, 2)) * 1.0
A.item(5) * p
np.mgrid[0:3] * p
np.mgrid[0:3, 0:2] * p
np.mgrid[0:1:5j] * p
np.ogrid[0:3, 0:2][0] * p
i, j = np.ogrid[0:3, 0:2] ;; (i + j) * p
i, j = np.mgrid[0:3, 0:2] ;; (i + j) * p
n = len(x) ;; np.mgrid[0:n, 0:2:0.5] * p
np.r_[x, p, 0.0]
np.r_[0:3, x]
np.c_[x, y]
np.c_[A, x[:3]]
np.asanyarray(x) * p
s = 0.0 ;; for v in A.flat: s += v * p ;; s
v = A.flat[2:5] ;; v *= 2.0 ;; A
A[:, 1:].flat[3] = p ;; A
A.T.flat[1] = p ;; A
x.flat[1:3] = p ;; x
k = np.argmax(A) ;; A.flat[k] = p ;; A
""")

WITHOUT_AXES = lines_of("""
z * 2
np.sin(z)
z += 1.0 ;; z * z
z[...] = p ;; z * 2
z[()] * p
y0 = z ;; y0 += p ;; z * y0
z.sum()
z.reshape(1)
np.add(z, p, out=z) ;; z * 2
z.fill(p) ;; z * 2
w = np.array(p) ;; w += q ;; w
w = np.zeros(()) ;; w[...] = p ;; w * w
w = np.array(p) ;; v = w ;; w += q ;; v * w
w = z[...] ;; w += 1.0 ;; z * 2
w = z[()] ;; w += 1.0 ;; z * w
w = np.array(p) ;; L = [w] ;; w += q ;; L[0] * w
w = np.zeros(()) ;; v = w ;; for k in range(3): w += p * k ;; v * w
w = np.array(0.0) ;; for k in range(3): w = w + p * k ;; w
w = np.array(0.0) ;; for k in range(3): w = w + x ;; w
w = np.array(p) ;; w = w if p > 0 else q ;; w * 2
w = np.array(p) ;; w[()] += q ;; w
w = np.array(p) ;; w[...] *= q ;; w
w = np.array(p) ;; w = w * 2 ;; w += 1 ;; w
w = np.array(p) ;; x[w > 0] = q ;; x
w = np.array(2) ;; x[w] * p
float(z) * p
z ** 2 + x
np.max(z)
np.full((), p)
np.stack([z, z])
np.array([z, z])
np.atleast_1d(z)
z.item() * z
z.copy() * 2
w = z.copy() ;; w += 1 ;; w * z
p if z > 1 else q
max(z, p)
abs(z)
math.sin(z)
z.T * p
z.astype(np.float32)
np.asarray(z) * 2
w = np.asarray(z) ;; w += 1 ;; z * w
w = x[0, ...] ;; w += 1.0 ;; x
w = x[0, ...] ;; w[...] = p ;; x
""")


@pytest.mark.parametrize("line", [*REDUCTIONS, *PLACES, *FORMS, *WITHOUT_AXES])
def test_first_order(line: str) -> None:
    f, args = function(line)
    with np.errstate(all="ignore"):
        agrees(f, *args, order=1)


SECOND = [*REDUCTIONS[::3], *PLACES[::5], *FORMS[::8], *WITHOUT_AXES[::6]]


@pytest.mark.parametrize("line", SECOND)
def test_second_order(line: str) -> None:
    f, args = function(line)
    agrees(f, *args, order=2)


FLOAT32 = lines_of("""
np.sum(x, where=x > 1)
np.mean(x, where=x > 1)
np.var(x, where=x > 0.5)
np.quantile(x, 0.3, method="hazen")
np.pad(x, 2, "mean")
np.pad(x, 2, constant_values=0.5)
np.linspace(x[:2], y[:2], 4)
np.repeat(x, [1, 2, 0, 1, 1, 1])
np.take(x, [0, 8], mode="wrap")
np.maximum.accumulate(x)
np.diff(x, prepend=x[:1])
np.interp(x, [0.0, 1.0, 2.0], [1.0, 2.0, 0.0], left=0.0)
""")


@pytest.mark.parametrize("line", FLOAT32)
def test_float32(line: str) -> None:
    f, args = function(line)
    args = [arg.astype(np.float32) for arg in args]
    value, pullback = s2s_ad.vjp(f, *args)
    expected = f(*args)
    assert np.asarray(value).dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    assert all(share.dtype == np.float32 for share in pullback(np.ones_like(expected)))


RAISES = {
    "np.average(A, axis=0, weights=x[:4])": (ValueError, "consistent with shape of a"),
    "np.average(A, weights=x[:4])": (TypeError, "Axis must be specified"),
    "np.average(x, weights=y[:3])": (TypeError, "Axis must be specified"),
    "np.choose([0, 2], [x[:2], y[:2]])": (ValueError, "invalid entry in choice array"),
    "np.max(A, where=A > 1)": (ValueError, "does not have an identity"),
}


@pytest.mark.parametrize("line", RAISES)
def test_what_numpy_raises(line: str) -> None:
    f, args = function(line)
    kind, text = RAISES[line]
    with pytest.raises(kind):
        f(*args)
    with pytest.raises(kind, match=text):
        s2s_ad.vjp(f, *args)


REFUSED = {
    "A.flags.c_contiguous * p": "where the numbers lie in memory",
    "np.unique(A, equal_nan=False)": "equal_nan=False",
    "np.intersect1d(x, x, True, True)[0]": "assume_unique=True",
    "np.polyfit(x, x, 1, full=True)[0]": "full=True",
    "np.real_if_close(x)": "only a run shows",
    "np.nanquantile(A, p, axis=0)": "of a computed q",
    "np.trim_zeros(A)": "several axes",
    "np.ravel(A, order='K')": "that of the memory",
    "np.logaddexp.reduce(A, axis=None)": "several axes",
    "np.multiply.at(A, ([0, 1], [0, 1]), p) ;; A": "index for each of several axes",
    "np.fill_diagonal(A, p, wrap=True) ;; A": "wrap=True",
    "np.pad(x, 2, 'empty')": "np.pad with mode",
    "np.r_['0,2', x]": "with a string",
}


@pytest.mark.parametrize("line", REFUSED)
def test_refused(line: str) -> None:
    f, args = function(line)
    f(*args)
    with pytest.raises(UnsupportedError, match=REFUSED[line]) as caught:
        s2s_ad.vjp(f, *args)
    assert caught.value.span is not None and caught.value.remedy
