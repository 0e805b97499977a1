"""Derivatives of lanczos3 in nist_models.py."""

import numpy as np


def lanczos3_jvp(x, b1, b2, b3, b4, b5, b6, x_dot, b1_dot, b2_dot, b3_dot, b4_dot, b5_dot, b6_dot):
    """Value of lanczos3 and its directional derivative (forward mode)."""
    # return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)  [nist_models.py:15]
    v = np.exp(-(b2 * x))
    v2 = np.exp(-(b4 * x))
    v_dot = b3_dot * v2 - (b4_dot * x + x_dot * b4) * v2 * b3
    v3 = np.exp(-(b6 * x))
    v_dot_2 = b5_dot * v3 - (b6_dot * x + x_dot * b6) * v3 * b5
    y = b1 * v + b3 * v2 + b5 * v3
    y_dot = b1_dot * v - (b2_dot * x + x_dot * b2) * v * b1 + v_dot + v_dot_2
    return y, y_dot


def lanczos3_vjp(x, b1, b2, b3, b4, b5, b6, y_bar):
    """Value of lanczos3 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = np.exp(-(b2 * x))
    v2 = np.exp(-(b4 * x))
    v3 = np.exp(-(b6 * x))
    y = b1 * v + b3 * v2 + b5 * v3

    # Reverse sweep
    # return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)  [nist_models.py:15]
    b5_bar = y_bar @ v3
    v_bar = y_bar * -b5 * v3
    b6_bar = v_bar @ x
    b3_bar = y_bar @ v2
    v_bar_2 = y_bar * b3 * v2
    b4_bar = -(v_bar_2 @ x)
    b1_bar = y_bar @ v
    v_bar_3 = y_bar * b1 * v
    b2_bar = -(v_bar_3 @ x)
    x_bar = v_bar * b6 - v_bar_2 * b4 - v_bar_3 * b2
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar, b6_bar)
