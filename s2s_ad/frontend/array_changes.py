"""Functions and methods that change an array: fill, sort, np.copyto, np.add.at and the like."""

from __future__ import annotations

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.attributes import shape
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.machine import BUILTINS, Machine, builtin, method
from s2s_ad.frontend.operators import operand, read
from s2s_ad.frontend.subscripts import augment_repeated, set_item
from s2s_ad.frontend.values import NONE, Abstract, Args, ArrayRef, Keywords, Known, Ref, Sym, is_nothing, what
from s2s_ad.frontend.views import replaced
from s2s_ad.ir.kinds import Array, is_complex

WHOLE = Known(Ellipsis)


def _array(machine: Machine, value: Abstract, name: str) -> ArrayRef:
    held = machine.held(read(value))
    if not isinstance(held, ArrayRef):
        raise KindError(f"{name} changes an array, and this is {what(value)}")
    return held


def _given(name: str, args: Args, keywords: Keywords, count: int) -> None:
    if keywords or len(args) != count:
        raise UnsupportedError(f"{name} is not supported with these arguments", remedy="Write a[...] = value.")


@method("fill")
def _fill(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    _given(".fill()", args, keywords, 1)
    set_item(machine, _array(machine, owner, ".fill()"), WHOLE, args[0])
    return NONE


@method("sort")
def _sort(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    if isinstance(owner, Ref):
        ordered = BUILTINS[sorted](machine, [owner], keywords)
        assert isinstance(ordered, Ref)
        machine.write(owner, machine.content(ordered))
        return NONE
    return _ordered(machine, "sort", owner, args, keywords)


@method("partition")
def _partition(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    return _ordered(machine, "partition", owner, args, keywords)


def _ordered(machine: Machine, name: str, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    """The array is what NumPy's function of this name makes of it."""
    array = _array(machine, owner, f".{name}()")
    made = call(machine, Known(getattr(np, name)), [array, *args], keywords)
    assert isinstance(made, Sym)
    replaced(machine, array, Sym(made.atom))
    return NONE


@method("put")
def _put(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    return call(machine, Known(np.put), [owner, *args], keywords)


@method("flat =")
def _set_flat(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    """a.flat = value, which is repeated until the array is full."""
    array, value = _array(machine, owner, ".flat"), operand(machine, args[0], near_array=True)
    if isinstance(value.kind, Array) and value.kind.rank:
        value = operand(machine, call(machine, Known(np.resize), [value, shape(machine, array)], {}))
    set_item(machine, array, WHOLE, value)
    return NONE


@method("real =")
def _set_real(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    """z.real = value, which of an array of real numbers is all of it."""
    return _set_part(machine, _array(machine, owner, ".real"), "real", args[0])


@method("imag =")
def _set_imag(machine: Machine, owner: Abstract, args: Args, keywords: Keywords) -> Abstract:
    array = _array(machine, owner, ".imag")
    if not is_complex(array.kind):
        raise KindError("an array of real numbers has no imaginary part that could be set")
    return _set_part(machine, array, "imag", args[0])


def _set_part(machine: Machine, array: ArrayRef, part: str, given: Abstract) -> Abstract:
    value = operand(machine, given, near_array=True)
    if is_complex(value.kind):
        raise KindError(f"the {part} part of an array is real, and this is {what(value)}")
    if is_complex(array.kind):
        replaced(machine, array, machine.apply(f"set_{part}", array.atom, value.atom))
    else:
        set_item(machine, array, WHOLE, value)
    return NONE


@builtin(np.copyto)
def _copyto(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    where = keywords.pop("where", None)
    _given("np.copyto", args, keywords, 2)
    array, source = _array(machine, args[0], "np.copyto"), operand(machine, args[1], near_array=True)
    assert isinstance(array.kind, Array)
    if isinstance(source.kind, Array) and not np.can_cast(source.kind.dtype, array.kind.dtype, "same_kind"):
        raise KindError(f"NumPy does not copy {source.kind.dtype} into an array of {array.kind.dtype}")
    if where is not None:
        source = operand(machine, call(machine, Known(np.where), [where, source, array], {}))
    set_item(machine, array, WHOLE, source)
    return NONE


def _at(name: str) -> None:
    @builtin(getattr(np, {"add": "add", "sub": "subtract"}[name]).at)
    def run(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        _given("this", args, keywords, 3)
        if not any(map(is_nothing, args)):
            augment_repeated(machine, name, _array(machine, args[0], "this"), args[1], args[2])
        return NONE


for _name in ("add", "sub"):
    _at(_name)
