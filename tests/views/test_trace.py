"""The evaluation trace: numbers of textbooks, loops, and where NaN begins."""

import json
import math
import sys

import numpy as np
import pytest

import s2s_ad
from s2s_ad.views.trace import trace
from s2s_ad.views.wengert import WengertList
from tests.agree import same


def worked(x1, x2):
    v1 = math.log(x1)
    v2 = x1 * x2
    v3 = math.sin(x2)
    v4 = v1 + v2
    return v4 - v3


def table(made):
    """What each line of operations or inputs says: operation, value, tangents, adjoint."""
    return [(r.label, r.text, r.primal, *r.tangents, r.adjoint) for r in made.rows if r.kind in ("input", "operation")]


def test_the_tables_of_the_textbook():
    """ln x1 + x1 x2 - sin x2 at (2, 5): Baydin et al. (2018), tables 2 and 3."""
    assert table(trace(worked, 2, 5)) == [
        ("v₋₁", "", "2", "1", "0", "5.5"),
        ("v₀", "", "5", "0", "1", "1.71634"),
        ("v₁", "log(v₋₁)", "0.693147", "0.5", "0", "1"),
        ("v₂", "v₋₁ * v₀", "10", "5", "2", "1"),
        ("v₃", "sin(v₀)", "-0.958924", "0", "0.283662", "-1"),
        ("v₄", "v₁ + v₂", "10.6931", "5.5", "2", "1"),
        ("v₅", "v₄ - v₃", "11.6521", "5.5", "1.71634", "1"),
    ]


def test_a_direction_and_a_seed():
    made = trace(worked, 2.0, 5.0, directions=[(2.0, -1.0)], seed=3.0)
    assert made.rows[0].adjoint == "16.5"
    assert made.rows[-1].tangents == (f"{2 * 5.5 - 1.716337814536774:.6g}",)
    with pytest.raises(s2s_ad.KindError, match="3 tangents for 2 arguments"):
        trace(worked, 2.0, 5.0, directions=[(2.0, -1.0, 3.0)])


def test_of_a_decorated_function():
    assert s2s_ad.differentiate(worked).trace(2.0, 5.0).rows == trace(worked, 2.0, 5.0).rows


def loop(x, n):
    s = 0.0
    for i in range(n):
        if x > 0.5:
            s += x * i
        else:
            s -= math.sin(x)
        x = x * 0.7
    return s


def while_loop(x):
    trips = 0
    while x * x > 2.0 and trips < 50:
        x = x - (x * x - 2.0) / (4.0 * x)
        trips += 1
    return x


def arrays(A, b):
    z = np.linalg.solve(A, b)
    z[0] = 2 * z[1]
    out = np.zeros(2)
    for k, row in enumerate(A):
        out[k] = row @ z
    return np.sum(out**2) + max(v for v in z)


def lists(p):
    squares = [v * v for v in p["xs"]]
    squares.append(p["c"])
    return sum(squares) * squares[0]


MATRIX = np.array([[2.0, 1.0], [0.5, 3.0]])
RUNS = [
    (worked, (2.0, 5.0)),
    (loop, (2.0, 6)),
    (while_loop, (3.0,)),
    (arrays, (MATRIX, np.array([1.0, 2.0]))),
    (lists, ({"xs": [1.0, 2.0, 3.0], "c": 4.0},)),
]


@pytest.mark.parametrize("f, args", RUNS, ids=lambda v: getattr(v, "__name__", ""))
def test_both_sweeps_along_the_list_give_the_derivatives(f, args):
    made = trace(f, *args)
    run = WengertList(f, args)
    value, pullback = s2s_ad.vjp(f, *args)
    same(run.numbers[run.results[0]], value)
    cts = pullback(1.0)
    ours = [made.adjoints[v] for v in made.run.inputs if v.kind.real]
    flat = [ct if not isinstance(ct, dict) else [*ct["xs"], ct["c"]] for ct in cts if ct is not None]
    ours = [[*ours[0], ours[1]]] if f is lists else ours
    same(ours, flat, rtol=1e-12)
    total = sum(np.sum(d * np.ones_like(d)) for d in map(np.asarray, flat))
    direction = sum(float(np.asarray(dots[made.run.results[0]])) for dots in made.tangents)
    same(direction, total, rtol=1e-12)


def test_loops_are_shown_trip_by_trip_and_folded():
    whole = str(trace(loop, 2.0, 4))
    assert whole.count("trip ") == 4 and "for i in range(n):" in whole
    assert "if x > 0.5:" in whole and "True" in whole
    folded = str(trace(loop, 2.0, 30, limit=3))
    assert "... 27 more trips" in folded and "trip 30" in folded and "trip 3\n" not in folded
    assert all(len(line) <= 140 for line in folded.splitlines())


def unpacking(A):
    total = 0.0
    for k in range(2):
        x, y = A[k]
        if x > 0.0:
            total += x * y
    return total


def test_what_is_unpacked_is_no_branch():
    rows = trace(unpacking, np.ones((2, 2))).rows
    assert [row.text for row in rows if row.kind == "branch"] == ["if x > 0.0:"] * 2


