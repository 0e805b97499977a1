"""jacfwd, jacrev, jacobian, hessian, hvp: blocks as JAX has them, against steps and differences of the function."""

import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad import elementwise_grad, grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, linearize, transforms, vjp

from .numeric import by_differences, by_steps

X = np.array([0.5, -1.2, 2.0])
A = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 0.7]])
BOTH = pytest.mark.parametrize("jac", [jacfwd, jacrev, jacobian])


@pytest.fixture(autouse=True)
def checked(monkeypatch):
    """The verifier runs between any two passes."""
    monkeypatch.setattr(transforms, "CHECKED", True)


def wave(x):
    return np.sin(x) * x


def products(x):
    return np.array([x[0] * x[1], x[1] ** 2, x[2] * x[0], np.exp(x[0])])


def total(x):
    return np.sum(np.sin(x) * x**2)


def linear(x):
    return A @ x


def outer(x):
    return x[:, None] * x


def quadratic(m):
    return m @ m.T


def rows(m):
    return np.sum(m * m, axis=1)


def iterated(x):
    s = x
    for i in range(3):
        s = s * np.cos(s) + x[i]
    return s


def stencil(u):
    u = u.copy()
    for _ in range(4):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return u


def until(x):
    y = x
    while np.sum(y * y) > 1.0:
        y = y * 0.5 * np.cos(x)
    return y


def branched(x):
    if x[0] > 0.0:
        return np.sin(x) * x[1]
    return x


def constant(x):
    return np.zeros((2, 2)) + 1.0


ARRAYS = [wave, products, total, linear, outer, iterated, stencil, until, branched, constant]


@BOTH
@pytest.mark.parametrize("f", ARRAYS)
@pytest.mark.parametrize("optimize", [True, False])
def test_of_an_array(jac, f, optimize):
    found = jac(f, optimize=optimize)(X)
    expected = by_steps(f, X)
    assert found.shape == expected.shape and found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@BOTH
