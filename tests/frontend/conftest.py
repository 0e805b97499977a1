"""What the frontend makes of a function, run as it stands, against the function itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from s2s_ad.frontend.lower import lower
from s2s_ad.ir.structure import Lowered, leaves, rebuild, resolve, spec_of
from s2s_ad.ir.verify import verify
from s2s_ad.ops.evaluate import evaluate


def lowered(function: Callable[..., Any], *args: Any, **keywords: Any) -> Lowered:
    bound = inspect.signature(function).bind(*args, **keywords)
    bound.apply_defaults()
    found = lower(function, {name: spec_of(value) for name, value in bound.arguments.items()})
    verify(found.program)
    return found


def run(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    found = lowered(function, *args, **keywords)
    bound = inspect.signature(function).bind(*args, **keywords)
    bound.apply_defaults()
    flat = [leaf for name, spec in found.arguments.items() for leaf in leaves(spec, bound.arguments[name])]
    flat += [resolve(function, read.path) for read in found.reads]
    return rebuild(found.result, iter(evaluate(found.program, *flat)))


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    return bool(a == b)


@pytest.fixture
def same() -> Callable[..., None]:
    """Calls with each of the argument tuples, and compares."""

    def check(function: Callable[..., Any], *calls: tuple[Any, ...]) -> None:
        assert calls
        for args in calls:
            expected = function(*args)
            found = run(function, *args)
            assert equal(found, expected), (args, found, expected)

    return check


@pytest.fixture
def lower_it() -> Callable[..., Lowered]:
    return lowered


@pytest.fixture
def run_it() -> Callable[..., Any]:
    return run
