"""What may be passed to the transforms, and what comes back: kinds, structures, positions, refusals."""

import functools
import math
import pickle

import numpy as np
import pytest

import s2s_ad
from s2s_ad import grad, jvp, value_and_grad, vjp
from tests.agree import agrees, same


def cube(x):
    return x**3


@pytest.mark.parametrize(
    "x, kind",
    [(2.0, float), (2, float), (np.int64(2), float), (np.float64(2.0), np.float64), (np.array(2.0), np.float64)],
)
def test_one_number(x, kind):
    found = grad(cube)(x)
    assert found == 12.0 and type(found) is kind


def test_one_number_of_float32():
    assert grad(cube)(np.float32(2.0)).dtype == np.float32
    assert grad(lambda a: np.sum(a * a * 2.0))(np.ones(2, np.float32)).dtype == np.float32


def test_kinds_do_not_mix():
    g = grad(cube)
    assert [type(g(x)) for x in (2.0, np.float64(2.0), 2, 2.0)] == [float, np.float64, float, float]


@pytest.mark.parametrize("x", [True, None, "a", b"a", 1j, np.array([1, 2]), np.ones((1, 1)).view(np.matrix), cube])
def test_what_is_no_real_number(x):
    with pytest.raises(s2s_ad.DifferentiationError):
        grad(cube)(x)


def test_arrays_with_other_arithmetic_are_refused():
    square = lambda a: np.sum(a * a)  # noqa: E731
    for a in (np.ones((2, 2)).view(np.matrix), np.ma.array([1.0, 2.0], mask=[0, 1])):
        with pytest.raises(s2s_ad.DifferentiationError):
            grad(square)(a)


def test_ints_in_structures_are_floats():
    product = lambda xs: xs[0] * xs[1]  # noqa: E731
    assert grad(product)([2, 3]) == [3.0, 2.0]
    assert grad(product)((2, 3)) == (3.0, 2.0)
    assert grad(product)([2, 3.0]) == [3.0, 2.0]


def test_an_empty_list():
    assert grad(lambda xs: sum(xs) + 0.0)([]) == []


def nested(p):
    s = 0.0
    for value in p["a"].values():
        s += value * value
    return s + p["b"][0] * p["b"][1][0] + (p["c"] or 2.0)


def test_nested_structures():
    at = {"a": {"u": 1.0, "v": 2.0}, "b": (3.0, [4.0, 5.0]), "c": None}
    assert grad(nested)(at) == {"a": {"u": 2.0, "v": 4.0}, "b": (4.0, [3.0, 0.0]), "c": None}
    assert grad(nested)({"a": {}, "b": (3.0, [4.0]), "c": 1.5}) == {"a": {}, "b": (4.0, [3.0]), "c": 1.0}


def starred(a, *xs):
    return a * xs[0] * xs[1] ** 2


def test_an_index_counts_the_arguments_of_the_call():
    assert [grad(starred, wrt=i)(5.0, 2.0, 3.0) for i in range(3)] == [18.0, 45.0, 60.0]
    assert grad(starred, wrt=(2, 0))(5.0, 2.0, 3.0) == (60.0, 18.0)
    assert grad(starred, wrt=-1)(5.0, 2, 3) == 60.0
    assert grad(starred, wrt="xs")(5.0, 2.0, 3.0) == (45.0, 60.0)
    assert vjp(starred, 5.0, 2.0, 3.0)[1](1.0) == (18.0, 45.0, 60.0)
    assert vjp(starred, 5.0, 2, 3)[1](1.0) == (18.0, None, None)
    assert jvp(starred, (5.0, 2.0, 3.0), (1.0, 0.0, 1.0)) == (90.0, 78.0)
    assert s2s_ad.jvp(grad(starred, wrt=1), (5.0, 2.0, 3.0), (0.0, 0.0, 1.0))[1] == 30.0
    for wrong in (3, -4, ("xs", 1)):
        with pytest.raises(s2s_ad.KindError):
            grad(starred, wrt=wrong)(5.0, 2.0, 3.0)


def keywords(x, y=3.0, *, k=2.0, **more):
    return x * y * k + more.get("z", 0.0)


