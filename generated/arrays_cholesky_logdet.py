"""Derivatives of cholesky_logdet in arrays.py."""

import numpy as np


def cholesky_logdet_grad(A):
    """Gradient of cholesky_logdet."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for j in range(n):
        v = np.sqrt(A[j, j])
        A[j, j] = v
        v2_tape = []
        v3_tape = []
        for i in range(j + 1, n):
            v2 = A[j, j]
            v2_tape.append(v2)
            v3 = A[i, j] / v2
            v3_tape.append(v3)
            A[i, j] = v3
        v4_tapes = []
        v5_tapes = []
        for i in range(j + 1, n):
            v4_tape = []
            v5_tape = []
            for k in range(j + 1, i + 1):
                v4 = A[i, j]
                v4_tape.append(v4)
                v5 = A[k, j]
                v5_tape.append(v5)
                A[i, k] -= v4 * v5
            v4_tapes.append(v4_tape)
            v5_tapes.append(v5_tape)
        tape.append((v, v2_tape, v3_tape, v4_tapes, v5_tapes))
    v_tape = []
    for j in range(n):
        v_tape.append(A[j, j])

    # Reverse sweep
    A_bar = np.zeros_like(A)
    logdet_bar = 1.0
    for j, v6 in zip(reversed(range(n)), reversed(v_tape)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j, j] += logdet_bar * 2.0 / v6
    for j, (v7, v2_tape, v3_tape, v4_tapes, v5_tapes) in zip(reversed(range(n)), reversed(tape)):
        # for i in range(j + 1, n):  [arrays.py:19]
        v8 = j + 1
        for i, v4_tape, v5_tape in zip(
            reversed(range(j + 1, n)), reversed(v4_tapes), reversed(v5_tapes)
        ):
            for k, v10, v9 in zip(
                reversed(range(j + 1, i + 1)), reversed(v4_tape), reversed(v5_tape)
            ):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                v_bar = -A_bar[i, k]
                v10_bar = v_bar * v9
                A_bar[k, j] += v_bar * v10
                A_bar[i, j] += v10_bar
        for i, v11, v12 in zip(reversed(range(v8, n)), reversed(v2_tape), reversed(v3_tape)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            v12_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v12_bar / v11
            A_bar[j, j] -= v_bar * v12
            A_bar[i, j] += v_bar
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        v7_bar = A_bar[j, j]
        A_bar[j, j] = 0.0
        v13 = 0.5 / v7
        A_bar[j, j] += v7_bar * v13 if v7_bar != 0 else v7_bar
    return A_bar


def cholesky_logdet_value_and_grad(A):
    """Value of cholesky_logdet and its gradient."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for j in range(n):
        v = np.sqrt(A[j, j])
        A[j, j] = v
        v2_tape = []
        v3_tape = []
        for i in range(j + 1, n):
            v2 = A[j, j]
            v2_tape.append(v2)
            v3 = A[i, j] / v2
            v3_tape.append(v3)
            A[i, j] = v3
        v4_tapes = []
        v5_tapes = []
        for i in range(j + 1, n):
            v4_tape = []
            v5_tape = []
            for k in range(j + 1, i + 1):
                v4 = A[i, j]
                v4_tape.append(v4)
                v5 = A[k, j]
                v5_tape.append(v5)
                A[i, k] -= v4 * v5
            v4_tapes.append(v4_tape)
            v5_tapes.append(v5_tape)
        tape.append((v, v2_tape, v3_tape, v4_tapes, v5_tapes))
    logdet = 0.0
    v6_tape = []
    for j in range(n):
        v6 = A[j, j]
        v6_tape.append(v6)
        logdet = logdet + 2.0 * np.log(v6)

    # Reverse sweep
    A_bar = np.zeros_like(A)
    logdet_bar = 1.0
    for j, v7 in zip(reversed(range(n)), reversed(v6_tape)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j, j] += logdet_bar * 2.0 / v7
    for j, (v8, v2_tape, v3_tape, v4_tapes, v5_tapes) in zip(reversed(range(n)), reversed(tape)):
        # for i in range(j + 1, n):  [arrays.py:19]
        v9 = j + 1
        for i, v4_tape, v5_tape in zip(
            reversed(range(j + 1, n)), reversed(v4_tapes), reversed(v5_tapes)
        ):
            for k, v11, v10 in zip(
                reversed(range(j + 1, i + 1)), reversed(v4_tape), reversed(v5_tape)
            ):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                v_bar = -A_bar[i, k]
                v11_bar = v_bar * v10
                A_bar[k, j] += v_bar * v11
                A_bar[i, j] += v11_bar
        for i, v12, v13 in zip(reversed(range(v9, n)), reversed(v2_tape), reversed(v3_tape)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            v13_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v13_bar / v12
            A_bar[j, j] -= v_bar * v13
            A_bar[i, j] += v_bar
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        v8_bar = A_bar[j, j]
        A_bar[j, j] = 0.0
        v14 = 0.5 / v8
        A_bar[j, j] += v8_bar * v14 if v8_bar != 0 else v8_bar
    return logdet, A_bar


def cholesky_logdet_jvp(A, A_dot):
    """Value of cholesky_logdet and its directional derivative (forward mode)."""
    # n = A.shape[0]  [arrays.py:16]
    n = A.shape[0]
    A = A.copy()
    A_dot = A_dot.copy()
    for j in range(n):
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        v = np.sqrt(A[j, j])
        v_dot = A_dot[j, j] * (0.5 / v)
        A[j, j] = v
        A_dot[j, j] = v_dot
        for i in range(j + 1, n):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            v2 = A[j, j]
            v3 = A[i, j] / v2
            v3_dot = (A_dot[i, j] - A_dot[j, j] * v3) / v2
            A[i, j] = v3
            A_dot[i, j] = v3_dot
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                v4 = A[i, j]
                v5 = A[k, j]
                v_dot = -(A_dot[i, j] * v5 + A_dot[k, j] * v4)
                A[i, k] -= v4 * v5
                A_dot[i, k] += v_dot
    logdet = 0.0
    logdet_dot = 0.0
    for j in range(n):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        v6 = A[j, j]
        logdet = logdet + 2.0 * np.log(v6)
        logdet_dot = logdet_dot + A_dot[j, j] / v6 * 2.0
    return logdet, logdet_dot


def cholesky_logdet_vjp(A, y_bar=1.0):
    """Value of cholesky_logdet and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    tape = []
    for j in range(n):
        v = np.sqrt(A[j, j])
        A[j, j] = v
        v2_tape = []
        v3_tape = []
        for i in range(j + 1, n):
            v2 = A[j, j]
            v2_tape.append(v2)
            v3 = A[i, j] / v2
            v3_tape.append(v3)
            A[i, j] = v3
        v4_tapes = []
        v5_tapes = []
        for i in range(j + 1, n):
            v4_tape = []
            v5_tape = []
            for k in range(j + 1, i + 1):
                v4 = A[i, j]
                v4_tape.append(v4)
                v5 = A[k, j]
                v5_tape.append(v5)
                A[i, k] -= v4 * v5
            v4_tapes.append(v4_tape)
            v5_tapes.append(v5_tape)
        tape.append((v, v2_tape, v3_tape, v4_tapes, v5_tapes))
    logdet = 0.0
    v6_tape = []
    for j in range(n):
        v6 = A[j, j]
        v6_tape.append(v6)
        logdet = logdet + 2.0 * np.log(v6)

    # Reverse sweep
    A_bar = np.zeros_like(A)
    for j, v7 in zip(reversed(range(n)), reversed(v6_tape)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j, j] += y_bar * 2.0 / v7
    for j, (v8, v2_tape, v3_tape, v4_tapes, v5_tapes) in zip(reversed(range(n)), reversed(tape)):
        # for i in range(j + 1, n):  [arrays.py:19]
        v9 = j + 1
        for i, v4_tape, v5_tape in zip(
            reversed(range(j + 1, n)), reversed(v4_tapes), reversed(v5_tapes)
        ):
            for k, v11, v10 in zip(
                reversed(range(j + 1, i + 1)), reversed(v4_tape), reversed(v5_tape)
            ):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                v_bar = -A_bar[i, k]
                v11_bar = v_bar * v10
                A_bar[k, j] += v_bar * v11
                A_bar[i, j] += v11_bar
        for i, v12, v13 in zip(reversed(range(v9, n)), reversed(v2_tape), reversed(v3_tape)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            v13_bar = A_bar[i, j]
            A_bar[i, j] = 0.0
            v_bar = v13_bar / v12
            A_bar[j, j] -= v_bar * v13
            A_bar[i, j] += v_bar
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        v8_bar = A_bar[j, j]
        A_bar[j, j] = 0.0
        v14 = 0.5 / v8
        A_bar[j, j] += v8_bar * v14 if v8_bar != 0 else v8_bar
    return logdet, A_bar
