"""What a function leaves in its argument was asked for, and it had bound the name of it to another array meanwhile."""

import numpy as np

REAL = np.float64
OF = ("x", "y")


def f(x, y, n):
    x[3] = y[0] * 2.0
    for i in range(2):
        x[i] *= 3.0
        if i > 0:
            break
    if n > 1:
        y[1] += x[0]
    else:
        y[2] *= x[3]
    x = y * x
    x[1] = 5.0
