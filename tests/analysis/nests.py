"""Random nests of loops that write to elements of arrays, with indices of every kind, negative ones too."""

from __future__ import annotations

import random

ARRAYS = ("a", "b", "m")
RANGES = ("n", "1, n", "n - 1", "n - 2, -1, -1", "0, n, 2", "n - 1, 0, -1", "2")
RANGES_WITHIN = ("{v}", "{v} + 1, n", "{v}, n", "{v}, -1, -1", "{v} + 1", "n - {v}")
CONSTANTS = ("0", "1", "2", "-1", "-2", "n - 1")
INDICES = ("{v}", "{v} - 1", "{v} + 1", "n - 1 - {v}", "-{v}", "{v} - 2", "2 * {v}", "({v} + 1) % n", "{v} + {w}",
           "{v} - {w}", "{w} + {v} - 1")  # fmt: skip
SLICES = ("{v}:", ":{v}", "{v} + 1:", ":{v} + 1")
STATEMENTS = ("{t} = np.sin({x}) * {y} + 0.1", "{t} += 0.5 * {x} * {y}", "{t} = {t} * {x}", "{t} = np.exp(0.3 * {x})",
              "{t} -= np.cos({x})", "{t} = {x} / (2.0 + {y} * {y})")  # fmt: skip


class Writer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def index(self, loops: list[str]) -> str:
        if not loops or self.chance.random() < 0.3:
            return self.chance.choice(CONSTANTS)
        return self.chance.choice(INDICES).format(v=self.chance.choice(loops), w=self.chance.choice(loops))

    def element(self, loops: list[str]) -> str:
        array = self.chance.choice(ARRAYS)
        more = f", {self.index(loops)}" if array == "m" else ""
        return f"{array}[{self.index(loops)}{more}]"

    def statement(self, loops: list[str]) -> list[str]:
        t, x, y = (self.element(loops) for _ in "txy")
        kind = self.chance.random()
        if kind < 0.12 and loops:
            part = self.chance.choice(SLICES).format(v=self.chance.choice(loops))
            row, other = self.index(loops), self.index(loops)
            how = self.chance.choice(("=", "+="))
            if self.chance.random() < 0.5:
                return [f"m[{row}, {part}] {how} 0.5 * m[{other}, {part}] * {x}"]
            return [f"a[{part}] {how} 0.5 * b[{part}] * {x}"]
        if kind < 0.2:
            return ["c = a.copy()", f"{t} = 0.4 * c[{self.index(loops)}] * {y}"]
        if kind < 0.25:
            return [f"{t} = 0.3 * {t} * {x}", "b = a.copy()"]
        return [self.chance.choice(STATEMENTS).format(t=t, x=x, y=y)]

    def block(self, loops: list[str], depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.chance.randint(1, 2 if depth else 3)):
            kind = self.chance.random()
            if kind < 0.45 and len(loops) < 3:
                name = "ijk"[len(loops)]
                ranges = [*RANGES, *(text.format(v=v) for v in loops for text in RANGES_WITHIN)]
                lines.append(f"for {name} in range({self.chance.choice(ranges)}):")
                lines += ["    " + line for line in self.block([*loops, name], depth + 1)]
            elif kind < 0.55 and loops:
                compare, bound = self.chance.choice("<>"), self.chance.choice(("1", "2", "n - 2"))
                lines.append(f"if {self.chance.choice(loops)} {compare} {bound}:")
                lines += ["    " + line for line in self.statement(loops)]
            else:
                lines += self.statement(loops)
        return lines


def program(seed: int) -> str:
    """The source of f(a, m), which may raise an IndexError or a ValueError."""
    body = ["n = len(a)", "b = 0.7 * a", *Writer(seed).block([], 0)]
    body.append("return np.sum(a * a) + np.sum(b) + np.sum(m * np.cos(m))")
    return "\n".join(["import numpy as np", "", "", "def f(a, m):", *("    " + line for line in body), ""])
