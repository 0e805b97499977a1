"""scipy.linalg, entered into the tables when the user has imported it; we never import it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ops.compositions import COMPOSITIONS
from s2s_ad.ops.core import Op, declare
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.registry import FUNCTIONS
from s2s_ad.ops.shaping import transpose
from s2s_ad.ops.trace import ZERO, apply, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]

# --- triangular systems -----------------------------------------------------------------------------------------------


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True):
    a = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        a = a - np.diag(np.diagonal(a)) + np.eye(np.shape(a)[0], dtype=a.dtype)
    if np.iscomplexobj(a) and (trans == 2 or trans == "C"):
        a = np.conj(a)
    return np.linalg.solve(a if trans == 0 or trans == "N" else a.T, b)


def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    # of the same triangle as SciPy reads
    factor = np.linalg.cholesky(a if lower else a.T)
    return factor if lower else factor.T


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    factor = np.linalg.cholesky(a if lower else a.T)
    return factor if lower else factor.T, lower


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    if np.iscomplexobj(c):
        factor = np.tril(c) if lower else np.conj(np.triu(c)).T
        return np.linalg.solve(np.conj(factor).T, np.linalg.solve(factor, b))
    factor = np.tril(c) if lower else np.triu(c).T
    return np.linalg.solve(factor.T, np.linalg.solve(factor, b))


# --- the exponential --------------------------------------------------------------------------------------------------


def _one_matrix(kinds: Kinds, params: Params, op: Op) -> Kind:
    if any(len(shape_of(k)) != 2 for k in kinds):
        raise KindError("scipy.linalg.expm of a stack of matrices", remedy="Take one matrix after the other.")
    dtype = np.result_type(*map(dtype_of, kinds)).name
    return Array("float64" if np.dtype(dtype).kind in "biu" else dtype, shape_of(kinds[0]))


def _expm(x, *, out):
    d[out] = ZERO if d[x] is ZERO else apply("expm_change", x, d[x])


def _expm_change(x, e, *, out):
    bend = ZERO if d[x] is ZERO else apply("expm_bend", x, e, d[x])
    d[out] = bend if d[e] is ZERO else bend + apply("expm_change", x, d[e])


def _expm_bend(x, e, f, *, out):
    if d[x] is not ZERO:
        raise UnsupportedError("the third derivative of scipy.linalg.expm")
    first = ZERO if d[e] is ZERO else apply("expm_bend", x, d[e], f)
    d[out] = first + (ZERO if d[f] is ZERO else apply("expm_bend", x, e, d[f]))


# the first and the second derivative of expm at x, linear and symmetric in e and f
declare(
    (), lambda x, e: None, name="expm_change", code="expm_change(x, e)", infer=_one_matrix, flavor="numpy",
    cost=20, rule=_expm_change,
    transposes={1: lambda ct, x, e: apply("expm_change", transpose(x), ct)},
)  # fmt: skip
declare(
    (), lambda x, e, f: None, name="expm_bend", code="expm_bend(x, e, f)", infer=_one_matrix, flavor="numpy",
    cost=20, rule=_expm_bend,
    transposes={
        1: lambda ct, x, e, f: apply("expm_bend", transpose(x), ct, transpose(f)),
        2: lambda ct, x, e, f: apply("expm_bend", transpose(x), ct, transpose(e)),
    },
)  # fmt: skip


def _enter_linalg() -> None:
    linalg = sys.modules["scipy.linalg"]
    declare(
        (linalg.expm,), lambda x: None, name="expm", infer=_one_matrix, flavor="numpy", cost=20, rule=_expm,
        code="expm(x)",
    )  # fmt: skip
    for program in (solve_triangular, cholesky, cho_factor, cho_solve):
        COMPOSITIONS[getattr(linalg, program.__name__)] = program


FUNCTIONS.late["scipy.linalg"] = _enter_linalg
