"""On what every operation is tried: made from the kinds that it takes, its domain and its parameters.

A function of numbers needs no line here: it is tried everywhere, or in the `domain` that its declaration gives it. An
operation on one array is tried on arrays of many shapes and along every axis. What takes anything else, or only some
arrays, has its arguments in `samples.py`; an operation for which nothing can be found fails with a message.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from s2s_ad.errors import DifferentiationError
from s2s_ad.ops.core import REALS, Op
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.slopes import to_bool, to_float, to_int
from tests.ops.driver import Case, Fixed, plain, rng_for
from tests.ops.own import OWN
from tests.ops.samples import SAMPLES

# pairs that broadcast, of equal shapes, of single numbers, of length one; and empty ones
SHAPES = [((3,), (3,)), ((2, 3), (3,)), ((3, 1), (1, 4)), ((2, 3), ()), ((), (3,)), ((1,), (4,)), ((1, 1), (2, 2))]
EMPTY = [((0,), (0,)), ((2, 0), (2, 1)), ((0,), ()), ((1,), (0,))]
ARRAYS = [(), (4,), (2, 3), (2, 1, 3), (3, 3), (1,), (1, 1), (0,), (2, 0)]
AXES = [{"axis": 0}, {"axis": -1}, {"axis": 1}, {"axis": (0, 1)}, {"axis": (0, -1)}, {"axis": None}]
EXTREME = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])


class Trial(NamedTuple):
    """`smooth`: all inputs are ordinary numbers away from kinks, so that differences have the derivative."""

    inputs: tuple[Any, ...]
    params: dict[str, Any]
    smooth: bool = True

    def __str__(self) -> str:
        return f"{', '.join(map(_shown, self.inputs))}; {self.params}"


def _shown(x: Any) -> str:
    x = plain(x)
    return f"{x.dtype}{list(x.shape)}" if isinstance(x, np.ndarray) and x.size > 3 else repr(x)


class NotTried(Exception):
    """NumPy itself does not take the arguments, or the table refuses them."""


# what one version of NumPy refuses, an earlier one deprecates
_NO_VALUE = (
    ValueError, TypeError, IndexError, ArithmeticError, AssertionError, np.linalg.LinAlgError, DeprecationWarning,
)  # fmt: skip


def value_of(op: Op, trial: Trial) -> Any:
    """What NumPy, or Python, makes of the arguments, without any of our code where the operation has a function."""
    inputs = [plain(x) for x in trial.inputs]
    own = OWN.get(op.name) or op.function
    with np.errstate(all="ignore"):
        try:
            if own is not None:
                return own(*inputs, **trial.params)
            return op.evaluate(tuple(inputs), tuple(trial.params.items()), Case(op, inputs).kinds())
        except _NO_VALUE as error:
            raise NotTried(f"{type(error).__name__}: {error}") from error


def of_numbers(op: Op) -> bool:
    """Whether it is a function of numbers, each for itself."""
    return is_elementwise(op) or op.infer in (to_float, to_int, to_bool)


@cache
def trials(op: Op) -> list[Trial]:
    """All that the operation takes of what can be thought of."""
    tried = _of_numbers(op) if of_numbers(op) and op.name not in SAMPLES else []
    declared = [Trial(tuple(inputs), params) for inputs, params in SAMPLES.get(op.name, ())]
    for trial in declared:
        value_of(op, trial)  # what is declared has a value
        # what is no function of a library may rely on how the lengths of its inputs go together
        tried += [trial, *variants(trial, lengths=op.function is not None)]
    if not of_numbers(op) and len(op.args) == 1 and not op.variadic and ("axis" in op.defaults or not declared):
        tried += _on_one_array(op)
    taken = [trial for trial in tried if _takes(op, trial)]
    if not any(trial.smooth for trial in taken):
        raise AssertionError(
            f"{op.name} is not tried: it takes nothing of what is made up for it. A function of numbers that is not "
            f"defined everywhere says where it is, @rule(..., domain=((0.0, math.inf),)); for any other operation, "
            f'put arguments that it takes in SAMPLES (tests/ops/samples.py): "{op.name}": [([r(2, 3)], {{}})]'
        )
    return taken


# what these make of an array of one element that has axes is not the same in all versions of NumPy
_CASTS = {"float", "np.float64"}


def _takes(op: Op, trial: Trial) -> bool:
    if op.name in _CASTS and any(np.ndim(x) and np.size(x) == 1 for x in trial.inputs):
        return False
    try:
        value = value_of(op, trial)
    except NotTried:
        return False
    if trial.smooth and of_numbers(op) and isinstance(value, (float, np.floating, np.ndarray)):
        outside = "" if np.all(np.isfinite(np.asarray(value, float))) else f"{op.name}({trial}) is {value}"
        assert not outside, f"{outside}: say where it is defined, @rule(..., domain=((0.0, math.inf),))"
    try:
        Case(op, trial.inputs, trial.params).kinds_of_results()
    except DifferentiationError:
        return False  # refused, with a message, which other tests read
    return True


# --- functions of numbers ---------------------------------------------------------------------------------------------


def _of_numbers(op: Op) -> list[Trial]:
    rng = rng_for(op.name)
    fixed = len(op.args) - op.variadic
    made: list[Trial] = []
    for count in range(max(fixed, 1), fixed + 3) if op.variadic else [fixed]:
        numbers = [Trial(tuple(float(x) for x in points(op, rng, [()] * count)), {}) for _ in range(4)]
        if not any(_takes_at_all(op, trial) for trial in numbers):  # whole numbers only
            made += [Trial(tuple(sorted(map(int, rng.integers(1, 7, count)), reverse=True)), {}) for _ in range(4)]
            made += [Trial((np.arange(1, 5),) * count, {})]
            continue
        made += numbers
        extremes = list(itertools.product(EXTREME, repeat=count)) if count < 3 else []
        made += [Trial(tuple(map(float, xs)), {}, False) for xs in extremes]
        if op.flavor == "math" or not is_elementwise(op) or count > 3:
            continue
        pairs = [*SHAPES, *EMPTY] if count > 1 else [((3,),), ((2, 1),), ((0,),), ((2, 0),)]
        for shapes in [*pairs, ((),) * count]:
            shapes = tuple(shapes[k % len(shapes)] for k in range(count))
            wide = tuple(points(op, rng, shapes))
            made += [Trial(wide, {}), *_narrow(Trial(wide, {}))]
        made.append(Trial(tuple(np.asarray(x) for x in points(op, rng, [()] * count)), {}))  # arrays without axes
        grid = np.meshgrid(*[EXTREME] * count, indexing="ij")
        made += [Trial(tuple(grid), {}, False), Trial(tuple(x.astype(np.float32) for x in grid), {}, False)]
    return made


def _takes_at_all(op: Op, trial: Trial) -> bool:
    try:
        Case(op, trial.inputs, trial.params).kinds_of_results()
        value_of(op, trial)
    except (DifferentiationError, NotTried):
        return False
    return True


def points(op: Op, rng: np.random.Generator, shapes: Any) -> Any:
    """Numbers from the domain, not near its ends."""
    for k, shape in enumerate(shapes):
        low, high = op.domain[min(k, len(op.domain) - 1)] if op.domain else REALS
        if (low, high) == REALS:  # not near 0 either, where many a function has its kink
            yield (rng.uniform(0.2, 2.8, shape) * rng.choice([-1.0, 1.0], shape))[()]
            continue
        high = min(high, max(low, -3.0) + 6.0)
        low = max(low, high - 6.0)
        edge = 0.04 * (high - low)
        yield np.asarray(rng.uniform(low + edge, high - edge, shape))[()]


# --- operations on arrays ---------------------------------------------------------------------------------------------


def _on_one_array(op: Op) -> list[Trial]:
    rng = rng_for(op.name)
    forms: list[dict[str, Any]] = [{}]
    if "axis" in op.defaults:
        one = op.defaults["axis"] is not None  # an axis, not any number of them
        forms += [axis for axis in AXES if axis != {"axis": op.defaults["axis"]} and (not one or axis in AXES[:3])]
    if "keepdims" in op.defaults:
        forms += [{**form, "keepdims": True} for form in forms]
    made = []
    for shape, form in itertools.product(ARRAYS, forms):
        # different numbers, none near another: no ties
        x = rng.permutation(np.linspace(-2.0, 2.1, int(np.prod(shape)))).reshape(shape)[()]
        made.append(Trial((x,), form, smooth=x.size > 0))
        if form in ({}, {"axis": 0}):
            made += variants(made[-1], lengths=False)
    return made


def variants(trial: Trial, lengths: bool = True) -> list[Trial]:
    """The same in float32, with NaN and inf, and with other lengths."""
    return [*_narrow(trial), *_missing(trial), *(_of_other_lengths(trial) if lengths else ())]


def _narrow(trial: Trial) -> list[Trial]:
    """The same in float32: all of it, and of several arrays the first one alone."""
    is_wide = [isinstance(x, (np.ndarray, np.generic)) and x.dtype == np.float64 for x in map(plain, trial.inputs)]
    if "dtype" in trial.params or not any(is_wide):
        return []
    made = []
    for chosen in {tuple(is_wide), tuple(on and k == is_wide.index(True) for k, on in enumerate(is_wide))}:
        narrow = [_as_float32(x) if on else x for x, on in zip(trial.inputs, chosen)]
        made.append(Trial(tuple(narrow), trial.params, False))
    return made


def _as_float32(x: Any) -> Any:
    return Fixed(_as_float32(x.value)) if isinstance(x, Fixed) else np.float32(x)


def _of_other_lengths(trial: Trial) -> list[Trial]:
    """Every length that occurs made 0 and 1, in all inputs: empty arrays, and axes that may broadcast."""
    arrays = [x for x in trial.inputs if isinstance(x, np.ndarray) and x.ndim]
    lengths = {n for x in arrays for n in x.shape if n > 1}
    if len(arrays) < sum(not isinstance(x, float) for x in trial.inputs):
        return []  # places, counts and lists, which would not fit the other lengths
    return [
        Trial(tuple(_cut(x, old, new) for x in trial.inputs), trial.params, new == 1)
        for old in sorted(lengths)
        for new in (0, 1)
        if all(x.dtype.kind == "f" for x in arrays)
    ]


def _cut(x: Any, old: int, new: int) -> Any:
    if not isinstance(x, np.ndarray) or not x.ndim:
        return x
    return x[tuple(slice(new) if n == old else slice(None) for n in x.shape)]


def _missing(trial: Trial) -> list[Trial]:
    """With NaN and inf in the first floating array."""
    made = []
    for k, x in enumerate(trial.inputs):
        if isinstance(x, np.ndarray) and x.dtype == np.float64 and x.size > 1:
            for odd in (np.nan, np.inf):
                moved = x.copy()
                moved.flat[1] = odd
                made.append(Trial((*trial.inputs[:k], moved, *trial.inputs[k + 1 :]), trial.params, False))
            break
    return made


__all__ = ["NotTried", "Trial", "of_numbers", "points", "trials", "value_of"]
