"""Our functions where others take functions: SciPy's solvers, pickle, pools of processes."""

import multiprocessing
import pickle

import numpy as np
import pytest

import s2s_ad
from s2s_ad import differentiate, grad, hessian, hvp, jacfwd, jacobian, jacrev, value_and_grad

from .numeric import by_steps, flat

optimize = pytest.importorskip("scipy.optimize")


def rosen(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosen_loop(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


@pytest.mark.parametrize("f", [rosen, rosen_loop])
@pytest.mark.parametrize("n", [2, 10, 1000])
def test_rosenbrock_as_scipy_has_it(f, n):
    if f is rosen_loop and n == 1000:
        n = 40  # its Hessian is a loop over directions of a loop over elements
    x = np.random.default_rng(n).uniform(-2.0, 2.0, n)
    v = np.random.default_rng(n + 1).uniform(-1.0, 1.0, n)
    np.testing.assert_allclose(grad(f)(x), optimize.rosen_der(x), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(hessian(f)(x), optimize.rosen_hess(x), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(hvp(f, (x,), (v,)), optimize.rosen_hess_prod(x, v), rtol=1e-10, atol=1e-9)


START = np.array([1.3, 0.7, 0.8, 1.9])


def test_minimize_with_gradient_hessian_and_products():
    both = optimize.minimize(value_and_grad(rosen), START, jac=True, method="BFGS")
    separate = optimize.minimize(rosen, START, jac=grad(rosen), method="L-BFGS-B")
    newton = optimize.minimize(rosen, START, jac=grad(rosen), hess=hessian(rosen), method="trust-exact")
    products = optimize.minimize(
        rosen, START, jac=grad(rosen), hessp=lambda x, v: hvp(rosen, (x,), (v,)), method="Newton-CG"
    )
    for found in (both, separate, newton, products):
        np.testing.assert_allclose(found.x, np.ones(4), atol=1e-4)


@differentiate
def scaled(x, scale):
    return np.sum((x - scale) ** 4 + (x - scale) ** 2)


@differentiate(wrt="x")
def shifted(x, shift):
    return np.sum((x - shift) ** 4 + (x - shift) ** 2)


def test_minimize_with_a_decorated_function_and_arguments():
    found = optimize.minimize(
        shifted, START, args=(2.0,), jac=shifted.grad, hess=shifted.hessian, method="Newton-CG",
    )  # fmt: skip
    np.testing.assert_allclose(found.x, np.full(4, 2.0), atol=1e-6)
    found = optimize.minimize(shifted.value_and_grad, START, args=(2.0,), jac=True)
    np.testing.assert_allclose(found.x, np.full(4, 2.0), atol=1e-4)
    products = lambda x, v, shift: shifted.hvp((v,), x, shift)  # noqa: E731
    found = optimize.minimize(shifted, START, args=(2.0,), jac=shifted.grad, hessp=products, method="trust-krylov")
    np.testing.assert_allclose(found.x, np.full(4, 2.0), atol=1e-5)


TIMES = np.linspace(0.0, 3.0, 40)
DATA = 2.0 * np.exp(-1.3 * TIMES) + 0.5


def model(t, a, b, c):
    return a * np.exp(-b * t) + c


def residuals(p):
    return model(TIMES, p[0], p[1], p[2]) - DATA


def test_least_squares_root_and_curve_fit():
    found = optimize.least_squares(residuals, np.ones(3), jac=jacobian(residuals))
    np.testing.assert_allclose(found.x, [2.0, 1.3, 0.5], atol=1e-7)
    slopes = jacfwd(model, wrt=(1, 2, 3))
    fitted, _ = optimize.curve_fit(model, TIMES, DATA, p0=np.ones(3), jac=lambda t, *p: np.stack(slopes(t, *p), axis=1))
    np.testing.assert_allclose(fitted, [2.0, 1.3, 0.5], atol=1e-7)

    def system(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - 4.0, np.exp(x[0]) + x[1] - 1.0])

    for jac in (jacfwd, jacrev, jacobian):
        found = optimize.root(system, np.array([1.0, -1.5]), jac=jac(system))
        assert found.success
        np.testing.assert_allclose(system(found.x), 0.0, atol=1e-9)
    found = optimize.root_scalar(lambda x: x**3 - 2.0, x0=1.0, fprime=grad(lambda x: x**3 - 2.0), method="newton")
    assert found.root == pytest.approx(2.0 ** (1 / 3))


def test_scipys_own_check_agrees():
    assert optimize.check_grad(rosen, grad(rosen), START) < 1e-4
    solution = optimize.minimize(
        rosen, START, jac=grad(rosen), method="SLSQP",
        constraints={"type": "eq", "fun": lambda x: np.sum(x**2) - 1.0, "jac": grad(lambda x: np.sum(x**2) - 1.0)},
    )  # fmt: skip
    assert np.sum(solution.x**2) == pytest.approx(1.0)


# --- pickle and processes ---------------------------------------------------------------------------------------------

DERIVATIVES = [
    grad(rosen), value_and_grad(rosen), jacfwd(rosen), jacrev(residuals), jacobian(residuals), hessian(rosen),
    grad(grad(model, wrt=1), wrt=2),
]  # fmt: skip
POINTS = [START, START, START, START[:3], START[:3], START, None]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_derivatives_and_decorated_functions_pickle(protocol):
    for made, at in zip(DERIVATIVES, POINTS):
        again = pickle.loads(pickle.dumps(made, protocol))
        args = (at,) if at is not None else (0.5, 1.0, 2.0, 3.0)
        assert type(again) is type(made) and repr(again) == repr(made)
        np.testing.assert_array_equal(flat(again(*args)), flat(made(*args)))
    assert pickle.loads(pickle.dumps(scaled, protocol)) is scaled
    for each in (shifted.grad, shifted.hessian, shifted.jacobian):
        again = pickle.loads(pickle.dumps(each, protocol))
        np.testing.assert_array_equal(again(START, 2.0), each(START, 2.0))


def gradients_at(x):
    """In another process: everything by its name."""
    return shifted.grad(x, 2.0), s2s_ad.grad(rosen)(x), hvp(rosen, (x,), (x,))


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_pools_of_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    points = [START, START + 1.0]
    with multiprocessing.get_context(method).Pool(2) as pool:
        for made in (grad(rosen), hessian(rosen), shifted.grad):
            args = [(x, 2.0) if made is shifted.grad else (x,) for x in points]
            for found, given in zip(pool.starmap(made, args), args):
                np.testing.assert_array_equal(found, made(*given))
        for found, x in zip(pool.map(gradients_at, points), points):
            for one, other in zip(found, gradients_at(x)):
                np.testing.assert_array_equal(one, other)


def test_joblib():
    joblib = pytest.importorskip("joblib")
    points = [START, START + 1.0, START - 1.0]
    for backend in ("loky", "threading"):
        found = joblib.Parallel(n_jobs=2, backend=backend)(joblib.delayed(grad(rosen))(x) for x in points)
        for one, x in zip(found, points):
            np.testing.assert_allclose(one, by_steps(rosen, x), rtol=1e-12)
