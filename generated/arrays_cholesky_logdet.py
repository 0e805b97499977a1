"""Derivatives of cholesky_logdet in arrays.py."""

import numpy as np


def cholesky_logdet_grad(A):
    """Gradient of cholesky_logdet."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]

    # Reverse sweep
    A_bar, A_list = np.zeros_like(A).tolist(), A.tolist()
    for j in reversed(range(n)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j][j] += 2.0 / A[j, j]
    for j in reversed(range(n)):
        for i in reversed(range(j + 1, n)):
            for k in reversed(range(j + 1, i + 1)):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                A_bar[k][j] -= A_bar[i][k] * A_list[i][j]
                A_bar[i][j] -= A_bar[i][k] * A_list[k][j]
        for i in reversed(range(j + 1, n)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        A_bar[j][j] *= 0.5 / A[j, j]
    return np.reshape(A_bar, np.shape(A))


def cholesky_logdet_value_and_grad(A):
    """Value of cholesky_logdet and its gradient."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    logdet = 0.0
    for j in range(n):
        logdet += 2.0 * np.log(A[j, j])

    # Reverse sweep
    A_bar, A_list = np.zeros_like(A).tolist(), A.tolist()
    for j in reversed(range(n)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j][j] += 2.0 / A[j, j]
    for j in reversed(range(n)):
        for i in reversed(range(j + 1, n)):
            for k in reversed(range(j + 1, i + 1)):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                A_bar[k][j] -= A_bar[i][k] * A_list[i][j]
                A_bar[i][j] -= A_bar[i][k] * A_list[k][j]
        for i in reversed(range(j + 1, n)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        A_bar[j][j] *= 0.5 / A[j, j]
    return logdet, np.reshape(A_bar, np.shape(A))


def cholesky_logdet_jvp(A, A_dot):
    """Value of cholesky_logdet and its directional derivative (forward mode)."""
    # n = A.shape[0]  [arrays.py:16]
    n = A.shape[0]
    A = A.copy()
    A_dot = A_dot.copy()
    for j in range(n):
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        v = np.sqrt(A[j, j])
        A[j, j] = v
        A_dot[j, j] *= 0.5 / v
        for i in range(j + 1, n):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            v2 = A[j, j]
            v3 = A[i, j] / v2
            A[i, j] = v3
            A_dot[i, j] = (A_dot[i, j] - A_dot[j, j] * v3) / v2
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                v4 = A[i, j]
                v5 = A[k, j]
                A[i, k] -= v4 * v5
                A_dot[i, k] -= A_dot[i, j] * v5 + A_dot[k, j] * v4
    logdet = 0.0
    logdet_dot = 0.0
    for j in range(n):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        v6 = A[j, j]
        logdet += 2.0 * np.log(v6)
        logdet_dot += A_dot[j, j] / v6 * 2.0
    return logdet, logdet_dot


def cholesky_logdet_vjp(A, y_bar=1.0):
    """Value of cholesky_logdet and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    logdet = 0.0
    for j in range(n):
        logdet += 2.0 * np.log(A[j, j])

    # Reverse sweep
    A_bar, A_list = np.zeros_like(A).tolist(), A.tolist()
    for j in reversed(range(n)):
        # logdet += 2.0 * np.log(A[j, j])  [arrays.py:26]
        A_bar[j][j] += y_bar * 2.0 / A[j, j]
    for j in reversed(range(n)):
        for i in reversed(range(j + 1, n)):
            for k in reversed(range(j + 1, i + 1)):
                # A[i, k] -= A[i, j] * A[k, j]  [arrays.py:23]
                A_bar[k][j] -= A_bar[i][k] * A_list[i][j]
                A_bar[i][j] -= A_bar[i][k] * A_list[k][j]
        for i in reversed(range(j + 1, n)):
            # A[i, j] /= A[j, j]  [arrays.py:20]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
        # A[j, j] = np.sqrt(A[j, j])  [arrays.py:18]
        A_bar[j][j] *= 0.5 / A[j, j]
    return logdet, np.reshape(A_bar, np.shape(A))
