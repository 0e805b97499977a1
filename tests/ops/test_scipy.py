"""scipy.special, which is differentiated where the user has imported it."""

import subprocess
import sys

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import KindError
from s2s_ad.ops.registry import FUNCTIONS, OPS
from tests.ops.driver import Case, Fixed, rng_for
from tests.ops.test_arrays import check
from tests.ops.test_calls import check_call

special = pytest.importorskip("scipy.special")
linalg = pytest.importorskip("scipy.linalg")
FUNCTIONS.arrive()

ANY, POSITIVE, UNIT, SMALL = (-2.0, 2.0), (0.5, 3.0), (0.1, 0.9), (-0.9, 0.9)
ONE = {
    "erf": ANY, "erfc": ANY, "erfinv": SMALL, "erfcinv": UNIT, "gamma": POSITIVE, "gammaln": POSITIVE, "psi": POSITIVE,
    "expit": ANY, "logit": UNIT, "log_expit": ANY, "entr": POSITIVE, "ndtr": ANY, "ndtri": UNIT, "log_ndtr": ANY,
    "j0": ANY, "j1": ANY, "i0": ANY, "i1": ANY, "i0e": POSITIVE, "i1e": POSITIVE,
}  # fmt: skip
CALLS = {
    "erf": lambda x: special.erf(x),
    "erfc": lambda x: special.erfc(x),
    "erfinv": lambda x: special.erfinv(x),
    "erfcinv": lambda x: special.erfcinv(x),
    "gamma": lambda x: special.gamma(x),
    "gammaln": lambda x: special.gammaln(x),
    "psi": lambda x: special.digamma(x),
    "expit": lambda x: special.expit(x),
    "logit": lambda x: special.logit(x),
    "log_expit": lambda x: special.log_expit(x),
    "entr": lambda x: special.entr(x),
    "ndtr": lambda x: special.ndtr(x),
    "ndtri": lambda x: special.ndtri(x),
    "log_ndtr": lambda x: special.log_ndtr(x),
    "j0": lambda x: special.j0(x),
    "j1": lambda x: special.j1(x),
    "i0": lambda x: special.i0(x),
    "i1": lambda x: special.i1(x),
    "i0e": lambda x: special.i0e(x),
    "i1e": lambda x: special.i1e(x),
}
POSITIVES = np.array([0.5, 1.3, 2.2])
OTHERS = {
    "polygamma": (lambda x: special.polygamma(2, x), (POSITIVES,)),
    "jv": (lambda x: special.jn(2, x), (POSITIVES,)),
    "iv": (lambda x: special.iv(2, x), (POSITIVES,)),
    "ive": (lambda x: special.ive(2, x), (POSITIVES,)),
    "beta": (lambda a, b: special.beta(a, b), (POSITIVES, 1.7)),
    "betaln": (lambda a, b: special.betaln(a, b), (POSITIVES, POSITIVES[::-1].copy())),
    "xlogy": (lambda x, y: special.xlogy(x, y), (POSITIVES, 1.7)),
    "xlog1py": (lambda x, y: special.xlog1py(x, y), (POSITIVES, 1.7)),
    "logsumexp": (lambda x: special.logsumexp(x, axis=1, keepdims=True), (np.array([[0.5, 1.0], [-2.0, 3.0]]),)),
    "softmax": (lambda x: special.softmax(x, axis=0), (np.array([[0.5, 1.0], [-2.0, 3.0]]),)),
    "log_softmax": (lambda x: special.log_softmax(x), (POSITIVES,)),
}


@pytest.mark.parametrize("name", [*CALLS, *OTHERS])
def test_function(name):
    rng = rng_for(name)
    if name in OTHERS:
        check_call(rng, *OTHERS[name])
    else:
        low, high = ONE[name]
        check_call(rng, CALLS[name], (rng.uniform(low, high, (2, 3)),))
        check_call(rng, CALLS[name], (float(rng.uniform(low, high)),))


A = np.random.default_rng(3).standard_normal((3, 3)) + 3.0 * np.eye(3)
B, V = A[:, :2] - 1.0, A[0]
LINALG = [
    (lambda a: linalg.expm(a), (A / 4.0,)),
    (lambda a, b: linalg.expm(a) @ b, (A / 4.0, V)),
    (lambda a, b: linalg.solve_triangular(a, b), (A, V)),
    (lambda a, b: linalg.solve_triangular(a, b, lower=True), (A, B)),
    (lambda a, b: linalg.solve_triangular(a, b, trans=1, unit_diagonal=True), (A, B)),
    (lambda a: linalg.cholesky(a @ a.T), (A,)),
    (lambda a: linalg.cholesky(a @ a.T, lower=True), (A,)),
    (lambda a, b: linalg.cho_solve(linalg.cho_factor(a @ a.T), b), (A, V)),
    (lambda a, b: linalg.cho_solve((linalg.cholesky(a @ a.T, lower=True), True), b), (A, B)),
]


@pytest.mark.parametrize("k", range(len(LINALG)))
def test_linalg(k):
    check_call(rng_for("linalg", k), *LINALG[k])


def test_the_second_derivative_of_expm_in_all_directions():
    x, e, f = (np.random.default_rng(seed).standard_normal((3, 3)) for seed in range(3))
    check(Case("expm_change", [x, e]))
    case = Case("expm_bend", [Fixed(x), e, f])
    check(case)


def test_every_function_is_tried():
    assert {name for name in OPS if name.startswith("special.")} == {f"special.{name}" for name in (*CALLS, *OTHERS)}


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
