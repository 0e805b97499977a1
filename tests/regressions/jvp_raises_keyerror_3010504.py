"""Found by chance: jvp raises KeyError."""


def doubled(items, value):
    pass


def f(x, y):
    ws = [x + 2.0]
    for t, u in zip(ws, ws):
        u = y
        y = max(u, t)
    ws = doubled(ws, x)
    return y
