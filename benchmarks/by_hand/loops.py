"""Numbers only: what the reverse sweep reads is kept in a list."""

import math


def f_vjp(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2), (1.0 / x1 + x2, x1 - math.cos(x2))


def logistic_vjp(x, r, n):
    tape = []
    for _ in range(n):
        tape.append(x)
        x = r * x * (1.0 - x)
    x_bar = 1.0
    r_bar = 0.0
    for before in reversed(tape):
        rest = x_bar * (1.0 - before)
        r_bar += rest * before
        x_bar = r * (rest - x_bar * before)
    return x, (x_bar, r_bar)


def newton_sqrt_vjp(a):
    tape = []
    x = a
    while abs(x * x - a) > 1e-12 * a:
        tape.append(x)
        x = 0.5 * (x + a / x)
    x_bar = 1.0
    a_bar = 0.0
    for before in reversed(tape):
        half = 0.5 * x_bar
        share = half / before
        a_bar += share
        x_bar = half - share * a / before
    return x, a_bar + x_bar
