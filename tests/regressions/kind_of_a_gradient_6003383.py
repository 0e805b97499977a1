"""Found by chance: kind of a gradient."""

import numpy as np

REAL = np.float32


def f(x, y, k, n):
    y *= np.tanh(min(x[n], k))
    return y
