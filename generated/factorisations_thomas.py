"""Derivatives of thomas in factorisations.py."""

import numpy as np


def thomas_jvp(lower, diagonal, upper, rhs, lower_dot, diagonal_dot, upper_dot, rhs_dot):
    """Value of thomas and its directional derivative (forward mode)."""
    # n = len(rhs)  [factorisations.py:64]
    n = len(rhs)
    rhs = rhs.copy()
    rhs_dot = rhs_dot.copy()
    diagonal = diagonal.copy()
    diagonal_dot = diagonal_dot.copy()
    for i in range(1, n):
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v = diagonal[i - 1]
        w = lower[i - 1] / v
        w_dot = (lower_dot[i - 1] - diagonal_dot[i - 1] * w) / v
        # diagonal[i] -= w * upper[i - 1]  [factorisations.py:67]
        v2 = upper[i - 1]
        diagonal[i] -= w * v2
        diagonal_dot[i] -= w_dot * v2 + upper_dot[i - 1] * w
        # rhs[i] -= w * rhs[i - 1]  [factorisations.py:68]
        v3 = rhs[i - 1]
        rhs[i] -= w * v3
        rhs_dot[i] -= w_dot * v3 + rhs_dot[i - 1] * w
    # rhs[-1] /= diagonal[-1]  [factorisations.py:69]
    v4 = diagonal[-1]
    v5 = rhs[-1] / v4
    rhs[-1] = v5
    rhs_dot[-1] = (rhs_dot[-1] - diagonal_dot[-1] * v5) / v4
    for i in range(n - 2, -1, -1):
        # rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]  [factorisations.py:71]
        v6 = upper[i]
        v7 = rhs[i + 1]
        v8 = diagonal[i]
        v9 = (rhs[i] - v6 * v7) / v8
        v9_dot = (
            rhs_dot[i] - (upper_dot[i] * v7 + rhs_dot[i + 1] * v6) - diagonal_dot[i] * v9
        ) / v8
        rhs[i] = v9
        rhs_dot[i] = v9_dot
    return rhs, rhs_dot


def thomas_vjp(lower, diagonal, upper, rhs, y_bar):
    """Value of thomas and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(rhs)
    rhs = rhs.copy()
    diagonal = diagonal.copy()
    for i in range(1, n):
        w = lower[i - 1] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        rhs[i] -= w * rhs[i - 1]
    v = diagonal[-1]
    v2 = rhs[-1] / v
    rhs[-1] = v2
    rhs_2 = rhs.copy()
    for i in range(n - 2, -1, -1):
        rhs_2[i] = (rhs_2[i] - upper[i] * rhs_2[i + 1]) / diagonal[i]

    # Reverse sweep
    upper_bar = np.zeros_like(upper)
    diagonal_bar = np.zeros_like(diagonal)
    rhs_bar = y_bar.copy()
    for i in range(n - 1):
        # rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]  [factorisations.py:71]
        v_bar = rhs_bar[i] / diagonal[i]
        diagonal_bar[i] -= v_bar * rhs_2[i]
        upper_bar[i] -= v_bar * rhs_2[i + 1]
        rhs_bar[i] = v_bar
        rhs_bar[i + 1] -= v_bar * upper[i]
    # rhs[-1] /= diagonal[-1]  [factorisations.py:69]
    v_bar = rhs_bar[-1] / v
    diagonal_bar[-1] -= v_bar * v2
    rhs_bar[-1] = v_bar
    lower_bar = np.zeros_like(lower)
    for i in reversed(range(1, n)):
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v3 = diagonal[i - 1]
        w = lower[i - 1] / v3
        # rhs[i] -= w * rhs[i - 1]  [factorisations.py:68]
        v_bar = rhs_bar[i]
        w_bar = -(v_bar * rhs[i - 1])
        rhs_bar[i - 1] -= v_bar * w
        # diagonal[i] -= w * upper[i - 1]  [factorisations.py:67]
        v_bar = diagonal_bar[i]
        w_bar -= v_bar * upper[i - 1]
        upper_bar[i - 1] -= v_bar * w
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v_bar = w_bar / v3
        diagonal_bar[i - 1] -= v_bar * w
        lower_bar[i - 1] += v_bar
    return rhs_2, (lower_bar, diagonal_bar, upper_bar, rhs_bar)
