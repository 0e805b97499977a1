"""Derivatives of logistic in recurrence.py."""


def logistic_grad(x, r, n):
    """Gradient of logistic."""
    # Forward sweep
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = r * x * (1.0 - x)

    # Reverse sweep
    x_bar = 1.0
    r_bar = 0.0
    for x in reversed(x_tape):
        # x = r * x * (1.0 - x)  [recurrence.py:3]
        v_bar = x_bar * (1.0 - x)
        r_bar += v_bar * x
        x_bar = r * (v_bar - x_bar * x)
    return x_bar, r_bar


def logistic_value_and_grad(x, r, n):
    """Value of logistic and its gradient."""
    # Forward sweep
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = r * x * (1.0 - x)
    y = x

    # Reverse sweep
    x_bar = 1.0
    r_bar = 0.0
    for x in reversed(x_tape):
        # x = r * x * (1.0 - x)  [recurrence.py:3]
        v_bar = x_bar * (1.0 - x)
        r_bar += v_bar * x
        x_bar = r * (v_bar - x_bar * x)
    return y, (x_bar, r_bar)


def logistic_jvp(x, r, n, x_dot, r_dot):
    """Value of logistic and its directional derivative (forward mode)."""
    for _ in range(n):
        # x = r * x * (1.0 - x)  [recurrence.py:3]
        v = r * x
        v_dot = r_dot * x + x_dot * r
        v2 = 1.0 - x
        x = v * v2
        x_dot = v_dot * v2 - x_dot * v
    return x, x_dot


def logistic_vjp(x, r, n, y_bar=1.0):
    """Value of logistic and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = r * x * (1.0 - x)
    y = x

    # Reverse sweep
    x_bar = y_bar
    r_bar = 0.0
    for x in reversed(x_tape):
        # x = r * x * (1.0 - x)  [recurrence.py:3]
        v_bar = x_bar * (1.0 - x)
        r_bar += v_bar * x
        x_bar = r * (v_bar - x_bar * x)
    return y, (x_bar, r_bar)
