"""The library functions that are taken as programs compute what the library computes."""

import cmath
import inspect
import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ops.compositions import COMPOSITIONS
from s2s_ad.ops.iteration_compositions import ITERATION_COMPOSITIONS
from s2s_ad.ops.registry import FUNCTIONS
from tests.ops import calls, test_forms, test_more_forms

x = np.random.default_rng(3).standard_normal((2, 3, 4))
m = x[0]

CALLS = [
    *[(math.modf, (v,), {}) for v in (2.75, -2.75, 0.0, -0.0, math.inf)],
    *[(math.frexp, (v,), {}) for v in (2.75, -0.01, 0.0)],
    (math.prod, ([2.0, 3.0, 4.0],), {"start": 0.5}),
    (math.prod, ([],), {}),
    (math.dist, ((1.0, 2.0), (4.0, -2.0)), {}),
    (divmod, (-7.3, 2.0), {}),
    (np.clip, (x, -0.3, 0.4), {}),
    (np.clip, (x, None, 0.4), {}),
    (np.clip, (x,), {"a_min": 0.2, "a_max": None}),
    (np.clip, (x, 0.4, -0.4), {}),
    (np.divmod, (x, 0.7), {}),
    (np.full, ((2, 3), 1.5), {}),
    (np.full, (3, 2), {"dtype": float}),
    (np.linspace, (0.0, 2.0), {}),
    (np.linspace, (0.0, 2.0, 5), {"endpoint": False}),
    (np.eye, (3,), {}),
    (np.eye, (2, 3), {"k": 1}),
    (np.identity, (3,), {}),
    (np.inner, (m, x[1]), {}),
    (np.inner, (m[0], m[1]), {}),
    (np.inner, (2.0, m), {}),
    (np.inner, (m, m[1]), {}),
    *[
        (np.take, (x, i), {"axis": a})
        for a in (None, 0, 1, 2, -1, -2)
        for i in (1, np.array([0, 1, 1]), np.array([[0, 1], [1, 0]]))
    ],
    (np.diff, (x,), {}),
    (np.diff, (x,), {"axis": 0}),
    (np.diff, (x,), {"n": 2, "axis": 1}),
    (np.diff, (x,), {"n": 0}),
    (np.flipud, (m,), {}),
    (np.fliplr, (m,), {}),
    (np.ptp, (m,), {"axis": 1}),
    (cmath.polar, (0.3 - 0.4j,), {}),
    (cmath.rect, (1.3, -0.4), {}),
]
if hasattr(math, "sumprod"):
    CALLS += [(math.sumprod, ([1.0, 2.0], [3.0, 4.0]), {})]


@pytest.mark.parametrize("function, args, keywords", CALLS)
def test_composition(function, args, keywords):
    wanted, got = function(*args, **keywords), COMPOSITIONS[function](*args, **keywords)
    if not isinstance(wanted, tuple):
        wanted, got = (wanted,), (got,)
    assert len(wanted) == len(got)
    for a, b in zip(wanted, got):
        assert np.shape(a) == np.shape(b) and np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_array_equal(a, b)
        assert np.all(np.signbit(np.real(a)) == np.signbit(np.real(b)))


def test_every_composition_is_tried():
    tried = {function for function, _, _ in CALLS}
    source = "".join(map(inspect.getsource, (calls, test_forms, test_more_forms)))
    parts = {function for function, program in COMPOSITIONS.items() if function is program}
    parts |= {function for function in COMPOSITIONS if str(function.__module__).startswith("scipy")}  # see test_scipy
    parts |= set(ITERATION_COMPOSITIONS)  # see tests/language/test_iteration.py
    left = {f.__name__ for f in set(COMPOSITIONS) - tried - parts if f".{f.__name__}(" not in source}
    assert not left, f"not tried: {sorted(left)}. Add calls to tests/ops/calls.py: (lambda x: np.cross(x, x), (V,))"
    assert not set(COMPOSITIONS) & set(FUNCTIONS)


@pytest.mark.parametrize("function, args", [(math.dist, ((1.0,), (1.0, 2.0)))])
def test_the_errors_are_the_same(function, args):
    with pytest.raises(ValueError) as wanted:
        function(*args)
    with pytest.raises(ValueError) as got:
        COMPOSITIONS[function](*args)
    assert str(wanted.value) == str(got.value)


def test_derivatives_are_as_if_it_had_been_written_out():
    """A function taken as a program leaves nothing of itself behind: no loop over one trip, no line of ours."""

    def differences(x):
        return np.sum(np.diff(x) ** 2)

    def rows(x):
        return np.sum(np.diff(x, axis=0, prepend=0.0) ** 2)

    source = s2s_ad.grad(differences).source("float64[:]")
    assert "= x[1:] - x[:-1]" in source, source
    assert "for " not in source and "unbroadcast" not in source and "..." not in source
    for text in (source, s2s_ad.grad(rows).source("float64[:, :]")):
        assert "[compositions.py" not in text and "np.diff" in text, text
        assert "moveaxis" not in text
