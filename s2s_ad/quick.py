"""Which code runs where the types of the arguments say so: plain numbers, and arrays of certain dtypes and axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad.arguments import check_memory
from s2s_ad.ir.kinds import kind_of
from s2s_ad.ir.structure import Leaf, Spec
from s2s_ad.pipeline import Compiled

Types = tuple[type[Any], ...]
Watched = tuple[dict[str, Any], str, Any]  # (scope, name, object): a name of the function's own module
_NOTHING: Watched = ({}, "", None)


@dataclass(frozen=True, slots=True)
class Known:
    """Code that takes such arguments as they are, and what must still be so for it to be right."""

    compiled: Compiled
    function: Callable[..., Any]
    watched: tuple[Watched, ...]
    careful: bool  # whether it matters how the arguments lie in memory
    more: Any  # what the caller keeps beside it

    def lie_well(self, args: Sequence[Any]) -> bool:
        """Whether they surely lie in memory as the code takes them to: a quick look, at where each begins and ends."""
        written, arrays = self.compiled.written, [k for k, a in enumerate(args) if type(a) is np.ndarray]
        if self.compiled.in_order and not all(args[k].flags.c_contiguous for k in self.compiled.in_order):
            return False
        return not any(k != w and np.may_share_memory(args[k], args[w]) for w in written for k in arrays)


class Quick:
    """Finds the code of an earlier call with arguments alike.

    `numbers` is for calls with nothing but numbers, and for those who cannot wait for `find`: by their types a
    function, what it watches first, and what it watches else.
    """

    def __init__(self) -> None:
        self.numbers: dict[Types, tuple[Callable[..., Any], dict[str, Any], str, Any, tuple[Watched, ...]]] = {}
        self._known: dict[Types, tuple[tuple[tuple[_Array, ...], Known], ...]] = {}

    def find(self, args: Sequence[Any]) -> Known | None:
        for arrays, known in self._known.get(tuple(map(type, args)), ()):
            for place, dtype, rank, ones in arrays:
                array = args[place]
                shape = array.shape
                if array.dtype is not dtype and array.dtype != dtype or len(shape) != rank:
                    break
                if ones != _ones(shape) if 1 in shape else ones:
                    break
            else:
                if not unchanged(known.watched):
                    return None
                if known.careful and not known.lie_well(args):
                    check_memory(known.compiled, dict(zip(known.compiled.arguments, args)), {})
                return known
        return None

    def note(
        self, args: Sequence[Any], specs: Mapping[str, Spec], compiled: Compiled, function: Any, more: Any = None
    ) -> None:
        """Remember the code for arguments like these, if their types say all, and it reads nothing from outside."""
        if len(args) != len(specs) or not all(map(_plain, args, specs.values())):
            return
        watched = compiled.watched(function)
        if watched is None or compiled.changed or compiled.positions[: len(args)] != tuple(range(len(args))):
            return
        careful = bool(compiled.written or compiled.in_order)
        arrays = tuple((k, a.dtype, a.ndim, _ones(a.shape)) for k, a in enumerate(args) if type(a) is np.ndarray)
        types = tuple(map(type, args))
        others = (entry for entry in self._known.get(types, ()) if entry[0] != arrays)
        self._known[types] = (*others, (arrays, Known(compiled, compiled.function, watched, careful, more)))
        if not arrays and not careful:
            first, *rest = watched or (_NOTHING,)
            self.numbers[types] = (compiled.function, *first, tuple(rest))

    def clear(self) -> None:
        self.numbers.clear()
        self._known.clear()


def unchanged(watched: tuple[Watched, ...]) -> bool:
    """Whether all of these names still stand for what they did."""
    for scope, name, seen in watched:
        if scope.get(name) is not seen:
            return False
    return True


# of an array among the arguments: its place, dtype, number of axes, and which of them have length 1, if any has
_Array = tuple[int, Any, int, "tuple[bool, ...]"]


def _ones(shape: Sequence[int]) -> tuple[bool, ...]:
    """Which axes have length 1, if any: that is part of the kind of an array."""
    return tuple([n == 1 for n in shape]) if 1 in shape else ()


def _plain(arg: Any, spec: Spec) -> bool:
    """Whether the code takes the argument as it is, and its type, for an array with dtype and axes, says so."""
    if type(arg) not in (float, int, np.ndarray) and not isinstance(arg, np.generic):
        return False
    kind = kind_of(arg)
    return kind is not None and spec == Leaf(kind)
