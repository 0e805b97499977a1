"""Partial differential equations on a grid, stepped in place."""

import numpy as np


def burgers(u, viscosity, dt, steps):
    """Viscous Burgers equation on a periodic grid with ghost cells: the energy after some steps."""
    dx = 1.0 / (len(u) - 2)
    for _ in range(steps):
        u[0] = u[-2]
        u[-1] = u[1]
        flux = 0.5 * u**2
        u[1:-1] -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])
        u[1:-1] += dt * viscosity / dx**2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return dx * np.sum(u[1:-1] ** 2)


def gauss_seidel(phi, source, sweeps):
    """Poisson equation by Gauss-Seidel sweeps over the grid; the integral of the potential."""
    rows, columns = phi.shape
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                phi[i, j] = 0.25 * (phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j])
    return np.sum(phi * phi)


def pressure_source(b, u, v, rho, dt, dx, dy):
    b[1:-1, 1:-1] = rho * (
        1 / dt * ((u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx) + (v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, :-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy)) ** 2
    )


def solve_pressure(p, b, dx, dy, sweeps):
    for _ in range(sweeps):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy**2
            + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx**2
            - dx**2 * dy**2 * b[1:-1, 1:-1]
        ) / (2 * (dx**2 + dy**2))
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0


def cavity(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Flow in a cavity that is driven by its lid: the kinetic energy after some steps."""
    rows, columns = u.shape
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    b = np.zeros_like(u)
    for _ in range(steps):
        un = u.copy()
        vn = v.copy()
        pressure_source(b, u, v, rho, dt, dx, dy)
        solve_pressure(p, b, dx, dy, sweeps)
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, :-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + nu * dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, :-2])
            + nu * dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[:-2, 1:-1])
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, :-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + nu * dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, :-2])
            + nu * dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[:-2, 1:-1])
        )
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    return 0.5 * np.sum(u**2 + v**2)


_rng = np.random.default_rng(1)
EXAMPLES = {
    "burgers": (np.sin(2.0 * np.pi * np.arange(-0.5, 7.0) / 6.0), 0.02, 0.01, 4),
    "gauss_seidel": (_rng.standard_normal((5, 4)), _rng.standard_normal((5, 4)), 3),
    "cavity": (*(0.1 * _rng.standard_normal((3, 5, 5))), 1.0, 0.1, 1.0, 0.01, 2, 2),
}
