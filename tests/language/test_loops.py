"""Loops, and the ways out of them."""

import math

import pytest

import s2s_ad
from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()


@case((0.3, 2.9, 7), (0.3, 2.9, 0), (0.3, 2.9, 1))
def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


@case((1.1, 2.0, 5))
def index_in_arithmetic(x, y, n):
    total = 0.0
    for i in range(1, n, 2):
        total += i * x**i * y
    return total


@case((1.1, 5), (1.1, 0))
def downwards(x, n):
    total = x
    for i in range(n, 0, -1):
        total = total * x + i
    return total


@case((1.1, 0.5, 4), (1.1, 0.5, 0))
def initial_value_read_inside(x, y, n):
    s = x
    for _ in range(n):
        s = s * x + y
    return s * s


@case((1.1, 0.5, 3), (1.1, 0.5, 0))
def nested(x, y, n):
    s = x
    for i in range(n):
        t = s
        for j in range(n):
            t = t * y + x * j
        s = s + t * t
    return s


@case((1.1, 0.5, 4))
def triangular(x, y, n):
    s = y
    for i in range(n):
        for j in range(i + 1):
            s = s * x + y * j - i
    return s


@case((3.0,), (0.5,))
def newton(a):
    x = a
    while abs(x * x - a) > 1e-14 * a:
        x = 0.5 * (x + a / x)
    return x


@case((1.5, 10.0, 8), (1.5, 1.0, 8), (1.5, 1e9, 8), (-1.5, 10.0, 8))
def first_above(x, level, n):
    total = 0.0
    for i in range(n):
        x = x * 1.5
        if x < 0.0:
            continue
        total = total + x * x
        if total > level:
            break
    return total


@case((2.0, 3), (2.0, 0))
def break_in_the_first_trip(x, n):
    s = x
    for i in range(n):
        s = s * x
        break
    return s


@case((1.3, 5.0), (1.3, 1e9), (9.0, 5.0))
def while_with_break(x, level):
    s, k = x, 0
    while k < 10:
        if s > level:
            break
        s = s * x + k
        k += 1
    return s * x


@case((1.3, 4.0, 9), (1.3, 1e9, 9))
def for_else(x, level, n):
    s = x
    for i in range(n):
        s = s * x
        if s > level:
            break
    else:
        s = -s * s
    return s + x


@case((1.3, 4.0), (1.3, 1.0))
def while_else(x, level):
    s, k = x, 0
    while k < 5:
        s = s * x
        k = k + 1
        if s > level:
            break
    else:
        s = s * 10.0
    return s


@case((1.3, 4.0, 9), (1.3, 1e9, 9), (1.3, 4.0, 0))
def return_inside(x, level, n):
    s = x
    for i in range(n):
        s = s * x + i
        if s > level:
            return s * x
    return -s


@case((1.3, 4.0, 5), (1.3, 1e9, 5), (1.3, 20.0, 5))
def return_from_the_inner_loop(x, level, n):
    s = x
    for i in range(n):
        for j in range(i):
            s = s * x
            if s > level:
                return s * s
        s = s + x
    return s


@case((1.3, 3))
def first_set_inside(x, n):
    for i in range(n):
        t = x * i
        last = t * t
    return last + t


@case((1.3, 3))
def loop_variable_after(x, n):
    for i in range(n):
        pass
    return x * i


@case((1.3, 4))
def int_becomes_float(x, n):
    s = 0
    for i in range(n):
        s += x * i
    return s * s


@case((1.3, 4))
def counter_as_exponent(x, n):
    k = 0
    s = 0.0
    while k < n:
        s += x**k
        k += 1
    return s * x


@case((1.1, 0.9, 6), (1.1, 0.9, 0))
def fibonacci(a, b, n):
    for _ in range(n):
        a, b = b, a * b + 0.1
    return a


@case((1.1, 0.9, 6))
def branch_in_a_loop(x, y, n):
    s = x
    for i in range(n):
        if i % 2 == 0:
            s = s * y
        elif i > 3:
            t = s * s
            s = t + x
        else:
            s = s - y
    return s


@case(((1.0, 2.0, 0.5), 0.3))
def over_a_tuple(xs, y):
    s = y
    for x in xs:
        s = s * x + y
    return s


@case(([1.0, 2.0, 0.5], 0.3))
def over_a_list(xs, y):
    s = y
    for x in xs:
        s = s * x + y
    return s


@case(([1.0, 2.0, 0.5], [0.3, 0.2, 0.1]), ([1.0, 2.0, 0.5], [0.3, 0.2]))
def over_zip(xs, ys):
    s = 1.0
    for x, y in zip(xs, ys):
        s = s * x + y
    return s


@case(([1.0, 2.0, 0.5], 0.3))
def over_enumerate(xs, y):
    s = y
    for i, x in enumerate(xs, 1):
        s = s * x + i * y
    return s


@case(([1.0, 2.0, 0.5], 0.3))
def over_reversed(xs, y):
    s = y
    for x in reversed(xs):
        s = s * x + y
    for i in reversed(range(3)):
        s = s * xs[i]
    return s


@case(({"a": 1.5, "b": 0.5}, 2.0))
def over_dict_items(parts, y):
    s = y
    for name, x in parts.items():
        s = s * x if name == "a" else s + x * x
    return s


@case(([1.0, 2.0, 3.0, 4.0], 5.5), ([1.0, 2.0, 3.0, 4.0], 0.5))
def list_with_break(xs, level):
    s = 0.0
    for x in xs:
        s += x * x
        if s > level:
            break
    return s * xs[0]


@case((1.1, 3), (1.1, 0))
def twice_the_same_loop(x, n):
    s = x
    for _ in range(n):
        s = s * x
    for _ in range(n):
        s = s * s + x
    return s


@case((0.4, 3))
def three_deep(x, n):
    s = 1.0
    for i in range(n):
        for j in range(i, n):
            for k in range(j):
                s = s * (x + 0.1 * k) + j
    return s


@case((0.7, 12))
def while_with_continue(x, n):
    k, s = 0, x
    while k < n:
        k += 1
        if k % 3 == 0:
            continue
        s = s * x + k
    return s


@case((0.7,))
def while_true(x):
    s = x
    while True:
        s = s * 1.7
        if s > 5.0:
            return s * s


@case((0.7, 4))
def walrus_in_the_condition(x, n):
    s, k = x, 0
    while (k := k + 1) < n:
        s = s * s + x
    return s


@pytest.mark.parametrize("f, point", case.found)
def test_loops(f, point):
    agrees(f, *point)


def rolled_back(x, n):
    row = [x * i for i in range(n + 1)]
    for step in range(n, 0, -1):
        earlier = []
        for i in range(step):
            earlier.append(math.sin(row[i]) * row[i + 1])
        row = earlier
    return row[0]


def test_a_list_that_a_trip_hands_to_the_next_is_not_copied():
    agrees(rolled_back, 0.7, 4)
    assert ".copy()" not in s2s_ad.grad(rolled_back).source(0.7, 4)
