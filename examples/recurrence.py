def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def first_above(x, rate, level, n):
    """Grows x until it passes level: break, continue and a helper in one loop."""
    total = 0.0
    for i in range(n):
        x = x * rate
        if x < 0.0:
            continue
        total = total + huber(x, 1.0)
        if total > level:
            break
    return total


EXAMPLES = {
    "logistic": (0.3, 2.9, 9),
    "newton_sqrt": (3.0,),
    "huber": (-2.3, 1.0),
    "first_above": (0.4, 1.7, 5.0, 12),
}
