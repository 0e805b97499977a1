"""Derivatives of nbody in dynamics.py."""

import numpy as np


def nbody_grad(x, v, mass, dt, steps):
    """Gradient of nbody."""
    # Forward sweep
    a, acceleration_saved = acceleration_fwd(x, mass, 0.1)
    tape = []
    for _ in range(steps):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a_2, acceleration_saved_2 = acceleration_fwd(x, mass, 0.1)
        tape.append((a, v, a_2, acceleration_saved_2))
        v = v + 0.5 * dt * a_2
        a = a_2
    t = np.einsum("ij,ij->i", v, v)

    # Reverse sweep
    # return 0.5 * np.sum(mass * np.sum(v**2, axis=1))  [dynamics.py:25]
    mass_bar = 0.5 * t
    v_bar = np.expand_dims(mass, 1) * v
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(a)
    dt_bar = 0.0
    for a, v, a_2, acceleration_saved_2 in reversed(tape):
        # v += 0.5 * dt * a  [dynamics.py:24]
        a_bar += v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a_2) * 0.5
        # a = acceleration(x, mass, 0.1)  [dynamics.py:23]
        t2, t3 = acceleration_bwd(acceleration_saved_2, a_bar)
        x_bar += t2
        mass_bar += t3
        # x += dt * v  [dynamics.py:22]
        dt_bar += np.sum(x_bar * v)
        v_bar += x_bar * dt
        # v += 0.5 * dt * a  [dynamics.py:21]
        a_bar = v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a) * 0.5
    # a = acceleration(x, mass, 0.1)  [dynamics.py:19]
    t4, t5 = acceleration_bwd(acceleration_saved, a_bar)
    x_bar += t4
    mass_bar += t5
    return x_bar, v_bar, mass_bar, dt_bar


def nbody_value_and_grad(x, v, mass, dt, steps):
    """Value of nbody and its gradient."""
    # Forward sweep
    a, acceleration_saved = acceleration_fwd(x, mass, 0.1)
    tape = []
    for _ in range(steps):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a_2, acceleration_saved_2 = acceleration_fwd(x, mass, 0.1)
        tape.append((a, v, a_2, acceleration_saved_2))
        v = v + 0.5 * dt * a_2
        a = a_2
    t = np.einsum("ij,ij->i", v, v)
    y = 0.5 * np.sum(mass * t)

    # Reverse sweep
    # return 0.5 * np.sum(mass * np.sum(v**2, axis=1))  [dynamics.py:25]
    mass_bar = 0.5 * t
    v_bar = np.expand_dims(mass, 1) * v
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(a)
    dt_bar = 0.0
    for a, v, a_2, acceleration_saved_2 in reversed(tape):
        # v += 0.5 * dt * a  [dynamics.py:24]
        a_bar += v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a_2) * 0.5
        # a = acceleration(x, mass, 0.1)  [dynamics.py:23]
        t2, t3 = acceleration_bwd(acceleration_saved_2, a_bar)
        x_bar += t2
        mass_bar += t3
        # x += dt * v  [dynamics.py:22]
        dt_bar += np.sum(x_bar * v)
        v_bar += x_bar * dt
        # v += 0.5 * dt * a  [dynamics.py:21]
        a_bar = v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a) * 0.5
    # a = acceleration(x, mass, 0.1)  [dynamics.py:19]
    t4, t5 = acceleration_bwd(acceleration_saved, a_bar)
    x_bar += t4
    mass_bar += t5
    return y, (x_bar, v_bar, mass_bar, dt_bar)


def nbody_jvp(x, v, mass, dt, steps, x_dot, v_dot, mass_dot, dt_dot):
    """Value of nbody and its directional derivative (forward mode)."""
    # a = acceleration(x, mass, 0.1)  [dynamics.py:19]
    a, a_dot = acceleration_jvp(x, mass, 0.1, x_dot, mass_dot)
    for _ in range(steps):
        # v += 0.5 * dt * a  [dynamics.py:21]
        v = v + 0.5 * dt * a
        v_dot = v_dot + (dt_dot * 0.5 * a + a_dot * (0.5 * dt))
        # x += dt * v  [dynamics.py:22]
        x = x + dt * v
        x_dot = x_dot + (dt_dot * v + v_dot * dt)
        # a = acceleration(x, mass, 0.1)  [dynamics.py:23]
        a, a_dot = acceleration_jvp(x, mass, 0.1, x_dot, mass_dot)
        # v += 0.5 * dt * a  [dynamics.py:24]
        v = v + 0.5 * dt * a
        v_dot = v_dot + (dt_dot * 0.5 * a + a_dot * (0.5 * dt))
    # return 0.5 * np.sum(mass * np.sum(v**2, axis=1))  [dynamics.py:25]
    t = np.einsum("ij,ij->i", v, v)
    y = 0.5 * np.sum(mass * t)
    y_dot = np.sum(mass_dot * t + np.einsum("ij,ij->i", v_dot, 2.0 * v) * mass) * 0.5
    return y, y_dot


