"""Branches, loops and what leaves them."""

from __future__ import annotations

import math

import numpy as np


def test_if_elif_else(same):
    def f(x):
        if x > 2.0:
            y = x * x
        elif x > 1.0:
            y = x
        else:
            y = -x
        return y + 1.0

    same(f, (3.0,), (1.5,), (0.0,))


def test_early_returns(same):
    def f(x):
        if x < 0.0:
            return -x
        if x > 10.0:
            if x > 20.0:
                return 20.0
            x = x - 1.0
        else:
            x = x + 1.0
        return x * 2.0

    same(f, (-1.0,), (5.0,), (15.0,), (25.0,))


def test_int_or_float(same):
    def f(x):
        if x > 0:
            return x
        return 0

    same(f, (1.5,), (-1.0,))


def test_bound_in_a_branch(same):
    def f(x):
        if x > 0:
            y = x * 2.0
        if x > 0:
            return y
        return 1.0

    same(f, (1.5,), (-1.0,))


def test_boolean_values(same):
    def f(x, y):
        a = x and y
        b = x or y
        c = not x
        return a, b, c, 0.0 < x < y < 5.0, (x > 1.0 and y > 1.0) or x < 0.0

    same(f, (1.5, 2.0), (0.0, 3.0), (-1.0, 0.0), (2.0, 9.0))


def test_ternary_and_walrus(same):
    def f(x):
        y = x * 2.0 if (z := x + 1.0) > 2.0 else 0
        return y + z

    same(f, (3.0,), (0.0,))


def test_range_forms(same):
    def f(x, a, b, c):
        s = 0
        for i in range(a, b, c):
            s = s + x * i
        for i in range(3):
            s += i
        return s, i

    same(f, (2.0, 0, 5, 1), (2.0, 10, 0, -3), (2.0, 3, 3, 1))


def test_target_lives_on(same):
    def f(x, n):
        i = 10
        for i in range(n):
            y = x * i
        if n > 0:
            return y + i
        return i * 1.0

    same(f, (2.0, 4), (2.0, 0))


def test_break_continue_else(same):
    def f(x, n):
        total = 0.0
        for i in range(n):
            if i == 3:
                continue
            total += x * i
            if total > 20.0:
                break
        else:
            total = total - 100.0
        return total

    same(f, (1.0, 4), (1.0, 50), (5.0, 9), (1.0, 0))


def test_return_from_loops(same):
    def f(x, n):
        for i in range(n):
            for j in range(i):
                if x * i * j > 10.0:
                    return x * i + j
            if x > 100.0:
                return x
        return -1.0

    same(f, (1.0, 3), (1.0, 9), (200.0, 3), (1.0, 0))


def test_while_forms(same):
    def f(x, n):
        k = 0
        while k < n:
            x = x * 1.5
            k += 1
            if x > 50.0:
                break
        else:
            x = -x
        while True:
            x = x + 1.0
            if x > 3.0:
                return x, k

    same(f, (1.0, 3), (1.0, 30), (1.0, 0))


def test_while_with_walrus(same):
    def f(x):
        s = 0.0
        while (x := x * 0.5) > 0.1:
            s = s + x
        else:
            s = s + 100.0
        return s, x

    same(f, (3.0,), (0.01,))


def test_nested_loops_with_temporaries(same):
    def f(x, n):
        s = 0.0
        for i in range(n):
            t = x + i
            for j in range(i, n):
                u = t * j
                s = s + u
            t = 0.0
        return s

    same(f, (1.5, 4), (1.5, 0), (1.5, 1))


def test_set_in_an_earlier_trip(same):
    def f(x, n):
        s = 0.0
        for i in range(n):
            if i > 0:
                s = s + prev * x
            prev = x + i
        return s

    same(f, (1.5, 4), (1.5, 0))


def test_swap_in_a_loop(same):
    def f(x, y, n):
        for _ in range(n):
            x, y = y, x + y
        return x, y

    same(f, (1.0, 2.0, 5), (1.0, 2.0, 0))


def test_kinds_widen(same):
    def f(x, rows):
        s = 0
        for row in rows:
            s = s + row * x
        m = 0
        for _ in range(3):
            m = m + x
        return s, m

    same(f, (2.0, np.array([[1.0, 2.0], [3.0, 4.0]])), (2.0, np.array([1.0, 2.0, 3.0])))


def test_walks(same):
    def f(a, b, n):
        s = 0.0
        for i, (x, y) in enumerate(zip(a, b)):
            s = s + i * x * y
        for i, x in enumerate(a, 5):
            s = s + i * x
        for x in reversed(a):
            s = 0.5 * s + x
        for i in reversed(range(n)):
            s = 0.5 * s + i
        for k, x in zip(range(1, n), a):
            s = s + k * x
        for j, k in zip(range(2, n), range(n, 0, -2)):
            s = s + j * k
        for i, j in enumerate(range(3, n, 2)):
            s = s + i * j
        return s

    a = np.array([1.0, 2.0, 4.0])
    same(f, (a, a + 1.0, 7), (a, a[:2], 0), (a[:0], a, 2), ([1.0, 2.0], [3.0, 4.0], 4))


def test_unrolled_loops(same):
    def f(x, y):
        total = 0.0
        for g, c in ((math.sin, 2.0), (math.cos, 3.0)):
            total += c * g(x)
            if total > y:
                break
        else:
            total = total * 10.0
        for key, value in {"a": x, "b": y}.items():
            if key == "b":
                continue
            total += value
        for k in range(2):
            total += (x, "no")[0] * (math.exp, math.sin)[k](y)
        return total

    same(f, (1.0, 0.5), (1.0, 5.0), (-1.0, -9.0))


def test_raise_ends_a_path(same, run_it):
    def f(x):
        if x < 0.0:
            raise ValueError(f"{x} is negative")
        y = math.sqrt(x)
        assert y < 100.0, "too large"
        return y

    same(f, (4.0,))
    for bad in (-1.0, 1e6):
        try:
            f(bad)
        except (ValueError, AssertionError) as error:
            expected = error
        try:
            run_it(f, bad)
        except (ValueError, AssertionError) as error:
            assert type(error) is type(expected)
            assert str(error).split("\n")[0] == str(expected).split("\n")[0]
        else:
            raise AssertionError("nothing was raised")


def test_loop_that_always_returns(same):
    def f(x, n):
        for i in range(n):
            return x + i
        return 7.0

    same(f, (1.0, 3), (1.0, 0))


def test_continue_in_while(same):
    def f(x, n):
        k = 0
        s = 0.0
        while k < n:
            k = k + 1
            if k % 2 == 0:
                continue
            s = s + x * k
        return s

    same(f, (1.0, 7), (1.0, 0))


def test_print_is_kept(run_it, capsys):
    def f(x, n):
        for i in range(n):
            print(f"{i:>3d} {x!r} {{}}", i * x, [x, "y"], sep="|")
        return x

    f(1.5, 2)
    expected = capsys.readouterr().out
    run_it(f, 1.5, 2)
    assert capsys.readouterr().out == expected != ""


def test_bodies_that_find_out_what_they_carry(same):
    def f(x, n):
        first = True
        total = 0
        for i in range(n):
            if first:
                total = x
                first = False
            else:
                total = total * x + i
        return total, first

    same(f, (1.5, 4), (1.5, 1), (1.5, 0))


def test_tables_read_in_loops(same):
    def f(x):
        fs = []
        for i in (1, 2, 3):
            fs.append(lambda v, i=i: v * i + x)
        gs = [lambda v: v * i for i in range(3)]
        return sum(g(x) for g in fs) + gs[0](x)

    same(f, (1.5,))
