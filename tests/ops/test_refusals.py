"""What the table cannot differentiate is refused, never guessed."""

import numpy as np
import pytest

from s2s_ad.errors import KindError, NotDifferentiableError, UnsupportedError
from s2s_ad.ops.core import declare, rule
from s2s_ad.ops.registry import FUNCTIONS, OPS
from s2s_ad.ops.trace import d
from tests.ops.driver import Case


def test_functions_of_math_take_no_arrays():
    with pytest.raises(KindError, match="math.sin"):
        Case("math.sin", [np.ones(3)]).value()
    with pytest.raises(KindError):
        Case("math.sin", [1j]).value()


def test_types_that_do_not_fit_are_named():
    with pytest.raises(KindError, match="bit_and does not take float"):
        Case("bit_and", [1.0, 2.0]).value()


@pytest.mark.parametrize("name", ["np.maximum", "np.minimum", "np.max", "np.sort", "np.nan_to_num"])
def test_complex_numbers_where_the_rule_is_for_real_ones(name):
    z = np.array([1j, 2.0])
    case = Case(name, [z] * len(OPS[name].args))
    with pytest.raises(KindError):
        case.tangent([z] * len(case.inputs))
    with pytest.raises(KindError):
        case.pullback(z)


@pytest.mark.parametrize("name", ["qr_q", "qr_r"])
def test_complex_matrices(name):
    z = np.array([[2.0, 1j], [-1j, 3.0]])
    with pytest.raises(KindError):
        Case(name, [z]).pullback(Case(name, [z]).value())
    with pytest.raises(KindError):
        Case(name, [z]).tangent([z])


@pytest.mark.parametrize(
    "name, inputs, params",
    [
        ("np.median", [np.ones((2, 3))], {"axis": (0, 1)}),
        ("svd_u", [np.eye(3)], {"full": True}),
        ("np.linalg.norm", [np.eye(3)], {"ord": 2}),
        ("np.linalg.norm", [np.ones(3)], {"ord": np.inf}),
    ],
)
def test_forms_without_a_rule(name, inputs, params):
    case = Case(name, inputs, params)
    with pytest.raises(UnsupportedError):
        case.pullback(case.value())


def test_squeeze_of_unknown_lengths():
    with pytest.raises(KindError, match="axis"):
        Case("np.squeeze", [np.ones((2, 1))], loose=True).value()


def test_repeating_each_item_its_own_number_of_times():
    with pytest.raises(KindError, match="np.repeat"):
        Case("np.repeat", [np.ones(2), np.array([1, 2])]).value()


def test_an_operation_without_a_rule():
    ones = np.ones((2, 2))
    op = declare((), lambda x, y: None, name="no_rule_yet", code="x + y", transposes={0: lambda ct, x, y: ct})
    del OPS["no_rule_yet"]
    with pytest.raises(NotDifferentiableError, match="no_rule_yet"):
        Case(op.ops["python"], [ones, ones]).pullback(ones)
    with pytest.raises(NotDifferentiableError, match="no_rule_yet"):
        Case(op.ops["python"], [ones, ones]).tangent([ones, ones])


@pytest.fixture
def new_rule():
    before_ops, before_functions = dict(OPS), dict(FUNCTIONS)
    yield rule
    for table, before in ((OPS, before_ops), (FUNCTIONS, before_functions)):
        table.clear()
        table.update(before)


def test_a_rule_that_is_not_linear_is_found(new_rule):
    @new_rule(name="bad_square", code="x * x")
    def bad_square(x, *, out):
        d[out] = d[x] * d[x]

    @new_rule(name="bad_shift", code="x + 1")
    def bad_shift(x, *, out):
        d[out] = d[x] + 1.0

    @new_rule(name="bad_constant", code="x + 1")
    def bad_constant(x, *, out):
        d[out] = 2.0 * x

    for name in ("bad_square", "bad_shift", "bad_constant"):
        with pytest.raises(TypeError, match="not linear"):
            Case(name, [2.0]).pullback(1.0)
