"""Library functions called as users call them: the value, both modes, and second order.

Every call in `calls.py` is also made in float32, with empty arrays and axes of length one, and with NaN and inf.
"""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import DifferentiationError
from tests.ops.calls import ALL
from tests.ops.driver import rng_for
from tests.ops.trials import Trial, variants

CASES = [pytest.param(group, k, id=f"{group}-{k}") for group, calls in ALL.items() for k in range(len(calls))]


def flat(value):
    """The arrays in a result, in order."""
    if isinstance(value, (tuple, list)):
        return [leaf for part in value for leaf in flat(part)]
    return [value]


def like(rng, value):
    if isinstance(value, (tuple, list)):
        return type(value)(like(rng, part) for part in value) if type(value) in (tuple, list) else tuple(
            like(rng, part) for part in value
        )  # fmt: skip
    if not np.issubdtype(np.asarray(value).dtype, np.inexact):
        return None
    made = rng.standard_normal(np.shape(value))
    if np.iscomplexobj(value):
        made = made + 1j * rng.standard_normal(np.shape(value))
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(made, value.dtype)[()]
    return made if isinstance(value, complex) else float(made)


def dot(a, b):
    pairs = zip(flat(a), flat(b))
    return sum(float(np.sum(np.asarray(x) * np.asarray(y)).real) for x, y in pairs if x is not None and y is not None)


def moved(args, dots, step):
    return [x + step * v for x, v in zip(args, dots)]


@pytest.mark.parametrize("group, k", CASES)
def test_call(group, k):
    check_call(rng_for(group, k), *ALL[group][k])


@pytest.mark.parametrize("group, k", CASES)
def test_other_arguments(group, k):
    f, args = ALL[group][k]
    check_other_arguments(rng_for(group, k, "other"), f, args)


def check_other_arguments(rng, f, args):
    """Whatever NumPy makes of them, in shape, dtype and value, comes out; derivatives have their shapes and dtypes."""
    for trial in variants(Trial(args, {})):
        with np.errstate(all="ignore"):
            try:
                wanted = f(*trial.inputs)
            except (ValueError, IndexError, TypeError, ArithmeticError, np.linalg.LinAlgError):
                continue  # NumPy does not take them
            try:
                value, pullback = s2s_ad.vjp(f, *trial.inputs)
                ct, dots = like(rng, value), like(rng, trial.inputs)
                back, (_, tangent) = pullback(ct), s2s_ad.jvp(f, trial.inputs, dots)
            except (DifferentiationError, np.linalg.LinAlgError):
                continue  # refused with a message
            except ValueError as error:
                assert "zero-size array" in str(error)  # as older versions of NumPy itself
                continue
            narrow = any(np.asarray(x).dtype == np.float32 for x in trial.inputs)
            for got, expected in zip(flat(value), flat(wanted), strict=True):
                assert np.shape(got) == np.shape(expected), trial
                assert np.asarray(got).dtype == np.asarray(expected).dtype, trial
                near = 1e-4 if narrow else 1e-12
                np.testing.assert_allclose(got, expected, rtol=near, atol=near, err_msg=str(trial))
            for x, x_bar in zip(trial.inputs, back):
                assert np.shape(x_bar) == np.shape(x), trial
                assert np.asarray(x_bar).dtype == np.asarray(x).dtype, trial
            for y, y_dot in zip(flat(value), flat(tangent)):
                if y_dot is not None:
                    assert np.shape(y_dot) == np.shape(y) and np.asarray(y_dot).dtype == np.asarray(y).dtype, trial
            numbers = [np.ravel(x) for x in (*flat(back), *flat(tangent)) if x is not None]
            if numbers and np.all(np.isfinite(np.concatenate(numbers))):
                near = 2e-3 if narrow else 1e-8
                assert dot(back, dots) == pytest.approx(dot(ct, tangent), rel=near, abs=near), trial


def check_call(rng, f, args):
    """The value is NumPy's; tangent = differences; <ct, J v> = <J^T ct, v>; second order = differences of pullbacks."""
    dots = [like(rng, x) for x in args]
    wanted = f(*args)
    value, tangent = s2s_ad.jvp(f, tuple(args), tuple(dots))
    leaves = list(zip(flat(value), flat(wanted)))
    assert len(flat(value)) == len(flat(wanted))
    for got, expected in leaves:
        assert np.shape(got) == np.shape(expected) and np.asarray(got).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
    h = 1e-6
    for high, low, got in zip(flat(f(*moved(args, dots, h))), flat(f(*moved(args, dots, -h))), flat(tangent)):
        if got is not None:
            np.testing.assert_allclose(got, (np.asarray(high) - low) / (2 * h), rtol=1e-6, atol=1e-7)

    _, pullback = s2s_ad.vjp(f, *args)
    ct = like(rng, value)
    back = pullback(ct)
    assert dot(back, dots) == pytest.approx(dot(ct, tangent), rel=1e-9, abs=1e-10)

    weighed = weighed_by(f, ct, len(args))
    wrt = tuple(range(len(args)))
    _, second = s2s_ad.jvp(s2s_ad.grad(weighed, wrt=wrt), tuple(args), tuple(dots))
    ends = [pullback_of(f, moved(args, dots, step), ct) for step in (1e-5, -1e-5)]
    for got, high, low in zip(flat(second), *map(flat, ends)):
        np.testing.assert_allclose(got, (np.asarray(high) - low) / 2e-5, rtol=1e-5, atol=1e-6)


def pullback_of(f, args, ct):
    return s2s_ad.vjp(f, *args)[1](ct)


def total(ct, value):
    if isinstance(ct, (tuple, list)):
        result = 0.0
        for weight, part in zip(ct, value):
            result = result + total(weight, part)
        return result
    return 0.0 if ct is None else np.real(np.sum(ct * value))


def weighed_by(f, ct, count):
    """The sum of the results of f, each times its cotangent, as a function of `count` arguments."""

    def one(x):
        return total(ct, f(x))

    def two(x, y):
        return total(ct, f(x, y))

    def three(x, y, z):
        return total(ct, f(x, y, z))

    return (one, two, three)[count - 1]
