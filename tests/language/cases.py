"""Small programs with the points at which they are tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Case = tuple[Callable[..., Any], tuple[Any, ...]]


class Cases:
    """Collects programs: `@case((2.0,), (-1.0,))` above a function adds it at each of the points."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def __call__(self, *points: tuple[Any, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def add(f: Callable[..., Any]) -> Callable[..., Any]:
            for number, point in enumerate(points):
                self.found.append(pytest.param(f, point, id=f"{f.__name__}-{number}"))
            return f

        return add
