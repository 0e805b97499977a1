"""Questions about constants and about what is surely the same."""

from __future__ import annotations

import math

from s2s_ad.ir.kinds import Array, Scalar
from s2s_ad.ir.nodes import Absent, Atom, Const, Unbound, Value


def is_float(atom: Atom, value: float) -> bool:
    return isinstance(atom, Const) and type(atom.value) is float and atom.value == value


def power_of_two(value: float) -> bool:
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5


def exact_product(a: Const, b: Const) -> bool:
    """Products by a power of two are exact, so folding them changes nothing; others are left as the user wrote them."""
    types = {type(a.value), type(b.value)}
    known = float in types and types <= {float, int} and not (a.text or b.text) and max(abs(a.value), abs(b.value))
    return bool(known) and known < 2**53 and any(abs(c.value) in (0.25, 0.5, 1.0, 2.0, 4.0) for c in (a, b))


def exact_shape(atom: Atom) -> bool:
    return isinstance(atom.kind, Scalar) or (isinstance(atom.kind, Array) and -2 not in atom.kind.shape)


def stays(init: Atom, param: Value) -> bool:
    """Whether the value before a loop may stand for one that the loop does not change."""
    if isinstance(init, Const) and type(init.value) is float and param.kind == Array("float64", ()):
        return True
    return init.kind == param.kind


def same_atom(a: Atom, b: Atom) -> bool:
    if a is b:
        return True
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and repr(a.value) == repr(b.value)
    return isinstance(a, (Unbound, Absent)) and type(a) is type(b)


def is_adjoint(atom: Atom | None) -> bool:
    """Whether it is called after an adjoint: what the user wrote, computed again for a reverse sweep, is not."""
    while isinstance(atom, Value):
        if atom.suffix == "_bar":
            return True
        atom = atom.base
    return False
