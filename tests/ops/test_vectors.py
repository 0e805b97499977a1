"""Vectors of eig, eigh and svd of complex matrices, and results of lstsq: against differences, and values of JAX."""

from __future__ import annotations

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

_rng = np.random.default_rng(31)
HERE = np.array([[1.0, 0.5 - 0.3j, 0.2j], [0.1, 2.0, 0.7 + 0.4j], [-0.3j, 0.2, 3.5]])
TALL = np.array([[1.0 + 0.2j, 0.5 - 0.3j], [0.1, 2.0 - 1j], [-0.3j, 0.2 + 0.6j]])

# JAX 0.10: the gradients of eigh and svd below
EIGH = np.array(
    [
        [(0.1662061231315 + 0j), (-1.8143521077967 - 0.8557945874938j), (-0.0616577596854 + 0.2475225856672j)],
        [(-1.8143521077967 + 0.8557945874938j), (1.1579138959239 + 0j), (-2.2675129806585 + 1.0420378578957j)],
        [(-0.0616577596854 - 0.2475225856672j), (-2.2675129806585 - 1.0420378578957j), (3.3304328828651 + 0j)],
    ]
)
SVD = np.array(
    [
        [(3.490850401055 - 0.7024540313141j), (4.3043903930912 + 2.591202138061j)],
        [(1.646055155726 - 0.3897357324557j), (14.2828687321608 + 7.1609211527032j)],
        [(-0.144191747829 + 0.7617758326534j), (1.3127529723608 - 4.1545465388258j)],
    ]
)


def eig(a):
    w, V = np.linalg.eig(a)
    return np.sum(np.abs(V - 0.3j) ** 4 * w.real) + np.sum(V.real**3)


def eigh(a):
    w, V = np.linalg.eigh(a + a.conj().T)
    return np.sum(np.abs(V) ** 4 * w)


def svd(a):
    U, s, Vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(s**3) + np.abs(U[0, 0] * Vh[0, 1]) ** 2 + np.abs(U[2, 1]) ** 4


def lstsq(a):
    x, rest, rank, s = np.linalg.lstsq(a[:, :2], a[:, 2], rcond=None)
    return np.sum(x**2) + rest[0] * rank + np.sum(np.log(s))


@pytest.mark.parametrize("a", [_rng.standard_normal((4, 4)), _rng.standard_normal((3, 3)) + np.diag([1.0, 5.0, 9.0]),
                               HERE], ids=["complex pairs", "real vectors", "complex"])  # fmt: skip
def test_eig_is_differentiated_as_numpy_scales_and_turns_its_vectors(a):
    agrees(eig, a)


@pytest.mark.parametrize("f, a", [(eigh, HERE), (svd, TALL), (lstsq, _rng.standard_normal((5, 3)))])
def test_against_differences(f, a):
    agrees(f, a)


def test_eigh_as_jax():
    np.testing.assert_allclose(s2s_ad.grad(eigh)(HERE), EIGH, rtol=1e-9)


def test_svd_as_jax():
    np.testing.assert_allclose(s2s_ad.grad(svd)(TALL), SVD, rtol=1e-9)


def vectors(a):
    return np.linalg.eigh(a + a.conj().T)[1]


def test_the_vectors_of_eigh_do_not_turn():
    """What LAPACK does to their phase is not known: as in JAX, the change has no part along each vector."""
    V, change = s2s_ad.jvp(vectors, (HERE,), (HERE[::-1] * 1j,))
    np.testing.assert_allclose(np.diagonal(V.conj().T @ change), 0.0, atol=1e-14)


def test_one_call_of_lstsq():
    text = s2s_ad.value_and_grad(lstsq).source(np.ones((5, 3)))
    assert "x, rest, rank, s = np.linalg.lstsq(" in text


def test_what_is_left_over_is_empty_where_nothing_is():
    value, change = s2s_ad.jvp(lambda a, b: np.linalg.lstsq(a, b, rcond=None)[1], (np.eye(2), np.ones(2)),
                               (np.ones((2, 2)), np.ones(2)))  # fmt: skip
    assert value.shape == change.shape == (0,)


def test_complete_qr():
    def f(a):
        r = np.linalg.qr(a, mode="complete")[1]
        return np.sum(r**3)

    agrees(f, _rng.standard_normal((4, 2)))
    with pytest.raises(s2s_ad.NotDifferentiableError, match="qr_complete_q"):
        s2s_ad.grad(lambda a: np.sum(np.linalg.qr(a, mode="complete")[0] ** 3))(np.ones((3, 2)))
