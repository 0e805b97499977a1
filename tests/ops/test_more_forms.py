"""Functions given lists, and those that are programs of others; one call a line, as in test_forms.py."""

from __future__ import annotations

import numpy as np
import pytest

from tests.agree import agrees
from tests.ops.lines import function, lines_of

LISTS = lines_of("""
np.dot([p, q], [q, 1.0])
np.dot([[p, q], [q, 1.0]], [q, 1.0])
np.matmul([[p, q], [q, 1.0]], [q, 1.0])
np.array([[p, q], [q, p]])
np.sum([[p, q], [q, 1.0]], axis=0)
np.mean([p, q])
np.std([p, q, 1.0])
np.cumsum([p, q, 1.0])
np.cumprod([p, q, 1.0])
np.sort([p, q, 1.0])
np.argsort([p, q, 1.0]) * p
np.partition([p, q, 1.0], 1)
np.take([p, q, 1.0], [0, 2])
np.extract([True, False, True], [p, q, 1.0])
np.compress([True, False, True], [p, q, 1.0])
np.select([[True, False], [True, True]], [[p, q], [q, 1.0]])
np.piecewise([p, q], [np.array([True, False])], [1.0, 2.0]) * p
np.atleast_1d([p, q])
np.atleast_2d([p, q])
np.atleast_3d([p, q])
np.broadcast_arrays([p, q], [[1.0], [q]])
np.dstack([[p, q], [q, 1.0]])
np.vstack([[p, q], [q, 1.0]])
np.hstack([[p, q], [q, 1.0]])
np.column_stack([[p, q], [q, 1.0]])
np.array_split([p, q, 1.0], 2)
np.rot90([[p, q], [q, 1.0]])
np.rollaxis(np.array([[p, q]]), 1)
np.append([p, q], [1.0])
np.diagflat([p, q])
np.vander([p, q], 3)
np.meshgrid([p, q], [1.0, p])
np.kron([p, q], [1.0, q])
np.cross([p, q, 1.0], [q, 1.0, p])
np.convolve([p, q], [1.0, q], "valid")
np.correlate([p, q, 1.0], [1.0, q])
np.linalg.matrix_power([[p, q], [q, 1.0]], 2)
np.linalg.multi_dot([[[p, q], [q, 1.0]], [q, 1.0]])
np.linalg.solve([[p, q], [q, 1.0]], [1.0, p])
np.linalg.inv([[p, q], [q, 1.0]])
np.linalg.det([[p, q], [q, 1.0]])
np.linalg.norm([p, q])
np.linalg.eigvalsh([[p, 0.1], [0.1, q]])
np.linalg.slogdet([[p, q], [q, 1.0]])[1]
np.linalg.qr([[p, q], [q, 1.0]])[1]
np.linalg.svd([[p, q], [q, 1.0]])[1]
np.linalg.pinv([[p, q], [q, 1.0]])
np.linalg.lstsq([[p, q], [q, 1.0], [1.0, 1.0]], [1.0, p, q], rcond=None)[0]
np.linalg.cond([[p, q], [q, 1.0]])
np.average([p, q], weights=[1.0, 2.0])
np.quantile([p, q, 1.0], 0.3)
np.percentile([p, q, 1.0], [10, 20])
np.median([p, q, 1.0])
np.cov([[p, q, 1.0], [1.0, p, q]])
np.corrcoef([[p, q, 1.0], [1.0, p, q]])
np.trapezoid([p, q, 1.0], [0.0, p, 2.0])
np.gradient([p, q, 1.0])
np.ediff1d([p, q, 1.0])
np.histogram([p, q, 1.0], bins=2, weights=[p, q, 1.0])[0]
np.bincount([0, 1, 1], weights=[p, q, 1.0])
np.nanvar([p, q, 1.0])
np.nanprod([p, q, 1.0])
np.nancumsum([p, q, 1.0])
np.nansum([p, q, 1.0])
np.clip([p, q], 0.0, 1.0)
np.inner([p, q], [1.0, q])
np.outer([p, q], [1.0, q])
np.vdot([p, q], [1.0, q])
np.tensordot([p, q], [1.0, q], 1)
np.einsum("i,i", [p, q], [1.0, q])
np.trace([[p, q], [q, 1.0]])
np.diag([p, q])
np.diagonal([[p, q], [q, 1.0]])
np.tril([[p, q], [q, 1.0]])
np.flip([p, q])
np.flipud([[p, q], [q, 1.0]])
np.fliplr([[p, q], [q, 1.0]])
np.roll([p, q, 1.0], 1)
np.tile([p, q], 2)
np.repeat([p, q], 2)
np.repeat([p, q], [1, 2])
np.pad([p, q], 1)
np.pad([p, q], 1, "mean")
np.ravel([[p, q], [q, 1.0]])
np.reshape([p, q], (2, 1))
np.transpose([[p, q], [q, 1.0]])
np.squeeze([[p, q]])
np.expand_dims([p, q], 0)
np.swapaxes([[p, q]], 0, 1)
np.moveaxis([[p, q]], 0, 1)
np.where([True, False], [p, q], [1.0, p])
np.maximum([p, q], [q, p])
np.ptp([p, q])
np.unique([p, q, 1.0])
np.interp([p, q], [0.0, 1.0, 2.0], [p, q, 1.0])
np.searchsorted([0.0, 1.0], [p, q]) * p
np.nan_to_num([p, q])
np.cumsum((p, q))
np.polyval([p, q, 1.0], x)
np.exp([p, q])
np.add([p, q], (1.0, p))
np.stack(([p, q], [q, p]))
np.argmax([p, q]) * p
np.any([p > 0, q > 3]) * p
np.zeros_like([p, q]) + p
np.full_like([p, q], p)
np.linspace([p, q], [1.0, 2.0], 3)
np.concatenate(([p, q], [1.0]))
np.max([[p, q], [1.0, p]], axis=0)
np.prod([p, q])
np.var([p, q])
""")

