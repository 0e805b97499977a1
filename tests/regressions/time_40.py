"""Found by chance: time."""

def f(x, n, xs):
    for e_, u in zip(xs, xs):
        acc = u
    return acc
