"""Layers of neural networks, with the loops that their authors wrote first."""

import numpy as np


def conv2d(images, weights, bias):
    """Convolution of images (n, height, width, channels in) by loops over the windows, with relu."""
    k = weights.shape[0]
    n, height, width, _ = images.shape
    out = np.empty((n, height - k + 1, width - k + 1, weights.shape[3]))
    for i in range(height - k + 1):
        for j in range(width - k + 1):
            window = images[:, i : i + k, j : j + k, :, np.newaxis]
            out[:, i, j, :] = np.sum(window * weights[np.newaxis, :, :, :], axis=(1, 2, 3))
    return np.maximum(out + bias, 0.0)


def relu(x):
    return np.maximum(x, 0)


def softmax(x):
    exp = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return exp / np.sum(exp, axis=-1, keepdims=True)


def mlp(x, w1, b1, w2, b2, w3, b3):
    """Three layers, then softmax: the probabilities of each class."""
    x = relu(x @ w1 + b1)
    x = relu(x @ w2 + b2)
    return softmax(x @ w3 + b3)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(xs, Wf, Wi, Wo, Wc, bf, bi, bo, bc):
    """The last hidden state of an LSTM that reads the rows of xs."""
    n = len(bf)
    h = np.zeros(n)
    c = np.zeros(n)
    for t in range(len(xs)):
        hx = np.concatenate([h, xs[t]])
        f = sigmoid(Wf @ hx + bf)
        i = sigmoid(Wi @ hx + bi)
        o = sigmoid(Wo @ hx + bo)
        c = f * c + i * np.tanh(Wc @ hx + bc)
        h = o * np.tanh(c)
    return h


_rng = np.random.default_rng(4)
_draw = _rng.standard_normal
EXAMPLES = {
    "conv2d": (_draw((2, 4, 5, 2)), _draw((2, 2, 2, 3)), _draw(3)),
    "mlp": (_draw((3, 4)), _draw((4, 5)), _draw(5), _draw((5, 4)), _draw(4), _draw((4, 3)), _draw(3)),
    "lstm": (_draw((3, 2)), *(0.5 * _draw((4, 3, 5))), *(0.5 * _draw((4, 3)))),
}
