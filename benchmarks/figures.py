"""The figures that are promised, and whether they are reached."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measure import Key, Ratio, Row, spread

NUMPY, NUMBA = ("numpy", "ours"), ("numba", "ours")
CPP = ("numba", "C++ by hand")
JAX = ("jax", "JAX")
PEERS = [JAX, ("jax", "JAX, literal"), ("torch", "PyTorch"), ("autograd", "autograd"), ("casadi", "CasADi")]


@dataclass(frozen=True)
class Figure:
    """What is divided by what, what it may be at most, and what it is: the median, and the quartiles."""

    what: str
    limit: float
    found: Ratio
    unit: str = ""

    @property
    def reached(self) -> bool:
        # to as many digits as the limit has
        return round(self.found[0], 2) <= self.limit


def primal(key: Key) -> Key:
    return key[0], "function"


def hand(key: Key) -> Key:
    return key[0], "by hand"


def emitted(key: Key) -> Key:
    """Ours without the call through the package, where that was measured."""
    return key[0], "emitted"


def figures(rows: list[Row]) -> list[Figure]:
    """Those of the programs that were run."""
    named = {row.program.function.__name__: row for row in rows}
    found: list[Figure] = []

    def add(what: str, row: Row | None, over: Key, under: Key, limit: float) -> None:
        ratio = row.ratio(over, under) if row is not None else None
        if ratio is not None:
            found.append(Figure(what, limit, ratio))

    scalar = named.get("f")
    add("scalar example, emitted function ÷ function", scalar, emitted(NUMPY), primal(NUMPY), 2.2)
    if scalar is not None and {NUMPY, emitted(NUMPY)} <= scalar.calls.keys():
        times = zip(scalar.calls[NUMPY].times, scalar.calls[emitted(NUMPY)].times)
        more = [(a - b) * 1e6 for a, b in times]
        found.append(Figure("its call through `value_and_grad`, more", 1.0, spread(more), " µs"))
    add("1,000-step scalar loop, NumPy backend ÷ function", named.get("logistic"), emitted(NUMPY), primal(NUMPY), 2.5)
    add("1,000-step scalar loop, numba ÷ numba function", named.get("logistic"), NUMBA, primal(NUMBA), 3.0)
    for row in rows:
        if row.program.function.__name__ in ("gmm", "gmm_diagonal"):
            limit = 1.3 if "d = 20" in row.program.name else 1.1
            add(f"{row.program.name}, numba ÷ C++ by hand", row, NUMBA, CPP, limit)
    for row in rows:
        if row.program.function.__name__ == "gmm_arrays" and "d = 2," not in row.program.name:
            add(f"{row.program.name}, NumPy backend ÷ JAX", row, NUMPY, JAX, 1.0)
    for name in ("heat", "burgers"):
        looped = named.get(name)
        sliced = named.get(f"{name}_slices")
        if looped is not None:
            add(f"{looped.program.name}, numba ÷ numba function", looped, NUMBA, primal(NUMBA), 3.0)
        if looped is not None and sliced is not None and NUMBA in looped.calls and NUMBA in sliced.calls:
            times = zip(sliced.calls[NUMBA].times, looped.calls[NUMBA].times)
            found.append(Figure(f"{sliced.program.name} ÷ loops, both numba", 1.2, spread([a / b for a, b in times])))
    add("MLP, NumPy backend ÷ function", named.get("mlp"), NUMPY, primal(NUMPY), 1.9)
    for name in ("lu", "cholesky"):
        if name in named:
            add(f"{named[name].program.name}, numba ÷ numba function", named[name], NUMBA, primal(NUMBA), 3.0)
    return found


def best_of_ours(row: Row) -> Key | None:
    return row.best([NUMPY, NUMBA])


def best_peer(row: Row) -> Key | None:
    return row.best(PEERS)
