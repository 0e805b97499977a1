"""Helpers that stand in another module than the programs that call them."""

SCALE = 1.5


def cube(x):
    return x * x * x


def scaled(x):
    return SCALE * x * x
