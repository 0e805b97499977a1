"""Functions that call themselves. Each keeps a derivative function of its own."""

import math


def power(x, n):
    """x to the n by repeated squaring."""
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * x if n % 2 else half * half


def bump(x, width):
    return math.exp(-((x / width) ** 2))


def simpson(a, b, width):
    return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))


def area(a, b, width):
    """The area under `bump` from a to b; an interval that is wide beside the bump is halved."""
    if b - a < 0.4 * width:
        return simpson(a, b, width)
    middle = 0.5 * (a + b)
    return area(a, middle, width) + area(middle, b, width)


EXAMPLES = {
    "power": (1.1, 13),
    "area": (-1.0, 2.0, 0.7),
}
