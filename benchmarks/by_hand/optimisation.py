"""Rosenbrock's function: its gradient, and its Hessian, which has three diagonals, times a vector."""

import numpy as np


def rosenbrock_vjp(x):
    low, high = x[:-1], x[1:]
    valley = high - low * low
    rest = 1.0 - low
    x_bar = np.empty_like(x)
    x_bar[0] = 0.0
    np.multiply(valley, 200.0, out=x_bar[1:])
    y = 100.0 * np.dot(valley, valley) + np.dot(rest, rest)
    valley *= low
    valley *= 400.0
    x_bar[:-1] -= valley
    rest *= 2.0
    x_bar[:-1] -= rest
    return y, x_bar


def rosenbrock_hvp(x, v):
    low, high = x[:-1], x[1:]
    off = -400.0 * low
    along = np.empty_like(x)
    along[0] = 0.0
    np.multiply(v[1:], 200.0, out=along[1:])
    along[1:] += off * v[:-1]
    along[:-1] += off * v[1:]
    curve = 1200.0 * low
    curve *= low
    curve -= 400.0 * high
    curve += 2.0
    curve *= v[:-1]
    along[:-1] += curve
    return along
