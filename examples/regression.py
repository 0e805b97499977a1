"""Regression on arrays: matrix products, broadcasting, reductions."""

import numpy as np


def logistic_loss(weights, bias, features, labels, penalty):
    """The mean loss of a linear classifier; labels are -1.0 and 1.0."""
    margins = labels * (features @ weights + bias)
    return np.mean(np.log1p(np.exp(-margins))) + penalty * np.sum(weights**2)


def smoothing_loss(level, slope, times, values):
    """The squared error of a line in units of the spread of the values."""
    centred = values - np.mean(values)
    error = level + slope * (times - np.mean(times)) - centred
    return np.sum(error * error) / np.sum(centred * centred)


FEATURES = np.array([[0.5, -1.2, 0.3], [1.5, 0.4, -0.8], [-0.7, 0.9, 1.1], [0.2, -0.3, -1.4]])
LABELS = np.array([1.0, -1.0, 1.0, -1.0])

EXAMPLES = {
    "logistic_loss": (np.array([0.1, -0.4, 0.7]), 0.2, FEATURES, LABELS, 0.01),
    "smoothing_loss": (0.3, 1.1, np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.9, 2.1, 2.8, 5.2])),
}
