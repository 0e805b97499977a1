"""Jacobians from their columns and rows: unit directions, and many derivatives as one array.

`y` and `x` lend the shapes of the output and of the input; a block has the shape of y and then that of x.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2s_ad.ir.kinds import FLOAT, INT, MANY, Array, Kind, List
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.trace import apply

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
CHUNK = 64  # so many directions at once: what is computed for them stays near the processor

# a direction of zeros with a one in it; neither varies with anything
unit = declare(
    (), lambda x, i: None, name="unit", infer=lambda kinds, params, op: kinds[0], cost=1, store=True, zero=True,
    code=lambda params, kinds: "x[i] = 1.0" if len(shape_of(kinds[0])) == 1 else "x.flat[i] = 1.0",
)  # fmt: skip


def _unit_rows_code(params: Params, kinds: Kinds) -> str:
    if len(shape_of(kinds[0])) > 1:
        return f"unit_directions(x, start, {CHUNK})"
    dtype = "" if dtype_of(kinds[0]) == "float64" else f", dtype=np.{dtype_of(kinds[0])}"
    return f"np.eye(min({CHUNK}, x.size - start), x.size, start{dtype})"


def _lifted(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), (MANY, *shape_of(kinds[0])))


@piecewise_constant(name="unit_rows", infer=_lifted, code=_unit_rows_code, cost=20)
def unit_rows(x, start):
    """Some of the unit directions, one after the other, from number `start` on."""


@piecewise_constant(name="at_least_one", infer=lambda kinds, params, op: INT, code="max(n, 1)", cost=1)
def at_least_one(n):
    """Also of no directions there is one array."""


def _spread_code(params: Params, kinds: Kinds) -> str:
    return "np.broadcast_to(x, (len(seed), *np.shape(x)))" if shape_of(kinds[0]) else "np.full(len(seed), x)"


@linear(name="spread", infer=_lifted, code=_spread_code, alias=True)
def spread(ct, x, seed):
    """The same for every direction."""
    return apply("np.sum", ct, axis=0)


@piecewise_constant(
    name="zero_rows", infer=_lifted, cost=20,
    code=lambda params, kinds: f"np.zeros((len(seed), {_axes('x', kinds[0])}){_dtype_text(kinds[0])})",
)  # fmt: skip
def zero_rows(x, seed):
    """A zero like x for every direction."""


def _dtype_text(kind: Kind) -> str:
    return "" if dtype_of(kind) == "float64" else f", np.{dtype_of(kind)}"


def _item(kind: Kind) -> Kind:
    if isinstance(kind, List):
        return kind.item
    return Array(dtype_of(kind), shape_of(kind)[1:])


def _block(kinds: Kinds, params: Params, op: Op) -> Kind:
    many, y, x = kinds
    return Array(dtype_of(_item(many)), (*shape_of(y), *shape_of(x)))


def _axes(name: str, kind: Kind) -> str:
    """The lengths of an array as they stand in a tuple: "x.size" if it has one axis."""
    return f"{name}.size" if len(shape_of(kind)) == 1 else f"*np.shape({name})"


def _both(kinds: Kinds) -> str:
    parts = [_axes(name, kind) for name, kind in zip("yx", kinds[1:]) if shape_of(kind)]
    return parts[0][1:] if len(parts) == 1 and parts[0][0] == "*" else f"({', '.join(parts)})"


def _many_text(params: Params, kinds: Kinds) -> str:
    if params.get("wide"):
        return "np.concatenate(many)"
    dtype = dtype_of(_item(kinds[0]))
    # an empty list says nothing of its dtype
    return "many" if dtype == "float64" else f"np.array(many, dtype=np.{dtype})"


def _rows_code(params: Params, kinds: Kinds) -> str:
    if params.get("wide") and len(shape_of(kinds[1])) == 1:
        return _many_text(params, kinds)
    return f"np.reshape({_many_text(params, kinds)}, {_both(kinds)})"


def _columns_code(params: Params, kinds: Kinds) -> str:
    y, x = len(shape_of(kinds[1])), len(shape_of(kinds[2]))
    turned = _many_text(params, kinds)
    if not y:
        return turned if params.get("wide") and x == 1 else f"np.reshape({turned}, {_both(kinds)})"
    if not params.get("wide"):
        turned = f"np.reshape({turned}, (x.size, {_axes('y', kinds[1])}))"
    turned = f"{turned}.T" if y == 1 else f"np.moveaxis({turned}, 0, -1)"
    return turned if x == 1 else f"{turned}.reshape(*np.shape(y), *np.shape(x))"


def _many(kinds: Kinds, params: Params, op: Op) -> Kind:
    return params["kind"]  # type: ignore[no-any-return]


def _apart_code(turned: str, along: str) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        if params.get("wide"):
            return f"np.split({turned}, range({CHUNK}, np.size({along}), {CHUNK}))"
        return f"list({turned})"

    return code


# `wide`: the derivatives come in arrays of several, one after the other
@linear(name="rows", infer=_block, code=_rows_code)
def rows(ct, many, y, x, wide=False):
    """One derivative for each element of y, of the shape of x, as a block."""
    return rows_apart(ct, y, x, kind=many.kind, wide=wide)


@linear(
    name="rows_apart", infer=_many, alias=True, code=_apart_code("np.reshape(block, (np.size(y), *np.shape(x)))", "y")
)
def rows_apart(ct, block, y, x, kind=None, wide=False):
    return rows(ct, y, x, wide=wide)


@linear(name="columns", infer=_block, code=_columns_code)
def columns(ct, many, y, x, wide=False):
    """One derivative for each element of x, of the shape of y, as a block."""
    return columns_apart(ct, y, x, kind=many.kind, wide=wide)


@linear(
    name="columns_apart",
    infer=_many,
    alias=True,
    code=_apart_code("np.moveaxis(np.reshape(block, (*np.shape(y), np.size(x))), -1, 0)", "x"),
)
def columns_apart(ct, block, y, x, kind=None, wide=False):
    return columns(ct, y, x, wide=wide)


def _zero_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    y, x = kinds
    if isinstance(x, List):
        return List(List(x.item)) if isinstance(y, List) else List(y)
    return List(x) if isinstance(y, List) else Array(dtype_of(y), (*shape_of(y), *shape_of(x)))


def _zero_code(params: Params, kinds: Kinds) -> str:
    y, x = kinds
    if isinstance(y, List):
        return "[[0.0] * len(x) for _ in y]" if isinstance(x, List) else "[np.zeros_like(x) for _ in y]"
    if isinstance(x, List):
        return "[np.zeros_like(y) for _ in x]"
    dtype = "" if dtype_of(y) == "float64" else f", np.{dtype_of(y)}"
    return f"np.zeros({_both((y, y, x))}{dtype})"


@piecewise_constant(name="zero_block", infer=_zero_kind, code=_zero_code, cost=20)
def zero_block(y, x):
    """The derivative of y by x where it does not depend on it."""


# --- of lists ---------------------------------------------------------------------------------------------------------


def _turned(kinds: Kinds, params: Params, op: Op) -> Kind:
    many, _, along = kinds
    inner = _item(_item(many))
    if isinstance(along, List):
        return List(List(inner))
    return List(Array(dtype_of(inner), shape_of(along)))


def _turned_code(params: Params, kinds: Kinds) -> str:
    each = "[one[i] for one in many]"
    if not isinstance(kinds[2], List):
        each = f"np.reshape({each}, np.shape(along))"
    return f"[{each} for i in range(len(by))]"


@linear(name="turned", infer=_turned, code=_turned_code)
def turned(ct, many, by, along):
    """A list, with an item for each element of `along`, of lists like `by`: as one item for each item of `by`."""
    return turned_back(ct, many, along)


def _turned_back_code(params: Params, kinds: Kinds) -> str:
    number = _item(_item(kinds[1])) == FLOAT
    item = "one[k]" if isinstance(kinds[2], List) else "one.item(k)" if number else "one.flat[k]"
    return f"[[{item} for one in many] for k in range(len(like))]"


@linear(name="turned_back", infer=lambda kinds, params, op: kinds[1], code=_turned_back_code)
def turned_back(ct, many, like, along):
    return turned(ct, many, along)
