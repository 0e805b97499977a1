"""Programs of array expressions that become loops: stencils, overlapping writes, reductions, broadcasting."""

from __future__ import annotations

import numpy as np


def burgers(u, steps, c, nu):
    for _ in range(steps):
        u[1:-1] = u[1:-1] - c * u[1:-1] * (u[1:-1] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def jacobi_2d(A, B, steps):
    for _ in range(steps):
        B[1:-1, 1:-1] = 0.2 * (A[1:-1, 1:-1] + A[1:-1, :-2] * A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1])
        A[1:-1, 1:-1] = 0.2 * (B[1:-1, 1:-1] + B[1:-1, :-2] + B[1:-1, 2:] + B[2:, 1:-1] * B[:-2, 1:-1])
    return np.sum(A * A)


def shifted_up(u):
    u[1:] = u[:-1] * u[1:]
    return np.sum(np.sin(u))


def shifted_down(u):
    u[:-1] = u[1:] * u[:-1]
    u[:-2] += u[2:] * u[1:-1]
    return np.sum(np.sin(u))


def turned(u):
    u[:] = u[::-1] * u
    return np.sum(u * u) + np.sum(u[::-1] * np.exp(-u))


def moved(u, A):
    u[1:] = u[:-1]
    u[:-2] = u[2:]
    A += A[1] + A[:, ::-1]
    A[-1] = u[:4]
    A[:, :2] = A[:, 2:]
    return np.sum(A * A * A) * np.sum(u * u)


def every_second(u):
    u[::2] *= u[1::2]
    u[1::2] += np.cos(u[::2])
    return np.sum(u * u)


def rows_and_columns(A):
    A[0, :] = A[-1, :] * A[1, :]
    A[1:-1, 0] += A[:-2, 1] * A[2:, 1]
    for i in range(1, A.shape[0]):
        A[i, 1:] -= A[i - 1, 1:] * A[i, :-1]
    return A


def old_version(u):
    before = u[1:-1]
    kept = u * 1.0
    u[1:-1] = np.tanh(before) * u[2:]
    return np.sum(u * kept) + np.sum(before * before)


def diffusion(u, k, h):
    flux = k * (u[1:] - u[:-1])
    out = np.zeros_like(u)
    out[1:-1] = (flux[1:] - flux[:-1]) / h
    return out


def reductions(A):
    a = np.sum(A, axis=0) * np.mean(A, axis=0) + np.max(A, axis=0)
    b = np.min(A, axis=1) + np.mean(A * A, axis=1)
    c = np.sum(A, axis=1, keepdims=True) * A + np.mean(A, keepdims=True) - np.max(A)
    return np.sum(a) * np.sum(b) + np.sum(c * c) + np.mean(A)


def multiplied(A):
    return np.sum(np.prod(A, axis=0)) * np.sum(np.prod(A, axis=1) ** 2) + np.prod(A)


def three_axes(T, w):
    s = np.sum(T * w, axis=(0, 2))
    t = np.max(T, axis=1) * np.mean(T, axis=(1,))
    return np.sum(s * s) + np.sum(t) + np.sum(np.sum(T[:, ::2] * T[:, 1:2], axis=1))


def broadcasts(A, row, column):
    B = np.where(A > row, A * column, row - column)
    C = np.maximum(B[:, :-1], column) + np.minimum(row[None, 1:], A[:, 1:])
    return np.sum(C * C) + np.sum(row[:, None] * row) + np.sum(np.transpose(A) * row[:, None])


def selected(u, v):
    a = np.where(u > 0.0, np.sqrt(np.abs(u)), 0.0)
    b = np.where((u < v) & (v > -0.5), u * v, u / v)
    return np.sum(np.clip(a * b, -0.3, 0.4)) + np.sum(np.sign(u) * np.logaddexp(u, v) ** 2)


def softmax(A):
    e = np.exp(A - np.max(A, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def masks(u):
    v = u * u
    v[u < 0.0] = 0.5
    return np.sum(np.exp(v) * u)


def products(A, u):
    h = np.tanh(A @ u + 0.5 * u)
    return np.sum((A.T @ (h * h)) * u) + h @ u


def branches(u, n):
    for i in range(n):
        if i % 2 == 0:
            u[1:] = u[:-1] * 0.5 + u[1:]
        else:
            v = u[:-1] * u[1:]
            u[:-1] -= v
    return np.sum(u**3)


def whole_numbers(u, k):
    scaled = k * 2 - k % 3
    return np.sum(u * scaled) + np.sum(u / (k + 1))


rng = np.random.default_rng(3)


def some(*shape):
    return 0.3 + rng.random(shape)


EXPRESSION_CASES = {
    "burgers": (some(7), 3, 0.1, 0.2),
    "jacobi_2d": (some(4, 5), some(4, 5), 2),
    "shifted_up": (some(5),),
    "shifted_down": (some(6),),
    "turned": (some(5),),
    "moved": (some(5), some(3, 4)),
    "every_second": (some(6),),
    "rows_and_columns": (some(4, 5),),
    "old_version": (some(6),),
    "diffusion": (some(6), 0.7, 0.5),
    "reductions": (some(3, 4),),
    "multiplied": (some(3, 4),),
    "three_axes": (some(2, 4, 3), some(3)),
    "broadcasts": (some(4, 4), some(4), some(4, 1)),
    "selected": (some(5) - 0.8, some(5)),
    "softmax": (some(3, 4),),
    "masks": (some(6) - 0.8,),
    "products": (some(4, 4), some(4)),
    "branches": (some(5), 4),
    "whole_numbers": (some(4), np.array([1, 5, -2, 7])),
}
