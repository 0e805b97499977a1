"""Operations on lists of numbers, done on the arrays that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import List, is_number
from s2s_ad.ir.nodes import Apply, Atom
from s2s_ad.ops.indexing import BACKWARDS
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS

Made = Callable[[Builder, Apply, Sequence[Atom]], Atom]


def _slice(start: bool, builder: Builder, stmt: Apply, a: Sequence[Atom]) -> Atom:
    length = builder.apply(OPS["shape_item"], a[1], axis=0)
    bounds = (("in", 0), None) if start else (None, ("in", 0))
    return builder.apply(OPS["getitem"], a[0], length, index=(("slice", *bounds, None),))


def _new(builder: Builder, stmt: Apply, a: Sequence[Atom]) -> Atom:
    kind = stmt.outputs[0].kind
    if not isinstance(kind, List) or not is_number(kind.item):
        raise UnsupportedError("native code has no lists of arrays", span=stmt.span, remedy='Use backend="numpy".')
    array = builder.apply(OPS["np.empty"], shape=(len(a),), dtype=dtype_object(kind.item))
    for k, item in enumerate(a):
        array = builder.apply(OPS["index_set"], array, item, index=(k,))
    return array


def _filled(builder: Builder, stmt: Apply, a: Sequence[Atom]) -> Atom:
    return builder.apply(OPS["np.full"], a[0], a[1], shape=(None,))


_OPERATIONS: dict[str, Made] = {
    "list_zeros": lambda b, s, a: b.apply(OPS["zeros_like"], a[0]),
    "list_plus": lambda b, s, a: b.apply(OPS["add"], a[0], a[1]),
    "list_reverse": lambda b, s, a: b.apply(OPS["getitem"], a[0], index=(BACKWARDS,)),
    "list_add_at": lambda b, s, a: b.apply(OPS["index_add"], a[0], a[1], a[2], index=(("in", 0),)),
    "list_set": lambda b, s, a: b.apply(OPS["index_set"], a[0], a[1], a[2], index=(("in", 0),)),
    "list_sum": lambda b, s, a: b.apply(OPS["np.sum"], a[0]),
    "list_concat": lambda b, s, a: b.apply(OPS["joined"], a[0], a[1]),
    "list_fill": _filled,
    "list_head": lambda b, s, a: _slice(False, b, s, a),
    "list_tail": lambda b, s, a: _slice(True, b, s, a),
    "list_to_array": lambda b, s, a: b.apply(OPS["np.copy"], a[0]),
    "list_to_array_like": lambda b, s, a: b.apply(OPS["reshape_like"], b.apply(OPS["np.copy"], a[0]), a[1]),
    "array_to_list": lambda b, s, a: b.apply(OPS["np.copy"], a[0]),
    "list_new": _new,
    "copy": lambda b, s, a: b.apply(OPS["np.copy"], a[0]),
}


def on_arrays(builder: Builder, stmt: Apply, arrays: Sequence[Atom]) -> Atom | None:
    """The operation on arrays; None where there is none."""
    make = _OPERATIONS.get(stmt.op.name)
    return None if make is None else make(builder, stmt, arrays)
