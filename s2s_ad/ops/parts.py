"""Parts of arrays, and arrays with a margin. Linear, but for the numbers in the margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Dim, Kind
from s2s_ad.ops.control import EveryInput
from s2s_ad.ops.core import Op, declare, linear, rule
from s2s_ad.ops.linear import axes_of, dtype_of, shape_of
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.trace import ZERO, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _like(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[1]))


# --- parts ------------------------------------------------------------------------------------------------------------


def one_part(ary: Any, sections: int, i: int, axis: int = 0, equal: bool = True) -> Any:
    """One of the results of np.split, or of np.array_split where the parts need not be equal."""
    return (np.split if equal else np.array_split)(ary, sections, axis)[i]


def _part_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = list(shape_of(kinds[0]))
    (axis,) = axes_of(params.get("axis", 0), len(shape))
    if params["sections"] > 1:
        if shape[axis] == ONE and params.get("equal", True):
            raise ValueError("array split does not result in an equal division")
        shape[axis] = ANY
    return Array(dtype_of(kinds[0]), tuple(shape))


def _part_code(params: Params, kinds: Kinds) -> str:
    name = "split" if params.get("equal", True) else "array_split"
    axis = f", axis={params['axis']}" if params.get("axis") else ""
    return f"np.{name}(x, {params['sections']}{axis})[{params['i']}]"


@linear(one_part, name="np.split", infer=_part_kind, code=_part_code, flavor="numpy", alias=True, cost=5)
def split_part(ct, x, sections=1, i=0, axis=0, equal=True):
    return into_part(ct, x, sections=sections, i=i, axis=axis)


@linear(
    name="into_part", infer=_like,
    code=lambda p, k: f"into_part(x, np.shape(like), {p['sections']}, {p['i']}, {p['axis']})",
)  # fmt: skip
def into_part(ct, x, like, sections=1, i=0, axis=0):
    return split_part(ct, sections=sections, i=i, axis=axis, equal=False)


# --- grids ------------------------------------------------------------------------------------------------------------


def one_grid(*xi: Any, at: int, indexing: str = "xy") -> Any:
    """One of the results of np.meshgrid, of vectors."""
    return np.meshgrid(*xi, indexing="ij" if indexing == "ij" else "xy")[at]


def _lies_along(at: int, count: int, indexing: str) -> int:
    """The axis along which a vector lies in its grid."""
    return 1 - at if indexing == "xy" and at < 2 and count > 1 else at


def _grid_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    count = len(kinds)
    along = [_lies_along(axis, count, params.get("indexing", "xy")) for axis in range(count)]
    return Array(dtype_of(kinds[params["at"]]), tuple(shape_of(kinds[k])[0] for k in along))


def _grid_code(params: Params, kinds: Kinds) -> str:
    indexing = "" if params.get("indexing", "xy") == "xy" else f", indexing={params['indexing']!r}"
    return f"np.meshgrid({{}}{indexing})[{params['at']}]"


def _grid_rule(*xi, at=0, indexing="xy", out):
    if d[xi[at]] is not ZERO:
        d[out] = grid(*xi[:at], d[xi[at]], *xi[at + 1 :], at=at, indexing=indexing)


def _along_the_others(ct: Any, i: int, *xi: Any, at: int = 0, indexing: str = "xy") -> Any:
    if i != at:
        return ZERO
    along = _lies_along(at, len(xi), indexing)
    others = tuple(axis for axis in range(len(xi)) if axis != along)
    return sum(ct, axis=others[0] if len(others) == 1 else others) if others else ct


grid = declare(
    (one_grid,), lambda *xi, at=0, indexing="xy": None, name="np.meshgrid", infer=_grid_kind, rule=_grid_rule, cost=20,
    flavor="numpy", code=_grid_code, transposes=EveryInput(_along_the_others),
)  # fmt: skip


# --- margins ----------------------------------------------------------------------------------------------------------

_LINEAR_MODES = ("constant", "edge", "reflect", "symmetric", "wrap")


def _widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    return [(int(before), int(after)) for before, after in np.broadcast_to(pad_width, (rank, 2))]


def _padded_dim(dim: Dim, before: int, after: int) -> Dim:
    return dim if not before + after else MANY if dim == ONE else ANY


def _padded(kinds: Kinds, params: Params, op: Op) -> Kind:
    if params.get("mode", "constant") not in _LINEAR_MODES:
        raise UnsupportedError(f"np.pad with mode={params['mode']!r}", remedy=f"Use one of {', '.join(_LINEAR_MODES)}.")
    shape = shape_of(kinds[0])
    widths = _widths(params["pad_width"], len(shape))
    return Array(dtype_of(kinds[0]), tuple(_padded_dim(dim, *width) for dim, width in zip(shape, widths)))


def _pad_code(params: Params, kinds: Kinds) -> str:
    mode = "" if params.get("mode", "constant") == "constant" else f', "{params["mode"]}"'
    fill = "" if _is_zero(params.get("constant_values", 0)) else f", constant_values={params['constant_values']!r}"
    return f"np.pad(x, {params['pad_width']!r}{mode}{fill})"


def _is_zero(fill: Any) -> bool:
    return not np.any(fill)


def padded(x: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = 0) -> Any:
    """np.pad in the modes that repeat what is there, or add constants."""
    fill = {"constant_values": constant_values} if mode == "constant" else {}
    return np.pad(x, pad_width, mode, **fill)


@rule(padded, name="np.pad", infer=_padded, code=_pad_code, flavor="numpy", cost=20)
def pad(x, pad_width=0, mode="constant", constant_values=0, *, out):
    d[out] = ZERO if d[x] is ZERO else _pad_linear(d[x], pad_width=pad_width, mode=mode)


@linear(name="pad_linear", infer=_padded, code=_pad_code)
def _pad_linear(ct, x, pad_width=0, mode="constant"):
    return sum_pads(ct, x, pad_width=pad_width, mode=mode)


@linear(
    name="sum_pads", infer=_like, alias=True,
    code=lambda p, k: f'sum_pads(x, np.shape(like), {p["pad_width"]!r}, "{p.get("mode", "constant")}")',
)  # fmt: skip
def sum_pads(ct, x, like, pad_width=0, mode="constant"):
    return _pad_linear(ct, pad_width=pad_width, mode=mode)
