"""Layers of neurons: products of matrices, and everything else on the spot."""

import numpy as np


def mlp_vjp(W1, b1, W2, b2, W3, b3, x, labels):
    h1 = x @ W1
    h1 += b1
    np.tanh(h1, out=h1)
    h2 = h1 @ W2
    h2 += b2
    np.tanh(h2, out=h2)
    z = h2 @ W3
    z += b3
    z -= np.max(z, axis=1, keepdims=True)
    rows = np.arange(len(labels))
    picked = z[rows, labels]
    np.exp(z, out=z)
    s = np.sum(z, axis=1, keepdims=True)
    y = np.mean(np.log(s[:, 0]) - picked)

    z /= s
    z[rows, labels] -= 1.0
    z /= len(labels)
    W3_bar, b3_bar = h2.T @ z, np.sum(z, axis=0)
    a2_bar = z @ W3.T
    a2_bar *= 1.0 - h2 * h2
    W2_bar, b2_bar = h1.T @ a2_bar, np.sum(a2_bar, axis=0)
    a1_bar = a2_bar @ W2.T
    a1_bar *= 1.0 - h1 * h1
    return y, (x.T @ a1_bar, np.sum(a1_bar, axis=0), W2_bar, b2_bar, W3_bar, b3_bar)
