"""Derivatives of heat in arrays.py."""

import numpy as np


def heat_grad(u, alpha, steps):
    """Gradient of heat."""
    # Forward sweep
    u = u.copy()
    v_tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        v = u_high - 2.0 * u_inner + u_low
        v_tape.append(v)
        u_inner += alpha * v

    # Reverse sweep
    # return np.sum(u**2)  [arrays.py:11]
    u_bar = 2.0 * u
    alpha_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for v in reversed(v_tape):
        # interior += alpha * (u[2:] - 2.0 * interior + u[:-2])  [arrays.py:10]
        v_bar = u_bar_inner * alpha
        alpha_bar += u_bar_inner @ v
        u_bar_low += v_bar
        u_bar_inner -= v_bar * 2.0
        u_bar_high += v_bar
    return u_bar, alpha_bar


def heat_value_and_grad(u, alpha, steps):
    """Value of heat and its gradient."""
    # Forward sweep
    u = u.copy()
    v_tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        v = u_high - 2.0 * u_inner + u_low
        v_tape.append(v)
        u_inner += alpha * v
    y = np.sum(u**2)

    # Reverse sweep
    # return np.sum(u**2)  [arrays.py:11]
    u_bar = 2.0 * u
    alpha_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for v in reversed(v_tape):
        # interior += alpha * (u[2:] - 2.0 * interior + u[:-2])  [arrays.py:10]
        v_bar = u_bar_inner * alpha
        alpha_bar += u_bar_inner @ v
        u_bar_low += v_bar
        u_bar_inner -= v_bar * 2.0
        u_bar_high += v_bar
    return y, (u_bar, alpha_bar)


def heat_jvp(u, alpha, steps, u_dot, alpha_dot):
    """Value of heat and its directional derivative (forward mode)."""
    u = u.copy()
    u_dot = u_dot.copy()
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    u_dot_low, u_dot_inner, u_dot_high = u_dot[:-2], u_dot[1:-1], u_dot[2:]
    for _ in range(steps):
        # interior += alpha * (u[2:] - 2.0 * interior + u[:-2])  [arrays.py:10]
        v = u_high - 2.0 * u_inner + u_low
        u_inner += alpha * v
        u_dot_inner += alpha_dot * v + (u_dot_high - u_dot_inner * 2.0 + u_dot_low) * alpha
    # return np.sum(u**2)  [arrays.py:11]
    y = np.sum(u**2)
    y_dot = np.sum(u_dot * (2.0 * u))
    return y, y_dot


def heat_vjp(u, alpha, steps, y_bar=1.0):
    """Value of heat and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    u = u.copy()
    v_tape = []
    u_low, u_inner, u_high = u[:-2], u[1:-1], u[2:]
    for _ in range(steps):
        v = u_high - 2.0 * u_inner + u_low
        v_tape.append(v)
        u_inner += alpha * v
    y = np.sum(u**2)

    # Reverse sweep
    # return np.sum(u**2)  [arrays.py:11]
    u_bar = y_bar * (2.0 * u)
    alpha_bar = 0.0
    u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]
    for v in reversed(v_tape):
        # interior += alpha * (u[2:] - 2.0 * interior + u[:-2])  [arrays.py:10]
        v_bar = u_bar_inner * alpha
        alpha_bar += u_bar_inner @ v
        u_bar_low += v_bar
        u_bar_inner -= v_bar * 2.0
        u_bar_high += v_bar
    return y, (u_bar, alpha_bar)
