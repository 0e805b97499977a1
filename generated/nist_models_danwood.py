"""Derivatives of danwood in nist_models.py."""

import numpy as np


def danwood_jvp(x, b1, b2, x_dot, b1_dot, b2_dot):
    """Value of danwood and its directional derivative (forward mode)."""
    # return b1 * x**b2  [nist_models.py:11]
    v = x**b2
    v2 = b2_dot * (v * np.log(np.where(x == 0, 1.0, x)))
    y = b1 * v
    y_dot = b1_dot * v + (x_dot * (b2 * x ** (1.0 if b2 == 0 else b2 - 1)) + v2) * b1
    return y, y_dot


def danwood_vjp(x, b1, b2, y_bar):
    """Value of danwood and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x**b2
    y = b1 * v

    # Reverse sweep
    # return b1 * x**b2  [nist_models.py:11]
    v_bar = y_bar * b1
    b1_bar = y_bar @ v
    b2_bar = v_bar @ (v * np.log(np.where(x == 0, 1.0, x)))
    x_bar = v_bar * (b2 * x ** (1.0 if b2 == 0 else b2 - 1))
    return y, (x_bar, b1_bar, b2_bar)
