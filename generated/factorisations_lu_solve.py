"""Derivatives of lu_solve in factorisations.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


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
            v3 = k + 1
            v4 = A[i, k]
            v5 = k + 1
            v6 = A[k, v5:]
            v_dot = -(A_dot[i, k] * v6 + A_dot[k, v5:] * v4)
            A[i, v3:] -= v4 * v6
            A_dot[i, v3:] += v_dot
    # x = b.copy()  [factorisations.py:13]
    x = np.copy(b)
    x_dot = np.copy(b_dot)
    for i in range(n):
        # x[i] -= A[i, :i] @ x[:i]  [factorisations.py:15]
        v7 = A[i, :i]
        v8 = x[:i]
        v_dot = -(A_dot[i, :i] @ v8 + v7 @ x_dot[:i])
        x[i] -= v7 @ v8
        x_dot[i] += v_dot
    for i in range(n - 1, -1, -1):
        # x[i] = (x[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]  [factorisations.py:17]
        v9 = i + 1
        v10 = A[i, v9:]
        v11 = i + 1
        v12 = x[v11:]
        v13 = A[i, i]
        v14 = (x[i] - v10 @ v12) / v13
        v14_dot = (x_dot[i] - (A_dot[i, v9:] @ v12 + v10 @ x_dot[v11:]) - A_dot[i, i] * v14) / v13
        x[i] = v14
        x_dot[i] = v14_dot
    return x, x_dot


def lu_solve_vjp(A, b, y_bar):
    """Value of lu_solve and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    tape = []
    for k in range(n):
        v_tape = []
        v2_tape = []
        A_tape = []
        for i in range(k + 1, n):
            v = A[k, k]
            v_tape.append(v)
            v2 = A[i, k] / v
            v2_tape.append(v2)
            A = A.copy()
            A[i, k] = v2
            A_tape.append(A)
            A = A.copy()
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]
        tape.append((v_tape, v2_tape, A_tape))
    x = np.copy(b)
    v3_tape = []
    for i in range(n):
        v3 = x[:i].copy()
        v3_tape.append(v3)
        x[i] -= A[i, :i] @ v3
    v4 = n - 1
    tape_2 = []
    for i in range(v4, -1, -1):
        v5 = x[i + 1 :].copy()
        v6 = A[i, i]
        v7 = (x[i] - A[i, i + 1 :] @ v5) / v6
        tape_2.append((v5, v6, v7))
        x[i] = v7

    # Reverse sweep
    A_bar = np.zeros_like(A)
    x_bar = y_bar.copy()
    for i, (v10, v8, v9) in zip(reversed(range(v4, -1, -1)), reversed(tape_2)):
        # x[i] = (x[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]  [factorisations.py:17]
        v11 = i + 1
        v12 = A[i, v11:]
        v9_bar = x_bar[i]
        x_bar[i] = 0.0
        v_bar = v9_bar / v8
        v13 = -v_bar
        A_bar[i, i] -= v_bar * v9
        v12_bar = unbroadcast(v13 * v10, np.shape(v12))
        x_bar[i + 1 :] += unbroadcast(v13 * v12, np.shape(v10))
        A_bar[i, v11:] += v12_bar
        x_bar[i] += v_bar
    for i, v14 in zip(reversed(range(n)), reversed(v3_tape)):
        # x[i] -= A[i, :i] @ x[:i]  [factorisations.py:15]
        v15 = A[i, :i]
        v_bar = -x_bar[i]
        v15_bar = unbroadcast(v_bar * v14, np.shape(v15))
        x_bar[:i] += unbroadcast(v_bar * v15, np.shape(v14))
        A_bar[i, :i] += v15_bar
    for k, (v_tape, v2_tape, A_tape) in zip(reversed(range(n)), reversed(tape)):
        for i, v16, v17, A in zip(
            reversed(range(k + 1, n)), reversed(v_tape), reversed(v2_tape), reversed(A_tape)
        ):
            # A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]  [factorisations.py:12]
            v18 = A[i, k]
            v19 = k + 1
            v20 = A[k, v19:]
            v_bar = -unbroadcast(A_bar[i, k + 1 :], np.shape(-(v18 * v20)))
            v18_bar = np.sum(v_bar * v20)
            A_bar[k, v19:] += v_bar * v18
            A_bar[i, k] += v18_bar
            # A[i, k] /= A[k, k]  [factorisations.py:11]
            v17_bar = A_bar[i, k]
            A_bar[i, k] = 0.0
            v_bar = v17_bar / v16
            A_bar[k, k] -= v_bar * v17
            A_bar[i, k] += v_bar
    return x, (A_bar, x_bar.copy())
