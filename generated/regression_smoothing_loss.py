"""Derivatives of smoothing_loss in regression.py."""

import numpy as np


def smoothing_loss_grad(level, slope, times, values):
    """Gradient of smoothing_loss."""
    # Forward sweep
    centred = values - np.mean(values)
    v = times - np.mean(times)
    error = level + slope * v - centred
    v2 = np.sum(centred * centred)
    y = np.sum(error * error) / v2

    # Reverse sweep
    # return np.sum(error * error) / np.sum(centred * centred)  [regression.py:16]
    v_bar = 1.0 / v2
    centred_bar = -2.0 * (v_bar * y * centred)
    error_bar = 2.0 * v_bar * error
    # error = level + slope * (times - np.mean(times)) - centred  [regression.py:15]
    centred_bar -= error_bar
    level_bar = np.sum(error_bar)
    times_bar = error_bar * slope
    slope_bar = error_bar @ v
    times_bar -= np.sum(times_bar) / times.size
    # centred = values - np.mean(values)  [regression.py:14]
    values_bar = centred_bar - np.sum(centred_bar) / values.size
    return level_bar, slope_bar, times_bar, values_bar


def smoothing_loss_value_and_grad(level, slope, times, values):
    """Value of smoothing_loss and its gradient."""
    # Forward sweep
    centred = values - np.mean(values)
    v = times - np.mean(times)
    error = level + slope * v - centred
    v2 = np.sum(centred * centred)
    y = np.sum(error * error) / v2

    # Reverse sweep
    # return np.sum(error * error) / np.sum(centred * centred)  [regression.py:16]
    v_bar = 1.0 / v2
    centred_bar = -2.0 * (v_bar * y * centred)
    error_bar = 2.0 * v_bar * error
    # error = level + slope * (times - np.mean(times)) - centred  [regression.py:15]
    centred_bar -= error_bar
    level_bar = np.sum(error_bar)
    times_bar = error_bar * slope
    slope_bar = error_bar @ v
    times_bar -= np.sum(times_bar) / times.size
    # centred = values - np.mean(values)  [regression.py:14]
    values_bar = centred_bar - np.sum(centred_bar) / values.size
    return y, (level_bar, slope_bar, times_bar, values_bar)


def smoothing_loss_jvp(level, slope, times, values, level_dot, slope_dot, times_dot, values_dot):
    """Value of smoothing_loss and its directional derivative (forward mode)."""
    # centred = values - np.mean(values)  [regression.py:14]
    centred = values - np.mean(values)
    centred_dot = values_dot - np.mean(values_dot)
    # error = level + slope * (times - np.mean(times)) - centred  [regression.py:15]
    v = times - np.mean(times)
    error = level + slope * v - centred
    error_dot = level_dot + (slope_dot * v + (times_dot - np.mean(times_dot)) * slope) - centred_dot
    # return np.sum(error * error) / np.sum(centred * centred)  [regression.py:16]
    v2 = np.sum(centred * centred)
    y = np.sum(error * error) / v2
    y_dot = (np.sum(2.0 * error_dot * error) - np.sum(2.0 * centred * centred_dot) * y) / v2
    return y, y_dot


def smoothing_loss_vjp(level, slope, times, values, y_bar=1.0):
    """Value of smoothing_loss and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    centred = values - np.mean(values)
    v = times - np.mean(times)
    error = level + slope * v - centred
    v2 = np.sum(centred * centred)
    y = np.sum(error * error) / v2

    # Reverse sweep
    # return np.sum(error * error) / np.sum(centred * centred)  [regression.py:16]
    v_bar = y_bar / v2
    centred_bar = -2.0 * (v_bar * y * centred)
    error_bar = 2.0 * v_bar * error
    # error = level + slope * (times - np.mean(times)) - centred  [regression.py:15]
    centred_bar -= error_bar
    level_bar = np.sum(error_bar)
    times_bar = error_bar * slope
    slope_bar = error_bar @ v
    times_bar -= np.sum(times_bar) / times.size
    # centred = values - np.mean(values)  [regression.py:14]
    values_bar = centred_bar - np.sum(centred_bar) / values.size
    return y, (level_bar, slope_bar, times_bar, values_bar)
