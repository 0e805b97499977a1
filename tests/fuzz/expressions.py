"""Random expressions, by kind: floats, ints, conditions, arrays of three elements, lists of floats not empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fuzz.draw import Draw


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


class Expressions(Draw):
    """Draws expressions out of what is in scope."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.helpers: list[tuple[str, int]] = []
        self.recursive: list[str] = []
        self.loops = 0
        self.inside_helper = False

    def bind(self, scope: Scope, kind: str, name: str | None = None) -> str:
        name = name or self.pick(*FRESH[kind])
        if name not in scope.names[kind]:
            scope.names[kind].append(name)
        return name

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
        return self.pick(f"r * {self.atom(scope)} for r in {xs}",
                         f"r ** 2 for r in {xs} if r > {self.pick('0.1', '-0.4')}",
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
