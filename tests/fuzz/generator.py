"""The text of a random program: a function `f`, helpers that it calls, numbers outside it, and what it is called with.

Every program runs without an exception for most of its points; numbers stay small, and no function is steep.
Expressions come by kind: floats, ints, conditions, arrays of three elements, lists of floats that are not empty.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD = """import math

import numpy as np
"""
OUTSIDE = """
RATE = 0.7
COUNT = 3
WEIGHTS = [0.5, -1.25, 2.0]
TABLE = {"low": 0.25, "high": 1.5}
"""
PARAMETERS = {"x": "float", "y": "float", "n": "int", "a": "array", "xs": "list"}


@dataclass
class Scope:
    """The names that are bound for sure, by kind, and how to tell fresh ones."""

    names: dict[str, list[str]] = field(default_factory=lambda: {k: [] for k in KINDS})

    def copy(self) -> Scope:
        return Scope({kind: list(names) for kind, names in self.names.items()})


KINDS = ("float", "int", "array", "list", "flag", "pair", "dict", "function")
FRESH = {
    "float": ("s", "t", "u", "w", "z", "y_bar", "x_dot", "acc"),
    "int": ("k", "m", "j"),
    "array": ("b", "c", "v"),
    "list": ("ys", "zs", "ws", "tape"),
    "flag": ("flag", "ok"),
    "pair": ("p", "q"),
    "dict": ("d", "e"),
    "function": ("g", "h"),
}


class Program:
    """Draws one program; `text` is the module."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.helpers: list[tuple[str, int]] = []
        self.recursive: list[str] = []
        self.loops = 0
        self.counters = 0
        self.inside_helper = False
        parts = [HEAD, OUTSIDE]
        for k in range(self.random.choice([0, 0, 1, 1, 2])):
            parts.append(self.helper(f"helper_{k}"))
        if self.random.random() < 0.3:
            parts.append(self.recursion("again"))
        parts.append(self.main())
        self.text = "\n".join(parts)

    def pick(self, *things: str) -> str:
        return self.random.choice(things)

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def weighted(self, choices: list[tuple[float, Callable[[], str]]]) -> str:
        return self.random.choices([make for _, make in choices], [w for w, _ in choices])[0]()

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
        lines = self.block(scope, 1, self.random.randint(2, 6), depth=0)
        results = [self.result(scope) for _ in range(self.random.choice([1, 1, 1, 2]))]
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
            (8, self.assign_float), (3, self.augment), (2, self.assign_int), (1.5, self.assign_flag), (2, self.make_list),
            (3, self.change_list), (1.5, self.pairs), (1, self.dicts), (1, self.local_function), (1, self.leave),
            (0.5, self.message),
        ]  # fmt: skip
        if not self.inside_helper:
            simple.append((2, self.assign_array))
        nested = [(3, self.branch), (4, self.loop), (2, self.while_loop)] if depth < 3 else []
        choices = simple + nested
        make = self.random.choices([m for _, m in choices], [w for w, _ in choices])[0]
        return make(scope, "    " * indent, indent, depth)

    def bind(self, scope: Scope, kind: str, name: str | None = None) -> str:
        name = name or self.pick(*FRESH[kind])
        if name not in scope.names[kind]:
            scope.names[kind].append(name)
        return name

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
        return [f"{pad}{self.bind(scope, 'pair')} = {value}"]

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
        if depth or self.inside_helper:
            result = self.float(scope, 1)
            if not self.inside_helper:
                return self.assign_float(scope, pad, indent, depth)
            return [f"{pad}if {self.condition(scope)}:", f"{pad}    return {result}"]
        return self.assign_float(scope, pad, indent, depth)

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
            lines.append(f"{pad}else:")
            other = scope.copy()
            lines += self.block(other, indent + 1, self.random.randint(1, 2), depth + 1)
            sides.append(other)
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
            test += f" and {self.condition(scope)}"
        start = [f"{pad}{counter} = 0", f"{pad}while {test}:", f"{pad}    {counter} += 1"]
        self.loops += 1
        lines = self.block(inner, indent + 1, self.random.randint(1, 3), depth + 1)
        self.loops -= 1
        return [*start, *lines, *self.otherwise(scope, pad, indent, depth)]

    # --- expressions ----------------------------------------------------------------------------------------------

    def atom(self, scope: Scope) -> str:
        literals = ("0.5", "1.5", "2.0", "-0.75", "RATE", "TABLE['low']", "2")
        names = scope.names["float"]
        return self.random.choice(names) if names and self.chance(0.8) else self.pick(*literals)

    def small(self, scope: Scope) -> str:
        return self.weighted([
            (2, lambda: self.atom(scope)),
            (1, lambda: f"math.sin({self.atom(scope)})"),
            (1, lambda: f"math.tanh({self.float(scope, 1)})"),
            (1, lambda: f"0.5 * {self.atom(scope)}"),
        ])  # fmt: skip

    def float(self, scope: Scope, depth: int) -> str:
        if depth <= 0:
            return self.atom(scope)

        def sub() -> str:
            return self.float(scope, depth - 1)

        def bracket() -> str:
            text = sub()
            return text if text.isidentifier() else f"({text})"

        choices: list[tuple[float, Callable[[], str]]] = [
            (3, lambda: self.atom(scope)),
            (5, lambda: f"{bracket()} {self.pick('+', '-', '*', '*')} {bracket()}"),
            (2, lambda: f"math.{self.pick('sin', 'cos', 'tanh', 'atan', 'erf', 'fabs')}({sub()})"),
            (1, lambda: f"math.sqrt(1.0 + {bracket()} ** 2)"),
            (1, lambda: f"math.exp(-{bracket()} ** 2)"),
            (1, lambda: f"{bracket()} / (2.0 + math.cos({sub()}))"),
            (1, lambda: f"abs({sub()})"),
            (1, lambda: f"{self.pick('max', 'min')}({sub()}, {self.pick('0.3', sub())})"),
            (1, lambda: f"({sub()} if {self.condition(scope)} else {sub()})"),
            (0.5, lambda: f"({sub()} {self.pick('or', 'and')} {sub()})"),
            (0.5, lambda: f"(1.0 + {bracket()} ** 2) ** {self.pick('0.5', '-1', '1.5', '-0.5')}"),
            (0.5, lambda: f"-{bracket()}"),
            (0.5, lambda: f"{self.atom(scope)} * {self.int(scope, 1)}"),
            (0.3, lambda: f"WEIGHTS[{self.int(scope, 0)} % 3]"),
            (0.3, lambda: f"math.hypot(1.0, {sub()})"),
            (0.3, lambda: f"float({sub()})"),
            (0.2, lambda: f"({self.pick('s', 'w')} := {sub()})" if not self.inside_helper else sub()),
            (0.2, lambda: f"math.log(2.0 + math.sin({sub()}))"),
            (0.2, lambda: f"round({self.atom(scope)}, 1)"),
        ]
        if scope.names["list"]:
            xs = self.random.choice(scope.names["list"])
            choices += [
                (1, lambda: f"sum({xs})"),
                (1, lambda: f"{xs}[{self.pick('0', '-1', self.index(scope, xs))}]"),
                (0.7, lambda: f"sum({self.comprehension(scope, xs)})"),
                (0.5, lambda: f"{self.pick('max', 'min')}({xs})"),
                (0.3, lambda: f"sum([r * {sub()} for r in {xs}])"),
                (0.3, lambda: f"float(np.sum(np.array({xs}) * {self.atom(scope)}))"),
            ]  # fmt: skip
        if scope.names["array"]:
            a, b = self.random.choice(scope.names["array"]), self.random.choice(scope.names["array"])
            choices += [
                (1, lambda: f"{a}[{self.pick('0', '-1', self.int(scope, 0) + ' % 3')}]"),
                (0.7, lambda: self.pick(f"np.sum({a})", f"{a}.sum()", f"np.mean({a})", f"{a}.mean()")),
                (0.7, lambda: self.pick(f"np.dot({a}, {b})", f"{a} @ {b}", f"{a}.dot({b})")),
                (0.5, lambda: f"{a}[{self.pick('1:', ':2', '::-1', '::2')}].sum()"),
                (0.3, lambda: f"np.sum({self.array(scope, 1)})"),
                (0.3, lambda: f"math.sin({a}[0])"),
                (0.2, lambda: f"sum(r * r for r in {a})"),
            ]  # fmt: skip
        if scope.names["pair"]:
            choices.append((1, lambda: f"{self.random.choice(scope.names['pair'])}[{self.pick('0', '1', '-1')}]"))
        if scope.names["dict"]:
            choices.append((1, lambda: f'{self.random.choice(scope.names["dict"])}["{self.pick("one", "two")}"]'))
        if scope.names["function"]:
            choices.append((1.5, lambda: f"{self.random.choice(scope.names['function'])}({sub()})"))
        if self.helpers:
            choices.append((1.5, lambda: self.helper_call(scope, sub)))
        if self.recursive and not self.inside_helper and not self.loops:
            choices.append(
                (1, lambda: f"{self.recursive[0]}({sub()}, {self.atom(scope)}, {self.pick('2', '3', 'COUNT')})")
            )
        return self.weighted(choices)

    def helper_call(self, scope: Scope, sub: Callable[[], str]) -> str:
        name, count = self.random.choice(self.helpers)
        return f"{name}({', '.join(sub() for _ in range(count))})"

    def index(self, scope: Scope, xs: str) -> str:
        return f"{self.int(scope, 0)} % len({xs})"

    def comprehension(self, scope: Scope, xs: str) -> str:
        return self.pick(f"r * {self.atom(scope)} for r in {xs}", f"r ** 2 for r in {xs} if r > {self.pick('0.1', '-0.4')}",
                         f"math.sin(r) * i_ for i_, r in enumerate({xs})",
                         f"{self.atom(scope)} * i_ for i_ in range({self.pick('3', 'COUNT')})")  # fmt: skip

    def int(self, scope: Scope, depth: int) -> str:
        names = scope.names["int"]
        atom = self.random.choice(names) if names and self.chance(0.7) else self.pick("1", "2", "3", "COUNT")
        if depth <= 0 or self.chance(0.4):
            return atom
        return "(" + self.pick(f"{atom} + 1", f"{atom} - 1", f"{atom} // 2", f"{atom} % 2", f"{atom} * 2 % 5") + ")"

    def condition(self, scope: Scope) -> str:
        return self.weighted([
            (5, lambda: f"{self.float(scope, 1)} {self.pick('<', '>', '<=', '>=')} {self.float(scope, 1)}"),
            (2, lambda: f"{self.int(scope, 1)} {self.pick('<', '==', '!=', '>')} {self.int(scope, 0)}"),
            (1, lambda: f"{self.atom(scope)} > 0.4 {self.pick('and', 'or')} {self.atom(scope)} < 0.9"),
            (0.5, lambda: f"not {self.atom(scope)} > 0.6"),
            (0.5, lambda: f"-0.5 < {self.atom(scope)} < 1.1"),
            (1, lambda: self.pick(*scope.names["flag"]) if scope.names["flag"] else f"{self.int(scope, 0)} % 2 == 0"),
        ])  # fmt: skip

    def list(self, scope: Scope) -> str:
        known = scope.names["list"]
        xs = self.pick(*known) if known else "WEIGHTS"
        return self.weighted([
            (4, lambda: f"[{self.float(scope, 1)}]"),
            (2, lambda: f"[{self.float(scope, 1)}, {self.atom(scope)}]"),
            (2, lambda: f"[r * {self.atom(scope)} for r in {xs}]"),
            (1, lambda: f"[{self.atom(scope)} + 0.1 * i_ for i_ in range({self.pick('3', 'COUNT', '2')})]"),
            (1, lambda: f"list({xs})"),
            (0.5, lambda: f"{xs}[::-1]"),
            (0.5, lambda: f"[{self.atom(scope)}] * 3"),
            (0.5, lambda: f"{xs}.copy()"),
        ])  # fmt: skip

    def array(self, scope: Scope, depth: int) -> str:
        known = scope.names["array"]
        atom = self.random.choice(known) if known else "np.array([0.5, -1.0, 1.5])"
        if depth <= 0:
            return atom
        return self.weighted([
            (1, lambda: atom),
            (3, lambda: f"{self.array(scope, depth - 1)} {self.pick('+', '-', '*')} {self.array(scope, 0)}"),
            (2, lambda: f"{self.array(scope, depth - 1)} {self.pick('+', '*')} {self.atom(scope)}"),
            (2, lambda: f"np.{self.pick('sin', 'tanh', 'cos', 'abs', 'arctan')}({self.array(scope, depth - 1)})"),
            (1, lambda: f"np.array([{self.atom(scope)}, {self.float(scope, 1)}, 1.0])"),
            (1, lambda: f"np.{self.pick('maximum', 'minimum')}({self.array(scope, 0)}, {self.atom(scope)})"),
            (1, lambda: f"{atom}[::-1]"),
            (0.5, lambda: f"np.where({atom} > 0.2, {atom}, {self.atom(scope)} * {atom})"),
            (0.5, lambda: f"np.full(3, {self.atom(scope)})"),
            (0.5, lambda: f"{atom} / (1.0 + {atom} ** 2)"),
        ])  # fmt: skip
