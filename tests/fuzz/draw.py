"""Choices by chance, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable


class Draw:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *things: str) -> str:
        return self.random.choice(things)

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def weighted(self, choices: list[tuple[float, Callable[[], str]]]) -> str:
        return self.random.choices([make for _, make in choices], [w for w, _ in choices])[0]()
