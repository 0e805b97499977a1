"""Random expressions of arrays: every one is drawn for a shape, which NumPy itself finds on arrays of zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from tests.fuzz.draw import Draw

Shape = tuple[int, ...]


@dataclass
class Scope:
    """The names that are bound for sure. An array keeps its shape as long as its name is bound."""

    arrays: dict[str, Shape] = field(default_factory=dict)
    floats: list[str] = field(default_factory=list)
    ints: list[str] = field(default_factory=list)
    masks: dict[str, Shape] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # index arrays: how many, below which number
    groups: dict[str, Shape] = field(default_factory=dict)  # "p[0]", "d['one']": arrays in tuples, lists and dicts
    lists: dict[str, tuple[int, Shape]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()  # names that are not bound again: a loop walks over them

    def copy(self) -> Scope:
        fields = {name: type(value)(value) for name, value in vars(self).items()}
        return replace(self, **fields)


class Arrays(Draw):
    """Draws expressions out of what is in scope."""

    helpers: dict[str, list[tuple[str, tuple[Shape, ...]]]]  # by what they return
    inside_helper = False

    # --- numbers ------------------------------------------------------------------------------------------------------

    def literal(self) -> str:
        return f"{self.pick('', '-')}{self.random.randint(1, 15) / 10}"

    def number(self, scope: Scope, depth: int = 1) -> str:
        """A scalar."""
        choices: list[tuple[float, Callable[[], str]]] = [(1.0, self.literal)]
        if scope.floats:
            choices.append((4, lambda: self.random.choice(scope.floats)))
        if scope.ints:
            choices.append((0.4, lambda: f"0.3 * {self.random.choice(scope.ints)}"))
        choices.append((4, lambda: self.element(scope)))
        if depth > 0:
            more = depth - 1
            choices += [
                (1.5, lambda: self.reduced(scope)),
                (3, lambda: f"{self.bracket(scope, more)} {self.pick('+', '-', '*', '*')} {self.bracket(scope, more)}"),
                (1, lambda: f"np.{self.pick('sin', 'cos', 'tanh')}({self.number(scope, more)})"),
                (0.7, lambda: f"math.{self.pick('sin', 'atan')}({self.number(scope, more)})"),
                (0.7, lambda: f"{self.bracket(scope, more)} / (2.0 + {self.bracket(scope, more)} ** 2)"),
                (
                    0.3,
                    lambda: f"({self.number(scope, more)} if {self.condition(scope)} else {self.number(scope, more)})",
                ),
                (0.2, lambda: f"{self.pick('max', 'min')}({self.number(scope, more)}, {self.number(scope, 0)})"),
            ]
            if self.helpers.get("float"):
                choices.append((1, lambda: self.called(scope, "float")))
        return self.weighted(choices)

    def bracket(self, scope: Scope, depth: int) -> str:
        text = self.number(scope, depth)
        return f"({text})" if " " in text or text.startswith("-") else text

    def small(self, scope: Scope) -> str:
        """A number that is not large, to multiply with."""
        return self.weighted([
            (2, self.literal),
            (1, lambda: f"np.tanh({self.number(scope)})"),
            (1, lambda: f"math.sin({self.number(scope)})"),
        ])  # fmt: skip

    def element(self, scope: Scope) -> str:
        text, shape = self.any_view(scope, steps=(0, 0, 0, 1))
        return f"{text}[{', '.join(self.at(scope, n) for n in shape)}]"

    def at(self, scope: Scope, length: int) -> str:
        """The number of an item, inside the bounds."""
        if scope.ints and self.chance(0.5):
            i = self.random.choice(scope.ints)
            return self.pick(f"{i} % {length}", f"{i} % {length}", f"({i} + 1) % {length}", f"-1 - {i} % {length}")
        return str(self.random.randrange(-length, length))

    def reduced(self, scope: Scope) -> str:
        view, shape = self.any_view(scope)
        return self.weighted([
            (3, lambda: f"np.sum({view})"),
            (1, lambda: f"{view}.sum()"),
            (1, lambda: f"{view}.mean()"),
            (1, lambda: f"np.{self.pick('max', 'min')}({view})"),
            (1, lambda: f"np.sum({self.array(scope, shape)})"),
            (1, lambda: f"np.vdot({view}, {self.array(scope, shape, 0)})"),
            (0.5, lambda: f"np.sqrt(1.0 + np.sum({view} ** 2))"),
            (0.4, lambda: f"sum({view}.ravel())"),
            (0.3, lambda: f"0.1 * {view}.shape[0] * {view}.size"),
        ])  # fmt: skip

    def condition(self, scope: Scope) -> str:
        return self.weighted([
            (5, lambda: f"{self.number(scope, 0)} {self.pick('<', '>')} {self.number(scope)}"),
            (2, lambda: f"np.sum({self.any_view(scope)[0]}) {self.pick('<', '>')} {self.literal()}"),
            (2, lambda: f"{self.random.choice(scope.ints)} {self.pick('<', '>', '==')} {self.pick('1', '2')}"
                if scope.ints else f"{self.number(scope, 0)} > 0.1"),
            (0.5, lambda: f"np.{self.pick('any', 'all')}({self.any_view(scope)[0]} > {self.literal()})"),
            (0.5, lambda: f"{self.number(scope, 0)} > 0.2 {self.pick('and', 'or')} {self.number(scope, 0)} < 0.4"),
        ])  # fmt: skip

    # --- views --------------------------------------------------------------------------------------------------------

    def any_view(self, scope: Scope, steps: tuple[int, ...] = (0, 0, 1, 1, 2)) -> tuple[str, Shape]:
        """An array that is there, or a view of it, and its shape."""
        names = list(scope.arrays.items()) + list(scope.groups.items())
        text, shape = self.random.choice(names)
        for _ in range(self.random.choice(steps)):
            suffix = self.random.choice(self.suffixes(scope, shape))
            found = np.shape(eval(f"a{suffix}", {"a": np.zeros(shape), **dict.fromkeys(scope.ints, 0)}))
            if 0 < len(found) <= 3 and 0 not in found:
                text, shape = text + suffix, found
        return text, shape

    def suffixes(self, scope: Scope, shape: Shape) -> list[str]:
        n = shape[0]
        cut = self.random.randrange(0, n)
        found = [
            f"[{cut}:]",
            f"[:{cut + 1}]",
            "[::-1]",
            "[::2]",
            "[1:]",
            "[:-1]",
            f"[{cut}:{cut + 2}]",
            "[-2:]",
            "[...]",
        ]
        if len(shape) == 1:
            found += ["[None]", "[:, None]", ".reshape(-1, 1)"] if n < 6 else []
            found += [f".reshape(2, {n // 2})"] if n % 2 == 0 else []
            return found
        rest = shape[1]
        i, j = self.at(scope, n), self.at(scope, rest)
        found += (
            [f"[{i}]"] * 4 + [f"[:, {j}]"] * 3 + [".T", ".T", f"[{i}, 1:]", f"[1:, {j}]", "[::-1, ::2]", "[:, ::-1]"]
        )
        found += [f"[..., {self.at(scope, shape[-1])}]", ".swapaxes(0, 1)", ".reshape(-1)", ".ravel()", "[1:, :-1]"]
        found += [f"[{i}][::-1]", f".reshape({shape[-1]}, -1)"]
        return found

    def view_of(self, scope: Scope, shape: Shape, steps: tuple[int, ...] = (0, 0, 1, 1, 2)) -> str | None:
        """An array or view of this shape, if one is found."""
        for _ in range(12):
            text, found = self.any_view(scope, steps)
            if found == shape:
                return text
        return None

    # --- arrays -------------------------------------------------------------------------------------------------------

    def array(self, scope: Scope, shape: Shape, depth: int = 1) -> str:
        """An array of this shape, or what broadcasts to it."""
        atom = self.view_of(scope, shape)
        if depth <= 0 and atom is not None:
            return atom

        def inner() -> str:
            return self.array(scope, shape, depth - 1)

        def part() -> str:
            return self.array(scope, shape, 0)

        choices: list[tuple[float, Callable[[], str]]] = [(0.5, lambda: self.made(scope, shape))]
        if atom is not None:
            choices.append((3, lambda: atom))
        if depth > 0:
            choices += [
                (4, lambda: f"{inner()} {self.pick('+', '-', '*')} {part()}"),
                (3, lambda: f"{inner()} {self.pick('+', '*')} {self.bracket(scope, 0)}"),
                (2, lambda: f"np.{self.pick('sin', 'tanh', 'cos', 'arctan')}({inner()})"),
                (
                    1,
                    lambda: f"np.where({self.mask(scope, shape)}, {part()}, {self.bracket(scope, 0)})",
                ),
                (0.7, lambda: f"{part()} / (1.5 + {part()} ** 2)"),
                (0.5, lambda: f"np.{self.pick('maximum', 'minimum')}({part()}, {self.number(scope, 0)})"),
                (0.3, lambda: f"np.clip({part()}, -0.6, {self.pick('0.7', '0.9')})"),
                (0.4, lambda: f"np.{self.pick('cumsum', 'sort')}({part()}, axis=0)"),
                (0.3, lambda: f"np.roll({part()}, 1, axis={self.random.randrange(len(shape))})"),
                (0.5, lambda: f"{part()}.copy()" if atom is not None else self.made(scope, shape)),
            ]
            if len(shape) > 1:  # a smaller array that is spread out
                choices.append((1, lambda: f"({self.array(scope, shape[1:], 0)} + {part()})"))
            choices += self.products(scope, shape)
            if self.helpers.get(str(shape)) and not self.inside_helper:
                choices.append((2, lambda: self.called(scope, str(shape))))
        text = self.weighted(choices)
        return f"({text})" if " " in text and not text.endswith(")") else text

    def products(self, scope: Scope, shape: Shape) -> list[tuple[float, Callable[[], str]]]:
        """Reductions along an axis, matrix products, and what is joined of parts."""
        found: list[tuple[float, Callable[[], str]]] = []
        whole = list(scope.arrays.items())
        for name, have in whole:
            for axis in range(len(have)):
                if len(have) > 1 and have[:axis] + have[axis + 1 :] == shape:
                    op = self.pick("sum", "mean", "max")
                    found.append((0.5, lambda n=name, a=axis, op=op: f"{n}.{op}(axis={a})"))
            for other, right in whole:
                if len(have) <= 2 and len(right) <= 2 and have[-1] == right[0] and have[:-1] + right[1:] == shape:
                    found.append((0.3, lambda n=name, o=other: f"{n} @ {o}"))
                if have + right == shape:
                    found.append((0.3, lambda n=name, o=other: f"np.outer({n}, {o})"))
            if len(have) == 1 and len(shape) == 1:
                if have[0] == shape[0] + 1:
                    found.append((0.5, lambda n=name: f"np.diff({n})"))
                for place, (count, limit) in scope.places.items():
                    if count == shape[0] and limit <= have[0]:
                        found.append((1, lambda n=name, p=place: f"{n}[{p}]"))
        if len(shape) == 1 and shape[0] > 1:
            head = (shape[0] - 1,)
            found.append((0.5, lambda: f"np.concatenate(({self.array(scope, head, 0)}, [{self.number(scope, 0)}]))"))
        if len(shape) == 2 and shape[0] == 2:
            part = shape[1:]
            found.append((1, lambda: f"np.stack(({self.array(scope, part, 0)}, {self.array(scope, part, 0)}))"))
        return found

    def made(self, scope: Scope, shape: Shape) -> str:
        """A new array."""
        dims = str(shape[0]) if len(shape) == 1 else str(shape)
        choices = [
            (1, lambda: f"np.ones({dims})"),
            (1, lambda: f"np.full({dims}, {self.number(scope, 0)})"),
            (1, lambda: f"np.zeros({dims}{self.pick('', ', dtype=REAL')}) + {self.bracket(scope, 0)}"),
        ]
        if len(shape) == 1:
            choices.append((2, lambda: f"np.array([{', '.join(self.number(scope, 0) for _ in range(shape[0]))}])"))
        return self.weighted(choices)  # type: ignore[arg-type]

    def mask(self, scope: Scope, shape: Shape) -> str:
        named = [name for name, found in scope.masks.items() if found == shape]
        if named and self.chance(0.5):
            return self.random.choice(named)
        return f"{self.array(scope, shape, 0)} {self.pick('<', '>')} {self.number(scope, 0)}"

    def called(self, scope: Scope, returns: str) -> str:
        name, parameters = self.random.choice(self.helpers[returns])
        return f"{name}({', '.join(self.argument(scope, shape) for shape in parameters)})"

    def argument(self, scope: Scope, shape: Shape) -> str:
        return (self.view_of(scope, shape) or self.made(scope, shape)) if shape else self.number(scope, 0)
