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
        v3 = R[k, k]
        v4 = v / v3
        v4_dot = (v_dot - R_dot[k, k] * v4) / v3
        Q[:, k] = v4
        Q_dot[:, k] = v4_dot
        for j in range(k + 1, n):
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v5 = Q[:, k]
            v5_dot = Q_dot[:, k]
            v6 = A[:, j]
            v_dot = v5_dot @ v6 + v5 @ A_dot[:, j]
            R[k, j] = v5 @ v6
            R_dot[k, j] = v_dot
            # A[:, j] -= Q[:, k] * R[k, j]  [factorisations.py:58]
            v7 = R[k, j]
            v_dot = -(v5_dot * v7 + R_dot[k, j] * v5)
            A[:, j] -= v5 * v7
            A_dot[:, j] += v_dot
    return (Q, R), (Q_dot, R_dot)


def gram_schmidt_vjp(A, y_bar):
    """Value of gram_schmidt and its gradient weighted by y_bar (reverse mode)."""
    Q_bar, R_bar = y_bar

    # Forward sweep
    n = A.shape[1]
    R = np.zeros((n, n))
    Q = np.zeros_like(A)
    tape = []
    for k in range(n):
        v = A[:, k]
        v2 = np.sqrt(np.sum(v**2))
        R[k, k] = v2
        v3 = R[k, k]
        Q = Q.copy()
        Q[:, k] = v / v3
        A_2 = A
        v5_tape = []
        v6_tape = []
        for j in range(k + 1, n):
            v4 = Q[:, k]
            v5 = A_2[:, j]
            v5_tape.append(v5)
            R[k, j] = v4 @ v5
            v6 = R[k, j]
            v6_tape.append(v6)
            A_2 = A_2.copy()
            A_2[:, j] -= v4 * v6
        tape.append((A, v2, v3, Q, v5_tape, v6_tape))
        A = A_2
    y = Q

    # Reverse sweep
    A_bar = np.zeros_like(A)
    Q_bar = Q_bar.copy()
    R_bar = R_bar.copy()
    for k, (A, v8, v7, Q, v5_tape, v6_tape) in zip(reversed(range(n)), reversed(tape)):
        # R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))  [factorisations.py:54]
        v9 = A[:, k]
        # Q[:, k] = A[:, k] / R[k, k]  [factorisations.py:55]
        v10 = v9 / v7
        for j, v12, v11 in zip(reversed(range(k + 1, n)), reversed(v5_tape), reversed(v6_tape)):
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v13 = Q[:, k]
            # A[:, j] -= Q[:, k] * R[k, j]  [factorisations.py:58]
            v_bar = -A_bar[:, j]
            v_bar_2 = v_bar * v11
            R_bar[k, j] += np.sum(v_bar * v13)
            Q_bar[:, k] += v_bar_2
            # R[k, j] = Q[:, k] @ A[:, j]  [factorisations.py:57]
            v_bar = R_bar[k, j]
            R_bar[k, j] = 0.0
            v13_bar = v_bar * v12
            A_bar[:, j] += v_bar * v13
            Q_bar[:, k] += v13_bar
        # Q[:, k] = A[:, k] / R[k, k]  [factorisations.py:55]
        v10_bar = Q_bar[:, k].copy()
        Q_bar[:, k] = 0.0
        v_bar = v10_bar / v7
        R_bar[k, k] += np.sum(-(v_bar * v10))
        A_bar[:, k] += v_bar
        # R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))  [factorisations.py:54]
        v8_bar = R_bar[k, k]
        R_bar[k, k] = 0.0
        v14 = 0.5 / v8
        A_bar[:, k] += (v8_bar * v14 if v8_bar != 0 else v8_bar) * (2.0 * v9)
    return (y, R), A_bar
