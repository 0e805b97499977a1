"""np.linalg where numbers are complex: eigenvalues of any matrix, and the direction of a complex determinant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import Array, Kind, result_dtype
from s2s_ad.ops.complex_parts import imag
from s2s_ad.ops.core import Op, declare, rule
from s2s_ad.ops.linalg import diagonals, inv, inverse_gaps, solve, turned
from s2s_ad.ops.linear import both, dtype_of, shape_of
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.trace import ZERO, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def direction_of_determinant(a: Any) -> Any:
    """The determinant over its absolute value."""
    return np.linalg.slogdet(a)[0]


def _lead(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[0])[:-2])


@rule(direction_of_determinant, name="slogdet_direction", code="np.linalg.slogdet(x)[0]", infer=_lead, cost=20,
      flavor="numpy")  # fmt: skip
def _direction(x, *, out):
    d[out] = ZERO if d[x] is ZERO else 1j * out * imag(sum(turned(inv(x)) * d[x], axis=(-2, -1)))


# --- eigenvalues of a matrix that need not be symmetric ---------------------------------------------------------------
# Those of a real matrix are complex here, also where all of them happen to be real and NumPy gives real ones: which of
# the two it is is known only when it runs.


def _complex_of(kind: Kind) -> str:
    return result_dtype((Array(dtype_of(kind), ()), Array("complex64", ())))


def _square(kinds: Kinds, params: Params, op: Op) -> Array:
    shape = shape_of(kinds[0])
    if len(shape) < 2:
        raise KindError(f"{op.name} takes a matrix, not {kinds[0]}")
    return Array(_complex_of(kinds[0]), (*shape[:-2], both(shape[-2:]), both(shape[-2:])))


def _values(kinds: Kinds, params: Params, op: Op) -> Kind:
    made = _square(kinds, params, op)
    return Array(made.dtype, made.shape[:-1])


def _made_complex(text: str) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        cast = "" if dtype_of(kinds[0]).startswith("complex") else f".astype(np.{_complex_of(kinds[0])})"
        return text + cast

    return code


@rule(np.linalg.eigvals, infer=_values, code=_made_complex("np.linalg.eigvals(x)"), cost=20)
def eigvals(x, *, out):
    if d[x] is not ZERO:
        vectors = _vectors(x)
        d[out] = diagonals(solve(vectors, d[x] @ vectors))


@rule(name="eigenvector_matrix", infer=_square, code=_made_complex("np.linalg.eig(x)[1]"), cost=20, flavor="numpy")
def _vectors(x, *, out):
    # up to a factor for each vector, of which no eigenvalue and no derivative of one depends
    if d[x] is not ZERO:
        d[out] = out @ (inverse_gaps(eigvals(x)) * solve(out, d[x] @ out))


# --- vectors ----------------------------------------------------------------------------------------------------------
# Those that a user is given are scaled and turned by a complex factor of LAPACK's choice: they have no derivative.


def eigenvectors_of_any(a: Any) -> Any:
    """The eigenvectors of np.linalg.eig."""
    vectors = np.linalg.eig(a)[1]
    return vectors.astype(np.result_type(vectors.dtype, np.complex64))


def eigenvectors_of_hermitian(a: Any, UPLO: Any = "L") -> Any:
    """The eigenvectors of np.linalg.eigh."""
    return np.linalg.eigh(a, UPLO)[1]


def singular_left(a: Any, full: bool = False) -> Any:
    """The left singular vectors of np.linalg.svd."""
    return np.linalg.svd(a, full_matrices=full)[0]


def singular_right(a: Any, full: bool = False) -> Any:
    """The right singular vectors of np.linalg.svd, conjugated."""
    return np.linalg.svd(a, full_matrices=full)[2]


def _without_rule(function: Any, name: str, op: Op, shape_of_call: Any) -> None:
    declare((function,), shape_of_call, name=name, infer=op.infer, code=op.code, cost=20, flavor="numpy")


_without_rule(eigenvectors_of_any, "np.linalg.eig (vectors)", OPS["eigenvector_matrix"], lambda x: None)
_without_rule(
    eigenvectors_of_hermitian, "np.linalg.eigh (complex vectors)", OPS["eigh_vectors"], lambda x, UPLO="L": None
)
_without_rule(singular_left, "np.linalg.svd (complex vectors, left)", OPS["svd_u"], lambda x, full=False: None)
_without_rule(singular_right, "np.linalg.svd (complex vectors, right)", OPS["svd_vt"], lambda x, full=False: None)
