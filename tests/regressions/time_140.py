"""Found by chance: time."""


def f(x, y, xs):
    while 2:
        pass
