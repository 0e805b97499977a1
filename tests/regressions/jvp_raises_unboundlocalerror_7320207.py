"""Found by chance: jvp raises UnboundLocalError."""

import numpy as np

REAL = np.float64


def f(x, y, A, k, n):
    v4 = np.zeros((3, 3))
    if np.sum(y):
        if k:
            return k
        z6 = v4[:, (n + 1) % 3]
    else:
        z6 = A.T[1:, -1 - n % 3] + v4.T[..., n % 3]
    v4[None] = 1
    return np.sum(z6)
