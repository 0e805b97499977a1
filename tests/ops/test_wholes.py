"""Functions with several results are called once, in every transform."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.wholes import PARTS
from tests.agree import agrees

A = np.array([[2.0, 0.3, -0.4], [0.3, 1.1, 0.6], [-0.4, 0.6, 3.2]])
X = np.array([0.3, -1.2, 2.0, 0.7])


def eigh(a):
    w, V = np.linalg.eigh(a + a.T)
    return np.sum(w**3) + np.sum((V[:, 0] ** 2) * w)


def slogdet(a):
    sign, logdet = np.linalg.slogdet(a)
    return sign * logdet**2


def qr(a):
    q, r = np.linalg.qr(a)
    return np.sum(q * np.sin(q)) + np.sum(r**2)


def thin_svd(a):
    U, s, Vt = np.linalg.svd(a[:, :2], full_matrices=False)
    return np.sum((U * np.log(s)) @ Vt)


def unique(x):
    values, counts = np.unique(x, return_counts=True)
    return np.sum(values**2 * counts)


def nonzero(a):
    i, j = np.nonzero(a > 0.2)
    return np.sum(a[i, j] ** 2 * (1 + i))


def meshgrid(x):
    X, Y = np.meshgrid(x, x[1:])
    return np.sum(X * Y**2)


def in_a_loop(a):
    total = 0.0
    for k in range(3):
        w, V = np.linalg.eigh((a + a.T) * (k + 1))
        total += w[0] * V[0, 0] ** 2
    return total


CASES: list[tuple[Callable[..., Any], Any, str]] = [
    (eigh, A, "w, V = np.linalg.eigh("),
    (slogdet, A, "sign, logdet = np.linalg.slogdet(a)"),
    (qr, A, "q, r = np.linalg.qr(a)"),
    (thin_svd, A, "U, s, Vt = np.linalg.svd({}, full_matrices=False)"),
    (unique, X, "values, {}, counts = np.unique(x, return_index=True, return_counts=True)"),
    (nonzero, A, "i, j = np.nonzero("),
    (in_a_loop, A, "w, V = np.linalg.eigh("),
]


def calls(text: str, line: str) -> int:
    """How often the function is called that the line calls."""
    name = re.search(r"np\.(linalg\.)?\w+", line.split("=", 1)[1])
    assert name is not None
    return re.sub("#.*", "", text).count(name.group() + "(")


GRID = (meshgrid, X, "X, Y = np.meshgrid(x, ")  # linear, so a tangent is made with a call too


@pytest.mark.parametrize("function, at, line", [*CASES, GRID], ids=lambda x: getattr(x, "__name__", ""))
def test_one_call(function: Callable[..., Any], at: Any, line: str) -> None:
    text = s2s_ad.value_and_grad(function).source(at)
    assert calls(text, line) == 1, text
    assert re.search(re.escape(line).replace(r"\{\}", r"\w+"), text), text
    agrees(function, at)


@pytest.mark.parametrize("function, at, line", CASES, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("mode", ["jvp", "vjp", "hvp"])
def test_in_every_mode(mode: str, function: Callable[..., Any], at: Any, line: str) -> None:
    text = s2s_ad.differentiate(function).source(mode, at)
    assert calls(text, line) == 1, text


def test_what_is_not_read_has_no_name() -> None:
    def f(a):
        _, logdet = np.linalg.slogdet(a)
        return logdet * np.sum(a)

    assert "_, logdet = np.linalg.slogdet(a)" in s2s_ad.value_and_grad(f).source(A)


def test_values_alone_are_had_for_less() -> None:
    def values(a, c):
        w, _ = np.linalg.eigh(a)
        return np.sum(c * np.exp(w))

    assert "np.linalg.eigvalsh(a)" in s2s_ad.value_and_grad(values, wrt="c").source(A, A[0])


def test_of_one_result_the_item_is_taken() -> None:
    def f(x):
        (i,) = np.nonzero(x > 0.0)
        return np.sum(x[i] ** 2 * i)

    assert "i = np.nonzero(x > 0.0)[0]" in s2s_ad.value_and_grad(f).source(X)
    agrees(f, X)


def test_other_options_are_other_calls() -> None:
    def f(a):
        lower, V = np.linalg.eigh(a)
        upper, W = np.linalg.eigh(a, UPLO="U")
        return np.sum(lower * upper * V[0] * W[0])

    text = s2s_ad.value_and_grad(f).source(A)
    assert "lower, V = np.linalg.eigh(a)" in text and 'upper, W = np.linalg.eigh(a, UPLO="U")' in text


def test_numbers() -> None:
    def f(x, y):
        q, r = divmod(x, y)
        part, whole = math.modf(x)
        m, e = math.frexp(y)
        return q * r + part * whole * m + e

    text = s2s_ad.value_and_grad(f, wrt=(0, 1)).source(7.3, 2.1)
    for line in ("q, r = divmod(x, y)", "part, whole = math.modf(x)", "m, e = math.frexp(y)"):
        assert line in text
    agrees(f, 7.3, 2.1)


def test_a_quotient_and_a_remainder_that_were_written_apart_stay_so() -> None:
    def f(x, y):
        return (x // y) * (x % y) * x

    text = s2s_ad.value_and_grad(f).source(7.3, 2.1)
    assert "divmod" not in text and "x // y" in text


@pytest.mark.parametrize("name", PARTS)
def test_every_result_is_in_the_table(name: str) -> None:
    assert name in OPS
    whole, at = PARTS[name]
    assert at in OPS[name].defaults if isinstance(at, str) else name in whole.parts[at]
