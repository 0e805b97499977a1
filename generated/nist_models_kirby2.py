"""Derivatives of kirby2 in nist_models.py."""

import numpy as np


def kirby2_jvp(x, b1, b2, b3, b4, b5, x_dot, b1_dot, b2_dot, b3_dot, b4_dot, b5_dot):
    """Value of kirby2 and its directional derivative (forward mode)."""
    # return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)  [nist_models.py:24]
    x_squared = x**2
    x_squared_dot = x_dot * (2.0 * x)
    v = 1.0 + b4 * x + b5 * x_squared
    y = (b1 + b2 * x + b3 * x_squared) / v
    v2 = (b4_dot * x + x_dot * b4 + (b5_dot * x_squared + x_squared_dot * b5)) * y
    y_dot = (
        b1_dot + (b2_dot * x + x_dot * b2) + (b3_dot * x_squared + x_squared_dot * b3) - v2
    ) / v
    return y, y_dot


def kirby2_vjp(x, b1, b2, b3, b4, b5, y_bar):
    """Value of kirby2 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    x_squared = x**2
    v = 1.0 + b4 * x + b5 * x_squared
    y = (b1 + b2 * x + b3 * x_squared) / v

    # Reverse sweep
    # return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)  [nist_models.py:24]
    v_bar = y_bar / v
    v2 = v_bar * y
    v_bar_2 = -v2
    b5_bar = v_bar_2 @ x_squared
    v3 = 2.0 * x
    b4_bar = v_bar_2 @ x
    b3_bar = v_bar @ x_squared
    b1_bar = np.sum(v_bar)
    b2_bar = v_bar @ x
    x_bar = v_bar_2 * b5 * v3 - v2 * b4 + v_bar * b3 * v3 + v_bar * b2
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar)
