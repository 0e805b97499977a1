"""Whole derivatives in machine code: one sweep forward, and one in reverse for each number of the outputs."""

from __future__ import annotations

import importlib.util
import math

import numpy as np
import pytest

pytest.importorskip("numba")

import s2s_ad
from s2s_ad import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, linearize, vjp
from s2s_ad.listing import derivative_source
from tests.agree import same
from tests.named.numeric import by_differences, by_steps
from tests.named.test_jacobians import (
    A,
    X,
    branched,
    constant,
    cubic,
    linear,
    mixed,
    outer,
    polar,
    products,
    quadratic,
    rows,
    steep,
    stencil,
    total,
    until,
    wave,
)
from tests.native import nests
from tests.passes.element_programs import function_of

M = np.array([[4.0, 0.5, -1.0], [0.25, 5.0, 0.75], [-0.5, 1.0, 6.0]])
BOTH = pytest.mark.parametrize("jac", [jacfwd, jacrev])


def burgers(u):
    u = u.copy()
    new = u.copy()
    for _ in range(4):
        for i in range(1, len(u) - 1):
            new[i] = u[i] - 0.3 * u[i] * (u[i] - u[i - 1]) + 0.2 * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        u, new = new, u
    return u


ARRAYS = [wave, total, outer, products, linear, burgers, stencil, until, branched, constant]


