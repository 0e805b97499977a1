"""A loop walked over an array whose only name was bound to another one in the loop: writes to it were not seen."""

import numpy as np

REAL = np.float64


def f(x, y):
    s = 0.0
    z = x * 1.0
    for row in z:
        z[2] = 5.0 * y[0]
        z = y * 2.0
        s += row * row
    return s
