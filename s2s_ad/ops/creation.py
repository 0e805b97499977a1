"""New arrays, copies and conversions.

Sizes known when compiled stand in the static tuple `shape`; each None in it is taken from the next of the `sizes`.
The functions here that NumPy has not are what `ops/compositions.py` calls, where the arguments of NumPy's own come in
another order or number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Kind, is_complex
from s2s_ad.ops.core import Op, declare, linear, literal, piecewise_constant, rule
from s2s_ad.ops.indexing import index_text
from s2s_ad.ops.linear import as_number, check_kept, dim_of, dtype_of, shape_of
from s2s_ad.ops.shaping import shape_text
from s2s_ad.ops.slopes import along
from s2s_ad.ops.trace import ZERO, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
ZEROS = frozenset({"np.zeros", "np.zeros_like", "zeros_like"})  # the names of operations that make arrays of zeros


def _dtype_text(params: Params) -> str:
    return "" if params.get("dtype") is None else f", dtype={literal(params['dtype'])}"


def _dtype_name(params: Params, default: str) -> str:
    dtype = params.get("dtype")
    return default if dtype is None else np.dtype(dtype).name


# --- of a shape -------------------------------------------------------------------------------------------------------


def _new(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_dtype_name(params, "float64"), tuple(map(dim_of, params["shape"])))


def _new_code(name: str) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        text = f"np.{name}({shape_text(params['shape'], 0, bare=True)}{_dtype_text(params)})"
        return as_number(text, len(params["shape"]))

    return code


for _name in ("zeros", "ones", "empty"):
    piecewise_constant(getattr(np, _name), infer=_new, code=_new_code(_name), cost=20)(
        lambda *sizes, shape=(), dtype=None: None
    )


def filled(fill_value: Any, shape: Any, dtype: Any = None) -> Any:
    """np.full with the value first."""
    return np.full(shape, fill_value, dtype)


def _filled_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    check_kept(_dtype_name(params, dtype_of(kinds[0])), kinds[:1], op)
    return Array(_dtype_name(params, dtype_of(kinds[0])), tuple(map(dim_of, params["shape"])))


def _filled_code(params: Params, kinds: Kinds) -> str:
    text = f"np.full({shape_text(params['shape'], 1, bare=True)}, _0{_dtype_text(params)})"
    return as_number(text, len(params["shape"]))


@linear(filled, name="np.full", infer=_filled_kind, code=_filled_code, flavor="numpy", broadcasts=True)
def full(ct, fill_value, *sizes, shape=(), dtype=None):
    return ct  # summed over what was filled where every cotangent is


def matrix_with_ones(shape: tuple[int, int], k: int = 0, dtype: Any = float) -> Any:
    """np.eye with both sizes as one shape."""
    return np.eye(*shape, k, dtype)


def _eye_code(params: Params, kinds: Kinds) -> str:
    k = f", k={params['k']}" if params.get("k") else ""
    dtype = "" if params.get("dtype", float) is float else _dtype_text(params)
    return f"np.eye({shape_text(params['shape'], 0)[1:-1]}{k}{dtype})"


piecewise_constant(matrix_with_ones, name="np.eye", infer=_new, code=_eye_code, cost=20, flavor="numpy")(
    lambda *sizes, shape=(), k=0, dtype=float: None
)


# --- like another -----------------------------------------------------------------------------------------------------


def _like_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_dtype_name(params, dtype_of(kinds[0])), shape_of(kinds[0]))


def _kept_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    """The kind of an array with the numbers of the last input in it."""
    made = _like_kind(kinds, params, op)
    check_kept(dtype_of(made), kinds[-1:], op)
    return made


def _like_code(name: str) -> Any:
    return lambda params, kinds: as_number(f"np.{name}(x{_dtype_text(params)})", len(shape_of(kinds[0])))


for _name in ("zeros_like", "ones_like", "empty_like"):
    piecewise_constant(getattr(np, _name), infer=_like_kind, code=_like_code(_name), cost=20)(
        lambda x, dtype=None: None
    )


def _full_like_code(params: Params, kinds: Kinds) -> str:
    return as_number(f"np.full_like(x, fill_value{_dtype_text(params)})", len(shape_of(kinds[0])))


declare(
    (np.full_like,), lambda x, fill_value, dtype=None: None, infer=_kept_kind, code=_full_like_code,
    joint=True, others=True, broadcasts=True, cost=20,
    transposes={1: lambda ct, x, fill_value, dtype=None: ct},
)  # fmt: skip


# --- in even steps ----------------------------------------------------------------------------------------------------


def _range_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    if any(shape_of(k) or is_complex(k) for k in kinds):
        raise KindError("np.arange takes single real numbers")
    kind = np.result_type(*(dtype_of(k) for k in kinds)).name
    return Array(_dtype_name(params, "int64" if kind == "bool" else kind), (ANY,))


@rule(np.arange, infer=_range_kind, code=lambda params, kinds: f"np.arange({{}}{_dtype_text(params)})", cost=20)
def arange(*bounds, dtype=None, out):
    # start + step * (0, 1, 2, ...); where it stops moves no element
    start = d[bounds[0]] if len(bounds) > 1 else ZERO
    d[out] = start + along(bounds[2], lambda: places(out)) if len(bounds) > 2 else start


@piecewise_constant(
    name="places", code="np.arange(x.size)", infer=lambda kinds, params, op: Array("int64", shape_of(kinds[0])), cost=20
)
def places(x):
    """0, 1, 2, ... for the elements of x."""


def evenly_between(start: Any, stop: Any, shape: Any, endpoint: bool = True) -> Any:
    """np.linspace, with the number of points as a shape."""
    return np.linspace(start, stop, shape if isinstance(shape, int) else shape[0], endpoint)


def _linspace_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    if shape_of(kinds[0]) or shape_of(kinds[1]):
        raise KindError("np.linspace between arrays", remedy="Write it out: start + (stop - start) * t.")
    if any(map(is_complex, kinds[:2])):
        return Array("complex128", (dim_of(params["shape"][0]),))
    kind = np.result_type(*(k.dtype if isinstance(k, Array) else 0.0 for k in kinds[:2]), 0.0)
    return Array(kind.name if kind.kind == "f" else "float64", (dim_of(params["shape"][0]),))


def _endpoint_text(params: Params) -> str:
    return "" if params.get("endpoint", True) else ", endpoint=False"


def _linspace_code(params: Params, kinds: Kinds) -> str:
    return f"np.linspace(_0, _1, {shape_text(params['shape'], 2, bare=True)}{_endpoint_text(params)})"


@rule(evenly_between, name="np.linspace", infer=_linspace_kind, code=_linspace_code, flavor="numpy", cost=20)
def linspace(start, stop, *sizes, shape=(50,), endpoint=True, out):
    up = fractions(out, endpoint=endpoint)
    d[out] = along(start, lambda: 1.0 - up) + along(stop, lambda: up)


def _fractions_code(params: Params, dtype: str) -> str:
    as_dtype = "" if dtype == "float64" else f', dtype="{dtype}"'
    return f"np.linspace(0.0, 1.0, x.size{_endpoint_text(params)}{as_dtype})"


@piecewise_constant(
    name="fractions", cost=20, infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[0])),
    code=lambda params, kinds: _fractions_code(params, dtype_of(kinds[0])),
)  # fmt: skip
def fractions(x, endpoint=True):
    """How far along each point of a linspace lies."""


# --- grids ------------------------------------------------------------------------------------------------------------


def _grid_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array("int64", (MANY, *[ANY] * len(params["index"])))


piecewise_constant(
    name="np.mgrid", infer=_grid_kind, cost=20, flavor="numpy",
    code=lambda params, kinds: f"np.mgrid[{index_text(params['index'], tuple(f'_{k}' for k in range(len(kinds))))}]",
)(lambda *bounds, index=(): None)  # fmt: skip


# --- copies and conversions -------------------------------------------------------------------------------------------


def _copy_code(name: str) -> Any:
    return lambda params, kinds: as_number(f"np.{name}(x{_dtype_text(params)})", len(shape_of(kinds[0])))


def _converted(ct, x, dtype=None):
    return ct  # narrowed where every cotangent is


for _name in ("array", "asarray"):
    linear(getattr(np, _name), infer=_kept_kind, code=_copy_code(_name), cost=5, alias=_name != "array")(_converted)


def _with_an_axis(kinds: Kinds, params: Params, op: Op) -> Kind:
    made = _kept_kind(kinds, params, op)
    return Array(dtype_of(made), shape_of(made) or (ONE,))


linear(
    np.ascontiguousarray, infer=_with_an_axis, cost=5, alias=True,
    code=lambda params, kinds: f"np.ascontiguousarray(x{_dtype_text(params)})",
)(_converted)  # fmt: skip


@linear(np.copy, infer=_like_kind, code=_copy_code("copy"), cost=5)
def copy(ct, x):
    return ct


def _cast(name: str) -> Any:
    def infer(kinds: Kinds, params: Params, op: Op) -> Kind:
        check_kept(name, kinds, op)
        return Array(name, shape_of(kinds[0]))

    return infer


for _name in ("float64", "float32", "float16"):
    linear(getattr(np, _name), name=f"np.{_name}", infer=_cast(_name), cost=1, flavor="numpy")(lambda ct, x: ct)
for _name in ("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"):
    piecewise_constant(getattr(np, _name), name=f"np.{_name}", infer=_cast(_name), cost=1, flavor="numpy")(
        lambda x: None
    )
