"""The adjoint of a Python float that a loop summed up was a float64, and made that of a float32 array one too."""

import math

import numpy as np

REAL = np.float32


def f(x, y, k, n):
    s = math.sin(np.sum(x))
    for i in range(n):
        x[0] *= np.tanh(s)
    if n > 2:
        x[1] *= np.tanh(s)
    return x * y
