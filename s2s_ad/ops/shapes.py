"""The lengths of arrays and ranges, and the bounds of slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2s_ad.ir.kinds import INT, Kind
from s2s_ad.ops.core import Op, declare, piecewise_constant


def _int(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return INT


@piecewise_constant(name="array_len", code="len(x)", cost=1, infer=_int)
def array_len(x): ...


@piecewise_constant(name="array_size", code="x.size", cost=1, infer=_int)
def array_size(x): ...


@piecewise_constant(name="shape_item", code=lambda params, kinds: f"x.shape[{params['axis']}]", cost=1, infer=_int)
def shape_item(x, axis=0): ...


@piecewise_constant(name="range_len", code="len(range(start, stop, step))", cost=1, infer=_int)
def range_len(start, stop, step): ...


def _bound_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    parts = [f"_{bound[1] + 1}" if isinstance(bound, tuple) else str(bound) for bound in params["bounds"]]
    return f"slice({', '.join(parts)}).indices(_0)[{params['which']}]"


# which of start, stop and step of the range that a slice of a list of n items walks
declare(
    (), lambda n, *at, which=0, bounds=(): None, name="slice_bound", code=_bound_code, infer=_int, zero=True, cost=1
)
