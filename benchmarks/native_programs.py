"""What is measured: programs with loops, as people write them."""

import math

import numpy as np


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


def burgers(u, steps, c, nu):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    return total


def heat(u, alpha, steps):
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + alpha * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    return total


def gmm(alphas, means, logdiag, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.exp(logdiag)
    total = 0.0
    for i in range(n):
        terms = np.zeros(k)
        largest = -1e300
        for c in range(k):
            t = alphas[c]
            for j in range(d):
                z = (x[i, j] - means[c, j]) * scale[c, j]
                t += logdiag[c, j] - 0.5 * z * z
            terms[c] = t
            if t > largest:
                largest = t
        s = 0.0
        for c in range(k):
            s += math.exp(terms[c] - largest)
        total += math.log(s) + largest
    return total


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


def gauss_seidel(u, f, sweeps):
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += u[i, j] * u[i, j]
    return total


def cases(rng):
    """(title, name, wrt, arguments)"""
    a = rng.standard_normal((100, 100))
    spd = a @ a.T + 100 * np.eye(100)
    yield "scalar loop, 1,000 steps", "logistic", (0, 1), (0.3, 2.9, 1000)
    yield "Newton, while", "newton_sqrt", 0, (2.0e6,)
    yield "Burgers 200 x 500", "burgers", 0, (rng.random(500), 200, 0.1, 0.1)
    yield "heat 200 x 500", "heat", 0, (rng.random(500), 0.1, 200)
    for d, k in ((2, 5), (10, 25), (20, 50)):
        arrays = (rng.random(k), rng.random((k, d)), rng.random((k, d)), rng.random((1000, d)))
        yield f"GMM, d = {d}, K = {k}", "gmm", (0, 1, 2), arrays
    yield "LU, n = 100", "lu", 0, (spd,)
    yield "Cholesky, n = 100", "cholesky", 0, (spd,)
    yield "Gauss-Seidel, 20 x 100 x 100", "gauss_seidel", (0, 1), (rng.random((100, 100)), rng.random((100, 100)), 20)
