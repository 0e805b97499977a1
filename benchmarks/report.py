"""RESULTS.md: what was measured, in tables."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Callable

from benchmarks.figures import CPP, NUMBA, NUMPY, PEERS, best_of_ours, best_peer, emitted, figures, hand, primal
from benchmarks.growth import Section, size
from benchmarks.measure import TOLERANCE, Key, Measured, Ratio, Row

BY_HAND = 1.15


def written(rows: list[Row], sections: list[Section], versions: list[str], peaks: dict[str, int], plot: bool) -> str:
    """The whole report."""
    worst = max(rows, key=lambda row: row.difference)
    rounds = sorted(len(m.times) for row in rows for m in row.calls.values())
    parts = [
        "# What derivatives cost",
        "Written by `python -m benchmarks.run`. Every tool has a process of its own, with one thread, on one core, "
        "which keeps the memory that it frees; for each program all tools take turns, round by round. A ratio is the "
        f"median of the ratios of all rounds ({rounds[0]} to {rounds[-1]}), with the quartiles in brackets; a time is "
        "the median. `function` is the program itself on the same backend; one that writes to its arguments is called "
        "with copies of them. `by hand` is an adjoint that a person wrote for the same algorithm. `ours` is called "
        "through `value_and_grad` or `hvp`; where a call costs as much as the arithmetic, `emitted` is the function of "
        "the emitted module, which is called as the one by hand is. All gradients agree: "
        f"the largest difference, relative to the largest element of each array, is {worst.difference:.0e} "
        f"({worst.program.name}); {TOLERANCE:.0e} is allowed.",
        f"{machine()}; Python {platform.python_version()}, {', '.join(versions)}.",
        *(["![Time of every tool over ours](results.svg)"] if plot else []),
        *_promised(rows),
        *_backend(rows, NUMPY, "NumPy backend"),
        *_backend(rows, NUMBA, "numba backend"),
        *_peers(rows),
        *_first(rows),
        *_memory(rows, peaks),
        "## Growth",
        *(part for heading, columns, lines in sections for part in (f"{heading}.", table(columns, lines))),
        *_refused(rows),
    ]
    return "\n\n".join(parts) + "\n"


def machine() -> str:
    """What it ran on, without a name."""
    model = platform.processor() or platform.machine()
    if sys.platform.startswith("linux"):
        with open("/proc/cpuinfo") as file:
            found = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        model = found[0] if found else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def table(columns: list[str], lines: list[list[str]]) -> str:
    """In Markdown, the first column to the left, all others to the right."""
    rule = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, rule, *lines))


def shown(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio[0]:.2f} ({ratio[1]:.2f}-{ratio[2]:.2f})"


def duration(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 0.9995:  # what is rounded up to 1000 has the next unit
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def _promised(rows: list[Row]) -> list[str]:
    lines = [
        [f.what, f"{f.limit:g}{f.unit}", shown(f.found) + f.unit, "yes" if f.reached else "**no**"]
        for f in figures(rows)
    ]
    for backend in (NUMPY, NUMBA):
        for note, keys in (
            ("", [backend] * len(rows)),
            (", short ones emitted", [_alone(row, backend) for row in rows]),
        ):
            ratios = [row.ratio(key, hand(backend)) for row, key in zip(rows, keys)]
            known = [ratio[0] for ratio in ratios if ratio is not None]
            if known:
                reached = sum(ratio <= BY_HAND for ratio in known)
                middle = f"{statistics.median(known):.2f} in the middle"
                what = f"every program{note} ÷ by hand, {backend[0]} backend"
                lines.append([what, f"{BY_HAND}", middle, f"{reached} of {len(known)}"])
    compared = [row for row in rows if best_of_ours(row) and best_peer(row)]
    if compared:
        ratios = [_over_peer(row)[0] for row in compared]
        reached = sum(ratio < 1.0 for ratio in ratios)
        middle = f"{statistics.median(ratios):.2f} in the middle"
        lines.append(["every program ÷ best of the other tools", "below 1", middle, f"{reached} of {len(ratios)}"])
    return ["## What is promised", table(["", "at most", "measured", "reached"], lines)]


def _alone(row: Row, ours: Key) -> Key:
    """The emitted function, where it was called by itself."""
    return emitted(ours) if emitted(ours) in row.calls else ours


def _over_peer(row: Row) -> Ratio:
    ours, peer = best_of_ours(row), best_peer(row)
    assert ours is not None and peer is not None
    ratio = row.ratio(ours, peer)
    assert ratio is not None
    return ratio


def _backend(rows: list[Row], ours: Key, title: str) -> list[str]:
    """Value and gradient beside the function and beside what a person wrote."""
    lines = []
    compiled = any(CPP in row.calls for row in rows) and ours == NUMBA
    for row in rows:
        if ours in row.calls:
            function = row.calls.get(primal(ours))
            cells = [
                row.program.name,
                duration(function.median) if function else "",
                duration(row.calls[ours].median),
                shown(row.ratio(ours, primal(ours))),
                shown(row.ratio(hand(ours), primal(ours))),
                shown(row.ratio(ours, hand(ours))),
                shown(row.ratio(emitted(ours), hand(ours))),
            ]
            lines.append(cells + ([shown(row.ratio(ours, CPP))] if compiled else []))
    columns = ["program", "function", "ours", "ours ÷ function", "by hand ÷ function", "ours ÷ by hand"]
    columns += ["emitted ÷ by hand", *(["ours ÷ C++"] if compiled else [])]
    return [f"## {title}", table(columns, lines)] if lines else []


def _peers(rows: list[Row]) -> list[str]:
    """Ours, by the faster backend, beside every other tool; and why where one of them is faster."""
    tools = [peer for peer in PEERS if any(peer in row.calls for row in rows)]
    lines, reasons = [], []
    for row in rows:
        ours, peer = best_of_ours(row), best_peer(row)
        if ours is None or peer is None:
            continue
        found = _over_peer(row)
        times = [duration(row.calls[tool].median) if tool in row.calls else "" for tool in tools]
        lines.append([row.program.name, f"{duration(row.calls[ours].median)} ({ours[0]})", *times, shown(found)])
        if found[0] >= 1.0 and row.program.note:
            reasons.append(f"- {row.program.name}: {row.program.note}")
    columns = ["program", "ours", *(tool[1] for tool in tools), "ours ÷ best of them"]
    text = (
        "JAX and CasADi are compiled, PyTorch and autograd run as they are; all compute with 64 bits. Each has every "
        "program on whole arrays, as its users write it; *literal* keeps the function's own loops over elements."
    )
    parts = ["## Other tools", text, table(columns, lines)] if lines else []
    return parts + (["Why one of them is faster:", "\n".join(reasons)] if reasons else [])


def _first(rows: list[Row]) -> list[str]:
    """The first call, with all that is read, written and compiled for it."""
    return _each_tool(
        rows,
        "## First call",
        "With all that is read, emitted and compiled for it, and nothing in any cache. Ours and C++ compile once for "
        "all sizes of a function, numba's own and JAX anew.",
        lambda measured: duration(measured.first),
    )


def _memory(rows: list[Row], peaks: dict[str, int]) -> list[str]:
    if not any(measured.memory is not None for row in rows for measured in row.calls.values()):
        return []
    note = (
        "By how much the process grows at most in a call, after the first. Less than a few pages is shown as nothing."
    )
    whole = ", ".join(f"{tool} {size(peak)}" for tool, peak in peaks.items())
    parts = _each_tool(
        rows,
        "## Memory",
        note,
        lambda measured: size(measured.memory) if measured.memory and measured.memory > 2**14 else "0",
    )
    return [*parts, f"The most that each process has had, over all programs: {whole}."]


def _each_tool(rows: list[Row], heading: str, note: str, cell: Callable[[Measured], str]) -> list[str]:
    keys = [NUMPY, hand(NUMPY), NUMBA, hand(NUMBA), CPP, *PEERS]
    keys = [key for key in keys if any(key in row.calls for row in rows)]
    names = [f"{label}, {tool}" if label in ("ours", "by hand") else label for tool, label in keys]
    lines = [[row.program.name, *(cell(row.calls[key]) if key in row.calls else "" for key in keys)] for row in rows]
    return [heading, note, table(["program", *names], lines)]


def _refused(rows: list[Row]) -> list[str]:
    """By reason: the sizes of one function are refused alike."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        for (_, label), reason in row.refused.items():
            reasons.setdefault(reason, []).append(f"{row.program.name} ({label})")
    lines = [f"- {', '.join(names)}: {reason}" for reason, names in reasons.items()]
    return ["## What numba cannot compile", "\n".join(lines)] if lines else []
