"""Found by chance: value of jvp. Refused now: what x is where the paths meet may be what z7 is."""

import numpy as np

REAL = np.float64


def f(x, y, A, C, k, n):
    if n:
        if np.sum(A) > 1.1:
            return 1.5
        x, y = (y, x)
        z7 = x
    else:
        pass
    x[n % 4] += k
    return np.sum(z7)
