"""The small functions that native modules need: see `ops/helpers.py`, which lists them."""

import numpy as np


def calling(function, **names):
    """The function, which calls these where it names them."""
    return type(function)(function.__code__, {**function.__globals__, **names}, function.__name__)


def grown(a, n):
    """An array with room for n items, and more, that begins with those of another."""
    larger = np.empty(max(n, 2 * a.size), a.dtype)
    for i in range(a.size):
        larger[i] = a[i]
    return larger


def with_row(a, row, i):
    """a with the row at place i, and room for it; nothing has to stand where a row without elements belongs."""
    if i >= len(a) or (row.size > 0 and a.size == 0):
        shape = row.shape if row.size > 0 else a.shape[1:]
        larger = np.empty((max(i + 1, 2 * len(a)),) + shape, a.dtype)
        if a.size > 0:
            larger[: len(a)] = a
        a = larger
    if row.size > 0:
        if a.shape[1:] != row.shape:
            raise ValueError("arrays of different shapes are saved in one loop: use the NumPy backend")
        a[i] = row
    return a


def checked_sum(x, y):
    """x + y, where it fits into 64 bits."""
    if abs(float(x) + float(y)) > 9.2e18:
        raise OverflowError("an int needs more than 64 bits: use the NumPy backend")
    return x + y


def checked_product(x, y):
    """x * y, where it fits into 64 bits."""
    if abs(float(x) * float(y)) > 9.2e18:
        raise OverflowError("an int needs more than 64 bits: use the NumPy backend")
    return x * y


def checked_power(x, y):
    """x ** y, where it is an int that fits into 64 bits."""
    if y < 0 or abs(float(x)) ** y > 9.2e18:
        raise OverflowError("a power is not an int of 64 bits: use the NumPy backend")
    return x**y


def checked_place(i, n):
    """The index i of an axis with n places, counted from its beginning."""
    if i < 0:
        i += n
    if i < 0 or i >= n:
        raise IndexError("an index is out of bounds")
    return i


def same_length(m, n):
    """The length of two arrays that must have the same; slices that leave nothing may have less than 0."""
    if m != n and max(m, n) > 0:
        raise ValueError("operands could not be broadcast together")
    return max(m, n)


def checked_whole(x):
    """x, where its whole part fits into 64 bits."""
    if not abs(x) < 9.2e18:
        raise OverflowError("a float has no whole part of 64 bits: use the NumPy backend")
    return x


def checked_divisor(y):
    """y, unless it is 0: native code would not say so."""
    if y == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    return y
