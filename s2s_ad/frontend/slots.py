"""What the program hands on where paths meet, in the place of a value: slots, and objects that are made anew there."""

from __future__ import annotations

from dataclasses import dataclass

from s2s_ad.frontend.machine import Machine
from s2s_ad.frontend.values import Abstract, ArrayRef
from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, INT, NEVER, Array, Kind, Scalar, is_complex, result_dtype
from s2s_ad.ir.nodes import Absent, Atom, Const, Unbound


@dataclass(frozen=True, eq=False)
class Slot(Abstract):
    kind: Kind
    constant: bool = False  # nothing but constants flowed in so far: such a number may still become an array


@dataclass(frozen=True, eq=False)
class Fresh(Abstract):
    content: Abstract


@dataclass(frozen=True, eq=False)
class FreshArray(Abstract):
    """`sources` are the older arrays whose memory it may have, if they have other names."""

    content: Slot
    sources: frozenset[int] = frozenset()


def same_atom(a: Atom, b: Atom) -> bool:
    if isinstance(a, Const) and isinstance(b, Const):
        return a is b or (type(a.value) is type(b.value) and repr(a.value) == repr(b.value) and a.text == b.text)
    return a is b or (isinstance(a, Unbound) and isinstance(b, Unbound) and a.kind == b.kind)


def same_class(a: Abstract, b: Abstract) -> bool:
    """Whether two tuples are both plain, or both namedtuples of one class; of two lists it says nothing."""
    return type(a) is type(b) and all(getattr(a, x, None) == getattr(b, x, None) for x in ("cls", "names"))


def same_view(a: ArrayRef, b: ArrayRef) -> bool:
    """Whether both are one array, or views of one array by the same steps."""
    return (
        a.cell == b.cell
        and len(a.steps) == len(b.steps)
        and all(
            x is y
            or x.op is y.op is not None
            and x.params == y.params
            and len(x.atoms) == len(y.atoms)
            and all(map(same_atom, x.atoms, y.atoms))
            for x, y in zip(a.steps, b.steps)
        )
    )


def _dtype(kind: Kind) -> str | None:
    """The dtype that an array of such numbers has."""
    return result_dtype((kind,)) if isinstance(kind, (Scalar, Array)) else None


def convert(machine: Machine, atom: Atom, kind: Kind) -> Atom:
    """The atom as one of the kind, which holds it."""
    if isinstance(atom, (Unbound, Absent)) or atom.kind == NEVER:
        return Unbound(kind)
    if atom.kind == kind:
        return atom
    machine.unit.widened += _dtype(kind) != _dtype(atom.kind)
    if isinstance(kind, Scalar) and isinstance(atom, Const):
        return Const({INT: int, FLOAT: float, COMPLEX: complex, BOOL: bool}[kind](atom.value), kind)
    if kind == FLOAT and atom.kind in (INT, BOOL):
        return machine.apply("float", atom).atom
    if kind == INT and atom.kind == BOOL:
        return machine.apply("int", atom).atom
    if kind == COMPLEX and isinstance(atom.kind, Scalar):
        return machine.apply("complex", atom).atom
    if isinstance(kind, Array) and is_complex(kind) and not kind.rank and not is_complex(atom.kind):
        return machine.apply(f"np.{kind.dtype}", atom).atom
    if isinstance(kind, Array) and isinstance(atom.kind, Array) and kind.dtype != atom.kind.dtype:
        stays = not kind.rank and atom.kind.dtype in ("float32", "float16")
        return machine.apply("widened" if stays else "astype", atom, dtype=kind.dtype).atom
    return atom
