"""np.fft as programs: see `ops/compositions.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.fourier import (
    frequencies,
    half_frequencies,
    one_fft,
    one_fft_to,
    one_ifft,
    one_ifft_to,
    one_irfft,
    one_irfft_to,
    one_rfft,
    one_rfft_to,
    unit_frequencies,
    unit_half_frequencies,
    whole_fft,
    whole_ifft,
)
from s2s_ad.ops.settled import count_up, opposite_norm


def fft(a, n=None, axis=-1, norm=None):
    return one_fft(a, axis=axis, norm=norm) if n is None else one_fft_to(a, shape=n, axis=axis, norm=norm)


def ifft(a, n=None, axis=-1, norm=None):
    return one_ifft(a, axis=axis, norm=norm) if n is None else one_ifft_to(a, shape=n, axis=axis, norm=norm)


def rfft(a, n=None, axis=-1, norm=None):
    return one_rfft(a, axis=axis, norm=norm) if n is None else one_rfft_to(a, shape=n, axis=axis, norm=norm)


def irfft(a, n=None, axis=-1, norm=None):
    return one_irfft(a, axis=axis, norm=norm) if n is None else one_irfft_to(a, shape=n, axis=axis, norm=norm)


def hfft(a, n=None, axis=-1, norm=None):
    return np.fft.irfft(np.conj(a), n, axis, opposite_norm(norm))


def ihfft(a, n=None, axis=-1, norm=None):
    return np.conj(np.fft.rfft(a, n, axis, opposite_norm(norm)))


def fftn(a, s=None, axes=None, norm=None):
    return whole_fft(a, axes=axes, norm=norm) if s is None else axis_by_axis(np.fft.fft, a, s, axes, norm)


def ifftn(a, s=None, axes=None, norm=None):
    return whole_ifft(a, axes=axes, norm=norm) if s is None else axis_by_axis(np.fft.ifft, a, s, axes, norm)


def axis_by_axis(transform, a, s, axes, norm):
    for n, axis in zip(s, count_up(-len(s), 0) if axes is None else axes):
        a = transform(a, n, axis, norm)
    return a


def rfftn(a, s=None, axes=None, norm=None):
    axes = count_up(-(np.ndim(a) if s is None else len(s)), 0) if axes is None else axes
    half = np.fft.rfft(a, None if s is None else s[-1], axes[-1], norm)
    if len(axes) == 1:
        return half
    return np.fft.fftn(half, None if s is None else s[:-1], axes[:-1], norm)


def irfftn(a, s=None, axes=None, norm=None):
    axes = count_up(-(np.ndim(a) if s is None else len(s)), 0) if axes is None else axes
    if len(axes) > 1:
        a = np.fft.ifftn(a, None if s is None else s[:-1], axes[:-1], norm)
    return np.fft.irfft(a, None if s is None else s[-1], axes[-1], norm)


def fft2(a, s=None, axes=(-2, -1), norm=None):
    return np.fft.fftn(a, s, axes, norm)


def ifft2(a, s=None, axes=(-2, -1), norm=None):
    return np.fft.ifftn(a, s, axes, norm)


def rfft2(a, s=None, axes=(-2, -1), norm=None):
    return np.fft.rfftn(a, s, axes, norm)


def irfft2(a, s=None, axes=(-2, -1), norm=None):
    return np.fft.irfftn(a, s, axes, norm)


def fftfreq(n, d=None):
    return unit_frequencies(n) if d is None else frequencies(d, n)


def rfftfreq(n, d=None):
    return unit_half_frequencies(n) if d is None else half_frequencies(d, n)


FOURIER_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    getattr(np.fft, program.__name__): program
    for program in (
        fft,
        ifft,
        rfft,
        irfft,
        hfft,
        ihfft,
        fftn,
        ifftn,
        rfftn,
        irfftn,
        fft2,
        ifft2,
        rfft2,
        irfft2,
        fftfreq,
        rfftfreq,
    )
}
