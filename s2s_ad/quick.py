"""Which code runs where the types of the arguments say so: plain numbers, and arrays of certain dtypes and axes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2s_ad.arguments import check_memory
from s2s_ad.ir.kinds import kind_of
from s2s_ad.ir.structure import Leaf, Spec
from s2s_ad.pipeline import Compiled


@dataclass(frozen=True)
class Known:
    """Code that takes such arguments as they are, and what must still be so for it to be right."""

    compiled: Compiled
    function: Callable[..., Any]
    watched: tuple[tuple[dict[str, Any], str, Any], ...]  # (scope, name, object): names of the function's own module
    careful: bool  # whether it matters how the arguments lie in memory
    more: Any  # what the caller keeps beside it

    def lie_well(self, args: Sequence[Any]) -> bool:
        """Whether they surely lie in memory as the code takes them to: a quick look, at where each begins and ends."""
        written, arrays = self.compiled.written, [k for k, a in enumerate(args) if type(a) is np.ndarray]
        if self.compiled.in_order and not all(args[k].flags.c_contiguous for k in self.compiled.in_order):
            return False
        return not any(k != w and np.may_share_memory(args[k], args[w]) for w in written for k in arrays)


class Quick:
    """Finds the code of an earlier call with arguments alike."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, Known] = {}
        self._arrays: dict[Hashable, Known] = {}

    def find(self, args: Sequence[Any]) -> Known | None:
        known = self._numbers.get(tuple(map(type, args))) if self._numbers else None
        if known is None:
            known = self._arrays.get(_with_arrays(args)) if self._arrays else None
            if known is None:
                return None
        for scope, name, seen in known.watched:
            if scope.get(name) is not seen:
                return None
        if known.careful and not known.lie_well(args):
            check_memory(known.compiled, dict(zip(known.compiled.arguments, args)), {})
        return known

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
        known = Known(compiled, compiled.function, watched, careful, more)
        if any(type(arg) is np.ndarray for arg in args):
            self._arrays[_with_arrays(args)] = known
        else:
            self._numbers[tuple(map(type, args))] = known

    def clear(self) -> None:
        self._numbers.clear()
        self._arrays.clear()


def _plain(arg: Any, spec: Spec) -> bool:
    """Whether the code takes the argument as it is, and its type, for an array with dtype and axes, says so."""
    if type(arg) not in (float, int, np.ndarray) and not isinstance(arg, np.generic):
        return False
    kind = kind_of(arg)
    return kind is not None and spec == Leaf(kind)


def _with_arrays(args: Sequence[Any]) -> Hashable:
    """What the kinds of the arguments depend on: an axis of length 1 is part of the kind of an array."""
    return tuple(
        [
            (
                (a.dtype, tuple([n == 1 for n in a.shape]) if 1 in a.shape else a.ndim)
                if type(a) is np.ndarray
                else type(a)
            )
            for a in args
        ]
    )
