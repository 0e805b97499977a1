"""Sorting, searching and choosing by place: which element goes where is constant, the elements move linearly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import ANY, ONE, Array, Kind, broadcast
from s2s_ad.ops.array_helpers import put_where, running_places
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant, rule
from s2s_ad.ops.indexing import WHOLE, getitem
from s2s_ad.ops.linear import axes_of, dtype_of, shape_of
from s2s_ad.ops.reductions import averaged, reduced, restore_axes, sum
from s2s_ad.ops.shaping import ravel
from s2s_ad.ops.slopes import real_only
from s2s_ad.ops.trace import ZERO, apply, d
from s2s_ad.ops.ufuncs import where

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
AT = (("in", 0),)


def _kept(kinds: Kinds, params: Params, op: Op) -> Kind:
    if not shape_of(kinds[0]):
        raise KindError(f"{op.name} takes an array, not a number")
    return Array(dtype_of(kinds[0]), shape_of(kinds[0]))


def _places(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array("int64", _kept(kinds, params, op).shape)  # type: ignore[attr-defined]


# --- sorting ----------------------------------------------------------------------------------------------------------


def along_axis(arr: Any, indices: Any, axis: int) -> Any:
    """np.take_along_axis, with an axis."""
    return np.take_along_axis(arr, indices, axis)


def _taken_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, at = shape_of(kinds[0]), shape_of(kinds[1])
    if len(x) != len(at):
        raise KindError("np.take_along_axis takes an index with as many axes as the array has")
    axis = params.get("axis", -1) % len(x)
    return Array(dtype_of(kinds[0]), tuple(
        at[i] if i == axis else broadcast(Array("bool", (x[i],)), Array("bool", (at[i],)))[0] for i in range(len(x))
    ))  # fmt: skip


@linear(
    along_axis, name="np.take_along_axis", infer=_taken_kind, flavor="numpy",
    code=lambda p, k: f"np.take_along_axis(x, indices, axis={p['axis']})",
)  # fmt: skip
def take_along_axis(ct, x, indices, axis=-1):
    return add_along_axis(ct, x, indices, axis=axis)


@linear(
    name="add_along_axis", infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[1])),
    code=lambda p, k: f"add_along_axis(x, indices, np.shape(like), {p['axis']})",
)  # fmt: skip
def add_along_axis(ct, x, like, indices, axis=-1):
    return take_along_axis(ct, indices, axis=axis)


def along_one_axis(a: Any, axis: int = -1) -> Any:
    """np.sort along one axis."""
    return np.sort(a, axis)


def order_along_one_axis(a: Any, axis: int = -1) -> Any:
    """np.argsort in stable order."""
    return np.argsort(a, axis, kind="stable")


@rule(along_one_axis, name="np.sort", infer=_kept, flavor="numpy", cost=20, selects=True,
      code=lambda p, k: f"np.sort(x{_axis_text(p)})")  # fmt: skip
def sort(x, axis=-1, *, out):
    real_only(x)
    d[out] = ZERO if d[x] is ZERO else take_along_axis(d[x], argsort(x, axis=axis), axis=axis)


def _axis_text(params: Params) -> str:
    return "" if params.get("axis", -1) == -1 else f", axis={params['axis']}"


def _axis_if(params: Params) -> str:
    return "" if params.get("axis") is None else f", axis={params['axis']}"


argsort = piecewise_constant(
    order_along_one_axis, name="np.argsort", infer=_places, flavor="numpy", cost=20,
    code=lambda p, k: f'np.argsort(a{_axis_text(p)}, kind="stable")',
)(lambda a, axis=-1: None)  # fmt: skip

piecewise_constant(np.argpartition, infer=_places, cost=20)(lambda a, kth=0, axis=-1: None)


def _different(kinds: Kinds, params: Params, op: Op) -> Kind:
    axis, shape = params.get("axis"), list(shape_of(kinds[0]))
    if axis is not None:
        shape[axes_of(axis, len(shape))[0]] = ANY
    return Array(dtype_of(kinds[0]), (ANY,) if axis is None else tuple(shape))


@rule(np.unique, infer=_different, cost=20, selects=True)
def unique(ar, axis=None, *, out):
    real_only(ar)
    if d[ar] is ZERO:
        return
    first = apply("first_places_of", ar, axis=axis)
    if axis is None:
        d[out] = getitem(d[ar] if ar.rank == 1 else ravel(d[ar]), first, index=AT)
    else:
        d[out] = getitem(d[ar], first, index=(WHOLE,) * axes_of(axis, ar.rank)[0] + AT)


def first_places_of(ar: Any, axis: Any = None) -> Any:
    """np.unique: where each of the different values stands first."""
    return np.unique(ar, return_index=True, axis=axis)[1]


def places_among_different(ar: Any, axis: Any = None) -> Any:
    """np.unique: which of the different values each item is."""
    return np.unique(ar, return_inverse=True, axis=axis)[1]


def group_sizes(ar: Any, axis: Any = None) -> Any:
    """np.unique: how often each of the different values stands there."""
    return np.unique(ar, return_counts=True, axis=axis)[1]


def numbers_repeated(a: Any, repeats: Any) -> Any:
    """np.repeat of whole numbers, each so many times."""
    return np.repeat(a, repeats)


piecewise_constant(
    numbers_repeated, name="numbers_repeated", code="np.repeat(a, repeats)", cost=20, flavor="numpy",
    infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), (ANY,)),
)(lambda a, repeats: None)  # fmt: skip


def _belonging(kinds: Kinds, params: Params, op: Op) -> Kind:
    """Of which group each item is: in the shape that was given, or one number for each slice along an axis."""
    axis, shape = params.get("axis"), shape_of(kinds[0])
    return Array("int64", shape if axis is None else (shape[axes_of(axis, len(shape))[0]],))


for _function, _option, _kind in (
    (first_places_of, "return_index", lambda kinds, params, op: Array("int64", (ANY,))),
    (places_among_different, "return_inverse", _belonging),
    (group_sizes, "return_counts", lambda kinds, params, op: Array("int64", (ANY,))),
):
    piecewise_constant(
        _function, name=_function.__name__, cost=20, flavor="numpy", infer=_kind,
        code=lambda p, k, option=_option: f"np.unique(ar, {option}=True{_axis_if(p)})[1]",
    )(lambda ar, axis=None: None)  # fmt: skip


def places_of_running_max(a: Any, axis: int = 0) -> Any:
    """Where the largest item so far stands: the last of equal ones."""
    return running_places(a, np.maximum.accumulate(a, axis), axis)


def places_of_running_min(a: Any, axis: int = 0) -> Any:
    """Where the least item so far stands: the last of equal ones."""
    return running_places(a, np.minimum.accumulate(a, axis), axis)


for _running, _ufunc in ((places_of_running_max, "np.maximum"), (places_of_running_min, "np.minimum")):
    piecewise_constant(
        _running, name=_running.__name__, infer=_places, cost=20, flavor="numpy",
        code=lambda p, k, u=_ufunc: f"running_places(a, {u}.accumulate(a, {p['axis']}), {p['axis']})",
    )(lambda a, axis=0: None)  # fmt: skip


# --- searching --------------------------------------------------------------------------------------------------------

piecewise_constant(
    np.searchsorted, cost=20, infer=lambda kinds, params, op: Array("int64", shape_of(kinds[1])),
)(lambda a, v, side="left": None)  # fmt: skip
piecewise_constant(
    np.digitize, cost=20, infer=lambda kinds, params, op: Array("int64", shape_of(kinds[0])),
)(lambda values, bins, right=False: None)  # fmt: skip

piecewise_constant(np.isin, cost=20, infer=lambda kinds, params, op: Array("bool", shape_of(kinds[0])))(
    lambda element, test_elements, assume_unique=False, invert=False: None
)


def nonzero_places(a: Any, axis: int) -> Any:
    """One of the results of np.nonzero."""
    return np.nonzero(a)[axis]


piecewise_constant(
    nonzero_places, name="nonzero_places", cost=20, flavor="numpy", code=lambda p, k: f"np.nonzero(a)[{p['axis']}]",
    infer=lambda kinds, params, op: Array("int64", (ANY,)),
)(lambda a, axis=0: None)  # fmt: skip
piecewise_constant(np.flatnonzero, infer=lambda kinds, params, op: Array("int64", (ANY,)), cost=20)(lambda a: None)
piecewise_constant(
    np.argwhere, cost=20, infer=lambda kinds, params, op: Array("int64", (ANY, _rank_dim(kinds[0]))),
)(lambda a: None)  # fmt: skip
piecewise_constant(np.count_nonzero, infer=reduced(lambda dtype: "int64"), cost=20)(
    lambda a, axis=None, keepdims=False: None
)


def _rank_dim(kind: Kind) -> int:
    return ONE if len(shape_of(kind)) == 1 else -1


# --- quantiles --------------------------------------------------------------------------------------------------------


def _counted(x: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    """The weighted sum of the tangents; what does not count adds nothing, whatever it is."""
    return sum(where(weights != 0, d[x] * weights, 0.0), axis=axis, keepdims=keepdims)


def _along_one_axis(x: Any, axis: Any) -> None:
    real_only(x)
    if isinstance(axis, tuple):
        raise UnsupportedError("the derivative of a quantile over several axes", remedy="Flatten these axes first.")


def quantile_rule(x, axis=None, keepdims=False, *, q, method="linear", out):
    _along_one_axis(x, axis)
    weights = ZERO if d[x] is ZERO else quantile_weights(x, q=q, axis=axis, method=method)
    d[out] = ZERO if d[x] is ZERO else _counted(x, weights, axis, keepdims)


def quantile_pullback(ct, x, axis=None, keepdims=False, *, q, method="linear"):
    _along_one_axis(x, axis)
    weights = quantile_weights(x, q=q, axis=axis, method=method)
    return where(weights != 0, restore_axes(ct, x, axis, keepdims) * weights, 0.0)


@piecewise_constant(
    name="quantile_weights", infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[0])), cost=20,
    code=lambda p, k: f"quantile_weights(x, {p['q']}, {p['axis']}{_method_text(p)})", flavor="numpy",
)  # fmt: skip
def quantile_weights(x, q=0.5, axis=None, method="linear"):
    """How much each element counts."""


def _median_pullback(ct, x, axis=None, keepdims=False, *, out):
    return quantile_pullback(ct, x, axis, keepdims, q=0.5)


def middle(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """np.median along one axis or all."""
    return np.median(a, axis=axis, keepdims=keepdims)


def _median_code(params: Params, kinds: Kinds) -> str:
    axis = "" if params.get("axis") is None else f", axis={params['axis']}"
    return f"np.median(x{axis}{', keepdims=True' if params.get('keepdims') else ''})"


@rule(middle, name="np.median", infer=reduced(averaged), code=_median_code, flavor="numpy", cost=20,
      selects=True, pullback=_median_pullback)  # fmt: skip
def median(x, axis=None, keepdims=False, *, out):
    quantile_rule(x, axis, keepdims, q=0.5, out=out)


def one_quantile(a: Any, q: float, axis: Any = None, keepdims: bool = False, method: Any = "linear") -> Any:
    """np.quantile for one q, which is known when compiled."""
    return np.quantile(a, q, axis=axis, keepdims=keepdims, method=method)


def _method_text(params: Params) -> str:
    method = params.get("method", "linear")
    return "" if method == "linear" else f', method="{method}"'


def _quantile_code(params: Params, kinds: Kinds) -> str:
    axis = "" if params.get("axis") is None else f", axis={params['axis']}"
    keepdims = ", keepdims=True" if params.get("keepdims") else ""
    return f"np.quantile(x, {params['q']}{axis}{_method_text(params)}{keepdims})"


def _quantile_pullback(ct, x, q=0.5, axis=None, keepdims=False, method="linear", *, out):
    return quantile_pullback(ct, x, axis, keepdims, q=q, method=method)


@rule(one_quantile, name="np.quantile", infer=reduced(averaged), code=_quantile_code, flavor="numpy", cost=20,
      selects=True, pullback=_quantile_pullback)  # fmt: skip
def quantile(x, q=0.5, axis=None, keepdims=False, method="linear", *, out):
    quantile_rule(x, axis, keepdims, q=q, method=method, out=out)


# --- tables -----------------------------------------------------------------------------------------------------------


def _interpolated(kinds: Kinds, params: Params, op: Op) -> Kind:
    if any(len(shape_of(k)) != 1 for k in kinds[1:]):
        raise KindError("np.interp takes vectors of points and values")
    if any(dtype_of(k).startswith("complex") for k in kinds):
        raise KindError("np.interp of complex values", remedy="Interpolate their real and imaginary parts.")
    return Array("float64", shape_of(kinds[0]))


def _interp_code(params: Params, kinds: Kinds) -> str:
    ends = "".join(f", {end}={params[end]!r}" for end in ("left", "right") if params.get(end) is not None)
    return f"np.interp(x, xp, fp{ends})"


def _at(x: Any, index: Any) -> Any:
    return getitem(x, index=(index,)) if isinstance(index, int) else getitem(x, index, index=AT)


@rule(np.interp, infer=_interpolated, code=_interp_code, cost=20, selects=True)
def interp(x, xp, fp, left=None, right=None, *, out):
    real_only(x, xp, fp)
    i = interval(x, xp)
    after = i + 1
    start, end = _at(xp, i), _at(xp, after)
    t = _between((x - start) / (end - start))
    inside = (x >= _at(xp, 0)) * (x <= _at(xp, -1))
    moved = ZERO
    if d[x] is not ZERO or d[xp] is not ZERO:
        slope = (_at(fp, after) - _at(fp, i)) / (end - start)
        shift = d[x] - (ZERO if d[xp] is ZERO else (1.0 - t) * _at(d[xp], i) + t * _at(d[xp], after))
        moved = where(inside, slope * shift, 0.0)
    if d[fp] is not ZERO:
        values = (1.0 - t) * _at(d[fp], i) + t * _at(d[fp], after)
        for given, beyond in ((left, x < _at(xp, 0)), (right, x > _at(xp, -1))):
            values = values if given is None else where(beyond, 0.0, values)
        moved = moved + values
    d[out] = moved


def _between(t: Any) -> Any:
    """t, not below 0 nor above 1."""
    return where(t < 0.0, 0.0, where(t > 1.0, 1.0, t))


@piecewise_constant(
    name="interval", code='np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)', cost=20, flavor="numpy",
    infer=lambda kinds, params, op: Array("int64", shape_of(kinds[0])),
)  # fmt: skip
def interval(x, xp):
    """Between which of the increasing points each x lies."""


# --- counting ---------------------------------------------------------------------------------------------------------


def weighted_counts(x: Any, weights: Any, minlength: int) -> Any:
    """np.bincount with weights."""
    return np.bincount(x, weights, minlength)


def plain_counts(x: Any, minlength: int) -> Any:
    """np.bincount without weights."""
    return np.bincount(x, None, minlength)


declare(
    (weighted_counts,), lambda x, weights, minlength: None, name="np.bincount", flavor="numpy", cost=20, others=True,
    code="np.bincount(x, weights, minlength)", infer=lambda kinds, params, op: Array("float64", (ANY,)),
    transposes={1: lambda ct, x, weights, minlength: getitem(ct, x, index=AT)},
)  # fmt: skip
piecewise_constant(
    plain_counts, name="count_each", cost=20, flavor="numpy", code="np.bincount(x, minlength=minlength)",
    infer=lambda kinds, params, op: Array("int64", (ANY,)),
)(lambda x, minlength: None)  # fmt: skip


# --- putting in place -------------------------------------------------------------------------------------------------


@linear(
    put_where, name="put_where", code="put_where(x, mask)", flavor="numpy",
    infer=lambda kinds, params, op: Array(dtype_of(kinds[0]), shape_of(kinds[1])),
)  # fmt: skip
def _put_where(ct, x, mask):
    return getitem(ct, mask, index=AT)
