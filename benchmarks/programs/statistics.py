"""Likelihoods. `factors` of a mixture are lower triangles of inverse covariances, with logarithms on the diagonal."""

import math
from functools import partial

import numpy as np

from benchmarks.registry import Program


def gmm(alphas, means, factors, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.zeros((k, d))
    norms = np.zeros(k)
    total = 0.0
    for c in range(k):
        for a in range(d):
            scale[c, a] = math.exp(factors[c, a, a])
            norms[c] += factors[c, a, a]
            total -= 0.5 * scale[c, a] * scale[c, a]
            for b in range(a):
                total -= 0.5 * factors[c, a, b] * factors[c, a, b]
    for i in range(n):
        terms = np.zeros(k)
        centred = np.zeros(d)
        largest = -1e300
        for c in range(k):
            for a in range(d):
                centred[a] = x[i, a] - means[c, a]
            square = 0.0
            for a in range(d):
                z = scale[c, a] * centred[a]
                for b in range(a):
                    z += factors[c, a, b] * centred[b]
                square += z * z
            terms[c] = alphas[c] + norms[c] - 0.5 * square
            largest = max(largest, terms[c])
        s = 0.0
        for c in range(k):
            s += math.exp(terms[c] - largest)
        total += math.log(s) + largest
    s = 0.0
    for c in range(k):
        s += math.exp(alphas[c])
    return total - n * math.log(s)


def gmm_arrays(alphas, means, factors, x):
    n, d = x.shape
    logs = np.diagonal(factors, axis1=1, axis2=2)
    scale = np.exp(logs)
    lower = np.tril(factors, -1)
    root = lower + scale[:, :, None] * np.eye(d)
    z = (x - means[:, None, :]) @ np.swapaxes(root, 1, 2)
    terms = (alphas + np.sum(logs, axis=1))[:, None] - 0.5 * np.sum(z * z, axis=2)
    largest = np.max(terms, axis=0)
    total = np.sum(np.log(np.sum(np.exp(terms - largest), axis=0)) + largest)
    prior = 0.5 * (np.sum(scale * scale) + np.sum(lower * lower))
    return total - prior - n * np.log(np.sum(np.exp(alphas)))


def gmm_diagonal(alphas, means, logs, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.exp(logs)
    total = 0.0
    for i in range(n):
        terms = np.zeros(k)
        largest = -1e300
        for c in range(k):
            t = alphas[c]
            for j in range(d):
                z = (x[i, j] - means[c, j]) * scale[c, j]
                t += logs[c, j] - 0.5 * z * z
            terms[c] = t
            if t > largest:
                largest = t
        s = 0.0
        for c in range(k):
            s += math.exp(terms[c] - largest)
        total += math.log(s) + largest
    return total


def logistic_regression(w, b, X, y):
    margins = y * (X @ w + b)
    return np.mean(np.logaddexp(0.0, -margins)) + 0.01 * np.sum(w * w)


def mixture(rng, quick, d, k):
    n = 5 if quick else 1000
    factors = np.tril(rng.standard_normal((k, d, d))) / d
    return rng.standard_normal(k), rng.standard_normal((k, d)), factors, rng.standard_normal((n, d))


def diagonal(rng, quick, d, k):
    n = 5 if quick else 1000
    return rng.random(k), rng.random((k, d)), rng.random((k, d)), rng.random((n, d))


def labelled(rng, quick):
    n, d = (9, 4) if quick else (2000, 50)
    return rng.standard_normal(d), 0.1, rng.standard_normal((n, d)), np.sign(rng.standard_normal(n))


PRODUCTS = (
    "JAX multiplies all points, centred, by a triangle at once; the program goes element by element, and so "
    "does the adjoint by hand"
)
PASSES = "JAX does several operations on an array of K × n × d numbers in one pass over it, NumPy each in its own"
PROGRAMS = [Program("logistic regression 2,000 × 50", logistic_regression, labelled, (0, 1))]
for d, k in ((2, 5), (10, 25), (20, 50)):
    size = f"d = {d}, K = {k}"
    both = ("numpy", "numba") if d < 10 else ("numba",)
    full = partial(mixture, d=d, k=k)
    PROGRAMS += [
        Program(f"GMM {size}, loops", gmm, full, (0, 1, 2), backends=both, note=PRODUCTS),
        Program(f"GMM {size}, arrays", gmm_arrays, full, (0, 1, 2), port="gmm", note=PASSES),
        Program(f"diagonal GMM {size}, loops", gmm_diagonal, partial(diagonal, d=d, k=k), (0, 1, 2), backends=both),
    ]
