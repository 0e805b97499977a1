"""Found by chance: kind of a gradient."""

import numpy as np

REAL = np.float32


def f(x, y, A, k, n):
    if 1:
        if np.any(A):
            return np.sum(y * y)
    else:
        pass
    return 0.9
