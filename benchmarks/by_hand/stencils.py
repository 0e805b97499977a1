"""Grids: each point gathers from the three or five values that it went into, so no adjoint is cleared or added to."""

import numpy as np


def heat_vjp(u, alpha, steps):
    u = u.copy()
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
    u_bar = 2.0 * u
    for _ in range(steps):
        left = 0.0
        here = u_bar[1]
        u_bar[0] += alpha * here
        u_bar[n - 1] += alpha * u_bar[n - 2]
        for i in range(1, n - 2):
            right = u_bar[i + 1]
            u_bar[i] = here + alpha * (left - 2.0 * here + right)
            left = here
            here = right
        u_bar[n - 2] = here + alpha * (left - 2.0 * here)
    return total, u_bar


def heat_slices_vjp(u, alpha, steps):
    u = u.copy()
    left, middle, right = u[:-2], u[1:-1], u[2:]
    change = np.empty_like(middle)
    for _ in range(steps):
        np.multiply(middle, -2.0, out=change)
        change += left
        change += right
        change *= alpha
        middle += change
    u_bar = 2.0 * u
    left, middle, right = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for _ in range(steps):
        np.multiply(middle, alpha, out=change)
        left += change
        right += change
        change *= 2.0
        middle -= change
    return np.dot(u, u), u_bar


def burgers_vjp(u, steps, c, nu):
    u = u.copy()
    n = len(u)
    tape = np.empty((steps, n))
    new = u.copy()
    for t in range(steps):
        tape[t] = u
        for i in range(1, n - 1):
            new[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    u_bar = 2.0 * u
    for t in range(steps - 1, -1, -1):
        u = tape[t]
        before = u[0]
        this = u[1]
        left = 0.0
        here = u_bar[1]
        u_bar[0] += here * (c * this + nu)
        for i in range(1, n - 2):
            after = u[i + 1]
            right = u_bar[i + 1]
            own = here * (1.0 - c * (2.0 * this - before) - 2.0 * nu)
            u_bar[i] = own + right * (c * after + nu) + left * nu
            before = this
            this = after
            left = here
            here = right
        u_bar[n - 2] = here * (1.0 - c * (2.0 * this - before) - 2.0 * nu) + left * nu
        u_bar[n - 1] += here * nu
    return total, u_bar


def burgers_slices_vjp(u, steps, c, nu):
    tape = _burgers_steps(u, steps, c, nu)
    u_bar = 2.0 * tape[steps]
    for t in range(steps - 1, -1, -1):
        _burgers_step_vjp(tape[t], c, nu, u_bar, u_bar[1:-1].copy())
    return np.dot(tape[steps], tape[steps]), u_bar


def burgers_fitted_vjp(u, steps, c, nu):
    tape = _burgers_steps(u, steps, c, nu)
    u_bar = 2.0 * tape[steps]
    c_bar = nu_bar = 0.0
    for t in range(steps - 1, -1, -1):
        left, middle, right = tape[t, :-2], tape[t, 1:-1], tape[t, 2:]
        bar = u_bar[1:-1].copy()
        slope = middle - left
        nu_bar += np.dot(bar, right - middle - slope)
        slope *= middle
        c_bar -= np.dot(bar, slope)
        _burgers_step_vjp(tape[t], c, nu, u_bar, bar)
    return np.dot(tape[steps], tape[steps]), (u_bar, c_bar, nu_bar)


def _burgers_steps(u, steps, c, nu):
    tape = np.empty((steps + 1, len(u)))
    tape[0] = u
    for t in range(steps):
        left, middle, right = tape[t, :-2], tape[t, 1:-1], tape[t, 2:]
        step = nu * (right - 2.0 * middle + left)
        step -= c * middle * (middle - left)
        tape[t + 1] = tape[t]
        tape[t + 1, 1:-1] += step
    return tape


def _burgers_step_vjp(u, c, nu, u_bar, bar):
    left, middle = u[:-2], u[1:-1]
    u_bar[1:-1] *= (1.0 - 2.0 * nu) - c * (2.0 * middle - left)
    u_bar[:-2] += bar * (c * middle + nu)
    bar *= nu
    u_bar[2:] += bar


def jacobi_vjp(u, f, sweeps):
    u = u.copy()
    new = u.copy()
    for _ in range(sweeps):
        inner = new[1:-1, 1:-1]
        np.add(u[:-2, 1:-1], u[2:, 1:-1], out=inner)
        inner += u[1:-1, :-2]
        inner += u[1:-1, 2:]
        inner -= f[1:-1, 1:-1]
        inner *= 0.25
        u, new = new, u
    u_bar = 2.0 * u
    f_bar = np.zeros_like(f)
    inner = u_bar[1:-1, 1:-1]
    for _ in range(sweeps):
        share = 0.25 * inner
        f_bar[1:-1, 1:-1] -= share
        inner[...] = 0.0
        u_bar[:-2, 1:-1] += share
        u_bar[2:, 1:-1] += share
        u_bar[1:-1, :-2] += share
        u_bar[1:-1, 2:] += share
    return np.sum(u * u), (u_bar, f_bar)


def gauss_seidel_vjp(u, f, sweeps):
    u = u.copy()
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += u[i, j] * u[i, j]
    u_bar = 2.0 * u
    f_bar = np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            share = 0.25 * u_bar[i, n - 2]
            u_bar[i, n - 1] += share
            for j in range(n - 2, 1, -1):
                u_bar[i - 1, j] += share
                u_bar[i + 1, j] += share
                f_bar[i, j] -= share
                share = 0.25 * (u_bar[i, j - 1] + share)
                u_bar[i, j] = share
            u_bar[i - 1, 1] += share
            u_bar[i + 1, 1] += share
            f_bar[i, 1] -= share
            u_bar[i, 0] += share
            u_bar[i, 1] = 0.0
    return total, (u_bar, f_bar)
