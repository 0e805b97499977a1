"""The second derivative looked at the length of a list that the branch which did not run had not saved."""

RATE = 0.7


def f(x, y, xs):
    s = RATE + x
    if 0.5 < s < 1.1:
        for e in xs:
            y, s = s, e * e
    return s * y
