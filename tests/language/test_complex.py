"""Programs with complex numbers: every mode against differences along the real and the imaginary axis."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

import s2s_ad
from s2s_ad import grad, jvp, vjp
from s2s_ad.errors import DifferentiationError, KindError
from tests.agree import agrees, same

Z, W = 0.6 - 0.4j, -0.3 + 1.1j
A = np.array([1.0 + 2.0j, 0.3 - 1.0j, -0.7 + 0.2j, 0.5 + 0.5j])
X = np.array([0.4, -1.2, 2.0, 0.7])
M = np.array([[1.0 + 1.0j, 0.5], [2.0 - 0.3j, -1.0j]])


def from_parts(x, y):
    z = complex(x, y)
    w = cmath.exp(z) * (1 + 2j) / z
    return abs(w) ** 2 + w.real * w.imag


def one_part(x):
    return complex(x) * 2j + complex(1.0, x) + complex()


def holomorphic(z, w):
    return z**3 - 2j * w / z + cmath.sin(z) * cmath.log(w) + z**w + 2.0**z + cmath.log(z, 3)


def conjugates(z):
    return z * z.conjugate() + z.real - 3j * z.imag


def polar_form(z):
    r, phi = cmath.polar(z)
    return cmath.rect(r**2, 2.0 * phi) + cmath.phase(z) * 1j


def newton(c, n):
    z = 1.0 + 0.5j
    for _ in range(n):
        z = z - (z**3 - c) / (3 * z**2)
    return z


def starts_real(z, n):
    """A float that becomes complex on the way, and a cotangent that is real again before the loop."""
    s = 1.0
    p = z.real
    for k in range(n):
        s = s * z + k
        p = p + s * p
    return s + p


def branch(z, x):
    w = x
    if z.real > 0:
        w = z * x
    return w * z


def mandelbrot(c):
    z = 0j
    count = 0
    while abs(z) < 2.0 and count < 30:
        z = z * z + c
        count += 1
    return abs(z) / count


def in_lists(z, x):
    items = [z, x]
    powers = []
    for k in range(3):
        items.append(items[-1] * z)
        powers.append(x * k)
    total = sum(items)
    return total + powers[1] * items[2]


def by_array(z):
    w = np.exp(1j * z) * z.conj()
    return np.sum(np.abs(w)) + np.sum(w.real * w.imag)


def filled(x):
    """A transform by loops."""
    n = len(x)
    y = np.zeros(n, dtype=complex)
    for k in range(n):
        for j in range(n):
            y[k] += x[j] * cmath.exp(-2j * math.pi * j * k / n)
    return y


def spectrum(x):
    y = filled(x)
    return np.sum(np.abs(y) ** 2 * np.arange(len(x)))


def fft(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = fft(x[::2]), fft(x[1::2])
    turn = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turn, even - turn])


def low_tones(x):
    return np.sum(np.abs(fft(x)[:2]) ** 2)


def views(z):
    w = z.copy()
    inner = w[1:-1]
    inner *= 2j
    w[::2] += w[1::2].real
    w[0], w[1] = w[1], w[0]
    part = w.reshape(2, 2).T
    part[0] = np.conj(part[1])
    return w


def real_into_complex(x, z):
    y = np.zeros(4, dtype=complex)
    y[:] = x
    y[1] = 2.0
    y[2:] *= z
    y += x
    return y


def products(a, v):
    return np.sum((a @ v).real) + np.vdot(v, a @ v) + np.einsum("i,i", v, v) + np.trace(a).imag + np.outer(v, v)[0, 1]


def mixed_products(a, x):
    return a @ x[:2] + np.dot(a, x[2:]) * 1j


def stacked(z, x):
    return np.concatenate([z, x]), np.stack([x, z]).sum(axis=0), np.where(x > 0, z, x), np.array([z[0], x[0], 1.0])


def one_axis(z):
    return z.reshape(2, 2).mean(axis=0), z.prod(), np.cumsum(z), z.T, z[None, :] * z[:, None], z.astype(np.complex64)


def converted(x):
    return x.astype(complex) * 1j, np.array(x, dtype=complex), np.asarray(x + 0j), np.full(3, x[0] + 1j), x * (1 + 1j)


def numpy_scalars(z):
    return z[0] * 2.0 + z[1].real * 1j, abs(z[2]), z[3].conjugate(), complex(z[0]), z[1].item()


def questions(z):
    scale = 2.0 if np.iscomplexobj(z) else 1.0
    return z * scale if not np.isrealobj(z) and np.all(np.iscomplex(z)) else z


def sums_of_negated(x):
    """A sign that is taken out of a sum leaves the axis there."""
    total = np.sum(-np.sin(np.outer(x, x)), axis=0)
    return np.sum(total * total)


PROGRAMS = [
    (sums_of_negated, (X,)),
    (from_parts, (0.3, 0.4)),
    (one_part, (0.7,)),
    (holomorphic, (Z, W)),
    (conjugates, (Z,)),
    (polar_form, (Z,)),
    (newton, (Z, 4)),
    (starts_real, (Z, 3)),
    (branch, (Z, 0.4)),
    (branch, (-Z, 0.4)),
    (mandelbrot, (-0.4 + 0.7j,)),
    (in_lists, (Z, 0.4)),
    (by_array, (A,)),
    (filled, (A[:3],)),
    (filled, (X[:3],)),
    (spectrum, (X,)),
    (spectrum, (A,)),
    (fft, (A,)),
    (fft, (X,)),
    (low_tones, (X,)),
    (low_tones, (A,)),
    (views, (A,)),
    (real_into_complex, (X, Z)),
    (products, (M, A[:2])),
    (mixed_products, (M, X)),
    (mixed_products, (M.real, A)),
    (stacked, (A, X)),
    (one_axis, (A,)),
    (converted, (X,)),
    (numpy_scalars, (A,)),
    (questions, (A,)),
    (questions, (X,)),
]


@pytest.mark.parametrize("f, args", [pytest.param(f, a, id=f"{f.__name__}-{k}") for k, (f, a) in enumerate(PROGRAMS)])
def test_programs(f, args):
    agrees(f, *args)


# --- the convention ---------------------------------------------------------------------------------------------------


# with 64 bits, by jax.grad of the same function with jnp in the place of np
JAX = [
    (lambda z: abs(z) ** 2, 3.0 + 4.0j, 6 - 8j),
    (lambda z: (z * z).imag, 3.0 + 4.0j, 8 - 6j),
    (
        by_array,
        A,
        [
            0.18190557108965544 + 0.18778295807921758j,
            0.07830066656583767 + 2.9613632942684354j,
            -0.11139075578688676 - 0.10609761203977314j,
            0.6390587629602592 + 0.1547799378265561j,
        ],
    ),
    (
        lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 3),
        X,
        [24.137047345560752, -28.55850627714661, 47.98295265443925, -0.24149372285339155],
    ),
    (
        lambda z: np.sum(np.fft.irfft(z) ** 3),
        A,
        [
            0.37416666666666654,
            -0.1533333333333332 + 0.5799999999999997j,
            -0.2599999999999999 - 0.17999999999999988j,
            0.07999999999999992,
        ],
    ),
    (
        lambda a: np.sum(np.abs(np.linalg.eigvals(a)) ** 2),
        M,
        [
            [3.2008973271340904 - 0.39503285358817086j, 0.5530459950234358 - 4.006761800680012j],
            [0.28216632399154956 - 0.9593655015712699j, -1.2008973271340908 + 0.39503285358817214j],
        ],
    ),
    (
        lambda a: np.linalg.det(a).real + np.linalg.norm(np.linalg.inv(a)),
        M,
        [
            [-3.3155746876892036 - 1.434243217956213j, -0.6579330193282678 + 7.799635811290834j],
            [0.36848643591242647 + 2.0051819182095727j, 4.749817905645417 - 2.3155746876892045j],
        ],
    ),
    (
        lambda a: np.sum(np.linalg.svd(a, compute_uv=False) ** 3),
        M,
        [
            [7.323743058667509 - 8.171860442845627j, 4.34036543667625 + 1.6962347683562344j],
            [16.34372088569125 + 2.875616824942748j, 0.8481173841781176 + 7.32374305866751j],
        ],
    ),
]


@pytest.mark.parametrize("f, at, wanted", [pytest.param(*case, id=str(k)) for k, case in enumerate(JAX)])
def test_the_gradient_is_that_of_jax(f, at, wanted):
    np.testing.assert_allclose(grad(f)(at), wanted, rtol=1e-12, atol=1e-13)


def test_pullbacks_do_not_conjugate():
    _, pullback = vjp(lambda z: z * z, 3.0 + 4.0j)
    assert pullback(1.0 + 0.5j)[0] == pytest.approx((1.0 + 0.5j) * (6.0 + 8.0j))
    assert jvp(lambda z: cmath.exp(z), (Z,), (1.0 + 0j,))[1] == pytest.approx(cmath.exp(Z))


def test_a_complex_result_has_no_gradient():
    with pytest.raises(KindError, match="real part") as caught:
        grad(lambda z: z * z)(Z)
    assert "jvp" in str(caught.value)
    with pytest.raises(KindError, match="is real"):
        vjp(lambda x: 2.0 * x, 1.0)[1](1j)
    with pytest.raises(KindError, match="is real"):
        jvp(lambda x: 2.0 * x, (np.ones(2),), (1j * np.ones(2),))


def test_gradients_have_the_kind_of_their_argument():
    assert type(grad(lambda z: z.real)(Z)) is complex
    assert type(grad(lambda z, x: 2.0 * x)(Z, 3.0)) is complex
    assert type(grad(lambda x: abs(x * 1j))(2.0)) is float
    assert grad(lambda x: np.sum(np.abs(x * (1 + 1j))))(X).dtype == np.float64
    narrow = A.astype(np.complex64)
    assert grad(by_array)(narrow).dtype == np.complex64
    assert jvp(lambda z: np.abs(z), (narrow,), (narrow,))[1].dtype == np.float32
    assert grad(lambda x: np.sum(np.abs(np.fft.fft(x))))(X.astype(np.float32)).dtype == np.float32


# --- np.fft against the dense matrix ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_the_transform_is_its_matrix(n):
    rng = np.random.default_rng(n)
    matrix = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    z, ct = (rng.standard_normal(n) + 1j * rng.standard_normal(n) for _ in range(2))
    x = rng.standard_normal(n)
    for function, dense in (
        (lambda v: np.fft.fft(v), matrix),
        (lambda v: np.fft.ifft(v), matrix.conj() / n),
        (lambda v: np.fft.fft(v, norm="ortho"), matrix / np.sqrt(n)),
    ):
        same(jvp(function, (z,), (ct,))[1], dense @ ct, 1e-11)
        same(vjp(function, z)[1](ct)[0], dense.T @ ct, 1e-11)
        same(vjp(function, x)[1](ct)[0], (dense.T @ ct).real, 1e-11)
    half = matrix[: n // 2 + 1]
    same(vjp(lambda v: np.fft.rfft(v), x)[1](ct[: n // 2 + 1])[0], (half.T @ ct[: n // 2 + 1]).real, 1e-11)


# --- refusals ---------------------------------------------------------------------------------------------------------


def complex_into_real(x):
    y = np.zeros(4)
    y[0] = x[0] * 1j
    return y


def cut_off(z):
    return np.sum(z.astype(float))


def ordered(z):
    return np.max(z).real


def direction(z):
    return np.sum(np.sign(z).real)


def shortened(z):
    return float(z[0]) * 2.0


@pytest.mark.parametrize(
    "f, arg",
    [
        (complex_into_real, X),
        (cut_off, A),
        (ordered, A),
        (direction, A),
        (shortened, A),
        (lambda z: math.sin(z), Z),
    ],
)
def test_refused(f, arg):
    with pytest.raises(DifferentiationError) as caught:
        vjp(f, arg)[1](1.0)
    assert caught.value.span is not None


def test_emitted_code_reads_as_if_written_by_hand():
    text = s2s_ad.grad(from_parts, wrt=(0, 1)).source(0.3, 0.4)
    assert "w_bar = complex(v4, -v3) + 2.0 * v2 / (v2 if v2 != 0 else 1.0) * w.conjugate()" in text
    assert "x_bar = z_bar.real" in text and "y_bar = -z_bar.imag" in text and "import cmath" in text
