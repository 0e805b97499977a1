"""Each promise about names and meanings that users rely on, as a test that reads like it."""

import inspect
import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad import (
    check_grads,
    differentiate,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)

X = np.array([0.5, -1.2, 2.0])


def f(x, y):
    return math.log(x) + x * y - math.sin(y)


def of_array(x):
    return np.sum(x**2 * x[::-1])


def vector(x, k):
    return np.sin(x) * k


# --- functions --------------------------------------------------------------------------------------------------------


def test_grad():
    assert grad(f)(2.0, 5.0) == 5.5
    assert grad(f, "y")(2.0, 5.0) == grad(f, wrt=1)(2.0, 5.0) == grad(f, argnums=1)(2.0, 5.0)
    assert grad(f, wrt=("y", 0))(2.0, 5.0) == (grad(f, 1)(2.0, 5.0), 5.5)
    gradient, aux = grad(lambda x: (x * x, {"seen": x}), has_aux=True)(3.0)
    assert (gradient, aux) == (6.0, {"seen": 3.0})
    assert grad(f, optimize=False)(2.0, 5.0) == 5.5 == grad(f, backend="numpy")(2.0, 5.0)


def test_value_and_grad():
    assert value_and_grad(f)(2.0, 5.0) == (f(2.0, 5.0), 5.5)
    assert value_and_grad(lambda x: (x * x, "aux"), has_aux=True)(3.0) == ((9.0, "aux"), 6.0)


def test_jvp():
    value, tangent = jvp(f, (2.0, 5.0), (1.0, 0.0))
    assert (value, tangent) == (f(2.0, 5.0), 5.5)


def test_vjp():
    value, pullback = vjp(f, 2.0, 5.0)
    assert value == f(2.0, 5.0)
    assert pullback(1.0) == grad(f, (0, 1))(2.0, 5.0)
    assert pullback(1.0) == pullback(1.0)
    assert vjp(lambda x, n: x**n, 2.0, 3)[1](1.0) == (12.0, None)


@pytest.mark.parametrize("jac", [jacfwd, jacrev, jacobian])
def test_jacobians_have_the_shape_of_the_output_and_then_of_the_input(jac):
    assert jac(vector)(X, 2.0).shape == (3, 3)
    assert jac(vector, wrt=1)(X, 2.0).shape == (3,)
    assert jac(lambda m: m @ m)(np.ones((2, 2))).shape == (2, 2, 2, 2)
    assert jac(of_array)(X).shape == (3,)
    both = jac(vector, wrt=("k", "x"))(X, 2.0)
    assert isinstance(both, tuple) and [b.shape for b in both] == [(3,), (3, 3)]


def test_hessian():
    assert hessian(of_array)(X).shape == (3, 3)
    assert hessian(lambda m: np.sum(m**3))(np.ones((2, 3))).shape == (2, 3, 2, 3)
    assert hessian(f)(2.0, 5.0) == -0.25


def test_hvp():
    np.testing.assert_allclose(hvp(of_array, (X,), (X,)), hessian(of_array)(X) @ X)
    assert hvp(f, (2.0, 5.0), (1.0, 0.0)) == (-0.25, 1.0)


def test_linearize_and_elementwise_grad():
    value, tangent = linearize(f, 2.0, 5.0)
    assert (value, tangent(1.0, 0.0)) == (f(2.0, 5.0), 5.5)
    np.testing.assert_allclose(elementwise_grad(cube)(X), 3 * X**2)


def cube(x):
    return x**3


def test_check_grads():
    check_grads(f, (2.0, 5.0), order=2, modes=("fwd", "rev"))


