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


class Stencils:
    """Sweeps over rows and grids, in time, from one array to another and back, or in place."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def near(self, array: str, index: tuple[str, ...]) -> str:
        steps = [self.chance.choice((-1, 0, 0, 1, 1, -1, 2)) for _ in index]
        if self.chance.random() < 0.6 and len(index) > 1:
            steps[self.chance.randrange(len(index))] = 0
        signs = {s: f" {'+' if s > 0 else '-'} {abs(s)}" if s else "" for s in steps}
        return f"{array}[{', '.join(i + signs[s] for i, s in zip(index, steps))}]"

    def update(self, target: str, source: str, index: tuple[str, ...]) -> str:
        own = f"{source}[{', '.join(index)}]"
        some = [self.near(source, index) for _ in range(3)]
        form = self.chance.choice((
            "{o} + c * ({x} - 2.0 * {o} + {y})",
            "{o} - c * {o} * ({o} - {x}) + 0.1 * ({y} - {z})",
            "0.25 * ({x} + {y} + {z} + {o})",
            "c * {x} * {y} + {z}",
            "{x} / (2.0 + c * c) - {y}",
            "np.sin({x}) * c + {y}",
            "{o} + ({x} if {y} > 0.1 else {z})",
        ))  # fmt: skip
        value = form.format(o=own, x=some[0], y=some[1], z=some[2])
        return f"{target}[{', '.join(index)}] {self.chance.choice(('=', '=', '=', '+='))} {value}"

    def sweep(self, target: str, source: str, rank: int, indent: str) -> list[str]:
        lines, index = [], ("i", "j")[:rank]
        for name in index:
            bounds = self.chance.choice(
                ("1, n - 1", "1, n - 1", "1, n - 2", "2, n - 2", "n - 1", "1, n", "n - 2, 0, -1")
            )
            lines.append(f"{indent}for {name} in range({bounds}):")
            indent += "    "
        if source != target and self.chance.random() < 0.2:
            lines.append(f"{indent}total += {self.near(source, index)} * c")
        return [*lines, f"{indent}{self.update(target, source, index)}"]

    def program(self) -> list[str]:
        rank = self.chance.choice((1, 1, 2))
        u = "a" if rank == 1 else "m"
        lines = ["n = len(a)", "c = a[0] * 0.3", "total = 0.0", f"new = {u}.copy()"]
        indent = ""
        if self.chance.random() < 0.75:
            lines.append("for t in range(3):")
            indent = "    "
        in_place = self.chance.random() < 0.2
        lines += self.sweep(u if in_place else "new", u, rank, indent)
        back = self.chance.random()
        if back < 0.5:
            bounds = self.chance.choice(("1, n - 1", "1, n - 1", "n", "1, n"))
            index = ("i", "j")[:rank]
            for k, name in enumerate(index):
                lines.append(f"{indent}{'    ' * k}for {name} in range({bounds}):")
            place = ", ".join(index)
            lines.append(f"{indent}{'    ' * rank}{u}[{place}] = {self.chance.choice(('', '', '0.5 * '))}new[{place}]")
        elif back < 0.7:
            lines += self.sweep(u, "new", rank, indent)
        elif back < 0.85 and indent:
            lines.append(f"{indent}{u}, new = new, {u}")
        lines.append(f"return total + np.sum({u} * {u}) + np.sum(new * np.cos(new)) + c * np.sum(a) + np.sum(m)")
        return lines


def stencil(seed: int) -> str:
    """The source of f(a, m): sweeps over neighbours."""
    body = Stencils(seed).program()
    return "\n".join(["import numpy as np", "", "", "def f(a, m):", *("    " + line for line in body), ""])


WHOLE = ("n", "n", "n", "1, n", "n - 1", "n - 1, -1, -1", "0, n, 2", "i", "i, n")
FILLS = ("t[k] = {x} * c", "t[k] += {x}", "t[k] = {x} + t[n - 1 - k]", "t[k] = t[k] + {x}", "t[n - 1 - k] = {x}",
         "t[k - 1] = {x}", "t[0] += {x}")  # fmt: skip
USES = ("total += np.exp(0.3 * t[k]) * {x}", "a[k] += 0.1 * t[k]", "s[k] = t[k] * {x}", "t[k] *= {x}",
        "total += t[k] * t[0]", "m[i, k] = t[k] * c", "c = np.cos(c + t[k])")  # fmt: skip


def scratch(seed: int) -> str:
    """The source of f(a, m), whose trips make arrays of their own."""
    chance = random.Random(seed)
    reads = ("a[k]", "m[i, k]", "m[k, i]", "a[i]")
    body = ["n = len(a)", "total = 0.0", "c = 0.4", "s = np.zeros(n)", "for i in range(n):"]
    body.append(
        "    t = " + chance.choice(("np.zeros(n)", "np.zeros(n)", "np.zeros_like(a)", "np.zeros(len(a))", "0.0 * a"))
    )
    for _ in range(chance.randint(2, 4)):
        form = chance.choice(FILLS if chance.random() < 0.5 else USES)
        body.append(f"    for k in range({chance.choice(WHOLE)}):")
        body.append(f"        {form.format(x=chance.choice(reads))}")
    body.append("return total + np.sum(a * a) + np.sum(s) + np.sum(np.sin(m))")
    text = "\n".join("    " + line for line in body)
    return f"import numpy as np\n\n\ndef f(a, m):\n{text}\n"


INNER = ("n", "n", "n", "n - 1", "{v}", "{v} + 1", "1, n")
PRODUCTS = ("total += np.sin({x} * {y} * {z})", "total += {x} * {y} / (2.0 + {z} * {z})", "b[{v}] += {x} * {y}",
            "b[{w}] += -{x} * {y} * {z}", "total += np.cos({x} * ({y} - {z})) * {y}", "total += {x} * {x} * {y}",
            "s += {x} * {y}")  # fmt: skip


def products(seed: int) -> str:
    """The source of f(a, m), whose outer loop goes over products of which some factors stay the same."""
    chance = random.Random(seed)

    def element(indices: list[str]) -> str:
        own = [chance.choice(indices) for _ in range(2)]
        return chance.choice((f"a[{own[0]}]", f"m[{own[0]}, {own[1]}]", f"m[{own[0]}, {own[1]}]", "c", "0.7"))

    def level(indices: list[str], indent: str) -> list[str]:
        name = "tijk"[len(indices)]
        ranges = ("n", "3", "n - 1", "0") if not indices else INNER if len(indices) > 1 else INNER[:4]
        bound = chance.choice(ranges[: 3 if chance.random() < 0.9 else None]).format(v=indices[-1] if indices else "")
        lines = [f"{indent}for {name} in range({bound}):"]
        inner = [*indices, name]
        for _ in range(chance.randint(1, 2)):
            parts = {key: element(inner if chance.random() < 0.5 else inner[1:] or inner) for key in "xyz"}
            form = chance.choice(PRODUCTS).format(v=inner[-1], w=chance.choice(inner), **parts)
            lines.append(f"{indent}    {form}")
            if len(inner) < 4 and chance.random() < 0.8:
                lines += level(inner, indent + "    ")
        return lines

    body = ["n = len(a)", "total = 0.0", "s = 0.1", "c = a[0]", "b = np.cos(a)", *level([], ""), *level([], "")]
    body.append("return total + np.sum(b * b) + np.sin(s)")
    return "\n".join(["import numpy as np", "", "", "def f(a, m):", *("    " + line for line in body), ""])


SHIFTS = ((":",), ("1:", ":-1"), ("1:-1", "2:", ":-2"), ("1:-1", "2:", ":-2"))  # slices of one length
WHOLES = ("{} + 0.3 * {}", "{} * {} - {}", "np.sin({}) * {}", "{} / (2.0 + {} * {})", "{} - ({} - 0.2 * {})")


def slices(seed: int) -> str:
    """The source of f(a, b, c, m), which computes with slices: of short arrays they are broadcast."""
    chance = random.Random(seed)
    arrays = ["a", "b", "c", *(["new"] if chance.random() < 0.5 else [])]

    def part(shifts: tuple[str, ...]) -> str:
        shift, kind = chance.choice(shifts), chance.random()
        if kind < 0.2:
            row = chance.randrange(2)
            return f"m[{row}, {shift}]" if kind < 0.12 else f"m[{shift}, {row}]"
        return f"{chance.choice(arrays)}[{shift}]"

    body = ["total = 0.0", *(["new = a.copy()"] if "new" in arrays else [])]
    indent = "    " if chance.random() < 0.7 else ""
    body += ["for t in range(3):"] if indent else []
    for _ in range(chance.randint(1, 3)):
        shifts = chance.choice(SHIFTS)
        whole = chance.choice(WHOLES).format(*(part(shifts) for _ in range(3)))
        target = f"{chance.choice(arrays)}[{chance.choice(shifts)}] {chance.choice(('=', '+=', '-='))} {whole}"
        body.append(indent + (target if chance.random() < 0.6 else f"total += np.sum({whole})"))
    if indent and "new" in arrays and chance.random() < 0.6:
        body.append(f"{indent}a, new = new, a")
    body.append(f"return total + {' + '.join(f'np.sum({name} * {name})' for name in arrays)} + np.sum(np.cos(m))")
    text = "\n".join("    " + line for line in body)
    return f"import numpy as np\n\n\ndef f(a, b, c, m):\n{text}\n"
