"""Derivatives of f in quickstart.py."""

import math


def f_grad(x1, x2):
    """Gradient of f."""
    # return math.log(x1) + x1 * x2 - math.sin(x2)  [quickstart.py:7]
    x2_bar = x1 - math.cos(x2)
    x1_bar = x2 + 1.0 / x1
    return x1_bar, x2_bar


def f_value_and_grad(x1, x2):
    """Value of f and its gradient."""
    # Forward sweep
    y = math.log(x1) + x1 * x2 - math.sin(x2)

    # Reverse sweep
    # return math.log(x1) + x1 * x2 - math.sin(x2)  [quickstart.py:7]
    x2_bar = x1 - math.cos(x2)
    x1_bar = x2 + 1.0 / x1
    return y, (x1_bar, x2_bar)


def f_jvp(x1, x2, x1_dot, x2_dot):
    """Value of f and its directional derivative (forward mode)."""
    # return math.log(x1) + x1 * x2 - math.sin(x2)  [quickstart.py:7]
    y = math.log(x1) + x1 * x2 - math.sin(x2)
    y_dot = x1_dot / x1 + (x1_dot * x2 + x2_dot * x1) - x2_dot * math.cos(x2)
    return y, y_dot


def f_vjp(x1, x2, y_bar=1.0):
    """Value of f and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    y = math.log(x1) + x1 * x2 - math.sin(x2)

    # Reverse sweep
    # return math.log(x1) + x1 * x2 - math.sin(x2)  [quickstart.py:7]
    x2_bar = y_bar * (x1 - math.cos(x2))
    x1_bar = y_bar * x2 + y_bar / x1
    return y, (x1_bar, x2_bar)
