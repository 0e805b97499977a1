"""scipy.special, which is differentiated where the user has imported it."""

import subprocess
import sys

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import KindError
from s2s_ad.ops.registry import FUNCTIONS
from tests.ops.driver import rng_for
from tests.ops.test_calls import check_call

special = pytest.importorskip("scipy.special")
linalg = pytest.importorskip("scipy.linalg")
FUNCTIONS.arrive()

A = np.random.default_rng(3).standard_normal((3, 3)) + 3.0 * np.eye(3)
B, V = A[:, :2] - 1.0, A[0]
POSITIVES = np.array([0.5, 1.3, 2.2])
CALLS = [
    (lambda x: special.polygamma(2, x), (POSITIVES,)),
    (lambda x: special.digamma(x), (POSITIVES,)),
    (lambda x: special.jn(2, x), (POSITIVES,)),
    (lambda x: special.iv(2, x), (POSITIVES,)),
    (lambda x: special.ive(2, x), (POSITIVES,)),
    (lambda x: special.logsumexp(x, axis=1, keepdims=True), (B,)),
    (lambda x: special.softmax(x, axis=0), (B,)),
    (lambda a: linalg.expm(a), (A / 4.0,)),
    (lambda a, b: linalg.expm(a) @ b, (A / 4.0, V)),
    (lambda a, b: linalg.solve_triangular(a, b), (A, V)),
    (lambda a, b: linalg.solve_triangular(a, b, lower=True), (A, B)),
    (lambda a, b: linalg.solve_triangular(a, b, trans=1, unit_diagonal=True), (A, B)),
    (lambda a: linalg.cholesky(a @ a.T), (A,)),
    (lambda a: linalg.cholesky(a @ a.T, lower=True), (A,)),
    (lambda a, b: linalg.cho_solve(linalg.cho_factor(a @ a.T), b), (A, V)),
    (lambda a, b: linalg.cho_solve((linalg.cholesky(a @ a.T, lower=True), True), b), (A, B)),
    (lambda a: linalg.expm(a), (A / 4.0 + 0.2j * A.T,)),
    *[(lambda a, b, t=t: linalg.solve_triangular(a, b, trans=t), (A + 1j * A.T, V)) for t in (0, 1, 2, "C")],
    *[(lambda a, w=w: linalg.cholesky(a @ np.conj(a.T), lower=w), (A + 1j * A.T,)) for w in (True, False)],
    *[
        (lambda a, b, w=w: linalg.cho_solve(linalg.cho_factor(a @ np.conj(a.T), lower=w), b), (A + 1j * A.T, V))
        for w in (True, False)
    ],
]


@pytest.mark.parametrize("k", range(len(CALLS)))
def test_call(k):
    check_call(rng_for("scipy", k), *CALLS[k])


def test_bessel_functions_of_complex_numbers():
    z = np.array([0.4 + 0.3j, 1.2 - 0.5j])
    check_call(rng_for("bessel"), lambda x: (special.jv(2, x), special.iv(1, x), special.xlogy(x, 2.0 + 0j)), (z,))
    with pytest.raises(KindError):
        s2s_ad.vjp(lambda x: special.ive(2, x), z)


def test_large_arguments():
    x = np.array([1000.0, 999.0, -1000.0])
    np.testing.assert_allclose(s2s_ad.grad(lambda x: special.logsumexp(x))(x), special.softmax(x))
    np.testing.assert_array_equal(s2s_ad.grad(lambda x: np.sum(special.expit(x)))(x), [0.0, 0.0, 0.0])
    assert s2s_ad.grad(lambda x: special.xlogy(x, x))(1.0) == 1.0


def test_the_order_is_known_when_compiled():
    with pytest.raises(KindError, match="order"):
        s2s_ad.grad(lambda x, n: special.jv(n, x))(1.5, 2.5)


def test_scipy_is_not_imported_by_us():
    code = (
        "import sys, math, s2s_ad.ops; s2s_ad.ops.registry.FUNCTIONS.get(math.sin); assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
