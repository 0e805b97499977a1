"""What is refused, and that nothing wrong comes out instead."""

from __future__ import annotations

import math

import numpy as np
import pytest

from s2s_ad.errors import DifferentiationError, UnsupportedError
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.structure import Leaf

STATE = {"count": 0.0}
SHARED = [1.0, 2.0]


def appends_to_argument(xs):
    xs.append(1.0)
    return sum(xs)


def appends_to_global(x):
    SHARED.append(x)
    return x


def none_or_number(x):
    if x > 0.0:
        return x


def surely_unbound(x):
    y = x + z  # noqa: F821
    z = 1.0
    return y


def truth_of_array(x):
    if np.ones(3) * x:
        return x
    return 0.0


def number_or_tuple(x):
    y = (x, x) if x > 0 else x
    return y[0]


def changed_after_it_was_put_in(x, n):
    rows = []
    row = []
    for i in range(n):
        rows.append(row)
    row.append(x)
    return len(rows[0])


def match_on_the_length_of_a_list(x):
    xs = [v * x for v in range(int(x))]
    match xs:
        case [a, b]:
            return a * b
        case _:
            return 0.0


def attribute(x):
    x.w = 2.0
    return x


def set_literal(x):
    return len({x, 1.0})


def f_string_value(x):
    y = f"{x}"
    return float(y)


def is_of_numbers(x):
    y = 2.0
    return 1.0 if x is y else x


def iterator_twice(x):
    pairs = zip((x, 2.0), (3.0, x))
    return sum(a * b for a, b in pairs) + sum(a for a, b in pairs)


def generator_twice(x):
    squares = (v * v for v in (x, 2.0))
    return sum(squares) + sum(squares)


def changes_what_it_walks_over(x):
    xs = [x, 2.0]
    for v in xs:
        if len(xs) < 5:
            xs.append(v)
    return sum(xs)


def try_it(x):
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0.0


ONE = [
    appends_to_global, none_or_number, surely_unbound, truth_of_array, number_or_tuple,
    match_on_the_length_of_a_list, attribute, set_literal, f_string_value, is_of_numbers, try_it, iterator_twice,
    generator_twice, changes_what_it_walks_over,
]  # fmt: skip


@pytest.mark.parametrize("function", ONE, ids=lambda f: f.__name__)
def test_refused_with_place_and_remedy(function, lower_it):
    with pytest.raises(DifferentiationError) as caught:
        lower_it(function, 1.5)
    assert caught.value.span is not None and caught.value.span.file == __file__
    assert caught.value.remedy
    assert "^" in str(caught.value)


def test_lists_with_other_names(lower_it):
    with pytest.raises(UnsupportedError, match="other names"):
        lower_it(appends_to_argument, [1.0, 2.0])
    with pytest.raises(UnsupportedError, match="other names"):
        lower_it(changed_after_it_was_put_in, 1.0, 3)


def test_one_list_under_two_names_stays_one(same):
    def f(x):
        a = [x]
        b = a if x > 0 else [2.0 * x]
        return sum(b) + sum(a)

    same(f, (1.5,), (-1.5,))


def test_writing_to_what_may_be_either_is_refused(lower_it):
    def f(x):
        a = [x]
        b = a if x > 0 else [2.0 * x]
        b.append(1.0)
        return sum(a)

    with pytest.raises(UnsupportedError, match="other names"):
        lower_it(f, 1.5)


def test_guards_name_what_was_looked_into(lower_it):
    def f(x):
        return math.sin(x) * len(STATE)

    paths = {guard.path for guard in lower_it(f, 1.0).guards}
    assert paths == {(("global", "math"),), (("global", "STATE"),), (("global", "len"),)}


def test_the_text_is_the_same_each_time(lower_it):
    from s2s_ad.ir.text import text_of

    def f(x, n):
        total = 0.0
        for i in range(n):
            if i % 2:
                total += x
                y = total * i
        return total + y

    assert text_of(lower_it(f, 1.0, 4).program) == text_of(lower_it(f, 1.0, 4).program)


def test_the_kind_of_a_result(lower_it):
    def f(x):
        return x * 2

    assert lower_it(f, 1.0).result == Leaf(FLOAT)
