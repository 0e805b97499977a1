"""Derivatives of band_power in fourier.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def band_power_grad(z, low, high):
    """Gradient of band_power."""
    # Forward sweep
    n = len(z)
    v = n == 1
    if v:
        y = z.astype(np.complex128)
        even = None
        fft_2_saved = None
        odd = None
        fft_2_saved_2 = None
        v2 = None
    else:
        even, fft_2_saved = fft_2_fwd(z[::2])
        odd, fft_2_saved_2 = fft_2_fwd(z[1::2])
        v2 = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v2 * odd
        y = np.concatenate([even + turned, even - turned])
    v3 = y.conjugate()
    power = (y * v3).real
    sum_power = np.sum(power)
    y_2 = np.sum(power[low:high]) / sum_power

    # Reverse sweep
    # return np.sum(power[low:high]) / np.sum(power)  [fourier.py:20]
    v_bar = 1.0 / sum_power
    power_bar = np.full_like(power, -(v_bar * y_2))
    power_bar[low:high] += v_bar
    # power = (y * y.conj()).real  [fourier.py:19]
    y_bar = power_bar * v3 + np.conjugate(power_bar * y)
    if v:
        # return z  [fourier.py:10]
        z_bar = y_bar.real
    else:
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        turned = v2 * odd
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        v4 = even + turned
        v_bar = y_bar[v4.shape[0] :]
        v4_bar = y_bar[: v4.shape[0]]
        even_bar = unbroadcast(v_bar, np.shape(even)) + unbroadcast(v4_bar, np.shape(even))
        turned_bar = unbroadcast(-v_bar, np.shape(turned)) + unbroadcast(v4_bar, np.shape(turned))
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        odd_bar = unbroadcast(turned_bar * v2, np.shape(odd))
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        z_bar = np.zeros_like(z)
        z_bar[1::2] = fft_2_bwd(fft_2_saved_2, odd_bar)
        z_bar[::2] += fft_2_bwd(fft_2_saved, even_bar)
    return z_bar


def band_power_value_and_grad(z, low, high):
    """Value of band_power and its gradient."""
    # Forward sweep
    n = len(z)
    v = n == 1
    if v:
        y = z.astype(np.complex128)
        even = None
        fft_2_saved = None
        odd = None
        fft_2_saved_2 = None
        v2 = None
    else:
        even, fft_2_saved = fft_2_fwd(z[::2])
        odd, fft_2_saved_2 = fft_2_fwd(z[1::2])
        v2 = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v2 * odd
        y = np.concatenate([even + turned, even - turned])
    v3 = y.conjugate()
    power = (y * v3).real
    sum_power = np.sum(power)
    y_2 = np.sum(power[low:high]) / sum_power

    # Reverse sweep
    # return np.sum(power[low:high]) / np.sum(power)  [fourier.py:20]
    v_bar = 1.0 / sum_power
    power_bar = np.full_like(power, -(v_bar * y_2))
    power_bar[low:high] += v_bar
    # power = (y * y.conj()).real  [fourier.py:19]
    y_bar = power_bar * v3 + np.conjugate(power_bar * y)
    if v:
        # return z  [fourier.py:10]
        z_bar = y_bar.real
    else:
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        turned = v2 * odd
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        v4 = even + turned
        v_bar = y_bar[v4.shape[0] :]
        v4_bar = y_bar[: v4.shape[0]]
        even_bar = unbroadcast(v_bar, np.shape(even)) + unbroadcast(v4_bar, np.shape(even))
        turned_bar = unbroadcast(-v_bar, np.shape(turned)) + unbroadcast(v4_bar, np.shape(turned))
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        odd_bar = unbroadcast(turned_bar * v2, np.shape(odd))
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        z_bar = np.zeros_like(z)
        z_bar[1::2] = fft_2_bwd(fft_2_saved_2, odd_bar)
        z_bar[::2] += fft_2_bwd(fft_2_saved, even_bar)
    return y_2, z_bar


def band_power_jvp(z, low, high, z_dot):
    """Value of band_power and its directional derivative (forward mode)."""
    # n = len(z)  [fourier.py:8]
    n = len(z)
    if n == 1:
        # return z  [fourier.py:10]
        y = z.astype(np.complex128)
        y_dot = z_dot.astype(np.complex128)
    else:
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        even, even_dot = fft_2_jvp(z[::2], z_dot[::2])
        odd, odd_dot = fft_2_jvp(z[1::2], z_dot[1::2])
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        v = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v * odd
        turned_dot = odd_dot * v
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        y = np.concatenate([even + turned, even - turned])
        y_dot = np.concatenate([even_dot + turned_dot, even_dot - turned_dot])
    # power = (y * y.conj()).real  [fourier.py:19]
    v2 = y.conjugate()
    power = (y * v2).real
    power_dot = (y_dot * v2 + y_dot.conjugate() * y).real
    # return np.sum(power[low:high]) / np.sum(power)  [fourier.py:20]
    sum_power = np.sum(power)
    y = np.sum(power[low:high]) / sum_power
    y_dot = (np.sum(power_dot[low:high]) - np.sum(power_dot) * y) / sum_power
    return y, y_dot


def band_power_vjp(z, low, high, y_bar=1.0):
    """Value of band_power and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(z)
    v = n == 1
    if v:
        y = z.astype(np.complex128)
        even = None
        fft_2_saved = None
        odd = None
        fft_2_saved_2 = None
        v2 = None
    else:
        even, fft_2_saved = fft_2_fwd(z[::2])
        odd, fft_2_saved_2 = fft_2_fwd(z[1::2])
        v2 = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v2 * odd
        y = np.concatenate([even + turned, even - turned])
    v3 = y.conjugate()
    power = (y * v3).real
    sum_power = np.sum(power)
    y_2 = np.sum(power[low:high]) / sum_power

    # Reverse sweep
    # return np.sum(power[low:high]) / np.sum(power)  [fourier.py:20]
    v_bar = y_bar / sum_power
    power_bar = np.full_like(power, -(v_bar * y_2))
    power_bar[low:high] += v_bar
    # power = (y * y.conj()).real  [fourier.py:19]
    y_bar = power_bar * v3 + np.conjugate(power_bar * y)
    if v:
        # return z  [fourier.py:10]
        z_bar = y_bar.real
    else:
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        turned = v2 * odd
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        v4 = even + turned
        v_bar = y_bar[v4.shape[0] :]
        v4_bar = y_bar[: v4.shape[0]]
        even_bar = unbroadcast(v_bar, np.shape(even)) + unbroadcast(v4_bar, np.shape(even))
        turned_bar = unbroadcast(-v_bar, np.shape(turned)) + unbroadcast(v4_bar, np.shape(turned))
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        odd_bar = unbroadcast(turned_bar * v2, np.shape(odd))
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        z_bar = np.zeros_like(z)
        z_bar[1::2] = fft_2_bwd(fft_2_saved_2, odd_bar)
        z_bar[::2] += fft_2_bwd(fft_2_saved, even_bar)
    return y_2, z_bar


