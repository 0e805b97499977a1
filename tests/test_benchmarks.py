"""The benchmarks run, and all gradients agree; how long they take is nobody's promise here."""

from __future__ import annotations

import importlib
import inspect
import re
import socket
from pathlib import Path

import numpy as np
import pytest

from benchmarks import measure, run
from benchmarks.peers import ports
from benchmarks.programs import FAMILIES, every

BY_HAND = [family.__name__.rpartition(".")[2] for family in FAMILIES] + ["native"]


def test_whole_report(tmp_path: Path) -> None:
    """Every program on the NumPy backend, beside what a person wrote."""
    rows = run.main(["--quick", "--tools", "numpy", "--output", str(tmp_path)])
    measured = {row.program.name for row in rows if {("numpy", "ours"), ("numpy", "by hand")} <= row.calls.keys()}
    assert measured == {program.name for program in every() if "numpy" in program.backends}
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    for heading in ("What is promised", "NumPy backend", "First call", "Growth"):
        assert f"\n## {heading}\n" in text
    assert all(f"\n| {name} | " in text for name in measured)
    assert socket.gethostname() not in text and not re.search(r'[ "`(]/\w+/', text)


def test_native(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numba")
    (row,) = run.main(["--quick", "--tools", "numpy,numba", "--only", "burgers 200 × 500, loops"])
    assert {("numba", "function"), ("numba", "ours"), ("numba", "by hand")} <= row.calls.keys() and not row.refused
    assert "numba backend" in capsys.readouterr().out


def test_disagreement_is_found() -> None:
    program = every("scalar example")[0]
    right = [np.array(1.0), np.array([2.0, 3.0])]
    results = {("numpy", "function"): right[:1], ("numpy", "ours"): right, ("jax", "JAX"): right}
    assert measure.agreement(program, results) == 0.0
    for wrong in ([np.array(1.0), np.array([2.0, 3.001])], [np.array(1.0), np.array([2.0, np.nan])], right[:1]):
        with pytest.raises(measure.Disagreement):
            measure.agreement(program, {**results, ("jax", "JAX"): wrong})
    with pytest.raises(measure.Disagreement):
        measure.agreement(program, {**results, ("numpy", "function"): [np.array(1.1)]})


def test_nothing_is_written_in_vain() -> None:
    """Each adjoint written by hand and each port belongs to a program: names are how they are found."""
    written = {program.written for program in every()}
    ported = {program.ported for program in every()}
    for name in BY_HAND:
        module = importlib.import_module(f"benchmarks.by_hand.{name}")
        found = {name for name, value in vars(module).items() if inspect.isfunction(value) and name[0] != "_"}
        assert found <= written
    assert {name for name, value in vars(ports).items() if inspect.isfunction(value)} == ported
