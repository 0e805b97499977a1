"""Whole programs as scientists write them: value, both modes, second order, optimised and not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from examples.generate import examples
from tests.agree import agrees

FILES = ("arrays", "stencils", "factorisations", "dynamics", "networks", "graphs", "lattice")
PROGRAMS = [(function, args) for module, function, args in examples() if module in FILES]


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_program_is_right_to_second_order(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agrees(function, *args)
