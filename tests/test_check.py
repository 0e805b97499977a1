"""check_grads and its table: right derivatives pass, wrong ones do not, and what is said of each is so."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import s2s_ad
from s2s_ad import check_grads
from s2s_ad.check import Answer, Row, report
from s2s_ad.errors import KindError
from s2s_ad.ops.elementwise import cos
from s2s_ad.ops.registry import FUNCTIONS, OPS
from s2s_ad.ops.trace import Generic, d


def worked(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def test_the_worked_example() -> None:
    result = report(worked, (2.0, 5.0), order=2)
    assert result.good
    assert [row.what for row in result.rows] == ["x1", "x2", "x1", "x2"]
    for row, truth in zip(result.rows, (5.5, 1.7163378145367738)):
        assert row.ours == pytest.approx({"forward": truth, "reverse": truth}, rel=1e-15)
        assert set(row.others) == {"differences", "complex step", "SymPy"}
        for name, rel in (("differences", 1e-10), ("complex step", 1e-15), ("SymPy", 1e-15)):
            assert row.others[name].value == pytest.approx(truth, rel=rel)


def test_the_text() -> None:
    lines = str(report(worked, (2.0, 5.0))).splitlines()
    assert lines[0] == "derivatives of worked at (2.0, 5.0)"
    assert lines[1].split() == ["forward", "differences", "complex", "step", "SymPy"]
    assert lines[2].split() == ["reverse"]
    assert lines[3].split() == ["x1", "5.5", "5.5", "5.5", "5.5", "ok"]
    assert lines[4].split()[:2] == ["5.5", "±"]
    assert lines[5].split() == ["x2", *["1.71633781454"] * 4, "ok"]
    assert len(lines) == 7 and max(map(len, lines)) <= 80


def loop(p, n, how):
    s = 0.0
    for i in range(n):
        s = s + p["a"][i] * math.exp(p["b"]) if how == "exp" else s + p["a"][i]
    return s


def matrix(A, x):
    return A @ x, {"t": np.sum(np.tanh(A)), "n": 3, "name": "text", "none": None, "flag": True}


def swap(pair, *rest):
    a, b = pair
    return [b * rest[0], a * a, float(len(rest))]


def int_result(x):
    return 0 if x < 0 else x * x


RIGHT = [
    (loop, ({"a": [1.0, 2.0, 3.0], "b": 0.5}, 3, "exp")),
    (loop, ({"a": (1.0, 2.0), "b": 0.5}, 2, "plain")),
    (matrix, (np.arange(4.0).reshape(2, 2), np.array([0.5, -2.0]))),
    (swap, ((2.0, 3.0), 4.0, 5.0)),
    (int_result, (-1.0,)),
    (int_result, (3,)),
    (lambda xs: sum(x * x for x in xs), ([1.0, 2.0, 3.0],)),
    (lambda xs: sum(x * x for x in xs), ([1, 2.5, 3],)),
    (lambda x: x, (np.float64(2.0),)),
    (lambda x: np.sum(x * x), (np.array(2.0),)),
    (lambda a: np.sum(np.exp(a) * a), (np.array([1.0, 2.0], np.float32),)),
    (lambda x: x, ([[1.0, 2.0], [3.0, 4.0]],)),
    (lambda x: math.gamma(x) + math.erf(x) + math.lgamma(x), (2.5,)),
    (lambda x: None if x is None else 2.0 * x, (1e-12,)),
]


@pytest.mark.parametrize("f, args", RIGHT)
def test_right_derivatives_pass(f: Any, args: Any) -> None:
    result = report(f, args, order=2)
    assert result.good, f"\n{result}"
    assert result.rows and all(row.others for row in result.rows), f"\n{result}"
    check_grads(f, args)


def test_many_numbers_go_along_directions() -> None:
    result = report(lambda a: np.sum(np.sin(a) * a), (np.linspace(-1.0, 1.0, 40),), order=2)
    assert result.good, f"\n{result}"
    assert [row.what for row in result.rows] == ["direction 1", "direction 2", "direction 3"] * 2
    assert "along fixed random directions in the space of all 40 numbers" in str(result)
    assert "no SymPy: there are more than 12 numbers" in str(result)


def test_several_results_are_weighted_and_the_title_says_so() -> None:
    first, again = (report(matrix, (np.eye(2), np.ones(2))) for _ in range(2))
    assert "each times a fixed random number" in first.sections[0].title
    assert str(first) == str(again)
    assert "each times" not in report(worked, (2.0, 5.0)).sections[0].title
    assert any("higher orders" in note for note in report(matrix, (np.eye(2), np.ones(2)), order=2).sections[0].notes)


def test_the_modes_that_are_asked_for() -> None:
    assert set(report(worked, (2.0, 5.0), modes=("rev",)).rows[0].ours) == {"reverse"}
    assert str(report(worked, (2.0, 5.0), modes=("fwd",))).splitlines()[1].split()[0] == "forward"
    for bad in ({"modes": ("sideways",)}, {"modes": ()}, {"order": 0}):
        with pytest.raises(ValueError, match="modes are 'fwd' and 'rev'"):
            report(worked, (2.0, 5.0), **bad)


# --------------------------------------------------------------------------------------------------- kinks


@pytest.mark.parametrize(
    "f, args, ours, sides",
    [
        (lambda x: abs(x), (0.0,), 0.0, (-1.0, 1.0)),
        (lambda x: np.maximum(x, 0.0), (0.0,), 0.5, (0.0, 1.0)),
        (lambda x: math.floor(x) * x, (2.0,), 2.0, (math.inf, 2.0)),
        (lambda x: x * x if x <= 1.0 else 3.0 * x - 2.0, (1.0,), 2.0, (2.0, 3.0)),
    ],
)
def test_a_kink_is_not_wrong(f: Any, args: Any, ours: float, sides: tuple[float, float]) -> None:
    result = report(f, args)
    (row,) = result.rows
    assert result.good and row.verdict("forward") == row.verdict("reverse") == "kink"
    assert row.ours == {"forward": ours, "reverse": ours}
    assert row.sides == pytest.approx(sides, abs=1e-9)
    assert "left" in str(result) and "right" in str(result)


def test_beside_a_kink_nothing_is_hidden() -> None:
    (row,) = report(lambda x: abs(x), (1e-3,)).rows
    assert row.verdict("forward") == "ok" and row.sides is None


def test_modes_must_agree_at_a_kink() -> None:
    row = Row("x", {"forward": 0.0, "reverse": 1.0}, {}, (-1.0, 1.0))
    assert row.verdict("forward") == row.verdict("reverse") == "WRONG" and not row.good


# ------------------------------------------------------------------------------------------- infinity, NaN


def test_an_infinite_derivative() -> None:
    result = report(lambda x, y: math.sqrt(x) + math.sin(y), (0.0, 1.0))
    x, y = result.rows
    assert result.good, f"\n{result}"
    assert x.ours == {"forward": math.inf, "reverse": math.inf} and x.others["differences"].value == math.inf
    assert y.excused == {"forward"} and y.verdict("reverse") == "ok"
    assert "no forward for y: another derivative is infinite" in str(result)


def test_where_the_function_is_not_finite() -> None:
    with np.errstate(all="ignore"):
        overflown = report(lambda x: np.exp(x), (1000.0,))
        nowhere = report(lambda x: x * np.log(x), (0.0,))
    assert overflown.good and overflown.rows[0].others["SymPy"].value == math.inf
    assert "no differences: the function gives inf" in str(overflown)
    assert nowhere.good and math.isnan(nowhere.rows[0].ours["forward"])
    assert nowhere.rows[0].verdict("forward") == "unchecked"


def test_inf_and_nan_are_compared_as_they_are() -> None:
    def good(ours: float, other: float) -> bool:
        return Row("x", {"forward": ours}, {"SymPy": Answer(other, 1e-6)}).good

    assert good(math.inf, math.inf) and good(math.nan, math.nan) and good(1.0, 1.0 + 1e-7)
    assert not good(math.inf, -math.inf) and not good(math.inf, 1e308) and not good(math.nan, 1.0)
    assert not good(1.0, math.nan) and not good(1.0, 1.0 + 1e-5)
    assert not Row("x", {"forward": math.nan, "reverse": 1.0}, {}).good


def test_a_point_at_the_edge() -> None:
    def f(x):
        if x < 1.0:
            raise ValueError("too small")
        return x**3

    result = report(f, (1.0,))
    assert result.good and result.rows[0].others["differences"].value == pytest.approx(3.0, rel=1e-8)
    with pytest.raises(ValueError, match="too small"):
        report(f, (0.5,))


# ------------------------------------------------------------------------------------------ what is wrong


@pytest.fixture
def wrong_sine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of math.sin that is off by a millionth."""

    def rule(x: Any, *, out: Any) -> None:
        d[out] = d[x] * ((1.0 + 1e-6) * cos(x))

    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")
    monkeypatch.setitem(FUNCTIONS, math.sin, dataclasses.replace(OPS["math.sin"], rule=rule))


