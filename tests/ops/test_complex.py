"""Every operation with complex arguments: right against differences in all directions, or refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from s2s_ad.errors import DifferentiationError
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.slopes import to_float
from tests.ops.complex_checks import check, check_second_order
from tests.ops.driver import Case, random_like, real, rng_for
from tests.ops.samples import SAMPLES
from tests.ops.samples_complex import COMPLEX, turned
from tests.ops.samples_more import MORE
from tests.ops.trials import of_numbers, points

# what is ordered, rounded, real by its name, or not there for complex numbers in Python and NumPy
REFUSED = set("""
    np.max np.min np.arange np.float64 np.float32 np.float16 astype math.fsum qr_q qr_r np.nanmax np.nanmin np.median
    np.nanmedian np.nanquantile qr_complete_r np_mantissa
    np.quantile np.sort np.unique np.interp np.bincount np.cbrt np.arctan2 np.degrees np.rad2deg np.radians np.deg2rad
    digamma polygamma np.hypot float np.logaddexp np.logaddexp2 logistic np.fabs np.copysign mod np.remainder np.fmod
    np.maximum np.minimum np.heaviside np.nan_to_num np.nextafter mantissa fraction_part
    """.split())
# of vectors LAPACK chooses the factor, so differences say nothing: they are used inside other rules alone
BY_CHOICE = {"eigh_vectors", "svd_u", "svd_vt"}


@pytest.fixture(autouse=True)
def no_imaginary_part_is_dropped():
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield


def elementwise():
    """Functions of numbers, at points of their domain: single ones, arrays, arrays that broadcast."""
    for name, op in OPS.items():
        if not of_numbers(op) or op.zero or not op.differentiable or name in SAMPLES or name.startswith("special."):
            continue
        count = len(op.args) + op.variadic
        rng = rng_for(name)
        yield name, 0, [float(x) for x in points(op, rng, [()] * count)], {}
        if op.flavor != "math" and op.infer is not to_float:
            yield name, 1, list(points(op, rng, [(3,)] * count)), {}
            yield name, 2, list(points(op, rng, [(2, 1), *[()] * (count - 1)])), {}


def varies(name, inputs):
    """Whether the operation has a derivative, and is one of numbers and arrays."""
    op = OPS.get(name)
    if op is None or not op.differentiable or op.zero or name in ("array_to_list", "stop_gradient", "widened"):
        return False
    return not name.startswith("special.") and not any(isinstance(x, list) for x in inputs)


LISTED = {**SAMPLES, **{name: [*SAMPLES.get(name, ()), *MORE[name]] for name in MORE}}
CASES = [(name, k, *LISTED[name][k]) for name in LISTED if name not in COMPLEX for k in range(len(LISTED[name]))]
CASES = [case for case in [*CASES, *elementwise()] if varies(case[0], case[2])]
# Jacobians are of real numbers; special functions are in test_scipy
CASES = [case for case in CASES if case[0] not in ("rows", "columns") and not case[0].startswith("special.")]
ALL = [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in CASES]


@pytest.mark.parametrize("name, k, inputs, params", ALL)
def test_operation_with_complex_arguments(name, k, inputs, params):
    rng = rng_for("complex", name, k)
    if name in BY_CHOICE:
        return
    given = [turned(rng, name, x) for x in inputs]
    if name in REFUSED or name.startswith("math.") or params.get("dtype"):
        with pytest.raises((DifferentiationError, TypeError)):
            case = Case(name, given, params)
            value = case.value()
            case.pullback(random_like(rng, value))
        with pytest.raises((DifferentiationError, TypeError)):
            case = Case(name, given, params)
            case.value()
            case.tangent([random_like(rng, x) if real(x) else None for x in given])
        return
    check(Case(name, given, params))


MIXED = [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in CASES if len(case[2]) > 1]


@pytest.mark.parametrize("name, k, inputs, params", MIXED)
def test_one_complex_argument_among_real_ones(name, k, inputs, params):
    """What comes back to a real argument is real: `check` asks for the dtypes of the arguments."""
    rng = rng_for("mixed", name, k)
    for at in range(len(inputs)):
        given = [turned(rng, name, x) if i == at else x for i, x in enumerate(inputs)]
        if name in REFUSED or name in ("index_set", "index_add", "cofactors_change"):
            return
        try:
            case = Case(name, given, params)
            case.value()
        except (DifferentiationError, TypeError):
            continue
        if any(np.iscomplexobj(x) for x in given if not isinstance(x, list)):
            check(case)


@pytest.mark.parametrize("name", COMPLEX)
def test_single_precision_stays(name):
    for inputs, params in COMPLEX[name]:
        narrow = [
            x.astype(f"{x.dtype.kind}{x.dtype.itemsize // 2}") if isinstance(x, np.ndarray) else x for x in inputs
        ]
        if any(isinstance(x, np.ndarray) for x in narrow) and not OPS[name].zero:
            check(Case(name, narrow, params), compare_differences=False, tolerance=1e-4)


HIGHER = {**MORE, **COMPLEX, **{case[0]: [(case[2], {})] for case in elementwise() if case[1] == 1}}
HIGHER = {name: cases for name, cases in HIGHER.items() if not name.startswith("math.")}
NO_SECOND = REFUSED | {"cofactors_change", "expm", "expm_change", "cofactors"}
SECOND = [
    pytest.param(name, k, id=f"{name}-{k}") for name in HIGHER if name not in NO_SECOND and name in OPS
    for k in range(len(HIGHER[name])) if not HIGHER[name][k][1].get("dtype") and varies(name, HIGHER[name][k][0])
]  # fmt: skip


@pytest.mark.parametrize("name, k", SECOND)
def test_second_order(name, k):
    inputs, params = HIGHER[name][k]
    if name in BY_CHOICE:
        return
    rng = rng_for("second", name, k)
    given = inputs if name in COMPLEX else [turned(rng, name, x) for x in inputs]
    check_second_order(name, given, params, rng)


def test_kinks():
    for name, zero in (("abs", 0j), ("np.absolute", np.zeros(2, complex)), ("np.linalg.norm", np.zeros(2, complex))):
        case = Case(name, [zero])
        assert np.all(case.pullback(np.abs(zero) + 1.0 if np.ndim(case.value()) else 1.0)[0] == 0)
        assert np.all(case.tangent([zero + 1j]) == 0)


@pytest.mark.parametrize(
    "name", ["np.arcsin", "np.arccos", "np.arccosh", "np.arcsinh", "np.arctanh", "np.log", "np.sqrt"]
)
@pytest.mark.parametrize(
    "at", [-2.0 + 0.0j, 2.0 + 0.0j, 0.0 + 2.0j, 0.0 - 2.0j, complex(-2.0, -0.0), complex(2.0, -0.0)]
)
def test_on_the_cuts_the_slope_is_that_of_the_side(name, at):
    """Along the cut the function is smooth: differences along it, from the point's own side of it."""
    value = getattr(np, name[3:])
    along = 1.0 if at.imag == 0 else 1j
    h = 1e-6
    ends = [
        value(complex(at.real + s * h, at.imag) if along == 1.0 else complex(at.real, at.imag + s * h)) for s in (1, -1)
    ]
    wanted = (ends[0] - ends[1]) / (2 * h)
    got = Case(name, [np.complex128(at)]).tangent([np.complex128(along)])
    np.testing.assert_allclose(got, wanted, rtol=1e-7, atol=1e-9)
