"""Derivatives of gauss_seidel in stencils.py."""

import numpy as np


def gauss_seidel_grad(phi, source, sweeps):
    """Gradient of gauss_seidel."""
    # Forward sweep
    rows, columns = phi.shape
    phi = phi.copy()
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                v = phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j]
                phi[i, j] = 0.25 * v

    # Reverse sweep
    # return np.sum(phi * phi)  [stencils.py:25]
    phi_bar, source_bar = (2.0 * phi).tolist(), np.zeros_like(source).tolist()
    for _ in range(sweeps):
        for i in reversed(range(1, rows - 1)):
            for j in reversed(range(1, columns - 1)):
                # phi[i, j] = 0.25 * (phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j])  [stencils.py:24]
                v_bar = phi_bar[i][j]
                phi_bar[i][j] = 0.0
                v_bar *= 0.25
                source_bar[i][j] += v_bar
                phi_bar[i][j + 1] += v_bar
                phi_bar[i][j - 1] += v_bar
                phi_bar[i + 1][j] += v_bar
                phi_bar[i - 1][j] += v_bar
    return np.reshape(phi_bar, np.shape(phi)), np.reshape(source_bar, np.shape(source))


def gauss_seidel_value_and_grad(phi, source, sweeps):
    """Value of gauss_seidel and its gradient."""
    # Forward sweep
    rows, columns = phi.shape
    phi = phi.copy()
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                v = phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j]
                phi[i, j] = 0.25 * v
    y = np.sum(phi * phi)

    # Reverse sweep
    # return np.sum(phi * phi)  [stencils.py:25]
    phi_bar, source_bar = (2.0 * phi).tolist(), np.zeros_like(source).tolist()
    for _ in range(sweeps):
        for i in reversed(range(1, rows - 1)):
            for j in reversed(range(1, columns - 1)):
                # phi[i, j] = 0.25 * (phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j])  [stencils.py:24]
                v_bar = phi_bar[i][j]
                phi_bar[i][j] = 0.0
                v_bar *= 0.25
                source_bar[i][j] += v_bar
                phi_bar[i][j + 1] += v_bar
                phi_bar[i][j - 1] += v_bar
                phi_bar[i + 1][j] += v_bar
                phi_bar[i - 1][j] += v_bar
    return y, (np.reshape(phi_bar, np.shape(phi)), np.reshape(source_bar, np.shape(source)))


def gauss_seidel_jvp(phi, source, sweeps, phi_dot, source_dot):
    """Value of gauss_seidel and its directional derivative (forward mode)."""
    # rows, columns = phi.shape  [stencils.py:20]
    rows, columns = phi.shape
    phi = phi.copy()
    phi_dot = phi_dot.copy()
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                # phi[i, j] = 0.25 * (phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j])  [stencils.py:24]
                v_dot = source_dot[i, j]
                v = phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j]
                v_dot = (
                    phi_dot[i - 1, j]
                    + phi_dot[i + 1, j]
                    + phi_dot[i, j - 1]
                    + phi_dot[i, j + 1]
                    + v_dot
                )
                phi[i, j] = 0.25 * v
                phi_dot[i, j] = v_dot * 0.25
    # return np.sum(phi * phi)  [stencils.py:25]
    y = np.sum(phi * phi)
    y_dot = np.sum(2.0 * phi_dot * phi)
    return y, y_dot


def gauss_seidel_vjp(phi, source, sweeps, y_bar=1.0):
    """Value of gauss_seidel and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    rows, columns = phi.shape
    phi = phi.copy()
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                v = phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j]
                phi[i, j] = 0.25 * v
    y = np.sum(phi * phi)

    # Reverse sweep
    # return np.sum(phi * phi)  [stencils.py:25]
    phi_bar, source_bar = (2.0 * y_bar * phi).tolist(), np.zeros_like(source).tolist()
    for _ in range(sweeps):
        for i in reversed(range(1, rows - 1)):
            for j in reversed(range(1, columns - 1)):
                # phi[i, j] = 0.25 * (phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i, j])  [stencils.py:24]
                v_bar = phi_bar[i][j]
                phi_bar[i][j] = 0.0
                v_bar *= 0.25
                source_bar[i][j] += v_bar
                phi_bar[i][j + 1] += v_bar
                phi_bar[i][j - 1] += v_bar
                phi_bar[i + 1][j] += v_bar
                phi_bar[i - 1][j] += v_bar
    return y, (np.reshape(phi_bar, np.shape(phi)), np.reshape(source_bar, np.shape(source)))
