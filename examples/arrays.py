"""Ordinary NumPy: in-place updates, views, loops. Nothing here was written for a differentiator."""

import numpy as np


def heat(u, alpha, steps):
    """Explicit heat equation, updated in place through a view."""
    interior = u[1:-1]
    for _ in range(steps):
        interior += alpha * (u[2:] - 2.0 * interior + u[:-2])
    return np.sum(u**2)


def cholesky_logdet(A):
    """In-place Cholesky factorisation, then log|A|."""
    n = A.shape[0]
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
    return logdet


def mlp_loss(W1, b1, W2, b2, x, labels):
    """Cross-entropy of a network with one hidden layer."""
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


_rng = np.random.default_rng(0)
_square = _rng.standard_normal((4, 4))
EXAMPLES = {
    "heat": (np.sin(np.arange(8.0)), 0.2, 5),
    "cholesky_logdet": (_square @ _square.T + 4.0 * np.eye(4),),
    "mlp_loss": (
        *(_rng.standard_normal(shape) for shape in [(4, 6), (6,), (6, 3), (3,), (7, 4)]),
        _rng.integers(0, 3, 7),
    ),
}
