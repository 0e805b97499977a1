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
    b5_squared = b5**2
    v2 = v**2 / b5_squared
    v3 = np.exp(-v2)
    v4 = x - b7
    b8_squared = b8**2
    v5 = v4**2 / b8_squared
    v6 = np.exp(-v5)
    v_dot = (
        b6_dot * v6
        - ((x_dot - b7_dot) * (2.0 * v4) - b8_dot * (2.0 * b8) * v5) / b8_squared * v6 * b6
    )
    peaks = b3 * v3 + b6 * v6
    peaks_dot = (
        b3_dot * v3
        - ((x_dot - b4_dot) * (2.0 * v) - b5_dot * (2.0 * b5) * v2) / b5_squared * v3 * b3
        + v_dot
    )
    # return b1 * np.exp(-b2 * x) + peaks  [nist_models.py:20]
    v7 = np.exp(-(b2 * x))
    y = b1 * v7 + peaks
    y_dot = b1_dot * v7 - (b2_dot * x + x_dot * b2) * v7 * b1 + peaks_dot
    return y, y_dot


def gauss1_vjp(x, b1, b2, b3, b4, b5, b6, b7, b8, y_bar):
    """Value of gauss1 and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x - b4
    b5_squared = b5**2
    v2 = v**2 / b5_squared
    v3 = np.exp(-v2)
    v4 = x - b7
    b8_squared = b8**2
    v5 = v4**2 / b8_squared
    v6 = np.exp(-v5)
    peaks = b3 * v3 + b6 * v6
    v7 = np.exp(-(b2 * x))
    y = b1 * v7 + peaks

    # Reverse sweep
    # return b1 * np.exp(-b2 * x) + peaks  [nist_models.py:20]
    b1_bar = y_bar @ v7
    v_bar = y_bar * -b1 * v7
    x_bar = v_bar * b2
    b2_bar = v_bar @ x
    # peaks = b3 * np.exp(-((x - b4) ** 2) / b5**2) + b6 * np.exp(-((x - b7) ** 2) / b8**2)  [nist_models.py:19]
    b6_bar = y_bar @ v6
    v8 = y_bar * b6 * v6 / b8_squared
    b8_bar = v8 @ v5 * (2.0 * b8)
    v9 = v8 * (2.0 * v4)
    b3_bar = y_bar @ v3
    v10 = y_bar * b3 * v3 / b5_squared
    b5_bar = v10 @ v2 * (2.0 * b5)
    v11 = v10 * (2.0 * v)
    x_bar = x_bar - v9 - v11
    return y, (x_bar, b1_bar, b2_bar, b3_bar, np.sum(v11), b5_bar, b6_bar, np.sum(v9), b8_bar)
