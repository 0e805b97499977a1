"""From many numbers to fewer: sums, means, extremes, products, norms. Also sums along the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import BOOL, INT, ONE, Array, Kind
from s2s_ad.ops.complex_parts import real_if, turned_back, unit
from s2s_ad.ops.core import Op, declare, linear, literal, piecewise_constant, rule
from s2s_ad.ops.linear import axes_of, broadcast_like, dtype_of, reshape_like, shape_of, total
from s2s_ad.ops.shaping import expand_dims, flip, moveaxis, ravel, squeeze
from s2s_ad.ops.slopes import nonzero, real_only
from s2s_ad.ops.trace import d
from s2s_ad.ops.ufuncs import absolute, where

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def reduced(dtype: Any) -> Callable[[Kinds, Params, Op], Kind]:
    """The kind of a reduction; `dtype` says what becomes of the dtype."""

    def infer(kinds: Kinds, params: Params, op: Op) -> Kind:
        shape = shape_of(kinds[0])
        gone = axes_of(params.get("axis"), len(shape))
        if params.get("keepdims", False):
            left = tuple(ONE if i in gone else dim for i, dim in enumerate(shape))
        else:
            left = tuple(dim for i, dim in enumerate(shape) if i not in gone)
        asked = params.get("dtype")
        return Array(dtype(dtype_of(kinds[0])) if asked is None else np.dtype(asked).name, left)

    return infer


def summed(dtype: str) -> str:
    """NumPy adds up small integers in its default one."""
    kind = np.dtype(dtype).kind
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(kind, dtype)


def averaged(dtype: str) -> str:
    return "float64" if np.dtype(dtype).kind in "biu" else dtype


def _length(dtype: str) -> str:
    return {"complex128": "float64", "complex64": "float32"}.get(dtype) or averaged(dtype)


def _kept(dtype: str) -> str:
    return dtype


def restore_axes(ct: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """What a reduction made, with the reduced axes back at length one, ready to broadcast."""
    if axis is None or keepdims or not x.rank:
        return ct
    return expand_dims(ct, axis=axis)


def _count_code(params: Params, kinds: Kinds) -> str:
    rank = len(shape_of(kinds[0]))
    axis = params.get("axis")
    if axis is None or not rank:
        return "x.size" if rank else "1"
    return " * ".join(f"x.shape[{a}]" for a in axes_of(axis, rank)) or "1"


@piecewise_constant(name="count", code=_count_code, infer=lambda kinds, params, op: INT, cost=1)
def count(x, axis=None):
    """How many elements a reduction along `axis` takes together."""


# --- sums -------------------------------------------------------------------------------------------------------------


@linear(np.sum, infer=reduced(summed))
def sum(ct, x, axis=None, keepdims=False, dtype=None):
    return broadcast_like(restore_axes(ct, x, axis, keepdims), x)


@linear(np.mean, infer=reduced(averaged))
def mean(ct, x, axis=None, keepdims=False, dtype=None):
    return broadcast_like(restore_axes(ct / count(x, axis=axis), x, axis, keepdims), x)


def _along(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    dtype = summed(dtype_of(kinds[0])) if params.get("dtype") is None else np.dtype(params["dtype"]).name
    return Array(dtype, shape if shape and params.get("axis") is not None else (total(shape),))


@linear(np.cumsum, infer=_along)
def cumsum(ct, x, axis=None, dtype=None):
    along = 0 if axis is None else axis
    back = flip(cumsum(flip(ct, axis=along), axis=along), axis=along)
    return back if x.rank == 1 or x.rank and axis is not None else reshape_like(back, x)


def weighted(slope: Callable[..., Any]) -> dict[str, Any]:
    """Rule and pullback of a reduction, given the slope of its result in each element: (x, out, **params) -> array."""

    def rule(x, axis=None, keepdims=False, *, out, **params):
        change = d[x] * slope(x, out=out, axis=axis, keepdims=keepdims, **params)
        d[out] = real_if(x, sum(change, axis=axis, keepdims=keepdims))

    def pullback(ct, x, axis=None, keepdims=False, *, out, **params):
        slopes = slope(x, out=out, axis=axis, keepdims=keepdims, **params)
        return restore_axes(ct, x, axis, keepdims) * slopes

    return {"rule": rule, "pullback": pullback}


def _var_slope(x, axis=None, ddof=0, keepdims=False, *, out):
    return turned_back(x - _center(x, axis)) * (2.0 / _freedom(x, axis, ddof))


def _std_slope(x, axis=None, ddof=0, keepdims=False, *, out):
    length = nonzero(restore_axes(out, x, axis, keepdims)) * _freedom(x, axis, ddof)
    return turned_back(x - _center(x, axis)) / length  # where all are equal the slope is 0


var = declare((np.var,), _var_slope, infer=reduced(_length), cost=20, **weighted(_var_slope))
std = declare((np.std,), _std_slope, infer=reduced(_length), cost=20, **weighted(_std_slope))


def _center(x: Any, axis: Any) -> Any:
    return mean(x, axis=axis, keepdims=True) if axis is not None else mean(x)


def _freedom(x: Any, axis: Any, ddof: Any) -> Any:
    n = count(x, axis=axis)
    return n - ddof if ddof else n


# --- extremes ---------------------------------------------------------------------------------------------------------


# An even split between equals, stated by where: nothing leaks from those that were not taken.


def extreme(x, axis=None, keepdims=False, *, out):
    best, ties = _best(x, axis, keepdims, out)
    d[out] = sum(where(best, d[x], 0.0), axis=axis, keepdims=keepdims) / ties


def extreme_pullback(ct, x, axis=None, keepdims=False, *, out):
    best, ties = _best(x, axis, keepdims, out)
    return where(best, restore_axes(ct / ties, x, axis, keepdims), 0.0)


def _best(x: Any, axis: Any, keepdims: bool, out: Any) -> tuple[Any, Any]:
    """Which elements are the extreme, and how many of them there are."""
    real_only(x)
    best = x == restore_axes(out, x, axis, keepdims)
    return best, sum(best, axis=axis, keepdims=keepdims)


_EXTREMES: dict[str, tuple[Any, ...]] = {"np.max": (np.max, np.amax), "np.min": (np.min, np.amin)}
max, min = (
    declare(
        functions, extreme, name=name, infer=reduced(_kept), flavor="numpy", cost=20, selects=True,
        rule=extreme, pullback=extreme_pullback,
    )
    for name, functions in _EXTREMES.items()
)  # fmt: skip


# --- products ---------------------------------------------------------------------------------------------------------


@rule(np.prod, infer=reduced(summed), cost=20)
def prod(x, axis=None, keepdims=False, *, out):
    if not x.rank:
        d[out] = d[x]
        return
    if axis is None and x.rank == 1 or axis is not None and not isinstance(axis, tuple):
        change = _product_change(x, d[x], 0 if axis is None else axis)
        d[out] = expand_dims(change, axis=0 if axis is None else axis) if keepdims else change
    elif axis is None:
        change = _product_change(ravel(x), ravel(d[x]), 0)
        d[out] = reshape_like(change, out) if keepdims else change
    else:
        items, change = x, d[x]
        for one in axes_of(axis, x.rank):
            change = expand_dims(_product_change(items, change, one), axis=one)
            items = prod(items, axis=one, keepdims=True)
        d[out] = change if keepdims else squeeze(change, axis=axis)


def _product_change(x: Any, change: Any, axis: int) -> Any:
    """How the product along one axis changes; without dividing by the factors, so exact also where some are 0."""
    if axis % x.rank != x.rank - 1:
        x, change = (moveaxis(v, source=axis, destination=-1) for v in (x, change))
    return sum(change * products_without(x), axis=-1 if x.rank > 1 else None)


def _without_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    (x,) = kinds
    shape = shape_of(x)
    return Array(dtype_of(x), (*shape, *[shape[-1]] * (params.get("m", 1) - 1)))


@rule(
    name="products_without", code=lambda params, kinds: f"products_without(x, {params.get('m', 1)})",
    infer=_without_kind, cost=20,
)  # fmt: skip
def products_without(x, m=1, *, out):
    changes = expand_dims(d[x], axis=tuple(range(x.rank - 1, x.rank - 1 + m)))
    d[out] = sum(changes * products_without(x, m=m + 1), axis=-1)


# --- norms ------------------------------------------------------------------------------------------------------------


def _norm_code(params: Params, kinds: Kinds) -> str:
    given = [f"{k}={literal(params[k])}" for k in ("ord", "axis") if params.get(k) is not None]
    keepdims = ["keepdims=True"] if params.get("keepdims") else []
    return f"np.linalg.norm({', '.join(['x', *given, *keepdims])})"


def length_along(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm of vectors, and the Frobenius norm of matrices."""
    return np.linalg.norm(x, ord, axis, keepdims)


