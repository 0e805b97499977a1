"""What a benchmark is: a function, its arguments, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Program:
    """One function at one size.

    Adjoints written by hand and ports to other tools are found by the function's name: `burgers_vjp` in the module of
    the same family in `by_hand/`, `burgers` in `peers/`. Programs that are one computation share a `port`.

    Attributes:
        name: what stands in the table.
        function: as its user wrote it.
        arguments: gives them, from a generator of random numbers and whether the run is a quick one.
        wrt: the positions of what is differentiated.
        writes: the positions of arrays that the function changes: a primal is called with copies of them.
        derivative: "value_and_grad", or "hvp", the Hessian times a vector, which is then the last argument.
        backends: those of ours that are measured; ten million trips in Python tell nobody anything.
        port: the name of the function in `peers/`, by default that of the function.
        note: why a figure is not reached, for the report.
    """

    name: str
    function: Callable[..., Any]
    arguments: Callable[[np.random.Generator, bool], tuple[Any, ...]]
    wrt: int | tuple[int, ...] = 0
    writes: tuple[int, ...] = ()
    derivative: str = "value_and_grad"
    backends: tuple[str, ...] = ("numpy", "numba")
    port: str = ""
    note: str = ""

    @property
    def family(self) -> str:
        """The name of the module that it stands in."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def ported(self) -> str:
        return self.port or self.function.__name__

    @property
    def written(self) -> str:
        """The name of its derivative written by hand."""
        return self.function.__name__ + ("_hvp" if self.derivative == "hvp" else "_vjp")

    def made(self, quick: bool) -> tuple[Any, ...]:
        """The arguments, the same at each call."""
        return self.arguments(np.random.default_rng(0), quick)

    @property
    def positions(self) -> tuple[int, ...]:
        return self.wrt if isinstance(self.wrt, tuple) else (self.wrt,)