def test_of():
    def fill(A, x):
        A[0] = x * x
        A[1] *= x

    A = np.array([1.0, 3.0, 5.0])
    assert [g.tolist() for g in jacobian(fill, wrt=("A", "x"), of="A")(A, 2.0)] == [
        [[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]],
        [4.0, 3.0, 0.0],
    ]
    np.testing.assert_array_equal(jvp(fill, (A, 2.0), (np.zeros(3), 1.0), of="A")[1], [4.0, 3.0, 0.0])
    np.testing.assert_array_equal(A, [1.0, 3.0, 5.0])
    assert hessian(fill, wrt="x", of="A")(A, 2.0).tolist() == [2.0, 0.0, 0.0]
    value, tangent = linearize(fill, A, 2.0, of="A")
    np.testing.assert_array_equal(tangent(np.zeros(3), 1.0), [4.0, 3.0, 0.0])


def test_all_compose():
    sine = lambda x: math.sin(x)  # noqa: E731
    assert grad(grad(sine))(0.3) == pytest.approx(-math.sin(0.3))
    np.testing.assert_allclose(jacfwd(grad(of_array))(X), hessian(of_array)(X))
    pushed = lambda x: jvp(of_array, (x,), (np.ones(3),))[1]  # noqa: E731
    np.testing.assert_allclose(vjp(pushed, X)[1](1.0)[0], hessian(of_array)(X) @ np.ones(3))


EVERY = [grad, value_and_grad, jacfwd, jacrev, jacobian, hessian, elementwise_grad]


@pytest.mark.parametrize("transform", EVERY)
def test_a_transform_without_arguments_is_a_callable_with_source_ssa_and_save(transform, tmp_path):
    made, name = transform(f), f"f_{transform.__name__}"
    for args in ((), (2.0, 5.0), (float, float), ("float", "float")):
        assert f"def {name}(x, y):" in made.source(*args)
    assert name in made.ssa(2.0, 5.0)
    made.save(tmp_path / "made.py")
    scope = {}
    exec((tmp_path / "made.py").read_text(encoding="utf-8"), scope)
    assert scope[name](2.0, 5.0) == made(2.0, 5.0)
    assert made.__name__ == name and repr(made) == f"<{transform.__name__} of f>"


def test_every_transform_takes_the_same_options():
    for transform in (*EVERY[:-1],):
        assert list(inspect.signature(transform).parameters) == [
            "f", "wrt", "argnums", "has_aux", "of", "backend", "optimize",
        ]  # fmt: skip


# --- the decorator ----------------------------------------------------------------------------------------------------


@differentiate
def g(x, y, n=2):
    """A documented function."""
    return x**n * y


@differentiate(wrt=("y", "x"))
def h(x, y):
    return np.sum(x * x) * y


def test_a_decorated_function_is_the_function_itself():
    assert g(3.0, 2.0) == 18.0 and g.__name__ == "g" and g.__doc__ == "A documented function."


def test_the_derivatives_of_a_decorated_function():
    assert g.grad(3.0, 2.0) == (12.0, 9.0)
    assert g.value_and_grad(3.0, 2.0) == (18.0, (12.0, 9.0))
    assert g.jvp((1.0, 0.0), 3.0, 2.0) == (18.0, 12.0)
    assert g.vjp((2.0,), 3.0, 2.0) == (18.0, (24.0, 18.0))
    assert g.jacobian(3.0, 2.0) == (12.0, 9.0)
    assert g.hessian(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))
    assert g.hvp((1.0, 2.0), 3.0, 2.0) == (16.0, 6.0)
    assert g.jacobian(3.0, 2.0, n=3) == (54.0, 27.0)


def test_the_order_of_wrt_is_that_of_the_results_and_of_the_vectors():
    by_y, by_x = h.grad(X, 2.0)
    assert by_y == np.sum(X * X)
    np.testing.assert_array_equal(by_x, 4 * X)
    (yy, yx), (xy, xx) = h.hessian(X, 2.0)
    assert yy == 0.0
    np.testing.assert_array_equal(yx, 2 * X)
    np.testing.assert_array_equal(xy, 2 * X)
    np.testing.assert_array_equal(xx, 4 * np.eye(3))
    along_y, along_x = h.hvp((1.0, np.ones(3)), X, 2.0)
    assert along_y == pytest.approx(np.sum(2 * X))
    np.testing.assert_allclose(along_x, 2 * X + 4.0)


