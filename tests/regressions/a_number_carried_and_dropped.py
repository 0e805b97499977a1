"""Found by chance: a number that a loop carries and a branch drops; the analysis of selections went on for ever."""


def f(x, n, xs):
    for e_, u in zip(xs, xs):
        acc = u
    return acc
