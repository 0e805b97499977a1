"""What is made of plain operations after everything else, for NumPy: arithmetic on the spot, elements of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2s_ad.ir.kinds import ANY, Array, Kind, List
from s2s_ad.ops.core import Op, same_kind
from s2s_ad.ops.indexing import index_text

# the plain operation → the same written over its first operand, and NumPy's function, which has an `out`
OVER = {
    name: Op(f"{name}_over", ("x", "y"), f"x {sign}= y", same_kind, cost=1, store=True)
    for name, sign in (("mul", "*"), ("div", "/"))
}
FUNCTIONS = {OVER["mul"]: "np.multiply(x, y, out=x)", OVER["div"]: "np.divide(x, y, out=x)"}


def _listed(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    kind: Kind = Array("float64", ())
    assert isinstance(kinds[0], Array)
    for _ in kinds[0].shape:
        kind = List(kind)
    return kind


def is_nested(kind: Kind) -> bool:
    """Whether it is lists in a list, in which elements are written: a copy must have its own inner lists."""
    inner = kind.item if isinstance(kind, List) else None
    return isinstance(inner, List) and (inner.item == Array("float64", ()) or is_nested(inner))


def _number(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return Array("float64", ())  # whoever reads it takes a number of Python as well


def _place(params: Mapping[str, Any], kinds: tuple[Kind, ...], first: int) -> str:
    names = tuple(f"_{k}" for k in range(first, len(kinds)))
    return "_0" + "".join(f"[{index_text((e,), names)}]" for e in params["index"])


# an array as lists of its rows, and back; where it has more than one axis it is given the shape of `like`
to_list = Op("to_list", ("x",), "x.tolist()", _listed, cost=20)
from_list = Op(
    "from_list", ("x", "*like"), lambda params, kinds: "np.reshape(_0, np.shape(_1))" if kinds[1:] else "np.array(_0)",
    lambda kinds, params, op: kinds[1] if kinds[1:] else Array("float64", (ANY,)), cost=20,
)  # fmt: skip
# for each operation on one element of an array that of lists
ELEMENTS = {
    "getitem": Op("list_element", ("x", "*at"), lambda params, kinds: _place(params, kinds, 1), _number, cost=1),
    "index_add": Op(
        "list_element_add", ("x", "v", "*at"), lambda params, kinds: f"{_place(params, kinds, 2)} += _1", same_kind,
        cost=1, store=True,
    ),
    "index_set": Op(
        "list_element_set", ("x", "v", "*at"), lambda params, kinds: f"{_place(params, kinds, 2)} = _1", same_kind,
        cost=1, store=True,
    ),
}  # fmt: skip
