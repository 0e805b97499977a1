"""Bodies under their own gravity: positions are saved once a step, all else is made again."""

import math

import numpy as np


def _acceleration(x, mass, a):
    n = len(mass)
    for i in range(n):
        a0 = 0.0
        a1 = 0.0
        a2 = 0.0
        for j in range(n):
            if i != j:
                dx = x[j, 0] - x[i, 0]
                dy = x[j, 1] - x[i, 1]
                dz = x[j, 2] - x[i, 2]
                s = dx * dx + dy * dy + dz * dz + 0.01
                pull = mass[j] / (s * math.sqrt(s))
                a0 += pull * dx
                a1 += pull * dy
                a2 += pull * dz
        a[i, 0] = a0
        a[i, 1] = a1
        a[i, 2] = a2


def _acceleration_vjp(x, mass, a_bar, x_bar, mass_bar):
    n = len(mass)
    for i in range(n):
        b0 = a_bar[i, 0]
        b1 = a_bar[i, 1]
        b2 = a_bar[i, 2]
        own0 = 0.0
        own1 = 0.0
        own2 = 0.0
        for j in range(n):
            if i != j:
                dx = x[j, 0] - x[i, 0]
                dy = x[j, 1] - x[i, 1]
                dz = x[j, 2] - x[i, 2]
                s = dx * dx + dy * dy + dz * dz + 0.01
                weight = 1.0 / (s * math.sqrt(s))
                pull = mass[j] * weight
                along = b0 * dx + b1 * dy + b2 * dz
                mass_bar[j] += along * weight
                turn = -3.0 * along * pull / s
                c0 = pull * b0 + turn * dx
                c1 = pull * b1 + turn * dy
                c2 = pull * b2 + turn * dz
                x_bar[j, 0] += c0
                x_bar[j, 1] += c1
                x_bar[j, 2] += c2
                own0 += c0
                own1 += c1
                own2 += c2
        x_bar[i, 0] -= own0
        x_bar[i, 1] -= own1
        x_bar[i, 2] -= own2


def nbody_vjp(x, v, mass, dt, steps):
    x = x.copy()
    v = v.copy()
    a = np.empty_like(x)
    tape = np.empty((steps + 1, len(mass), 3))
    tape[0] = x
    _acceleration(x, mass, a)
    for t in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        tape[t + 1] = x
        _acceleration(x, mass, a)
        v += 0.5 * dt * a
    squares = np.sum(v * v, axis=1)
    mass_bar = 0.5 * squares
    v_bar = v * mass.reshape(-1, 1)
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(x)
    for t in range(steps, 0, -1):
        a_bar += 0.5 * dt * v_bar
        _acceleration_vjp(tape[t], mass, a_bar, x_bar, mass_bar)
        v_bar += dt * x_bar
        a_bar[:] = 0.5 * dt * v_bar
    _acceleration_vjp(tape[0], mass, a_bar, x_bar, mass_bar)
    return 0.5 * np.sum(mass * squares), (x_bar, v_bar, mass_bar)
