"""Derivatives of cholesky in factorisations.py."""

import numpy as np


def cholesky_jvp(A, A_dot):
    """Value of cholesky and its directional derivative (forward mode)."""
    # n = A.shape[0]  [factorisations.py:37]
    n = A.shape[0]
    A = A.copy()
    A_dot = A_dot.copy()
    for i in range(n):
        for j in range(i):
            # A[i, j] -= A[i, :j] @ A[j, :j]  [factorisations.py:40]
            v = A[i, :j]
            v2 = A[j, :j]
            v_dot = -(A_dot[i, :j] @ v2 + v @ A_dot[j, :j])
            A[i, j] -= v @ v2
            A_dot[i, j] += v_dot
            # A[i, j] /= A[j, j]  [factorisations.py:41]
            v3 = A[j, j]
            v4 = A[i, j] / v3
            A[i, j] = v4
            A_dot[i, j] = (A_dot[i, j] - A_dot[j, j] * v4) / v3
        # A[i, i] -= A[i, :i] @ A[i, :i]  [factorisations.py:42]
        v5 = A[i, :i]
        v5_dot = A_dot[i, :i]
        v_dot = -(v5_dot @ v5 + v5 @ v5_dot)
        A[i, i] -= v5 @ v5
        A_dot[i, i] += v_dot
        # A[i, i] = np.sqrt(A[i, i])  [factorisations.py:43]
        v6 = np.sqrt(A[i, i])
        A[i, i] = v6
        A_dot[i, i] *= 0.5 / v6
        # A[i, i + 1 :] = 0.0  [factorisations.py:44]
        A[i, i + 1 :] = 0.0
        A_dot[i, i + 1 :] = 0.0
    return A, A_dot


def cholesky_vjp(A, y_bar):
    """Value of cholesky and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[j, :j]
            A[i, j] /= A[j, j]
        v = A[i, :i]
        A[i, i] -= v @ v
        A[i, i] = np.sqrt(A[i, i])
        A[i, i + 1 :] = 0.0

    # Reverse sweep
    A_bar = y_bar.copy()
    for i in reversed(range(n)):
        # A[i, i + 1 :] = 0.0  [factorisations.py:44]
        A_bar[i, i + 1 :] = 0.0
        # A[i, i] = np.sqrt(A[i, i])  [factorisations.py:43]
        v_bar = A_bar[i, i] * (0.5 / A[i, i])
        A_bar[i, i] = v_bar
        # A[i, i] -= A[i, :i] @ A[i, :i]  [factorisations.py:42]
        A_bar[i, :i] -= 2.0 * (v_bar * A[i, :i])
        for j in reversed(range(i)):
            # A[i, j] /= A[j, j]  [factorisations.py:41]
            v_bar = A_bar[i, j] / A[j, j]
            A_bar[i, j] = v_bar
            A_bar[j, j] -= v_bar * A[i, j]
            # A[i, j] -= A[i, :j] @ A[j, :j]  [factorisations.py:40]
            v_bar = A_bar[i, j]
            A_bar[j, :j] -= v_bar * A[i, :j]
            A_bar[i, :j] -= v_bar * A[j, :j]
    return A, A_bar
