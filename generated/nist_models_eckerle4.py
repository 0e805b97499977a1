"""Derivatives of eckerle4 in nist_models.py."""

import numpy as np


def eckerle4_jvp(x, b1, b2, b3, x_dot, b1_dot, b2_dot, b3_dot):
    """Value of eckerle4 and its directional derivative (forward mode)."""
    # return b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2)  [nist_models.py:43]
    v = b1 / b2
    v2 = (x - b3) / b2
    v3 = np.exp(-0.5 * v2**2)
    y = v * v3
    y_dot = (b1_dot - b2_dot * v) / b2 * v3 - v2 * ((x_dot - b3_dot - b2_dot * v2) / b2) * v3 * v
    return y, y_dot


def eckerle4_vjp(x, b1, b2, b3, y_bar):
    """Value of eckerle4 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = b1 / b2
    v2 = (x - b3) / b2
    v3 = np.exp(-0.5 * v2**2)
    y = v * v3

    # Reverse sweep
    # return b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2)  [nist_models.py:43]
    v_bar = y_bar * v * v3 * -0.5 * (2.0 * v2) / b2
    b3_bar = -np.sum(v_bar)
    b1_bar = y_bar @ v3 / b2
    b2_bar = -(v_bar @ v2) - b1_bar * v
    return y, (v_bar, b1_bar, b2_bar, b3_bar)