@pytest.mark.parametrize("f", [quadratic, rows, total, wave, np.transpose])
def test_of_a_matrix(jac, f):
    function = f if f is not np.transpose else lambda m: m.T * 2.0
    np.testing.assert_allclose(jac(function)(A), by_steps(function, A), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("f", [total, wave, products, iterated, stencil, until])
def test_second_derivatives_of_an_array(f):
    expected = by_differences(lambda x: by_steps(f, x), X)
    np.testing.assert_allclose(hessian(f)(X), expected, rtol=1e-7, atol=1e-7)


@BOTH
def test_empty_and_of_length_one(jac):
    assert jac(wave)(np.zeros(0)).shape == (0, 0)
    assert jac(total)(np.zeros(0)).shape == (0,)
    assert jac(outer)(np.zeros(0)).shape == (0, 0, 0)
    assert jac(lambda x: np.zeros(2) + np.sum(x))(np.zeros(0)).shape == (2, 0)
    np.testing.assert_allclose(jac(wave)(np.ones(1)), [[math.sin(1.0) + math.cos(1.0)]])
    assert hessian(total)(np.zeros(0)).shape == (0, 0)
    assert hessian(total)(np.ones((1, 1))).shape == (1, 1, 1, 1)


@BOTH
def test_float32_stays(jac):
    for x in (X, X[:1], X[:0]):
        assert jac(wave)(x.astype(np.float32)).dtype == np.float32
        assert jac(total)(x.astype(np.float32)).dtype == np.float32
    assert hessian(total)(X.astype(np.float32)).dtype == np.float32


def polar(r, phi):
    return r * math.cos(phi), r * math.sin(phi)


@BOTH
def test_several_numbers(jac):
    c, s = math.cos(0.5), math.sin(0.5)
    np.testing.assert_allclose(jac(polar, wrt=(0, 1))(2.0, 0.5), [[c, -2 * s], [s, 2 * c]])
    np.testing.assert_allclose(jac(polar, wrt=("phi", "r"))(2.0, 0.5), [[-2 * s, c], [2 * c, s]])
    np.testing.assert_allclose(jac(polar, wrt="phi")(2.0, 0.5), [-2 * s, 2 * c])
    np.testing.assert_allclose(jac(polar, argnums=1)(2, 0.5), [-2 * s, 2 * c])
    found = jac(polar, wrt=(0, 1))(2.0, 0.5)
    assert type(found) is tuple and type(found[0]) is tuple and type(found[0][0]) is float


def tree(p, k):
    return {"a": p["w"] @ p["b"][0] * k, "n": 3, "s": p["b"][1] ** 2, "rest": (np.sum(p["w"]), None)}


@BOTH
def test_structures_in_structures(jac):
    p = {"w": A, "b": (X, 1.5), "name": "x"}
    found = jac(tree)(p, 2)
    assert list(found) == ["a", "n", "s", "rest"] and found["n"] is None and found["rest"][1] is None
    np.testing.assert_allclose(found["a"]["w"], by_steps(lambda w: w @ X * 2, A))
    np.testing.assert_allclose(found["a"]["b"][0], 2 * A)
    np.testing.assert_array_equal(found["a"]["b"][1], np.zeros(2))
    np.testing.assert_array_equal(found["s"]["w"], np.zeros((2, 3)))
    assert found["s"]["b"][1] == 3.0 and found["a"]["name"] == "x"
    np.testing.assert_array_equal(found["rest"][0]["w"], np.ones((2, 3)))


def of_list(xs):
    return [xs[0] * xs[1], xs[1] * xs[2] ** 2]


@BOTH
def test_lists_of_numbers(jac):
    assert jac(lambda xs: xs[0] * xs[1])([2.0, 3.0]) == [3.0, 2.0]
    assert jac(of_list)([1.0, 2.0, 3.0]) == [[2.0, 1.0, 0.0], [0.0, 9.0, 12.0]]
    found = jac(lambda xs: np.array([xs[0] * xs[1], xs[1]]))([2.0, 3.0])
    np.testing.assert_array_equal(found, [[3.0, 0.0], [2.0, 1.0]])
    found = jac(lambda a: [a[0] * a[1], a[1]])(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(found, [[3.0, 2.0], [0.0, 1.0]])
    found = jac(lambda a: [v * v for v in a])(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(found, [[4.0, 0.0], [0.0, 6.0]])


@BOTH
def test_what_comes_beside_the_value(jac):
    found, aux = jac(lambda x: (wave(x), (x[0], "note")), has_aux=True)(X)
    np.testing.assert_allclose(found, by_steps(wave, X))
    assert aux == (0.5, "note")
    with pytest.raises(s2s_ad.KindError, match="pair"):
        jac(wave, has_aux=True)(X)


def test_hessian_with_what_comes_beside_the_value():
    found, aux = hessian(lambda x: (total(x), x[0]), has_aux=True)(X)
    np.testing.assert_allclose(found, hessian(total)(X))
    assert aux == 0.5


def three(x, y, z):
    return x**2 * y * math.exp(z) + math.sin(x * z)


def test_the_hessian_by_several_numbers_is_symmetric_and_right():
    at = (0.7, 1.3, -0.4)
    found = np.array(hessian(three, wrt=(0, 1, 2))(*at))
    gradient = grad(three, wrt=(0, 1, 2))
    expected = by_differences(lambda v: np.array(gradient(*map(float, v))), np.array(at))
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_array_equal(found, found.T)
    turned = np.array(hessian(three, wrt=("z", "x"))(*at))
    np.testing.assert_allclose(turned, found[np.ix_([2, 0], [2, 0])], rtol=1e-12)


def mixed(w, b, t):
    return np.sum(np.sin(w * b) * t) + t**3 * b[0]


def test_the_hessian_by_arrays_and_numbers():
    w, b, t = X, X[::-1].copy(), 0.8
    found = hessian(mixed, wrt=(0, 1, 2))(w, b, t)
    flat = np.concatenate([w, b, [t]])
    gradient = grad(mixed, wrt=(0, 1, 2))
    expected = by_differences(lambda v: np.concatenate([np.ravel(g) for g in gradient(v[:3], v[3:6], v[6])]), flat)
    rows = [np.hstack([np.reshape(block, (n, -1)) for block in row]) for n, row in zip((3, 3, 1), found)]
    np.testing.assert_allclose(np.vstack(rows), expected, atol=1e-8)
    assert [[np.shape(block) for block in row] for row in found] == [
        [(3, 3), (3, 3), (3,)],
        [(3, 3), (3, 3), (3,)],
        [(3,), (3,), ()],
    ]


@pytest.mark.parametrize("f", [total, lambda x: np.sum(iterated(x)), lambda x: np.sum(stencil(x) ** 2)])
def test_hessian_vector_products(f):
    v = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(hvp(f, (X,), (v,)), hessian(f)(X) @ v, rtol=1e-11)


def folded(x, xs):
    n = 0
    while n < 4 and x + x >= 0.9:
        n += 1
    y = abs(x)
    for _ in xs:
        x, y = y, y * n
    return math.exp(-(x**2))


def test_second_derivatives_through_a_sign_that_does_not_change():
    expected = (4.0 * 0.04 - 2.0) * math.exp(-0.04)
    assert hessian(folded)(0.2, [-1.3]) == pytest.approx(expected, rel=1e-14)
    value, tangent = linearize(grad(folded), 0.2, [-1.3])
    assert tangent(1.0, [0.0]) == pytest.approx(expected, rel=1e-14) and value == grad(folded)(0.2, [-1.3])


def test_hessian_vector_products_by_several():
    v = (X + 1.0, X - 2.0, 0.3)
    found = hvp(mixed, (X, X * 2.0, 0.8), v)
    blocks = hessian(mixed, wrt=(0, 1, 2))(X, X * 2.0, 0.8)
    for got, row in zip(found, blocks):
        np.testing.assert_allclose(got, sum(np.tensordot(b, np.asarray(w), axes=np.ndim(w)) for b, w in zip(row, v)))
    assert hvp(lambda x, n: x**n, (2.0, 3), (1.0, None)) == 12.0


def test_linearize():
    value, tangent = linearize(wave, X)
    np.testing.assert_array_equal(value, wave(X))
    for v in (X, np.ones(3)):
        np.testing.assert_allclose(tangent(v), jvp(wave, (X,), (v,))[1], rtol=1e-14)
    at = X.copy()
    _, tangent = linearize(stencil, at)
    at[:] = 0.0  # what was saved stays
    np.testing.assert_allclose(tangent(np.ones(3)), jvp(stencil, (X,), (np.ones(3),))[1], rtol=1e-14)
    value, tangent = linearize(lambda x, k, n: {"y": x**k, "n": n}, 3.0, 2.0, 7)
    assert value == {"y": 9.0, "n": 7}
    assert tangent(1.0, 0.0, None) == {"y": 6.0, "n": None}
    with pytest.raises(s2s_ad.KindError, match="3 primals and 1 tangents"):
        tangent(1.0)


def test_elementwise_grad():
    np.testing.assert_allclose(elementwise_grad(wave)(A), np.sin(A) + A * np.cos(A))
    assert elementwise_grad(elementwise_grad(lambda x: x**3))(2.0) == 12.0
    one, two = elementwise_grad(lambda x, y: x * y**2, wrt=(0, 1))(X, 2.0 * X)
    np.testing.assert_allclose(one, 4 * X**2)
    np.testing.assert_allclose(two, 4 * X**2)


# --- to higher orders -------------------------------------------------------------------------------------------------


def cubic(x):
    return np.sum(x**3 * x[::-1])


def weights(u, r):
    s = 0.0
    for i in range(len(u)):
        for j in range(i):
            s += np.exp(-r * (u[i] - u[j]) ** 2) * s
        s += 1.0
    return s


grad_weights = grad(weights)


def steep(u, r):
    return np.sum(grad_weights(u, r) ** 2)


def test_a_reverse_sweep_over_a_reverse_sweep_walks_its_tapes_again():
    found = grad(steep)(X, 0.7)
    np.testing.assert_allclose(found, by_differences(lambda u: steep(u, 0.7), X), rtol=1e-7)
    source = grad(steep).source(X, 0.7)
    assert "[::-1]" not in source and "[0.0] * len" not in source, source  # no tape is saved twice, none is too short
    assert "for j, s, v6, s_bar_2 in zip(range(i), s_tape, v2_tape, reversed(s_bar_tape)):" in source, source


def test_jacfwd_of_jacrev_equals_jacrev_of_jacfwd():
    for f in (cubic, wave, iterated, stencil):
        one, two = jacfwd(jacrev(f))(X), jacrev(jacfwd(f))(X)
        np.testing.assert_allclose(one, two, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(one, hessian(f)(X), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(one, jacrev(jacrev(f))(X), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(one, jacfwd(jacfwd(f))(X), rtol=1e-11, atol=1e-13)


def third(x):
    return by_differences(lambda y: hessian(cubic)(y), x, 1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda f: jacfwd(hessian(f)),
        lambda f: jacrev(hessian(f)),
        lambda f: hessian(grad(f)),
        lambda f: jacobian(jacrev(jacfwd(f))),
    ],
)
def test_third_order(make):
    np.testing.assert_allclose(make(cubic)(X), third(X), rtol=1e-6, atol=1e-6)


def test_fourth_order():
    f = lambda x: np.sum(x**4) + x[0] ** 2 * x[1] * x[2]  # noqa: E731
    found = hessian(hessian(f))(X)
    expected = np.zeros((3, 3, 3, 3))
    for i in range(3):
        expected[i, i, i, i] = 24.0
    for places in {(0, 0, 1, 2), (0, 0, 2, 1), (0, 1, 0, 2), (0, 2, 0, 1), (0, 1, 2, 0), (0, 2, 1, 0),
                   (1, 0, 0, 2), (2, 0, 0, 1), (1, 0, 2, 0), (2, 0, 1, 0), (1, 2, 0, 0), (2, 1, 0, 0)}:  # fmt: skip
        expected[places] = 2.0
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(jacfwd(jacrev(jacfwd(jacrev(f))))(X), expected, atol=1e-12)


def test_inside_a_function_that_is_differentiated():
    inner = jacobian(products)
    determinant = lambda x: np.sum(inner(x) ** 2)  # noqa: E731
    expected = by_differences(lambda x: np.sum(by_steps(products, x) ** 2), X)
    np.testing.assert_allclose(grad(determinant)(X), expected, rtol=1e-7)
    value, pullback = vjp(jacfwd(products), X)
    np.testing.assert_allclose(value, by_steps(products, X))
    np.testing.assert_allclose(pullback(2.0 * value)[0], expected, rtol=1e-7)
    np.testing.assert_allclose(
        jvp(hessian(cubic), (X,), (np.ones(3),))[1], np.sum(third(X), axis=-1), rtol=1e-6, atol=1e-6
    )


# --- which way --------------------------------------------------------------------------------------------------------


def test_the_jacobian_takes_the_shorter_way():
    wide, tall = (lambda x: np.array([np.sum(x), x[0]])), (lambda x: np.concatenate([x, x]))
    for f, mark, other in ((wide, "_bar", "_dot"), (tall, "_dot", "_bar")):
        taken = jacobian(f)
        assert mark in taken.source(X) and other not in taken.source(X)
        taken(X)
        assert taken.source() == taken.source(X)
    long, short = np.ones(5), np.ones(2)
    taken = jacobian(lambda x, y: x[:, None] * np.sum(x) * y)
    for x, y in ((long, short), (short, long)):
        np.testing.assert_allclose(taken(x, y), by_steps(lambda x, y=y: x[:, None] * np.sum(x) * y, x))


def talking(x):
    print("called")
    return x * x


def test_the_function_itself_is_called_once_for_each_shape(capsys):
    taken, counts = jacobian(talking), []
    for x in (X, X + 1.0, A[0], np.ones(2)):
        np.testing.assert_allclose(taken(x), np.diag(2.0 * x))
        counts.append(capsys.readouterr().out.count("called"))
    assert counts == [2, 1, 1, 2]  # the derivative prints as well


@pytest.mark.parametrize("mode", ["jacfwd", "jacrev", "jacobian", "hessian", "elementwise_grad"])
def test_the_module_stands_alone(mode, tmp_path):
    made = getattr(s2s_ad, mode)(wave)
    path = tmp_path / "made.py"
    made.save(path, X)
    scope = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    assert "s2s_ad" not in path.read_text(encoding="utf-8")
    np.testing.assert_array_equal(scope[f"wave_{mode}"](X), made(X))
    assert made.source(X) == made.source("float64[:]") and f"wave_{mode}" in made.ssa(X)


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_refusals_say_what_to_do():
    with pytest.raises(s2s_ad.UnsupportedError, match="complex"):
        jacfwd(wave)(X + 1j)
    with pytest.raises(s2s_ad.UnsupportedError, match="list of lists or of arrays"):
        jacfwd(lambda xs: xs[0] * 2.0)([X, X])
    with pytest.raises(s2s_ad.KindError, match="an array int64"):
        jacobian(wave)(np.arange(3))
