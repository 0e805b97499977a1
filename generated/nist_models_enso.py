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
    # turn = 2.0 * np.pi * x  [nist_models.py:36]
    v = 2.0 * np.pi
    turn = v * x
    turn_dot = x_dot * v
    # year = b2 * np.cos(turn / 12.0) + b3 * np.sin(turn / 12.0)  [nist_models.py:37]
    v2 = turn / 12.0
    v2_dot = turn_dot / 12.0
    v3 = np.cos(v2)
    v4 = np.sin(v2)
    year = b2 * v3 + b3 * v4
    year_dot = b2_dot * v3 - v2_dot * v4 * b2 + (b3_dot * v4 + v2_dot * v3 * b3)
    # oscillation = b5 * np.cos(turn / b4) + b6 * np.sin(turn / b4) + b8 * np.cos(turn / b7) + b9 * np....  [nist_models.py:38]
    v5 = turn / b4
    v5_dot = (turn_dot - b4_dot * v5) / b4
    v6 = np.cos(v5)
    v7 = np.sin(v5)
    v8 = turn / b7
    v8_dot = (turn_dot - b7_dot * v8) / b7
    v9 = np.cos(v8)
    v10 = np.sin(v8)
    oscillation_dot = (
        b5_dot * v6
        - v5_dot * v7 * b5
        + (b6_dot * v7 + v5_dot * v6 * b6)
        + (b8_dot * v9 - v8_dot * v10 * b8)
    )
    oscillation = b5 * v6 + b6 * v7 + b8 * v9 + b9 * v10
    oscillation_dot += b9_dot * v10 + v8_dot * v9 * b9
    # return b1 + year + oscillation  [nist_models.py:39]
    y = b1 + year + oscillation
    y_dot = b1_dot + year_dot + oscillation_dot
    return y, y_dot


def enso_vjp(x, b1, b2, b3, b4, b5, b6, b7, b8, b9, y_bar):
    # Forward sweep
    v = 2.0 * np.pi
    turn = v * x
    v2 = turn / 12.0
    v3 = np.cos(v2)
    v4 = np.sin(v2)
    year = b2 * v3 + b3 * v4
    v5 = turn / b4
    v6 = np.cos(v5)
    v7 = np.sin(v5)
    v8 = turn / b7
    v9 = np.cos(v8)
    v10 = np.sin(v8)
    oscillation = b5 * v6 + b6 * v7 + b8 * v9 + b9 * v10
    y = b1 + year + oscillation

    # Reverse sweep
    # return b1 + year + oscillation  [nist_models.py:39]
    b1_bar = np.sum(y_bar)
    # oscillation = b5 * np.cos(turn / b4) + b6 * np.sin(turn / b4) + b8 * np.cos(turn / b7) + b9 * np....  [nist_models.py:38]
    b9_bar = np.sum(y_bar * v10)
    turn_bar = y_bar * b9 * v9 / b7
    b7_bar = np.sum(-(turn_bar * v8))
    b8_bar = np.sum(y_bar * v9)
    v11 = y_bar * b8 * v10 / b7
    b7_bar = b7_bar + np.sum(v11 * v8)
    b6_bar = np.sum(y_bar * v7)
    v12 = y_bar * b6 * v6 / b4
    b5_bar = np.sum(y_bar * v6)
    v13 = y_bar * b5 * v7 / b4
    turn_bar = turn_bar - v11 + v12 - v13
    b4_bar = np.sum(-(v12 * v5)) + np.sum(v13 * v5)
    # year = b2 * np.cos(turn / 12.0) + b3 * np.sin(turn / 12.0)  [nist_models.py:37]
    b3_bar = np.sum(y_bar * v4)
    b2_bar = np.sum(y_bar * v3)
    turn_bar = turn_bar + y_bar * b3 * v3 / 12.0 - y_bar * b2 * v4 / 12.0
    # turn = 2.0 * np.pi * x  [nist_models.py:36]
    x_bar = turn_bar * v
    return y, (x_bar, b1_bar, b2_bar, b3_bar, b4_bar, b5_bar, b6_bar, b7_bar, b8_bar, b9_bar)
