"""np.linalg: systems, determinants and factorisations, of matrices and of stacks of them.

Functions with several results are one operation for each: `np.linalg.qr` is `qr_q` and `qr_r`. A function of symmetric
matrices is differentiated as if its argument were (x + x.T) / 2, whichever triangle it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Kind, broadcast, is_complex, result_dtype
from s2s_ad.ops.complex_parts import imag, real_if, turned_back
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant, rule
from s2s_ad.ops.indexing import WHOLE, index_add
from s2s_ad.ops.linear import both, dtype_of, shape_of, zeros_like
from s2s_ad.ops.products import diagonal
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.shaping import expand_dims, squeeze, swapaxes, transpose, tril, triu
from s2s_ad.ops.slopes import real_only
from s2s_ad.ops.trace import ZERO, apply, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
Infer = Callable[[Kinds, Params, Op], Kind]


def turned(x: Any) -> Any:
    """The transposed matrix, or each of a stack transposed."""
    return transpose(x) if x.rank == 2 else swapaxes(x, axis1=-1, axis2=-2)


def adjoint(x: Any) -> Any:
    """The transposed and conjugated matrix, or each of a stack."""
    return turned(turned_back(x))


def symmetric(x: Any) -> Any:
    return 0.5 * (x + adjoint(x))


def _floating(dtype: str) -> str:
    return "float64" if np.dtype(dtype).kind in "biu" else dtype


def _matrix(kinds: Kinds, op: Op) -> tuple[int, ...]:
    shape = shape_of(kinds[0])
    if len(shape) < 2:
        raise KindError(f"{op.name} takes a matrix, not {kinds[0]}")
    return shape


def _same(kinds: Kinds, params: Params, op: Op) -> Kind:
    *lead, m, n = _matrix(kinds, op)
    dtype = np.result_type(*map(dtype_of, kinds)).name
    return Array(_floating(dtype), (*lead, both((m, n)), both((m, n))))


def _as_lengths(kind: Array) -> Array:
    """The kind of the absolute values."""
    return Array({"complex128": "float64", "complex64": "float32"}.get(kind.dtype, kind.dtype), kind.shape)


def _lead(kinds: Kinds, params: Params, op: Op) -> Array:
    return Array(_floating(dtype_of(kinds[0])), _matrix(kinds, op)[:-2])


def _turned_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    *lead, m, n = _matrix(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, n, m))


# --- what stands for one of several results ---------------------------------------------------------------------------
# They run, as NumPy's own do, and are the functions that `ops/linalg_compositions.py` calls.


def pseudoinverse(a: Any, rcond: Any = None) -> Any:
    return np.linalg.pinv(a, rcond)


def sign_of_determinant(a: Any) -> Any:
    return np.linalg.slogdet(a)[0]


def log_of_determinant(a: Any) -> Any:
    return np.linalg.slogdet(a)[1]


def eigenvectors(a: Any, UPLO: Any = "L") -> Any:
    return np.linalg.eigh(a, UPLO)[1]


def orthonormal_part(a: Any) -> Any:
    return np.linalg.qr(a)[0]


def triangular_part(a: Any) -> Any:
    return np.linalg.qr(a, mode="r")


def singular_values(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def singular_vectors_left(a: Any, full: bool = False) -> Any:
    return np.linalg.svd(a, full_matrices=full)[0]


def singular_vectors_right(a: Any, full: bool = False) -> Any:
    return np.linalg.svd(a, full_matrices=full)[2]


# --- systems ----------------------------------------------------------------------------------------------------------


def _solved(kinds: Kinds, params: Params, op: Op) -> Kind:
    a, b = _matrix(kinds, op), shape_of(kinds[1])
    if not b:
        raise KindError("np.linalg.solve takes a vector or matrix on the right, not a number")
    if len(b) == 1:  # NumPy takes one vector for each of the matrices only where it has one axis
        shape = (*a[:-2], both((a[-1], b[0])))
    else:
        shape = (*broadcast(Array("bool", a[:-2]), Array("bool", b[:-2])), both((a[-1], b[-2])), b[-1])
    dtype = result_dtype(tuple(Array(_floating(dtype_of(k)), ()) for k in kinds))
    return Array(dtype, shape)


def _applied(x: Any, v: Any, vector: bool) -> Any:
    """x @ v, where v holds one vector for each matrix of a stack, or matrices."""
    if vector and v.rank > 1:
        return squeeze(x @ expand_dims(v, axis=-1), axis=-1)
    return x @ v


def _solve(a: Any, v: Any, vector: bool) -> Any:
    """np.linalg.solve, which takes v for matrices where it has more than one axis."""
    if v is not ZERO and vector and v.rank > 1:
        return squeeze(solve(a, expand_dims(v, axis=-1)), axis=-1)
    return solve(a, v)


def _solve_rule(a, b, *, out):
    moved = d[b] if d[a] is ZERO else d[b] - _applied(d[a], out, b.rank == 1)
    d[out] = _solve(a, moved, b.rank == 1)


def _solve_pullback(ct, a, b, *, out):
    back = _solve(turned(a), ct, b.rank == 1)
    if b.rank == 1:
        return -(expand_dims(back, axis=-1) * expand_dims(out, axis=-2)), back
    return -(back @ turned(out)), back


solve = declare(
    (np.linalg.solve,), lambda a, b: None, infer=_solved, cost=20, rule=_solve_rule, pullback=_solve_pullback,
    transposes={1: lambda ct, a, b: _solve(turned(a), ct, b.rank == 1)}, broadcasts=True,
)  # fmt: skip


@rule(np.linalg.inv, infer=_same, cost=20)
def inv(x, *, out):
    d[out] = -(out @ d[x] @ out)


@rule(pseudoinverse, name="pinv", code=lambda p, k: f"np.linalg.pinv(x{_given(p, 'rcond')})", infer=_turned_kind,
      cost=20, flavor="numpy")  # fmt: skip
def pinv(x, rcond=None, *, out):
    if d[x] is ZERO:
        return
    # Golub and Pereyra, 1973, for matrices whose rank does not change
    inner, outer = adjoint(d[x]), out @ adjoint(out)
    above, below = outer @ inner, inner @ (adjoint(out) @ out)
    d[out] = above - above @ x @ out + below - out @ (x @ below) - out @ d[x] @ out


def _given(params: Params, *names: str) -> str:
    return "".join(f", {name}={params[name]!r}" for name in names if params.get(name) is not None)


def _rank_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array("int64", _matrix(kinds, op)[:-2])


piecewise_constant(np.linalg.matrix_rank, infer=_rank_kind, cost=20)(lambda A: None)


# --- determinants -----------------------------------------------------------------------------------------------------


def _entries(ct: Any) -> Any:
    """One number for each matrix of a stack, ready to be multiplied with the matrices."""
    return expand_dims(ct, axis=(-2, -1)) if ct.rank else ct


def _det_pullback(ct, x, *, out):
    return _entries(ct) * cofactors(x)


@rule(np.linalg.det, infer=_lead, cost=20, pullback=_det_pullback)
def det(x, *, out):
    d[out] = sum(cofactors(x) * d[x], axis=(-2, -1))


def _cofactors_code(params: Params, kinds: Kinds) -> str:
    return "complex_cofactors(x)" if is_complex(kinds[0]) else "cofactors(x)"


@rule(name="cofactors", infer=_same, cost=20, flavor="numpy", code=_cofactors_code)
def cofactors(x, *, out):
    if d[x] is not ZERO and is_complex(x.kind):  # where it is not singular
        inverse = turned(inv(x))
        d[out] = _entries(sum(inverse * d[x], axis=(-2, -1))) * out - inverse @ turned(d[x]) @ out
    else:
        d[out] = cofactors_change(x, d[x])


def _change_rule(x, e, *, out):
    if d[x] is not ZERO:
        raise UnsupportedError(
            "the third derivative of np.linalg.det", remedy="Take np.linalg.slogdet, if the matrix is not singular."
        )
    d[out] = cofactors_change(x, d[e])


# how the cofactors of x change along e: a symmetric function of e, also where x is singular
cofactors_change = declare(
    (), lambda x, e: None, name="cofactors_change", code="cofactors_change(x, e)", infer=_same, flavor="numpy", cost=20,
    rule=_change_rule, transposes={1: lambda ct, x, e: cofactors_change(x, ct)},
)  # fmt: skip


piecewise_constant(
    sign_of_determinant, name="slogdet_sign", code="np.linalg.slogdet(a)[0]", infer=_lead, cost=20, flavor="numpy"
)(lambda a: None)  # fmt: skip


def _log_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return _as_lengths(_lead(kinds, params, op))


def _log_pullback(ct, x, *, out):
    return _entries(ct) * turned(inv(x))


@rule(log_of_determinant, name="slogdet_log", code="np.linalg.slogdet(x)[1]", infer=_log_kind, cost=20, flavor="numpy",
      pullback=_log_pullback)  # fmt: skip
def slogdet_log(x, *, out):
    d[out] = real_if(x, sum(turned(inv(x)) * d[x], axis=(-2, -1)))


# --- factorisations ---------------------------------------------------------------------------------------------------


@rule(np.linalg.cholesky, infer=_same, cost=20)
def cholesky(x, upper=False, *, out):
    lower = adjoint(out) if upper else out
    inner = solve(lower, adjoint(solve(lower, symmetric(d[x])))) if d[x] is not ZERO else ZERO
    change = ZERO if inner is ZERO else lower @ (0.5 * (tril(inner) + tril(inner, k=-1)))
    d[out] = adjoint(change) if upper and change is not ZERO else change


def _rows(kinds: Kinds, params: Params, op: Op) -> Kind:
    return _as_lengths(Array(_floating(dtype_of(kinds[0])), _matrix(kinds, op)[:-1]))


def _by_triangle(text: str) -> Any:
    return lambda params, kinds: text.format("" if params.get("UPLO", "L") == "L" else f", UPLO={params['UPLO']!r}")


@rule(np.linalg.eigvalsh, infer=_rows, code=_by_triangle("np.linalg.eigvalsh(x{})"), cost=20)
def eigvalsh(x, UPLO="L", *, out):
    vectors = eigh_vectors(x, UPLO=UPLO)
    d[out] = ZERO if d[x] is ZERO else real_if(x, sum(turned_back(vectors) * (symmetric(d[x]) @ vectors), axis=-2))


@rule(
    eigenvectors, name="eigh_vectors", infer=_same, code=_by_triangle("np.linalg.eigh(x{})[1]"), cost=20, flavor="numpy"
)
def eigh_vectors(x, UPLO="L", *, out):
    if d[x] is ZERO:
        return
    turning = inverse_gaps(eigvalsh(x, UPLO=UPLO)) * (adjoint(out) @ symmetric(d[x]) @ out)
    d[out] = out @ turning


def _square(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    return Array(dtype_of(kinds[0]), (*shape, shape[-1]))


@rule(name="inverse_gaps", infer=_square, cost=20, flavor="numpy")
def inverse_gaps(w, *, out):
    """1 / (w[j] - w[i]), 0 on the diagonal, NaN where two are equal."""
    d[out] = ZERO if d[w] is ZERO else out * out * (expand_dims(d[w], axis=-1) - expand_dims(d[w], axis=-2))


@linear(name="diagonal_matrix", code="x[..., None] * np.eye(x.shape[-1], dtype=x.dtype)", infer=_square)
def diagonal_matrix(ct, x):
    return diagonals(ct)


def diagonals(x: Any) -> Any:
    return diagonal(x) if x.rank == 2 else diagonal(x, axis1=-2, axis2=-1)


def _economy(kinds: Kinds, op: Op) -> tuple[tuple[int, ...], int, int, int]:
    """The axes before the last two, these two, and the smaller of both."""
    *lead, m, n = _matrix(kinds, op)
    return tuple(lead), m, n, ONE if ONE in (m, n) else MANY if m == n == MANY else ANY


def _q_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, m, _, k = _economy(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, m, k))


def _r_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, _, n, k = _economy(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, k, n))


def _qr_parts(x: Any, q: Any, r: Any) -> tuple[Any, Any]:
    """dx @ inv(r), and q.T @ dq + dr @ inv(r), which is upper triangular but for what turns q."""
    real_only(x)
    moved = turned(solve(turned(r), turned(d[x])))  # a matrix with more columns than rows raises an exception here
    inner = turned(q) @ moved
    return moved, triu(inner) + turned(tril(inner, k=-1))


@rule(orthonormal_part, name="qr_q", code="np.linalg.qr(x)[0]", infer=_q_kind, cost=20, flavor="numpy")
def qr_q(x, *, out):
    if d[x] is not ZERO:
        moved, upper = _qr_parts(x, out, qr_r(x))
        d[out] = moved - out @ upper


@rule(triangular_part, name="qr_r", code='np.linalg.qr(x, mode="r")', infer=_r_kind, cost=20, flavor="numpy")
def qr_r(x, *, out):
    if d[x] is not ZERO:
        _, upper = _qr_parts(x, qr_q(x), out)
        d[out] = upper @ out


def complete_q(a: Any) -> Any:
    return np.linalg.qr(a, mode="complete")[0]


def complete_r(a: Any) -> Any:
    return np.linalg.qr(a, mode="complete")[1]


def _complete_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, m, n, _ = _economy(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, m, m if op.name == "qr_complete_q" else n))


# some of its columns are NumPy's choice
declare((complete_q,), lambda x: None, name="qr_complete_q", code='np.linalg.qr(x, mode="complete")[0]', cost=20,
        infer=_complete_kind, flavor="numpy")  # fmt: skip


@rule(complete_r, name="qr_complete_r", code='np.linalg.qr(x, mode="complete")[1]', infer=_complete_kind, cost=20,
      flavor="numpy")  # fmt: skip
def _complete_r(x, *, out):
    if d[x] is not ZERO:  # below R there are rows of zeros
        thin = qr_r(x)
        change = _qr_parts(x, qr_q(x), thin)[1] @ thin
        rows = apply("shape_item", thin, axis=thin.rank - 2)
        d[out] = index_add(zeros_like(out), change, rows, index=(Ellipsis, ("slice", None, ("in", 0), None), WHOLE))


def _singular_values_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, _, _, k = _economy(kinds, op)
    return _as_lengths(Array(_floating(dtype_of(kinds[0])), (*lead, k)))


@rule(
    singular_values,
    name="svd_s",
    code="np.linalg.svd(x, compute_uv=False)",
    infer=_singular_values_kind,
    cost=20,
    flavor="numpy",
)
def svd_s(x, *, out):
    if d[x] is not ZERO:
        d[out] = real_if(x, sum(turned_back(svd_u(x)) * (d[x] @ adjoint(svd_vt(x))), axis=-2))


def _svd_code(i: int) -> Any:
    return lambda params, kinds: f"np.linalg.svd(x{'' if params.get('full') else ', full_matrices=False'})[{i}]"


def _u_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, m, _, k = _economy(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, m, m if params.get("full") else k))


def _vt_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    lead, _, n, k = _economy(kinds, op)
    return Array(_floating(dtype_of(kinds[0])), (*lead, n if params.get("full") else k, n))


def _turning(change: Any, s: Any, u: Any, v: Any, phase: bool) -> Any:
    """The tangent of u in u @ diag(s) @ adjoint(v), which moves by `change`; `phase`: u takes what turns both."""
    inner = adjoint(u) @ change @ v
    row = expand_dims(s, axis=-2)
    moved = change @ v / row
    around = inverse_gaps(s * s) * (inner * row + adjoint(inner * row))
    if phase and is_complex(u.kind):
        around = around + diagonal_matrix(1j * imag(diagonals(inner)) / s)
    return u @ around + moved - u @ (adjoint(u) @ moved)


def _square_only(full: bool) -> None:
    if full:
        raise UnsupportedError(
            "the derivative of the singular vectors with full_matrices=True", remedy="Say full_matrices=False."
        )


@rule(singular_vectors_left, name="svd_u", code=_svd_code(0), infer=_u_kind, cost=20, flavor="numpy")
def svd_u(x, full=False, *, out):
    _square_only(full)
    if d[x] is not ZERO:
        d[out] = _turning(d[x], svd_s(x), out, adjoint(svd_vt(x)), True)


@rule(singular_vectors_right, name="svd_vt", code=_svd_code(2), infer=_vt_kind, cost=20, flavor="numpy")
def svd_vt(x, full=False, *, out):
    _square_only(full)
    if d[x] is not ZERO:
        d[out] = adjoint(_turning(adjoint(d[x]), svd_s(x), adjoint(out), svd_u(x), False))
