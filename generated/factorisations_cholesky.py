"""Derivatives of cholesky in factorisations.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


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
            v4_dot = (A_dot[i, j] - A_dot[j, j] * v4) / v3
            A[i, j] = v4
            A_dot[i, j] = v4_dot
        # A[i, i] -= A[i, :i] @ A[i, :i]  [factorisations.py:42]
        v5 = A[i, :i]
        v5_dot = A_dot[i, :i]
        v_dot = -(v5_dot @ v5 + v5 @ v5_dot)
        A[i, i] -= v5 @ v5
        A_dot[i, i] += v_dot
        # A[i, i] = np.sqrt(A[i, i])  [factorisations.py:43]
        v6 = np.sqrt(A[i, i])
        v6_dot = A_dot[i, i] * (0.5 / v6)
        A[i, i] = v6
        A_dot[i, i] = v6_dot
        # A[i, i + 1 :] = 0.0  [factorisations.py:44]
        v7 = i + 1
        A[i, v7:] = 0.0
        A_dot[i, v7:] = 0.0
    return A.copy(), A_dot.copy()


def cholesky_vjp(A, y_bar):
    """Value of cholesky and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    tape = []
    for i in range(n):
        A_2 = A
        A_tape = []
        v_tape = []
        v2_tape = []
        for j in range(i):
            A_tape.append(A_2)
            A_2 = A_2.copy()
            A_2[i, j] -= A_2[i, :j] @ A_2[j, :j]
            v = A_2[j, j]
            v_tape.append(v)
            v2 = A_2[i, j] / v
            v2_tape.append(v2)
            A_2[i, j] = v2
        v3 = A_2[i, :i]
        A = A_2.copy()
        A[i, i] -= v3 @ v3
        v4 = np.sqrt(A[i, i])
        tape.append((A_2, A_tape, v_tape, v2_tape, v4))
        A[i, i] = v4
        A[i, i + 1 :] = 0.0

    # Reverse sweep
    A_bar = y_bar.copy()
    for i, (A_2, A_tape, v_tape, v2_tape, v5) in zip(reversed(range(n)), reversed(tape)):
        # A[i, i] -= A[i, :i] @ A[i, :i]  [factorisations.py:42]
        v6 = A_2[i, :i]
        # A[i, i + 1 :] = 0.0  [factorisations.py:44]
        A_bar[i, i + 1 :] = 0.0
        # A[i, i] = np.sqrt(A[i, i])  [factorisations.py:43]
        v5_bar = A_bar[i, i]
        A_bar[i, i] = 0.0
        v7 = 0.5 / v5
        A_bar[i, i] += v5_bar * v7 if v5_bar != 0 else v5_bar
        # A[i, i] -= A[i, :i] @ A[i, :i]  [factorisations.py:42]
        v6_bar = unbroadcast(-(A_bar[i, i] * v6), np.shape(v6))
        A_bar[i, :i] += v6_bar
        A_bar[i, :i] += v6_bar
        for j, A_2, v8, v9 in zip(
            reversed(range(i)), reversed(A_tape), reversed(v_tape), reversed(v2_tape)
        ):
            # A[i, j] -= A[i, :j] @ A[j, :j]  [factorisations.py:40]
            v10 = A_2[i, :j]
            v11 = A_2[j, :j]
            # A[i, j] /= A[j, j]  [factorisations.py:41]
            v9_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v9_bar / v8
            A_bar[j, j] -= v_bar * v9
            A_bar[i, j] += v_bar
            # A[i, j] -= A[i, :j] @ A[j, :j]  [factorisations.py:40]
            v_bar = -A_bar[i, j]
            v10_bar = unbroadcast(v_bar * v11, np.shape(v10))
            A_bar[j, :j] += unbroadcast(v_bar * v10, np.shape(v11))
            A_bar[i, :j] += v10_bar
    return A.copy(), A_bar.copy()
