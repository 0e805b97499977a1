"""Where calculus leaves a choice, or NumPy's functions have an edge: singular, tied, empty and missing values."""

import numpy as np
import pytest

import s2s_ad
from s2s_ad.errors import UnsupportedError
from tests.ops.driver import Case


def both_modes(f, x):
    """The gradient of a function of an array, from the two modes, which agree."""
    gradient = s2s_ad.grad(f)(x)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    forward = np.array([s2s_ad.jvp(f, (x,), (unit,))[1] for unit in units]).reshape(x.shape)
    np.testing.assert_allclose(gradient, forward, rtol=1e-12, atol=1e-14)
    return gradient


def test_the_determinant_of_singular_matrices_has_the_cofactors_as_gradient():
    x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])
    minors = [
        [np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) * (-1) ** (i + j) for j in range(3)] for i in range(3)
    ]
    np.testing.assert_allclose(both_modes(lambda x: np.linalg.det(x), x), minors, atol=1e-12)
    np.testing.assert_array_equal(both_modes(lambda x: np.linalg.det(x), np.zeros((3, 3))), np.zeros((3, 3)))


def test_the_second_derivative_of_the_determinant_of_a_singular_matrix():
    x, along = np.diag([0.0, 0.0, 2.0]), np.zeros((3, 3))
    along[0, 0], along[0, 1] = 3.0, 5.0
    _, moved = s2s_ad.jvp(s2s_ad.grad(lambda x: np.linalg.det(x)), (x,), (along,))
    wanted = np.zeros((3, 3))
    wanted[1, 1], wanted[1, 0] = 6.0, -10.0
    np.testing.assert_allclose(moved, wanted, atol=1e-12)


def test_the_third_derivative_of_the_determinant_is_refused():
    x = np.eye(3)
    with pytest.raises(UnsupportedError, match="third derivative"):
        Case("cofactors_change", [x, x]).tangent([x, x])


def test_ties_are_broken_in_stable_order():
    x = np.array([1.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.sort(x)[1], x), [1.0, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.median(x), x), [0.5, 0.0, 0.5, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.quantile(x, 1.0), x), [0.0, 0.0, 0.0, 1.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.sum(np.unique(x)), x), [1.0, 1.0, 0.0, 0.0])


def test_the_largest_share_evenly():
    x = np.array([2.0, np.nan, 2.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.nanmax(x), x), [0.5, 0.0, 0.5])
    x = np.array([-2.0, 2.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.linalg.norm(x, np.inf), x), [-0.5, 0.5])


def test_what_is_missing_has_derivative_zero():
    x = np.array([2.0, np.nan, 3.0, np.nan])
    np.testing.assert_array_equal(both_modes(lambda x: np.nansum(x * x), x), [4.0, 0.0, 6.0, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.nanmean(x), x), [0.5, 0.0, 0.5, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.nanprod(x), x), [3.0, 0.0, 2.0, 0.0])


def test_running_products_with_zeros_are_exact():
    x = np.array([2.0, 0.0, 3.0, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.cumprod(x)[2], x), [0.0, 6.0, 0.0, 0.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.sum(np.cumprod(x)), x), [1.0, 8.0, 0.0, 0.0])


def test_norms_at_zero():
    for ord_ in (lambda x: np.linalg.norm(x), lambda x: np.linalg.norm(x, 1), lambda x: np.linalg.norm(x, 3)):
        np.testing.assert_array_equal(both_modes(ord_, np.zeros(3)), np.zeros(3))


def test_repeated_eigenvalues():
    x = np.eye(3)
    np.testing.assert_allclose(both_modes(lambda x: np.sum(np.linalg.eigvalsh(x) ** 2), x), 2 * x)
    assert np.isnan(s2s_ad.grad(lambda x: np.linalg.eigh(x)[1][0, 0])(x)).any()


def test_symmetric_matrices_have_symmetric_gradients():
    x = np.array([[2.0, 0.5], [0.5, 1.0]])
    for f in (lambda x: np.linalg.cholesky(x)[1, 0], lambda x: np.linalg.eigh(x)[1][0, 1]):
        gradient = both_modes(f, x)
        np.testing.assert_allclose(gradient, gradient.T)


def test_interpolation_at_and_beyond_its_ends():
    xp, fp = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 0.0])
    x = np.array([-1.0, 0.0, 1.0, 3.0, 4.0])
    slopes = both_modes(lambda x: np.sum(np.interp(x, np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 0.0]))), x)
    np.testing.assert_array_equal(slopes, [0.0, 2.0, -1.0, -1.0, 0.0])
    weights = s2s_ad.grad(lambda fp, x, xp: np.sum(np.interp(x, xp, fp, left=7.0)))(fp, x, xp)
    np.testing.assert_array_equal(weights, [1.0, 1.0, 2.0])


def test_a_zero_of_a_selection_stays_zero():
    x = np.array([0.0, 1.0, 4.0])
    np.testing.assert_array_equal(both_modes(lambda x: np.sum(np.sort(np.sqrt(x))[1:]), x), [0.0, 0.5, 0.25])
    np.testing.assert_array_equal(both_modes(lambda x: np.median(np.sqrt(x)), x), [0.0, 0.5, 0.0])
    got = both_modes(lambda x: np.sum(np.select([x > 0.0], [np.sqrt(x)], 0.0)), x)
    np.testing.assert_array_equal(got, [0.0, 0.5, 0.25])
    got = both_modes(lambda x: np.nanmax(np.sqrt(x)), x)
    np.testing.assert_array_equal(got, [0.0, 0.0, 0.25])


def test_empty_arrays():
    x = np.zeros(0)
    for f in (
        lambda x: np.sum(np.sort(x)),
        lambda x: np.sum(np.cumprod(x)),
        lambda x: np.nansum(x),
        lambda x: np.sum(np.pad(x, 1)),
        lambda x: np.sum(np.array_split(x, 2)[1]),
        lambda x: np.einsum("i,i->", x, x),
    ):
        assert s2s_ad.grad(f)(x).shape == (0,)


def test_cross_products_in_the_plane_are_an_error_of_the_run():
    x = np.ones((4, 2))
    with pytest.raises(ValueError, match="three numbers"):
        s2s_ad.grad(lambda x, y: np.sum(np.cross(x, y)))(x, x)


def test_unequal_parts_are_an_error_of_the_run():
    with pytest.raises(ValueError, match="equal division"):
        s2s_ad.grad(lambda x: np.sum(np.split(x, 2)[0]))(np.ones(3))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.linalg.qr(x, mode="raw")[0][0, 0],
        lambda x: np.linalg.svd(x)[0][0, 0],
        lambda x: np.sum(np.meshgrid(x[0], x[1], copy=False)[0]),
        lambda x: np.sum(np.unique(x, equal_nan=False)),
        lambda x: np.real(np.cov(x * 1j))[0, 0],
    ],
)
def test_what_is_not_differentiated_is_refused_where_it_stands(f):
    with pytest.raises(UnsupportedError) as error:
        s2s_ad.grad(f)(np.eye(3) + 0.5)
    assert error.value.span is not None and error.value.span.file == __file__
