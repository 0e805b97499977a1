"""What is asked of arrays and dtypes and is known when compiled, and NumPy's objects that are indexed: mgrid, r_."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.iteration import only
from s2s_ad.frontend.library import make_array, static
from s2s_ad.frontend.machine import INDEXED, Machine, builtin, number
from s2s_ad.frontend.operators import operand, read, static_int
from s2s_ad.frontend.subscripts import SliceOf
from s2s_ad.frontend.values import Abstract, Args, Keywords, Known, Sym, Tuple
from s2s_ad.ir.kinds import INT, Array, Scalar, is_complex
from s2s_ad.ir.nodes import Atom, Const
from s2s_ad.ops.registry import FUNCTIONS

_WEAK = {"bool": bool, "int": int, "float": float, "complex": complex}


def _dtype(machine: Machine, value: Abstract) -> Any:
    """The dtype of an array or number, or the dtype that an argument names."""
    if isinstance(value, Sym):
        kind = value.kind
        return np.dtype(kind.dtype) if isinstance(kind, Array) else np.dtype(_WEAK[str(kind)])
    return np.dtype(static(machine, value))


@builtin(np.finfo)
def _finfo(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return Known(np.finfo(_dtype(machine, args[0])))


@builtin(np.iinfo)
def _iinfo(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return Known(np.iinfo(_dtype(machine, args[0])))


@builtin(np.dtype)
def _make_dtype(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return Known(np.dtype(static(machine, args[0])))


@builtin(np.result_type)
def _result_type(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    weak = [_WEAK[str(a.kind)](1) if isinstance(a, Sym) and isinstance(a.kind, Scalar) else None for a in args]
    return Known(np.result_type(*(w if w is not None else _dtype(machine, a) for w, a in zip(weak, args))))


@builtin(np.issubdtype)
def _issubdtype(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return number(bool(np.issubdtype(static(machine, args[0]), static(machine, args[1]))))


def _asked(name: str, complex_: bool) -> None:
    @builtin(getattr(np, name))
    def ask(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        only(f"np.{name}", args, keywords, 1, 1)
        return number(is_complex(operand(machine, args[0], near_array=True).kind) is complex_)


_asked("iscomplexobj", True)
_asked("isrealobj", False)


@builtin(np.asanyarray)
def _asanyarray(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return make_array(machine, args, keywords, FUNCTIONS[np.asarray])


# --- np.mgrid[0:n, 0:m] and its like ----------------------------------------------------------------------------------


def _steps(machine: Machine, part: Abstract) -> Abstract:
    """The numbers of a slice."""
    if not isinstance(part, SliceOf):
        raise UnsupportedError("np.mgrid and np.ogrid take slices", remedy="Write np.mgrid[0:n, 0:m].")
    start = number(0) if isinstance(part.start, Known) else part.start
    step = part.step
    if isinstance(step, Sym) and isinstance(step.atom, Const) and isinstance(step.atom.value, complex):
        points = number(int(abs(step.atom.value)))
        return call(machine, Known(np.linspace), [start, part.stop, points], {})
    return call(machine, Known(np.arange), [start, part.stop, *([] if isinstance(step, Known) else [step])], {})


def _of_whole_numbers(machine: Machine, index: Tuple) -> Sym | None:
    """np.mgrid where all of its bounds are whole numbers: as it stands."""
    atoms: list[Atom] = []
    entries: list[Any] = []
    for part in index.items:
        if not isinstance(part, SliceOf):
            return None
        bounds: list[Any] = []
        for bound in (part.start, part.stop, part.step):
            known = static_int(read(bound))
            if known is not None or isinstance(bound, Known):
                bounds.append(known)
            elif (
                isinstance(bound, Sym) and not bound.kind.real and (bound.kind == INT or isinstance(bound.kind, Array))
            ):
                atoms.append(bound.atom)
                bounds.append(("in", len(atoms) - 1))
            else:
                return None
        entries.append(("slice", *bounds))
    return machine.apply("np.mgrid", *atoms, index=tuple(entries))


def _grids(sparse: bool) -> Any:
    def run(machine: Machine, index: Abstract) -> Abstract:
        if isinstance(index, SliceOf):
            return _steps(machine, index)
        if not isinstance(index, Tuple):
            raise UnsupportedError("np.mgrid and np.ogrid take slices", remedy="Write np.mgrid[0:n, 0:m].")
        if not sparse and len(index.items) > 1 and (whole := _of_whole_numbers(machine, index)) is not None:
            return whole
        axes = [_steps(machine, read(part)) for part in index.items]
        if len({_dtype(machine, axis) for axis in axes}) > 1:  # they are all of the widest
            axes = [call(machine, Known(np.multiply), [axis, number(1.0)], {}) for axis in axes]
        options = {"indexing": Known("ij"), "sparse": number(sparse)}
        made = call(machine, Known(np.meshgrid), axes, options)
        return made if sparse else call(machine, Known(np.array), [made], {})

    return run


def _row(machine: Machine, index: Abstract) -> Abstract:
    """np.r_[a, 0:3, x]: one after the other."""
    return call(machine, Known(np.concatenate), [Tuple(tuple(_parts(machine, index)))], {})


def _columns(machine: Machine, index: Abstract) -> Abstract:
    """np.c_[a, b]: vectors as columns, matrices side by side."""
    arrays = _parts(machine, index)
    ranks = {a.kind.rank for a in arrays if isinstance(a, Sym) and isinstance(a.kind, Array)}
    if not ranks <= {1, 2}:
        raise KindError("np.c_ is supported for vectors and matrices", remedy="Use np.concatenate(..., axis=-1).")
    return call(machine, Known(np.column_stack), [Tuple(tuple(arrays))], {})


def _parts(machine: Machine, index: Abstract) -> list[Abstract]:
    """What is put together, each with an axis at least."""
    parts = [read(part) for part in (index.items if isinstance(index, Tuple) else (index,))]
    return [_steps(machine, part) if isinstance(part, SliceOf) else _lifted(machine, part) for part in parts]


def _lifted(machine: Machine, part: Abstract) -> Abstract:
    if isinstance(part, Known) and isinstance(part.obj, str):
        raise UnsupportedError("np.r_ and np.c_ with a string", remedy="Use np.concatenate or np.stack with axis=.")
    return call(machine, Known(np.atleast_1d), [part], {})


INDEXED[id(np.mgrid)] = _grids(sparse=False)
INDEXED[id(np.ogrid)] = _grids(sparse=True)
INDEXED[id(np.r_)] = _row
INDEXED[id(np.c_)] = _columns
