"""What every rule on arrays stands on: kinds of results, broadcasting and its opposite, dtypes, zeros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import ANY, DTYPES, MANY, ONE, Array, Dim, Kind, is_complex
from s2s_ad.ir.nodes import Apply
from s2s_ad.ops.core import Op, linear, piecewise_constant


def shape_of(kind: Kind) -> tuple[Dim, ...]:
    return kind.shape if isinstance(kind, Array) else ()


def dtype_of(kind: Kind) -> str:
    return kind.dtype if isinstance(kind, Array) else DTYPES.get(str(kind), str(kind))


def dim_of(length: int | None) -> Dim:
    """What a length says of its axis; None and -1 are lengths that are not known."""
    return ANY if length is None or length < 0 else ONE if length == 1 else MANY


def both(dims: Sequence[Dim]) -> Dim:
    """What is known of one length of which each of `dims` knows something."""
    return ONE if ONE in dims else MANY if MANY in dims else ANY


def total(dims: Sequence[Dim]) -> Dim:
    """What is known of the product of lengths: one that is not 1 makes the product not 1."""
    return MANY if MANY in dims else ANY if ANY in dims else ONE


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """A static `axis` parameter as non-negative axes; None is all of them."""
    if axis is None:
        return tuple(range(rank))
    axes = axis if isinstance(axis, tuple) else (axis,)
    for a in axes:
        if not -max(rank, 1) <= a < max(rank, 1):  # NumPy takes the one number of an array without axes for a line
            raise np.exceptions.AxisError(a, rank)
    return tuple(a % rank for a in axes) if rank else ()


def as_number(code: str, rank: int) -> str:
    """An array without axes becomes a number: what is added to it must not change it in place."""
    return code if rank else f"{code}[()]"


def like_second(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """The shape of the second input, the dtype of the first."""
    shape = shape_of(kinds[1])
    return Array(dtype_of(kinds[0]), shape) if shape or isinstance(kinds[0], Array) else kinds[0]


def _shaped_like(text: str) -> Any:
    return lambda params, kinds: as_number(text, len(shape_of(kinds[1])))


def _takes_dtype(kinds: tuple[Kind, ...]) -> bool:
    """Whether it is a number that takes the dtype of the array whose shape it takes, or has it."""
    if not shape_of(kinds[1]) or shape_of(kinds[0]):
        return False
    if isinstance(kinds[0], Array):
        return kinds[0].dtype == dtype_of(kinds[1])
    return is_complex(kinds[0]) <= is_complex(kinds[1])


def is_filled(stmt: Apply) -> bool:
    """Whether it broadcasts a number by making a new array of it."""
    return stmt.op.name == "broadcast_like" and _takes_dtype(tuple(a.kind for a in stmt.inputs))


def _broadcast_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    if _takes_dtype(kinds):
        return "np.full_like(like, x)"
    return as_number("np.broadcast_to(x, np.shape(like))", len(shape_of(kinds[1])))


def _broadcast_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    if _takes_dtype(kinds) and kinds[1].real:
        return kinds[1]
    return like_second(kinds, params, op)


@linear(
    name="broadcast_like",
    code=_broadcast_code,
    infer=_broadcast_kind,
    alias=True,
    broadcasts=True,
)
def broadcast_like(ct, x, like):
    return ct  # summed over what was broadcast where every cotangent is


@linear(name="unbroadcast", code="unbroadcast(x, np.shape(like))", infer=like_second)
def unbroadcast(ct, x, like):
    return broadcast_like(ct, x)


@linear(name="reshape_like", code=_shaped_like("np.reshape(x, np.shape(like))"), infer=like_second, alias=True, cost=1)
def reshape_like(ct, x, like):
    return reshape_like(ct, x)


def check_kept(dtype: str, kinds: Sequence[Kind], op: Op) -> None:
    """Refuse to make a real number of a complex one, of which NumPy would drop the imaginary part with a warning."""
    if np.dtype(dtype).kind not in "cb" and any(np.dtype(dtype_of(k)).kind == "c" for k in kinds):
        raise KindError(f"{op.name} would drop the imaginary part of a complex number", remedy="Take z.real.")


def _cast_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    check_kept(params["dtype"], kinds, op)
    return Array(params["dtype"], shape_of(kinds[0]))


def _cast(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    # a single number may be one of Python's when it runs
    return f"x.astype(np.{params['dtype']})" if shape_of(kinds[0]) else f"np.{params['dtype']}(x)"


@linear(name="astype", code=_cast, infer=_cast_kind)
def astype(ct, x, dtype=None):
    return ct  # narrowed where every cotangent is


def _zeros_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[0]))


def _zero_text(dtype: str) -> str:
    zero = {"f": "0.0", "c": "0j"}.get(np.dtype(dtype).kind, "0")
    return f"np.{dtype}({zero})"


def _zeros_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    return "np.zeros_like(x)" if shape_of(kinds[0]) else _zero_text(dtype_of(kinds[0]))


@piecewise_constant(name="zeros_like", code=_zeros_code, infer=_zeros_kind, cost=20)
def zeros_like(x): ...


# the zero of one number: unlike zeros_like it asks for no value, so none is saved for its sake
@piecewise_constant(
    name="zero_number",
    code=lambda params, kinds: _zero_text(params["dtype"]),
    infer=lambda kinds, params, op: Array(params["dtype"], ()),
    cost=1,
)
def zero_number(*, dtype="float64"): ...
