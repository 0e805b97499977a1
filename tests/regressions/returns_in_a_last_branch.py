"""A function that returns nothing, and does so in a branch at its end, was refused."""

import numpy as np

REAL = np.float64


def change(u, c):
    u[0] *= c
    if c > 0.2:
        return


def f(x, y, k):
    change(x, k)
    change(y, x[0])
    return np.sum(x * y)
