"""One process for each tool: it makes the calls of a program, and times them when it is asked to."""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.programs import every

ENVIRONMENT = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMBA", "VECLIB_MAXIMUM", "NUMEXPR")},
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    # what is freed stays with the process: else a heap at the edge of being given back pays page faults at each call
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "30000000",
}
# tool -> the module that must be installed for it
TOOLS = {"numpy": "numpy", "numba": "numba", "jax": "jax", "torch": "torch", "autograd": "autograd", "casadi": "casadi"}


@dataclass(frozen=True)
class Prepared:
    """What one call of a program by a tool gave when it was first made.

    `first` is the time of the first call, compilation included, `once` about that of a later one, both in seconds;
    `memory` by how many bytes the process grew at most in the second, where the system can say.
    """

    first: float
    once: float
    memory: int | None
    result: list[Any]


@dataclass(frozen=True)
class Refused:
    """Why a tool has nothing for a program."""

    reason: str


def tool(name: str) -> Any:
    if name in ("numpy", "numba"):
        ours = importlib.import_module("benchmarks.ours")
        return ours.NumPy if name == "numpy" else ours.Numba
    return importlib.import_module(f"benchmarks.peers.with_{name}")


def installed() -> list[str]:
    return [name for name, module in TOOLS.items() if importlib.util.find_spec(module)]


def serve(connection: Connection, name: str, quick: bool) -> None:
    """Answers ("prepare", program), ("time", label, number), ("version",) and ("peak",) until nobody asks any more."""
    if hasattr(os, "sched_setaffinity"):
        # all on one core, so no tool gains by threads that it starts in spite of its settings
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    used = tool(name)
    programs = {program.name: program for program in every()}
    calls: dict[str, Callable[[], Any]] = {}
    while True:
        try:
            what, *rest = connection.recv()
        except EOFError:
            return
        if what == "prepare":
            calls, answer = _prepare(used, programs[rest[0]], quick)
        elif what == "time":
            answer = seconds(calls[rest[0]], rest[1])
        elif what == "version":
            answer = used.version()
        else:
            answer = peak()
        connection.send(answer)


def _prepare(used: Any, program: Any, quick: bool) -> tuple[dict[str, Any], dict[str, Prepared | Refused]]:
    calls, answers = {}, {}
    for label, call in used.calls(program, program.made(quick)):
        try:
            start = time.perf_counter()
            result = call()
            first = time.perf_counter() - start
        except _refusals() as error:
            if label == "by hand":
                raise
            answers[label] = Refused(_in_short(str(error)))
            continue
        calls[label] = call
        once, memory = grown(call)
        if once < 1e-3:
            # one call of a few microseconds says little: it finds nothing in the processor's caches
            once = seconds(call, int(5e-3 / once))
        found = [used.array(leaf).astype(float) for leaf in leaves(result)]
        answers[label] = Prepared(first, once, memory, found)
    return calls, answers


def _in_short(message: str) -> str:
    """What could not be compiled, without where that was found in numba and in which file."""
    text = re.sub(r"\s+", " ", message)
    text = re.sub(r"Failed in nopython mode pipeline \(step: [^)]*\) | at 0x\w+", "", text)
    return re.split(r"\.? File \"| >>> ", text)[0]


def _refusals() -> tuple[type[Exception], ...]:
    """What a compiler raises when it cannot take a program; anything else is a mistake of the benchmark."""
    numba = sys.modules.get("numba")
    own = sys.modules.get("s2s_ad.errors")
    return tuple(
        kind for kind in (own and own.UnsupportedError, numba and numba.core.errors.NumbaError) if kind is not None
    )


def leaves(value: Any) -> Iterator[Any]:
    """The numbers and arrays of nested tuples and lists."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def seconds(call: Callable[[], Any], number: int) -> float:
    gc.disable()
    start = time.perf_counter()
    for _ in range(number):
        call()
    took = time.perf_counter() - start
    gc.enable()
    return took / number


_largest = 0


def grown(call: Callable[[], Any]) -> tuple[float, int | None]:
    """The seconds of a call, and by how many bytes the process grows at most in it.

    None for these where the system has no high-water mark that can be reset.
    """
    global _largest
    if not sys.platform.startswith("linux"):
        return seconds(call, 1), None
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    _largest = peak()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = _status("VmRSS")
    took = seconds(call, 1)
    return took, max(0, _status("VmHWM") - before)


def peak() -> int:
    """The most memory that the process has had, in bytes."""
    if sys.platform.startswith("linux"):
        return max(_largest, _status("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status(name: str) -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(f"{name}:"))
