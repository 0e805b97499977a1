"""Grids stepped in place, once with loops over their points and once with slices."""

import numpy as np

from benchmarks.registry import Program


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


def heat_slices(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
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


def burgers_slices(u, steps, c, nu):
    for _ in range(steps):
        advection = c * u[1:-1] * (u[1:-1] - u[:-2])
        u[1:-1] += nu * (u[2:] - 2.0 * u[1:-1] + u[:-2]) - advection
    return np.sum(u * u)


def burgers_fitted(u, steps, c, nu):
    """To be differentiated by its coefficients, too."""
    for _ in range(steps):
        un = u.copy()
        u[1:-1] -= c * un[1:-1] * (un[1:-1] - un[:-2]) - nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
    return np.sum(u * u)


def jacobi(u, f, sweeps):
    new = u.copy()
    for _ in range(sweeps):
        new[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
        u, new = new, u
    return np.sum(u * u)


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


def line(rng, quick):
    return rng.random(12 if quick else 500), 0.1, 4 if quick else 200


def flow(rng, quick):
    u, c, steps = line(rng, quick)
    return u, steps, c, 0.1


def squares(rng, quick):
    shape = (7, 7) if quick else (100, 100)
    return rng.random(shape), rng.random(shape), 3 if quick else 20


def fewer(rng, quick):
    u, f, _ = squares(rng, quick)
    return u, f, 2 if quick else 10


TWICE = "each step goes over the points twice, into another array and back, as the function does; JAX goes once"
BUFFER = "each step is made in a buffer and written from it, as slices mean it; JAX makes a new array in one pass"
PROGRAMS = [
    Program("heat 200 × 500, loops", heat, line, writes=(0,), note=TWICE),
    Program("heat 200 × 500, slices", heat_slices, line, writes=(0,), port="heat", note=BUFFER),
    Program("Burgers 200 × 500, loops", burgers, flow, writes=(0,)),
    Program("Burgers 200 × 500, slices", burgers_slices, flow, writes=(0,), port="burgers", note=BUFFER),
    Program("Burgers 200 × 500, coefficients too", burgers_fitted, flow, (0, 2, 3), writes=(0,), port="burgers"),
    Program("Jacobi 20 × 100 × 100, slices", jacobi, squares, (0, 1), writes=(0,)),
    Program("Gauss-Seidel 10 × 100 × 100, loops", gauss_seidel, fewer, (0, 1), writes=(0,)),
]