def test_a_wrong_rule_is_caught(wrong_sine: None) -> None:
    def f(x, y):
        return math.sin(x) * y + y

    result = report(f, (1.0, 2.0))
    x, y = result.rows
    assert x.verdict("forward") == x.verdict("reverse") == "WRONG" and y.good
    with pytest.raises(AssertionError, match="a derivative is wrong\nderivatives of f at") as caught:
        check_grads(f, (1.0, 2.0))
    assert "WRONG" in str(caught.value)


def test_a_wrong_rule_is_caught_in_a_loop(wrong_sine: None) -> None:
    def f(x, n):
        for _ in range(n):
            x = math.sin(x) + x
        return x

    assert not report(f, (1.0, 3)).good


def test_a_rule_that_is_wrong_in_the_second_order_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x):
        return math.sin(x) * x

    def slope_of_cos(x: Any, *, out: Any) -> None:
        d[out] = d[x] * cos(x)

    false_cos = Generic("cos", {"math": dataclasses.replace(OPS["math.cos"], rule=slope_of_cos)})

    def rule(x: Any, *, out: Any) -> None:
        d[out] = d[x] * false_cos(x)

    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")
    monkeypatch.setitem(FUNCTIONS, math.sin, dataclasses.replace(OPS["math.sin"], rule=rule))
    assert report(f, (1.0,)).good
    assert [row.good for row in report(f, (1.0,), order=2).rows] == [True, False]


