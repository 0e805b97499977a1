"""Derivatives of burgers in stencils.py."""

import numpy as np


def burgers_grad(u, viscosity, dt, steps):
    """Gradient of burgers."""
    # Forward sweep
    dx = 1.0 / (len(u) - 2)
    u = u.copy()
    tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        u[0] = u[-2]
        u[-1] = u[1]
        u_old = u.copy()
        flux = 0.5 * u**2
        u_inner -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])
        v = u_high - 2.0 * u_inner + u_low
        tape.append((u_old, v))
        u_inner += dt * viscosity / dx**2 * v
    v2 = u[1:-1]

    # Reverse sweep
    # return dx * np.sum(u[1:-1] ** 2)  [stencils.py:15]
    u_bar = np.zeros_like(u)
    u_bar[1:-1] = dx * (2.0 * v2)
    dt_bar = 0.0
    viscosity_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for u_old, v in reversed(tape):
        # u[1:-1] += dt * viscosity / dx**2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])  [stencils.py:14]
        dx_squared = dx**2
        v_bar_2 = u_bar_inner * (dt * viscosity / dx_squared)
        v_bar = u_bar_inner @ v
        u_bar_low += v_bar_2
        u_bar_inner -= v_bar_2 * 2.0
        u_bar_high += v_bar_2
        v_bar /= dx_squared
        dt_bar += v_bar * viscosity
        viscosity_bar += v_bar * dt
        # flux = 0.5 * u**2  [stencils.py:12]
        flux = 0.5 * u_old**2
        # u[1:-1] -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])  [stencils.py:13]
        v_bar = -u_bar_inner
        v3 = 2.0 * dx
        v_bar_2 = v_bar * (dt / v3)
        flux_bar = np.empty_like(u)
        flux_bar[:-2] = -v_bar_2
        flux_bar[-2:] = 0.0
        flux_bar[2:] += v_bar_2
        dt_bar += v_bar @ (flux[2:] - flux[:-2]) / v3
        # flux = 0.5 * u**2  [stencils.py:12]
        u_bar += flux_bar * u_old
        # u[-1] = u[1]  [stencils.py:11]
        v_bar = u_bar[-1]
        u_bar[-1] = 0.0
        u_bar[1] += v_bar
        # u[0] = u[-2]  [stencils.py:10]
        v_bar = u_bar[0]
        u_bar[0] = 0.0
        u_bar[-2] += v_bar
    return u_bar, viscosity_bar, dt_bar


def burgers_value_and_grad(u, viscosity, dt, steps):
    """Value of burgers and its gradient."""
    # Forward sweep
    dx = 1.0 / (len(u) - 2)
    u = u.copy()
    tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        u[0] = u[-2]
        u[-1] = u[1]
        u_old = u.copy()
        flux = 0.5 * u**2
        u_inner -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])
        v = u_high - 2.0 * u_inner + u_low
        tape.append((u_old, v))
        u_inner += dt * viscosity / dx**2 * v
    v2 = u[1:-1]
    y = dx * np.sum(v2**2)

    # Reverse sweep
    # return dx * np.sum(u[1:-1] ** 2)  [stencils.py:15]
    u_bar = np.zeros_like(u)
    u_bar[1:-1] = dx * (2.0 * v2)
    dt_bar = 0.0
    viscosity_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for u_old, v in reversed(tape):
        # u[1:-1] += dt * viscosity / dx**2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])  [stencils.py:14]
        dx_squared = dx**2
        v_bar_2 = u_bar_inner * (dt * viscosity / dx_squared)
        v_bar = u_bar_inner @ v
        u_bar_low += v_bar_2
        u_bar_inner -= v_bar_2 * 2.0
        u_bar_high += v_bar_2
        v_bar /= dx_squared
        dt_bar += v_bar * viscosity
        viscosity_bar += v_bar * dt
        # flux = 0.5 * u**2  [stencils.py:12]
        flux = 0.5 * u_old**2
        # u[1:-1] -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])  [stencils.py:13]
        v_bar = -u_bar_inner
        v3 = 2.0 * dx
        v_bar_2 = v_bar * (dt / v3)
        flux_bar = np.empty_like(u)
        flux_bar[:-2] = -v_bar_2
        flux_bar[-2:] = 0.0
        flux_bar[2:] += v_bar_2
        dt_bar += v_bar @ (flux[2:] - flux[:-2]) / v3
        # flux = 0.5 * u**2  [stencils.py:12]
        u_bar += flux_bar * u_old
        # u[-1] = u[1]  [stencils.py:11]
        v_bar = u_bar[-1]
        u_bar[-1] = 0.0
        u_bar[1] += v_bar
        # u[0] = u[-2]  [stencils.py:10]
        v_bar = u_bar[0]
        u_bar[0] = 0.0
        u_bar[-2] += v_bar
    return y, (u_bar, viscosity_bar, dt_bar)


