"""Found by chance: jvp raises UnboundLocalError."""


def f(x, y, a):
    if 1 > x:
        acc = s = 2
    if y:
        if x:
            return (x, y)
    else:
        acc = y
    return (1.25, acc)
