"""The ways to a derivative side by side."""

from __future__ import annotations

import math
import re
import sys

import numpy as np
import pytest

import s2s_ad
from examples import quickstart, recurrence, stencils
from s2s_ad.views.compare import compare
from s2s_ad.views.curve import Curve, drawn, save

NAMES = [
    "the function itself", "symbolic (SymPy)", "forward differences", "central differences", "complex step",
    "forward mode", "reverse mode",
]  # fmt: skip


@pytest.fixture(scope="module")
def worked():
    return compare(quickstart.f, 2.0, 5.0, repeat=1)


def by_name(made):
    return {way.name: way for way in made.ways}


def test_all_ways_to_the_worked_example(worked):
    ways = by_name(worked)
    assert list(ways) == NAMES
    assert worked.names == ("d/dx1", "d/dx2") and worked.reference == "SymPy with 30 digits"
    exact = (5.5, 2.0 - math.cos(5.0))
    for name, tolerance in zip(NAMES[1:], (1e-15, 1e-6, 1e-9, 1e-15, 1e-15, 1e-15)):
        assert ways[name].derivatives == pytest.approx(exact, rel=tolerance), name
    # each as good as its step allows, and ours and the symbolic one as floats are
    assert 1e-10 < ways["forward differences"].error < 1e-6
    assert 1e-14 < ways["central differences"].error < 1e-8
    assert max(ways[name].error for name in ("symbolic (SymPy)", "forward mode", "reverse mode")) < 1e-15


def test_operations_are_those_that_one_counts_by_hand(worked):
    """log, *, +, sin, -; of the gradient also 1 / x1, x2 + ., cos, x1 - . ."""
    assert [way.operations for way in worked.ways] == [5, 9, 15, 20, 10, 26, 9]
    lengths = {each.name: (each.operations, each.statements) for each in worked.growth}
    assert lengths["SymPy: the function"] == (5, None)
    assert lengths["the program of the function"] == (5, 1)
    assert lengths["the program of its value and gradient"] == (9, 4)


def test_the_expression_of_an_iterated_map_swells_and_its_program_does_not():
    lengths = []
    for n in (2, 3, 4):
        made = compare(recurrence.logistic, 0.3, 2.9, n, repeat=1)
        found = {each.name: each.operations for each in made.growth}
        lengths.append((found["SymPy: its gradient, written out"], found["the program of its value and gradient"]))
    assert all(b[0] > 3 * a[0] for a, b in zip(lengths, lengths[1:]))
    assert lengths[2][1] - lengths[1][1] == lengths[1][1] - lengths[0][1] == 11


def test_the_errors_over_the_step_fall_and_rise_again(worked):
    curves = {curve.name: dict(curve.points) for curve in worked.curves}
    forward, central, step = (curves[name] for name in NAMES[2:5])
    # the error of the scheme goes as h and as h**2, that of rounding as 1 / h
    assert forward[10.0**-2] / forward[10.0**-4] == pytest.approx(100.0, rel=0.1)
    assert central[10.0**-1] / central[10.0**-2] == pytest.approx(100.0, rel=0.1)
    assert forward[10.0**-14] > 1e-4 and central[10.0**-14] > 1e-4
    assert max(error for h, error in step.items() if h < 1e-8) < 1e-15
    assert curves["forward and reverse mode"] == {0.0: 0.0}


