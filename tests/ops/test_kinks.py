"""Derivatives where calculus leaves a choice: one table, the same in both modes, for numbers and for arrays."""

import math

import numpy as np
import pytest

from s2s_ad.ops.guards import Guard
from s2s_ad.ops.registry import OPS
from tests.ops.driver import Case, Fixed

INF, NAN = math.inf, math.nan

# operation, arguments, which argument, its derivative there
KINKS = [
    *[
        (name, [0.0], 0, 0.0)
        for name in ("abs", "math.fabs", "np.absolute", "np.fabs", "np.sign", "np.floor", "np.rint")
    ],
    *[
        (name, [2.0], 0, 0.0)
        for name in ("math.floor", "math.ceil", "math.trunc", "round", "np.ceil", "np.trunc", "np.round")
    ],
    ("np.heaviside", [0.0, 0.5], 0, 0.0),
    ("floordiv", [4.0, 2.0], 0, 0.0),
    ("mod", [4.0, 2.0], 0, 1.0),
    ("mod", [7.0, 2.0], 1, -3.0),
    ("mod", [-7.0, 2.0], 1, 4.0),
    ("np.remainder", [-7.0, 2.0], 1, 4.0),
    *[(name, [1.5, 1.5], k, 0.5) for name in ("np.maximum", "np.minimum", "np.fmax", "np.fmin") for k in (0, 1)],
    ("np.fmax", [NAN, 1.5], 1, 1.0),
    ("np.fmax", [NAN, 1.5], 0, 0.0),
    ("np.fmin", [1.5, NAN], 0, 1.0),
    ("np.maximum", [INF, INF], 0, 0.5),
    # roots
    *[(name, [0.0], 0, INF) for name in ("math.sqrt", "np.sqrt", "math.cbrt", "np.cbrt")],
    *[(name, [0.0, 0.5], 0, INF) for name in ("pow", "math.pow", "np.power", "np.float_power")],
    # powers
    *[(name, [0.0, 0.0], 0, 0.0) for name in ("pow", "math.pow", "np.power", "np.float_power")],
    *[(name, [0.0, 1.0], 0, 1.0) for name in ("pow", "math.pow", "np.power", "np.float_power")],
    *[(name, [0.0, 2.0], 0, 0.0) for name in ("pow", "math.pow", "np.power", "np.float_power")],
    *[(name, [0.0, y], 1, 0.0) for name in ("pow", "math.pow", "np.power", "np.float_power") for y in (0.0, 0.5, 2.0)],
    *[(name, [-2.0, 3.0], 0, 12.0) for name in ("pow", "math.pow", "np.power")],
    *[(name, [-2.0, 3.0], 1, NAN) for name in ("pow", "math.pow", "np.power")],
    ("np.power", [0.0, -1.0], 0, -INF),
    # NumPy's infinite values
    ("np.log", [0.0], 0, INF),
    ("np.log2", [0.0], 0, INF),
    ("np.log1p", [-1.0], 0, INF),
    ("np.log", [-2.0], 0, -0.5),
    ("np.reciprocal", [0.0], 0, -INF),
    ("np.divide", [1.0, 0.0], 1, -INF),
    ("np.divide", [1.0, 0.0], 0, INF),
    # edges
    ("math.asin", [1.0], 0, INF),
    ("np.arcsin", [-1.0], 0, INF),
    ("math.acos", [1.0], 0, -INF),
    ("np.arccos", [-1.0], 0, -INF),
    ("math.acosh", [1.0], 0, INF),
    ("np.arccosh", [1.0], 0, INF),
    ("np.arctanh", [1.0], 0, INF),
    ("np.arctanh", [-1.0], 0, INF),
    # lengths and angles at the origin
    *[(name, [0.0, 0.0], k, 0.0) for name in ("math.hypot", "np.hypot", "math.atan2", "np.arctan2") for k in (0, 1)],
    ("math.hypot", [0.0], 0, 0.0),
    # products with zeros and series near 0
    ("np.sinc", [0.0], 0, 0.0),
    ("sinc_derivative", [0.0], 0, -(math.pi**2) / 3),
    ("np.sinc", [1e-9], 0, -(math.pi**2) / 3 * 1e-9),
    # no overflow
    ("np.logaddexp", [1000.0, 0.0], 0, 1.0),
    ("np.logaddexp", [1000.0, 0.0], 1, 0.0),
    ("np.logaddexp", [-1000.0, -1001.0], 0, 1 / (1 + math.exp(-1))),
    ("np.logaddexp", [INF, 0.0], 0, 1.0),
    ("np.logaddexp", [-INF, 0.0], 0, 0.0),
    ("np.logaddexp", [-INF, 0.0], 1, 1.0),
    ("np.logaddexp", [-INF, -INF], 0, NAN),
    ("np.logaddexp2", [2000.0, 2000.0], 0, 0.5),
    ("math.copysign", [0.0, 1.0], 0, 0.0),
    ("np.nan_to_num", [NAN], 0, 0.0),
    ("np.nan_to_num", [INF], 0, 0.0),
]
KINKS = [kink for kink in KINKS if kink[0] in OPS]


