"""What derivatives cost, as ratios measured in one run: `python benchmarks/run.py`."""

import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path

from programs import programs, writes
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10, 100, 1_000, 10_000)


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def medians(*calls, repeats=15, seconds=0.02):
    """The median time of each call. They take turns, so that what slows the machine slows them all."""
    numbers = []
    for call in calls:
        once = max(timeit.timeit(call, number=3) / 3, 1e-9)
        numbers.append(max(1, int(seconds / once)))
    times = [[] for _ in calls]
    for _ in range(repeats):
        for call, number, found in zip(calls, numbers, times):
            found.append(timeit.timeit(call, number=number) / number)
    return [statistics.median(found) for found in times]


def micro(seconds):
    return f"{seconds * 1e6:,.2f} µs"


def emitted(derivative, name, *args):
    """The function of this name in the module that is made for a derivative."""
    scope = {}
    exec(compile(derivative.source(*args), f"<{name}>", "exec"), scope)
    return scope[name]


def gradients(s2s_ad, table):
    """Gradient over function, ours beside the one written by hand, and the way through f.grad."""
    quickstart, recurrence = (load(ROOT / "examples" / f"{name}.py") for name in ("quickstart", "recurrence"))
    by_hand, recurrence_by_hand = (
        load(ROOT / "tests" / "handwritten" / f"{name}.py") for name in ("quickstart_d", "recurrence_d")
    )
    f, logistic = quickstart.f, recurrence.logistic
    decorated = s2s_ad.differentiate(f)
    point, steps = (2.0, 5.0), (0.3, 2.9, 1000)
    f_grad = emitted(s2s_ad.grad(f, (0, 1)), "f_grad", *point)
    loop_grad = emitted(s2s_ad.value_and_grad(logistic, (0, 1)), "logistic_value_and_grad", *steps)
    loop_by_hand = recurrence_by_hand.logistic_vjp

    plain, ours, hand, called = medians(
        lambda: f(*point), lambda: f_grad(*point), lambda: by_hand.f_grad(*point), lambda: decorated.grad(*point)
    )
    table.add_row("worked example: gradient / function", f"{ours / plain:.2f}", f"by hand {hand / plain:.2f}")
    table.add_row("worked example: ours / by hand", f"{ours / hand:.2f}", "at most 1.1")
    table.add_row("f.grad / emitted function", f"{called / ours:.2f}", f"the call costs {micro(called - ours)}")

    plain, ours, hand = medians(lambda: logistic(*steps), lambda: loop_grad(*steps), lambda: loop_by_hand(*steps))
    table.add_row("loop of 1,000 steps: gradient / function", f"{ours / plain:.2f}", f"by hand {hand / plain:.2f}")
    table.add_row("loop of 1,000 steps: ours / by hand", f"{ours / hand:.2f}", "at most 1.1")


def straight_code(statements, seed):
    """The source of a function with so many assignments, each of which reads two recent names."""
    rng = random.Random(seed)
    lines = ["import math", "", "", "def straight(x, y):", "    v0 = x * y", "    v1 = x + y"]
    # none of them lets the values grow without bound
    forms = ("math.sin({a} * {b}) + {c}", "{a} / (2.0 + {b} * {b})", "0.5 * {a} - 0.4 * {b}", "math.cos({b}) - {c}")
    for k in range(2, statements):
        a, b = (f"v{k - rng.randint(1, min(k, 5))}" for _ in "ab")
        lines.append(f"    v{k} = {rng.choice(forms).format(a=a, b=b, c=round(rng.uniform(0.1, 0.9), 3))}")
    return "\n".join([*lines, f"    return v{statements - 1}", ""])


def generation(s2s_ad, table, folder):
    """The time from the first call of grad(f) to its result, with nothing in the cache."""
    smallest = None
    s2s_ad.grad(load(write(folder, 10, 0)).straight)(0.3, 0.4)  # what is loaded once is not counted
    for size in SIZES:
        times = []
        for seed in range(1, 6 if size <= 100 else 3 if size <= 1_000 else 2):
            function = load(write(folder, size, seed)).straight
            start = time.perf_counter()
            s2s_ad.grad(function)(0.3, 0.4)
            times.append(time.perf_counter() - start)
        took = statistics.median(times)
        per_statement = took / size
        smallest = smallest or per_statement
        note = f"{per_statement * 1e3:.2f} ms a statement, {per_statement / smallest:.2f} of that for {SIZES[0]}"
        table.add_row(f"first call, {size:,} statements", f"{took:.3f} s", note)


def write(folder, size, seed):
    path = folder / f"straight_{size}_{seed}.py"
    path.write_text(straight_code(size, seed), encoding="utf-8")
    return path


def imports(table):
    """What `import s2s_ad` adds to `import numpy`, in fresh interpreters."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"

    def seconds(module):
        command = [sys.executable, "-c", code.format(module)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)

    rows = [(seconds("numpy"), seconds("numpy, s2s_ad"), seconds("numpy, s2s_ad.api")) for _ in range(9)]
    numpy, ours, loaded = (statistics.median(column) for column in zip(*rows))
    note = f"{(ours - numpy) * 1e3:.0f} ms more; at most 60"
    table.add_row("import s2s_ad / import numpy", f"{ours / numpy:.2f}", note)
    # the compiler is loaded when the first of its functions is asked for
    table.add_row("the same with s2s_ad.grad", f"{loaded / numpy:.2f}", f"{(loaded - numpy) * 1e3:.0f} ms more")


def main():
    table = Table("measured", title=f"s2s_ad on Python {sys.version.split()[0]}")
    table.add_column("result", justify="right")
    table.add_column("beside it")
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["S2S_AD_CACHE_DIR"] = str(Path(temporary, "cache"))
        sys.path.insert(0, str(ROOT))
        import s2s_ad

        gradients(s2s_ad, table)
        programs(ROOT, load, medians, table)
        writes(s2s_ad, emitted, medians, table)
        generation(s2s_ad, table, Path(temporary))
    imports(table)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
