"""What must hold of one program at one point, whatever it computes."""

from __future__ import annotations

import copy
import importlib.util
import io
import random
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import s2s_ad
from s2s_ad.derivative import Derivative, How
from s2s_ad.ir.structure import spec_of
from s2s_ad.pipeline import emit

Args = tuple[Any, ...]
LARGE = 1e6


class Wrong(Exception):
    """Something that must hold does not. `what` is the kind of failure: a smaller program must fail in the same way."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what = what


class Refused(Exception):
    """The program is not differentiated; the message says why."""


class Unfit(Exception):
    """The program says nothing here: it raises, is steep, or has a kink at the point."""


@contextmanager
def imported(text: str) -> Iterator[ModuleType]:
    """The program as a module that has a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(text, encoding="utf-8")
        name = f"s2s_fuzz_{Path(folder).name}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                spec.loader.exec_module(module)
            yield module
        finally:
            del sys.modules[name]


def arguments(f: Callable[..., Any], seed: int) -> Args:
    """A point for the parameters that `f` has, told by their names."""
    rng = random.Random(seed)
    made: dict[str, Callable[[], Any]] = {
        "n": lambda: rng.choice([0, 1, 2, 3, 4]),
        "a": lambda: np.array([rng.uniform(-1.5, 1.5) for _ in range(3)]),
        "xs": lambda: [rng.uniform(-1.5, 1.5) for _ in range(rng.choice([1, 2, 3]))],
    }
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    return tuple(made.get(name, lambda: rng.uniform(-1.5, 1.5))() for name in names)


def numbers(value: Any) -> np.ndarray:
    """All the numbers in a structure, in order."""
    if isinstance(value, (tuple, list)):
        return np.concatenate([numbers(v) for v in value]) if value else np.zeros(0)
    return np.zeros(0) if value is None else np.ravel(np.asarray(value, dtype=float))


