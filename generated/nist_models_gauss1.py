"""Derivatives of gauss1 in nist_models.py."""

import numpy as np


def gauss1_jvp(
    x,
    b1,
    b2,
    b3,
    b4,
    b5,
    b6,
    b7,
    b8,
    x_dot,
    b1_dot,
    b2_dot,
    b3_dot,
    b4_dot,
    b5_dot,
    b6_dot,
    b7_dot,
    b8_dot,
):
    """Value of gauss1 and its directional derivative (forward mode)."""
    # peaks = b3 * np.exp(-((x - b4) ** 2) / b5**2) + b6 * np.exp(-((x - b7) ** 2) / b8**2)  [nist_models.py:19]
    v = x - b4
    v2 = b5**2
    v3 = v**2 / v2
    v4 = np.exp(-v3)
    v5 = x - b7
    v6 = b8**2
    v7 = v5**2 / v6
    v8 = np.exp(-v7)
    v_dot = b6_dot * v8 - ((x_dot - b7_dot) * (2.0 * v5) - b8_dot * (2.0 * b8) * v7) / v6 * v8 * b6
    peaks = b3 * v4 + b6 * v8
    peaks_dot = (
        b3_dot * v4
        - ((x_dot - b4_dot) * (2.0 * v) - b5_dot * (2.0 * b5) * v3) / v2 * v4 * b3
        + v_dot
    )
    # return b1 * np.exp(-b2 * x) + peaks  [nist_models.py:20]
    v9 = np.exp(-(b2 * x))
    y = b1 * v9 + peaks
    y_dot = b1_dot * v9 - (b2_dot * x + x_dot * b2) * v9 * b1 + peaks_dot
    return y, y_dot


def gauss1_vjp(x, b1, b2, b3, b4, b5, b6, b7, b8, y_bar):
    """Value of gauss1 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x - b4
    v2 = b5**2
    v3 = v**2 / v2
    v4 = np.exp(-v3)
    v5 = x - b7
    v6 = b8**2
    v7 = v5**2 / v6
    v8 = np.exp(-v7)
    peaks = b3 * v4 + b6 * v8
    v9 = np.exp(-(b2 * x))
    y = b1 * v9 + peaks

    # Reverse sweep
    # return b1 * np.exp(-b2 * x) + peaks  [nist_models.py:20]
    b1_bar = np.sum(y_bar * v9)
    v_bar = -(y_bar * b1 * v9)
    x_bar = v_bar * b2
    b2_bar = np.sum(v_bar * x)
    # peaks = b3 * np.exp(-((x - b4) ** 2) / b5**2) + b6 * np.exp(-((x - b7) ** 2) / b8**2)  [nist_models.py:19]
    b6_bar = np.sum(y_bar * v8)
    v10 = y_bar * b6 * v8 / v6
    b8_bar = np.sum(v10 * v7) * (2.0 * b8)
    v11 = v10 * (2.0 * v5)
    b3_bar = np.sum(y_bar * v4)
    v12 = y_bar * b3 * v4 / v2
    b5_bar = np.sum(v12 * v3) * (2.0 * b5)
    v13 = v12 * (2.0 * v)
    x_bar = x_bar - v11 - v13
    return y, (x_bar, b1_bar, b2_bar, b3_bar, np.sum(v13), b5_bar, b6_bar, np.sum(v11), b8_bar)
