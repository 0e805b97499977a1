"""Tuples, lists, dicts, comprehensions, and what takes them apart."""

from __future__ import annotations

import numpy as np


def test_unpacking(same):
    def f(x, y):
        a, (b, *c), d = x, (y, x, y * 2.0), 3
        first, *rest = [a, b, d]
        p = q = a + b
        p += 1.0
        (m, n), o = (q, p), c[1]
        return a, b, c, d, first, rest, m, n, o

    same(f, (1.0, 2.0))


def test_arrays_unpack(same):
    def f(a, m):
        x, y = a
        (p, q), r = m
        first, *rest = a
        return x * y + p * q + np.sum(r) + first

    same(f, (np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])))


def test_appended_in_a_loop(same):
    def f(x, n):
        xs = []
        for i in range(n):
            xs.append(x * i)
        xs.append(x)
        total = sum(xs) + xs[-1] + len(xs)
        for v in xs:
            total += v * v
        return total, np.array(xs), xs

    same(f, (1.5, 4), (1.5, 0))


def test_appended_in_a_branch(same):
    def f(x):
        xs = [x]
        if x > 1.0:
            xs.append(x * 2.0)
        return sum(xs), len(xs)

    same(f, (1.5,), (0.5,))


def test_aliases(same):
    def f(x):
        a = [x]
        b = a
        c = list(a)
        b.append(2.0 * x)
        b += [3.0]
        a[0] = a[0] + 1.0
        d = {"k": a}
        d["k"].append(9.0)
        return a, c, a is b

    same(f, (1.5,))


def test_changed_in_a_helper(same):
    def push(xs, v):
        xs.append(v)
        return xs

    def f(x):
        xs = []
        ys = push(xs, x)
        push(ys, 2.0)
        return xs

    same(f, (1.5,))


def test_list_of_lists(same):
    def f(x, n):
        rows = []
        for i in range(n):
            row = []
            for j in range(3):
                row.append(x * i + j)
            rows.append(row)
        total = 0.0
        for row in rows:
            for v in row:
                total += v
        return total, np.array(rows) if n > 0 else 0.0

    same(f, (1.5, 4))


def test_items_set_in_a_loop(same):
    def f(x, n):
        xs = [0.0] * n
        ys = [0.0, 0.0, 0.0]
        for i in range(n):
            xs[i] = x * i
            ys[i % 3] += xs[i]
        return xs, ys

    same(f, (1.5, 5), (1.5, 0))


def test_lists_rebound_in_a_loop(same):
    def f(x, n):
        xs = [x]
        for i in range(n):
            xs = xs + [x * i]
        return xs

    same(f, (1.5, 3), (1.5, 0))


def test_list_methods(same):
    def f(x, n):
        a = [x, 2.0, 3.0]
        v = a.pop() + a.pop(0)
        a.extend([5.0, x])
        a.insert(0, v)
        a.reverse()
        b = [x * i for i in range(n)]
        last = b.pop()
        b.extend(a)
        b.reverse()
        return a, b, last, a[1:], a[::-1], b[1:-1], b[::2], b[:n], a + b

    same(f, (1.5, 4))


def test_dicts(same):
    def f(x):
        d = {"a": x, "b": 2.0}
        d["c"] = d["a"] * d.get("b") + d.get("zzz", 1.0)
        d["a"] += 1.0
        e = {k: v * 2.0 for k, v in d.items()}
        e.update(d, z=5.0)
        if x > 1.0:
            d["b"] = x
        total = sum(d.values())
        for k in d:
            if k in ("a", "c"):
                total += d[k]
        return total, e, dict(p=x), len(d), "a" in d

    same(f, (1.5,), (0.5,))


def test_comprehensions(same):
    def f(x, xs, n):
        a = [x * v for v in xs]
        b = [v for v in a if v > 2.0]
        c = [u * v for u in (x, 2.0) for v in (1.0, x)]
        d = [i * v for i in range(n) for v in xs if i > 0]
        e = [[x * i * j for j in range(2)] for i in range(n)]
        g = tuple(v + 1.0 for v in (x, 2.0))
        return a, b, c, d, e, g

    same(f, (1.5, [1.0, 2.0, 3.0], 3), (1.5, [1.0], 0))