def direction(args: Args, rng: random.Random) -> Args:
    def along(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return np.array([rng.uniform(-1, 1) for _ in value])
        if isinstance(value, list):
            return [rng.uniform(-1, 1) for _ in value]
        return rng.uniform(-1, 1) if isinstance(value, float) else None

    return tuple(map(along, args))


def moved(args: Args, along: Args, t: float) -> Args:
    def one(value: Any, by: Any) -> Any:
        if isinstance(value, list):
            return [v + t * b for v, b in zip(value, by)]
        return value if by is None else value + t * by

    return tuple(map(one, args, along))


def difference(g: Callable[[float], np.ndarray]) -> np.ndarray:
    """The derivative of g at 0; Unfit where differences of several steps do not agree on it."""
    h = 1e-4
    try:
        steps = [(g(k * h) - g(-k * h)) / (2 * k * h) for k in (1, 0.5, 0.25)]
    except (ArithmeticError, ValueError, IndexError, AssertionError, UnboundLocalError) as error:
        raise Unfit(str(error)) from error
    best = (4 * steps[1] - steps[0]) / 3
    scale = 1.0 + np.max(np.abs(best), initial=0.0)
    if not all(np.all(np.isfinite(s)) and np.max(np.abs(s - best), initial=0.0) < 1e-5 * scale for s in steps):
        raise Unfit("steep, or a kink")
    return best


def close(what: str, ours: Any, other: Any, tolerance: float) -> None:
    ours, other = numbers(ours), numbers(other)
    if ours.shape != other.shape:
        raise Wrong(what, f"{ours} and {other}")
    scale = 1.0 + np.max(np.abs(other), initial=0.0)
    if not np.all(np.abs(ours - other) <= tolerance * scale):
        raise Wrong(what, f"{ours} and {other}")


@contextmanager
def ours(what: str) -> Iterator[None]:
    """No exception but a refusal comes out of a derivative of a function that raises none."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except Wrong:
        raise
    except s2s_ad.DifferentiationError as error:
        raise Refused(str(error)) from error
    except Exception as error:
        raise Wrong(f"{what} raises {type(error).__name__}", str(error)) from error


def check(f: Callable[..., Any], args: Args, deep: bool = True, text: bool = True) -> None:
    """Raises Wrong, Refused, or Unfit. `deep`: unoptimised and to the second order too."""
    try:
        with np.errstate(all="ignore"):
            expected = f(*copy.deepcopy(args))
    except Wrong:
        raise
    except Exception as error:  # whatever a random program raises by itself
        raise Unfit(f"raises {type(error).__name__}") from error
    if not np.all(np.abs(numbers(expected)) < LARGE):
        raise Unfit("large")
    rng = random.Random(1)
    along, given = direction(args, rng), copy.deepcopy(args)
    weight = np.array([rng.uniform(0.5, 1.5) for _ in numbers(expected)])
    pairs = {}
    for optimize in (True, False) if deep else (True,):
        with ours("jvp"):
            value, dot = s2s_ad.jvp(f, args, tuple(0.0 if v is None else v for v in along), optimize=optimize)
        close("value of jvp", value, expected, 1e-12)
        with ours("vjp"):
            value, pullback = s2s_ad.vjp(f, *args, optimize=optimize)
            ct = weight.tolist()
            cts = pullback(tuple(ct) if isinstance(expected, tuple) else ct[0])
        close("value of vjp", value, expected, 1e-12)
        if isinstance(expected, tuple):  # what is an int has no tangent
            dot = tuple(0.0 if part is None else part for part in dot)
        pairs[optimize] = 0.0 if dot is None else dot, cts
        dot = pairs[optimize][0]
        forward = float(weight @ numbers(dot))
        reverse = sum(float(numbers(c) @ numbers(v)) for c, v in zip(cts, along) if v is not None)
        close("forward against reverse", forward, reverse, 1e-8)
    if repr(args) != repr(given):
        raise Wrong("an argument is changed", f"{given} to {args}")
    close("forward, optimised or not", pairs[True][0], pairs[not deep][0], 1e-9)
    close("reverse, optimised or not", pairs[True][1], pairs[not deep][1], 1e-9)
    if text:
        same_text(f, args)
    best = difference(lambda t: numbers(f(*moved(args, along, t))))
    close("forward against differences", pairs[True][0], best, 1e-4)
    if deep and isinstance(expected, float) and any(v is not None for v in along):
        check_second(f, args, along)


def check_second(f: Callable[..., Any], args: Args, along: Args) -> None:
    """Forward over reverse and reverse over reverse against differences of the gradient, one more order."""
    wrt = tuple(i for i, v in enumerate(along) if v is not None)
    gradient = s2s_ad.grad(f, wrt=wrt)
    tangents = tuple(0.0 if v is None else v for v in along)
    with ours("second order"):
        _, dot = s2s_ad.jvp(gradient, args, tangents)
        value, pullback = s2s_ad.vjp(gradient, *args)
        cts = pullback(tuple(along[i] for i in wrt))
    best = difference(lambda t: numbers(gradient(*moved(args, along, t))))
    close("second order, forward over reverse", dot, best, 1e-4)
    # the Hessian is symmetric: the same direction from the left gives the same
    close("second order, reverse over reverse", [cts[i] for i in wrt], dot, 1e-8)


def same_text(f: Callable[..., Any], args: Args) -> None:
    texts = []
    for _ in range(2):
        with ours("emitting"):
            made = Derivative(f, How("vjp"))
            specs = {name: spec_of(value) for name, value in zip(made.parameters, args)}
            texts.append(emit([made.lowered(specs)], True).text)
    if texts[0] != texts[1]:
        raise Wrong("text", "the same derivative is written in two ways")


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """Wrong where it takes longer: a program that was made small may have lost what ends its loop."""

    def late(*_: Any) -> None:
        raise Wrong("time", f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run(text: str, points: int = 2, deep: bool = True, seconds: int = 20) -> str:
    """Check the program at several points: "right", "unfit: ..." or "refused: ..."; raises Wrong."""
    outcome = "unfit: at no point"
    with in_time(seconds), imported(text) as module, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for point in range(points):
            try:
                check(module.f, arguments(module.f, point), deep=deep, text=deep and point == 0)
                outcome = "right"
            except Unfit as error:
                if outcome != "right":
                    outcome = f"unfit: {error}"
            except Refused as error:
                return f"refused: {error}"
    return outcome
