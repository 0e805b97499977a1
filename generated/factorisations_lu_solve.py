"""Derivatives of lu_solve in factorisations.py."""

import numpy as np


def lu_solve_jvp(A, b, A_dot, b_dot):
    """Value of lu_solve and its directional derivative (forward mode)."""
    # n = A.shape[0]  [factorisations.py:8]
    n = A.shape[0]
    A = A.copy()
    A_dot = A_dot.copy()
    for k in range(n):
        for i in range(k + 1, n):
            # A[i, k] /= A[k, k]  [factorisations.py:11]
            v = A[k, k]
            v2 = A[i, k] / v
            v2_dot = (A_dot[i, k] - A_dot[k, k] * v2) / v
            A[i, k] = v2
            A_dot[i, k] = v2_dot
            # A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]  [factorisations.py:12]
            v3 = A[k, k + 1 :]
            v_dot = -(v2_dot * v3 + A_dot[k, k + 1 :] * v2)
            A[i, k + 1 :] -= v2 * v3
            A_dot[i, k + 1 :] += v_dot
    # x = b.copy()  [factorisations.py:13]
    x = np.copy(b)
    x_dot = np.copy(b_dot)
    for i in range(n):
        # x[i] -= A[i, :i] @ x[:i]  [factorisations.py:15]
        v4 = A[i, :i]
        v5 = x[:i]
        v_dot = -(A_dot[i, :i] @ v5 + v4 @ x_dot[:i])
        x[i] -= v4 @ v5
        x_dot[i] += v_dot
    for i in range(n - 1, -1, -1):
        # x[i] = (x[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]  [factorisations.py:17]
        v6 = A[i, i + 1 :]
        v7 = x[i + 1 :]
        v8 = A[i, i]
        v9 = (x[i] - v6 @ v7) / v8
        v9_dot = (x_dot[i] - (A_dot[i, i + 1 :] @ v7 + v6 @ x_dot[i + 1 :]) - A_dot[i, i] * v9) / v8
        x[i] = v9
        x_dot[i] = v9_dot
    return x, x_dot


def lu_solve_vjp(A, b, y_bar):
    """Value of lu_solve and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for k in range(n):
        for i in range(k + 1, n):
            v = A[i, k] / A[k, k]
            A[i, k] = v
            A[i, k + 1 :] -= v * A[k, k + 1 :]
    x = np.copy(b)
    for i in range(n):
        x[i] -= A[i, :i] @ x[:i]
    x_2 = x.copy()
    for i in range(n - 1, -1, -1):
        x_2[i] = (x_2[i] - A[i, i + 1 :] @ x_2[i + 1 :]) / A[i, i]

    # Reverse sweep
    A_bar = np.zeros_like(A)
    x_bar = y_bar.copy()
    for i in range(n):
        # x[i] = (x[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]  [factorisations.py:17]
        v_bar = x_bar[i] / A[i, i]
        A_bar[i, i] -= v_bar * x_2[i]
        A_bar[i, i + 1 :] -= v_bar * x_2[i + 1 :]
        x_bar[i] = v_bar
        x_bar[i + 1 :] -= v_bar * A[i, i + 1 :]
    for i in reversed(range(n)):
        # x[i] -= A[i, :i] @ x[:i]  [factorisations.py:15]
        v_bar = x_bar[i]
        x_bar[:i] -= v_bar * A[i, :i]
        A_bar[i, :i] -= v_bar * x[:i]
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            # A[i, k] /= A[k, k]  [factorisations.py:11]
            v2 = A[i, k]
            # A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]  [factorisations.py:12]
            v_bar = A_bar[i, k + 1 :]
            v3 = v_bar @ A[k, k + 1 :]
            A_bar[k, k + 1 :] -= v_bar * v2
            # A[i, k] /= A[k, k]  [factorisations.py:11]
            v_bar = (A_bar[i, k] - v3) / A[k, k]
            A_bar[i, k] = v_bar
            A_bar[k, k] -= v_bar * v2
    return x_2, (A_bar, x_bar)
