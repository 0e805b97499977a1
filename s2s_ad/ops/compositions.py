"""Library functions that are taken as programs: plain Python that computes the same from functions in the table.

A front end that meets a callable which is not in `FUNCTIONS` looks here and interprets the function it finds in its
place, with the same arguments. What is asked of the arguments here (is it None, how many axes has it, which number is
`n`) is known when compiled.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.array_compositions import ARRAY_COMPOSITIONS, ARRAY_VIEWS
from s2s_ad.ops.axis_compositions import AXIS_COMPOSITIONS
from s2s_ad.ops.complex_parts import angle_of
from s2s_ad.ops.creation import evenly_between, filled, matrix_with_ones
from s2s_ad.ops.fourier_compositions import FOURIER_COMPOSITIONS
from s2s_ad.ops.full_forms import PROGRAMS
from s2s_ad.ops.index_compositions import INDEX_COMPOSITIONS
from s2s_ad.ops.iteration_compositions import ITERATION_COMPOSITIONS
from s2s_ad.ops.linalg_compositions import LINALG_COMPOSITIONS
from s2s_ad.ops.math_functions import exponent, fraction_part, mantissa, sum_of_products, whole_part
from s2s_ad.ops.polynomial_compositions import POLYNOMIAL_COMPOSITIONS
from s2s_ad.ops.set_compositions import SET_COMPOSITIONS
from s2s_ad.ops.settled import count_up
from s2s_ad.ops.standard_compositions import STANDARD_COMPOSITIONS
from s2s_ad.ops.statistics_compositions import STATISTICS_COMPOSITIONS
from s2s_ad.ops.ufunc_compositions import UFUNC_COMPOSITIONS
from s2s_ad.ops.window_compositions import WINDOW_COMPOSITIONS

# --- math -------------------------------------------------------------------------------------------------------------


def modf(x, /):
    return fraction_part(x), whole_part(x)


def frexp(x, /):
    return mantissa(x), exponent(x)


def prod(iterable, /, *, start=1):
    result = start
    for x in iterable:
        result = result * x
    return result


def dist(p, q, /):
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return math.hypot(*[a - b for a, b in zip(p, q)])


def sumprod(p, q, /):
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    return sum_of_products(*p, *q)


def divmod_(x, y, /):
    return x // y, x % y


# --- numpy ------------------------------------------------------------------------------------------------------------


def clip(a, a_min=None, a_max=None, min=None, max=None):
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    if low is not None:
        a = np.maximum(a, low)
    if high is not None:
        a = np.minimum(a, high)
    return a


def np_divmod(x, y):
    return np.floor_divide(x, y), np.remainder(x, y)


def full(shape, fill_value, dtype=None):
    return filled(fill_value, shape=shape, dtype=dtype)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    if np.ndim(start) == 0 and np.ndim(stop) == 0:
        points = evenly_between(start, stop, shape=num, endpoint=endpoint)
    else:
        whole = np.asarray(start) * 1.0 + np.zeros_like(stop)
        part = np.reshape(evenly_between(0.0, 1.0, shape=num, endpoint=endpoint), (-1,) + (1,) * np.ndim(whole))
        points = whole + (stop - whole) * part.astype(whole.dtype)
        points = points if axis == 0 else np.moveaxis(points, 0, axis)
    points = points if dtype is None else points.astype(dtype)
    if retstep:
        return points, (np.asarray(stop) - start) / (num - 1 if endpoint else num)
    return points


def eye(N, M=None, k=0, dtype=float):
    return matrix_with_ones(shape=(N, N if M is None else M), k=k, dtype=dtype)


def identity(n, dtype=float):
    return matrix_with_ones(shape=(n, n), dtype=dtype)


def inner(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return np.dot(a, b if np.ndim(b) == 1 else np.swapaxes(b, -1, -2))


def take(a, indices, axis=None, mode="raise"):
    a = np.ravel(a) if axis is None else np.asarray(a)
    axis = 0 if axis is None else axis
    if isinstance(indices, (tuple, list)):
        indices = np.asarray(indices)
    if mode == "wrap":
        indices = indices % np.shape(a)[axis]
    elif mode == "clip":
        indices = np.clip(indices, 0, np.shape(a)[axis] - 1)
    if axis == 0:
        return a[indices]
    if axis == -1:
        return a[..., indices]
    first = axis + np.ndim(a) if axis < 0 else axis
    count = np.ndim(indices)
    taken = np.moveaxis(a, axis, -1)[..., indices]
    return np.moveaxis(taken, count_up(-count, 0), count_up(first, first + count))


def diff(a, n=1, axis=-1, prepend=None, append=None):
    a = np.asarray(a)
    along = 0 if axis == 0 else -1
    if axis != 0 and axis != -1:
        a = np.moveaxis(a, axis, -1)
    if prepend is not None:
        a = np.concatenate([beside(prepend, a, axis, along), a], axis=along)
    if append is not None:
        a = np.concatenate([a, beside(append, a, axis, along)], axis=along)
    if n == 1:
        a = differences(a, along)
    else:
        for _ in range(n):
            a = differences(a, along)
    return a if axis == 0 or axis == -1 else np.moveaxis(a, -1, axis)


def differences(a, along):
    return a[1:] - a[:-1] if along == 0 else a[..., 1:] - a[..., :-1]


def beside(value, a, axis, along):
    """What np.diff puts before or after: a number counts for every row."""
    if np.ndim(value) == 0:
        return np.zeros_like(a[:1] if along == 0 else a[..., :1]) + value
    return value if axis == 0 or axis == -1 else np.moveaxis(value, axis, -1)


def flipud(m):
    return np.flip(m, axis=0)


def fliplr(m):
    return np.flip(m, axis=1)


def ptp(a, axis=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def angle(z, deg=False):
    return np.degrees(angle_of(z)) if deg else angle_of(z)


# --- cmath ------------------------------------------------------------------------------------------------------------


def polar(z, /):
    return abs(z), cmath.phase(z)


def rect(r, phi, /):
    return complex(r * math.cos(phi), r * math.sin(phi))


VIEWS = frozenset({*ARRAY_VIEWS, flipud, fliplr})

COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    math.modf: modf,
    math.frexp: frexp,
    math.prod: prod,
    math.dist: dist,
    divmod: divmod_,
    np.clip: clip,
    np.divmod: np_divmod,
    np.full: full,
    np.linspace: linspace,
    np.eye: eye,
    np.identity: identity,
    np.inner: inner,
    np.take: take,
    np.diff: diff,
    beside: beside,
    np.flipud: flipud,
    np.fliplr: fliplr,
    np.ptp: ptp,
    np.angle: angle,
    cmath.polar: polar,
    cmath.rect: rect,
    **ARRAY_COMPOSITIONS,
    **AXIS_COMPOSITIONS,
    **FOURIER_COMPOSITIONS,
    **INDEX_COMPOSITIONS,
    **ITERATION_COMPOSITIONS,
    **LINALG_COMPOSITIONS,
    **POLYNOMIAL_COMPOSITIONS,
    **SET_COMPOSITIONS,
    **STANDARD_COMPOSITIONS,
    **STATISTICS_COMPOSITIONS,
    **WINDOW_COMPOSITIONS,
    **UFUNC_COMPOSITIONS,
    **PROGRAMS,
}
if hasattr(math, "sumprod"):  # from Python 3.12 on
    COMPOSITIONS[math.sumprod] = sumprod
