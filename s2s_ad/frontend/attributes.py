"""x.name: attributes of arrays and modules, and methods before they are called."""

from __future__ import annotations

import ast
import random

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.library import call_op
from s2s_ad.frontend.machine import BUILTINS, METHODS, Machine, expression, number
from s2s_ad.frontend.objects import attribute_of, class_attribute, class_of, is_users, super_attribute
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.scope import static_attribute
from s2s_ad.frontend.values import (
    NOTHING,
    Abstract,
    Bound,
    Flat,
    Known,
    Method,
    Named,
    Record,
    Ref,
    Super,
    Sym,
    Tuple,
    is_nothing,
    is_text,
    what,
)
from s2s_ad.ir.kinds import ONE, Array, Stream, is_complex
from s2s_ad.ops.registry import FUNCTIONS, OPS

STREAMS: dict[str, type] = {
    "Generator": np.random.Generator, "RandomState": np.random.RandomState, "Random": random.Random,
}  # fmt: skip


@expression(ast.Attribute)
def _attribute(machine: Machine, node: ast.Attribute) -> Abstract:
    return attribute(machine, machine.eval(node.value), mangled(machine, node.attr))


def mangled(machine: Machine, name: str) -> str:
    """The name of an attribute as Python finds it: __x in a class C is _C__x."""
    function = machine.frame.function
    parts = function.__qualname__.split(".") if function is not None else []
    if not name.startswith("__") or name.endswith("__") or len(parts) < 2 or parts[-2] == "<locals>":
        return name
    return f"_{parts[-2].lstrip('_')}{name}"


def attribute(machine: Machine, owner: Abstract, name: str) -> Abstract:
    read(owner)
    if is_nothing(owner):
        return NOTHING
    if is_text(owner) and getattr(str, name, None) in BUILTINS:
        return Bound(Known(getattr(str, name)), (owner,), {})
    if isinstance(owner, Sym) and isinstance(owner.kind, Stream):
        return _of_stream(owner, owner.kind, name)
    if isinstance(owner, Sym):
        found = _of_number(machine, owner, name)
        if found is not None:
            return found
    if isinstance(owner, Named) and name in owner.names:
        return owner.items[owner.names.index(name)]
    if isinstance(owner, Super):
        return super_attribute(machine, owner, name)
    if isinstance(owner, Ref):
        machine.content(owner)  # what cannot be read says so itself
    cls = class_of(machine, owner)
    if cls is not None and not (isinstance(owner, Record) and name in METHODS):
        return attribute_of(machine, owner, cls, name)
    if isinstance(owner, Known) and is_users(owner.obj):
        return class_attribute(machine, owner, name)
    if isinstance(owner, (Sym, Ref, Tuple)) and name in METHODS or isinstance(owner, Flat) and name == "copy":
        return Method(owner, name)
    if isinstance(owner, Known):
        return static_attribute(machine, owner, name)
    raise UnsupportedError(f"{what(owner)} has no attribute {name} that is supported")


def _of_stream(owner: Sym, kind: Stream, name: str) -> Abstract:
    """rng.normal is Generator.normal of rng."""
    found = getattr(STREAMS[kind.name], name, None)
    if found not in BUILTINS:
        raise UnsupportedError(
            f"{kind.name}.{name} is not differentiated", remedy="Draw numbers with normal(), random() and the like."
        )
    return Bound(Known(found), (owner,), {})


def shape_item(machine: Machine, owner: Sym, axis: int) -> Sym:
    """The length of one axis."""
    assert isinstance(owner.kind, Array)
    if owner.kind.shape[axis] == ONE:
        return number(1)
    return machine.apply("shape_item", owner.atom, axis=axis)


def shape(machine: Machine, owner: Sym) -> Tuple:
    rank = owner.kind.rank if isinstance(owner.kind, Array) else 0
    return Tuple(tuple(shape_item(machine, owner, axis) for axis in range(rank)))


def size(machine: Machine, owner: Sym) -> Sym:
    dims = owner.kind.shape if isinstance(owner.kind, Array) else ()
    return number(1) if all(dim == ONE for dim in dims) else machine.apply("array_size", owner.atom)


def _of_number(machine: Machine, owner: Sym, name: str) -> Abstract | None:
    kind = owner.kind
    if name in ("real", "imag"):
        return _part(machine, owner, name)
    if not isinstance(kind, Array):
        return None
    if name == "shape":
        return shape(machine, owner)
    if name == "ndim":
        return number(kind.rank)
    if name == "size":
        return size(machine, owner)
    if name == "dtype":
        return Known(np.dtype(kind.dtype))
    if name == "itemsize":
        return number(np.dtype(kind.dtype).itemsize)
    if name == "nbytes":
        return machine.apply("mul", size(machine, owner).atom, number(np.dtype(kind.dtype).itemsize).atom)
    if name in ("flags", "strides", "base", "data", "ctypes"):
        raise UnsupportedError(
            f".{name} is about where the numbers lie in memory, which is not known when compiled",
            remedy="Compute with the shape and the numbers, or find it out before and pass it as an argument.",
        )
    if name == "mT":
        return call_op(machine, FUNCTIONS[np.swapaxes], np.swapaxes, [owner, number(-1), number(-2)], {})
    if name == "T":
        return call_op(machine, FUNCTIONS[np.transpose], np.transpose, [owner], {})
    if name == "flat":
        return Flat(owner)
    return None


def _part(machine: Machine, owner: Sym, name: str) -> Abstract:
    if is_complex(owner.kind):
        return call_op(machine, OPS[name], None, [owner], {})
    if name == "imag" and isinstance(owner.kind, Array):
        return machine.apply("zeros_like", owner.atom)
    return owner if name == "real" else number(0.0)
