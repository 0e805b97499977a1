"""Found by chance: jvp raises UnboundLocalError."""

import numpy as np

REAL = np.float32


def f(x, A, k, n):
    if n:
        z2 = 2
        if A[1, n]:
            return (np.sum(z2 * z2), A[-1 - n % 3])
    elif n:
        return (0.6 * np.sum(A * A), A[...][-1 - n % 3])
    return (0.9, x)
