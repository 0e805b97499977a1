"""Found by chance: jvp raises UnboundLocalError."""

import math


def f(x, n, a, xs):
    if sum(xs) >= x:
        for e_ in a:
            return math.exp(e_)
    elif x > x:
        return 2
    return 0.3
