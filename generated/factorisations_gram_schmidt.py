"""Derivatives of gram_schmidt in factorisations.py."""

import numpy as np


def gram_schmidt_jvp(A, A_dot):
    """Value of gram_schmidt and its directional derivative (forward mode)."""
    # n = A.shape[1]  [factorisations.py:50]
    n = A.shape[1]
    # Q = np.zeros_like(A)  [factorisations.py:51]
    Q = np.zeros_like(A)
    # R = np.zeros((n, n))  [factorisations.py:52]
    R = np.zeros((n, n))
    A = A.copy()
    A_dot = A_dot.copy()
    # for k in range(n):  [factorisations.py:53]
    Q_dot = np.zeros_like(Q)
    R_dot = np.zeros_like(R)
    for k in range(n):
        # R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))  [factorisations.py:54]
        v = A[:, k]
        v_dot = A_dot[:, k]
        v2 = np.sqrt(np.sum(v**2))
        v2_dot = np.sum(v_dot * (2.0 * v)) * (0.5 / v2)
        R[k, k] = v2
        R_dot[k, k] = v2_dot
        # Q[:, k] = A[:, k] / R[k, k]  [factorisations.py:55]
        v3 = v / v2
        v3_dot = (v_dot - v2_dot * v3) / v2
        Q[:, k] = v3
        Q_dot[:, k] = v3_dot
        for j in range(k + 1, n):
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v4 = A[:, j]
            v5 = v3 @ v4
            v5_dot = v3_dot @ v4 + v3 @ A_dot[:, j]
            R[k, j] = v5
            R_dot[k, j] = v5_dot
            # A[:, j] -= Q[:, k] * R[k, j]  [factorisations.py:58]
            A[:, j] -= v3 * v5
            A_dot[:, j] -= v3_dot * v5 + v5_dot * v3
    return (Q, R), (Q_dot, R_dot)


def gram_schmidt_vjp(A, y_bar):
    """Value of gram_schmidt and its gradient weighted by y_bar (reverse mode)."""
    Q_bar, R_bar = y_bar

    # Forward sweep
    n = A.shape[1]
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    A = A.copy()
    v4_tapes = []
    for k in range(n):
        v = A[:, k]
        v2 = np.sqrt(np.sum(v**2))
        R[k, k] = v2
        v3 = v / v2
        Q[:, k] = v3
        v4_tape = []
        for j in range(k + 1, n):
            v4 = A[:, j].copy()
            v4_tape.append(v4)
            v5 = v3 @ v4
            R[k, j] = v5
            A[:, j] -= v3 * v5
        v4_tapes.append(v4_tape)

    # Reverse sweep
    A_bar = np.zeros_like(A)
    R_bar = R_bar.tolist()
    Q_bar = Q_bar.copy()
    for k, v4_tape in zip(reversed(range(n)), reversed(v4_tapes)):
        # R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))  [factorisations.py:54]
        v6 = R[k, k]
        # Q[:, k] = A[:, k] / R[k, k]  [factorisations.py:55]
        v7 = A[:, k]
        v8 = v7 / v6
        v8_bar = np.zeros_like(v8)
        for j, v9 in zip(reversed(range(k + 1, n)), reversed(v4_tape)):
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v10 = R[k, j]
            # A[:, j] -= Q[:, k] * R[k, j]  [factorisations.py:58]
            v_bar = A_bar[:, j]
            v11 = v_bar @ v8
            v8_bar -= v_bar * v10
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v12 = R_bar[k][j]
            R_bar[k][j] = 0.0
            v10_bar = v12 - v11
            A_bar[:, j] += v10_bar * v8
            v8_bar = v8_bar + v10_bar * v9
        # Q[:, k] = A[:, k] / R[k, k]  [factorisations.py:55]
        v13 = Q_bar[:, k].copy()
        Q_bar[:, k] = 0.0
        v7_bar = (v8_bar + v13) / v6
        v14 = v7_bar @ v8
        A_bar[:, k] += v7_bar
        # R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))  [factorisations.py:54]
        v15 = R_bar[k][k]
        R_bar[k][k] = 0.0
        v6_bar = v15 - v14
        A_bar[:, k] += (v6_bar * (0.5 / v6) if v6_bar != 0 else v6_bar) * (2.0 * v7)
    return (Q, R), A_bar
