"""Found by chance: kind of a gradient."""

import numpy as np

REAL = np.float32


def f(x, A, S, k, n):
    w1 = S[n]
    if k > 0.2:
        k = w1[n]
    else:
        pass
    x = x * np.array(k)
    return x
