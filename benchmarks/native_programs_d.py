"""Adjoints of native_programs.py, written by hand for numba."""

import math

import numba
import numpy as np

native = numba.njit(error_model="numpy")


@native
def logistic_vjp(x, r, n):
    x_tape = np.empty(n)
    for i in range(n):
        x_tape[i] = x
        x = r * x * (1.0 - x)
    y = x
    x_bar = 1.0
    r_bar = 0.0
    for i in range(n - 1, -1, -1):
        x = x_tape[i]
        r_bar += x_bar * x * (1.0 - x)
        x_bar = x_bar * r * (1.0 - x) - x_bar * (r * x)
    return y, (x_bar, r_bar)


@native
def burgers_vjp(u, steps, c, nu):
    u = u.copy()
    n = len(u)
    u_tape = np.empty((steps, n))
    new = u.copy()
    for t in range(steps):
        for i in range(n):
            u_tape[t, i] = u[i]
        for i in range(1, n - 1):
            new[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    u_bar = 2.0 * u
    new_bar = np.empty(n)
    for t in range(steps - 1, -1, -1):
        _burgers_step_vjp(u_tape[t], c, nu, u_bar, new_bar)
    return total, u_bar


@native
def _burgers_step_vjp(u, c, nu, u_bar, new_bar):
    n = len(u)
    for i in range(n):
        new_bar[i] = u_bar[i]
    u_bar[0] = new_bar[0] + new_bar[1] * (c * u[1] + nu)
    u_bar[n - 1] = new_bar[n - 1] + new_bar[n - 2] * nu
    new_bar[0] = 0.0
    new_bar[n - 1] = 0.0
    for i in range(1, n - 1):
        own = new_bar[i] * (1.0 - c * (2.0 * u[i] - u[i - 1]) - 2.0 * nu)
        u_bar[i] = own + new_bar[i + 1] * (c * u[i + 1] + nu) + new_bar[i - 1] * nu


@native
def gmm_vjp(alphas, means, logdiag, x):
    n, d = x.shape
    k = alphas.shape[0]
    scale = np.exp(logdiag)
    total = 0.0
    terms = np.empty(k)
    z = np.empty((k, d))
    alphas_bar = np.zeros(k)
    means_bar = np.zeros((k, d))
    logdiag_bar = np.zeros((k, d))
    for i in range(n):
        largest = -1e300
        for c in range(k):
            t = alphas[c]
            for j in range(d):
                z[c, j] = (x[i, j] - means[c, j]) * scale[c, j]
                t += logdiag[c, j] - 0.5 * z[c, j] * z[c, j]
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
                means_bar[c, j] += w * z[c, j] * scale[c, j]
                logdiag_bar[c, j] += w * (1.0 - z[c, j] * z[c, j])
    return total, (alphas_bar, means_bar, logdiag_bar)


@native
def cholesky_vjp(A):
    A = A.copy()
    n = A.shape[0]
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    y = 0.0
    for j in range(n):
        y += 2.0 * np.log(A[j, j])
    A_bar = np.zeros_like(A)
    for j in range(n - 1, -1, -1):
        A_bar[j, j] += 2.0 / A[j, j]
    for j in range(n - 1, -1, -1):
        for i in range(n - 1, j, -1):
            for k in range(i, j, -1):
                A_bar[i, j] -= A_bar[i, k] * A[k, j]
                A_bar[k, j] -= A_bar[i, k] * A[i, j]
        for i in range(n - 1, j, -1):
            A_bar[i, j] /= A[j, j]
            A_bar[j, j] -= A_bar[i, j] * A[i, j]
        A_bar[j, j] *= 0.5 / A[j, j]
    return y, A_bar
