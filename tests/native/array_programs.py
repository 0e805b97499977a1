"""Programs of whole arrays."""

from __future__ import annotations

import numpy as np


def mlp(W1, b1, W2, b2, x, labels):
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def reductions(A):
    a = np.mean(A, axis=0) * np.sum(A, axis=0)
    b = np.min(A, axis=1) + np.sum(A * A, axis=(0, 1)) * np.max(A, axis=-1)
    return np.sum(a) * np.sum(b) + np.sum(np.sum(A, axis=(0, 1), keepdims=True) * A)


def broadcasts(A, row, column):
    return np.sum(np.sin(A * row) * column + row) + np.sum(row * column)


def picks(u, A, k):
    return np.sum(u[k] * u[k] * A[k, k]) + np.sum(A[k] * 2.0 * u)


def adds(u, v, k):
    out = np.zeros(4)
    for i in range(len(k)):
        out[k[i]] += u[i] * v[i]
    return out * np.sum(u)


def heat(u, alpha, steps):
    interior = u[1:-1]
    for _ in range(steps):
        interior += alpha * (u[2:] - 2.0 * interior + u[:-2])
    return np.sum(u**2)


rng = np.random.default_rng(1)
ARRAY_CASES = {
    "mlp": (*(rng.standard_normal(s) for s in ((4, 6), (6,), (6, 3), (3,), (7, 4))), rng.integers(0, 3, 7)),
    "reductions": (rng.standard_normal((3, 4)),),
    "broadcasts": (rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal((3, 1))),
    "picks": (rng.standard_normal(3), rng.standard_normal((3, 3)), np.array([2, 0, -1, 2])),
    "adds": (rng.standard_normal(3), rng.standard_normal(3), np.array([1, 3, 0])),
    "heat": (rng.standard_normal(7), 0.1, 3),
}
