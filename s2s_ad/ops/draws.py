"""Random numbers: drawn once, in the order in which the function draws them, and constants from there on.

A draw is an effect with a value. So no pass drops it, repeats it, merges it with another or moves it across one, and
the stream is left where the function itself would leave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2s_ad.errors import NotDifferentiableError
from s2s_ad.ir.kinds import FLOAT, Kind
from s2s_ad.ops.core import declare
from s2s_ad.ops.trace import ZERO, d


def _code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    given = (f"{name}={_entry(entry)}" if name else _entry(entry) for name, entry in params["given"])
    return f"{params['call']}({', '.join(given)})"


def _entry(entry: Any) -> str:
    """An argument as text: an input, a shape, or what was written down."""
    if isinstance(entry, str):
        return entry
    if entry[0] == "in":
        return f"_{entry[1]}"
    sizes = [str(size) if isinstance(size, int) else _entry(size) for size in entry[1:]]
    return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"


def _parameters(*xs, call, given, kind, names=(), out):
    """What moves a draw and scales it is arithmetic on a standard one; other parameters have no derivative."""
    if any(d[x] is not ZERO for x in xs):
        name = call.rpartition(".")[2]
        raise NotDifferentiableError(
            f"the parameters of {name}() have no derivative here: a draw is a constant",
            remedy="Give it constant parameters, or transform a draw from a standard distribution yourself.",
        )


# `call` is the function with `_0` for a generator that is an input; `given` its arguments as (keyword or "", entry)
draw = declare(
    (), lambda *xs, call="", given=(), kind=FLOAT, names=(): None, name="draw", code=_code, rule=_parameters,
    infer=lambda kinds, params, op: params["kind"], effect=True, draws=True, cost=20,
)  # fmt: skip
