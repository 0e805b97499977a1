"""Found by chance: vjp raises UnboundLocalError."""

import numpy as np

REAL = np.float64


def f(x, y, A):
    if A.reshape(4, -1)[2, 1]:
        if np.sum(y):
            return 0.6
    else:
        v8 = A.sum(axis=0)
    return np.sum(v8)
