"""Factorisations in place, element by element; the result is the logarithm of the determinant."""

import math

import numpy as np

from benchmarks.registry import Program


def lu(A):
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += math.log(abs(A[k, k]))
    return total


def cholesky(A):
    n = A.shape[0]
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    total = 0.0
    for j in range(n):
        total += 2.0 * np.log(A[j, j])
    return total


def definite(rng, quick):
    n = 6 if quick else 100
    a = rng.standard_normal((n, n))
    return (a @ a.T + n * np.eye(n),)


BLOCKS = "the others call LAPACK for the whole matrix, which works in blocks; the program goes element by element"
PROGRAMS = [
    Program("LU, n = 100, loops", lu, definite, writes=(0,), note=BLOCKS),
    Program("Cholesky, n = 100, loops", cholesky, definite, writes=(0,), note=BLOCKS),
]
