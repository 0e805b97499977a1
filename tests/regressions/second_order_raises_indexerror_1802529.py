"""Found by chance: second order raises IndexError."""

import numpy as np

REAL = np.float64


def helper_1(u, w, c):
    if c < c:
        u[2] += np.zeros(1) + u[0]


def f(x, y, k):
    helper_1(y, y, x[1])
    if y[-4]:
        y = np.concatenate((y, [k]))
        z5 = y
    else:
        pass
    return np.sum(z5 * z5)
