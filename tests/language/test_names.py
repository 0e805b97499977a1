"""Names that a module of ours uses itself, as names of the user's."""

import pytest

import s2s_ad
from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()


@case((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7))
def builtins_as_parameters(range, len, reversed, list, sum, float, zip):
    s = range
    k = 0
    while k < 4:
        s = s * len * reversed + list * sum - float * zip * s
        k += 1
    return s


@case((0.3, [1.0, 2.0]))
def builtins_around_a_loop(enumerate, xs):
    s = enumerate
    for x in xs:
        s = s * x + enumerate * s
    return s


@case((2.0, 3.0))
def modules_as_parameters(math, np):
    return abs(math) ** np * math


@case((1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
def derived_names(y, y_bar, saved, value, y_dot, x):
    return y * y_bar * saved * value * y_dot * x


@case((1.1, 3))
def a_tape(tape, n):
    s = tape
    for _ in range(n):
        s = s * s * tape
    return s


@case((1.0, 2.0))
def not_ascii(λ, é_bar):
    return λ * λ * é_bar


def two_squares_grad(x):
    return x * x


@case((1.5,))
def two_squares(x):
    return two_squares_grad(x) * x


@case(([1.0, 2.0], 2.0, 3.0, 4.0))
def unpacked(xs, ValueError, len, format):
    a, b = xs
    return a * b * ValueError * len * format


@pytest.mark.parametrize("f, point", case.found)
def test_names(f, point):
    agrees(f, *point)


def test_what_is_unpacked_wrongly_still_raises_a_value_error():
    with pytest.raises(ValueError, match="expected 2 values to unpack, got 3"):
        s2s_ad.grad(unpacked)([1.0, 2.0, 3.0], 2.0, 3.0, 4.0)
