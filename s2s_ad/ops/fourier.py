"""np.fft: Fourier transforms along one axis or several. Linear, and their matrices are symmetric: no conjugation.

`shape` holds the length that a transform was asked for, or None where it is the next of the `sizes`; a transform of a
length that is not that of the array cuts it off or fills it up with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import ANY, ONE, Array, Dim, Kind, is_complex
from s2s_ad.ops.complex_parts import conjugate
from s2s_ad.ops.core import Op, linear, piecewise_constant, rule
from s2s_ad.ops.linear import axes_of, dim_of, dtype_of, shape_of
from s2s_ad.ops.settled import opposite_norm
from s2s_ad.ops.shapes import shape_item
from s2s_ad.ops.shaping import shape_text
from s2s_ad.ops.slopes import along
from s2s_ad.ops.trace import Generic, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _axis_of(params: Params, rank: int) -> int:
    return axes_of(params.get("axis", -1), rank)[0]


@cache
def _dtype(name: str, dtype: str) -> str:
    return str(getattr(np.fft, name)(np.ones(2, dtype)).dtype.name)


def _options(params: Params, *names: str) -> str:
    defaults = {"axis": -1, "axes": None, "norm": None}
    given = {name: value for name in names if (value := params.get(name)) not in (None, defaults[name], "backward")}
    return "".join(f", {name}={_quoted(value)}" for name, value in given.items())


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _vectors(kinds: Kinds, op: Op) -> tuple[Dim, ...]:
    shape = shape_of(kinds[0])
    if not shape:
        raise KindError(f"{op.name} takes an array, not a number")
    if "rfft" in op.name and "irfft" not in op.name and is_complex(kinds[0]):
        raise KindError(f"{op.name} takes real numbers, and this is {kinds[0]}", remedy="Use np.fft.fft.")
    return shape


def _transformed(name: str, sized: bool) -> Callable[[Kinds, Params, Op], Kind]:
    def infer(kinds: Kinds, params: Params, op: Op) -> Kind:
        shape = list(_vectors(kinds, op))
        if sized:
            length = params["shape"][0]
            halved = name == "rfft" and length is not None
            shape[_axis_of(params, len(shape))] = dim_of(length // 2 + 1 if halved else length)
        return Array(_dtype(name, dtype_of(kinds[0])), tuple(shape))

    return infer


def _one_code(name: str, sized: bool) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        length = f", {shape_text(params['shape'], 1, bare=True)}" if sized else ""
        return f"np.fft.{name}({'_0' if sized else 'x'}{length}{_options(params, 'axis', 'norm')})"

    return code


Transpose = Callable[..., Any]


def _along_one_axis(name: str, plain: Any, to_length: Any, transpose: Transpose) -> tuple[Generic, Generic]:
    """The transform of the length of the array, and the one of a length that is given."""

    def share(ct, x, axis=-1, norm=None):
        return transpose(ct, (shape_item(x, axis=_axis_of({"axis": axis}, x.rank)),), (None,), axis, norm)

    def sized_share(ct, x, *sizes, shape=(), axis=-1, norm=None):
        return fit_length(transpose(ct, sizes, shape, axis, norm), x, axis=axis)

    first = linear(
        plain, name=f"np.fft.{name}", flavor="numpy", infer=_transformed(name, False), code=_one_code(name, False)
    )(share)
    second = linear(
        to_length, name=f"np.fft.{name} to a length", flavor="numpy", infer=_transformed(name, True),
        code=_one_code(name, True),
    )(sized_share)  # fmt: skip
    return first, second


def _like(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(dtype_of(kinds[0]), shape_of(kinds[1]))


@linear(
    name="fit_length", infer=_like, alias=True,
    code=lambda p, k: f"fit_length(x, like.shape[{p['axis']}], {p['axis']})",
)  # fmt: skip
def fit_length(ct, x, like, axis=-1):
    return fit_length(ct, x, axis=axis)


# --- what stands for a transform with and without a length ------------------------------------------------------------


def one_fft(a: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.fft."""
    return np.fft.fft(a, axis=axis, norm=norm)


