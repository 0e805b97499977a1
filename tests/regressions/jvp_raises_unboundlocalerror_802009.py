"""Found by chance: jvp raises UnboundLocalError."""

import numpy as np

REAL = np.float64


def f(x, y, A, k, n):
    if n:
        pass
    else:
        y = x
    np.multiply(y, x, out=x)
    for i6 in range(2):
        if k > k:
            return (k, x)
        else:
            pass
    return (0.9, y)
