"""The text of a random program: a function `f`, helpers that it calls, numbers outside it, and what it is called with.

Every program runs without an exception for most of its points; numbers stay small, and no function is steep.
"""

from __future__ import annotations

from tests.fuzz.expressions import FRESH, KINDS, Expressions, Scope

HEAD = """import math

import numpy as np
"""
OUTSIDE = """

def lengthen(items, value):
    items.append(value * items[0])


def doubled(items, value):
    more = items + [value]
    return [r * value for r in more]


RATE = 0.7
COUNT = 3
WEIGHTS = [0.5, -1.25, 2.0]
TABLE = {"low": 0.25, "high": 1.5}
"""
PARAMETERS = {"x": "float", "y": "float", "n": "int", "a": "array", "xs": "list"}


class Program(Expressions):
    """Draws one program; `text` is the module."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.counters = 0
        self.results = 1
        parts = [HEAD, OUTSIDE]
        for k in range(self.random.choice([0, 0, 1, 1, 2])):
            parts.append(self.helper(f"helper_{k}"))
        if self.random.random() < 0.3:
            parts.append(self.recursion("again"))
        parts.append(self.main())
        self.text = "\n".join(parts)

    # --- functions ------------------------------------------------------------------------------------------------

    def helper(self, name: str) -> str:
        scope = Scope()
        params = ["p0", "p1"][: self.random.randint(1, 2)]
        scope.names["float"] = list(params)
        self.inside_helper = True
        lines = self.block(scope, 1, self.random.randint(0, 3), depth=1)
        lines.append(f"    return {self.float(scope, 2)}")
        self.inside_helper = False
        self.helpers.append((name, len(params)))
        head = ", ".join(p if k == 0 or self.chance(0.6) else f"{p}=0.5" for k, p in enumerate(params))
        return "\n".join([f"\ndef {name}({head}):", *lines]) + "\n"

    def recursion(self, name: str) -> str:
        scope = Scope()
        scope.names["float"], scope.names["int"] = ["p0", "p1"], ["depth"]
        base, step = self.float(scope, 1), self.float(scope, 1)
        self.recursive.append(name)
        after = self.pick(f"return {name}({step}, p1, depth - 1)",
                          f"r = {name}(p1, {step}, depth - 1)\n    return math.sin(r) * p0 + p1",
                          f"return {name}({step}, p1, depth - 2) - 0.5 * {name}(p0, p1 * 0.5, depth - 1)")  # fmt: skip
        return f"\ndef {name}(p0, p1, depth):\n    if depth <= 0:\n        return {base}\n    {after}\n"

    def main(self) -> str:
        wanted = ["x"] + [p for p in ("y", "n", "a", "xs") if self.chance(0.6)]
        scope = Scope()
        for name in wanted:
            scope.names[PARAMETERS[name]].append(name)
        self.results = self.random.choice([1, 1, 1, 2])
        lines = self.block(scope, 1, self.random.randint(2, 6), depth=0)
        results = [self.result(scope) for _ in range(self.results)]
        lines.append(f"    return {', '.join(results)}")
        return "\n".join([f"\ndef f({', '.join(wanted)}):", *lines]) + "\n"

    def result(self, scope: Scope) -> str:
        """Of all that the function made something."""
        terms = [self.float(scope, 2)]
        terms += [f"{self.pick('0.3', '1.25', '-0.8')} * {n}" for n in scope.names["float"][-4:]]
        terms += [f"sum({n})" for n in scope.names["list"][-2:] if n != "xs"]
        terms += [f"{n} @ {n[::-1][0] + '[::-1]' if len(n) == 1 else n}" for n in scope.names["array"][-1:]]
        terms += [f"{n}[0] * {n}[1]" for n in scope.names["pair"][-1:]]
        terms += [f'{n}["one"] - {n}["two"]' for n in scope.names["dict"][-1:]]
        self.random.shuffle(terms)
        return " + ".join(terms[: self.random.randint(1, 5)])

    # --- statements -----------------------------------------------------------------------------------------------

    def block(self, scope: Scope, indent: int, count: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(max(count, 1)):
            lines += self.statement(scope, indent, depth)
        return lines

    def statement(self, scope: Scope, indent: int, depth: int) -> list[str]:
        simple = [
            (8, self.assign_float), (3, self.augment), (2, self.assign_int), (1.5, self.assign_flag),
            (2, self.make_list), (3, self.change_list), (1.5, self.pairs), (1, self.dicts), (1, self.local_function),
            (1, self.leave), (0.5, self.message),
        ]  # fmt: skip
        if not self.inside_helper:
            simple.append((2, self.assign_array))
        nested = [(3, self.branch), (4, self.loop), (2, self.while_loop)] if depth < 3 else []
        choices = simple + nested
        make = self.random.choices([m for _, m in choices], [w for w, _ in choices])[0]
        return make(scope, "    " * indent, indent, depth)

    def target(self, scope: Scope) -> str:
        old = [n for n in scope.names["float"] if n not in ("x", "p0")]
        return self.random.choice(old) if old and self.chance(0.5) else self.pick(*FRESH["float"])

    def assign_float(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        value = self.float(scope, 2)
        name = self.target(scope)
        if self.chance(0.08):
            value = self.pick("0", "1", "0.0", self.int(scope, 1))
        self.bind(scope, "float", name)
        if self.chance(0.1):
            other = self.pick(*FRESH["float"])
            self.bind(scope, "float", other)
            return [f"{pad}{name} = {other} = {value}"]
        return [f"{pad}{name} = {value}"]

    def augment(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if not scope.names["float"]:
            return self.assign_float(scope, pad, indent, depth)
        name = self.random.choice(scope.names["float"])
        return [f"{pad}{name} {self.pick('+', '-', '*')}= {self.small(scope)}"]

    def assign_int(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        value = self.int(scope, 1)
        return [f"{pad}{self.bind(scope, 'int')} = {value}"]

    def assign_flag(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        value = self.condition(scope)
        return [f"{pad}{self.bind(scope, 'flag')} = {value}"]

    def assign_array(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        value = self.array(scope, 2)
        return [f"{pad}{self.bind(scope, 'array')} = {value}"]

    def make_list(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        value = self.list(scope)
        return [f"{pad}{self.bind(scope, 'list')} = {value}"]

    def change_list(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        own = [n for n in scope.names["list"] if n != "xs"]
        if not own:
            return self.make_list(scope, pad, indent, depth)
        name = self.random.choice(own)
        return [pad + self.weighted([
            (5, lambda: f"{name}.append({self.float(scope, 1)})"),
            (2, lambda: f"{name}[{self.pick('0', '-1', self.index(scope, name))}] = {self.float(scope, 1)}"),
            (1, lambda: f"{name}[{self.pick('0', '-1')}] {self.pick('+', '*', '-')}= {self.small(scope)}"),
            (1, lambda: f"{name} = {name} + [{self.float(scope, 1)}]"),
            (1, lambda: f"{name} += [{self.float(scope, 1)}, {self.float(scope, 1)}]"),
            (0.7, lambda: f"{self.bind(scope, 'list', self.pick(*FRESH['list']))} = {name}"),
            (0.5, lambda: f"{name}.extend({self.list(scope)})"),
            (0.5, lambda: f"{name}.insert(0, {self.float(scope, 1)})"),
            (0.5, lambda: f"{name}.reverse()"),
            (0.7, lambda: f"{self.bind(scope, 'float', 's')} = {name}.pop()\n{pad}{name}.append({self.atom(scope)})"),
            (0.5, lambda: f"{name}[{self.index(scope, name)}] {self.pick('+', '*')}= {self.small(scope)}"),
            (0.5, lambda: f"while len({name}) > 2:\n{pad}    {name}[0] *= {name}.pop()"),
            (0.5, lambda: f"if len({name}) > 1:\n{pad}    del {name}[0]"),
            (0.5, lambda: f"{self.pick('lengthen', 'doubled')}({name}, {self.atom(scope)})"),
            (0.5, lambda: f"{name} = doubled({name}, {self.atom(scope)})"),
            (0.5, lambda: f"for i_ in range(len({name})):\n{pad}    {name}[i_] = {name}[i_ - 1] * {self.small(scope)}"),
        ])]  # fmt: skip

    def pairs(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if scope.names["pair"] and self.chance(0.5):
            pair = self.random.choice(scope.names["pair"])
            one, two = self.pick("s", "t"), self.pick("u", "w")
            self.bind(scope, "float", one)
            self.bind(scope, "float", two)
            return [f"{pad}{one}, {two} = {pair}"]
        if len(scope.names["float"]) > 1 and self.chance(0.5):
            one, two = self.random.sample(scope.names["float"], 2)
            return [f"{pad}{one}, {two} = {two}, {self.float(scope, 1)}"]
        value = f"({self.float(scope, 1)}, {self.float(scope, 1)})"
        name = self.bind(scope, "pair")
        if depth < 2 and self.chance(0.3):
            change = self.pick(
                f"({name}[1], {name}[0] * {self.atom(scope)})", f"({name}[0] + {name}[1], {self.atom(scope)})"
            )
            return [
                f"{pad}{name} = {value}",
                f"{pad}for _ in range({self.pick('2', 'COUNT')}):",
                f"{pad}    {name} = {change}",
            ]
        return [f"{pad}{name} = {value}"]

    def dicts(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if scope.names["dict"] and self.chance(0.6):
            name = self.random.choice(scope.names["dict"])
            return [f'{pad}{name}["{self.pick("one", "two")}"] {self.pick("", "+", "*")}= {self.small(scope)}']
        value = f'{{"one": {self.float(scope, 1)}, "two": {self.float(scope, 1)}}}'
        return [f"{pad}{self.bind(scope, 'dict')} = {value}"]

    def local_function(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if depth or self.inside_helper:
            return self.assign_float(scope, pad, indent, depth)
        inner = scope.copy()
        inner.names["float"].append("r")
        value = self.float(inner, 2)
        name = self.bind(scope, "function")
        if self.chance(0.5):
            return [f"{pad}{name} = lambda r: {value}"]
        return [f"{pad}def {name}(r):", f"{pad}    return {value}", ""]

    def leave(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if self.loops and self.chance(0.7):
            return [f"{pad}if {self.condition(scope)}:", f"{pad}    {self.pick('break', 'continue')}"]
        count = 1 if self.inside_helper else self.results
        result = ", ".join(self.float(scope, 1) for _ in range(count))
        return [f"{pad}if {self.condition(scope)}:", f"{pad}    return {result}"]

    def message(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        return [f"{pad}assert {self.float(scope, 1)} < 1e300, 'large'"]

    def branch(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        lines = [f"{pad}if {self.condition(scope)}:"]
        then = scope.copy()
        lines += self.block(then, indent + 1, self.random.randint(1, 3), depth + 1)
        sides = [then]
        if self.chance(0.3):
            lines.append(f"{pad}elif {self.condition(scope)}:")
            middle = scope.copy()
            lines += self.block(middle, indent + 1, self.random.randint(1, 2), depth + 1)
            sides.append(middle)
        if self.chance(0.6):
            other = scope.copy()
            end = len(lines)
            lines.append(f"{pad}else:")
            lines += self.block(other, indent + 1, self.random.randint(1, 2), depth + 1)
            sides.append(other)
            if self.chance(0.3) and len(sides) == 2:  # both sides bind a name to what was there before
                name = self.pick(*FRESH["float"])
                lines.insert(end, f"{pad}    {name} = {self.atom(scope)}")
                lines.append(f"{pad}    {name} = {self.atom(scope)}")
                for side in sides:
                    self.bind(side, "float", name)
            for kind in KINDS:
                scope.names[kind] = [n for n in then.names[kind] if all(n in s.names[kind] for s in sides)]
        elif self.chance(0.1):
            scope.names["float"] = then.names["float"]  # now and then what may not be bound
        return lines

    def loop(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        inner = scope.copy()
        i, t = self.pick("i", "j"), self.pick("t", "e_")
        items = self.pick(*scope.names["list"]) if scope.names["list"] else "WEIGHTS"
        other = self.pick(*scope.names["list"]) if scope.names["list"] else "WEIGHTS"
        arrays = scope.names["array"]
        stop = self.pick("3", "2", "COUNT", *(["n", "n"] if "n" in scope.names["int"] else []), f"len({items})")
        forms: list[tuple[float, str, dict[str, str]]] = [
            (4, f"{i} in range({stop})", {i: "int"}),
            (1, f"{i} in range({self.int(scope, 0)} % 3, {stop})", {i: "int"}),
            (1, f"{i} in range({stop}, 0, -1)", {i: "int"}),
            (2, f"{t} in {self.pick(items, f'list({items})', f'{items}[1:]')}", {t: "float"}),
            (1, f"{i}, {t} in enumerate({items})", {i: "int", t: "float"}),
            (1, f"{t}, u in zip({items}, {other})", {t: "float", "u": "float"}),
            (1, f"{t} in reversed({items})", {t: "float"}),
            (1, f"{t} in ({self.small(scope)}, {self.small(scope)}, 0.25)", {t: "float"}),
        ]
        if arrays:
            forms.append((2, f"{t} in {self.random.choice(arrays)}", {t: "float"}))
        if scope.names["dict"]:
            forms.append((1, f"_, {t} in {self.random.choice(scope.names['dict'])}.items()", {t: "float"}))
        _, head, bound = self.random.choices(forms, [w for w, _, _ in forms])[0]
        for name, kind in bound.items():
            self.bind(inner, kind, name)
        self.loops += 1
        # what grows while it is walked over would never end
        growing = inner.names["list"]
        inner.names["list"] = [n for n in growing if n not in head]
        lines = [f"{pad}for {head}:", *self.block(inner, indent + 1, self.random.randint(1, 3), depth + 1)]
        self.loops -= 1
        return lines + self.otherwise(scope, pad, indent, depth)

    def otherwise(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        if not self.chance(0.08):
            return []
        return [f"{pad}else:", *self.block(scope.copy(), indent + 1, 1, depth + 1)]

    def while_loop(self, scope: Scope, pad: str, indent: int, depth: int) -> list[str]:
        self.counters += 1
        counter = f"count{self.counters}"
        scope.names["int"].append(counter)
        inner = scope.copy()
        test = f"{counter} < {self.pick('3', '4', 'n' if 'n' in scope.names['int'] else '2')}"
        if self.chance(0.4):
            test += f" and ({self.condition(scope)})"
        start = [f"{pad}{counter} = 0", f"{pad}while {test}:", f"{pad}    {counter} += 1"]
        self.loops += 1
        lines = self.block(inner, indent + 1, self.random.randint(1, 3), depth + 1)
        self.loops -= 1
        return [*start, *lines, *self.otherwise(scope, pad, indent, depth)]