PROGRAMS = lines_of("""
np.polyval(x, p)
np.polyder(x)
np.polyint(x)
np.polymul(x[:3], y[:3])
np.polyadd(x[:3], y)
np.polysub(x[:3], y)
A[np.ix_([0, 1], [1, 2])]
A[np.unravel_index(np.argmax(A), A.shape)]
np.ravel_multi_index((1, 2), (3, 4)) * p
M[np.diag_indices_from(M)]
M[np.tril_indices_from(M)]
np.delete(x, 2)
np.delete(A, 1, axis=0)
np.delete(A, [0, 2], axis=1)
np.insert(x, 2, p)
np.insert(A, 1, p, axis=1)
np.insert(A, -1, y[:4], axis=0)
np.insert(x, 1, [p, q])
np.lib.stride_tricks.sliding_window_view(x, 3) * p
np.apply_along_axis(np.sum, 0, A)
np.apply_along_axis(lambda r: r * r, 1, A)
np.apply_along_axis(lambda r: r * r, 0, A)
np.cumulative_sum(x)
np.cumulative_sum(A, axis=0, include_initial=True)
np.cumulative_prod(x)
np.unwrap(x * 5)
np.hanning(5) * p
np.bartlett(5) * p
np.hamming(6) * p
np.resize(x, (2, 5))
np.resize(A, 5)
M[np.triu_indices_from(M, 1)]
A[np.tril_indices(3, 0, 4)] * A[np.triu_indices(2, 0, 3)][0]
np.unique_values(x)
np.blackman(5) * p
np.modf(x * 3)
np.ldexp(x, 2)
np.asfortranarray(A) * p
np.astype(x, np.float32)
np.matrix_transpose(A)
np.vecdot(A, C)
np.linalg.diagonal(B)
np.linalg.trace(B)
np.linalg.cross(x[:3], y[:3])
np.linalg.outer(x, y)
np.linalg.matmul(A, C.T)
np.linalg.tensordot(A, C)
np.linalg.vecdot(A, C)
np.linalg.matrix_transpose(A)
np.linalg.vector_norm(A)
np.linalg.vector_norm(A, axis=0, ord=3)
np.linalg.matrix_norm(T)
np.linalg.matrix_norm(T, ord=1)
np.linalg.tensorsolve(M, x[:3])
np.linalg.tensorinv(M, ind=1)
np.maximum(x, y, where=x > 1, out=y) ;; y
np.exp(x, where=x > 1, out=y) ;; y * x
np.log(x - 1.0, where=x > 1, out=y) ;; y
np.add(x, y, dtype=np.float32)
np.multiply(x, 2, dtype=np.float64)
np.sqrt(A, out=C, where=A > 1.0) ;; C
np.divide(x, y, out=np.zeros(6), where=y > 1)
""")

# from NumPy 2.2 on
NEWER = {"matvec": "np.matvec(B, x[:3])", "vecmat": "np.vecmat(x[:3], B)"}


@pytest.mark.parametrize("line", [*LISTS, *PROGRAMS, *(line for name, line in NEWER.items() if hasattr(np, name))])
def test_first_order(line: str) -> None:
    f, args = function(line)
    with np.errstate(all="ignore"):
        agrees(f, *args, order=1)


@pytest.mark.parametrize("line", PROGRAMS[::6])
def test_second_order(line: str) -> None:
    f, args = function(line)
    with np.errstate(all="ignore"):
        agrees(f, *args, order=2)
