"""Numbers only."""

import math

from benchmarks.registry import Program


def f(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


PROGRAMS = [
    Program("scalar example", f, lambda rng, quick: (2.0, 5.0), (0, 1)),
    Program("scalar loop, 1,000 steps", logistic, lambda rng, quick: (0.3, 2.9, 10 if quick else 1000), (0, 1)),
    Program("Newton, while loop", newton_sqrt, lambda rng, quick: (2.0e6,)),
]
