"""Whole programs on arrays that are read and not written."""

import numpy as np
import pytest

from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()
rng = np.random.default_rng(7)
V, W = rng.standard_normal(5), rng.standard_normal(5)
M, N = rng.standard_normal((4, 3)), rng.standard_normal((3, 2))
POSITIVE = rng.random(5) + 0.5


@case((V, W), (V, W[:1]), (V, 2.0))
def broadcasting(x, y):
    return np.sum(x * y + np.sin(x) / (2.0 + np.cos(y)))


@case((M, V[:3]), (M, np.ones((4, 1))), (M, np.array(2.0)))
def broadcast_rows(a, b):
    return a * b + b


@case((M, N))
def products(a, b):
    c = a @ b
    return np.sum(c * c) + np.dot(a[0], a[1])


@case((V, W))
def vectors(x, y):
    return np.dot(x, y) * np.sum(np.outer(x, y) ** 2) + x @ y


@case((M,))
def reductions(a):
    return np.mean(a, axis=0) @ np.sum(a, axis=0) + np.mean(a) * a.sum() + np.sum(a, axis=1, keepdims=True)[1, 0]


@case((M,))
def shapes(a):
    n, m = a.shape
    b = a.reshape(m, n).T
    return np.sum(b * a) / n + len(a) * a[0, 0] + np.sum(np.reshape(a, (-1,)) ** 3)


@case((V,))
def elements(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2 * x[i - 1]
    return s


@case((V,))
def slices(x):
    return np.sum((x[1:] - x[:-1]) ** 2) + np.sum(x[::2] * 3.0) + x[-1] * np.sum(x[::-1] * x)


@case((M,))
def rows(a):
    s = 0.0
    for row in a:
        s = s + np.sum(row) * row[0]
    return s


@case((V,), (np.zeros(0),))
def iterate_elements(x):
    s = 1.0
    for v in x:
        s = s * (v + 2.0)
    return s


@case((2.0, 3.0))
def creation(x, y):
    a = np.zeros(3) + x
    b = np.array([x, y, x * y])
    return np.sum(a * b * np.arange(3)) + np.sum(np.linspace(0.0, 1.0, 4) * x) + np.sum(np.ones((2, 2)) * y)


@case((2.0, 3.0))
def stacks(x, y):
    a = np.stack([np.array([x, y]), np.array([y, x * y])])
    return np.sum(a @ a)


@case((V, 2.0))
def number_becomes_array(x, k):
    s = 0.0
    for i in range(3):
        s = s + x * k * i
    return np.sum(s * s)


@case((POSITIVE,))
def elementwise(x):
    a = np.log(x) + np.sqrt(x) * np.tanh(x) - np.exp(-x) + np.arctan(x) ** 2 + x**1.5
    return np.sum(np.where(x > 1.0, a, x * x) + np.maximum(x, 0.7) * np.minimum(x, 0.9) + np.abs(x - 0.8))


@case((V.astype(np.float64), 3))
def power_iteration(x, n):
    for _ in range(n):
        x = np.tanh(x) * x.sum()
    return x


@case((V[:2],))
def unpacked(x):
    a, b = x
    return a * b * b


@case((M, V[:4], V[:3]))
def regression(x, y, w):
    r = x @ w - y
    return np.sum(r**2) / len(y) + 0.1 * np.sum(w * w)


@case((V, 2))
def gathered(x, i):
    return x[i] * x[i + 1] + np.sum(x[np.array([0, 0, 3])] ** 2) + np.sum(x[x > 0.0] ** 2)


@case((np.float64(2.0), 3.0))
def numpy_scalar(x, y):
    return x * y * np.sin(x)


@pytest.mark.parametrize("f, point", case.found)
def test_arrays(f, point):
    agrees(f, *point)


def test_float32_stays_float32():
    import s2s_ad

    x = V.astype(np.float32)
    value, gradient = s2s_ad.value_and_grad(lambda x: np.sum(np.sin(x) * 2.0 * x))(x)
    assert gradient.dtype == np.float32 and value.dtype == np.float32
    np.testing.assert_allclose(gradient, 2 * (np.cos(x) * x + np.sin(x)), rtol=1e-6)


def test_a_gradient_shares_no_memory_with_the_arguments():
    import s2s_ad

    y = W.copy()
    gradient = s2s_ad.grad(lambda x, y: np.sum(x * y))(V, y)
    gradient *= 0.0
    assert np.array_equal(y, W)
    a, b = s2s_ad.grad(lambda x, y: np.sum(x + y), wrt=(0, 1))(V, y)
    a += 1.0
    assert np.array_equal(b, np.ones(5))
