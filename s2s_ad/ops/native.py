"""Operations that only code for a compiler of machine code is made of: rows of storage, and checks that Python does
by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.ir.kinds import ANY, INT, Array, Kind
from s2s_ad.ops.control import always, first
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant
from s2s_ad.ops.linear import dtype_of, shape_of


def _rows_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), (ANY,) * (len(kinds) - 1) + shape_of(kinds[0]))


def _rows_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    sizes = ", ".join(f"_{k}" for k in range(1, len(kinds)))
    return f"np.empty(({sizes},) + _0.shape, _0.dtype)"


# room for as many arrays like `like` as the sizes say
rows_like = declare(
    (), lambda like, *sizes: None, name="rows_like", code=_rows_code, infer=_rows_kind, zero=True, cost=20
)


# the array, of which only the first n elements matter where it is kept
@linear(name="beginning", code="a", infer=first, alias=True, cost=1)
def beginning(ct, a, n):
    return ct


@piecewise_constant(name="trip_count", code="len(range(start, stop, step))", cost=1, infer=always(INT))
def trip_count(start, stop, step): ...


@piecewise_constant(name="not_negative", code="max(n, 0)", cost=1, infer=always(INT))
def not_negative(n): ...


@piecewise_constant(name="checked_place", code="checked_place(i, n)", cost=1, infer=always(INT))
def checked_place(i, n): ...


@piecewise_constant(name="checked_whole", code="checked_whole(x)", cost=1, infer=first)
def checked_whole(x): ...


@piecewise_constant(name="same_length", code="same_length(m, n)", cost=1, infer=always(INT))
def same_length(m, n): ...


@piecewise_constant(name="lesser", code="min(a, b)", cost=1, infer=always(INT))
def lesser(a, b): ...


# the array is used up by it, so it is a write
grown = declare((), lambda a, n: None, name="grown", code="a = grown(a, n)", infer=first, store=True, cost=1, zero=True)
with_row = declare(
    (),
    lambda a, row, i: None,
    name="with_row",
    code="a = with_row(a, row, i)",
    infer=first,
    store=True,
    cost=5,
    zero=True,
)


def _joined(kinds: tuple[Kind, ...], params: Any, op: Any) -> Kind:
    return Array(np.result_type(*map(dtype_of, kinds)).name, shape_of(kinds[0]))


@piecewise_constant(name="joined", code="np.concatenate((xs, ys))", infer=_joined, cost=20)
def joined(xs, ys): ...


def kind_in_array(kind: Kind) -> str:
    """The dtype under which numbers of the kind are kept."""
    return dtype_of(kind)


def dtype_object(kind: Kind) -> Any:
    """The same as NumPy's type, as it stands in the code; None for floats, which need not be named."""
    name = dtype_of(kind)
    return None if name == "float64" else np.bool_ if name == "bool" else getattr(np, name)


_CHECKED = {
    "mul": "checked_product(x, y)",
    "pow": "checked_power(x, y)",
    "floordiv": "x // checked_divisor(y)",
    "mod": "x % checked_divisor(y)",
    "shift_left": "checked_product(x, checked_power(2, y))",
    "add": "checked_sum(x, y)",
    "sub": "checked_sum(x, -y)",
}  # fmt: skip

for _name, _code in _CHECKED.items():
    piecewise_constant(name=f"checked_{_name}", code=_code, cost=1, infer=always(INT))(lambda x, y: None)