def test_keywords_and_defaults():
    assert grad(keywords)(2.0) == 6.0
    assert grad(keywords)(2.0, k=5.0) == 15.0
    assert grad(keywords, wrt="k")(2.0) == 6.0
    assert grad(keywords, wrt="y")(x=2.0) == 4.0
    assert grad(keywords, wrt="more")(2.0, z=1.0) == {"z": 1.0}
    assert vjp(keywords, 2.0)[1](1.0) == (6.0,)
    with pytest.raises(TypeError, match="positional"):
        grad(keywords)(1.0, 2.0, 3.0)


@pytest.mark.parametrize("cotangent", [None, "1.0", np.ones(2), [1.0], cube])
def test_a_cotangent_that_is_no_number(cotangent):
    with pytest.raises(s2s_ad.KindError, match="must be a number"):
        vjp(cube, 2.0)[1](cotangent)


def test_tangents_and_cotangents_have_the_shape_of_what_they_belong_to():
    double = lambda x: x * 2.0  # noqa: E731
    for wrong in (np.ones(3), 1.0):
        with pytest.raises(s2s_ad.KindError, match="shape"):
            jvp(double, (np.ones(2),), (wrong,))
        with pytest.raises(s2s_ad.KindError, match="shape"):
            vjp(double, np.ones(2))[1](wrong)


def test_a_pullback_is_called_again_after_everything_has_changed():
    x = np.array([1.0, 2.0])
    value, pullback = vjp(lambda x: x * x, x)
    x[:] = 0.0
    value[:] = 0.0
    pullback(np.ones(2))[0][:] = 99.0
    np.testing.assert_array_equal(pullback(np.ones(2))[0], [2.0, 4.0])
    ones = np.ones(2)
    vjp(lambda x: x, x)[1](ones)[0][:] = 5.0
    np.testing.assert_array_equal(ones, [1.0, 1.0])


def pow_of(n, x):
    return x**n


class Callable:
    def __call__(self, x):
        return x * x

    def method(self, x):
        return x * x


@pytest.mark.parametrize("f", [functools.partial(cube), Callable(), Callable().method, functools.partial(pow_of, 3)])
def test_what_holds_a_function_written_in_python(f):
    assert grad(f)(2.0) == (12.0 if isinstance(f, functools.partial) else 4.0)


@pytest.mark.parametrize("f", [math.hypot, np.vectorize(cube), print, float, 3.0, None])
def test_what_is_no_function_written_in_python_is_refused(f):
    with pytest.raises(s2s_ad.DifferentiationError) as caught:
        grad(f)
    assert caught.value.remedy


def test_functions_of_a_library_are_taken_as_they_are():
    assert grad(math.sin)(0.7) == grad(np.sin)(0.7) == math.cos(0.7)
    assert grad(abs)(-2.0) == -1.0
    assert grad(np.multiply, wrt=(0, 1))(2.0, 3.0) == (3.0, 2.0)
    np.testing.assert_array_equal(grad(np.linalg.norm)(np.array([3.0, 4.0])), [0.6, 0.8])
    np.testing.assert_array_equal(grad(np.trace)(np.zeros((2, 2))), np.eye(2))
    assert "return np.cos(x)" in grad(np.sin).source()
    assert pickle.loads(pickle.dumps(grad(np.tanh)))(0.0) == 1.0
    s2s_ad.check_grads(np.tanh, (np.array([0.3, -2.0]),), order=2)


def slopes_inside(x):
    return grad(math.sin)(x) * x + s2s_ad.jvp(np.tanh, (x,), (1.0,))[1]


def test_functions_of_a_library_inside():
    agrees(slopes_inside, 0.7)


def test_what_is_asked_of_no_function_is_said_as_it_is():
    for ask in (lambda: s2s_ad.jvp(cube, 2.0, 1.0), lambda: s2s_ad.hvp(cube, np.ones(1), (1.0,))):
        with pytest.raises(s2s_ad.KindError, match="the primals are a tuple with one for each argument") as caught:
            ask()
        assert caught.value.remedy == "Write (x,) for a single one."
    with pytest.raises(s2s_ad.KindError, match="the arguments are a tuple"):
        s2s_ad.check_grads(cube, 2.0)
    with pytest.raises(TypeError, match=r"cube\(\) is called with other arguments .* missing a required argument: 'x'"):
        grad(cube)()
    with pytest.raises(s2s_ad.KindError, match="cube has 1 parameter; wrt=3"):
        grad(cube, wrt=3)(2.0)


