"""NumPy's functions of polynomials, of which the first coefficient is that of the highest power, as programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.least_squares import solution
from s2s_ad.ops.settled import refused


def polyval(p, x):
    value = np.zeros_like(np.asarray(x) * 1.0)
    for coefficient in np.asarray(p):
        value = value * x + coefficient
    return value


def polyder(p, m=1):
    p = np.asarray(p)
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


def polyint(p, m=1, k=None):
    p = np.asarray(p) * 1.0
    for i in range(m):
        constant = 0.0 if k is None else k if np.ndim(k) == 0 else k[0] if len(k) == 1 else k[i]
        p = np.concatenate([p / np.arange(len(p), 0, -1), np.atleast_1d(constant) * 1.0])
    return p


def polyadd(a1, a2):
    a, b = np.atleast_1d(a1), np.atleast_1d(a2)
    n = max(len(a), len(b))
    return np.concatenate([np.zeros(n - len(a)), a]) + np.concatenate([np.zeros(n - len(b)), b])


def polysub(a1, a2):
    return np.polyadd(a1, np.negative(a2))


def polymul(a1, a2):
    return np.convolve(np.atleast_1d(a1), np.atleast_1d(a2))


def polydiv(u, v):
    over = np.atleast_1d(u) + 0.0
    by = np.atleast_1d(v) + 0.0
    steps = max(len(over) - len(by) + 1, 1)
    quotient = np.zeros(steps, dtype=over.dtype)
    rest = np.array(over)
    for k in range(len(over) - len(by) + 1):
        share = rest[k] / by[0]
        quotient[k] = share
        rest[k : k + len(by)] -= share * by
    first = 0
    while first < len(rest) - 1 and abs(rest[first]) <= 1e-8:  # as NumPy cuts it
        first += 1
    return quotient, rest[first:]


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full:
        refused("np.polyfit with full=True", "Use np.linalg.lstsq of np.vander(x, deg + 1).")
    x, y = np.asarray(x) * 1.0, np.asarray(y) * 1.0
    if np.ndim(x) != 1:
        raise TypeError("expected 1D vector for x")
    if len(x) == 0:
        raise TypeError("expected non-empty vector for x")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    left, right = np.vander(x, deg + 1), y
    if w is not None:
        weights = np.asarray(w) * 1.0
        left = left * weights[:, None]
        right = right * weights if np.ndim(y) == 1 else right * weights[:, None]
    scale = np.sqrt(np.sum(left * left, axis=0))
    left = left / scale
    found = solution(left, right, rcond=rcond)
    found = found / scale if np.ndim(y) == 1 else found / scale[:, None]
    if not cov:
        return found
    spread = np.linalg.inv(left.T @ left) / np.outer(scale, scale)
    if cov != "unscaled":
        if len(x) <= deg + 1:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        rest = right - left @ (found * scale if np.ndim(y) == 1 else found * scale[:, None])
        factor = np.sum(rest * rest, axis=0) / (len(x) - (deg + 1))
        spread = spread * factor if np.ndim(y) == 1 else spread[:, :, None] * factor
    return found, spread


def poly(seq_of_zeros):
    zeros = np.asarray(seq_of_zeros)
    if np.ndim(zeros) == 2:
        zeros = np.linalg.eigvals(zeros)
    zeros = np.atleast_1d(zeros) * 1.0
    coefficients = np.ones(1, dtype=zeros.dtype)
    for zero in zeros:
        none = np.zeros(1, dtype=zeros.dtype)
        coefficients = np.concatenate([coefficients, none]) - zero * np.concatenate([none, coefficients])
    return coefficients


def roots(p):
    """The eigenvalues of the companion matrix: complex numbers, also where NumPy finds that all are real."""
    p = np.atleast_1d(p) * 1.0
    places = np.flatnonzero(p)
    if len(places) == 0 or places[-1] == places[0]:
        raise ValueError("np.roots of a polynomial with a single power is not differentiated")
    inner = p[places[0] : places[-1] + 1]
    companion = np.diag(np.ones(len(inner) - 2, dtype=p.dtype), -1)
    companion[0, :] = -inner[1:] / inner[0]
    found = np.linalg.eigvals(companion)
    return np.concatenate([found, np.zeros(len(p) - 1 - places[-1], dtype=found.dtype)])


_TAKEN = (polyval, polyder, polyint, polyadd, polysub, polymul, polydiv, polyfit, poly, roots)

POLYNOMIAL_COMPOSITIONS: dict[Any, Callable[..., Any]] = {getattr(np, f.__name__): f for f in _TAKEN}
