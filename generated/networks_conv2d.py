"""Derivatives of conv2d in networks.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def conv2d_jvp(images, weights, bias, images_dot, weights_dot, bias_dot):
    """Value of conv2d and its directional derivative (forward mode)."""
    # k = weights.shape[0]  [networks.py:8]
    k = weights.shape[0]
    # n, height, width, _ = images.shape  [networks.py:9]
    n = images.shape[0]
    height = images.shape[1]
    width = images.shape[2]
    # out = np.empty((n, height - k + 1, width - k + 1, weights.shape[3]))  [networks.py:10]
    v = height - k + 1
    v2 = width - k + 1
    out = np.empty((n, v, v2, weights.shape[3]))
    # for i in range(height - k + 1):  [networks.py:11]
    out_dot = np.zeros_like(out)
    for i in range(v):
        for j in range(v2):
            # window = images[:, i : i + k, j : j + k, :, np.newaxis]  [networks.py:13]
            v3 = i + k
            v4 = j + k
            window = images[:, i:v3, j:v4, :, None]
            window_dot = images_dot[:, i:v3, j:v4, :, None]
            # out[:, i, j, :] = np.sum(window * weights[np.newaxis, :, :, :], axis=(1, 2, 3))  [networks.py:14]
            v5 = weights[None, :, :, :]
            v_dot = np.sum(window_dot * v5 + weights_dot[None, :, :, :] * window, axis=(1, 2, 3))
            out[:, i, j, :] = np.sum(window * v5, axis=(1, 2, 3))
            out_dot[:, i, j, :] = v_dot
    # return np.maximum(out + bias, 0.0)  [networks.py:15]
    v6 = out + bias
    v6_dot = out_dot + bias_dot
    y = np.maximum(v6, 0.0)
    y_dot = np.where(v6 > 0.0, v6_dot, np.where(v6 == 0.0, 0.5 * v6_dot, 0.0))
    return y, y_dot


def conv2d_vjp(images, weights, bias, y_bar):
    """Value of conv2d and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    k = weights.shape[0]
    n = images.shape[0]
    height = images.shape[1]
    width = images.shape[2]
    v = height - k + 1
    v2 = width - k + 1
    out = np.empty((n, v, v2, weights.shape[3]))
    for i in range(v):
        for j in range(v2):
            window = images[:, i : i + k, j : j + k, :, None]
            out[:, i, j, :] = np.sum(window * weights[None, :, :, :], axis=(1, 2, 3))
    v3 = out + bias
    y = np.maximum(v3, 0.0)

    # Reverse sweep
    # return np.maximum(out + bias, 0.0)  [networks.py:15]
    out_bar = np.where(v3 > 0.0, y_bar, np.where(v3 == 0.0, 0.5 * y_bar, 0.0))
    bias_bar = np.sum(out_bar, axis=(0, 1, 2))
    images_bar = np.zeros_like(images)
    weights_bar = np.zeros_like(weights)
    for i in reversed(range(v)):
        for j in reversed(range(v2)):
            # window = images[:, i : i + k, j : j + k, :, np.newaxis]  [networks.py:13]
            v4 = j + k
            v5 = i + k
            window = images[:, i:v5, j:v4, :, None]
            # out[:, i, j, :] = np.sum(window * weights[np.newaxis, :, :, :], axis=(1, 2, 3))  [networks.py:14]
            v_bar = out_bar[:, i, j, :].copy()
            out_bar[:, i, j, :] = 0.0
            v6 = np.expand_dims(v_bar, (1, 2, 3))
            v7 = weights[None, :, :, :]
            v_bar = np.broadcast_to(v6, np.shape(window * v7))
            window_bar = unbroadcast(np.where(v6 != 0, v6 * v7, 0.0), np.shape(window))
            weights_bar += np.sum(np.where(v_bar != 0, v_bar * window, 0.0), axis=0)
            # window = images[:, i : i + k, j : j + k, :, np.newaxis]  [networks.py:13]
            images_bar[:, i:v5, j:v4, :, None] += window_bar
    return y, (images_bar, weights_bar, bias_bar)