def power_of(*given):
    return given[0] ** given[1]


def test_an_int_among_any_number_of_arguments_stays_one():
    assert s2s_ad.jvp(power_of, (2.0, 3), (1.0, None)) == (8.0, 12.0)
    assert vjp(power_of, 2.0, 3)[1](1.0) == (12.0, None)
    assert grad(power_of)(2.0, 3) == 12.0
    assert grad(power_of, wrt=(0, 1))(2.0, 3) == (12.0, 8.0 * math.log(2.0))
    s2s_ad.check_grads(power_of, (2.0, 3), order=2)
    s2s_ad.check_grads(power_of, (2.0, 3.0), order=2)


def test_the_order_of_decorators_is_said():
    for above in (staticmethod, classmethod, property):
        with pytest.raises(s2s_ad.UnsupportedError, match=f"a {above.__name__} is not a function") as caught:
            s2s_ad.differentiate(above(cube))
        assert f"@{above.__name__} above" in caught.value.remedy
    assert s2s_ad.differentiate(cube).grad(2.0) == 12.0


def test_a_decorated_function_says_what_it_is():
    assert repr(s2s_ad.differentiate(cube)) == "<differentiable function cube>"


@functools.lru_cache
def cached(x):
    return x * x


def test_a_cache_of_results_is_looked_through():
    assert grad(cached)(3.0) == 6.0
    assert grad(lambda x: cached(x) * x)(2.0) == 12.0


def only_raises(x, mode="a"):
    if mode == "a":
        return x
    raise ValueError(f"bad {mode} at {x}")


def test_a_function_that_only_raises_raises():
    assert grad(only_raises)(2.0) == 1.0
    for call in (grad(only_raises), value_and_grad(only_raises), functools.partial(vjp, only_raises)):
        with pytest.raises(ValueError, match="bad b at 2.0"):
            call(2.0, "b")


def pair(xs):
    a, b = xs
    return a * b


def first_and_rest(xs):
    a, b, *rest = xs
    return a * b * sum(rest)


def rows(m):
    s = 0.0
    for a, b in m:
        s += a * b
    return s


@pytest.mark.parametrize("make", [list, np.array])
def test_unpacking_looks_at_the_length(make):
    np.testing.assert_array_equal(grad(pair)(make([2.0, 3.0])), [3.0, 2.0])
    with pytest.raises(ValueError, match="expected 2 values to unpack, got 3") as caught:
        grad(pair)(make([2.0, 3.0, 4.0]))
    assert any("a, b = xs" in note for note in caught.value.__notes__)
    np.testing.assert_array_equal(grad(first_and_rest)(make([2.0, 3.0, 4.0])), [12.0, 8.0, 6.0])


def test_unpacking_rows_looks_at_their_length():
    np.testing.assert_array_equal(grad(rows)(np.array([[1.0, 2.0], [3.0, 4.0]])), [[2.0, 1.0], [4.0, 3.0]])
    with pytest.raises(ValueError, match="expected 2 values"):
        grad(rows)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="at least 2 values"):
        grad(first_and_rest)([1.0])


def test_calls_with_arrays_take_the_code_of_their_kinds():
    """After the first call the forms of the arguments alone find the code: each form its own."""

    def scaled(x, y):
        return np.sum(x * y)

    gradient = grad(scaled, (0, 1))
    long, one = np.array([1.0, 2.0, 3.0]), np.array([4.0])
    for _ in range(3):
        same(gradient(long, long + 1.0), (long + 1.0, long))
        same(gradient(long, one), (np.full(3, 4.0), np.array([6.0])))
        same(gradient(one, long), (np.array([6.0]), np.full(3, 4.0)))
        same(gradient(long, 2.0), (np.full(3, 2.0), 6.0))
        assert gradient(long.astype(np.float32), long)[0].dtype == np.float32
        same(gradient(np.array(2.0), long), (np.array(6.0), np.full(3, 2.0)))


def test_arrays_that_share_memory_are_refused_at_each_call():
    def shifted(x, y):
        x[0] = y[1]
        return np.sum(x * y)

    gradient = grad(shifted)
    u = np.arange(4.0)
    for _ in range(3):
        gradient(u.copy(), u)
        with pytest.raises(s2s_ad.UnsupportedError):
            gradient(u, u)
