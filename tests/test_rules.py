"""The table as text: what is shown is what is computed, and the page in docs/ is up to date."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

pytest.importorskip("scipy")

from examples.generate import RULES  # noqa: E402
from s2s_ad.ops.helpers import HELPER_FUNCTIONS  # noqa: E402
from s2s_ad.ops.registry import OPS  # noqa: E402
from s2s_ad.rules import details, find, markdown, near, overview, rules  # noqa: E402
from tests.ops.driver import rng_for  # noqa: E402
from tests.ops.trials import of_numbers, points  # noqa: E402

EVERY = rules()
MOVING = [r for r in EVERY if not r.note and of_numbers(OPS[r.name]) and r.name != "stop_gradient"]


def test_the_page_is_up_to_date() -> None:
    assert RULES.read_text(encoding="utf-8") == markdown(), "run python examples/generate.py"


def test_every_operation_is_shown() -> None:
    assert {rule.name for rule in EVERY} == {
        name for name, op in OPS.items() if not (op.effect or op.store and op.zero)
    }
    assert overview().count("\n  code ") == len(EVERY)
    for rule in EVERY:
        assert bool(rule.tangent) == bool(rule.pullback) == (not rule.note), rule
        if rule.name != "gradient_hook":  # made of a block of the user's, so there is nothing to show
            assert bool(rule.note) == (OPS[rule.name].zero or not OPS[rule.name].differentiable), rule


@pytest.mark.parametrize("rule", MOVING, ids=lambda rule: rule.name)
def test_the_shown_pullback_belongs_to_the_shown_code(rule) -> None:
    """Run as it stands: x_bar * x_dot of all inputs is the difference of the shown code along x_dot."""
    op, rng = OPS[rule.name], rng_for(rule.name, "shown")
    names = [name for name in op.args if not name.startswith("*")]
    if op.variadic:
        names += {"xs": ["x1", "x2", "x3"][: 3 if rule.name == "math.fsum" else 2], "base": ["base1"]}[op.args[-1][1:]]
    if rule.name in ("math.ldexp", "special.polygamma", "special.jv", "special.iv", "special.ive"):
        return  # one of their inputs is a whole number
    at = dict(zip(names, map(float, points(op, rng, [()] * len(names)))))
    along = {name: float(rng.standard_normal()) for name in names}
    if rule.name.startswith("cmath.") and not op.variadic or rule.name in ("real", "imag", "conjugate", "np.angle"):
        at = {name: x + 0.4j for name, x in at.items()}
        along = {name: v * (1.0 - 0.7j) for name, v in along.items()}
    out = "value" if "y" in names else "y"

    def run(lines, **given):
        scope = {"math": math, "cmath": cmath, "np": np, **HELPER_FUNCTIONS, **given}
        exec("\n".join(lines), scope)
        return scope

    high, low = (run([f"v = {rule.code}"], **{n: at[n] + h * along[n] for n in names})["v"] for h in (1e-6, -1e-6))
    tangent = run(rule.tangent, **at, **{f"{n}_dot": v for n, v in along.items()})[f"{out}_dot"]
    bars = run(rule.pullback, **at, **{f"{out}_bar": 1.0})
    assert tangent == pytest.approx((high - low) / 2e-6, rel=1e-6, abs=1e-8)
    total = sum(bars[f"{n}_bar"] * along[n] for n in names)
    assert np.real(total) == pytest.approx(np.real(tangent), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("np.sin", ["np.sin"]),
        ("numpy.linalg.solve", ["np.linalg.solve"]),
        ("sin", ["cmath.sin", "math.sin", "np.sin"]),
        ("*", ["mul"]),
        ("@", ["matmul"]),
        ("scipy.special.ndtr", ["special.ndtr"]),
        ("x.sum()", ["np.sum"]),
        ("np.amax", ["np.max"]),
        ("nothing of the kind", []),
    ],
)
def test_names(name: str, wanted: list[str]) -> None:
    assert [op.name for op in find(name)] == wanted


def test_one_operation_in_full() -> None:
    text = details("np.sqrt")
    assert "domain     x > 0" in text and "x = 0: the slope in x is inf" in text
    for line in ("y = np.sqrt(x)", "def sqrt_jvp(x, x_dot):", "def sqrt_vjp(x, y_bar):", "def sqrt_vjp_jvp("):
        assert line in text
    assert "x = y = 1: the slope in x is 0.5" in details("np.maximum")
    assert "x = 0: the slope in x is 0" in details("abs")
    assert "zero: it is constant between jumps" in details("np.floor")
    assert "def gradient(f, *varargs" in details("np.gradient")
    assert "third derivative" in details("cofactors")


def test_names_near_to_one_that_is_not_there() -> None:
    assert near("np.sine")[0] in ("np.sin", "np.sinc")
    with pytest.raises(LookupError, match="there is no operation np.tahn; near to it: .*np.tanh"):
        details("np.tahn")
    with pytest.raises(LookupError, match="there is no operation qqqqqq$"):
        details("qqqqqq")
