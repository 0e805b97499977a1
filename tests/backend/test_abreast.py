"""Assignments in one line: only where that means what they meant one after the other."""

import ast

import numpy as np
import pytest

import s2s_ad
from s2s_ad.backend.abreast import abreast, is_listing, is_view
from s2s_ad.backend.printer import remark
from tests.agree import agrees


def trees(statements):
    return [ast.dump(statement) for statement in statements]


def joined(text, sort=is_view):
    return trees(abreast(ast.parse(text).body, sort))


def same_as(text):
    return trees(ast.parse(text).body)


def test_views_of_an_array_stand_in_one_line():
    assert joined("a = u[:-2]\nb = u[1:-1]\nc = u[2:]") == same_as("a, b, c = u[:-2], u[1:-1], u[2:]")


@pytest.mark.parametrize(
    "text",
    [
        "a = u[1:]\nb = a[1:]",  # the second reads what the first has bound
        "a = u[1:]\na = v[1:]",
        "a = u[1:]\nb = u + 1",  # of another sort
        "a = b = u[1:]\nc = u[2:]",
        "a[0] = u[1:]\nb = u[2:]",
    ],
)
def test_what_would_mean_something_else_stays(text):
    assert joined(text) == same_as(text)


def test_a_name_may_be_bound_to_what_is_made_of_it():
    assert joined("a = a.tolist()\nb = x.tolist()", is_listing) == same_as("a, b = a.tolist(), x.tolist()")


def test_lines_do_not_become_long():
    texts = [f"a_name_that_is_long_{k} = an_array_with_a_name[{k}:-{k}]" for k in range(1, 5)]
    assert joined("\n".join(texts)) == same_as("\n".join(texts))


def test_a_comment_stays_above_its_statement():
    first, second = ast.parse("a = u[1:]\nb = u[2:]").body
    assert len(abreast([first, remark(second, ["of b"])], is_view)) == 2
    (line,) = abreast([remark(first, ["of a"]), ast.parse("b = u[2:]").body[0]], is_view)
    assert line.s2s_comments == ("of a",)


def relaxed(phi, source, sweeps):
    phi = phi.copy()
    rows, columns = phi.shape
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                phi[i, j] = 0.25 * (phi[i + 1, j] + phi[i - 1, j] + phi[i, j + 1] * source[i, j])
    return np.sum(phi * phi)


def test_lists_are_made_in_one_line_and_given_back_as_arrays():
    a = np.arange(20.0).reshape(4, 5) % 7 / 3
    agrees(relaxed, a, a / 2, 2)
    source = s2s_ad.grad(relaxed, (0, 1)).source(a, a / 2, 2)
    assert "phi_bar, source_bar = (2.0 * phi).tolist(), np.zeros_like(source).tolist()" in source, source
    assert "return np.reshape(phi_bar, np.shape(phi)), np.reshape(source_bar, np.shape(source))" in source


def test_the_lists_that_a_later_loop_reads_are_made_with_the_first():
    def f(a):
        n = a.shape[0]
        for j in range(n):
            for i in range(j + 1, n):
                for k in range(j + 1, i + 1):
                    a[i, k] -= a[i, j] * a[k, j]
        total = 0.0
        for j in range(n):
            for i in range(n):
                total += a[i, j]
        return total

    a = np.arange(16.0).reshape(4, 4) % 7 / 3 + 0.5
    agrees(f, a)
    source = s2s_ad.grad(f).source(a)
    assert "a_bar, a_list = np.zeros_like(a).tolist(), a.tolist()\n" in source, source
    assert source.index("a_list") < source.index("a_bar[") < source.index("a_list[")
