"""Runs the programs: every tool in a process of its own, all taking turns, so that a slow spell meets all of them."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks import worker
from benchmarks.registry import Program

# a tool and what it called; a median and its quartiles
Key = tuple[str, str]
Ratio = tuple[float, float, float]

# differences of a gradient from the first tool's, of its largest element
TOLERANCE = 1e-8
# the time that a batch of calls shall take, so that the clock and the loop around them do not count
BATCH = 0.02


def spread(values: list[float]) -> Ratio:
    """Median and quartiles."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


@dataclass
class Measured:
    """What one tool gave for one program: seconds of a call in each round, and those of the first call."""

    first: float
    memory: int | None
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.times)


@dataclass
class Row:
    """One program: its calls by (tool, label), what was refused, and by how much gradients differ at most."""

    program: Program
    calls: dict[Key, Measured] = field(default_factory=dict)
    refused: dict[Key, str] = field(default_factory=dict)
    difference: float = 0.0

    def ratio(self, over: Key, under: Key) -> Ratio | None:
        """Median and quartiles of the ratio of two calls, round by round."""
        if over not in self.calls or under not in self.calls:
            return None
        return spread([a / b for a, b in zip(self.calls[over].times, self.calls[under].times)])

    def best(self, keys: list[Key]) -> Key | None:
        """The fastest of these calls that were made."""
        return min((k for k in keys if k in self.calls), key=lambda k: self.calls[k].median, default=None)


class Disagreement(AssertionError):
    """Two tools give different gradients."""


@contextmanager
def environment() -> Iterator[None]:
    """Processes that are started here have one thread, keep their memory, and find nothing in our cache."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(worker.ENVIRONMENT, S2S_AD_CACHE_DIR=cache)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(kept)


@contextmanager
def processes(tools: list[str], quick: bool) -> Iterator[dict[str, Connection]]:
    """A process for each tool."""
    context = multiprocessing.get_context("spawn")
    started, connections = [], {}
    try:
        for name in tools:
            connections[name], other = context.Pipe()
            process = context.Process(target=worker.serve, args=(other, name, quick), daemon=True)
            process.start()
            other.close()
            started.append(process)
        yield connections
    finally:
        for connection in connections.values():
            connection.close()
        for process in started:
            process.join()


def ask(connection: Connection, *what: Any) -> Any:
    connection.send(what)
    return connection.recv()


def measured(connections: dict[str, Connection], program: Program, rounds: int, budget: float) -> Row:
    """All calls of a program, in so many rounds or as many as fit into a budget of seconds, but three at least."""
    row = Row(program)
    batches: dict[Key, int] = {}
    results: dict[Key, list[Any]] = {}
    whole = 0.0
    for tool, connection in connections.items():
        for label, answer in ask(connection, "prepare", program.name).items():
            key = (tool, label)
            if isinstance(answer, worker.Refused):
                row.refused[key] = answer.reason
                continue
            row.calls[key] = Measured(answer.first, answer.memory)
            results[key] = answer.result
            batches[key] = max(1, round(BATCH / max(answer.once, 1e-7))) if rounds > 1 else 1
            whole += batches[key] * answer.once
    if results:
        row.difference = agreement(program, results)
    for _ in range(max(min(rounds, 3), min(rounds, int(budget / max(whole, 1e-9))))):
        for (tool, label), number in batches.items():
            row.calls[tool, label].times.append(ask(connections[tool], "time", label, number))
    return row


def agreement(program: Program, results: dict[Key, list[Any]]) -> float:
    """The largest difference of a tool's value and gradient from the first tool's."""
    derivatives = {key: result for key, result in results.items() if key[1] != "function"}
    reference = next(iter(derivatives.values()))
    worst = 0.0
    for key, result in results.items():
        if key in derivatives or program.derivative == "value_and_grad":
            found = difference(reference if key in derivatives else reference[:1], result)
            if not found <= TOLERANCE:
                raise Disagreement(f"{program.name}: {', '.join(key)} differs by {found:.1e}")
            worst = max(worst, found)
    return worst


def difference(expected: list[Any], found: list[Any]) -> float:
    """The largest difference of two results, each array's relative to its largest element; NaN where one is NaN."""
    if [e.size for e in expected] != [f.size for f in found]:
        raise Disagreement("results of different sizes")
    worst = 0.0
    for e, f in zip(expected, found):
        scale = max(float(np.max(np.abs(e))), 1e-300)
        worst = float(np.maximum(worst, np.max(np.abs(e - f.reshape(e.shape))) / scale))
    return worst
