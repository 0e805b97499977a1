"""Every operation is tested by being in the table: nothing in this file names one.

What an operation is tried on is made up in `trials.py`, what must hold is in `walk.py`. To add an operation that these
tests cover, declare it; where it is not defined for all numbers, with `domain=`; where it takes more than numbers or
one array, with a line in `samples.py`.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ops.core import Op, rule
from s2s_ad.ops.registry import FUNCTIONS, OPS, USERS
from s2s_ad.ops.trace import d
from tests.ops.driver import Case, Fixed, real
from tests.ops.own import OWN
from tests.ops.trials import Trial, of_numbers, trials
from tests.ops.walk import CHECKS, WITHOUT_VALUE, check, has_the_value_of_numpy, same

if importlib.util.find_spec("scipy"):
    import scipy.linalg  # noqa: F401
    import scipy.special  # noqa: F401

FUNCTIONS.arrive()
ENTRIES = [name for name in OPS if name not in WITHOUT_VALUE and name not in USERS]


def _call(op: Op) -> Trial | None:
    """Arguments for a plain call of the function."""
    for trial in trials(op):
        plain = not trial.params and not any(isinstance(x, (Fixed, list)) for x in trial.inputs)
        if trial.smooth and plain and op.name not in OWN:
            return trial
    return None


def _ours(function: object) -> bool:
    return str(getattr(function, "__module__", "")).startswith("s2s_ad")


# what has a name of its own; the parts of what is taken apart are called in calls.py, as is a sum of a list
CALLED = [f for f, op in FUNCTIONS.items() if op.name in ENTRIES and not _ours(f) and f is not math.fsum]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", ENTRIES)
def test_operation(name: str, check: str) -> None:
    CHECKS[check](OPS[name])


@pytest.mark.parametrize("function", CALLED, ids=lambda f: f.__name__)
def test_a_call_of_the_function_is_the_operation(function: object) -> None:
    """As users write it: through the front end, in both modes."""
    op = FUNCTIONS[function]
    trial = _call(op)
    if trial is None:
        pytest.skip("called with more than arrays and numbers, in calls.py")
    case = Case(op, trial.inputs)
    dots = tuple(np.ones_like(x)[()] if real(x) else None for x in trial.inputs)
    call = calls(function)[len(trial.inputs)]
    value, tangent = s2s_ad.jvp(call, trial.inputs, dots)
    same(value, function(*trial.inputs), str(trial), rtol=1e-14)
    wanted = case.tangent(dots)
    if wanted is not None and tangent is not None:
        np.testing.assert_allclose(tangent, wanted, rtol=1e-12)
    if tangent is not None and any(dot is not None for dot in dots):
        _, pullback = s2s_ad.vjp(call, *trial.inputs)
        ct = np.ones_like(value)[()]
        for got, share in zip(pullback(ct), case.pullback(ct)):
            if share is not None:
                np.testing.assert_allclose(got, share, rtol=1e-12)


def calls(function):
    """Calls with zero to three arguments."""
    return [
        lambda: function(),
        lambda x: function(x),
        lambda x, y: function(x, y),
        lambda x, y, z: function(x, y, z),
    ]


# --- the walk itself --------------------------------------------------------------------------------------------------


@pytest.fixture
def new() -> Iterator[None]:
    """A table that is as before afterwards."""
    before = dict(OPS)
    yield
    for name in set(OPS) - set(before):
        del OPS[name]


def test_a_new_operation_is_tested_in_full_by_its_declaration(new: None) -> None:
    @rule(name="bell", code="np.exp(-x * x)", flavor="numpy")
    def bell(x, *, out):
        d[out] = -2.0 * x * out * d[x]

    op = bell.ops["numpy"]
    check(op)
    tried = [np.asarray(x) for trial in trials(op) for x in trial.inputs]
    assert {x.ndim for x in tried} == {0, 1, 2} and {x.dtype for x in tried} == {np.dtype(t) for t in ("f4", "f8")}
    assert any(x.size == 0 for x in tried) and any(np.isnan(x).any() for x in tried)


WRONG = {
    "tangent": lambda x, *, out: _set(out, -x * out * d[x]),  # a factor is missing
    "second": lambda x, *, out: _set(out, -2.0 * _hidden(x) * out * d[x]),  # a rule that cannot be differentiated again
    "formula": lambda x, *, out: _set(out, -2.000001 * x * out * d[x]),  # nearly right
}


def _set(out, value):
    d[out] = value


def _hidden(x):
    from s2s_ad.ops.trace import apply

    return apply("stop_gradient", x)


@pytest.mark.parametrize("which", WRONG)
def test_a_wrong_rule_is_found(new: None, which: str) -> None:
    op = rule(name="bad", code="np.exp(-x * x)", flavor="numpy")(WRONG[which]).ops["numpy"]
    with pytest.raises(AssertionError):
        CHECKS[which](op)


def test_a_wrong_pullback_is_found(new: None) -> None:
    def tangent(x, y, *, out):
        d[out] = d[x] * y + d[y] * x

    op = rule(name="bad", code="x * y", flavor="numpy", pullback=lambda ct, x, y, *, out: (ct * y, ct * y))(tangent)
    with pytest.raises(AssertionError):
        CHECKS["pullback"](op.ops["numpy"])


def test_an_operation_that_is_not_defined_everywhere_says_where(new: None) -> None:
    def tangent(x, *, out):
        d[out] = d[x] / (x * np.log(2.0))

    op = rule(name="bad", code="np.log2(x)", flavor="numpy")(tangent).ops["numpy"]
    with pytest.raises(AssertionError, match="say where it is defined, @rule"):
        has_the_value_of_numpy(op)
    good = rule(name="good", code="np.log2(x)", flavor="numpy", domain=((0.0, np.inf),))(tangent).ops["numpy"]
    check(good)


def test_an_operation_for_which_nothing_can_be_made_up_is_not_forgotten(new: None) -> None:
    def kind(kinds, params, op: Op):
        return kinds[0]

    def tangent(x, y, z, *, out):
        d[out] = d[x]

    op = rule(name="bad", code="x @ y @ z", flavor="numpy", infer=kind)(tangent).ops["numpy"]
    with pytest.raises(AssertionError, match='"bad": .*samples.py|samples.py.*"bad": '):
        check(op)


def test_operations_of_whole_numbers_are_tried_on_them() -> None:
    for name in ("math.gcd", "bit_xor", "math.factorial"):
        assert of_numbers(OPS[name])
        assert all(np.asarray(x).dtype.kind == "i" for trial in trials(OPS[name]) for x in trial.inputs)
