"""Likelihoods: the weights of the components are the adjoints of their terms, point by point."""

import math

import numpy as np


def gmm_vjp(alphas, means, factors, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.empty((k, d))
    norms = np.zeros(k)
    total = 0.0
    weights = np.zeros(k)
    means_bar = np.zeros((k, d))
    factors_bar = np.zeros((k, d, d))
    for c in range(k):
        for a in range(d):
            scale[c, a] = math.exp(factors[c, a, a])
            norms[c] += factors[c, a, a]
            total -= 0.5 * scale[c, a] * scale[c, a]
            for b in range(a):
                total -= 0.5 * factors[c, a, b] * factors[c, a, b]
    centred = np.empty((k, d))
    z = np.empty((k, d))
    terms = np.empty(k)
    for i in range(n):
        largest = -1e300
        for c in range(k):
            for a in range(d):
                centred[c, a] = x[i, a] - means[c, a]
            square = 0.0
            for a in range(d):
                t = scale[c, a] * centred[c, a]
                for b in range(a):
                    t += factors[c, a, b] * centred[c, b]
                z[c, a] = t
                square += t * t
            terms[c] = alphas[c] + norms[c] - 0.5 * square
            largest = max(largest, terms[c])
        s = 0.0
        for c in range(k):
            terms[c] = math.exp(terms[c] - largest)
            s += terms[c]
        total += math.log(s) + largest
        for c in range(k):
            w = terms[c] / s
            weights[c] += w
            for a in range(d):
                z_bar = w * z[c, a]
                factors_bar[c, a, a] -= z_bar * centred[c, a]
                means_bar[c, a] += z_bar * scale[c, a]
                for b in range(a):
                    factors_bar[c, a, b] -= z_bar * centred[c, b]
                    means_bar[c, b] += z_bar * factors[c, a, b]
    s = 0.0
    for c in range(k):
        s += math.exp(alphas[c])
    alphas_bar = np.empty(k)
    for c in range(k):
        alphas_bar[c] = weights[c] - n * math.exp(alphas[c]) / s
        for a in range(d):
            # the diagonal holds logarithms: once through their exponential, once as they are
            through = factors_bar[c, a, a] - scale[c, a]
            factors_bar[c, a, a] = through * scale[c, a] + weights[c]
            for b in range(a):
                factors_bar[c, a, b] -= factors[c, a, b]
    return total - n * math.log(s), (alphas_bar, means_bar, factors_bar)


def gmm_arrays_vjp(alphas, means, factors, x):
    n, d = x.shape
    axis = np.arange(d)
    logs = factors[:, axis, axis]
    scale = np.exp(logs)
    lower = np.tril(factors, -1)
    root = lower.copy()
    root[:, axis, axis] = scale
    centred = x - means[:, None, :]
    z = centred @ root.transpose(0, 2, 1)
    terms = np.einsum("cia,cia->ci", z, z)
    terms *= -0.5
    terms += (alphas + np.sum(logs, axis=1))[:, None]
    largest = np.max(terms, axis=0)
    terms -= largest
    weights = np.exp(terms, out=terms)
    s = np.sum(weights, axis=0)
    e = np.exp(alphas)
    normal = np.sum(e)
    prior = 0.5 * (np.vdot(scale, scale) + np.vdot(lower, lower))
    y = np.sum(np.log(s) + largest) - prior - n * np.log(normal)

    weights /= s
    of_all = np.sum(weights, axis=1)
    z *= weights[:, :, None]
    # the root is the same for all points: their adjoints are added up before it is applied
    means_bar = (np.sum(z, axis=1)[:, None, :] @ root)[:, 0, :]
    root_bar = -(z.transpose(0, 2, 1) @ centred)
    factors_bar = np.tril(root_bar, -1)
    factors_bar -= lower
    factors_bar[:, axis, axis] = (root_bar[:, axis, axis] - scale) * scale + of_all[:, None]
    return y, (of_all - (n / normal) * e, means_bar, factors_bar)


def gmm_diagonal_vjp(alphas, means, logs, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.exp(logs)
    total = 0.0
    terms = np.empty(k)
    z = np.empty((k, d))
    alphas_bar = np.zeros(k)
    means_bar = np.zeros((k, d))
    logs_bar = np.zeros((k, d))
    for i in range(n):
        largest = -1e300
        for c in range(k):
            t = alphas[c]
            for j in range(d):
                at = (x[i, j] - means[c, j]) * scale[c, j]
                z[c, j] = at
                t += logs[c, j] - 0.5 * at * at
            terms[c] = t
            if t > largest:
                largest = t
        s = 0.0
        for c in range(k):
            terms[c] = math.exp(terms[c] - largest)
            s += terms[c]
        total += math.log(s) + largest
        for c in range(k):
            w = terms[c] / s
            alphas_bar[c] += w
            for j in range(d):
                at = z[c, j]
                means_bar[c, j] += w * at * scale[c, j]
                logs_bar[c, j] += w * (1.0 - at * at)
    return total, (alphas_bar, means_bar, logs_bar)


def logistic_regression_vjp(w, b, X, y):
    margins = X @ w
    margins += b
    margins *= y
    value = np.mean(np.logaddexp(0.0, -margins)) + 0.01 * np.dot(w, w)
    slope = np.exp(margins, out=margins)
    slope += 1.0
    np.divide(y, slope, out=slope)
    slope *= -1.0 / len(y)
    return value, (slope @ X + 0.02 * w, np.sum(slope))
