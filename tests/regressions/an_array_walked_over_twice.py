"""A loop over an array in a loop over it: when the inner one wrote to it, the outer one was not read again."""

import numpy as np

REAL = np.float64


def f(x, A):
    s = 0.0
    for row in A:
        for e in x:
            for part, e2 in zip(x.reshape(-1, 1), x):
                x[2] *= 0.2 * e2
                s += part[0] * e
        row[1] += s
    for row in A:
        for other in A:
            other[1] += row[0] * 0.1
            row[2] *= other[1]
    return s + np.sum(x * x) + np.sum(A * A)