def burgers_jvp(u, viscosity, dt, steps, u_dot, viscosity_dot, dt_dot):
    """Value of burgers and its directional derivative (forward mode)."""
    # dx = 1.0 / (len(u) - 2)  [stencils.py:8]
    dx = 1.0 / (len(u) - 2)
    u = u.copy()
    u_dot = u_dot.copy()
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    u_dot_low, u_dot_inner, u_dot_high = u_dot[:-2], u_dot[1:-1], u_dot[2:]
    for _ in range(steps):
        # u[0] = u[-2]  [stencils.py:10]
        u[0] = u[-2]
        u_dot[0] = u_dot[-2]
        # u[-1] = u[1]  [stencils.py:11]
        u[-1] = u[1]
        u_dot[-1] = u_dot[1]
        # flux = 0.5 * u**2  [stencils.py:12]
        flux = 0.5 * u**2
        flux_dot = u_dot * u
        # u[1:-1] -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])  [stencils.py:13]
        v = 2.0 * dx
        v2 = dt / v
        v3 = flux[2:] - flux[:-2]
        u_inner -= v2 * v3
        u_dot_inner -= dt_dot / v * v3 + (flux_dot[2:] - flux_dot[:-2]) * v2
        # u[1:-1] += dt * viscosity / dx**2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])  [stencils.py:14]
        dx_squared = dx**2
        v4 = dt * viscosity / dx_squared
        v5 = u_high - 2.0 * u_inner + u_low
        v6 = (u_dot_high - u_dot_inner * 2.0 + u_dot_low) * v4
        u_inner += v4 * v5
        u_dot_inner += (dt_dot * viscosity + viscosity_dot * dt) / dx_squared * v5 + v6
    # return dx * np.sum(u[1:-1] ** 2)  [stencils.py:15]
    v7 = u[1:-1]
    y = dx * np.sum(v7**2)
    y_dot = np.sum(u_dot[1:-1] * (2.0 * v7)) * dx
    return y, y_dot


def burgers_vjp(u, viscosity, dt, steps, y_bar=1.0):
    """Value of burgers and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    dx = 1.0 / (len(u) - 2)
    u = u.copy()
    tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        u[0] = u[-2]
        u[-1] = u[1]
        u_old = u.copy()
        flux = 0.5 * u**2
        u_inner -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])
        v = u_high - 2.0 * u_inner + u_low
        tape.append((u_old, v))
        u_inner += dt * viscosity / dx**2 * v
    v2 = u[1:-1]
    y = dx * np.sum(v2**2)

    # Reverse sweep
    # return dx * np.sum(u[1:-1] ** 2)  [stencils.py:15]
    u_bar = np.zeros_like(u)
    u_bar[1:-1] = y_bar * dx * (2.0 * v2)
    dt_bar = 0.0
    viscosity_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for u_old, v in reversed(tape):
        # u[1:-1] += dt * viscosity / dx**2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])  [stencils.py:14]
        dx_squared = dx**2
        v_bar_2 = u_bar_inner * (dt * viscosity / dx_squared)
        v_bar = u_bar_inner @ v
        u_bar_low += v_bar_2
        u_bar_inner -= v_bar_2 * 2.0
        u_bar_high += v_bar_2
        v_bar /= dx_squared
        dt_bar += v_bar * viscosity
        viscosity_bar += v_bar * dt
        # flux = 0.5 * u**2  [stencils.py:12]
        flux = 0.5 * u_old**2
        # u[1:-1] -= dt / (2.0 * dx) * (flux[2:] - flux[:-2])  [stencils.py:13]
        v_bar = -u_bar_inner
        v3 = 2.0 * dx
        v_bar_2 = v_bar * (dt / v3)
        flux_bar = np.empty_like(u)
        flux_bar[:-2] = -v_bar_2
        flux_bar[-2:] = 0.0
        flux_bar[2:] += v_bar_2
        dt_bar += v_bar @ (flux[2:] - flux[:-2]) / v3
        # flux = 0.5 * u**2  [stencils.py:12]
        u_bar += flux_bar * u_old
        # u[-1] = u[1]  [stencils.py:11]
        v_bar = u_bar[-1]
        u_bar[-1] = 0.0
        u_bar[1] += v_bar
        # u[0] = u[-2]  [stencils.py:10]
        v_bar = u_bar[0]
        u_bar[0] = 0.0
        u_bar[-2] += v_bar
    return y, (u_bar, viscosity_bar, dt_bar)
