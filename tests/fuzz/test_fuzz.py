"""A few random programs of every run, and all that once failed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.__main__ import program
from tests.fuzz.checks import Wrong, run
from tests.fuzz.shrink import shrink

CHUNKS, EACH = 10, 24  # both kinds take turns
REGRESSIONS = sorted((Path(__file__).resolve().parents[1] / "regressions").glob("*.py"))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_programs(chunk: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        text = program(seed, "both")
        try:
            outcomes[run(text, points=1, deep=seed % 7 == 0).partition(":")[0]] += 1
        except Wrong as error:
            pytest.fail(f"seed {seed}: {error}\n{text}")
    assert outcomes["right"] > EACH // 2, outcomes


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_what_once_failed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    outcome = "refused" if "Refused now" in text.splitlines()[0] else "right"
    assert run(text, points=4).partition(":")[0] == outcome


def test_the_same_seed_is_the_same_program() -> None:
    for kind in ("scalars", "arrays"):
        assert program(3, kind) == program(3, kind) != program(4, kind)


def test_a_wrong_derivative_is_found() -> None:
    """The checks themselves: a function whose derivative is not that of its value."""
    text = "import s2s_ad\n\ndef f(x):\n    return s2s_ad.stop_gradient(x) * x\n"
    with pytest.raises(Wrong, match="against differences"):
        run(text)


def test_shrinking_keeps_what_fails() -> None:
    text = "def f(x):\n    y = 1.0\n    for i in range(3):\n        y = y + (x * 2.0 - 7.0)\n    return y\n"
    small = shrink(text, lambda t: "7.0" in t)
    assert "7.0" in small and "for" not in small and len(small) < 30
