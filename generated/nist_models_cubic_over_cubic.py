"""Derivatives of cubic_over_cubic in nist_models.py."""

import numpy as np


def cubic_over_cubic_jvp(
    x, b1, b2, b3, b4, b5, b6, b7, x_dot, b1_dot, b2_dot, b3_dot, b4_dot, b5_dot, b6_dot, b7_dot
):
    """Value of cubic_over_cubic and its directional derivative (forward mode)."""
    # return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1.0 + b5 * x + b6 * x**2 + b7 * x**3)  [nist_models.py:28]
    x_squared = x**2
    x_squared_dot = x_dot * (2.0 * x)
    v = x**3
    v_dot = x_dot * (3.0 * x_squared)
    v2 = 1.0 + b5 * x + b6 * x_squared + b7 * v
    y = (b1 + b2 * x + b3 * x_squared + b4 * v) / v2
    v3 = (
        b5_dot * x
        + x_dot * b5
        + (b6_dot * x_squared + x_squared_dot * b6)
        + (b7_dot * v + v_dot * b7)
    ) * y
    v4 = (
        b1_dot
        + (b2_dot * x + x_dot * b2)
        + (b3_dot * x_squared + x_squared_dot * b3)
        + (b4_dot * v + v_dot * b4)
        - v3
    )
    y_dot = v4 / v2
    return y, y_dot


def cubic_over_cubic_vjp(x, b1, b2, b3, b4, b5, b6, b7, y_bar):
    """Value of cubic_over_cubic and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    x_squared = x**2
    v = x**3
    v2 = 1.0 + b5 * x + b6 * x_squared + b7 * v
    y = (b1 + b2 * x + b3 * x_squared + b4 * v) / v2

    # Reverse sweep
    # return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1.0 + b5 * x + b6 * x**2 + b7 * x**3)  [nist_models.py:28]
    v_bar = y_bar / v2
    v3 = v_bar * y
    v2_bar = -v3
    b7_bar = v2_bar @ v
    v4 = 3.0 * x_squared
    b6_bar = v2_bar @ x_squared
    v5 = 2.0 * x
    b5_bar = v2_bar @ x
    b4_bar = v_bar @ v
    b3_bar = v_bar @ x_squared
    x_bar = v2_bar * b7 * v4 - v3 * b6 * v5 - v3 * b5 + v_bar * b4 * v4 + v_bar * b3 * v5
    b1_bar = np.sum(v_bar)
    b2_bar = v_bar @ x
    x_bar += v_bar * b2
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar, b6_bar, b7_bar)
