"""Costs beside the function: what is measured is right; how long it takes is nobody's promise here."""

import sys

import numpy as np
import pytest

import s2s_ad
from s2s_ad.views.bench import bench


def scale(a, x):
    a *= x
    return np.sum(a * a)


def test_rows_and_ratios():
    made = bench(scale, np.ones(3), 2.0, repeat=1)
    assert [cost.name for cost in made.costs] == ["function", "tangent", "pullback", "value and gradient"]
    own = made.costs[0]
    assert own.ratio == 1.0 and own.first is None
    assert all(cost.ratio == cost.seconds / own.seconds > 0 for cost in made.costs)
    assert all(cost.first > 0 for cost in made.costs[1:])
    lines = str(made).splitlines()
    assert len(lines) == 5 and "in theory" in lines[0] and "3 to 4" in lines[-1]


def test_several_results_have_no_gradient():
    made = bench(lambda x: (x, x * x), 2.0, repeat=1)
    assert [cost.name for cost in made.costs] == ["function", "tangent", "pullback"]
    with pytest.raises(s2s_ad.KindError, match="none of the arguments is real"):
        bench(lambda n: n, "word", repeat=1)


def test_command(tmp_path, capsys, monkeypatch):
    from s2s_ad.cli import main

    (tmp_path / "work.py").write_text("def f(x):\n    return x * x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["s2s-ad", "bench", "work.py:f", "2.0", "--repeat", "1"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0 and "value and gradient" in capsys.readouterr().out


def test_a_backend_that_is_not_there_is_said():
    with pytest.raises(s2s_ad.UnsupportedError, match="no backend 'fortran'"):
        bench(scale, np.ones(3), 2.0, backend="fortran")
