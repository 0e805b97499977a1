"""Loops in one another that are written as one, and iterables made of others."""

import copy
import enum
import functools
import itertools
import operator

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()
V = np.array([0.5, -0.2, 1.3, 0.7, 0.1])
A = np.arange(12.0).reshape(3, 4) / 7 + 0.3


@case((V,), (V + 1.0,), (V / 10,))
def product_with_break_and_else(x):
    s = 0.0
    for i, j in itertools.product(range(3), range(2)):
        if x[i] > 0.7:
            break
        if i == j:
            continue
        s += x[i] * x[j]
    else:
        s += 100 * x[4]
    return s


@case((V,))
def product_of_arrays_as_they_were(x):
    x = x.copy()
    s = 0.0
    for a, b in itertools.product(x, x):
        x[0] = 5.0
        s += a * b * b
    return s


@case((V,))
def product_repeated(x):
    return sum([x[i] * x[j] for i, j in itertools.product((0, 1), repeat=2) if i <= j])


@case((V,))
def product_of_nothing(x):
    s = x[0]
    for _ in itertools.product():
        s = s * x[1]
    return s


@case((V,))
def product_in_a_comprehension(x):
    return np.array([a * b for a, b in itertools.product(x, x)]).sum()


@case((V,))
def product_of_a_zip(x):
    return sum(a * b * c for (a, b), c in itertools.product(zip((x[0], x[1]), (x[2], x[3])), [x[0], x[4]]))


@case((V,), (V[:1],))
def combinations_of_an_array(x):
    s = x[0]
    for a, b in itertools.combinations(x, 2):
        s += a * b * b
    return s


@case((V,), (V / 10,))
def combinations_of_places_with_return(x):
    for i, j in itertools.combinations(range(len(x)), 2):
        if x[i] * x[j] > 0.3:
            return x[i] ** 2 * x[j]
    return x[0]


@case((V,))
def combinations_of_every_second(x):
    return sum(x[i] * x[j] for i, j in itertools.combinations(range(0, 5, 2), 2))


@case((V,))
def combinations_that_come_again(x):
    return sum(a * b * c**2 for a, b, c in itertools.combinations_with_replacement([x[0], x[1], x[2]], 3))


@case((A,))
def every_index(a):
    out = np.zeros((2, 2))
    for i, j in np.ndindex(2, 2):
        out[i, j] = a[i, j] * a[j, i]
    return out.sum()


@case((A,))
def every_index_as_a_tuple(a):
    out = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        out[index] = a[index] ** 2
    return out.sum()


@case((V,))
def enumerated_elements(x):
    t = 0.0
    for (i,), v in np.ndenumerate(x):
        t += i * v * v
    return t


@case((A,))
def enumerated_while_written(a):
    a = a.copy()
    for (i, j), v in np.ndenumerate(a):
        a[i, (j + 1) % 4] = i * v * v
    return a.sum()


@case((V,))
def reduced_without_a_start(x):
    return functools.reduce(lambda a, b: a * b + 1, x)


@case((V,))
def running_totals(x):
    s = 0.0
    for c in itertools.accumulate(x):
        s += c * c
    return s + sum(itertools.accumulate(x, operator.mul, initial=2.0))


@case((V,))
def neighbours(x):
    return sum(a * b**2 for a, b in itertools.pairwise(x))


@case((V,))
def chained(x):
    return sum(i * v for i, v in enumerate(itertools.chain(x, [x[0], x[1]], x)))


@case((V,))
def parts_of_iterables(x):
    return sum(v * v for v in itertools.islice(x, 1, 4, 2)) + sum(itertools.islice(x, 2))


@case((V,))
def star_mapped(x):
    return sum(itertools.starmap(operator.mul, zip(x, x[::-1])))


@case((V,), (list(map(float, V)),))
def sorted_numbers(x):
    return sorted(x)[0] * sorted(x, reverse=True)[0] ** 2 + sum(v * v for v in sorted(x, key=lambda t: -t)[:2])


