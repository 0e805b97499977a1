"""One command for all figures: `python -m benchmarks.run` writes RESULTS.md and results.svg beside itself.

`--quick` runs everything once at small sizes, to see that all gradients agree; `--only gmm` runs some programs. These
show what they find and write nothing, unless there is an `--output`.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from benchmarks import growth, measure, plot, report, worker
from benchmarks.programs import every

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> list[measure.Row]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--only", default="", help="programs with this in their name")
    parser.add_argument("--tools", default=",".join(worker.installed()), help="by default all that are installed")
    parser.add_argument("--rounds", type=int, default=31, help="times that each call is measured, at most")
    parser.add_argument("--budget", type=float, default=8.0, help="seconds for the rounds of one program")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--output", type=Path, help="the folder that the report is written to, by default this one")
    options = parser.parse_args(arguments)
    tools = options.tools.split(",")
    progress = Console(stderr=True)
    rows = []
    with measure.environment():
        with measure.processes(tools, options.quick) as connections:
            for program in every(options.only):
                start = time.perf_counter()
                rows.append(
                    measure.measured(connections, program, 1 if options.quick else options.rounds, options.budget)
                )
                progress.print(
                    f"{program.name}: {time.perf_counter() - start:.1f} s, differ by {rows[-1].difference:.0e}"
                )
            versions = [measure.ask(connection, "version") for connection in connections.values()]
            peaks = {name: measure.ask(connection, "peak") for name, connection in connections.items()}
        rows = [row for row in rows if row.calls]
        sections = []
        if not options.only:
            backends = [name for name in ("numpy", "numba") if name in tools]
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                sections = pool.submit(growth.sections, backends, options.quick).result()
    drawn = importlib.util.find_spec("matplotlib") is not None
    text = report.written(rows, sections, versions, peaks, drawn)
    if options.output is None and (options.quick or options.only):
        Console().print(Markdown(text))
        return rows
    folder = options.output or HERE
    folder.mkdir(exist_ok=True)
    (folder / "RESULTS.md").write_text(text, encoding="utf-8")
    if drawn:
        plot.drawn(rows, folder / "results.svg")
    return rows


if __name__ == "__main__":
    main()