def test_taking_it_all(same):
    def f(x, xs, n):
        a = sum(v * v for v in xs) + sum(x * i for i in range(n)) + sum((x, 2, 3)) + sum([], x)
        b = max(xs), min(xs), max(x, 2.0), min(x, 2.0, 1.0), max(v * x for v in xs), max((x, 1))
        c = any(v > 2.0 for v in xs), all(v > 0.0 for v in xs), any(xs), all([x, True])
        d = sum(x for v in xs for i in range(n) if v > i)
        e = list(v for v in xs), dict((k, x) for k in ("a", "b"))
        return a, b, c, d, e

    same(f, (1.5, [1.0, 2.0, 3.0], 3), (1.5, [-1.0, 0.0], 0))


def test_any_stops_early(same):
    def f(x, n):
        return any(1.0 / (i - 2) < x for i in range(n))

    same(f, (0.0, 5), (-0.1, 3))


def test_builtins(same):
    def f(x, n):
        a = abs(x), round(x, 2), int(x), float(n), bool(x), pow(x, 2), divmod(x, 2.0)
        b = isinstance(x, float), isinstance(n, (int, float)), type(x) is float, callable(f), len((1, 2))
        return a, b, round(x)

    same(f, (-1.567, 3), (2.5, 0))


def test_dynamic_index_of_literals(same):
    def f(x, n):
        coefficients = (1.0, 2.0, x)
        knots = [x, 5.0, 6.0]
        total = 0.0
        for i in range(n):
            total += coefficients[i % 3] * knots[i % 3]
        return total

    same(f, (1.5, 5), (1.5, 0))


def test_del_and_enumerate_lists(same):
    def f(x):
        y = x * 2.0
        z = y
        del y
        total = 0.0
        for i, v in enumerate([x, z]):
            total += i * v
        return total

    same(f, (1.5,))


def test_lists_that_differ_by_branch(same):
    def f(x):
        if x > 1.0:
            xs = [x, 2.0]
        else:
            xs = [1.0]
        xs.append(5.0)
        return sum(xs)

    same(f, (1.5,), (0.5,))


def test_tuples_grow_in_loops_of_known_length(same):
    def f(x):
        t = ()
        for k in range(3):
            t = t + (x * k, "no")
        pairs = []
        for k in range(2):
            pairs.append((k, x * k))
        return t[4] + pairs[1][1]

    same(f, (1.5,))


def test_zip_of_known_and_unknown(same):
    def f(xs, x):
        total = 0.0
        for a, w in zip(xs, (1.0, 2.0, 3.0)):
            total += a * w
        for k, w in zip(range(10), (x, 2.0)):
            total += k * w
        for k, w in enumerate((x, 2.0), 1):
            total += k * w
        return total

    same(f, ([1.0, 2.0], 2.0), (np.array([1.0, 2.0, 3.0, 4.0]), 2.0))


def test_generators_over_iterators(same):
    def f(x, xs, n):
        ys = [2.0 * v for v in xs]
        pairs = zip(xs, ys)
        a = sum(u * v for u, v in pairs)
        b = sum(i * v for i, v in enumerate(xs)) + max(v for v in reversed(xs))
        c = [u + v for u, v in zip(xs, (v * x for v in ys))]
        d = list(map(lambda v: v * x, xs)) + list(u for u in zip(range(2), (x, 1.0)))[1:][0:0]
        return a, b, c, d, sum(xs[i] * ys[i] for i in range(len(xs)) if i < n)

    same(f, (1.5, [1.0, 2.0, 3.0], 2), (1.5, [1.0], 0))


def test_tables_of_numbers(same):
    def f(x, n):
        p = [[0.0] * 3 for _ in range(3)]
        for i in range(3):
            p[i][i] = x * i
        q = [[x * i * j for j in range(n)] for i in range(n)]
        return p, q[1][n - 1], sum(map(sum, q))

    same(f, (0.3, 4))
