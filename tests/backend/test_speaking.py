"""Names of what the user has not named, and the statements that are written shorter, each in a whole function."""

import numpy as np

from s2s_ad.listing import derivative_source
from tests.agree import agrees

X = np.linspace(0.2, 1.1, 5)
A = np.random.default_rng(3).standard_normal((5, 5))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def gate(w, u):
    inner = np.sin(u) * u
    open_ = sigmoid(w @ inner)
    return np.sum(open_ * inner)


def powers(x):
    total = 0.0
    for k in range(3):
        total = total + np.sin(x[k]) ** 2
    return total * np.sum(x * x)


def centred(a, n):
    y = np.empty(len(n))
    for i in range(len(y)):
        y[i] = a[i] @ a[:, i] * n[i]
    return y


def turned(a, x):
    return (a.T @ (a @ x)) @ np.exp(a.T @ x)


def test_the_result_of_a_helper_has_the_name_that_the_caller_gives_it():
    agrees(gate, A, X)
    text = derivative_source(gate, ("vjp",), args=(A, X))
    assert "    open_ = 1.0 / " in text and "open__bar = " in text


def test_a_temporary_is_called_after_its_function():
    agrees(gate, A, X)
    assert "    cos_u = " not in derivative_source(gate, ("vjp",), args=(A, X))  # it is used once
    assert "    sin_u = np.sin(u)\n" in derivative_source(gate, ("vjp",), args=(A, X))


def test_a_sum_of_numbers_is_augmented():
    agrees(powers, X)
    text = derivative_source(powers, ("jvp",), args=(X,))
    assert "total_dot += " in text and "total = total + " in text  # as the user wrote it


def test_an_array_over_whose_length_a_loop_goes_is_not_copied():
    agrees(centred, A, X)
    assert ".copy()" not in derivative_source(centred, ("jvp",), args=(A, X))


def test_an_argument_is_transposed_where_it_is_needed():
    agrees(turned, A, X)
    text = derivative_source(turned, ("jvp", "vjp"), args=(A, X))
    assert "a.T @" in text and "= a.T\n" not in text
