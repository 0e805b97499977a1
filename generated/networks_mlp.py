"""Derivatives of mlp in networks.py."""

import numpy as np


def mlp_jvp(x, w1, b1, w2, b2, w3, b3, x_dot, w1_dot, b1_dot, w2_dot, b2_dot, w3_dot, b3_dot):
    """Value of mlp and its directional derivative (forward mode)."""
    # x = relu(x @ w1 + b1)  [networks.py:29]
    v = x @ w1 + b1
    v_dot = x_dot @ w1 + x @ w1_dot + b1_dot
    # return np.maximum(x, 0)  [networks.py:19]
    x = np.maximum(v, 0)
    x_dot = np.where(v > 0, v_dot, np.where(v == 0, 0.5 * v_dot, 0.0))
    # x = relu(x @ w2 + b2)  [networks.py:30]
    v2 = x @ w2 + b2
    v2_dot = x_dot @ w2 + x @ w2_dot + b2_dot
    # return np.maximum(x, 0)  [networks.py:19]
    x = np.maximum(v2, 0)
    x_dot = np.where(v2 > 0, v2_dot, np.where(v2 == 0, 0.5 * v2_dot, 0.0))
    # return softmax(x @ w3 + b3)  [networks.py:31]
    v3 = x @ w3 + b3
    v3_dot = x_dot @ w3 + x @ w3_dot + b3_dot
    # exp = np.exp(x - np.max(x, axis=-1, keepdims=True))  [networks.py:23]
    exp = np.exp(v3 - np.max(v3, axis=-1, keepdims=True))
    exp_dot = v3_dot * exp
    # return exp / np.sum(exp, axis=-1, keepdims=True)  [networks.py:24]
    sum_exp = np.sum(exp, axis=-1, keepdims=True)
    y = exp / sum_exp
    y_dot = (exp_dot - np.sum(exp_dot, axis=-1, keepdims=True) * y) / sum_exp
    return y, y_dot


def mlp_vjp(x, w1, b1, w2, b2, w3, b3, y_bar):
    """Value of mlp and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = x @ w1 + b1
    x_2 = np.maximum(v, 0)
    v2 = x_2 @ w2 + b2
    x_3 = np.maximum(v2, 0)
    v3 = x_3 @ w3 + b3
    exp = np.exp(v3 - np.max(v3, axis=-1, keepdims=True))
    sum_exp = np.sum(exp, axis=-1, keepdims=True)
    y = exp / sum_exp

    # Reverse sweep
    # return exp / np.sum(exp, axis=-1, keepdims=True)  [networks.py:24]
    exp_bar = y_bar / sum_exp
    exp_bar -= np.sum(exp_bar * y, axis=1, keepdims=True)
    # exp = np.exp(x - np.max(x, axis=-1, keepdims=True))  [networks.py:23]
    exp_bar *= exp
    # return softmax(x @ w3 + b3)  [networks.py:31]
    b3_bar = np.sum(exp_bar, axis=0)
    w3_bar = x_3.T @ exp_bar
    x_bar = exp_bar @ w3.T
    # return np.maximum(x, 0)  [networks.py:19]
    v2_bar = np.where(v2 > 0, x_bar, np.where(v2 == 0, 0.5 * x_bar, 0.0))
    # x = relu(x @ w2 + b2)  [networks.py:30]
    b2_bar = np.sum(v2_bar, axis=0)
    w2_bar = x_2.T @ v2_bar
    x_bar = v2_bar @ w2.T
    # return np.maximum(x, 0)  [networks.py:19]
    v_bar = np.where(v > 0, x_bar, np.where(v == 0, 0.5 * x_bar, 0.0))
    # x = relu(x @ w1 + b1)  [networks.py:29]
    b1_bar = np.sum(v_bar, axis=0)
    w1_bar = x.T @ v_bar
    x_bar = v_bar @ w1.T
    return y, (x_bar, w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar)
