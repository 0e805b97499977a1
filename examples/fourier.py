"""Complex numbers: a Fourier transform by halves, and one by np.fft."""

import numpy as np


def fft(z):
    """The transform of a sequence whose length is a power of two (Cooley and Tukey, 1965)."""
    n = len(z)
    if n == 1:
        return z
    even, odd = fft(z[::2]), fft(z[1::2])
    turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turned, even - turned])


def band_power(z, low, high):
    """How much of the power of a signal lies in a band of frequencies."""
    y = fft(z)
    power = (y * y.conj()).real
    return np.sum(power[low:high]) / np.sum(power)


def phase_shift_loss(x, delay, target):
    """How far a signal that is delayed by its spectrum is from another."""
    n = len(x)
    spectrum = np.fft.rfft(x) * np.exp(-2j * np.pi * np.fft.rfftfreq(n) * delay)
    shifted = np.fft.irfft(spectrum, n)
    return np.sum((shifted - target) ** 2)


_time = np.arange(8.0)
_signal = np.sin(_time) + 0.3 * np.cos(3.0 * _time)
EXAMPLES = {
    "band_power": (_signal, 1, 4),
    "phase_shift_loss": (_signal, 0.4, np.roll(_signal, 1)),
}
