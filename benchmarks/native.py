"""Native derivatives beside their primals and beside adjoints written by hand: `python benchmarks/native.py [NAME]`.

All are compiled by numba and take turns in one process; the figures are medians of ratios, with their quartiles.
"""

import argparse
import gc
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numba
import numpy as np
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
native = numba.njit(error_model="numpy")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def ratios(calls, repeats, seconds=0.02):
    """The time of the first call, and those of the others as ratios to it; they take turns."""
    numbers = []
    for call in calls:
        call()
        start = time.perf_counter()
        call()
        numbers.append(max(1, int(seconds / max(time.perf_counter() - start, 1e-7))))
    rows = []
    gc.disable()
    for _ in range(repeats):
        row = []
        for call, number in zip(calls, numbers):
            start = time.perf_counter()
            for _ in range(number):
                call()
            row.append((time.perf_counter() - start) / number)
        rows.append(row)
    gc.enable()
    columns = [[row[k] / row[0] for row in rows] for k in range(1, len(calls))]
    spread = [statistics.quantiles(column, n=4) for column in columns]
    return statistics.median(row[0] for row in rows), [(q[1], q[0], q[2]) for q in spread]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--repeats", type=int, default=21)
    options = parser.parse_args()
    programs, by_hand = (load(ROOT / "benchmarks" / f"{name}.py") for name in ("native_programs", "native_programs_d"))
    table = Table("program", title=f"numba {numba.__version__}, Python {sys.version.split()[0]}, one thread")
    for name in ("primal", "ours / primal", "by hand / primal", "ours / by hand", "first call"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["S2S_AD_CACHE_DIR"] = temporary
        sys.path.insert(0, str(ROOT))
        import s2s_ad

        for title, name, wrt, args in programs.cases(np.random.default_rng(0)):
            if options.names and name not in options.names:
                continue
            f = getattr(programs, name)
            primal, hand = native(f), getattr(by_hand, f"{name}_vjp", None)
            ours = s2s_ad.value_and_grad(f, wrt, backend="numba")
            start = time.perf_counter()
            got = ours(*args)
            first = time.perf_counter() - start
            calls = [partial(on_copies, primal, args), partial(ours, *args)]
            if hand is not None:
                agree(got, hand(*args))
                calls.append(partial(hand, *args))
            base, found = ratios(calls, options.repeats)
            cells = [f"{m:.2f} ({a:.2f}-{b:.2f})" for m, a, b in found] + [""]
            against = f"{found[0][0] / found[1][0]:.2f}" if hand is not None else ""
            table.add_row(title, f"{base * 1e6:,.1f} µs", cells[0], cells[1], against, f"{first:.1f} s")
    Console(width=130).print(table)


def on_copies(f, args):
    """The primals write to their arguments: each call gets its own, as each call of a derivative makes its own."""
    return f(*(a.copy() if isinstance(a, np.ndarray) else a for a in args))


def agree(ours, hand):
    """Raise if the two values or gradients differ."""
    for a, b in zip(flat(ours), flat(hand)):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)


def flat(result):
    value, gradient = result
    return [value, *(gradient if isinstance(gradient, tuple) else (gradient,))]


if __name__ == "__main__":
    main()
