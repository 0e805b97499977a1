"""Random loops over neighbours, rows and triangles: those whose derivatives native code gives another shape."""

from __future__ import annotations

import random

RANGES = ("n", "1, n - 1", "1, n", "n - 1", "2, n - 2", "n - 2, 0, -1", "n - 1, -1, -1", "0, n, 2")
WITHIN = ("{v} + 1, n", "{v}", "{v} + 1", "n - 1, {v}, -1", "{v}, n", "1, {v}", "n - {v}, n")
NEAR = ("{v}", "{v}", "{v}", "{v} - 1", "{v} + 1", "{v} + 2", "{v} - 2", "n - 1 - {v}", "2 * {v}")
FIXED = ("0", "1", "n - 1", "n - 2", "-1", "q")
STATEMENTS = ("{t} = {x} + 0.1 * ({y} - 2.0 * {z} + {w})", "{t} -= 0.3 * {x} * {y}", "{t} = {x} * {y}", "{t} = {x}",
              "{t} = {x} - 0.2 * {x} * ({x} - {y}) + 0.1 * ({z} - {w})", "{t} /= 2.0 + {x}", "total += {x} * {y}",
              "{t} = 0.25 * ({x} + {y} + {z} + {w})", "{t} += 0.5 * {x}", "{t} = np.sin({x}) * {y}")  # fmt: skip


class Writer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def index(self, loops: list[str]) -> str:
        if not loops or self.chance.random() < 0.12:
            return self.chance.choice(FIXED)
        own = loops[-1] if self.chance.random() < 0.6 else self.chance.choice(loops)
        return self.chance.choice(NEAR).format(v=own)

    def element(self, loops: list[str]) -> str:
        array = self.chance.choice(("a", "b", "m", "m"))
        more = f", {self.index(loops)}" if array == "m" else ""
        return f"{array}[{self.index(loops)}{more}]"

    def statement(self, loops: list[str]) -> str:
        parts = {name: self.element(loops) for name in "txyzw"}
        return self.chance.choice(STATEMENTS).format(**parts)

    def loop(self, loops: list[str]) -> list[str]:
        name = "ijk"[len(loops)]
        ranges = [*RANGES, *(text.format(v=v) for v in loops for text in WITHIN * 2)]
        lines = [f"for {name} in range({self.chance.choice(ranges)}):"]
        inner = [*loops, name]
        for _ in range(self.chance.randint(1, 3)):
            kind = self.chance.random()
            if kind < 0.5 and len(inner) < 3:
                lines += ["    " + line for line in self.loop(inner)]
            elif kind < 0.55:
                lines += [f"    if {name} > 1:", f"        {self.statement(inner)}"]
            else:
                lines.append(f"    {self.statement(inner)}")
        return lines


def program(seed: int) -> str:
    """The source of f(a, m), which may raise an IndexError."""
    writer = Writer(seed)
    body = ["n = len(a)", "q = n // 2", "b = 0.7 * a", "total = 0.0"]
    for _ in range(writer.chance.randint(1, 2)):
        body += writer.loop([])
    body.append("return total + np.sum(a * a) + np.sum(b) + np.sum(m * np.cos(m))")
    return "\n".join(["import numpy as np", "", "", "def f(a, m):", *("    " + line for line in body), ""])
