"""Random programs that write to elements in nested loops, as factorisations and relaxations do."""

from __future__ import annotations

import itertools
import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np

_COUNT = itertools.count()
_INDICES = "ijk"


def text_of(seed: int) -> str:
    """A function f(a, b, w) of a matrix that it changes, a vector and weights."""
    draw = random.Random(seed)
    lines = ["def f(a, b, w):", "    n = a.shape[0]"]
    for _ in range(draw.randint(1, 2)):
        lines += _nest(draw, [], draw.randint(2, 3), "    ")
    return "\n".join([*lines, "    return np.sum(a * w)", ""])


def _nest(draw: random.Random, around: list[str], depth: int, indent: str) -> list[str]:
    index = _INDICES[len(around)]
    ranges = ["range(1, n - 1)", "range(n - 2, 0, -1)"]
    for outer in around:
        ranges += [
            f"range({outer} + 1, n - 1)",
            f"range(1, {outer})",
            f"range(1, {outer} + 1)",
            f"range({outer}, n - 1)",
        ]
    lines = [f"{indent}for {index} in {draw.choice(ranges)}:"]
    names, inner = [*around, index], indent + "    "
    body: list[str] = []
    for _ in range(draw.randint(0 if depth > 1 else 1, 2)):
        body.append(inner + _statement(draw, names))
    if depth > 1:
        body.insert(draw.randint(0, len(body)), "\n".join(_nest(draw, names, depth - 1, inner)))
    return lines + body


def _statement(draw: random.Random, names: list[str]) -> str:
    def at() -> str:
        return draw.choice(names) + draw.choice(["", "", "", " - 1", " + 1"])

    def element() -> str:
        return f"a[{at()}, {at()}]"

    there = element()
    return draw.choice(
        [
            f"{there} -= {element()} * {element()}",
            f"{there} -= {element()} * {element()} * 0.5",
            f"{there} += {element()} * b[{at()}]",
            f"{there} *= b[{at()}]",
            f"{there} *= 0.5 + {element()}",
            f"{there} /= b[{at()}]",
            f"{there} /= 2.0 + {element()}",
            f"{there} = 0.25 * ({there} + {element()} * {element()} - {element()})",
            f"{there} = np.sin({element()}) * {there}",
        ]
    )


def function_of(text: str) -> Callable[..., Any]:
    file = f"<elements {next(_COUNT)}>"
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    scope: dict[str, Any] = {"np": np}
    exec(compile(text, file, "exec"), scope)
    made: Callable[..., Any] = scope["f"]
    return made


def arguments(seed: int) -> tuple[Any, ...]:
    draw = np.random.default_rng(seed)
    n = 6
    return draw.uniform(0.1, 0.4, (n, n)), draw.uniform(0.8, 1.2, n), draw.uniform(-1.0, 1.0, (n, n))
