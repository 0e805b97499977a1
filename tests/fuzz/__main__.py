"""python -m tests.fuzz --programs 1000 --seed 0"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.array_programs import ArrayProgram
from tests.fuzz.checks import Wrong, run
from tests.fuzz.generator import Program
from tests.fuzz.shrink import shrink

REGRESSIONS = Path(__file__).resolve().parents[1] / "regressions"


def failure(text: str) -> Wrong | None:
    """How the program fails, if it does. What is no program at all does not fail."""
    try:
        run(text, seconds=10)
    except Wrong as error:
        return error
    except (SyntaxError, NameError, AttributeError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return None  # a cut too many: the module cannot be imported
    return None


def saved(text: str, seed: int, wrong: Wrong, folder: Path) -> Path:
    what = wrong.what
    same = lambda t: (found := failure(t)) is not None and found.what == what  # noqa: E731
    small = text if what == "time" else shrink(text, same)  # each try would take as long
    path = folder / f"{re.sub('[^a-z]+', '_', what.lower()).strip('_')}_{seed}.py"
    path.write_text(f'"""Found by chance: {what}."""\n\n{small}', encoding="utf-8")
    return path


def program(seed: int, kind: str) -> str:
    """The text of a program; both kinds take turns."""
    if kind == "both":
        seed, kind = seed // 2, ("scalars", "arrays")[seed % 2]
    return (Program(seed) if kind == "scalars" else ArrayProgram(seed)).text


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first program; the others follow")
    parser.add_argument("--kind", choices=["scalars", "arrays", "both"], default="both", help="of programs")
    parser.add_argument("--show", action="store_true", help="print the first program and stop")
    parser.add_argument("--reasons", action="store_true", help="print a program for each reason to refuse")
    parser.add_argument("--to", type=Path, default=REGRESSIONS, help="where shrunk failures go")
    options = parser.parse_args()
    if options.show:
        print(program(options.seed, options.kind))
        return 0
    os.environ["S2S_AD_CACHE_DIR"] = "off"
    outcomes: Counter[str] = Counter()
    example: dict[str, int] = {}
    wrong = 0
    start = time.perf_counter()
    for seed in range(options.seed, options.seed + options.programs):
        text = program(seed, options.kind)
        try:
            outcome = run(text)
        except Wrong as error:
            wrong += 1
            print(f"seed {seed}: {error}", flush=True)
            print(f"  {saved(text, seed, error, options.to)}", flush=True)
            continue
        reason = re.sub(r"\s+File .*", "", outcome, flags=re.S)
        outcomes[reason] += 1
        example.setdefault(reason, seed)
    for reason, count in outcomes.most_common():
        print(f"{count:6} {reason}" + (f"   (seed {example[reason]})" if options.reasons else ""))
    print(f"{options.programs} programs, {wrong} wrong, {time.perf_counter() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
