"""Products of matrices and np.linalg as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.complex_linalg import (
    direction_of_determinant,
    eigenvectors_of_any,
)
from s2s_ad.ops.contractions import contraction, full_convolution, three_dimensional
from s2s_ad.ops.least_squares import leftover, rank_found, solution, values_found
from s2s_ad.ops.linalg import (
    complete_q,
    complete_r,
    eigenvectors,
    log_of_determinant,
    orthonormal_part,
    pseudoinverse,
    sign_of_determinant,
    singular_values,
    singular_vectors_left,
    singular_vectors_right,
    triangular_part,
)
from s2s_ad.ops.reductions import length_along
from s2s_ad.ops.settled import plain, refused

LEAST = -np.inf

# --- products ---------------------------------------------------------------------------------------------------------


def einsum(subscripts, *operands, optimize=False):
    return contraction(*operands, subscripts=subscripts)


def kron(a, b):
    rank = max(np.ndim(a), np.ndim(b))
    if rank == 0:
        return np.multiply(a, b)
    x = np.reshape(a, (1,) * (rank - np.ndim(a)) + np.shape(a))
    y = np.reshape(b, (1,) * (rank - np.ndim(b)) + np.shape(b))
    sizes = tuple(m * n for m, n in zip(np.shape(x), np.shape(y)))
    for axis in range(rank):
        x = np.expand_dims(x, 2 * axis + 1)
        y = np.expand_dims(y, 2 * axis)
    return np.reshape(x * y, sizes)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    if axisa != -1:
        a = np.moveaxis(a, axisa, -1)
    if axisb != -1:
        b = np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:  # of vectors in a plane NumPy makes single numbers
        raise ValueError("np.cross is differentiated for vectors of three numbers only")
    c = three_dimensional(a, b)
    return c if axisc == -1 else np.moveaxis(c, -1, axisc)


def convolve(a, v, mode="full"):
    whole = full_convolution(a, v)
    if mode == "full":
        return whole
    long, short = max(np.size(a), np.size(v)), min(np.size(a), np.size(v))
    if mode == "same":
        return whole[(short - 1) // 2 : (short - 1) // 2 + long]
    if mode == "valid":
        return whole[short - 1 : long]
    raise ValueError("mode must be one of 'valid', 'same', or 'full'")


def correlate(a, v, mode="valid"):
    if np.iscomplexobj(v):
        v = np.conj(v)
    whole = full_convolution(a, v[::-1])
    if mode == "full":
        return whole
    long, short = max(np.size(a), np.size(v)), min(np.size(a), np.size(v))
    if mode == "same":
        start = (short - 1) // 2 if np.size(a) >= np.size(v) else short // 2
        return whole[start : start + long]
    if mode == "valid":
        return whole[short - 1 : long]
    raise ValueError("mode must be one of 'valid', 'same', or 'full'")


def multi_dot(arrays):
    result = np.asarray(arrays[0])
    for x in arrays[1:]:
        result = result @ x
    return result


def matrix_power(a, n):
    a = np.asarray(a)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 0:
        return np.zeros_like(a) + np.eye(np.shape(a)[-1], dtype=a.dtype)
    if n == 3:
        return a @ a @ a  # in the order of NumPy
    result = None
    while n > 0:
        if n % 2 == 1:
            result = a if result is None else result @ a
        n = n // 2
        if n > 0:
            a = a @ a
    return result


# --- several results --------------------------------------------------------------------------------------------------


def slogdet(a):
    if np.iscomplexobj(a):
        return direction_of_determinant(a), log_of_determinant(a)
    return sign_of_determinant(a), log_of_determinant(a)


def eig(a):
    return np.linalg.eigvals(a), eigenvectors_of_any(a)


def eigh(a, UPLO="L"):
    return np.linalg.eigvalsh(a, UPLO), eigenvectors(a, UPLO=UPLO)


def qr(a, mode="reduced"):
    if mode == "r":
        return triangular_part(a)
    if mode == "complete":
        return complete_q(a), complete_r(a)
    if mode != "reduced":
        refused("np.linalg.qr with this mode", "Use mode='reduced', 'complete' or 'r'.")
    return orthonormal_part(a), triangular_part(a)


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if hermitian:
        refused("np.linalg.svd with hermitian=True", "Leave it out, or use np.linalg.eigh.")
    if not compute_uv:
        return singular_values(a)
    return (
        singular_vectors_left(a, full=full_matrices),
        singular_values(a),
        singular_vectors_right(a, full=full_matrices),
    )


def svdvals(x):
    return singular_values(x)


def lstsq(a, b, rcond=None):
    return (
        solution(a, b, rcond=rcond),
        leftover(a, b, rcond=rcond),
        rank_found(a, b, rcond=rcond),
        values_found(a, b, rcond=rcond),
    )


def pinv(a, rcond=None):
    return pseudoinverse(a, rcond=rcond)


# --- norms ------------------------------------------------------------------------------------------------------------


def norm(x, ord=None, axis=None, keepdims=False):
    ord = plain(ord)
    if axis is None and ord is None:
        return length_along(x, keepdims=keepdims)
    if axis is None and np.ndim(x) == 1:
        axis = 0
    if axis is None and np.ndim(x) == 2:
        axis = (0, 1)
    if axis is None:
        raise ValueError("Improper number of dimensions to norm.")
    if isinstance(axis, int):
        return vector_norm(x, ord, axis, keepdims)
    if len(axis) == 1:
        return vector_norm(x, ord, axis[0], keepdims)
    return matrix_norm(x, ord, axis, keepdims)


def vector_norm(x, ord, axis, keepdims):
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == LEAST:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(x != 0, axis=axis, keepdims=keepdims) * 1.0
    return length_along(x, ord=ord, axis=axis, keepdims=keepdims)


def matrix_norm(x, ord, axis, keepdims):
    if ord is None or ord == "fro":
        return length_along(x, axis=axis, keepdims=keepdims)
    moved = x if np.ndim(x) == 2 and axis == (0, 1) else np.moveaxis(x, axis, (-2, -1))
    if ord == "nuc":
        found = np.sum(singular_values(moved), axis=-1)
    elif ord == 2:
        found = np.max(singular_values(moved), axis=-1)
    elif ord == -2:
        found = np.min(singular_values(moved), axis=-1)
    elif ord == 1:
        found = np.max(np.sum(np.abs(moved), axis=-2), axis=-1)
    elif ord == -1:
        found = np.min(np.sum(np.abs(moved), axis=-2), axis=-1)
    elif ord == np.inf:
        found = np.max(np.sum(np.abs(moved), axis=-1), axis=-1)
    elif ord == LEAST:
        found = np.min(np.sum(np.abs(moved), axis=-1), axis=-1)
    else:
        raise ValueError("Invalid norm order for matrices.")
    return np.expand_dims(found, axis) if keepdims else found


def cond(x, p=None):
    if p is not None and p != 2:
        return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))
    s = singular_values(x)
    ratio = s[..., 0] / s[..., -1]
    undefined = np.isnan(ratio) & ~np.any(np.isnan(x), axis=(-2, -1))
    return np.where(undefined, np.inf, ratio)


LINALG_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    np.einsum: einsum,
    np.kron: kron,
    np.cross: cross,
    np.convolve: convolve,
    np.correlate: correlate,
    np.linalg.multi_dot: multi_dot,
    np.linalg.matrix_power: matrix_power,
    np.linalg.slogdet: slogdet,
    np.linalg.eig: eig,
    np.linalg.eigh: eigh,
    np.linalg.qr: qr,
    np.linalg.svd: svd,
    np.linalg.svdvals: svdvals,
    np.linalg.lstsq: lstsq,
    np.linalg.pinv: pinv,
    np.linalg.norm: norm,
    np.linalg.cond: cond,
    # parts of these, which are put in their place as well
    vector_norm: vector_norm,
    matrix_norm: matrix_norm,
}
