"""Loops as people write them for numba."""

from __future__ import annotations

import math

import numpy as np


def triangular(x, n):
    total = 0.0
    for i in range(n):
        for j in range(i):
            total += math.sin(x * j) * math.cos(x * i)
    return total


def deep(x, n):
    total = 0.0
    for i in range(n):
        row = 1.0
        for j in range(i, n):
            for k in range(j):
                row = row * math.cos(x + 0.1 * k)
            total += row * row
    return total


def backwards(x, n):
    total = 1.0
    for i in range(n, 0, -2):
        total = math.sin(total * x) + i
    return total


def steps(x, a, b, c):
    total = 1.0
    for i in range(a, b, c):
        total = total * math.cos(x * i) + x
    return total


def collatz(x, n):
    count = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
            x = math.sin(x) + 0.1
        else:
            n = 3 * n + 1
            x = x * x
        count += 1
    return x * count


def inner_while(x, n):
    total = 0.0
    for i in range(n):
        y = x + i
        while y > 1.0:
            y = math.sqrt(y) - 0.1
        total += y * y * x
    return total


def early(x, level, n):
    for i in range(n):
        x = x * 1.3
        if x > level:
            return x * x
    return x


def maybe_bound(x, n):
    for i in range(n):
        y = math.sin(x + i)
    return y * x


def skips(x, n):
    total = 0.0
    for i in range(n):
        if i % 3 == 1:
            continue
        for j in range(n):
            if j > i:
                break
            total = total + math.exp(-x * j)
    return total


def one_branch_saves(x, n):
    total = 0.0
    for i in range(n):
        if i % 2 == 0:
            for j in range(i):
                x = math.sin(x) * 1.1
        total += x
    return total


def loop_in_branch(x, n):
    y = x
    if n > 2:
        for i in range(n):
            y = math.sin(y) * x
    else:
        y = y * y
    return y


def two_walks(u, v):
    total = 0.0
    for a, b in zip(u, v):
        total += a * b * b
    for i, a in enumerate(u):
        total += a * i * total * 0.01
    return total


def rows(A, x):
    total = 0.0
    for row in A:
        s = 0.0
        for a, b in zip(row, x):
            s += a * b
        total += math.tanh(s)
    return total


def swap(u):
    for i in range(len(u) // 2):
        u[i], u[-1 - i] = u[-1 - i] * 2.0, u[i] * u[i]
    total = 0.0
    for i in range(len(u)):
        total += u[i] * i
    return total


def prefix(u):
    out = np.zeros(len(u))
    running = 1.0
    for i in range(len(u)):
        running = running * u[i]
        out[i] = running
    return out


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


def gauss_seidel(u, f, sweeps):
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    return u


def structured(p, k):
    total = 0.0
    for i in range(k):
        total += math.sin(p["a"] * i) * p["b"][0] + p["b"][1]
    return {"total": total, "pair": (total * total, i)}


def over_list(xs, c):
    total = c
    for x in xs:
        total = math.sin(total * x)
    return total


def gmm(alphas, means, logdiag, x):
    n, d = x.shape
    k = alphas.shape[0]
    total = 0.0
    for i in range(n):
        largest = -1e300
        terms = np.zeros(k)
        for c in range(k):
            t = alphas[c]
            for j in range(d):
                z = (x[i, j] - means[c, j]) * math.exp(logdiag[c, j])
                t += logdiag[c, j] - 0.5 * z * z
            terms[c] = t
            if t > largest:
                largest = t
        s = 0.0
        for c in range(k):
            s += math.exp(terms[c] - largest)
        total += math.log(s) + largest
    return total


def whiles(x, n):
    total = 0.0
    k = 0
    while k < n:
        k += 1
        for i in range(k):
            j = 0
            while j < i:
                j += 1
                x = math.sin(x) * 1.1
                total += x * j
    return total


def jacobi(u, f, sweeps):
    n, m = u.shape
    new = u.copy()
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                new[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] * u[i, j + 1] - f[i, j])
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = new[i, j]
    return np.sum(u * u)


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


rng = np.random.default_rng(0)


def matrix(n):
    a = rng.standard_normal((n, n))
    return a @ a.T + n * np.eye(n)


CASES = {
    "triangular": (0.3, 5),
    "deep": (0.2, 5),
    "backwards": (0.4, 7),
    "steps": (0.3, 9, -4, -3),
    "collatz": (0.3, 7),
    "inner_while": (1.7, 4),
    "early": (1.0, 5.0, 30),
    "maybe_bound": (0.4, 3),
    "skips": (0.2, 7),
    "one_branch_saves": (0.6, 6),
    "loop_in_branch": (0.7, 4),
    "two_walks": (rng.standard_normal(4), rng.standard_normal(6)),
    "rows": (rng.standard_normal((3, 4)), rng.standard_normal(4)),
    "swap": (rng.standard_normal(5),),
    "prefix": (rng.standard_normal(4),),
    "lu": (matrix(4),),
    "gauss_seidel": (rng.standard_normal((5, 5)), rng.standard_normal((5, 5)), 2),
    "structured": ({"a": 0.3, "b": (1.2, 0.7)}, 4),
    "over_list": ([0.3, 0.7, 1.1], 0.5),
    "whiles": (0.4, 3),
    "jacobi": (rng.standard_normal((4, 5)), rng.standard_normal((4, 5)), 2),
    "burgers": (rng.standard_normal(6), 3, 0.1, 0.2),
    "gmm": tuple(rng.standard_normal(s) for s in ((3,), (3, 2), (3, 2), (4, 2))),
}
