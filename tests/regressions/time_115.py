"""Found by chance: time."""


def f(x, y, n, a):
    while n:
        pass
