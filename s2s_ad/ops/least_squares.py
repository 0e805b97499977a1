"""np.linalg.lstsq, result by result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import ANY, Array, Kind, result_dtype
from s2s_ad.ops.complex_parts import real_if, turned_back
from s2s_ad.ops.core import Op, piecewise_constant, rule
from s2s_ad.ops.indexing import getitem
from s2s_ad.ops.linalg import adjoint, pinv, svd_u, svd_vt
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.shaping import expand_dims
from s2s_ad.ops.trace import ZERO, apply, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
_UP_TO = (("slice", None, ("in", 0), None),)


# What stands for one of the results. They run, as NumPy's own does.


def solution(a: Any, b: Any, rcond: Any = None) -> Any:
    return np.linalg.lstsq(a, b, rcond)[0]


def leftover(a: Any, b: Any, rcond: Any = None) -> Any:
    return np.linalg.lstsq(a, b, rcond)[1]


def rank_found(a: Any, b: Any, rcond: Any = None) -> Any:
    return np.linalg.lstsq(a, b, rcond)[2]


def values_found(a: Any, b: Any, rcond: Any = None) -> Any:
    return np.linalg.lstsq(a, b, rcond)[3]


def _code(at: int) -> Callable[[Params, Kinds], str]:
    return lambda params, kinds: f"np.linalg.lstsq(a, b{_limit(params)})[{at}]"


def _limit(params: Params) -> str:
    return "" if params.get("rcond") is None else f", rcond={params['rcond']!r}"


def _dtype(kinds: Kinds) -> str:
    weak = (Array("float64" if np.dtype(dtype_of(k)).kind in "biu" else dtype_of(k), ()) for k in kinds)
    return result_dtype(tuple(weak))


def _real(dtype: str) -> str:
    return {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)


def _solution_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_dtype(kinds), (shape_of(kinds[0])[1], *shape_of(kinds[1])[1:]))


def _some(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_real(_dtype(kinds)), (ANY,))


@rule(solution, name="least_squares", code=_code(0), infer=_solution_kind, cost=20, flavor="numpy")
def least_squares(a, b, rcond=None, *, out):
    inverse = pinv(a)
    moved = inverse @ d[b]
    if d[a] is not ZERO:
        rest = adjoint(d[a]) @ (b - a @ out)
        shift = adjoint(d[a]) @ (adjoint(inverse) @ out)
        moved = moved - inverse @ (d[a] @ out) + inverse @ (adjoint(inverse) @ rest) + shift - inverse @ (a @ shift)
    d[out] = moved


@rule(leftover, name="least_squares_residues", code=_code(1), infer=_some, cost=20, flavor="numpy")
def residues(a, b, rcond=None, *, out):
    """What is left is orthogonal to what moves the solution. Where it is empty, nothing is read of its change."""
    x = least_squares(a, b, rcond=rcond)
    moved = d[b] if d[a] is ZERO else d[b] - d[a] @ x
    if moved is ZERO:
        return
    rest = b - a @ x
    total = 2.0 * real_if(rest, sum(turned_back(rest) * moved, axis=0))
    d[out] = getitem(
        total if b.rank > 1 else expand_dims(total, axis=0), apply("shape_item", out, axis=0), index=_UP_TO
    )


piecewise_constant(
    rank_found, name="least_squares_rank", code=_code(2), infer=lambda *_: Array("int32", ()), cost=20, flavor="numpy"
)(lambda a, b, rcond=None: None)  # fmt: skip


@rule(values_found, name="least_squares_values", code=_code(3), infer=_some, cost=20, flavor="numpy")
def values(a, b, rcond=None, *, out):
    if d[a] is not ZERO:
        d[out] = real_if(a, sum(turned_back(svd_u(a)) * (d[a] @ adjoint(svd_vt(a))), axis=-2))