@pytest.mark.parametrize(
    "f, args, reference, note",
    [
        (
            recurrence.first_above,
            (1.0, 1.5, 10.0, 9),
            "the complex step",
            r"depends on the numbers \(recurrence.py:25\)",
        ),
        (lambda x: x * x if x > 1.0 else x, (2.0,), "SymPy along each direction, with 30 digits", "depends on"),
        (stencils.burgers, stencils.EXAMPLES["burgers"], "the complex step", "too large"),
        (lambda z: (z * z).real, (1.0 + 2.0j,), "extrapolated differences", "no complex step: complex numbers"),
        (lambda x: (x[0] * x[1], np.sin(x)), (np.array([1.0, 2.0]),), "SymPy along", "fixed random number"),
        (lambda x: np.sum(x**3), (np.linspace(0.5, 1.5, 40),), "the complex step", "all 40 numbers"),
        (lambda p, n: p["a"] ** n, ({"a": 1.5}, 3), "SymPy with", ""),
        (lambda x, scale=2.0: scale * x, (1.5,), "SymPy with", ""),
    ],
    ids=["branches", "branch", "arrays", "complex", "several", "many", "dict", "default"],
)
def test_what_one_way_cannot_do_is_a_note_and_the_others_agree(f, args, reference, note):
    made = compare(f, *args, repeat=1)
    assert made.reference.startswith(reference)
    assert note == "" or any(re.search(note, line) for line in made.notes), made.notes
    ways = by_name(made)
    expected = ways["central differences"].derivatives
    for mode in ("forward mode", "reverse mode"):
        assert ways[mode].derivatives == pytest.approx(expected, rel=1e-6, abs=1e-8)
        assert ways[mode].error < 1e-12


def raises_above(x):
    if x > 1.0:
        raise ValueError("too large")
    return x * x


@pytest.mark.parametrize(
    "f, x, missing, note",
    [
        (
            raises_above,
            1.0,
            {"symbolic (SymPy)", "forward differences", "central differences"},
            "ValueError: too large",
        ),
        (math.sqrt, 0.0, {"symbolic (SymPy)", "central differences", "complex step"}, "ValueError: "),
        (math.exp, 709.0, set(), ""),
    ],
    ids=["raises", "sqrt", "exp"],
)
def test_at_the_edge_of_a_domain_what_cannot_be_is_a_note(f, x, missing, note):
    made = compare(lambda x: f(x), x, repeat=1)
    assert set(NAMES) - set(by_name(made)) == missing
    assert any(note in line for line in made.notes) or not note
    assert len({way.derivatives for way in made.ways if way.name.endswith("mode")}) == 1


def test_an_error_that_is_not_known_is_not_taken_for_none():
    from s2s_ad.views.ways import _error

    assert math.isnan(_error([0.0, math.nan], [0.0, 1.0])) and math.isnan(_error([math.nan, 1.0], [1.0, 1.0]))
    assert _error([1.0, 2.5], [1.0, 2.0]) == 0.25 and _error([1.0], []) is None


def test_without_anything_real_there_is_nothing_to_compare():
    with pytest.raises(s2s_ad.KindError, match="none of the arguments is real"):
        compare(lambda text: 1.0, "a")


def test_what_is_printed(worked):
    text = str(worked)
    assert text.startswith("derivatives of f at (2.0, 5.0); errors against SymPy with 30 digits\n")
    assert all(name in text for name in NAMES)
    assert max(map(len, text.splitlines())) <= 120
    decorated = s2s_ad.differentiate(quickstart.f).compare(2.0, 5.0, repeat=1)
    page = decorated._repr_html_()
    assert page.count("<tr>") == len(NAMES) + 1 + len(decorated.growth) + 1
    assert "<td>reverse mode</td><td>5.5</td>" in page and "<pre" in page


def test_a_plot_of_characters():
    text = drawn([Curve("one", ((1e-2, 1e-2), (1e-12, 1e-12))), Curve("ours", ((0.0, 0.0),))])
    rows = [line for line in text.splitlines() if "┤" in line]
    ones = [(k, row.index("o")) for k, row in enumerate(rows) if "o" in row]
    (upper, right), (lower, left) = ones
    assert upper < lower and left < right
    assert "─" * 60 in rows[-1] and "exact" in rows[-1]


def test_a_plot_in_a_file(worked, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    worked.plot(tmp_path / "errors.svg")
    assert (tmp_path / "errors.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    with pytest.raises(s2s_ad.UnsupportedError, match="errors.gif"):
        worked.plot(tmp_path / "errors.gif")


def test_without_matplotlib_a_plot_is_refused_with_the_remedy(worked, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(s2s_ad.UnsupportedError, match=r"s2s-ad\[plot\]"):
        save(worked.curves, tmp_path / "errors.png", "")
