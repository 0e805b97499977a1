"""A value was read again from where only one branch had stored it, and from a version that only that branch knows."""

import numpy as np

REAL = np.float64


def f(x, C, n):
    both = [C, C.T.T]
    s = both[1][1, n % 3, -4]
    if n > 1:
        if n > 2:
            C = both[1]
        C[0, n % 3, 1] = s / (1.5 + s * s)
    v = np.exp(s)
    if n > 3:
        C[1, 1, 1] = v
    return both[0] * v
