"""Windows of signals, and the parts of which numbers are made, as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import refused
from s2s_ad.ops.ufuncs import part_below_one, power_of_two


def hanning(M):
    return 0.5 + 0.5 * np.cos(np.pi * np.arange(1 - M, M, 2) / (M - 1))


def hamming(M):
    return 0.54 + 0.46 * np.cos(np.pi * np.arange(1 - M, M, 2) / (M - 1))


def blackman(M):
    n = np.pi * np.arange(1 - M, M, 2) / (M - 1)
    return 0.42 + 0.5 * np.cos(n) + 0.08 * np.cos(2.0 * n)


def bartlett(M):
    n = np.arange(1 - M, M, 2) / (M - 1)
    return np.where(n <= 0, 1 + n, 1 - n)


def modf(x):
    whole = np.trunc(x)
    return np.where(np.isinf(x), 0.0, x - whole).astype(whole.dtype), whole


def isposinf(x):
    return np.logical_and(np.isinf(x), np.greater(x, 0))


def isneginf(x):
    return np.logical_and(np.isinf(x), np.less(x, 0))


def array_equiv(a1, a2):
    return bool(np.all(np.equal(a1, a2)))


def real_if_close(a, tol=100):
    refused("np.real_if_close, of which only a run shows whether the result is complex", "Take np.real(a).")


def frexp(x):
    return part_below_one(x), power_of_two(x)


def ldexp(x1, x2):
    return np.multiply(x1, np.exp2(np.asarray(x2).astype(np.asarray(x1).dtype)))


_IN_NUMPY = (
    hanning, hamming, blackman, bartlett, modf, isposinf, isneginf, array_equiv, real_if_close, frexp, ldexp,
)  # fmt: skip

# what an older NumPy has not is left out
WINDOW_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _IN_NUMPY if hasattr(np, f.__name__)},
}
