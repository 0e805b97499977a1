"""Derivatives of phase_shift_loss in fourier.py."""

import numpy as np


def fit_length(x, n, axis):
    """x cut off or filled up with zeros so that the axis has the length n."""
    x = np.moveaxis(x, axis, 0)
    fitted = np.zeros((n, *x.shape[1:]), x.dtype)
    fitted[: len(x)] = x[:n]
    return np.moveaxis(fitted, 0, axis)


def half_weights(n):
    """How often each number of half a spectrum stands in the whole one, which has n."""
    weights = np.full(n // 2 + 1, 2.0)
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    return weights


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def phase_shift_loss_grad(x, delay, target):
    """Gradient of phase_shift_loss."""
    # Forward sweep
    n = len(x)
    v = np.fft.rfft(x)
    v2 = -2j * np.pi * np.fft.rfftfreq(n)
    v3 = np.exp(v2 * delay)
    spectrum = v * v3
    shifted = np.fft.irfft(spectrum, n)
    v4 = shifted - target

    # Reverse sweep
    # return np.sum((shifted - target) ** 2)  [fourier.py:28]
    v5 = 2.0 * v4
    target_bar = -v5
    shifted_bar = unbroadcast(v5, np.shape(shifted))
    # shifted = np.fft.irfft(spectrum, n)  [fourier.py:27]
    v6 = np.conjugate(np.fft.rfft(shifted_bar, norm="forward"))
    spectrum_bar = fit_length(half_weights(shifted_bar.shape[-1]) * v6, spectrum.shape[-1], -1)
    # spectrum = np.fft.rfft(x) * np.exp(-2j * np.pi * np.fft.rfftfreq(n) * delay)  [fourier.py:26]
    delay_bar = np.sum((unbroadcast(spectrum_bar * v, np.shape(v3)) * v3 * v2).real)
    x_bar = np.fft.fft(spectrum_bar * v3, x.shape[0]).real
    return x_bar, delay_bar, target_bar


def phase_shift_loss_value_and_grad(x, delay, target):
    """Value of phase_shift_loss and its gradient."""
    # Forward sweep
    n = len(x)
    v = np.fft.rfft(x)
    v2 = -2j * np.pi * np.fft.rfftfreq(n)
    v3 = np.exp(v2 * delay)
    spectrum = v * v3
    shifted = np.fft.irfft(spectrum, n)
    v4 = shifted - target
    y = np.sum(v4**2)

    # Reverse sweep
    # return np.sum((shifted - target) ** 2)  [fourier.py:28]
    v5 = 2.0 * v4
    target_bar = -v5
    shifted_bar = unbroadcast(v5, np.shape(shifted))
    # shifted = np.fft.irfft(spectrum, n)  [fourier.py:27]
    v6 = np.conjugate(np.fft.rfft(shifted_bar, norm="forward"))
    spectrum_bar = fit_length(half_weights(shifted_bar.shape[-1]) * v6, spectrum.shape[-1], -1)
    # spectrum = np.fft.rfft(x) * np.exp(-2j * np.pi * np.fft.rfftfreq(n) * delay)  [fourier.py:26]
    delay_bar = np.sum((unbroadcast(spectrum_bar * v, np.shape(v3)) * v3 * v2).real)
    x_bar = np.fft.fft(spectrum_bar * v3, x.shape[0]).real
    return y, (x_bar, delay_bar, target_bar)


def phase_shift_loss_jvp(x, delay, target, x_dot, delay_dot, target_dot):
    """Value of phase_shift_loss and its directional derivative (forward mode)."""
    # n = len(x)  [fourier.py:25]
    n = len(x)
    # spectrum = np.fft.rfft(x) * np.exp(-2j * np.pi * np.fft.rfftfreq(n) * delay)  [fourier.py:26]
    v = np.fft.rfft(x)
    v2 = -2j * np.pi * np.fft.rfftfreq(n)
    v3 = np.exp(v2 * delay)
    spectrum = v * v3
    spectrum_dot = np.fft.rfft(x_dot) * v3 + delay_dot * v2 * v3 * v
    # shifted = np.fft.irfft(spectrum, n)  [fourier.py:27]
    shifted = np.fft.irfft(spectrum, n)
    shifted_dot = np.fft.irfft(spectrum_dot, n)
    # return np.sum((shifted - target) ** 2)  [fourier.py:28]
    v4 = shifted - target
    y = np.sum(v4**2)
    y_dot = np.sum((shifted_dot - target_dot) * (2.0 * v4))
    return y, y_dot


def phase_shift_loss_vjp(x, delay, target, y_bar=1.0):
    """Value of phase_shift_loss and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(x)
    v = np.fft.rfft(x)
    v2 = -2j * np.pi * np.fft.rfftfreq(n)
    v3 = np.exp(v2 * delay)
    spectrum = v * v3
    shifted = np.fft.irfft(spectrum, n)
    v4 = shifted - target
    y = np.sum(v4**2)

    # Reverse sweep
    # return np.sum((shifted - target) ** 2)  [fourier.py:28]
    v4_bar = y_bar * (2.0 * v4)
    target_bar = -v4_bar
    shifted_bar = unbroadcast(v4_bar, np.shape(shifted))
    # shifted = np.fft.irfft(spectrum, n)  [fourier.py:27]
    v5 = np.conjugate(np.fft.rfft(shifted_bar, norm="forward"))
    spectrum_bar = fit_length(half_weights(shifted_bar.shape[-1]) * v5, spectrum.shape[-1], -1)
    # spectrum = np.fft.rfft(x) * np.exp(-2j * np.pi * np.fft.rfftfreq(n) * delay)  [fourier.py:26]
    delay_bar = np.sum((unbroadcast(spectrum_bar * v, np.shape(v3)) * v3 * v2).real)
    x_bar = np.fft.fft(spectrum_bar * v3, x.shape[0]).real
    return y, (x_bar, delay_bar, target_bar)
