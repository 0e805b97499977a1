"""Complex arguments: for the operations that are there for them, and in the place of the real ones of all others."""

from __future__ import annotations

import numpy as np

from tests.ops.driver import SYMMETRIC, Fixed

_rng = np.random.default_rng(23)


def c(*shape):
    return _rng.standard_normal(shape) + 1j * _rng.standard_normal(shape)


def r(*shape):
    return _rng.standard_normal(shape)


ONE_AXIS = [{}, {"axis": 0}, {"axis": -1, "norm": "ortho"}, {"axis": 0, "norm": "forward"}]
LENGTHS = [{"shape": (n,), "axis": a} for n, a in ((3, 0), (6, 0), (5, 1), (2, -1))] + [
    {"shape": (4,), "norm": "forward"}
]
_POINT = 0.4 - 0.7j
_HOLOMORPHIC = "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()

COMPLEX = {
    "complex": [([0.3], {}), ([0.3, -0.4], {}), ([_POINT], {})],
    "real": [([_POINT], {}), ([c(3)], {})],
    "imag": [([_POINT], {}), ([c(3)], {})],
    "conjugate": [([_POINT], {}), ([c(2, 3)], {})],
    "np.angle": [([c(3)], {}), ([np.complex128(_POINT)], {})],
    "cmath.phase": [([_POINT], {})],
    "np.complex128": [([0.3], {}), ([c(3)], {})],
    "np.complex64": [([np.float32(0.3)], {})],
    **{f"cmath.{name}": [([_POINT], {}), ([2.0 + 0.5j], {}), ([-0.3], {})] for name in _HOLOMORPHIC},
    "cmath.isclose": [([_POINT, 0.4], {}), ([0.4, 0.4], {})],
    "np.fft.fftfreq": [([], {"shape": (5,)}), ([Fixed(4)], {"shape": (None,)})],
    "np.fft.rfftfreq": [([], {"shape": (5,)}), ([Fixed(4)], {"shape": (None,)})],
    "set_real": [([c(3), r(3)], {}), ([c(2, 3), r(3)], {}), ([c(3), 0.5], {})],
    "set_imag": [([c(3), r(3)], {}), ([c(2, 3), r(3)], {}), ([c(3), 0.5], {})],
    "eigenvector_matrix": [([r(3, 3)], {}), ([c(3, 3)], {}), ([c(2, 2, 2)], {})],
    "largest_real": [([np.linalg.eig(c(3, 3))[1]], {})],
    "slogdet_direction": [([c(3, 3)], {}), ([c(2, 2, 2)], {})],
    "np.linalg.eigvals": [([r(3, 3)], {}), ([c(3, 3)], {}), ([c(2, 2, 2)], {})],
    "np.fft.fft": [([x], p) for x in (r(4, 3), c(4, 3)) for p in ONE_AXIS],
    "np.fft.ifft": [([x], p) for x in (r(4, 3), c(4, 3)) for p in ONE_AXIS],
    "np.fft.rfft": [([x], p) for x in (r(4, 3), r(3, 4)) for p in ONE_AXIS],
    "np.fft.irfft": [([x], p) for x in (r(4, 3), c(4, 3), c(3, 4)) for p in ONE_AXIS],
    "np.fft.fft to a length": [([x], p) for x in (r(4, 3), c(4, 3)) for p in LENGTHS],
    "np.fft.ifft to a length": [([c(4, 3)], p) for p in LENGTHS],
    "np.fft.rfft to a length": [([r(4, 3)], p) for p in LENGTHS],
    "np.fft.irfft to a length": [([x], p) for x in (r(4, 3), c(4, 3)) for p in LENGTHS],
    "fit_length": [([c(4, 3), c(2, 3)], {"axis": 0}), ([r(2, 3), r(2, 5)], {"axis": -1})],
    "np.fft.fftn": [([c(4, 3)], {}), ([r(4, 3)], {"axes": (-2, -1), "norm": "ortho"}), ([c(4, 3)], {"axes": (0,)})],
    "np.fft.ifftn": [([c(4, 3)], {}), ([c(4, 3)], {"axes": (-2, -1)})],
    "np.fft.fftfreq of a step": [([0.3], {"shape": (5,)}), ([0.3, Fixed(4)], {"shape": (None,)})],
    "np.fft.rfftfreq of a step": [([0.3], {"shape": (5,)}), ([0.3, Fixed(4)], {"shape": (None,)})],
}  # fmt: skip


def turned(rng, name, x):
    """The same with an imaginary part, and where the operation takes Hermitian matrices, still one."""
    if isinstance(x, Fixed):
        return Fixed(turned(rng, name, x.value))
    if isinstance(x, list):
        return [turned(rng, name, item) for item in x]
    if type(x) is float:
        return x + 0.7j * float(rng.standard_normal())
    if not isinstance(x, (np.ndarray, np.generic)) or x.dtype != np.float64:
        return x
    part = (0.2 if name in SYMMETRIC else 0.7) * rng.standard_normal(np.shape(x))
    return x + 1j * (part - np.swapaxes(part, -1, -2) if name in SYMMETRIC else part)
