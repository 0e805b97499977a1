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
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import s2s_ad
from s2s_ad.derivative import Derivative, How
from s2s_ad.ir.structure import spec_of
from s2s_ad.pipeline import emit
from tests.fuzz.points import Args, Case, case, direction, filled, moved, numbers, pairs, product

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


def difference(g: Callable[[float], np.ndarray]) -> np.ndarray:
    """The derivative of g at 0; Unfit where differences of several steps do not agree on it."""
    h = 1e-4
    try:
        # so many, as a branch that hangs on rounding takes the same side at a few points now and then
        steps = [(g(k * h) - g(-k * h)) / (2 * k * h) for k in (1, 0.5, 0.25, 0.83, 0.61, 0.37, 0.29, 0.17)]
        here, near = g(0.0), (g(0.1 * h) + g(-0.1 * h)) / 2
    except (ArithmeticError, ValueError, IndexError, AssertionError, UnboundLocalError) as error:
        raise Unfit(str(error)) from error
    best = (4 * steps[1] - steps[0]) / 3
    scale = 1.0 + np.max(np.abs(best), initial=0.0)
    if not all(np.all(np.isfinite(s)) and np.max(np.abs(s - best), initial=0.0) < 1e-5 * scale for s in steps):
        raise Unfit("steep, or a kink")
    if not np.max(np.abs(here - near), initial=0.0) < 1e-6 * (1.0 + np.max(np.abs(here), initial=0.0)):
        raise Unfit("a jump")  # a branch that hangs on rounding takes one side here, the other around
    return best


def close(what: str, ours: Any, other: Any, tolerance: float) -> None:
    ours, other = numbers(ours), numbers(other)
    if ours.shape != other.shape:
        raise Wrong(what, f"{ours} and {other}")
    same = (ours == other) | (np.isnan(ours) & np.isnan(other))  # inf and NaN as they are
    scale = 1.0 + np.max(np.abs(other[np.isfinite(other)]), initial=0.0)
    if not np.all(same | (np.abs(ours - other) <= tolerance * scale)):
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


def check(f: Case, args: Args, deep: bool = True, text: bool = True) -> None:
    """Raises Wrong, Refused, or Unfit. `deep`: unoptimised and to the second order too."""
    expected, given = expectation(f, args), copy.deepcopy(args)
    rng = random.Random(1)
    along = direction(args, rng)
    weights = direction(expected, rng, 0.5, 1.5)
    exact = f.real is np.float64
    found = {}
    for optimize in (True, False) if deep else (True,):
        with ours("jvp"):
            value, dot = s2s_ad.jvp(f.f, args, along, of=f.of, optimize=optimize)
        same_value("value of jvp", value, expected, f)
        with ours("vjp"):
            value, pullback = s2s_ad.vjp(f.f, *args, of=f.of, optimize=optimize)
            cts = pullback(weights)
        same_value("value of vjp", value, expected, f)
        close("forward against reverse", product(dot, weights), product(cts, along), 1e-8 if exact else 1e-3)
        for ct, arg in zip(cts, args):
            if isinstance(arg, np.ndarray) and (ct.dtype, ct.shape) != (arg.dtype, arg.shape):
                raise Wrong("kind of a gradient", f"{ct.dtype}{ct.shape} for {arg.dtype}{arg.shape}")
        found[optimize] = filled(expected, dot), filled(args, cts)
    if any(one.tobytes() != two.tobytes() for one, two in zip(map(numbers, args), map(numbers, given))):
        raise Wrong("an argument is changed", f"{given} to {args}")
    close("forward, optimised or not", found[True][0], found[not deep][0], 1e-9 if exact else 1e-3)
    close("reverse, optimised or not", found[True][1], found[not deep][1], 1e-9 if exact else 1e-3)
    if text:
        same_text(f, args)
    if not exact:
        return
    best = difference(lambda t: numbers(f(*moved(args, along, t))))
    close("forward against differences", found[True][0], best, 1e-4)
    if deep and f.of is None and isinstance(expected, float):  # np.float64 is one too
        check_second(f, args, along)


