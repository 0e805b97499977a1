"""z.real and z.imag are views of an array of complex numbers, and are written through."""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

_rng = np.random.default_rng(32)


def c(*shape):
    return _rng.standard_normal(shape) + 1j * _rng.standard_normal(shape)


def set_whole_and_in_part(x):
    z = np.zeros(3, complex)
    z.real = x
    z.imag = 2 * x
    z.real[1] = x[0]
    z.imag[2:] *= 3
    return np.sum(np.abs(z) ** 2 * np.arange(3))


def through_a_name(z):
    w = z.copy()
    r = w.real
    r += 1.0
    w.imag *= r
    w *= 2j
    return np.sum(r * r) + np.sum(w.imag**3)


def in_a_loop(z):
    for k in range(3):
        z.real[k] = z.imag[k] * z.real[k - 1]
        z.imag += np.sin(z.real)
    return np.abs(z[2] * z[0])


def by_functions(z):
    w = z * 1.0
    w.real = 3.0
    a, b = np.real(w), np.imag(w)
    b[:] = a * b
    return np.sum(np.abs(w) ** 2)


def of_real_numbers(x):
    y = x * 1.0
    y.real[1] = x[0]
    y.real *= 2
    y.real = y + 1.0
    return np.sum(y**3)


def of_a_matrix(Z):
    W = Z.T.copy()
    W.T.real[0] = 2.0 * Z[1].imag
    W[:, 1].imag = W[0].real[:2]
    return np.sum(np.abs(W) ** 3)


def in_a_branch(z):
    w = z.copy()
    if z[0].real > 0:
        w.imag = z.real
    else:
        w.real = z.imag
    return np.sum(np.abs(w) ** 3)


@pytest.mark.parametrize(
    "f, at",
    [(set_whole_and_in_part, _rng.standard_normal(3)), (through_a_name, c(3)), (in_a_loop, c(3)), (by_functions, c(3)),
     (of_real_numbers, _rng.standard_normal(3)), (of_a_matrix, c(2, 2)), (in_a_branch, c(3)), (in_a_branch, -c(3))],
)  # fmt: skip
def test_writes_to_parts(f, at):
    agrees(f, at)


def test_it_stands_there_as_it_was_written():
    text = s2s_ad.grad(set_whole_and_in_part).source(np.ones(3))
    assert "z.real = x" in text and "z.imag = 2 * x" in text


def test_a_real_array_has_no_imaginary_part():
    def f(x):
        y = x * 1.0
        y.imag = 2.0
        return np.sum(y)

    with pytest.raises(s2s_ad.KindError, match="no imaginary part"):
        s2s_ad.grad(f)(np.ones(3))