def _norm_slope(x, ord=None, axis=None, keepdims=False, *, out):
    along_one = isinstance(axis, int) or x.rank == 1
    length = restore_axes(out, x, axis, keepdims)
    if ord is None or ord == 2 and along_one or ord == "fro" and not along_one:
        return turned_back(x) / nonzero(length)  # at 0 the slope is 0
    if ord == 1 and along_one:
        return unit(x)
    if isinstance(ord, (int, float)) and along_one and np.isfinite(ord) and ord != 0:
        return unit(x) * (absolute(x) / nonzero(length)) ** (ord - 1)
    raise UnsupportedError(
        f"the derivative of np.linalg.norm with ord={ord!r}",
        remedy="Write it out, for example with np.sum or np.max.",
    )


norm = declare(
    (length_along,), _norm_slope, name="np.linalg.norm", code=_norm_code, infer=reduced(_length), flavor="numpy",
    cost=20, **weighted(_norm_slope),
)  # fmt: skip


# --- answers without a derivative -------------------------------------------------------------------------------------


def _to(dtype: str) -> Any:
    return reduced(lambda _: dtype)


piecewise_constant(np.argmax, infer=_to("int64"), cost=20)(lambda x, axis=None, keepdims=False: None)
piecewise_constant(np.argmin, infer=_to("int64"), cost=20)(lambda x, axis=None, keepdims=False: None)
piecewise_constant(np.any, infer=_to("bool"), cost=20)(lambda x, axis=None, keepdims=False: None)
piecewise_constant(np.all, infer=_to("bool"), cost=20)(lambda x, axis=None, keepdims=False: None)
piecewise_constant(np.allclose, infer=lambda kinds, params, op: BOOL, cost=20)(
    lambda x, y, rtol=1e-05, atol=1e-08, equal_nan=False: None
)
piecewise_constant(np.array_equal, infer=lambda kinds, params, op: BOOL, cost=20)(lambda x, y: None)