def expectation(f: Case, args: Args) -> Any:
    """What Python makes of it; Unfit where that says nothing of derivatives."""
    try:
        with np.errstate(all="ignore", over="raise"):
            expected = f(*args)
    except FloatingPointError:  # what is inf on the way, and written over later, makes NaN of a zero
        raise Unfit("large") from None
    except Wrong as error:
        raise Unfit(f"takes {error} by itself") from error
    except Exception as error:  # whatever a random program raises by itself
        raise Unfit(f"raises {type(error).__name__}") from error
    if not np.all(np.abs(numbers(expected)) < LARGE):
        raise Unfit("large")
    return expected


def same_value(what: str, ours: Any, expected: Any, f: Case) -> None:
    close(what, ours, expected, 1e-12 if f.real is np.float64 else 1e-5)
    for one, two in pairs(ours, expected):
        if not isinstance(two, (np.ndarray, np.floating)):
            continue
        have = np.asarray(one).dtype
        # where paths meet with different dtypes, the wider one holds both
        if have != two.dtype and (f.straight or not np.can_cast(two.dtype, have)):
            raise Wrong("dtype of the value", f"{have}, and {two.dtype}")


def check_short(f: Case, twin: Case, args: Args) -> None:
    """A program with float32 does what NumPy makes of it, and its derivatives are those of its float64 twin."""
    wide = tuple(a.astype(np.float64) if isinstance(a, np.ndarray) else a for a in args)
    if not np.allclose(numbers(expectation(f, args)), numbers(expectation(twin, wide)), rtol=1e-4, atol=1e-4):
        raise Unfit("too large for float32")
    check(f, args)
    rng = random.Random(1)
    along = direction(wide, rng)
    with ours("jvp"):
        _, dot = s2s_ad.jvp(twin.f, wide, along, of=f.of)
        short = tuple(a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in along)
        _, short_dot = s2s_ad.jvp(f.f, args, short, of=f.of)
    close("float32 against float64", filled(expectation(f, args), short_dot), filled(expectation(f, args), dot), 1e-3)


def check_second(f: Case, args: Args, along: Args) -> None:
    """Forward over reverse and reverse over reverse against differences of the gradient, one more order."""
    wrt = tuple(i for i, v in enumerate(along) if v is not None)
    if not wrt:
        return
    gradient = s2s_ad.grad(f.f, wrt=wrt)
    with ours("second order"):
        _, dot = s2s_ad.jvp(gradient, args, along)
        value, pullback = s2s_ad.vjp(gradient, *args)
        cts = pullback(tuple(along[i] for i in wrt))
    best = difference(lambda t: numbers(gradient(*moved(args, along, t))))
    close("second order, forward over reverse", dot, best, 1e-4)
    # the Hessian is symmetric: the same direction from the left gives the same
    close("second order, reverse over reverse", [cts[i] for i in wrt], dot, 1e-8)


def same_text(f: Case, args: Args) -> None:
    texts = []
    for _ in range(2):
        with ours("emitting"):
            made = Derivative(f.f, How("vjp", of=f.of))
            specs = {name: spec_of(value) for name, value in zip(made.parameters, args)}
            texts.append(emit([made.lowered(specs)], True).text)
    if texts[0] != texts[1]:
        raise Wrong("text", "the same derivative is written in two ways")


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """Wrong where it takes longer: a program that was made small may have lost what ends its loop."""

    def late(*_: Any) -> None:
        raise Wrong("time", f"more than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, late)  # of this process alone, however busy the machine is
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)  # and again, at the next point
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(text: str, points: int = 2, deep: bool = True, seconds: int = 60) -> str:
    """Check the program at several points: "right", "unfit: ..." or "refused: ..."; raises Wrong."""
    if "np.float32" in text:
        outcome = run(text.replace("np.float32", "np.float64"), points, deep, seconds)
        if outcome != "right":
            return outcome
    outcome = "unfit: at no point"
    with ExitStack() as around:
        around.enter_context(in_time(seconds))
        f = case(around.enter_context(imported(text)), text)
        twin = f
        if f.real is np.float32:
            wide = text.replace("np.float32", "np.float64")
            twin = case(around.enter_context(imported(wide)), wide)
        around.enter_context(np.errstate(all="ignore"))
        around.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        for point in range(points):
            args = f.arguments(point)
            try:
                if twin is f:
                    check(f, args, deep=deep, text=deep and point == 0)
                else:
                    check_short(f, twin, args)
                outcome = "right"
            except Unfit as error:
                if outcome != "right":
                    outcome = f"unfit: {error}"
            except Refused as error:
                return f"refused: {error}"
    return outcome