def nbody_vjp(x, v, mass, dt, steps, y_bar=1.0):
    """Value of nbody and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    a, acceleration_saved = acceleration_fwd(x, mass, 0.1)
    tape = []
    for _ in range(steps):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a_2, acceleration_saved_2 = acceleration_fwd(x, mass, 0.1)
        tape.append((a, v, a_2, acceleration_saved_2))
        v = v + 0.5 * dt * a_2
        a = a_2
    t = np.einsum("ij,ij->i", v, v)
    y = 0.5 * np.sum(mass * t)

    # Reverse sweep
    # return 0.5 * np.sum(mass * np.sum(v**2, axis=1))  [dynamics.py:25]
    t_bar = y_bar * 0.5
    mass_bar = t_bar * t
    v_bar = np.expand_dims(t_bar * mass, 1) * (2.0 * v)
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(a)
    dt_bar = 0.0
    for a, v, a_2, acceleration_saved_2 in reversed(tape):
        # v += 0.5 * dt * a  [dynamics.py:24]
        a_bar += v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a_2) * 0.5
        # a = acceleration(x, mass, 0.1)  [dynamics.py:23]
        t2, t3 = acceleration_bwd(acceleration_saved_2, a_bar)
        x_bar += t2
        mass_bar += t3
        # x += dt * v  [dynamics.py:22]
        dt_bar += np.sum(x_bar * v)
        v_bar += x_bar * dt
        # v += 0.5 * dt * a  [dynamics.py:21]
        a_bar = v_bar * (0.5 * dt)
        dt_bar += np.sum(v_bar * a) * 0.5
    # a = acceleration(x, mass, 0.1)  [dynamics.py:19]
    t4, t5 = acceleration_bwd(acceleration_saved, a_bar)
    x_bar += t4
    mass_bar += t5
    return y, (x_bar, v_bar, mass_bar, dt_bar)


def acceleration_fwd(x, mass, softening):
    n = len(mass)
    a = np.zeros_like(x)
    v_tapes = []
    v2_tapes = []
    for i in range(n):
        v_tape = []
        v2_tape = []
        for j in range(n):
            if i != j:
                r = x[j] - x[i]
                v = r @ r + softening**2
                v2 = v**1.5
                a[i] += mass[j] * r / v2
            else:
                v = None
                v2 = None
            v_tape.append(v)
            v2_tape.append(v2)
        v_tapes.append(v_tape)
        v2_tapes.append(v2_tape)
    saved = x, mass, v_tapes, v2_tapes
    return a, saved


def acceleration_bwd(saved, a_bar):
    x, mass, v, v2 = saved
    x_bar = np.zeros_like(x)
    # n = len(mass)  [dynamics.py:7]
    n = len(mass)
    mass_bar, mass_list = np.zeros_like(mass).tolist(), mass.tolist()
    for i, v_tape, v_tape_2 in zip(reversed(range(n)), reversed(v), reversed(v2)):
        for j, v3, v4 in zip(reversed(range(n)), reversed(v_tape), reversed(v_tape_2)):
            if i != j:
                # r = x[j] - x[i]  [dynamics.py:12]
                r = x[j] - x[i]
                # a[i] += mass[j] * r / (r @ r + softening**2) ** 1.5  [dynamics.py:13]
                v_bar = a_bar[i] / v4
                v5 = mass_list[j]
                r_bar = v_bar * v5 - 2.0 * (np.sum(v_bar * (v5 * r / v4)) * (1.5 * v3**0.5)) * r
                mass_bar[j] += np.sum(v_bar * r)
                # r = x[j] - x[i]  [dynamics.py:12]
                x_bar[i] -= r_bar
                x_bar[j] += r_bar
    return x_bar, np.array(mass_bar)


def acceleration_jvp(x, mass, softening, x_dot, mass_dot):
    # n = len(mass)  [dynamics.py:7]
    n = len(mass)
    # a = np.zeros_like(x)  [dynamics.py:8]
    a = np.zeros_like(x)
    # for i in range(n):  [dynamics.py:9]
    a_dot = np.zeros_like(a)
    for i in range(n):
        for j in range(n):
            if i != j:
                # r = x[j] - x[i]  [dynamics.py:12]
                r = x[j] - x[i]
                r_dot = x_dot[j] - x_dot[i]
                # a[i] += mass[j] * r / (r @ r + softening**2) ** 1.5  [dynamics.py:13]
                v = mass[j]
                v2 = r @ r + softening**2
                v3 = v2**1.5
                v4 = v * r / v3
                v4_dot = (
                    mass_dot[j] * r + r_dot * v - (r_dot @ r + r @ r_dot) * (1.5 * v2**0.5) * v4
                ) / v3
                a[i] += v4
                a_dot[i] += v4_dot
    return a, a_dot
