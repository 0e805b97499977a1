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


def scaled_sine(s, x):
    return s * np.sin(x)


def weighted(a, x):
    w = np.cos(x)
    return np.sum(w * (x - np.mean(x))) * np.sum(a[0] * x)


def test_a_sum_of_products_in_the_reverse_sweep_is_an_inner_product():
    agrees(scaled_sine, 0.7, X)
    assert "s_bar = y_bar @ " in derivative_source(scaled_sine, ("vjp",), args=(0.7, X))


def test_the_value_is_computed_as_the_user_wrote_it():
    agrees(weighted, A, X)
    text = derivative_source(weighted, ("value_and_grad",), args=(A, X))
    forward = text.split("# Reverse sweep")[0]
    assert "np.sum(w * " in forward and " @ " not in forward


def picked(a, at):
    return np.sum(a[np.arange(len(at)), at] ** 2)


def picked_anyhow(a, at):
    return np.sum(a[np.arange(1), at] ** 2)


def test_what_is_picked_of_each_row_is_picked_once():
    agrees(picked, A, np.array([1, 4, 1, 0, -1]))
    assert "np.add.at" not in derivative_source(picked, ("vjp",), args=(A, np.array([1, 4, 1, 0, -1])))
    agrees(picked_anyhow, A, np.array([1, 4, 1]))  # the same element twice
    assert "np.add.at" in derivative_source(picked_anyhow, ("vjp",), args=(A, np.array([1, 4, 1])))
