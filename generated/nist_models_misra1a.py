"""Derivatives of misra1a in nist_models.py."""

import numpy as np


def misra1a_jvp(x, b1, b2, x_dot, b1_dot, b2_dot):
    """Value of misra1a and its directional derivative (forward mode)."""
    # return b1 * (1.0 - np.exp(-b2 * x))  [nist_models.py:7]
    v = np.exp(-(b2 * x))
    v2 = 1.0 - v
    y = b1 * v2
    y_dot = b1_dot * v2 + (b2_dot * x + x_dot * b2) * v * b1
    return y, y_dot


def misra1a_vjp(x, b1, b2, y_bar):
    """Value of misra1a and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = np.exp(-(b2 * x))
    v2 = 1.0 - v
    y = b1 * v2

    # Reverse sweep
    # return b1 * (1.0 - np.exp(-b2 * x))  [nist_models.py:7]
    b1_bar = y_bar @ v2
    v3 = y_bar * b1 * v
    x_bar = v3 * b2
    b2_bar = v3 @ x
    return y, (x_bar, b1_bar, b2_bar)
