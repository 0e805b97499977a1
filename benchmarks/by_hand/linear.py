"""Factorisations: the factors are final when they are written, so the reverse sweep reads them where they stand."""

import math

import numpy as np


def lu_vjp(A):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    y = 0.0
    for k in range(n):
        y += math.log(abs(A[k, k]))
    A_bar = np.zeros_like(A)
    for k in range(n - 1, -1, -1):
        pivot_bar = 1.0 / A[k, k]
        for i in range(k + 1, n):
            factor = A[i, k]
            factor_bar = 0.0
            for j in range(k + 1, n):
                bar = A_bar[i, j]
                factor_bar -= bar * A[k, j]
                A_bar[k, j] -= bar * factor
            factor_bar /= A[k, k]
            A_bar[i, k] = factor_bar
            pivot_bar -= factor_bar * factor
        A_bar[k, k] += pivot_bar
    return y, A_bar


def cholesky_vjp(A):
    A = A.copy()
    n = A.shape[0]
    for j in range(n):
        A[j, j] = math.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    y = 0.0
    for j in range(n):
        y += 2.0 * math.log(A[j, j])
    A_bar = np.zeros_like(A)
    column = np.empty(n)
    column_bar = np.empty(n)
    for j in range(n - 1, -1, -1):
        for i in range(j + 1, n):
            column[i] = A[i, j]
            column_bar[i] = 0.0
        for i in range(j + 1, n):
            own = column[i]
            own_bar = -2.0 * A_bar[i, i] * own
            for k in range(j + 1, i):
                bar = A_bar[i, k]
                own_bar -= bar * column[k]
                column_bar[k] -= bar * own
            column_bar[i] += own_bar
        root = A[j, j]
        root_bar = 2.0 / root
        for i in range(j + 1, n):
            own_bar = column_bar[i] / root
            A_bar[i, j] = own_bar
            root_bar -= own_bar * column[i]
        A_bar[j, j] += 0.5 * root_bar / root
    return y, A_bar
