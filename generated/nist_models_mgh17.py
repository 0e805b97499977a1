"""Derivatives of mgh17 in nist_models.py."""

import numpy as np


def mgh17_jvp(x, b1, b2, b3, b4, b5, x_dot, b1_dot, b2_dot, b3_dot, b4_dot, b5_dot):
    """Value of mgh17 and its directional derivative (forward mode)."""
    # return b1 + b2 * np.exp(-x * b4) + b3 * np.exp(-x * b5)  [nist_models.py:32]
    v = np.exp(-(x * b4))
    v2 = np.exp(-(x * b5))
    v_dot = b3_dot * v2 - (x_dot * b5 + b5_dot * x) * v2 * b3
    y = b1 + b2 * v + b3 * v2
    y_dot = b1_dot + (b2_dot * v - (x_dot * b4 + b4_dot * x) * v * b2) + v_dot
    return y, y_dot


def mgh17_vjp(x, b1, b2, b3, b4, b5, y_bar):
    """Value of mgh17 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = np.exp(-(x * b4))
    v2 = np.exp(-(x * b5))
    y = b1 + b2 * v + b3 * v2

    # Reverse sweep
    # return b1 + b2 * np.exp(-x * b4) + b3 * np.exp(-x * b5)  [nist_models.py:32]
    b3_bar = y_bar @ v2
    v_bar = y_bar * -b3 * v2
    b5_bar = v_bar @ x
    b1_bar = np.sum(y_bar)
    b2_bar = y_bar @ v
    v_bar_2 = y_bar * b2 * v
    b4_bar = -(v_bar_2 @ x)
    x_bar = v_bar * b5 - v_bar_2 * b4
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar)
