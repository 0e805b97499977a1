"""What is written is computed before the index where it is written, and is read again from there."""

import numpy as np

REAL = np.float64


def f(x, C, n):
    s = C[1, n % 2, 2]
    if n > 1:
        C[0, n % 3, 1] = s / (1.5 + s * s)
    return np.sum(C * C) * s
