"""Things that move: bodies under gravity, and the state of a system that is measured now and then."""

import numpy as np


def acceleration(x, mass, softening):
    n = len(mass)
    a = np.zeros_like(x)
    for i in range(n):
        for j in range(n):
            if i != j:
                r = x[j] - x[i]
                a[i] += mass[j] * r / (r @ r + softening**2) ** 1.5
    return a


def nbody(x, v, mass, dt, steps):
    """Bodies under their own gravity, by leapfrog: kick, drift, kick. The kinetic energy at the end."""
    a = acceleration(x, mass, 0.1)
    for _ in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a = acceleration(x, mass, 0.1)
        v += 0.5 * dt * a
    return 0.5 * np.sum(mass * np.sum(v**2, axis=1))


def kalman(F, H, Q, R, x, P, measured):
    """Negative log likelihood of measurements under a linear model, by the Kalman filter."""
    loss = 0.0
    for z in measured:
        x = F @ x
        P = F @ P @ F.T + Q
        innovation = z - H @ x
        S = H @ P @ H.T + R
        K = np.linalg.solve(S, H @ P).T
        x = x + K @ innovation
        P = P - K @ H @ P
        loss += 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))
    return loss


_rng = np.random.default_rng(3)
EXAMPLES = {
    "nbody": (_rng.standard_normal((3, 2)), 0.1 * _rng.standard_normal((3, 2)), np.array([1.0, 0.5, 0.2]), 0.05, 3),
    "kalman": (
        np.array([[1.0, 0.1], [0.0, 1.0]]),
        np.array([[1.0, 0.0], [0.3, 1.0]]),
        np.array([[0.02, 0.005], [0.005, 0.01]]),
        np.array([[0.3, 0.1], [0.1, 0.2]]),
        np.array([0.0, 1.0]),
        np.eye(2),
        _rng.standard_normal((3, 2)),
    ),
}