def test_a_wrong_pullback_alone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x):
        return 2.0 * math.tanh(x)

    right = OPS["math.tanh"]
    wrong = dataclasses.replace(right, pullback=lambda ct, x, *, out: ct * out)
    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")
    monkeypatch.setitem(FUNCTIONS, math.tanh, wrong)
    (row,) = report(f, (0.7,)).rows
    assert row.verdict("forward") == "ok" and row.verdict("reverse") == "WRONG"
    assert str(report(f, (0.7,))).splitlines()[-1].endswith("WRONG")


def test_a_wrong_value_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x):
        return math.cosh(x) * x

    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")
    monkeypatch.setitem(FUNCTIONS, math.cosh, OPS["math.sinh"])
    result = report(f, (0.7,))
    assert result.rows[0].what == "the value" and not result.rows[0].good and "Python" in str(result)


def test_a_wrong_branch_is_not_excused_as_a_kink() -> None:
    row = Row("x", {"forward": 2.0, "reverse": 2.0}, {"complex step": Answer(3.0, 1e-9)}, (1.0, 3.0))
    assert row.verdict("forward") == "WRONG"


# ----------------------------------------------------------------------------------------------- the rest


def test_nothing_to_differentiate() -> None:
    result = report(lambda a, how: a[0], (np.array([1, 2]), "text"))
    assert result.rows == () and "none of its arguments is real" in str(result)
    with pytest.raises(KindError, match="none of its arguments is real"):
        check_grads(lambda a: a[0], (np.array([1, 2]),))


def test_complex_numbers_are_moved_in_both_directions() -> None:
    result = report(lambda z, x: abs(z) ** 2 * x + (z * z).imag, (1.0 + 2.0j, 3.0), order=2)
    assert result.good and [row.what for row in result.sections[0].rows] == ["z.real", "z.imag", "x"]
    assert [row.ours["reverse"] for row in result.sections[0].rows] == pytest.approx([10.0, 14.0, 5.0])
    assert "complex numbers take part" in str(result)
    check_grads(lambda z: np.array([z.conjugate(), z * z]), (1.0 + 2.0j,))


def test_ints_beside_floats_stay_what_they_are() -> None:
    result = report(lambda x, n: x**n, (2.0, 3))
    assert [row.what for row in result.rows] == ["x"]
    assert result.sections[0].notes == ("not differentiated by, being ints (a float is written 5.0): n",)
    assert [row.what for row in report(lambda x, n: x * n, (2, 3)).rows] == ["x", "n"]


def test_stop_gradient_is_known_to_the_program_only() -> None:
    result = report(lambda x: x * s2s_ad.stop_gradient(x), (3.0,))
    (row,) = result.rows
    assert result.good and set(row.others) == {"complex step", "SymPy"}
    assert "no differences: stop_gradient" in str(result)


def test_the_arguments_are_left_alone() -> None:
    a, xs = np.array([1.0, 2.0]), [3.0, 4.0]
    report(lambda a, xs: np.sum(a) * xs[0], (a, xs), order=2)
    assert a.tolist() == [1.0, 2.0] and xs == [3.0, 4.0]


def test_derivatives_and_decorated_functions_can_be_checked() -> None:
    gradient = s2s_ad.grad(worked, wrt=("x1", "x2"))
    assert report(gradient, (2.0, 5.0)).good

    @s2s_ad.differentiate
    def cube(x):
        return x**3

    result = report(cube, (2.0,), order=3)
    assert result.good and [row.ours["reverse"] for row in result.rows] == [12.0, 12.0, 6.0]


def test_steps_stay_where_a_loop_ends() -> None:
    def root(a):
        x = 1.0
        while abs(x * x - a) > 1e-14 * a:  # never ends for a below 0
            x = 0.5 * (x + a / x)
        return x

    result = report(root, (1e-3,))
    assert result.good and result.rows[0].others["differences"].value == pytest.approx(0.5 / math.sqrt(1e-3), rel=1e-7)
