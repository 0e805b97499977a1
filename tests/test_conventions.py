"""CONVENTIONS: derivatives where calculus leaves a choice. Each row of the table is a test, and each numbered rule.

A row names an expression in x for Python's floats and one for NumPy, the point, and the derivative there, which both
modes must give for a float, a NumPy scalar and an array alike.
"""

import importlib.util
import itertools
import math
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import s2s_ad
from s2s_ad.ops.core import elementwise
from s2s_ad.ops.registry import OPS
from tests.ops.driver import Case

INF, NAN = math.inf, math.nan


@pytest.fixture(autouse=True)
def without_warnings():
    with np.errstate(all="ignore"):
        yield


# (row, expression of Python or None, expression of NumPy or None, x, derivative, second derivative or None)
ROWS = [
    ("abs, fabs at 0", "abs(x)", "abs(x)", 0.0, 0.0, 0.0),
    ("abs, fabs at 0", "math.fabs(x)", "np.fabs(x)", 0.0, 0.0, 0.0),
    ("abs, fabs at 0", None, "np.absolute(x)", 0.0, 0.0, 0.0),
    ("sign", "math.copysign(1.0, x)", "np.sign(x)", 0.0, 0.0, None),
    ("floor", "float(math.floor(x))", "np.floor(x)", 2.0, 0.0, None),
    ("ceil", "float(math.ceil(x))", "np.ceil(x)", 2.0, 0.0, None),
    ("round", "float(round(x))", "np.round(x)", 2.5, 0.0, None),
    ("trunc", "float(math.trunc(x))", "np.trunc(x)", -2.0, 0.0, None),
    ("//", "x // 2.0", "x // 2.0", 4.0, 0.0, None),
    ("// in the divisor", "4.0 // x", "4.0 // x", 2.0, 0.0, None),
    ("heaviside", None, "np.heaviside(x, 0.5)", 0.0, 0.0, None),
    ("x % c in x", "x % 2.0", "x % 2.0", 4.0, 1.0, 0.0),
    ("x % c in c", "7.0 % x", "7.0 % x", 2.0, -3.0, 0.0),
    ("x % c in c, as NumPy computes it", "-7.0 % x", "-7.0 % x", 2.0, 4.0, 0.0),
    ("maximum at a tie", None, "np.maximum(x, 1.5)", 1.5, 0.5, None),
    ("maximum at a tie of x with itself", None, "np.maximum(x, x)", 1.5, 1.0, None),
    ("minimum at a tie", None, "np.minimum(1.5, x)", 1.5, 0.5, None),
    ("fmax at a tie", None, "np.fmax(x, 1.5)", 1.5, 0.5, None),
    ("fmin at a tie", None, "np.fmin(x, 1.5)", 1.5, 0.5, None),
    ("maximum at infinities", None, "np.maximum(x, np.inf)", INF, 0.5, None),
    ("fmax of a number and NaN", None, "np.fmax(x, np.nan)", 1.5, 1.0, None),
    ("clip at the lower bound", None, "np.clip(x, 1.0, 2.0)", 1.0, 0.5, None),
    ("clip at the upper bound", None, "np.clip(x, 1.0, 2.0)", 2.0, 0.5, None),
    ("Python max at a tie: the first", "max(x, 1.5)", None, 1.5, 1.0, 0.0),
    ("Python max at a tie: the first", "max(1.5, x)", None, 1.5, 0.0, 0.0),
    ("Python min at a tie: the first", "min(x, 1.5)", None, 1.5, 1.0, 0.0),
    ("Python min at a tie: the first", "min(1.5, x)", None, 1.5, 0.0, 0.0),
    ("sqrt at 0", "math.sqrt(x)", "np.sqrt(x)", 0.0, INF, None),
    ("x**0.5 at 0", "x ** 0.5", "x ** 0.5", 0.0, INF, None),
    ("x**y at 0, 0 < y < 1", "math.pow(x, 0.25)", "np.power(x, 0.25)", 0.0, INF, None),
    ("cbrt at 0", "math.cbrt(x)" if hasattr(math, "cbrt") else None, "np.cbrt(x)", 0.0, INF, None),
    ("x**0 at 0", "x ** 0", "x ** 0", 0.0, 0.0, 0.0),
    ("x**0.0 at 0", "x ** 0.0", "x ** 0.0", 0.0, 0.0, 0.0),
    ("x**1 at 0", "x ** 1", "x ** 1", 0.0, 1.0, 0.0),
    ("x**2 at 0", "x ** 2", "x ** 2", 0.0, 0.0, 2.0),
    ("x**2.0 at 0", "x ** 2.0", "x ** 2.0", 0.0, 0.0, 2.0),
    ("x**3 at 0", "x ** 3", "x ** 3", 0.0, 0.0, 0.0),
    ("x**2.0 at 0", "math.pow(x, 2.0)", "np.power(x, 2.0)", 0.0, 0.0, 2.0),
    ("0**y in y", "0.0 ** x", "0.0 ** x", 0.0, 0.0, 0.0),
    ("0**y in y", "0.0 ** x", "0.0 ** x", 1.5, 0.0, 0.0),
    ("0**y in y", "math.pow(0.0, x)", "np.power(0.0, x)", 2.0, 0.0, 0.0),
    ("log at 0", None, "np.log(x)", 0.0, INF, None),
    ("log at 0", None, "np.log2(x)", 0.0, INF, None),
    ("log at 0", None, "np.log10(x)", 0.0, INF, None),
    ("log at 0", None, "np.log1p(x)", -1.0, INF, None),
    ("1/x at 0", None, "1 / x", 0.0, -INF, None),
    ("1/x at 0", None, "np.reciprocal(x)", 0.0, -INF, None),
    ("log of a negative", None, "np.log(x)", -2.0, -0.5, -0.25),
    ("arcsin at the edge", "math.asin(x)", "np.arcsin(x)", 1.0, INF, None),
    ("arcsin at the edge", "math.asin(x)", "np.arcsin(x)", -1.0, INF, None),
    ("arccos at the edge", "math.acos(x)", "np.arccos(x)", 1.0, -INF, None),
    ("arccosh at the edge", "math.acosh(x)", "np.arccosh(x)", 1.0, INF, None),
    ("arctanh at the edge", None, "np.arctanh(x)", 1.0, INF, None),
    ("arctanh at the edge", None, "np.arctanh(x)", -1.0, INF, None),
    ("hypot at 0", "math.hypot(x, 0.0)", "np.hypot(x, 0.0)", 0.0, 0.0, None),
    ("arctan2 at 0", "math.atan2(x, 0.0)", "np.arctan2(x, 0.0)", 0.0, 0.0, None),
    ("arctan2 at 0", "math.atan2(0.0, x)", "np.arctan2(0.0, x)", 0.0, 0.0, None),
    ("sinc at 0", None, "np.sinc(x)", 0.0, 0.0, -(math.pi**2) / 3),
    ("logaddexp at large arguments", None, "np.logaddexp(x, 0.0)", 1000.0, 1.0, 0.0),
    ("logaddexp at large arguments", None, "np.logaddexp(x, 0.0)", -1000.0, 0.0, 0.0),
    ("logaddexp of infinities", None, "np.logaddexp(x, 0.0)", INF, 1.0, None),
    ("logaddexp of infinities", None, "np.logaddexp(x, 0.0)", -INF, 0.0, None),
    ("logaddexp where undefined", None, "np.logaddexp(x, -np.inf)", -INF, NAN, None),
    ("where with an unselected NaN", None, "np.where(x > 0, np.log(x), x)", -2.0, 1.0, 0.0),
    ("where with an unselected inf", None, "np.where(x > 0, 1 / x, x)", 0.0, 1.0, 0.0),
    ("where with an unselected infinite slope", None, "np.where(x > 0, np.sqrt(x), 0.0)", 0.0, 0.0, 0.0),
    ("where with x infinite", None, "np.where(np.isfinite(x), x * x, 3.0)", INF, 0.0, 0.0),
    ("where with x NaN", None, "np.where(np.isnan(x), 3.0, x * x)", NAN, 0.0, 0.0),
]