@BOTH
@pytest.mark.parametrize("f", ARRAYS)
def test_of_an_array(jac, f):
    found = jac(f, backend="numba")(X)
    expected = by_differences(f, X) if f is burgers else by_steps(f, X)
    assert found.shape == expected.shape and found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-8 if f is burgers else 1e-12, atol=1e-9)
    np.testing.assert_allclose(found, jac(f)(X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("f", ARRAYS)
def test_second_derivatives_of_an_array(f):
    found = hessian(f, backend="numba")(X)
    expected = by_differences(lambda x: jacrev(f)(x), X)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@BOTH
@pytest.mark.parametrize("f", [quadratic, rows, total, wave])
def test_of_a_matrix(jac, f):
    strided = np.arange(24.0).reshape(2, 12)[:, ::4]
    for m in (A, np.asfortranarray(A), *([strided] if f is not quadratic else [])):  # numba warns of its product
        np.testing.assert_allclose(jac(f, backend="numba")(m), by_steps(f, m), rtol=1e-12, atol=1e-14)


@BOTH
def test_of_three_axes(jac):
    t = np.arange(24.0).reshape(2, 3, 4) / 7.0
    np.testing.assert_allclose(jac(rows, backend="numba")(t), by_steps(rows, t), rtol=1e-12)


@BOTH
def test_of_nothing_and_of_one(jac):
    native = lambda f, x: jac(f, backend="numba")(x)  # noqa: E731
    assert native(wave, np.zeros(0)).shape == (0, 0)
    assert native(total, np.zeros(0)).shape == (0,)
    assert native(outer, np.zeros(0)).shape == (0, 0, 0)
    assert native(rows, np.zeros((2, 0))).shape == (2, 2, 0)
    np.testing.assert_allclose(native(wave, np.ones(1)), [[math.sin(1.0) + math.cos(1.0)]])
    assert hessian(total, backend="numba")(np.ones((1, 1))).shape == (1, 1, 1, 1)


@BOTH
def test_several_numbers(jac):
    c, s = math.cos(0.5), math.sin(0.5)
    np.testing.assert_allclose(jac(polar, wrt=(0, 1), backend="numba")(2.0, 0.5), [[c, -2 * s], [s, 2 * c]])
    np.testing.assert_allclose(jac(polar, wrt=("phi", "r"), backend="numba")(2, 0.5), [[-2 * s, c], [2 * c, s]])
    np.testing.assert_allclose(jac(polar, wrt="phi", backend="numba")(2.0, 0.5), [-2 * s, 2 * c])


def both(w, b, t):
    return {"sum": w * b * t, "some": (np.sum(w) * t, b[:2]), "n": 3}


@BOTH
def test_by_arrays_and_numbers_in_structures(jac):
    args = X, X[::-1].copy(), 0.8
    found = jac(both, (0, 1, 2), backend="numba")(*args)
    assert list(found) == ["sum", "some", "n"] and found["n"] is None
    np.testing.assert_allclose(found["sum"][0], np.diag(args[1] * 0.8))
    np.testing.assert_allclose(found["some"][0][2], np.sum(X))
    np.testing.assert_array_equal(found["some"][1][0], np.zeros((2, 3)))
    np.testing.assert_array_equal(found["some"][1][1], np.eye(2, 3))
    same(found, jac(both, (0, 1, 2))(*args), 1e-12)
    same(jac(mixed, (0, 1, 2), backend="numba")(*args), jac(mixed, (0, 1, 2))(*args), 1e-12)


def test_the_hessian_by_arrays_and_numbers():
    args = X, X[::-1].copy(), 0.8
    gradient = grad(mixed, wrt=(0, 1, 2))
    flat = np.concatenate([args[0], args[1], [0.8]])
    expected = by_differences(lambda v: np.concatenate([np.ravel(g) for g in gradient(v[:3], v[3:6], v[6])]), flat)
    found = hessian(mixed, (0, 1, 2), backend="numba")(*args)
    blocks = [np.hstack([np.reshape(block, (n, -1)) for block in row]) for n, row in zip((3, 3, 1), found)]
    np.testing.assert_allclose(np.vstack(blocks), expected, atol=1e-8)


LISTS = [
    (lambda xs: xs[0] * xs[1], [2.0, 3.0], [3.0, 2.0]),
    (lambda xs: [xs[0] * xs[1], xs[1] * xs[2] ** 2], [1.0, 2.0, 3.0], [[2.0, 1.0, 0.0], [0.0, 9.0, 12.0]]),
    (lambda xs: np.array([xs[0] * xs[1], xs[1]]), [2.0, 3.0], [[3.0, 0.0], [2.0, 1.0]]),
    (lambda xs: [x * x for x in xs], [2.0, 3.0], [[4.0, 0.0], [0.0, 6.0]]),
    (lambda xs: [x * xs[0] for x in xs], [], []),
    (lambda a: [a[0] * a[1], a[1]], np.array([2.0, 3.0]), [[3.0, 2.0], [0.0, 1.0]]),
    (lambda a: [v * v for v in a], np.array([2.0, 3.0]), [[4.0, 0.0], [0.0, 6.0]]),
    (lambda a: [1.0, 2.0], np.array([2.0, 3.0]), [[0.0, 0.0], [0.0, 0.0]]),
]


@BOTH
@pytest.mark.parametrize("f, x, expected", LISTS)
def test_lists(jac, f, x, expected):
    found = jac(f, backend="numba")(x)
    np.testing.assert_array_equal(found, expected)
    same(found, jac(f)(x))


def test_second_derivatives_by_a_list():
    found = hessian(lambda xs: xs[0] * xs[1] ** 2, backend="numba")([2.0, 3.0])
    assert found == [[0.0, 6.0], [6.0, 4.0]] and type(found[0]) is list


def beside(x):
    return wave(x), (x[0], len(x))


@BOTH
def test_what_comes_beside_the_value(jac):
    found, aux = jac(beside, has_aux=True, backend="numba")(X)
    np.testing.assert_allclose(found, by_steps(wave, X), rtol=1e-12)
    assert aux == (0.5, 3)


def factorised(a):
    for k in range(len(a)):
        for i in range(k + 1, len(a)):
            a[i, k] /= a[k, k]
            for j in range(k + 1, len(a)):
                a[i, j] -= a[i, k] * a[k, j]


@BOTH
def test_of_what_is_left_in_an_argument(jac):
    def left(a):
        a = a.copy()
        factorised(a)
        return a

    np.testing.assert_allclose(jac(factorised, of="a", backend="numba")(M), by_steps(left, M), rtol=1e-12, atol=1e-15)


def turning(x):
    return np.exp(1j * x) * x


def test_columns_of_a_complex_result():
    found = jacfwd(turning, backend="numba")(X)
    np.testing.assert_allclose(found, np.diag((1j * X + 1.0) * np.exp(1j * X)), rtol=1e-13)
    with pytest.raises(s2s_ad.UnsupportedError, match="complex result"):
        jacrev(turning, backend="numba")(X)


# --- of one another ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [wave, burgers, outer])
def test_jacobians_of_jacobians(f):
    expected = by_differences(lambda x: jacrev(f)(x), X)
    for one, other in ((jacfwd, jacfwd), (jacfwd, jacrev), (jacrev, jacfwd)):
        np.testing.assert_allclose(one(other(f), backend="numba")(X), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("f", [wave, outer, products, linear, until, burgers, stencil])
def test_reverse_over_reverse(f):
    expected = by_differences(lambda x: jacrev(f)(x), X)
    np.testing.assert_allclose(jacrev(jacrev(f), backend="numba")(X), expected, rtol=1e-7, atol=1e-7)


def triangle(u):
    u = u.copy()
    for i in range(len(u)):
        for j in range(i):
            u[i] = u[i] * u[j] + 0.5 * u[i] ** 2
    return u


def test_rows_of_rows_of_a_triangle_are_refused():
    expected = by_differences(lambda x: jacrev(triangle)(x), X)
    np.testing.assert_allclose(hessian(triangle, backend="numba")(X), expected, rtol=1e-7, atol=1e-7)
    with pytest.raises(s2s_ad.UnsupportedError) as caught:
        jacrev(jacrev(triangle), backend="numba")(X)
    assert "lists of lists of different lengths" in str(caught.value) and "in triangle" in str(caught.value)
    assert "forward mode" in str(caught.value)


def smoothed(u, r):
    u = u.copy()
    for _ in range(5):
        for i in range(1, len(u) - 1):
            u[i] += r * (u[i + 1] - 2.0 * u[i] + u[i - 1]) * u[i]
    return np.sum(u * u)


grad_smoothed = grad(smoothed)


def steep_smoothed(u, r):
    return np.sum(grad_smoothed(u, r) ** 2)


@pytest.mark.parametrize("f", [steep, steep_smoothed])
def test_the_gradient_of_a_gradient_of_nested_loops(f):
    u = np.array([0.5, 0.25, 0.75, 0.2, 0.9])
    found = grad(f, (0, 1), backend="numba")(u, 0.7)
    same(found, grad(f, (0, 1))(u, 0.7), 1e-11)
    np.testing.assert_allclose(found[0], by_differences(lambda u: f(u, 0.7), u), rtol=1e-7)


def test_third_derivatives():
    third = by_differences(lambda x: hessian(cubic)(x), X, 1e-5)
    for found in (jacfwd(hessian(cubic), backend="numba"), hessian(grad(cubic), backend="numba")):
        np.testing.assert_allclose(found(X), third, rtol=1e-6, atol=1e-6)
    value, dot = jvp(hessian(cubic), (X,), (np.ones(3),), backend="numba")
    np.testing.assert_allclose(value, hessian(cubic)(X), rtol=1e-12)
    np.testing.assert_allclose(dot, np.sum(third, axis=-1), rtol=1e-6, atol=1e-6)


inner = jacobian(products)
native_inner = jacobian(products, backend="numba")


def squared(x):
    return np.sum(inner(x) ** 2)


def squared_native(x):
    return np.sum(native_inner(x) ** 2)


@pytest.mark.parametrize("f", [squared, squared_native])
@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_the_outermost_decides_for_what_is_differentiated_inside(f, backend):
    expected = by_differences(lambda x: np.sum(by_steps(products, x) ** 2), X)
    np.testing.assert_allclose(grad(f, backend=backend)(X), expected, rtol=1e-7)
    assert ("numba" in grad(f, backend=backend).source(X)) == (backend == "numba")
    v = np.array([1.0, -0.5, 0.25])
    np.testing.assert_allclose(hvp(f, (X,), (v,), backend=backend), hessian(f, backend=backend)(X) @ v, rtol=1e-11)


def root(x):
    for _ in range(3):
        residual = np.array([x[0] ** 2 + x[1] - 1.0, x[0] - x[1] ** 2 + 0.5])
        x = x - np.linalg.solve(jacrev(_system)(x), residual)
    return x


def _system(x):
    return np.array([x[0] ** 2 + x[1] - 1.0, x[0] - x[1] ** 2 + 0.5])


def test_newton_with_a_jacobian_in_it():
    x = np.array([0.8, 0.7])
    found = jacobian(root, backend="numba")(x)
    np.testing.assert_allclose(found, by_differences(lambda x: jacfree(x), x), rtol=1e-6, atol=1e-9)


def jacfree(x):
    """The same with the Jacobian by hand."""
    for _ in range(3):
        slopes = np.array([[2.0 * x[0], 1.0], [1.0, -2.0 * x[1]]])
        x = x - np.linalg.solve(slopes, _system(x))
    return x


# --- every transform --------------------------------------------------------------------------------------------------

TRANSFORMS = {
    "grad": lambda b: grad(total, backend=b)(X),
    "value_and_grad": lambda b: s2s_ad.value_and_grad(total, backend=b)(X),
    "jvp": lambda b: jvp(wave, (X,), (X + 1.0,), backend=b),
    "vjp": lambda b: vjp(wave, X, backend=b)[1](X + 1.0),
    "jacfwd": lambda b: jacfwd(wave, backend=b)(X),
    "jacrev": lambda b: jacrev(wave, backend=b)(X),
    "jacobian": lambda b: jacobian(wave, backend=b)(X),
    "hessian": lambda b: hessian(total, backend=b)(X),
    "hvp": lambda b: hvp(total, (X,), (X + 1.0,), backend=b),
    "linearize": lambda b: linearize(wave, X, backend=b)[1](X + 1.0),
    "elementwise_grad": lambda b: s2s_ad.elementwise_grad(wave, backend=b)(X),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform(name):
    same(TRANSFORMS[name]("numba"), TRANSFORMS[name]("numpy"), 1e-12)


@pytest.mark.parametrize("name", ["jacrev", "hessian"])
def test_with_sums_in_any_order(name):
    same(TRANSFORMS[name]("numba-fastmath"), TRANSFORMS[name]("numpy"), 1e-12)


def test_the_jacobian_takes_the_shorter_way():
    few = lambda x: np.array([np.sum(x), x[0]])  # noqa: E731
    many = lambda x: np.concatenate((x, x))  # noqa: E731
    for f, mark, other in ((few, "_bar", "_dot"), (many, "_dot", "_bar")):
        taken = jacobian(f, backend="numba")
        assert mark in taken.source(X) and other not in taken.source(X)


@pytest.mark.parametrize(
    "mode", ["grad", "value_and_grad", "jvp", "vjp", "jacobian", "jacfwd", "jacrev", "hessian", "hvp"]
)
def test_every_mode_of_the_decorator_in_machine_code(mode):
    made = s2s_ad.differentiate(total, backend="numba")
    assert "numba.njit" in made.source(mode, X)


def test_a_module_of_all_modes_stands_alone(tmp_path):
    modes = ("grad", "value_and_grad", "jvp", "vjp", "jacobian", "jacfwd", "jacrev", "hessian", "hvp")
    path = tmp_path / "made.py"
    path.write_text(derivative_source(total, modes, signature="float64[:]", backend="numba"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("made", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    assert "s2s_ad" not in path.read_text(encoding="utf-8")
    for mode in ("jacobian", "jacfwd", "jacrev", "grad"):
        np.testing.assert_allclose(getattr(found, f"total_{mode}")(X), by_steps(total, X), rtol=1e-12)
    np.testing.assert_allclose(found.total_hessian(X), hessian(total)(X), rtol=1e-12)


def test_the_decorator():
    made = s2s_ad.differentiate(total, backend="numba")
    np.testing.assert_allclose(made.jacobian(X), made.grad(X), rtol=1e-13)
    np.testing.assert_allclose(made.hessian(X), hessian(total)(X), rtol=1e-12)


# --- the text ---------------------------------------------------------------------------------------------------------


def code(source):
    """Without the comments."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#"))


def test_one_sweep_forward_and_one_in_reverse_for_each_output():
    source = jacrev(stencil, backend="numba").source(X)
    before, after = map(code, source.split("    # Reverse sweep\n"))
    assert "u_tape[__, " in before and "jacobian" not in before
    assert "u_tape[" in after and "u_tape[__, " not in after and "u[" not in after.replace("u_tape[", "")
    assert "    for i in range(v):\n        u_bar = np.zeros_like(u)\n        u_bar[i] = 1.0\n" in after, source
    assert "            jacobian[i, i_2] = u_bar[i_2]\n    return jacobian" in after, source


def test_a_hessian_is_a_loop_over_directions_of_scalar_loops():
    source = code(hessian(total, backend="numba").source(X))
    assert source.count("for i_2 in range(v):") == 1 and "hessian[i_2, i] = x_bar_dot" in source, source
    assert source.count("np.sin(") == 1 == source.count("np.cos(")  # once, before all directions
    assert source.count("x.shape[0]") == 1


@pytest.mark.parametrize("seed", range(3))
def test_random_loops(seed):
    f = function_of(nests.stencil(900 + seed))
    a, m = np.linspace(-0.5, 0.75, 7), np.linspace(-1.0, 0.5, 49).reshape(7, 7)
    for jac in (jacfwd, jacrev, hessian):
        same(jac(f, backend="numba")(a, m), jac(f)(a, m), 1e-9)
