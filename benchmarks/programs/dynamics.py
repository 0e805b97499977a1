"""Bodies under their own gravity."""

import numpy as np

from benchmarks.registry import Program


def acceleration(x, mass):
    n = len(mass)
    a = np.zeros_like(x)
    for i in range(n):
        for j in range(n):
            if i != j:
                dx = x[j, 0] - x[i, 0]
                dy = x[j, 1] - x[i, 1]
                dz = x[j, 2] - x[i, 2]
                pull = mass[j] / (dx * dx + dy * dy + dz * dz + 0.01) ** 1.5
                a[i, 0] += pull * dx
                a[i, 1] += pull * dy
                a[i, 2] += pull * dz
    return a


def nbody(x, v, mass, dt, steps):
    """The kinetic energy at the end, by leapfrog: kick, drift, kick."""
    a = acceleration(x, mass)
    for _ in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a = acceleration(x, mass)
        v += 0.5 * dt * a
    return 0.5 * np.sum(mass * np.sum(v * v, axis=1))


def bodies(rng, quick):
    n, steps = (3, 3) if quick else (8, 100)
    return rng.standard_normal((n, 3)), 0.1 * rng.standard_normal((n, 3)), rng.uniform(0.5, 1.5, n), 0.01, steps


PROGRAMS = [Program("N-body, 8 bodies, 100 leapfrog steps", nbody, bodies, (0, 1, 2), writes=(0, 1))]
