"""Derivatives of mlp_loss in arrays.py."""

import numpy as np


def mlp_loss_grad(W1, b1, W2, b2, x, labels):
    """Gradient of mlp_loss."""
    # Forward sweep
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    exp_z = np.exp(z)
    sum_exp_z = np.sum(exp_z, axis=1, keepdims=True)
    logp = z - np.log(sum_exp_z)
    v = np.arange(len(labels))
    v2 = logp[v, labels]

    # Reverse sweep
    # return -np.mean(logp[np.arange(len(labels)), labels])  [arrays.py:36]
    logp_bar = np.zeros_like(logp)
    logp_bar[v, labels] = -1.0 / v2.size
    # logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))  [arrays.py:35]
    z_bar = logp_bar - np.sum(logp_bar, axis=1, keepdims=True) / sum_exp_z * exp_z
    # z = h @ W2 + b2  [arrays.py:33]
    b2_bar = np.sum(z_bar, axis=0)
    W2_bar = h.T @ z_bar
    h_bar = z_bar @ W2.T
    # h = np.tanh(x @ W1 + b1)  [arrays.py:32]
    h_bar *= 1.0 - h * h
    b1_bar = np.sum(h_bar, axis=0)
    W1_bar = x.T @ h_bar
    x_bar = h_bar @ W1.T
    return W1_bar, b1_bar, W2_bar, b2_bar, x_bar


def mlp_loss_value_and_grad(W1, b1, W2, b2, x, labels):
    """Value of mlp_loss and its gradient."""
    # Forward sweep
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    exp_z = np.exp(z)
    sum_exp_z = np.sum(exp_z, axis=1, keepdims=True)
    logp = z - np.log(sum_exp_z)
    v = np.arange(len(labels))
    v2 = logp[v, labels]
    y = -np.mean(v2)

    # Reverse sweep
    # return -np.mean(logp[np.arange(len(labels)), labels])  [arrays.py:36]
    logp_bar = np.zeros_like(logp)
    logp_bar[v, labels] = -1.0 / v2.size
    # logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))  [arrays.py:35]
    z_bar = logp_bar - np.sum(logp_bar, axis=1, keepdims=True) / sum_exp_z * exp_z
    # z = h @ W2 + b2  [arrays.py:33]
    b2_bar = np.sum(z_bar, axis=0)
    W2_bar = h.T @ z_bar
    h_bar = z_bar @ W2.T
    # h = np.tanh(x @ W1 + b1)  [arrays.py:32]
    h_bar *= 1.0 - h * h
    b1_bar = np.sum(h_bar, axis=0)
    W1_bar = x.T @ h_bar
    x_bar = h_bar @ W1.T
    return y, (W1_bar, b1_bar, W2_bar, b2_bar, x_bar)


def mlp_loss_jvp(W1, b1, W2, b2, x, labels, W1_dot, b1_dot, W2_dot, b2_dot, x_dot):
    """Value of mlp_loss and its directional derivative (forward mode)."""
    # h = np.tanh(x @ W1 + b1)  [arrays.py:32]
    h = np.tanh(x @ W1 + b1)
    h_dot = (x_dot @ W1 + x @ W1_dot + b1_dot) * (1.0 - h * h)
    # z = h @ W2 + b2  [arrays.py:33]
    z = h @ W2 + b2
    z_dot = h_dot @ W2 + h @ W2_dot + b2_dot
    # z = z - np.max(z, axis=1, keepdims=True)  [arrays.py:34]
    z = z - np.max(z, axis=1, keepdims=True)
    # logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))  [arrays.py:35]
    exp_z = np.exp(z)
    sum_exp_z = np.sum(exp_z, axis=1, keepdims=True)
    logp = z - np.log(sum_exp_z)
    logp_dot = z_dot - np.sum(z_dot * exp_z, axis=1, keepdims=True) / sum_exp_z
    # return -np.mean(logp[np.arange(len(labels)), labels])  [arrays.py:36]
    v = np.arange(len(labels))
    y = -np.mean(logp[v, labels])
    y_dot = -np.mean(logp_dot[v, labels])
    return y, y_dot


def mlp_loss_vjp(W1, b1, W2, b2, x, labels, y_bar=1.0):
    """Value of mlp_loss and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    exp_z = np.exp(z)
    sum_exp_z = np.sum(exp_z, axis=1, keepdims=True)
    logp = z - np.log(sum_exp_z)
    v = np.arange(len(labels))
    v2 = logp[v, labels]
    y = -np.mean(v2)

    # Reverse sweep
    # return -np.mean(logp[np.arange(len(labels)), labels])  [arrays.py:36]
    logp_bar = np.zeros_like(logp)
    logp_bar[v, labels] = -(y_bar / v2.size)
    # logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))  [arrays.py:35]
    z_bar = logp_bar - np.sum(logp_bar, axis=1, keepdims=True) / sum_exp_z * exp_z
    # z = h @ W2 + b2  [arrays.py:33]
    b2_bar = np.sum(z_bar, axis=0)
    W2_bar = h.T @ z_bar
    h_bar = z_bar @ W2.T
    # h = np.tanh(x @ W1 + b1)  [arrays.py:32]
    h_bar *= 1.0 - h * h
    b1_bar = np.sum(h_bar, axis=0)
    W1_bar = x.T @ h_bar
    x_bar = h_bar @ W1.T
    return y, (W1_bar, b1_bar, W2_bar, b2_bar, x_bar)
