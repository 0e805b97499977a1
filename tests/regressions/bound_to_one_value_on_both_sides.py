"""Both branches bind a name to a value that was there before: after them it had its old value still."""


def f(x, y, n, xs):
    pair = (y, x)
    s = x * 2.0
    if n > 1:
        s, u = pair
    else:
        s, u = pair
        x = x * 1.5
    if n > 2:
        t = y
    else:
        t = y
    mine, other = [x], [y]
    if n > 2:
        mine = other
    else:
        mine = other
    mine.append(x * s)
    return s * x + t * u + sum(other) * sum(xs)