@pytest.mark.parametrize(
    "mode", ["grad", "value_and_grad", "jvp", "vjp", "jacobian", "jacfwd", "jacrev", "hessian", "hvp"]
)
def test_source_ssa_and_save_of_a_decorated_function(mode, tmp_path):
    assert f"def g_{mode}(" in g.source(mode, 3.0, 2.0)
    assert f"g_{mode}" in g.ssa(mode, 3.0, 2.0)
    g.save(tmp_path / "g.py", mode, 3.0, 2.0)
    assert f"def g_{mode}(" in (tmp_path / "g.py").read_text(encoding="utf-8")
    with pytest.raises(s2s_ad.UnsupportedError, match="Did you mean 'hessian'"):
        g.source("hesian")


def test_the_modules_of_products_stand_alone(tmp_path):
    h.save(tmp_path / "h.py", "hvp", X, 2.0)
    scope = {}
    exec((tmp_path / "h.py").read_text(encoding="utf-8"), scope)
    for found, expected in zip(scope["h_hvp"](X, 2.0, np.ones(3), 1.0), h.hvp((1.0, np.ones(3)), X, 2.0)):
        np.testing.assert_array_equal(found, expected)


# --- errors, as a stranger reads them ---------------------------------------------------------------------------------


def nothing(A):
    A[0] = 1.0


def rosenbrock(position, weight):
    return weight * np.sum(position**2)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: grad(vector)(X, 2.0), ["returns one real number", "an array float64[:]", "jacobian", "vjp"]),
        (lambda: hvp(vector, (X, 2.0), (X, 1.0)), ["returns one real number", "jacobian"]),
        (lambda: grad(of_array)(np.arange(3)), ["an array int64[:]", "a.astype(float)"]),
        (lambda: hessian(of_array)(np.arange(3)), ["an array int64[:]", "a.astype(float)"]),
        (lambda: grad(rosenbrock, wrt="positon")(X, 1.0), ["no parameter 'positon'", "Did you mean 'position'?"]),
        (lambda: hessian(rosenbrock, wrt=2)(X, 1.0), ["has 2 parameters", "position, weight"]),
        (lambda: jacobian(rosenbrock, wrt="wieght")(X, 1.0), ["Did you mean 'weight'?"]),
        (lambda: grad(nothing)(X), ["returns nothing and changes A", "of='A'"]),
        (lambda: jacobian(nothing)(X), ["returns nothing and changes A", "of='A'"]),
        (lambda: jvp(of_array, (X,), (np.ones(2),)), ["tangent of x has shape (2,)", "(3,)"]),
        (lambda: jvp(f, (2.0, 5.0), (1.0,)), ["2 primals and 1 tangents", "Give one for each."]),
        (lambda: jvp(f, (2.0, 5.0), ("a", 1.0)), ["tangent of x is 'a'", "must be a number"]),
        (lambda: hvp(of_array, (X,), (np.ones((3, 1)),)), ["tangent of x has shape (3, 1)", "(3,)"]),
        (lambda: hvp(lambda p: p["a"] ** 2, ({"a": 1.0},), ({"b": 1.0},)), ["has not the structure"]),
        (lambda: vjp(vector, X, 2.0)[1](np.ones(4)), ["cotangent has shape (4,)", "(3,)"]),
        (lambda: h.hvp((1.0,), X, 2.0), ["1 tangents for 2 parameters: y, x"]),
        (lambda: grad(f, backend="fortran")(1.0, 2.0), ["no backend 'fortran'"]),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(call, words):
    with pytest.raises(s2s_ad.DifferentiationError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def guarded(x):
    if x < 0:
        raise ValueError(f"is negative: {x}")
    return math.sqrt(x)


def test_what_the_function_itself_raises_comes_through():
    for transform in EVERY:
        with pytest.raises(ValueError, match="is negative: -1.0") as caught:
            transform(guarded)(-1.0)
        assert any("raise ValueError" in note for note in caught.value.__notes__)
        with pytest.raises(TypeError, match="missing a required argument"):
            transform(f)(1.0)