def fft_2_fwd(z):
    n = len(z)
    if n == 1:
        y = z.astype(np.complex128)
        even = None
        fft_2_saved = None
        odd = None
        fft_2_saved_2 = None
        v = None
    else:
        even, fft_2_saved = fft_2_fwd(z[::2])
        odd, fft_2_saved_2 = fft_2_fwd(z[1::2])
        v = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v * odd
        y = np.concatenate([even + turned, even - turned])
    saved = z, even, fft_2_saved, odd, fft_2_saved_2, v
    return y, saved


def fft_2_bwd(saved, y_bar):
    z, even, fft_2_saved, odd, fft_2_saved_2, v = saved
    # n = len(z)  [fourier.py:8]
    n = len(z)
    if n == 1:
        # return z  [fourier.py:10]
        z_bar = y_bar.real
    else:
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        turned = v * odd
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        v2 = even + turned
        v_bar = y_bar[v2.shape[0] :]
        v2_bar = y_bar[: v2.shape[0]]
        even_bar = unbroadcast(v_bar, np.shape(even)) + unbroadcast(v2_bar, np.shape(even))
        turned_bar = unbroadcast(-v_bar, np.shape(turned)) + unbroadcast(v2_bar, np.shape(turned))
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        odd_bar = unbroadcast(turned_bar * v, np.shape(odd))
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        z_bar = np.zeros_like(z)
        z_bar[1::2] = fft_2_bwd(fft_2_saved_2, odd_bar)
        z_bar[::2] += fft_2_bwd(fft_2_saved, even_bar)
    return z_bar


def fft_2_jvp(z, z_dot):
    # n = len(z)  [fourier.py:8]
    n = len(z)
    if n == 1:
        # return z  [fourier.py:10]
        y = z.astype(np.complex128)
        y_dot = z_dot.astype(np.complex128)
    else:
        # even, odd = fft(z[::2]), fft(z[1::2])  [fourier.py:11]
        even, even_dot = fft_2_jvp(z[::2], z_dot[::2])
        odd, odd_dot = fft_2_jvp(z[1::2], z_dot[1::2])
        # turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd  [fourier.py:12]
        v = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        turned = v * odd
        turned_dot = odd_dot * v
        # return np.concatenate([even + turned, even - turned])  [fourier.py:13]
        y = np.concatenate([even + turned, even - turned])
        y_dot = np.concatenate([even_dot + turned_dot, even_dot - turned_dot])
    return y, y_dot