def test_the_prompt_shows_the_table():
    made = trace(worked, 2.0, 5.0)
    assert repr(made) == str(made)


def test_a_trace_is_data_and_a_page():
    made = trace(worked, 2.0, 5.0)
    data = json.loads(made.json())
    assert data["function"] == "worked" and data["directions"] == ["d/dx1", "d/dx2"]
    assert data["rows"][3]["text"] == "v₋₁ * v₀" and data["rows"][3]["line"].startswith("test_trace.py:")
    page = made._repr_html_()
    assert page.startswith("<pre") and "log(v₋₁)" in page and "1.71634" in page


# --- NaN and inf ------------------------------------------------------------------------------------------------------


def infinite_slope(x):
    y = x + 1.0
    return math.sqrt(x) * y  # here


def slope_that_meets_zero(x):
    root = np.sqrt(x)  # here
    return np.sum(root * 0.0) + np.sum(x)


def zero_by_zero(x):
    d = x - x
    return np.sum(d / d)  # here


def log_of_negative(x):
    y = x * 2.0
    return np.sum(np.log(y))  # here


def overflow(x):
    y = np.exp(x * 1000.0)  # here
    return np.sum(1.0 / y)


def infinite_difference(x):
    big = x * np.inf  # here
    return np.sum(big - big)


def norm_in_a_loop(x):
    s = 0.0
    for k in range(3):
        s = s + np.sum(np.log(x - k))  # here
    return s


def inverse(x):
    y = np.sum(x) - 6.0
    return 1.0 / y  # here


def power(x):
    return np.sum((x - 1.0) ** 0.5)  # here


def product_of_extremes(x):
    small = np.exp(-800.0 * x)
    large = np.exp(800.0 * x)  # here
    return np.sum(small * large)


V = np.array([1.0, 2.0, 3.0])
BUGS = [
    (infinite_slope, (0.0,), "adjoint", "inf"),
    (slope_that_meets_zero, (np.array([0.0, 1.0]),), "adjoint", "nan"),
    (zero_by_zero, (V,), "primal", "nan"),
    (log_of_negative, (-V,), "primal", "nan"),
    (overflow, (V,), "primal", "inf"),
    (infinite_difference, (V,), "primal", "inf"),
    (norm_in_a_loop, (V,), "primal", "-inf"),
    (inverse, (V,), "primal", "inf"),
    (power, (V,), "adjoint", "inf"),
    (product_of_extremes, (V,), "primal", "inf"),
]


@pytest.mark.parametrize("f, args, where, what", BUGS, ids=lambda v: getattr(v, "__name__", ""))
def test_find_nan_names_the_line(f, args, where, what):
    with np.errstate(all="ignore"):
        found = trace(f, *args).find_nan()
    assert (found.where, found.what) == (where, what)
    assert "# here" in found.source
    assert found.place.startswith("test_trace.py:") and found.place in str(found)


def test_find_nan_of_a_healthy_function():
    assert trace(worked, 2.0, 5.0).find_nan() is None


def test_marks_stand_where_it_begins():
    rows = [row for row in trace(power, V).rows if row.marks]
    assert [row.marks for row in rows] == [("adjoint",), ("tangent",)]
    assert "<- first in the tangent" in str(trace(power, V))


def test_the_sign_of_what_is_infinite():
    with np.errstate(all="ignore"):
        assert "is -inf\n" in str(trace(lambda x: np.log(x) * 2.0, np.array([0.0, 1.0])).find_nan())
        assert "is inf\n" in str(trace(lambda x: np.exp(x) * 2.0, np.array([1000.0, 1.0])).find_nan())


def growing(x, n):
    for _ in range(n):
        x = x * x
    return 1.0 / x


def test_the_trip_where_it_begins_is_not_folded_away():
    text = str(trace(growing, 10.0, 20, limit=3))
    assert "trip 9\n" in text and "<- first in the primal" in text
    assert text.count("more trips") >= 2 and len(text.splitlines()) < len(
        str(trace(growing, 10.0, 20, limit=20)).splitlines()
    )


# --- the command line -------------------------------------------------------------------------------------------------


def test_command(tmp_path, capsys, monkeypatch):
    from s2s_ad.cli import main

    (tmp_path / "work.py").write_text("import numpy as np\n\ndef f(x, y):\n    return np.sqrt(x) * y\n")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["s2s-ad", "trace", "work.py:f", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, capsys.readouterr().out

    code, out = run("4.0", "3.0")
    assert code == 0 and "sqrt(v₋₁)" in out and "d/dx" in out and "0.75" in out
    code, out = run("4.0", "3.0", "--direction", "(1.0, 1.0)", "--seed", "2.0", "--format", "json")
    assert code == 0 and json.loads(out)["rows"][0]["adjoint"] == "1.5"
    code, out = run("0.0", "3.0", "--find-nan")
    assert code == 0 and "work.py:4: sqrt(0) gives an adjoint of inf" in out and "return np.sqrt(x) * y" in out
    code, out = run("4.0", "3.0", "--find-nan")
    assert (code, out) == (0, "every number is finite\n")
