"""Derivatives of arrays.py: shadow arrays that alias as the primal arrays do, restored writes, broadcasting."""

import numpy as np


def heat_vjp(u, alpha, steps, y_bar=1.0):
    u = u.copy()  # heat writes to u: the caller's array is left alone

    # Forward sweep: alpha multiplies the change, so its adjoint needs u as it stood at each step
    interior = u[1:-1]
    interior_tape = []
    for _ in range(steps):
        interior_tape.append(interior.copy())
        interior += alpha * (u[2:] - 2.0 * interior + u[:-2])
    y = np.sum(u**2)

    # Reverse sweep
    # return np.sum(u**2)  [arrays.py:10]
    u_bar = (2.0 * y_bar) * u
    interior_bar = u_bar[1:-1]  # a view: what is added to it reaches u_bar
    alpha_bar = 0.0
    for _ in range(steps):
        # interior += alpha * (u[2:] - 2.0 * interior + u[:-2])  [arrays.py:9]
        interior[:] = interior_tape.pop()
        change_bar = alpha * interior_bar
        alpha_bar += np.vdot(interior_bar, u[2:] - 2.0 * interior + u[:-2])
        u_bar[2:] += change_bar
        interior_bar -= 2.0 * change_bar
        u_bar[:-2] += change_bar
    return y, (u_bar, alpha_bar)


def cholesky_logdet_vjp(A, y_bar=1.0):
    """The factor is read where it stands: nothing is saved."""
    A = A.copy()
    n = A.shape[0]

    # Forward sweep
    for j in range(n):
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            A[i, j] /= A[j, j]
        for i in range(j + 1, n):
            for k in range(j + 1, i + 1):
                A[i, k] -= A[i, j] * A[k, j]
    y = 0.0
    for j in range(n):
        y += 2.0 * np.log(A[j, j])

    # Reverse sweep. No tape: sqrt's and /'s adjoints are written in their results, which are final
    # when written, and -= needs only its two factors, which are final too.
    A_bar = np.zeros_like(A)
    for j in range(n - 1, -1, -1):
        A_bar[j, j] += 2.0 * y_bar / A[j, j]
    for j in range(n - 1, -1, -1):
        for i in range(n - 1, j, -1):
            for k in range(i, j, -1):
                A_bar[i, j] -= A_bar[i, k] * A[k, j]
                A_bar[k, j] -= A_bar[i, k] * A[i, j]
        for i in range(n - 1, j, -1):
            A_bar[i, j] /= A[j, j]
            A_bar[j, j] -= A_bar[i, j] * A[i, j]
        A_bar[j, j] *= 0.5 / A[j, j]
    return y, A_bar


def mlp_loss_vjp(W1, b1, W2, b2, x, labels, y_bar=1.0):
    # Forward sweep
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    s = np.sum(e, axis=1, keepdims=True)
    logp = z - np.log(s)
    rows = np.arange(len(labels))
    picked = logp[rows, labels]
    y = -np.mean(picked)

    # Reverse sweep (x is not asked for: nothing is computed for it)
    # return -np.mean(logp[np.arange(len(labels)), labels])  [arrays.py:35]
    logp_bar = np.zeros_like(logp)
    np.add.at(logp_bar, (rows, labels), -y_bar / picked.size)
    # logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))  [arrays.py:34]
    s_bar = -np.sum(logp_bar, axis=1, keepdims=True) / s
    z_bar = logp_bar + s_bar * e
    # z = z - np.max(z, axis=1, keepdims=True)  [arrays.py:33]
    # z = h @ W2 + b2  [arrays.py:32]
    b2_bar = np.sum(z_bar, axis=0)
    W2_bar = h.T @ z_bar
    h_bar = z_bar @ W2.T
    # h = np.tanh(x @ W1 + b1)  [arrays.py:31]
    a_bar = h_bar * (1.0 - h * h)
    b1_bar = np.sum(a_bar, axis=0)
    W1_bar = x.T @ a_bar
    return y, (W1_bar, b1_bar, W2_bar, b2_bar)
