"""Tuples, lists, dicts, comprehensions."""

import math

import numpy as np
import pytest

from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()


@case((2.0, 4), (2.0, 1))
def append_then_sum(x, n):
    xs = []
    for i in range(n):
        xs.append(x**i)
    return sum(xs)


@case((2.0, 4))
def append_then_index(x, n):
    xs = [x]
    for i in range(n):
        xs.append(xs[i] * x + xs[-1])
    return xs[n] * xs[1]


@case((2.0, 4))
def append_then_array(x, n):
    xs = []
    for i in range(n):
        xs.append(x * i)
    a = np.array(xs)
    return np.sum(a * a)


@case((2.0, 5), (2.0, 0))
def generator_in_sum(x, n):
    return sum(x**i for i in range(n)) * x


@case((2.0, [1.0, 3.0, 2.5]))
def min_max_of_generators(x, xs):
    return min(x * v for v in xs) * max(v * v for v in xs)


@case((2.0, [1.0, 3.0, 2.5]))
def min_max_of_a_list(x, xs):
    return min(xs) * x + max(xs) * max([x, xs[0]])


@case((2.0, [1.0, 3.0, 2.5]), (2.0, [1.0, -3.0, 2.5]))
def any_and_all(x, xs):
    if all(v > 0 for v in xs):
        return x * xs[0]
    if any(v > 2 for v in xs):
        return x * x * xs[2]
    return x


@case((2.0, 4))
def comprehension(x, n):
    xs = [x * i for i in range(n)]
    ys = [v * v for v in xs if v > 1.0]
    return sum(ys) + len(ys) * x


@case((2.0, 3.0))
def comprehension_over_a_tuple(x, y):
    xs = [v * v for v in (x, y, x * y)]
    return xs[0] * xs[1] + xs[2]


@case((2.0, 3.0))
def dict_comprehension(x, y):
    d = {name: v * v for name, v in zip(("a", "b"), (x, y))}
    return d["a"] * d["b"] * len(d)


@case((2.0, 3.0))
def list_and_tuple_of_generators(x, y):
    a = list(v * 2 for v in (x, y))
    b = tuple(math.sin(v) for v in a)
    return a[0] * b[1]


@case((2.0, 3.0))
def dict_arguments_inside(x, y):
    d = {"x": x}
    d["y"] = y * x
    d["x"] = d["x"] * 2
    return d["x"] * d["y"] + sum(d.values())


@case(({"a": 2.0, "b": (3.0, 4.0)}, 1.5))
def structured_argument(p, y):
    a, (b, c) = p["a"], p["b"]
    return a * b * y + c * a


@case(((1.0, 2.0), 3.0))
def tuple_argument(pair, y):
    a, b = pair
    return a * b * y


@case(([1.0, 2.0, 4.0],))
def list_argument(xs):
    return xs[0] * xs[1] + xs[-1] ** 2 + sum(xs[1:]) * len(xs)


@case(([[1.0, 2.0], [3.0, 4.0]], 2.0))
def nested_lists(rows, x):
    s = 0.0
    for row in rows:
        for v in row:
            s = s * x + v
    return s * rows[0][1]


@case((2.0, 3.0))
def aliased_list(x, y):
    a = [x]
    b = a
    b.append(y)
    return a[1] * a[0] * len(a)


@case((2.0, 3.0), (-2.0, 3.0))
def list_changed_in_a_branch(x, y):
    a = [x, y]
    if x > 0:
        a[0] = x * y
    else:
        a.append(x)
        a.pop()
    return a[0] * a[1]


@case((2.0, 4))
def list_items_set_in_a_loop(x, n):
    a = [0.0] * n
    for i in range(n):
        a[i] = x * i
    return sum(v * v for v in a)


@case((2.0, 3.0))
def map_and_lambda(x, y):
    return sum(map(lambda v: v * v, (x, y))) * x


@case((2.0, 4))
def list_of_lists(x, n):
    rows = []
    for i in range(n):
        rows.append([x * i, x + i])
    s = 0.0
    for row in rows:
        s = s + row[0] * row[1]
    return s


@pytest.mark.parametrize("f, point", case.found)
def test_containers(f, point):
    agrees(f, *point)
