"""How costs grow: with the steps of a loop, with the writes to an array, with what is saved, with the source."""

from __future__ import annotations

import functools
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import s2s_ad
from benchmarks import worker
from benchmarks.programs import linear, loops, stencils
from benchmarks.programs import statistics as likelihoods

# a heading, the columns, and the rows of a table
Section = tuple[str, list[str], list[list[str]]]


def relax(a):
    """One write to each element, each of which depends on the one before and on what it overwrites."""
    for i in range(1, len(a)):
        a[i] = a[i] + 0.5 * a[i - 1] * a[i]
    return np.sum(a)


def sections(backends: list[str], quick: bool) -> list[Section]:
    """All tables of growth, measured in this process."""
    return [
        _each(
            "steps of the scalar loop", _steps, (10, 100) if quick else (10**2, 10**3, 10**4, 10**5, 10**6), backends
        ),
        _each("writes to one array", _writes, (10, 100) if quick else (10**3, 10**4, 10**5), backends),
        _saved(backends, 10 if quick else 1),
        _compiling((10,) if quick else (10, 100, 1000)),
        _imports(1 if quick else 5),
    ]


def _steps(size: int, backend: str) -> Callable[[], Any]:
    gradient = s2s_ad.value_and_grad(loops.logistic, (0, 1), backend=backend)
    # for r = 1 the adjoint falls as 1 / n**2: as a power of n it would soon be a subnormal number, which takes longer
    return functools.partial(gradient, 0.3, 1.0, size)


def _writes(size: int, backend: str) -> Callable[[], Any]:
    gradient = s2s_ad.grad(relax, backend=backend)
    return functools.partial(gradient, np.random.default_rng(0).uniform(-0.5, 0.5, size))


def _each(what: str, made: Callable[..., Any], sizes: tuple[int, ...], backends: list[str]) -> Section:
    """The time of a gradient divided by the size: constant, where the cost is linear."""
    rows = []
    for size in sizes:
        row = [f"{size:,}"]
        for backend in backends:
            call = made(size, backend)
            call()
            row.append(f"{median(call) / size * 1e9:,.1f} ns")
        rows.append(row)
    return f"Time of both sweeps for each of n {what}", ["n", *backends], rows


def median(call: Callable[[], Any], repeats: int = 7, seconds: float = 0.02) -> float:
    """The median time of a call."""
    once = worker.seconds(call, 1)
    number = max(1, int(seconds / max(once, 1e-7)))
    return statistics.median(worker.seconds(call, number) for _ in range(repeats))


@dataclass(frozen=True)
class _Saving:
    """A gradient, and how many numbers a person would count that it keeps at a time, and which."""

    name: str
    which: str
    numbers: int
    function: Callable[..., Any]
    wrt: int | tuple[int, ...]
    args: tuple[Any, ...]


