"""The fits of examples/nist.py reach what NIST certifies."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_our_jacobian_reaches_the_certified_values_in_fewer_evaluations() -> None:
    command = [sys.executable, "-X", "utf8", str(ROOT / "examples" / "nist.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [re.findall(r"[\w.]+", line) for line in done.stdout.splitlines()]
    fits = [row for row in rows if len(row) == 6 and row[1] in ("1", "2")]
    assert len(fits) == 20
    for _, _, digits, digits_cs, count, count_cs in fits:
        assert float(digits) >= max(9.9, float(digits_cs)) and int(count) < int(count_cs)