CASES = [
    pytest.param(k, form, id=f"{row[0]}: {row[1 if form == 'float' else 2]} at {row[3]}, {form}")
    for k, row in enumerate(ROWS)
    for form in ("float", "scalar", "array")
    if row[1 if form == "float" else 2] is not None
]
POINTS = {
    "float": lambda x: x,
    "scalar": np.float64,
    "array": lambda x: np.full(3, x),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The expressions as functions of a module, as a user would have them."""
    path = tmp_path_factory.mktemp("conventions") / "rows_of_the_table.py"
    parts = ["import math\nimport numpy as np\n"]
    for k, (_, plain, numpy, *_) in enumerate(ROWS):
        for name, text in (("float", plain), ("numpy", numpy)):
            if text is not None:
                parts.append(f"def {name}_{k}(x):\n    return {text}\n")
    path.write_text("\n\n".join(parts))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[path.stem]


def same(got, wanted):
    np.testing.assert_allclose(got, np.broadcast_to(wanted, np.shape(got)), rtol=1e-12, atol=1e-15)


def ones(x):
    return np.ones_like(x) if isinstance(x, np.ndarray) else 1.0


@pytest.mark.parametrize("k, form", CASES)
def test_row(rows, k, form):
    f = getattr(rows, f"{'float' if form == 'float' else 'numpy'}_{k}")
    x, wanted, second = POINTS[form](ROWS[k][3]), *ROWS[k][4:]
    value = f(x)
    got, forward = s2s_ad.jvp(f, (x,), (ones(x),))
    same(got, value)
    same(forward, wanted)
    value, pullback = s2s_ad.vjp(f, x)
    same(pullback(ones(x))[0], wanted)
    if second is not None and form != "array":
        same(s2s_ad.grad(s2s_ad.grad(f))(x), second)
        same(s2s_ad.jvp(s2s_ad.grad(f), (x,), (1.0,))[1], second)


# --- rows about several numbers at once -------------------------------------------------------------------------------


def by_reverse(f, x):
    """The Jacobian, one row a cotangent."""
    value, pullback = s2s_ad.vjp(f, x)
    units = np.eye(np.size(value)).reshape(-1, *np.shape(value))
    return np.reshape([pullback(unit if np.shape(value) else 1.0)[0] for unit in units], np.shape(value) + x.shape)


def by_forward(f, x):
    """The Jacobian, one column a tangent."""
    columns = [s2s_ad.jvp(f, (x,), (unit,))[1] for unit in np.eye(x.size).reshape(-1, *x.shape)]
    return np.reshape(np.stack(columns, axis=-1), np.shape(columns[0]) + x.shape)


def both_modes(f, x, jacobian):
    same(by_reverse(f, x), jacobian)
    same(by_forward(f, x), jacobian)


def larger(x):
    return np.maximum(x[:2], x[2:])


def test_a_tie_belongs_to_both_sides_by_half():
    both_modes(larger, np.array([1.0, 5.0, 1.0, 4.0]), [[0.5, 0, 0.5, 0], [0, 1, 0, 0]])


def largest(x):
    return np.max(x)


def smallest_of_rows(x):
    return x.min(axis=1)


def test_max_and_min_reductions_split_ties_evenly():
    both_modes(largest, np.array([3.0, 1.0, 3.0, 3.0]), [1 / 3, 0, 1 / 3, 1 / 3])
    wanted = np.zeros((2, 2, 2))
    wanted[0, 0] = 0.5
    wanted[1, 1, 0] = 1
    both_modes(smallest_of_rows, np.array([[2.0, 2.0], [1.0, 2.0]]), wanted)


def largest_of_list(x, y, z):
    return max([x, y, z])


def test_python_max_of_several_takes_the_first():
    assert s2s_ad.grad(largest_of_list, (0, 1, 2))(1.0, 2.0, 2.0) == (0.0, 1.0, 0.0)


def at_the_largest(x):
    return x[np.argmax(x)] + 0.0 * np.argmin(x)


def test_argmax_has_no_derivative():
    both_modes(at_the_largest, np.array([1.0, 3.0, 3.0]), [0, 1, 0])


def sorted_up(x):
    return np.sort(x)


def by_argsort(x):
    return x[np.argsort(x, kind="stable")]


def middle(x):
    return np.median(x)


def quarter(x):
    return np.quantile(x, 0.25)


def quarter_percentile(x):
    return np.percentile(x, 25)


def test_order_is_stable_order():
    x = np.array([2.0, 1.0, 2.0, 1.0, 1.0])
    order = np.eye(5)[[1, 3, 4, 0, 2]]
    both_modes(sorted_up, x, order)
    both_modes(by_argsort, x, order)
    both_modes(middle, x, order[2])
    both_modes(quarter, x, order[1])
    both_modes(quarter_percentile, x, order[1])


def product(x):
    return np.prod(x)


def products(x):
    return np.cumprod(x)


@pytest.mark.parametrize("x", [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [0.0, 5.0, 3.0], [2.0, 5.0, 3.0]])
def test_products_with_zeros_are_exact(x):
    x = np.array(x)
    wanted = [[np.prod(np.delete(x[: j + 1], i)) if i <= j else 0.0 for i in range(3)] for j in range(3)]
    both_modes(product, x, wanted[-1])
    both_modes(products, x, wanted)
    a, b, c = x
    same(by_forward(s2s_ad.grad(product), x), [[0, c, b], [c, 0, a], [b, a, 0]])


def logsumexp(x):
    total = -np.inf
    for item in x:
        total = np.logaddexp(total, item)
    return total


def logsumexp_by_hand(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


@pytest.mark.parametrize("f", [logsumexp, logsumexp_by_hand])
def test_logsumexp_has_softmax_weights_without_overflow(f):
    both_modes(f, np.array([1000.0, 1000.0]), [0.5, 0.5])
    both_modes(f, np.array([-1000.0, 0.0]), [0.0, 1.0])


def length(x):
    return np.linalg.norm(x)


def length_of_rows(x):
    return np.linalg.norm(x, axis=1)


def spread(x):
    return np.std(x)


def test_norms_and_deviations_at_zero():
    both_modes(length, np.zeros(3), np.zeros(3))
    both_modes(length_of_rows, np.zeros((2, 2)), np.zeros((2, 2, 2)))
    both_modes(spread, np.full(3, 2.5), np.zeros(3))


def determinant(a):
    return np.linalg.det(a)


def test_det_of_a_singular_matrix_has_the_cofactors():
    a = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])
    minors = [[np.delete(np.delete(a, i, 0), j, 1) for j in range(3)] for i in range(3)]
    wanted = [[(-1) ** (i + j) * np.linalg.det(minors[i][j]) for j in range(3)] for i in range(3)]
    for way in (by_reverse, by_forward):
        np.testing.assert_allclose(way(determinant, a), wanted, atol=1e-12)


def eigenvalues(a):
    return np.linalg.eigvalsh(a)


def weighted_eigenvalues(a):
    w, v = np.linalg.eigh(a)
    return w[0] + 3.0 * w[1]


def factor(a):
    return np.sum(np.linalg.cholesky(a) * np.array([[1.0, 0.0], [2.0, 3.0]]))


def first_vector(a):
    w, v = np.linalg.eigh(a)
    return v[0, 0]


@pytest.mark.parametrize("f", [weighted_eigenvalues, factor])
def test_functions_of_a_symmetric_matrix_symmetrise_it(f):
    a = np.array([[2.0, 0.5], [0.5, 1.0]])
    gradient = s2s_ad.grad(f)(a)
    same(gradient, gradient.T)
    h, wanted = 1e-6, np.zeros((2, 2))
    for i, j in itertools.product(range(2), range(2)):
        step = np.zeros((2, 2))
        step[i, j] += h / 2
        step[j, i] += h / 2
        wanted[i, j] = (f(a + step) - f(a - step)) / (2 * h)
        np.testing.assert_allclose(s2s_ad.jvp(f, (a,), (step / h,))[1], wanted[i, j], rtol=1e-7)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-7)


def test_repeated_eigenvalues():
    a = 2.0 * np.eye(3)
    _, pullback = s2s_ad.vjp(eigenvalues, a)
    weights = np.array([1.0, 2.0, 5.0])
    _, v = np.linalg.eigh(a)
    same(pullback(weights)[0], v @ np.diag(weights) @ v.T)
    same(s2s_ad.jvp(eigenvalues, (a,), (np.eye(3),))[1], np.ones(3))
    assert np.isnan(s2s_ad.grad(first_vector)(a)).any()
    assert np.isnan(s2s_ad.jvp(first_vector, (a,), (np.eye(3),))[1])


# --- rule 1: forward and reverse agree, kinks included ----------------------------------------------------------------

NASTY = (0.0, -0.0, 1.0, -1.0, 2.0, INF, -INF, NAN)
SMOOTH = [
    op
    for op in OPS.values()
    if op.infer is elementwise
    and op.rule is not None
    and not op.variadic
    and len(op.args) <= 2
    and not op.name.startswith("special.")  # they are in the table once SciPy has been asked for
]


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_rule_1_forward_and_reverse_agree(op):
    """At all pairs of 0, 1, infinities and NaN, ties among them: one array with every one of them in it."""
    grid = np.array(list(itertools.product(NASTY, repeat=len(op.args)))).T
    case = Case(op.name, list(grid))
    zeros = np.zeros(grid.shape[1])
    for k in range(len(grid)):
        active = [i == k for i in range(len(grid))]
        forward = case.tangent([np.ones(grid.shape[1]) if on else None for on in active])
        reverse = case.pullback(np.ones(grid.shape[1]), active)[k]
        same(zeros if reverse is None else reverse, zeros if forward is None else forward)


# --- rule 2: the branch that ran --------------------------------------------------------------------------------------


def by_branch(x):
    if x == 0:
        return x
    return math.sin(x) / x


def test_rule_2_the_branch_that_ran_is_differentiated():
    assert s2s_ad.grad(by_branch)(0.0) == 1.0
    assert s2s_ad.jvp(by_branch, (0.0,), (1.0,)) == (0.0, 1.0)


# --- rule 3: a zero that comes out of a selection stays zero ----------------------------------------------------------


def an_element(x):
    y = np.sqrt(x)
    y[0] = 0.0
    return y.sum()


def an_element_of_infinities(x):
    y = 1.0 / x
    y[0] = 0.0
    return y.sum()


def an_element_of_products_of_infinities(x):
    y = x * (1.0 / x) ** 2
    y[0] = 0.0
    return y.sum()


def a_slice(x):
    y = np.sqrt(x)
    y[:1] = 3.0
    return y.sum()


def a_slice_of_reciprocals(x):
    y = np.reciprocal(x)
    y[:1] = 3.0
    return y.sum()


def an_index_array(x):
    y = x**0.5
    y[np.array([0, 0])] = 1.0
    return y.sum()


def a_mask(x):
    y = np.sqrt(x)
    y[x <= 0] = 0
    return y.sum()


def rows_and_columns(x):
    y = np.sqrt(np.outer(x, x))
    y[0] = 0
    y[:, 0] = 0
    return y.sum()


def distances(x):
    y = 1.0 / (x[:, None] - x[None, :])
    np.fill_diagonal(y, 0.0)
    return np.sum(y**2)


def test_rule_3_a_diagonal_filled_with_zeros():
    x, h = np.array([0.0, 0.25, 1.0]), 1e-6
    wanted = [(distances(x + h * unit) - distances(x - h * unit)) / (2 * h) for unit in np.eye(3)]
    np.testing.assert_allclose(by_reverse(distances, x), wanted, rtol=1e-6)


def elements_in_a_loop(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = math.sqrt(x[i])
    for i in range(1):
        y[i] = 0.0
    return y.sum()


def elements_overwritten_in_the_same_trip(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = math.sqrt(x[i])
        y[i] = 2.0 * x[i]
    return y.sum() - 2.0 * x[0]


def elements_written_twice(x):
    y = np.zeros(3)
    for t in range(2):
        for i in range(3):
            y[i] = math.sqrt(x[i]) if t == 0 or i > 0 else 1.0
    return y.sum()


def sorting(x):
    return np.sum(np.sort(np.sqrt(x))[1:])


def a_maximum(x):
    return np.max(np.sqrt(x)) + 0.5 * np.sqrt(np.max(x[:2]))


def nan_sum(x):
    return np.nansum(np.where(x > 0, np.sqrt(x), np.nan))


def clipping(x):
    return np.sum(np.clip(np.sqrt(x), 0.2, 1.0))


def elements_not_read(x):
    y = np.sqrt(x)
    return y[1] * y[2]


def recursive_root(y, n):
    if n == 0:
        return np.sqrt(y)
    return recursive_root(y, n - 1)


def behind_a_call(x):
    return np.sum(np.where(x > 0, recursive_root(x, 2), 0.0))


def recursive_choice(y, x, n):
    if n == 0:
        return np.where(x > 0, y, 0.0)
    return recursive_choice(y, x, n - 1)


def before_a_call(x):
    return np.sum(recursive_choice(np.sqrt(x), x, 2))


def an_item_of_a_list(x):
    ys = [math.sqrt(v) for v in x]
    ys[0] = 0.0
    return sum(ys)


def an_item_popped(x):
    ys = []
    for v in x:
        ys.append(math.sqrt(v))
    ys.pop(0)
    return sum(ys)


def a_branch(x):
    s = 0.0
    for i in range(3):
        y = math.sqrt(x[i])
        if x[i] > 0:
            s += y
    return s


def a_branch_of_infinities(x):
    s = 0.0
    for i in range(3):
        y = 1.0 / x[i]
        if x[i] > 0:
            s += y
    return s


def roots_of_numpy_in_a_loop(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = np.sqrt(x[i])
    y[0] = 0.0
    return y.sum()


def python_max(x):
    return max(math.sqrt(x[0]), 0.25) + math.sqrt(x[1]) + x[2] ** 0.5


def a_conditional_expression(x):
    y = math.sqrt(x[0])
    return (y if y > 0 else 0.0) + math.sqrt(x[1]) + x[2] ** 0.5


def an_early_return(x):
    y = x**0.5
    if x[0] <= 0:
        return y[1] + y[2]
    return y.sum()


SELECTIONS = [
    an_element,
    an_element_of_infinities,
    an_element_of_products_of_infinities,
    a_slice,
    a_slice_of_reciprocals,
    an_index_array,
    a_mask,
    rows_and_columns,
    elements_in_a_loop,
    elements_written_twice,
    sorting,
    a_maximum,
    nan_sum,
    clipping,
    elements_not_read,
    behind_a_call,
    before_a_call,
    an_item_of_a_list,
    an_item_popped,
    a_branch,
    elements_overwritten_in_the_same_trip,
    a_branch_of_infinities,
    roots_of_numpy_in_a_loop,
    python_max,
    a_conditional_expression,
    an_early_return,
]


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("f", SELECTIONS)
def test_rule_3_a_zero_that_comes_out_of_a_selection_stays_zero(f, optimize):
    x, h = np.array([0.0, 0.25, 0.5]), 1e-6
    wanted = [0.0, *((f(x + h * unit) - f(x - h * unit)) / (2 * h) for unit in np.eye(3)[1:])]
    reverse = s2s_ad.grad(f, optimize=optimize)(x)
    forward = [s2s_ad.jvp(f, (x,), (unit,), optimize=optimize)[1] for unit in np.eye(3)]
    np.testing.assert_allclose(reverse, wanted, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(forward, wanted, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "f", [an_element, a_mask, a_branch, an_item_of_a_list, roots_of_numpy_in_a_loop, a_branch_of_infinities]
)
def test_rule_3_in_second_order(f):
    x, h = np.array([0.0, 0.25, 0.5]), 1e-6
    wanted = np.zeros((3, 3))
    for k in (1, 2):
        unit = np.eye(3)[k]
        wanted[k] = (s2s_ad.grad(f)(x + h * unit) - s2s_ad.grad(f)(x - h * unit)) / (2 * h)
    np.testing.assert_allclose(by_reverse(s2s_ad.grad(f), x), wanted, rtol=1e-7, atol=1e-7)


def squared_logarithms(x):
    return np.sum(np.where(x > 0, np.log(x), 0.0) ** 2)


def squared_roots(x):
    y = np.sqrt(x) - 1.0
    y[0] = 0.0
    return np.sum(y**2)


def squared_root_of_a_branch(x):
    s = 0.0
    for i in range(3):
        y = math.sqrt(x[i])
        if x[i] > 0:
            s += (y - 1.0) ** 2
    return s


def squared_quotients(x):
    return np.sum(np.maximum(1.0 / x - 1.0, -0.5) ** 2)


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize(
    "f, wanted",
    [(squared_logarithms, 2.0), (squared_roots, 0.5), (squared_root_of_a_branch, 0.5), (squared_quotients, 2.0)],
)
def test_rule_3_a_cotangent_that_passes_through_zero_still_changes(f, wanted, optimize):
    """At x = 1 each term is at its minimum: the cotangent is zero there, and its derivative is not."""
    x = np.array([2.0, 1.0, 1.0])
    gradient = s2s_ad.grad(f, optimize=optimize)
    for hessian in by_forward(gradient, x), by_reverse(gradient, x):
        same(np.diag(hessian)[1:], [wanted, wanted])
        same(hessian - np.diag(np.diag(hessian)), np.zeros((3, 3)))


def straight(x):
    y = np.sqrt(x) / (1.0 + x)
    return np.sum(np.log(y) * x)


def test_rule_3_straight_code_pays_nothing():
    text = s2s_ad.grad(straight).source("float64[:]")
    assert "where" not in text and "!=" not in text


# --- rule 4: NumPy meaning --------------------------------------------------------------------------------------------


def two_names(y):
    z = y * 1.0
    w = z
    w += 1
    return np.sum(z * z)


def a_view(x):
    y = x.copy()
    v = y[:2]
    v *= 2
    return np.sum(y * y)


def written_over_after_use(x):
    y = x * 1.0
    z = y * y
    y[:] = 0.0
    return np.sum(z + y)


def swapped(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


def into_out(x):
    y = np.zeros(3)
    np.multiply(x, x, out=y)
    return np.sum(y)


@pytest.mark.parametrize(
    "f, wanted",
    [
        (two_names, [4.0, 6.0, 8.0]),
        (a_view, [8.0, 16.0, 6.0]),
        (written_over_after_use, [2.0, 4.0, 6.0]),
        (swapped, [2.0, 1.0, 3.0]),
        (into_out, [2.0, 4.0, 6.0]),
    ],
)
def test_rule_4_what_numpy_defines_is_differentiated_as_it_runs(f, wanted):
    both_modes(f, np.array([1.0, 2.0, 3.0]), wanted)


# --- rule 5: dtype is kept --------------------------------------------------------------------------------------------


def mixed(x):
    return np.sum(np.sqrt(x) * 2.0 + np.where(x > 1, x, 0.0) * math.pi)


def overwritten(x):
    y = x**1.5
    y[0] = 1.0
    return y.sum()


@pytest.mark.parametrize("f", [mixed, overwritten, an_element, clipping])
def test_rule_5_float32_stays_float32(f):
    x = np.array([0.5, 2.0, 3.0], np.float32)
    value, gradient = s2s_ad.value_and_grad(f)(x)
    assert value.dtype == gradient.dtype == np.float32
    _, tangent = s2s_ad.jvp(f, (x,), (np.ones(3, np.float32),))
    assert tangent.dtype == np.float32
    np.testing.assert_allclose(gradient.sum(), tangent, rtol=1e-5)


# --- rule 6: no argument is changed, nothing is kept, threads do not meet ---------------------------------------------


def changes_its_argument(x, y):
    y *= 2.0
    x[0] = 1.0
    return np.sum(x * y)


def test_rule_6_a_derivative_call_changes_nothing():
    gradient = s2s_ad.grad(changes_its_argument, (0, 1))
    x, y = np.array([3.0, 4.0]), np.array([5.0, 6.0])
    first = gradient(x, y)
    assert x.tolist() == [3.0, 4.0] and y.tolist() == [5.0, 6.0]
    first[0][:] = -1.0  # what was returned is the caller's
    for got in gradient(x, y), gradient(x, y):
        same(got[0], [0.0, 12.0])
        same(got[1], [2.0, 8.0])


def test_rule_6_several_threads_at_once():
    gradient = s2s_ad.grad(written_over_after_use)
    points = [np.arange(3.0) + k for k in range(64)]
    with ThreadPoolExecutor(8) as pool:
        for x, got in zip(points, pool.map(gradient, points)):
            same(got, 2 * x)
