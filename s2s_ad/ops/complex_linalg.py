"""np.linalg where numbers are complex: eigenvalues and vectors of any matrix, the direction of a determinant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import Array, Kind, result_dtype
from s2s_ad.ops.complex_parts import imag, real, turned_back
from s2s_ad.ops.core import Op, piecewise_constant, rule
from s2s_ad.ops.linalg import diagonals, inv, inverse_gaps, solve, turned
from s2s_ad.ops.linear import both, dtype_of, shape_of
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.shaping import expand_dims
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


# Each vector that NumPy gives has length 1, and LAPACK turns it so that its largest component is real: what changes
# a vector along itself is fixed by that, so the derivative is that of what NumPy returns.


def eigenvectors_of_any(a: Any) -> Any:
    """The eigenvectors of np.linalg.eig."""
    vectors = np.linalg.eig(a)[1]
    return vectors.astype(np.result_type(vectors.dtype, np.complex64))


@rule(eigenvectors_of_any, name="eigenvector_matrix", infer=_square, code=_made_complex("np.linalg.eig(x)[1]"), cost=20,
      flavor="numpy")  # fmt: skip
def _vectors(x, *, out):
    if d[x] is ZERO:
        return
    change = out @ (inverse_gaps(eigvals(x)) * solve(out, d[x] @ out))
    at = _largest_real(out)
    longer = real(sum(turned_back(out) * change, axis=-2))
    turning = imag(sum(at * change, axis=-2)) / real(sum(at * out, axis=-2))
    d[out] = change - out * expand_dims(longer + 1j * turning, axis=-2)


def _marked(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(np.finfo(dtype_of(kinds[0])).dtype.name, shape_of(kinds[0]))


@piecewise_constant(name="largest_real", code="largest_real(v)", infer=_marked, cost=20, flavor="numpy")
def _largest_real(v):
    """1 at the component of each column that LAPACK has made real."""