def same(got, wanted):
    got = 0.0 if got is None else got
    np.testing.assert_allclose(got, np.broadcast_to(wanted, np.shape(got)), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name, point, k, wanted", KINKS)
def test_numbers_in_both_modes(name, point, k, wanted):
    case = Case(name, point)
    active = [i == k for i in range(len(point))]
    same(case.tangent([1.0 if on else None for on in active]), wanted)
    same(case.pullback(1.0, active)[k], wanted)


@pytest.mark.parametrize(
    "name, point, k, wanted", [kink for kink in KINKS if not kink[0].startswith("math.") and kink[0] != "round"]
)
def test_arrays_in_both_modes(name, point, k, wanted):
    case = Case(name, [np.full(3, x) for x in point])
    active = [i == k for i in range(len(point))]
    same(case.tangent([np.ones(3) if on else None for on in active]), wanted)
    same(case.pullback(np.ones(3), active)[k], wanted)


@pytest.mark.parametrize("name", ["pow", "math.pow", "np.power", "np.float_power"])
@pytest.mark.parametrize(
    "n, wanted", [(0, 0.0), (0.0, 0.0), (1, 1.0), (2, 0.0), (2.0, 0.0), (0.5, INF), (1.5, 0.0), (3, 0.0)]
)
def test_constant_exponents_at_zero(name, n, wanted):
    case = Case(name, [0.0, Fixed(n)])
    same(case.tangent([1.0, None]), wanted)
    same(case.pullback(1.0, [True, False])[0], wanted)
    if not name.startswith("math."):
        arrays = Case(name, [np.zeros(2), Fixed(n)])
        same(arrays.tangent([np.ones(2), None]), wanted)
        same(arrays.pullback(np.ones(2), [True, False])[0], wanted)


def test_reductions_share_ties_evenly():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    for name, wanted in {"np.max": [[0, 0.5, 0.5], [1 / 3] * 3], "np.min": [[1, 0, 0], [1 / 3] * 3]}.items():
        case = Case(name, [x], {"axis": 1})
        same(case.pullback(np.ones(2))[0], wanted)
        same(
            case.tangent([np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 3.0]])]), [3.0, 2.0] if name == "np.max" else [1.0, 2.0]
        )


def test_products_with_zeros_are_exact():
    for x, wanted in [([2.0, 0.0, 3.0], [0, 6, 0]), ([0.0, 0.0, 3.0], [0, 0, 0]), ([1e200, 1e-200, 0.0], [0, 0, 1])]:
        case = Case("np.prod", [np.array(x)])
        same(case.pullback(1.0)[0], wanted)
        same(case.tangent([np.ones(3)]), sum(wanted))


def test_norms_and_deviations_of_equal_numbers_have_slope_zero():
    for name, x in {"np.linalg.norm": np.zeros(3), "np.std": np.full(3, 2.5), "np.var": np.full(3, 2.5)}.items():
        case = Case(name, [x])
        same(case.pullback(1.0)[0], np.zeros(3))
        same(case.tangent([np.array([1.0, 2.0, 4.0])]), 0.0)


def test_selections_let_nothing_through_from_the_other_side():
    # forward: an infinite or undefined tangent of what was not taken
    same(Case("np.maximum", [0.0, 1.0]).tangent([INF, 0.5]), 0.5)
    same(Case("np.maximum", [np.zeros(2), np.ones(2)]).tangent([np.array([NAN, INF]), np.ones(2)]), 1.0)
    same(Case("np.max", [np.array([0.0, 1.0])]).tangent([np.array([INF, 2.0])]), 2.0)
    selected = Case("np.where", [np.array([True, False]), np.ones(2), np.ones(2)])
    same(selected.tangent([None, np.ones(2), np.array([INF, 0.0])]), [1.0, 0.0])
    same(selected.pullback(np.array([2.0, NAN]))[1], [2.0, 0.0])
    # reverse: an infinite cotangent of the result
    case = Case("np.maximum", [np.zeros(2), np.ones(2)])
    same(case.pullback(np.full(2, INF))[0], 0.0)
    same(Case("np.max", [np.array([0.0, 1.0])]).pullback(INF)[0], [0.0, INF])


GUARDED = [
    ("np.sqrt", [0.0]),
    ("np.log", [0.0]),
    ("np.arcsin", [1.0]),
    ("np.divide", [1.0, 0.0]),
    ("div", [1.0, 0.0]),
    ("np.power", [0.0, -0.5]),
    ("mul", [2.0, INF]),
    ("np.cbrt", [0.0]),
]


@pytest.mark.parametrize("name, point", GUARDED)
def test_what_was_not_selected_gets_zero(name, point):
    """where(x > 0, sqrt(x), 0) has slope 0 at 0: the cotangent 0 of sqrt stays 0, while others pass as ever."""
    case = Case(name, [np.array([x, 0.7]) for x in point])
    ct = np.array([0.0, 2.0])
    guarded, plain = case.pullback(ct, guard=Guard.ALL), case.pullback(ct)
    assert np.isnan(plain[0][0]) or name == "mul"
    for k in range(len(point)):
        assert guarded[k][0] == 0.0
        assert guarded[k][1] == plain[k][1] != 0.0


def test_which_operations_select():
    wanted = {"np.where", "np.maximum", "np.minimum", "np.fmax", "np.fmin", "np.max", "np.min", "np.nan_to_num"}
    wanted |= {"np.nansum", "np.nanmean", "np.nanmax", "np.nanmin", "np.interp"}
    wanted |= {"kept_product", "kept_quotient", "np.sort", "np.unique"}
    wanted |= {"np.median", "np.quantile", "np.nanmedian", "np.nanquantile"}
    assert {name for name, op in OPS.items() if op.selects} == wanted
