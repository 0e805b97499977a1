"""Derivatives of logistic_loss in regression.py."""

import numpy as np


def logistic_loss_grad(weights, bias, features, labels, penalty):
    """Gradient of logistic_loss."""
    # Forward sweep
    v = features @ weights + bias
    margins = labels * v
    v2 = np.exp(-margins)
    v3 = np.log1p(v2)
    y = np.sum(weights**2)

    # Reverse sweep
    # return np.mean(np.log1p(np.exp(-margins))) + penalty * np.sum(weights**2)  [regression.py:9]
    weights_bar = penalty * (2.0 * weights)
    margins_bar = -(1.0 / v3.size / (1.0 + v2) * v2)
    # margins = labels * (features @ weights + bias)  [regression.py:8]
    labels_bar = margins_bar * v
    v_bar = margins_bar * labels
    bias_bar = np.sum(v_bar)
    features_bar = np.outer(v_bar, weights)
    weights_bar += features.T @ v_bar
    return weights_bar, bias_bar, features_bar, labels_bar, y


def logistic_loss_value_and_grad(weights, bias, features, labels, penalty):
    """Value of logistic_loss and its gradient."""
    # Forward sweep
    v = features @ weights + bias
    margins = labels * v
    v2 = np.exp(-margins)
    v3 = np.log1p(v2)
    v4 = np.sum(weights**2)
    y = np.mean(v3) + penalty * v4

    # Reverse sweep
    # return np.mean(np.log1p(np.exp(-margins))) + penalty * np.sum(weights**2)  [regression.py:9]
    weights_bar = penalty * (2.0 * weights)
    margins_bar = -(1.0 / v3.size / (1.0 + v2) * v2)
    # margins = labels * (features @ weights + bias)  [regression.py:8]
    labels_bar = margins_bar * v
    v_bar = margins_bar * labels
    bias_bar = np.sum(v_bar)
    features_bar = np.outer(v_bar, weights)
    weights_bar += features.T @ v_bar
    return y, (weights_bar, bias_bar, features_bar, labels_bar, v4)


def logistic_loss_jvp(
    weights,
    bias,
    features,
    labels,
    penalty,
    weights_dot,
    bias_dot,
    features_dot,
    labels_dot,
    penalty_dot,
):
    """Value of logistic_loss and its directional derivative (forward mode)."""
    # margins = labels * (features @ weights + bias)  [regression.py:8]
    v = features @ weights + bias
    margins = labels * v
    margins_dot = (
        labels_dot * v + (features_dot @ weights + features @ weights_dot + bias_dot) * labels
    )
    # return np.mean(np.log1p(np.exp(-margins))) + penalty * np.sum(weights**2)  [regression.py:9]
    v2 = np.exp(-margins)
    v3 = np.sum(weights**2)
    v_dot = penalty_dot * v3 + np.sum(weights_dot * (2.0 * weights)) * penalty
    y = np.mean(np.log1p(v2)) + penalty * v3
    y_dot = np.mean(-(margins_dot * v2 / (1.0 + v2))) + v_dot
    return y, y_dot


def logistic_loss_vjp(weights, bias, features, labels, penalty, y_bar=1.0):
    """Value of logistic_loss and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = features @ weights + bias
    margins = labels * v
    v2 = np.exp(-margins)
    v3 = np.log1p(v2)
    v4 = np.sum(weights**2)
    y = np.mean(v3) + penalty * v4

    # Reverse sweep
    # return np.mean(np.log1p(np.exp(-margins))) + penalty * np.sum(weights**2)  [regression.py:9]
    penalty_bar = y_bar * v4
    weights_bar = y_bar * penalty * (2.0 * weights)
    margins_bar = -(y_bar / v3.size / (1.0 + v2) * v2)
    # margins = labels * (features @ weights + bias)  [regression.py:8]
    labels_bar = margins_bar * v
    v_bar = margins_bar * labels
    bias_bar = np.sum(v_bar)
    features_bar = np.outer(v_bar, weights)
    weights_bar += features.T @ v_bar
    return y, (weights_bar, bias_bar, features_bar, labels_bar, penalty_bar)
