"""Derivatives of kirby2 in nist_models.py."""

import numpy as np


def kirby2_jvp(x, b1, b2, b3, b4, b5, x_dot, b1_dot, b2_dot, b3_dot, b4_dot, b5_dot):
    """Value of kirby2 and its directional derivative (forward mode)."""
    # return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)  [nist_models.py:24]
    v = x**2
    v_dot = x_dot * (2.0 * x)
    v2 = 1.0 + b4 * x + b5 * v
    y = (b1 + b2 * x + b3 * v) / v2
    v3 = (b4_dot * x + x_dot * b4 + (b5_dot * v + v_dot * b5)) * y
    y_dot = (b1_dot + (b2_dot * x + x_dot * b2) + (b3_dot * v + v_dot * b3) - v3) / v2
    return y, y_dot


def kirby2_vjp(x, b1, b2, b3, b4, b5, y_bar):
    """Value of kirby2 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x**2
    v2 = 1.0 + b4 * x + b5 * v
    y = (b1 + b2 * x + b3 * v) / v2

    # Reverse sweep
    # return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)  [nist_models.py:24]
    v_bar = y_bar / v2
    v3 = v_bar * y
    v2_bar = -v3
    b5_bar = np.sum(v2_bar * v)
    v4 = 2.0 * x
    b4_bar = np.sum(v2_bar * x)
    b3_bar = np.sum(v_bar * v)
    b1_bar = np.sum(v_bar)
    b2_bar = np.sum(v_bar * x)
    x_bar = v2_bar * b5 * v4 - v3 * b4 + v_bar * b3 * v4 + v_bar * b2
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar)
