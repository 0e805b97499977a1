"""Layers of neurons."""

import numpy as np

from benchmarks.registry import Program


def mlp(W1, b1, W2, b2, W3, b3, x, labels):
    h1 = np.tanh(x @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    z = h2 @ W3 + b3
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def weights(rng, quick):
    sizes, batch = ((4, 6, 5, 3), 7) if quick else ((64, 256, 128, 10), 128)
    layers = []
    for into, out in zip(sizes, sizes[1:]):
        layers += [rng.standard_normal((into, out)) / np.sqrt(into), 0.1 * rng.standard_normal(out)]
    return (*layers, rng.standard_normal((batch, sizes[0])), rng.integers(0, sizes[-1], batch))


PASSES = "the products of matrices are the same; all else is one pass over memory for each operation of NumPy's"
PROGRAMS = [Program("MLP 64 × 256 × 128 × 10, batch of 128", mlp, weights, tuple(range(6)), note=PASSES)]
