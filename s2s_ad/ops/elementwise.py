"""Functions of numbers, applied to arrays element by element: `math` and NumPy."""

from __future__ import annotations

import math

import numpy as np

from s2s_ad.ops.core import rule
from s2s_ad.ops.trace import choose, d


@rule(math.exp, np.exp)
def exp(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] * out


@rule(math.log, np.log)
def log(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] / x


@rule(math.sin, np.sin)
def sin(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] * cos(x)


@rule(math.cos, np.cos)
def cos(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = -d[x] * sin(x)


@rule(math.sqrt, np.sqrt)
def sqrt(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] * choose(out != 0, lambda: 0.5 / out, lambda: math.inf)


@rule(math.tanh, np.tanh)
def tanh(x, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] * (1.0 - out * out)


@rule(math.copysign, np.copysign)
def copysign(x, y, *, out):  # type: ignore[no-untyped-def]
    d[out] = d[x] * (copysign(1.0, x) * copysign(1.0, y))
