"""Derivatives of enso in nist_models.py."""

import numpy as np


def enso_jvp(
    x,
    b1,
    b2,
    b3,
    b4,
    b5,
    b6,
    b7,
    b8,
    b9,
    x_dot,
    b1_dot,
    b2_dot,
    b3_dot,
    b4_dot,
    b5_dot,
    b6_dot,
    b7_dot,
    b8_dot,
    b9_dot,
):
    """Value of enso and its directional derivative (forward mode)."""
    # turn = 2.0 * np.pi * x  [nist_models.py:36]
    turn = 2.0 * np.pi * x
    turn_dot = x_dot * (2.0 * np.pi)
    # year = b2 * np.cos(turn / 12.0) + b3 * np.sin(turn / 12.0)  [nist_models.py:37]
    v = turn / 12.0
    v_dot = turn_dot / 12.0
    v2 = np.cos(v)
    v3 = np.sin(v)
    year = b2 * v2 + b3 * v3
    year_dot = b2_dot * v2 - v_dot * v3 * b2 + (b3_dot * v3 + v_dot * v2 * b3)
    # oscillation = b5 * np.cos(turn / b4) + b6 * np.sin(turn / b4) + b8 * np.cos(turn / b7) + b9 * np....  [nist_models.py:38]
    v4 = turn / b4
    v4_dot = (turn_dot - b4_dot * v4) / b4
    v5 = np.cos(v4)
    v6 = np.sin(v4)
    v7 = turn / b7
    v7_dot = (turn_dot - b7_dot * v7) / b7
    v8 = np.cos(v7)
    v9 = np.sin(v7)
    v_dot = b9_dot * v9 + v7_dot * v8 * b9
    oscillation = b5 * v5 + b6 * v6 + b8 * v8 + b9 * v9
    oscillation_dot = (
        b5_dot * v5
        - v4_dot * v6 * b5
        + (b6_dot * v6 + v4_dot * v5 * b6)
        + (b8_dot * v8 - v7_dot * v9 * b8)
        + v_dot
    )
    # return b1 + year + oscillation  [nist_models.py:39]
    y = b1 + year + oscillation
    y_dot = b1_dot + year_dot + oscillation_dot
    return y, y_dot


def enso_vjp(x, b1, b2, b3, b4, b5, b6, b7, b8, b9, y_bar):
    """Value of enso and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    turn = 2.0 * np.pi * x
    v = turn / 12.0
    v2 = np.cos(v)
    v3 = np.sin(v)
    year = b2 * v2 + b3 * v3
    v4 = turn / b4
    v5 = np.cos(v4)
    v6 = np.sin(v4)
    v7 = turn / b7
    v8 = np.cos(v7)
    v9 = np.sin(v7)
    oscillation = b5 * v5 + b6 * v6 + b8 * v8 + b9 * v9
    y = b1 + year + oscillation

    # Reverse sweep
    # return b1 + year + oscillation  [nist_models.py:39]
    b1_bar = np.sum(y_bar)
    # oscillation = b5 * np.cos(turn / b4) + b6 * np.sin(turn / b4) + b8 * np.cos(turn / b7) + b9 * np....  [nist_models.py:38]
    b9_bar = y_bar @ v9
    turn_bar = y_bar * b9 * v8 / b7
    v10 = turn_bar @ v7
    b8_bar = y_bar @ v8
    v11 = y_bar * b8 * v9 / b7
    b7_bar = v11 @ v7 - v10
    b6_bar = y_bar @ v6
    v12 = y_bar * b6 * v5 / b4
    b5_bar = y_bar @ v5
    v13 = y_bar * b5 * v6 / b4
    turn_bar = turn_bar - v11 + v12 - v13
    b4_bar = v13 @ v4 - v12 @ v4
    # year = b2 * np.cos(turn / 12.0) + b3 * np.sin(turn / 12.0)  [nist_models.py:37]
    b3_bar = y_bar @ v3
    b2_bar = y_bar @ v2
    turn_bar = turn_bar + y_bar * b3 * v2 / 12.0 - y_bar * b2 * v3 / 12.0
    # turn = 2.0 * np.pi * x  [nist_models.py:36]
    x_bar = turn_bar * (2.0 * np.pi)
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar, b6_bar, b7_bar, b8_bar, b9_bar)
