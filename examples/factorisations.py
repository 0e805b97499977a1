"""Dense linear algebra with loops, in place, as a textbook has it."""

import numpy as np


def lu_solve(A, b):
    """Solve A x = b by LU factorisation in place, without pivoting."""
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]
    x = b.copy()
    for i in range(n):
        x[i] -= A[i, :i] @ x[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x


def lu_logdet(A):
    """log|det A| by LU factorisation in place, element by element."""
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(np.log(np.abs(np.diag(A))))


def cholesky(A):
    """The lower Cholesky factor, in place, row by row."""
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[j, :j]
            A[i, j] /= A[j, j]
        A[i, i] -= A[i, :i] @ A[i, :i]
        A[i, i] = np.sqrt(A[i, i])
        A[i, i + 1 :] = 0.0
    return A


def gram_schmidt(A):
    """Q and R of A by modified Gram-Schmidt; A becomes what is left of it."""
    n = A.shape[1]
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = Q[:, k] @ A[:, j]
            A[:, j] -= Q[:, k] * R[k, j]
    return Q, R


def thomas(lower, diagonal, upper, rhs):
    """Solve a tridiagonal system; all four arrays are used up."""
    n = len(rhs)
    for i in range(1, n):
        w = lower[i - 1] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        rhs[i] -= w * rhs[i - 1]
    rhs[-1] /= diagonal[-1]
    for i in range(n - 2, -1, -1):
        rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]
    return rhs


_rng = np.random.default_rng(2)
_square = _rng.standard_normal((4, 4))
EXAMPLES = {
    "lu_solve": (_square + 4.0 * np.eye(4), _rng.standard_normal(4)),
    "lu_logdet": (_square + 4.0 * np.eye(4),),
    "cholesky": (_square @ _square.T + 4.0 * np.eye(4),),
    "gram_schmidt": (_rng.standard_normal((4, 3)),),
    "thomas": (_rng.uniform(size=4), 3.0 + _rng.uniform(size=5), _rng.uniform(size=4), _rng.standard_normal(5)),
}