@case((1.0, 3.0), (2.0, -1.0))
def sorted_few(a, b):
    return sorted([a, b, a * b])[1]


@case((V,))
def sorted_in_place(x):
    u = [x[0], x[2], x[1]]
    u.sort()
    u[0] *= 2
    v = list(x)
    v.sort(reverse=True)
    return u[0] * u[2] + v[0] ** 2


@case((V,))
def extremes_by_key(x):
    return max(x, key=lambda t: -t) * min(x, key=abs) + max(x[0], x[1], key=lambda t: -t)


@case((V,))
def ends_deleted(x):
    u = list(x)
    del u[0]
    del u[-1]
    return u[0] * u[-1] + x.item(2) ** 2


@case((A,))
def items(a):
    return a.item(1, 2) ** 2 + a.item(5)


@case((V,))
def copies(x):
    y = copy.copy(x)
    y[0] = 3.0
    z = copy.deepcopy(x)
    return (y * z).sum()


@case((V,))
def deep_and_shallow_copies(x):
    a = [x, [x * 2]]
    b = copy.deepcopy(a)
    c = copy.copy(a)
    b[1][0] = 1.0
    c[1][0] = x * 5
    return a[1][0].sum() + b[1][0] + a[0][0] * b[0][0]


@case((1.5,), (3.5,))
def the_first_that_passes(x):
    k = next(i for i, v in enumerate([1.0, 2.0, 3.0, 4.0]) if v > x)
    return x**k * next(filter(lambda v: v > 100, [x, 2 * x]), x) + next(map(abs, [-x]))


@case((1.5,), (-0.5,))
def filtered_items(x):
    total = 0.0
    for v in filter(lambda v: v > 0, [x, 2 * x, -x]):
        total += v * v
    for v in filter(None, [0.0, x]):
        total += v
    return total + sum(filter(lambda v: v < 1, [x, -x])) * x


@case((1.5,), (0.5,))
def a_loop_over_a_generator_sees_what_changes(x):
    y, total = x, 0.0
    for v in (y * k for k in range(6) if k != 2):
        if v > 50:
            break
        if v == 0:
            continue
        y = v + x
        total += v * y
    else:
        total = -total
    return total


@case((V,))
def slices_made_before(x):
    tail, every = slice(1, None), slice(None, None, 2)
    return np.sum(x[tail] ** 2) * np.sum(x[every])


class Weight(enum.IntEnum):
    LIGHT = 1
    HEAVY = 3


@case((1.5,))
def numbers_of_an_enumeration(x):
    return x * Weight.HEAVY + (x if Weight.LIGHT == 1 else 0.0) ** Weight.HEAVY


@case((1.5,))
def a_function_that_remembers(x):
    @functools.lru_cache(maxsize=None)
    def fib(n):
        return x if n < 2 else fib(n - 1) + fib(n - 2)

    return fib(6) * x


@pytest.mark.parametrize("f, args", case.found)
def test_iteration(f, args):
    agrees(f, *args)


def first_large(x):
    for i in range(len(x)):
        if x[i] > 0.3:
            return x[i] ** 2
    return 0.0


def test_a_loop_that_returns_reads_as_one():
    text = s2s_ad.grad(first_large).source(V)
    assert "            returned = True\n            break\n" in text
    assert "returned = False" in text and text.count("returned = ") == 2
    assert "zip" not in text  # what was returned so far is not saved


def large_product(x):
    for i in range(len(x)):
        if x[i] > 0.3:
            return 1.0
    return x[0]


def test_a_buffer_of_both_branches_is_made_once():
    assert s2s_ad.grad(large_product).source(V).count("zeros_like") == 1
    agrees(large_product, V)
    agrees(large_product, V / 10)


def twice_from_an_iterator(x):
    it = iter([x, 2 * x])
    return next(it) * next(it)


def test_an_iterator_that_has_been_taken_from():
    with pytest.raises(s2s_ad.UnsupportedError, match=r'test_iteration.py", line \d+'):
        s2s_ad.grad(twice_from_an_iterator)(1.5)