def _savings(less: int) -> Iterator[_Saving]:
    rng = np.random.default_rng(0)
    steps, n, points = 10**6 // less, 2000 // less, 4000 // less
    args: tuple[Any, ...] = (0.3, 1.0, steps)
    yield _Saving(f"scalar loop, {steps:,} steps", "one a step (32 B in lists)", steps, loops.logistic, (0, 1), args)
    args = (rng.random(n), n, 0.1, 0.1)
    yield _Saving(f"Burgers, {n:,} × {n:,}", "n a step", n * n, stencils.burgers, 0, args)
    args = (rng.random(n), 0.1, n)
    yield _Saving(f"heat, {n:,} × {n:,}", "none: it is linear", 0, stencils.heat, 0, args)
    for m in (200 // less, 400 // less):
        square = rng.standard_normal((m, m))
        definite = (square @ square.T + m * np.eye(m),)
        yield _Saving(f"LU, n = {m}", "A and its adjoint", 2 * m * m, linear.lu, 0, definite)
        yield _Saving(f"Cholesky, n = {m}", "A and its adjoint", 2 * m * m, linear.cholesky, 0, definite)
    grids = rng.random((m, m)), rng.random((m, m)), 9
    which = "u and its adjoint, then that of f"
    yield _Saving(f"Gauss-Seidel, {m} × {m}", which, 2 * m * m, stencils.gauss_seidel, (0, 1), grids)
    args = (*likelihoods.mixture(rng, True, 4, 8)[:3], rng.standard_normal((points, 4)))
    yield _Saving(f"GMM, {points:,} points", "none for a point", 0, likelihoods.gmm, (0, 1, 2), args)


def _saved(backends: list[str], less: int) -> Section:
    """By how much a process grows in a call of a gradient, beside the bytes that a person counts."""
    rows = []
    for case in _savings(less):
        row = [case.name, case.which, size(8 * case.numbers)]
        for backend in backends:
            # loops over elements of arrays save no less in Python, and take minutes there
            if backend == "numpy" and case.function is not loops.logistic:
                row.append("")
                continue
            gradient = s2s_ad.value_and_grad(case.function, case.wrt, backend=backend)
            gradient(*case.args)
            grown = worker.grown(functools.partial(gradient, *case.args))[1]
            row.append("" if grown is None else size(grown))
        rows.append(row)
    return "Memory of a gradient, at the most", ["program", "numbers kept", "that is", *backends], rows


def size(number: float) -> str:
    """Bytes for people."""
    return f"{number / 1e6:,.1f} MB" if number >= 1e5 else f"{number / 1e3:,.0f} kB"


def _compiling(sizes: tuple[int, ...]) -> Section:
    """The time from the first call of grad(f) to its result, with nothing in the cache."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        s2s_ad.grad(_straight(Path(folder), 10, 0))(0.3, 0.4)  # what is loaded once is not counted
        for number in sizes:
            times = []
            for seed in range(1, 6 if number <= 100 else 3):
                gradient = s2s_ad.grad(_straight(Path(folder), number, seed))
                times.append(worker.seconds(functools.partial(gradient, 0.3, 0.4), 1))
            took = statistics.median(times)
            rows.append([f"{number:,}", f"{took:.3f} s", f"{took / number * 1e3:.2f} ms"])
    return "First call of the gradient of straight code, NumPy backend", ["statements", "in all", "a statement"], rows


def _straight(folder: Path, statements: int, seed: int) -> Callable[..., Any]:
    """A function with so many assignments, each of which reads two recent names."""
    rng = random.Random(seed)
    lines = ["import math", "", "", "def straight(x, y):", "    v0 = x * y", "    v1 = x + y"]
    # none of them lets the values grow without bound
    forms = ("math.sin({a} * {b}) + {c}", "{a} / (2.0 + {b} * {b})", "0.5 * {a} - 0.4 * {b}", "math.cos({b}) - {c}")
    for k in range(2, statements):
        a, b = (f"v{k - rng.randint(1, min(k, 5))}" for _ in "ab")
        lines.append(f"    v{k} = {rng.choice(forms).format(a=a, b=b, c=round(rng.uniform(0.1, 0.9), 3))}")
    path = folder / f"straight_{statements}_{seed}.py"
    path.write_text("\n".join([*lines, f"    return v{statements - 1}", ""]), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.straight


def _imports(repeats: int) -> Section:
    """What `import s2s_ad` adds to `import numpy`, in fresh interpreters."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}

    def took(module: str) -> float:
        command = [sys.executable, "-c", code.format(module)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)

    names = ("numpy", "numpy, s2s_ad", "numpy, s2s_ad.api")
    times = [[took(name) for name in names] for _ in range(repeats)]
    medians = [statistics.median(column) for column in zip(*times)]
    rows = [[f"`import {name}`", f"{t * 1e3:.0f} ms", f"{t / medians[0]:.2f}"] for name, t in zip(names, medians)]
    return "Imports; the last with what is loaded when `grad` is first asked for", ["", "time", "÷ numpy"], rows
