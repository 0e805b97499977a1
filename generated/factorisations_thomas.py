"""Derivatives of thomas in factorisations.py."""

import numpy as np


def thomas_jvp(lower, diagonal, upper, rhs, lower_dot, diagonal_dot, upper_dot, rhs_dot):
    """Value of thomas and its directional derivative (forward mode)."""
    # n = len(rhs)  [factorisations.py:64]
    n = len(rhs)
    diagonal = diagonal.copy()
    rhs = rhs.copy()
    diagonal_dot = diagonal_dot.copy()
    rhs_dot = rhs_dot.copy()
    for i in range(1, n):
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v = i - 1
        v2 = i - 1
        v3 = diagonal[v2]
        w = lower[v] / v3
        w_dot = (lower_dot[v] - diagonal_dot[v2] * w) / v3
        # diagonal[i] -= w * upper[i - 1]  [factorisations.py:67]
        v4 = i - 1
        v5 = upper[v4]
        v_dot = -(w_dot * v5 + upper_dot[v4] * w)
        diagonal[i] -= w * v5
        diagonal_dot[i] += v_dot
        # rhs[i] -= w * rhs[i - 1]  [factorisations.py:68]
        v6 = i - 1
        v7 = rhs[v6]
        v_dot = -(w_dot * v7 + rhs_dot[v6] * w)
        rhs[i] -= w * v7
        rhs_dot[i] += v_dot
    # rhs[-1] /= diagonal[-1]  [factorisations.py:69]
    v8 = diagonal[-1]
    v9 = rhs[-1] / v8
    v9_dot = (rhs_dot[-1] - diagonal_dot[-1] * v9) / v8
    rhs[-1] = v9
    rhs_dot[-1] = v9_dot
    for i in range(n - 2, -1, -1):
        # rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]  [factorisations.py:71]
        v10 = upper[i]
        v11 = i + 1
        v12 = rhs[v11]
        v13 = diagonal[i]
        v14 = (rhs[i] - v10 * v12) / v13
        v14_dot = (
            rhs_dot[i] - (upper_dot[i] * v12 + rhs_dot[v11] * v10) - diagonal_dot[i] * v14
        ) / v13
        rhs[i] = v14
        rhs_dot[i] = v14_dot
    return rhs.copy(), rhs_dot.copy()


def thomas_vjp(lower, diagonal, upper, rhs, y_bar):
    """Value of thomas and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(rhs)
    diagonal = diagonal.copy()
    rhs = rhs.copy()
    tape = []
    for i in range(1, n):
        v = diagonal[i - 1]
        w = lower[i - 1] / v
        diagonal[i] -= w * upper[i - 1]
        v2 = rhs[i - 1]
        tape.append((v, v2))
        rhs[i] -= w * v2
    v3 = diagonal[-1]
    v4 = rhs[-1] / v3
    rhs[-1] = v4
    v5 = n - 2
    tape_2 = []
    for i in range(v5, -1, -1):
        v6 = rhs[i + 1]
        v7 = diagonal[i]
        v8 = (rhs[i] - upper[i] * v6) / v7
        tape_2.append((v6, v7, v8))
        rhs[i] = v8

    # Reverse sweep
    upper_bar = np.zeros_like(upper)
    diagonal_bar = np.zeros_like(diagonal)
    rhs_bar = y_bar.copy()
    for i, (v11, v9, v10) in zip(reversed(range(v5, -1, -1)), reversed(tape_2)):
        # rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]  [factorisations.py:71]
        v12 = upper[i]
        v10_bar = rhs_bar[i]
        rhs_bar[i] = 0.0
        v_bar = v10_bar / v9
        v13 = -v_bar
        diagonal_bar[i] -= v_bar * v10
        v12_bar = v13 * v11
        rhs_bar[i + 1] += v13 * v12
        upper_bar[i] += v12_bar
        rhs_bar[i] += v_bar
    # rhs[-1] /= diagonal[-1]  [factorisations.py:69]
    v4_bar = rhs_bar[-1]
    rhs_bar[-1] = 0.0
    v_bar = v4_bar / v3
    diagonal_bar[-1] -= v_bar * v4
    rhs_bar[-1] += v_bar
    lower_bar = np.zeros_like(lower)
    for i, (v15, v14) in zip(reversed(range(1, n)), reversed(tape)):
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v16 = i - 1
        w = lower[v16] / v15
        # diagonal[i] -= w * upper[i - 1]  [factorisations.py:67]
        v17 = i - 1
        v18 = upper[v17]
        # rhs[i] -= w * rhs[i - 1]  [factorisations.py:68]
        v_bar = -rhs_bar[i]
        w_bar = v_bar * v14
        rhs_bar[i - 1] += v_bar * w
        # diagonal[i] -= w * upper[i - 1]  [factorisations.py:67]
        v_bar = -diagonal_bar[i]
        w_bar = w_bar + v_bar * v18
        upper_bar[v17] += v_bar * w
        # w = lower[i - 1] / diagonal[i - 1]  [factorisations.py:66]
        v_bar = w_bar / v15
        diagonal_bar[i - 1] -= v_bar * w
        lower_bar[v16] += v_bar
    return rhs.copy(), (lower_bar, diagonal_bar, upper_bar, rhs_bar.copy())
