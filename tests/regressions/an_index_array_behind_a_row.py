"""C[1][:, at] was read as C[1, :, at], which has the axis of `at` in front."""

import numpy as np

REAL = np.float64


def f(C, k):
    C[1][:, [0, 1, 2]] = k * C[0][:, [1, 2, 0]]
    C[0][:, np.array([0, 1, 1])] *= C[1][:, 1:4]
    M = C[1]
    M[:, [0, 3]] += M[1:3, 1:3].sum()
    return np.sum(C * C * C)
