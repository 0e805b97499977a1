"""Ten regression problems of NIST, fitted with our Jacobian and with a complex-step one: `python examples/nist.py`.

Both Jacobians get the same treatment: SciPy's least_squares, then Gauss-Newton steps until they no longer move the
parameters. The second part is needed because least_squares stops where the sum of squares no longer falls, and around
its minimum that is so when only half of the digits are right. Where the complex step loses digits, it is because SciPy
moves each parameter by at least 1.5e-8, which is much for a parameter of 1e-7.
"""

import re
import sys
from pathlib import Path

import numpy as np
from nist_models import MODELS
from rich.console import Console
from rich.table import Table
from scipy.optimize import least_squares

import s2s_ad

DATA = Path(__file__).resolve().parent / "data"
DIGITS = 10.0  # certified values have eleven digits: the last one may be rounded


def read(name):
    """The two starting points, the certified parameters, x and y of a problem."""
    text = (DATA / f"{name}.dat").read_text(encoding="ascii")
    head, data = text.rsplit("Data:", 1)
    rows = re.findall(r"^\s*b\d+ =\s+(\S+)\s+(\S+)\s+(\S+)\s+\S+\s*$", head, re.MULTILINE)
    start1, start2, certified = np.array(rows, dtype=float).T
    y, x = np.array([line.split() for line in data.splitlines()[1:] if line.strip()], dtype=float).T
    return (start1, start2), certified, x, y


class Evaluations:
    """The residuals of a model and their Jacobian; counts how often the model or its derivative is evaluated."""

    def __init__(self, model, x, y):
        self.model, self.x, self.y, self.count = model, x, y, 0

    def residuals(self, b):
        self.count += 1
        return self.model(self.x, *b) - self.y

    def jacobian(self, b):
        """All columns from one reverse sweep: a residual depends on its own copy of the parameters only."""
        self.count += 1
        copies = [np.full_like(self.x, value) for value in b]
        _, pullback = s2s_ad.vjp(self.model, self.x, *copies)
        return np.stack(pullback(np.ones_like(self.x))[1:], axis=1)


def fit(evaluations, start, jacobian):
    """The parameters. Near its stopping point least_squares is only asked for residuals and Jacobian."""
    options = {"jac": jacobian, "x_scale": "jac", "ftol": 1e-12, "xtol": 1e-12, "gtol": 1e-12}
    found = least_squares(evaluations.residuals, start, method="lm", max_nfev=20_000, **options)
    for _ in range(100):
        scale = np.linalg.norm(found.jac, axis=0)
        step = np.linalg.lstsq(found.jac / scale, found.fun, rcond=None)[0] / scale
        if np.max(np.abs(step / found.x)) < 1e-12:
            break
        found = least_squares(evaluations.residuals, found.x - step, method="trf", max_nfev=1, **options)
    return found.x


def digits(b, certified):
    """How many digits of the worst parameter agree."""
    error = np.max(np.abs(b - certified) / np.abs(certified))
    return min(DIGITS, -np.log10(max(error, 1e-99)))


def compare(name):
    """For each starting point: digits with ours and with the complex step, evaluations with ours and with it."""
    starts, certified, x, y = read(name)
    for start in starts:
        ours, complex_step = Evaluations(MODELS[name], x, y), Evaluations(MODELS[name], x, y)
        with np.errstate(all="ignore"):  # steps that go too far overflow, and are taken back
            found = fit(ours, start, ours.jacobian), fit(complex_step, start, "cs")
        yield *(digits(b, certified) for b in found), ours.count, complex_step.count


def main():
    table = Table("problem", title="Digits that agree with the certified values, and evaluations spent")
    for heading in ("start", "digits", "digits, cs", "evaluations", "evaluations, cs"):
        table.add_column(heading, justify="right")
    reached = True
    for name in MODELS:
        for number, (ours, complex_step, count, count_cs) in enumerate(compare(name), start=1):
            table.add_row(name, str(number), f"{ours:.1f}", f"{complex_step:.1f}", str(count), str(count_cs))
            reached &= ours >= complex_step and count < count_cs
    Console().print(table)
    print("as many digits in fewer evaluations" if reached else "MISSED: fewer digits, or more evaluations")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
