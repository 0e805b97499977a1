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
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    v = np.diag(A)
    v2 = np.absolute(v)

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    A_bar = from_diagonal(1.0 / v2 * np.sign(v), np.shape(A), 0).tolist()
    A_list = A.tolist()
    for i in reversed(range(n)):
        for j in reversed(range(i, n)):
            for k in reversed(range(i)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
        for j in reversed(range(i)):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
            for k in reversed(range(j)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
    return np.reshape(A_bar, np.shape(A))


def lu_logdet_value_and_grad(A):
    """Value of lu_logdet and its gradient."""
    # Forward sweep
    n = A.shape[0]
    A = A.copy()
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    v = np.diag(A)
    v2 = np.absolute(v)
    y = np.sum(np.log(v2))

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    A_bar = from_diagonal(1.0 / v2 * np.sign(v), np.shape(A), 0).tolist()
    A_list = A.tolist()
    for i in reversed(range(n)):
        for j in reversed(range(i, n)):
            for k in reversed(range(i)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
        for j in reversed(range(i)):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
            for k in reversed(range(j)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
    return y, np.reshape(A_bar, np.shape(A))


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
                A[i, j] -= v * v2
                A_dot[i, j] -= A_dot[i, k] * v2 + A_dot[k, j] * v
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            v3 = A[j, j]
            v4 = A[i, j] / v3
            A[i, j] = v4
            A_dot[i, j] = (A_dot[i, j] - A_dot[j, j] * v4) / v3
        for j in range(i, n):
            for k in range(i):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                v5 = A[i, k]
                v6 = A[k, j]
                A[i, j] -= v5 * v6
                A_dot[i, j] -= A_dot[i, k] * v6 + A_dot[k, j] * v5
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
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    v = np.diag(A)
    v2 = np.absolute(v)
    y = np.sum(np.log(v2))

    # Reverse sweep
    # return np.sum(np.log(np.abs(np.diag(A))))  [factorisations.py:32]
    A_bar = from_diagonal(y_bar / v2 * np.sign(v), np.shape(A), 0).tolist()
    A_list = A.tolist()
    for i in reversed(range(n)):
        for j in reversed(range(i, n)):
            for k in reversed(range(i)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:31]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
        for j in reversed(range(i)):
            # A[i, j] /= A[j, j]  [factorisations.py:28]
            A_bar[i][j] /= A[j, j]
            A_bar[j][j] -= A_bar[i][j] * A_list[i][j]
            for k in reversed(range(j)):
                # A[i, j] -= A[i, k] * A[k, j]  [factorisations.py:27]
                A_bar[k][j] -= A_bar[i][j] * A_list[i][k]
                A_bar[i][k] -= A_bar[i][j] * A_list[k][j]
    return y, np.reshape(A_bar, np.shape(A))
