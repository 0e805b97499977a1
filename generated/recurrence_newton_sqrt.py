"""Derivatives of newton_sqrt in recurrence.py."""


def newton_sqrt_grad(a):
    """Gradient of newton_sqrt."""
    # Forward sweep
    x = a
    x_tape = []
    while abs(x * x - a) > 1e-12 * a:
        x_tape.append(x)
        x = 0.5 * (x + a / x)

    # Reverse sweep
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_tape):
        # x = 0.5 * (x + a / x)  [recurrence.py:10]
        v_bar = x_bar * 0.5
        v = v_bar / x
        a_bar += v
        x_bar = v_bar - v * (a / x)
    a_bar += x_bar
    return a_bar


def newton_sqrt_value_and_grad(a):
    """Value of newton_sqrt and its gradient."""
    # Forward sweep
    x = a
    x_tape = []
    while abs(x * x - a) > 1e-12 * a:
        x_tape.append(x)
        x = 0.5 * (x + a / x)
    y = x

    # Reverse sweep
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_tape):
        # x = 0.5 * (x + a / x)  [recurrence.py:10]
        v_bar = x_bar * 0.5
        v = v_bar / x
        a_bar += v
        x_bar = v_bar - v * (a / x)
    a_bar += x_bar
    return y, a_bar


def newton_sqrt_jvp(a, a_dot):
    """Value of newton_sqrt and its directional derivative (forward mode)."""
    x = a
    x_dot = a_dot
    while abs(x * x - a) > 1e-12 * a:
        # x = 0.5 * (x + a / x)  [recurrence.py:10]
        v = a / x
        v_dot = x_dot + (a_dot - x_dot * v) / x
        x = 0.5 * (x + v)
        x_dot = v_dot * 0.5
    return x, x_dot


def newton_sqrt_vjp(a, y_bar=1.0):
    """Value of newton_sqrt and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    x = a
    x_tape = []
    while abs(x * x - a) > 1e-12 * a:
        x_tape.append(x)
        x = 0.5 * (x + a / x)
    y = x

    # Reverse sweep
    x_bar = y_bar
    a_bar = 0.0
    for x in reversed(x_tape):
        # x = 0.5 * (x + a / x)  [recurrence.py:10]
        v_bar = x_bar * 0.5
        v = v_bar / x
        a_bar += v
        x_bar = v_bar - v * (a / x)
    a_bar += x_bar
    return y, a_bar