def one_fft_to(a: Any, shape: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.fft of a length."""
    return np.fft.fft(a, shape, axis, norm)


def one_ifft(a: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.ifft."""
    return np.fft.ifft(a, axis=axis, norm=norm)


def one_ifft_to(a: Any, shape: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.ifft of a length."""
    return np.fft.ifft(a, shape, axis, norm)


def one_rfft(a: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.rfft."""
    return np.fft.rfft(a, axis=axis, norm=norm)


def one_rfft_to(a: Any, shape: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.rfft of a length."""
    return np.fft.rfft(a, shape, axis, norm)


def one_irfft(a: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.irfft."""
    return np.fft.irfft(a, axis=axis, norm=norm)


def one_irfft_to(a: Any, shape: Any, axis: int = -1, norm: Any = None) -> Any:
    """np.fft.irfft of a length."""
    return np.fft.irfft(a, shape, axis, norm)


# --- along one axis ---------------------------------------------------------------------------------------------------


def _fft_back(ct, sizes, shape, axis, norm):
    return fft(ct, axis=axis, norm=norm)


def _ifft_back(ct, sizes, shape, axis, norm):
    return ifft(ct, axis=axis, norm=norm)


def _rfft_back(ct, sizes, shape, axis, norm):
    return fft_to(ct, *sizes, shape=shape, axis=axis, norm=norm)  # filled up with zeros; its real part is taken


def _irfft_back(ct, sizes, shape, axis, norm):
    return half_weights(ct, axis=axis) * conjugate(rfft(ct, axis=axis, norm=opposite_norm(norm)))


fft, fft_to = _along_one_axis("fft", one_fft, one_fft_to, _fft_back)
ifft, ifft_to = _along_one_axis("ifft", one_ifft, one_ifft_to, _ifft_back)
rfft, rfft_to = _along_one_axis("rfft", one_rfft, one_rfft_to, _rfft_back)
irfft, irfft_to = _along_one_axis("irfft", one_irfft, one_irfft_to, _irfft_back)


def _weights_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    shape = shape_of(kinds[0])
    at = _axis_of(params, len(shape))
    return Array("float64", (ONE if shape[at] == ONE else ANY, *[ONE] * (len(shape) - at - 1)))


def _weights_code(params: Params, kinds: Kinds) -> str:
    rank = len(shape_of(kinds[0]))
    at = _axis_of(params, rank)
    after = "".join([", None"] * (rank - at - 1))
    return f"half_weights(x.shape[{params['axis']}])" + (f"[:{after}]" if after else "")


@piecewise_constant(name="half_weights", infer=_weights_kind, code=_weights_code, cost=20, flavor="numpy")
def half_weights(x, axis=-1):
    """How often each number of half a spectrum stands in the whole one, whose transform is x."""


# --- along several axes -----------------------------------------------------------------------------------------------


def whole_fft(a: Any, axes: Any = None, norm: Any = None) -> Any:
    """np.fft.fftn of the lengths of the array."""
    return np.fft.fftn(a, axes=axes, norm=norm)


def whole_ifft(a: Any, axes: Any = None, norm: Any = None) -> Any:
    """np.fft.ifftn of the lengths of the array."""
    return np.fft.ifftn(a, axes=axes, norm=norm)


def _several_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_dtype("fft", dtype_of(kinds[0])), _vectors(kinds, op))


def _several_code(name: str) -> Any:
    def code(params: Params, kinds: Kinds) -> str:
        plane = params.get("axes") == (-2, -1)
        return f"np.fft.{name}{2 if plane else 'n'}(x{_options(params, *(() if plane else ('axes',)), 'norm')})"

    return code


@linear(whole_fft, name="np.fft.fftn", infer=_several_kind, code=_several_code("fft"), flavor="numpy")
def fftn(ct, x, axes=None, norm=None):
    return fftn(ct, axes=axes, norm=norm)


@linear(whole_ifft, name="np.fft.ifftn", infer=_several_kind, code=_several_code("ifft"), flavor="numpy")
def ifftn(ct, x, axes=None, norm=None):
    return ifftn(ct, axes=axes, norm=norm)


# --- frequencies ------------------------------------------------------------------------------------------------------


def frequencies(d: Any, shape: Any) -> Any:
    """np.fft.fftfreq with the step first."""
    return np.fft.fftfreq(shape, d)


def unit_frequencies(shape: Any) -> Any:
    """np.fft.fftfreq for the step 1."""
    return np.fft.fftfreq(shape)


def half_frequencies(d: Any, shape: Any) -> Any:
    """np.fft.rfftfreq with the step first."""
    return np.fft.rfftfreq(shape, d)


def unit_half_frequencies(shape: Any) -> Any:
    """np.fft.rfftfreq for the step 1."""
    return np.fft.rfftfreq(shape)


def _frequencies(name: str, plain: Any, stepped: Any) -> None:
    def infer(kinds: Kinds, params: Params, op: Op) -> Kind:
        length = params["shape"][0]
        halved = name == "rfftfreq" and length is not None
        return Array("float64", (dim_of(length // 2 + 1 if halved else length),))

    def code(params: Params, kinds: Kinds) -> str:
        return f"np.fft.{name}({shape_text(params['shape'], 0, bare=True)})"

    def stepped_code(params: Params, kinds: Kinds) -> str:
        return f"np.fft.{name}({shape_text(params['shape'], 1, bare=True)}, _0)"

    piecewise_constant(plain, name=f"np.fft.{name}", infer=infer, code=code, flavor="numpy", cost=20)(
        lambda *sizes, shape=(): None
    )

    @rule(stepped, name=f"np.fft.{name} of a step", infer=infer, code=stepped_code, flavor="numpy", cost=20)
    def _(step, *sizes, shape=(), out):
        d[out] = along(step, lambda: -out / step)


_frequencies("fftfreq", unit_frequencies, frequencies)
_frequencies("rfftfreq", unit_half_frequencies, half_frequencies)
