"""Derivatives of mlp in networks.py."""

import numpy as np


def mlp_jvp(x, w1, b1, w2, b2, w3, b3, x_dot, w1_dot, b1_dot, w2_dot, b2_dot, w3_dot, b3_dot):
    """Value of mlp and its directional derivative (forward mode)."""
    # x = relu(x @ w1 + b1)  [networks.py:29]
    v = x @ w1 + b1
    v_dot = x_dot @ w1 + x @ w1_dot + b1_dot
    # return np.maximum(x, 0)  [networks.py:19]
    v2 = np.maximum(v, 0)
    v2_dot = np.where(v > 0, v_dot, np.where(v == 0, 0.5 * v_dot, 0.0))
    # x = relu(x @ w2 + b2)  [networks.py:30]
    v3 = v2 @ w2 + b2
    v3_dot = v2_dot @ w2 + v2 @ w2_dot + b2_dot
    # return np.maximum(x, 0)  [networks.py:19]
    v4 = np.maximum(v3, 0)
    v4_dot = np.where(v3 > 0, v3_dot, np.where(v3 == 0, 0.5 * v3_dot, 0.0))
    # return softmax(x @ w3 + b3)  [networks.py:31]
    v5 = v4 @ w3 + b3
    v5_dot = v4_dot @ w3 + v4 @ w3_dot + b3_dot
    # exp = np.exp(x - np.max(x, axis=-1, keepdims=True))  [networks.py:23]
    exp = np.exp(v5 - np.max(v5, axis=-1, keepdims=True))
    exp_dot = v5_dot * exp
    # return exp / np.sum(exp, axis=-1, keepdims=True)  [networks.py:24]
    v6 = np.sum(exp, axis=-1, keepdims=True)
    y = exp / v6
    y_dot = (exp_dot - np.sum(exp_dot, axis=-1, keepdims=True) * y) / v6
    return y, y_dot


def mlp_vjp(x, w1, b1, w2, b2, w3, b3, y_bar):
    """Value of mlp and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x @ w1 + b1
    v2 = np.maximum(v, 0)
    v3 = v2 @ w2 + b2
    v4 = np.maximum(v3, 0)
    v5 = v4 @ w3 + b3
    exp = np.exp(v5 - np.max(v5, axis=-1, keepdims=True))
    v6 = np.sum(exp, axis=-1, keepdims=True)
    y = exp / v6

    # Reverse sweep
    # return exp / np.sum(exp, axis=-1, keepdims=True)  [networks.py:24]
    exp_bar = y_bar / v6
    exp_bar -= np.sum(exp_bar * y, axis=1, keepdims=True)
    # exp = np.exp(x - np.max(x, axis=-1, keepdims=True))  [networks.py:23]
    v_bar = exp_bar * exp
    # return softmax(x @ w3 + b3)  [networks.py:31]
    b3_bar = np.sum(v_bar, axis=0)
    w3_bar = v4.T @ v_bar
    v4_bar = v_bar @ w3.T
    # return np.maximum(x, 0)  [networks.py:19]
    v3_bar = np.where(v3 > 0, v4_bar, np.where(v3 == 0, 0.5 * v4_bar, 0.0))
    # x = relu(x @ w2 + b2)  [networks.py:30]
    b2_bar = np.sum(v3_bar, axis=0)
    w2_bar = v2.T @ v3_bar
    v2_bar = v3_bar @ w2.T
    # return np.maximum(x, 0)  [networks.py:19]
    v_bar = np.where(v > 0, v2_bar, np.where(v == 0, 0.5 * v2_bar, 0.0))
    # x = relu(x @ w1 + b1)  [networks.py:29]
    b1_bar = np.sum(v_bar, axis=0)
    w1_bar = x.T @ v_bar
    x_bar = v_bar @ w1.T
    return y, (x_bar, w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar)
