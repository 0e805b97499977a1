"""Derivatives of lu_logdet in factorisations.py."""

import numpy as np


def from_diagonal(v, shape, offset):
    """A matrix of the shape with v on one of its diagonals, and zeros."""
    matrix = np.zeros(shape, v.dtype)
    at = np.arange(v.size)
    matrix[at + max(-offset, 0), at + max(offset, 0)] = v
    return matrix


def lu_logdet_grad(A):
    """Gradient of lu_logdet."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for i in range(n):
        v_tapes = []
        v2_tapes = []
        v3_tape = []
        v4_tape = []
        for j in range(i):
            v_tape = []
            v2_tape = []
            for k in range(j):
                v = A[i, k]
                v_tape.append(v)
                v2 = A[k, j]
                v2_tape.append(v2)
                A[i, j] -= v * v2
            v_tapes.append(v_tape)
            v2_tapes.append(v2_tape)
            v3 = A[j, j]
            v3_tape.append(v3)
            v4 = A[i, j] / v3
            v4_tape.append(v4)
            A[i, j] = v4
        v5_tapes = []
        v6_tapes = []
        for j in range(i, n):
            v5_tape = []
            v6_tape = []
            for k in range(i):
                v5 = A[i, k]
                v5_tape.append(v5)
                v6 = A[k, j]
                v6_tape.append(v6)
                A[i, j] -= v5 * v6
            v5_tapes.append(v5_tape)
            v6_tapes.append(v6_tape)
        tape.append((v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes))
    v7 = np.diag(A)
    v8 = np.absolute(v7)
    v9 = np.log(v8)

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    A_bar = from_diagonal(np.full_like(v9, 1.0) / v8 * np.sign(v7), np.shape(A), 0)
    for i, (v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes) in zip(
        reversed(range(n)), reversed(tape)
    ):
        for j, v5_tape, v6_tape in zip(
            reversed(range(i, n)), reversed(v5_tapes), reversed(v6_tapes)
        ):
            for k, v11, v10 in zip(reversed(range(i)), reversed(v5_tape), reversed(v6_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                v_bar = -A_bar[i, j]
                v11_bar = v_bar * v10
                A_bar[k, j] += v_bar * v11
                A_bar[i, k] += v11_bar
        for j, v_tape, v2_tape, v12, v13 in zip(
            reversed(range(i)),
            reversed(v_tapes),
            reversed(v2_tapes),
            reversed(v3_tape),
            reversed(v4_tape),
        ):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            v13_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v13_bar / v12
            A_bar[j, j] -= v_bar * v13
            A_bar[i, j] += v_bar
            for k, v15, v14 in zip(reversed(range(j)), reversed(v_tape), reversed(v2_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                v_bar = -A_bar[i, j]
                v15_bar = v_bar * v14
                A_bar[k, j] += v_bar * v15
                A_bar[i, k] += v15_bar
    return A_bar


def lu_logdet_value_and_grad(A):
    """Value of lu_logdet and its gradient."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for i in range(n):
        v_tapes = []
        v2_tapes = []
        v3_tape = []
        v4_tape = []
        for j in range(i):
            v_tape = []
            v2_tape = []
            for k in range(j):
                v = A[i, k]
                v_tape.append(v)
                v2 = A[k, j]
                v2_tape.append(v2)
                A[i, j] -= v * v2
            v_tapes.append(v_tape)
            v2_tapes.append(v2_tape)
            v3 = A[j, j]
            v3_tape.append(v3)
            v4 = A[i, j] / v3
            v4_tape.append(v4)
            A[i, j] = v4
        v5_tapes = []
        v6_tapes = []
        for j in range(i, n):
            v5_tape = []
            v6_tape = []
            for k in range(i):
                v5 = A[i, k]
                v5_tape.append(v5)
                v6 = A[k, j]
                v6_tape.append(v6)
                A[i, j] -= v5 * v6
            v5_tapes.append(v5_tape)
            v6_tapes.append(v6_tape)
        tape.append((v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes))
    v7 = np.diag(A)
    v8 = np.absolute(v7)
    v9 = np.log(v8)
    y = np.sum(v9)

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    A_bar = from_diagonal(np.full_like(v9, 1.0) / v8 * np.sign(v7), np.shape(A), 0)
    for i, (v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes) in zip(
        reversed(range(n)), reversed(tape)
    ):
        for j, v5_tape, v6_tape in zip(
            reversed(range(i, n)), reversed(v5_tapes), reversed(v6_tapes)
        ):
            for k, v11, v10 in zip(reversed(range(i)), reversed(v5_tape), reversed(v6_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                v_bar = -A_bar[i, j]
                v11_bar = v_bar * v10
                A_bar[k, j] += v_bar * v11
                A_bar[i, k] += v11_bar
        for j, v_tape, v2_tape, v12, v13 in zip(
            reversed(range(i)),
            reversed(v_tapes),
            reversed(v2_tapes),
            reversed(v3_tape),
            reversed(v4_tape),
        ):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            v13_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v13_bar / v12
            A_bar[j, j] -= v_bar * v13
            A_bar[i, j] += v_bar
            for k, v15, v14 in zip(reversed(range(j)), reversed(v_tape), reversed(v2_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                v_bar = -A_bar[i, j]
                v15_bar = v_bar * v14
                A_bar[k, j] += v_bar * v15
                A_bar[i, k] += v15_bar
    return y, A_bar


def lu_logdet_jvp(A, A_dot):
    """Value of lu_logdet and its directional derivative (forward mode)."""
    # n = A.shape[0]  [factorisations.py:23]
    n = A.shape[0]
    A = A.copy()
    A_dot = A_dot.copy()
    for i in range(n):
        for j in range(i):
            for k in range(j):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                v = A[i, k]
                v2 = A[k, j]
                v_dot = -(A_dot[i, k] * v2 + A_dot[k, j] * v)
                A[i, j] -= v * v2
                A_dot[i, j] += v_dot
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            v3 = A[j, j]
            v4 = A[i, j] / v3
            v4_dot = (A_dot[i, j] - A_dot[j, j] * v4) / v3
            A[i, j] = v4
            A_dot[i, j] = v4_dot
        for j in range(i, n):
            for k in range(i):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                v5 = A[i, k]
                v6 = A[k, j]
                v_dot = -(A_dot[i, k] * v6 + A_dot[k, j] * v5)
                A[i, j] -= v5 * v6
                A_dot[i, j] += v_dot
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    v7 = np.diag(A)
    v8 = np.absolute(v7)
    y = np.sum(np.log(v8))
    y_dot = np.sum(np.diag(A_dot) * np.sign(v7) / v8)
    return y, y_dot


def lu_logdet_vjp(A, y_bar=1.0):
    """Value of lu_logdet and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for i in range(n):
        v_tapes = []
        v2_tapes = []
        v3_tape = []
        v4_tape = []
        for j in range(i):
            v_tape = []
            v2_tape = []
            for k in range(j):
                v = A[i, k]
                v_tape.append(v)
                v2 = A[k, j]
                v2_tape.append(v2)
                A[i, j] -= v * v2
            v_tapes.append(v_tape)
            v2_tapes.append(v2_tape)
            v3 = A[j, j]
            v3_tape.append(v3)
            v4 = A[i, j] / v3
            v4_tape.append(v4)
            A[i, j] = v4
        v5_tapes = []
        v6_tapes = []
        for j in range(i, n):
            v5_tape = []
            v6_tape = []
            for k in range(i):
                v5 = A[i, k]
                v5_tape.append(v5)
                v6 = A[k, j]
                v6_tape.append(v6)
                A[i, j] -= v5 * v6
            v5_tapes.append(v5_tape)
            v6_tapes.append(v6_tape)
        tape.append((v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes))
    v7 = np.diag(A)
    v8 = np.absolute(v7)
    v9 = np.log(v8)
    y = np.sum(v9)

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    v7_bar = np.broadcast_to(y_bar, np.shape(v9)) / v8 * np.sign(v7)
    A_bar = from_diagonal(v7_bar, np.shape(A), 0)
    for i, (v_tapes, v2_tapes, v3_tape, v4_tape, v5_tapes, v6_tapes) in zip(
        reversed(range(n)), reversed(tape)
    ):
        for j, v5_tape, v6_tape in zip(
            reversed(range(i, n)), reversed(v5_tapes), reversed(v6_tapes)
        ):
            for k, v11, v10 in zip(reversed(range(i)), reversed(v5_tape), reversed(v6_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                v_bar = -A_bar[i, j]
                v11_bar = v_bar * v10
                A_bar[k, j] += v_bar * v11
                A_bar[i, k] += v11_bar
        for j, v_tape, v2_tape, v12, v13 in zip(
            reversed(range(i)),
            reversed(v_tapes),
            reversed(v2_tapes),
            reversed(v3_tape),
            reversed(v4_tape),
        ):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            v13_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v13_bar / v12
            A_bar[j, j] -= v_bar * v13
            A_bar[i, j] += v_bar
            for k, v15, v14 in zip(reversed(range(j)), reversed(v_tape), reversed(v2_tape)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                v_bar = -A_bar[i, j]
                v15_bar = v_bar * v14
                A_bar[k, j] += v_bar * v15
                A_bar[i, k] += v15_bar
    return y, A_bar
