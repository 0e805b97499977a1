"""np.vectorize: a function of numbers, called with one element after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.library import static
from s2s_ad.frontend.machine import Machine, builtin
from s2s_ad.frontend.values import Abstract, Args, Bound, Keywords, Known
from s2s_ad.ir.nodes import Call
from s2s_ad.ir.walk import blocks_of
from s2s_ad.ops.iteration_compositions import of_each_element


@builtin(np.vectorize)
def _vectorize(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    options = {name: static(machine, value) for name, value in keywords.items() if name != "pyfunc"}
    options.update(zip(("otypes", "doc"), (static(machine, value) for value in args[1:])))
    if options.get("signature") is not None or options.get("excluded"):
        raise UnsupportedError(
            "np.vectorize with signature= or excluded=",
            remedy="Write a loop over the rows, or a lambda with one argument.",
        )
    function = args[0] if args else keywords["pyfunc"]
    return Bound(Known(_of_each), (function, Known(_dtype(options.get("otypes")))), {})


def _dtype(otypes: Any) -> Any:
    """The dtype of the result, if it is said."""
    if otypes is None:
        return None
    found: Any = np.vectorize(float, otypes=otypes).otypes
    if len(found) != 1:
        raise UnsupportedError("np.vectorize of a function with several results", remedy="Make one function of each.")
    return np.dtype(found[0]).type


def _of_each(function: Any, dtype: Any, *args: Any) -> None:
    """What np.vectorize(function) is: called below."""


@builtin(_of_each)
def _each(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    function, dtype, *arrays = args
    if keywords:
        raise UnsupportedError("what np.vectorize makes takes no arguments by name here", remedy="Give them in order.")
    before, start = machine.unit.widened, len(machine.builder.stmts)
    made = call(machine, Known(of_each_element), [function, dtype, *arrays], {})
    calls = any(_has_call(stmt) for stmt in machine.builder.stmts[start:])
    unsure = machine.unit.widened > (0 if calls else before)  # a function that is called may have been read before
    if unsure and static(machine, dtype) is None:
        raise UnsupportedError(
            "np.vectorize gives all results the dtype of the first, and here they may not be of one kind",
            remedy="Say which: np.vectorize(f, otypes=[float]).",
        )
    return made


def _has_call(stmt: Any) -> bool:
    return isinstance(stmt, Call) or any(_has_call(inner) for block in blocks_of(stmt) for inner in block.stmts)
