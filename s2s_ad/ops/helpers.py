"""Small functions that emitted code may call by name; their text is written into the module that needs them.

Each stands alone: it names nothing but `math`, `np` and builtins, and carries no annotations that would need imports.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from s2s_ad.ops.array_helpers import (
    add_along_axis,
    cofactors,
    cofactors_change,
    complex_cofactors,
    complex_eig,
    expm,
    expm_bend,
    expm_change,
    fit_length,
    from_diagonals,
    half_weights,
    into_part,
    inverse_gaps,
    largest_real,
    nanquantile_weights,
    prefixes_without,
    put_where,
    quantile_weights,
    running_places,
    scipy_special,
    sum_pads,
    unit_directions,
)
from s2s_ad.ops.native_helpers import (
    calling,
    checked_divisor,
    checked_place,
    checked_power,
    checked_product,
    checked_sum,
    checked_whole,
    grown,
    same_length,
    with_row,
)


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1))
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def instance(cls, **attributes):
    """An object of the class with these attributes, made without its __init__."""
    made = cls.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def digamma(x):
    """The logarithmic derivative of the gamma function."""
    result = 0.0
    if x < 0.5:  # reflection
        result -= math.pi / math.tan(math.pi * (x - round(x)))
        x = 1.0 - x
    while x < 12.0:
        result -= 1.0 / x
        x += 1.0
    w = 1.0 / (x * x)
    series = w * (1 / 132 - w * (691 / 32760 - w / 12))
    series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - series))))
    return result + math.log(x) - 0.5 / x - series


def polygamma(n, x):
    """The n-th derivative of the digamma function, n >= 1."""
    sign = -1.0 if n % 2 == 0 else 1.0
    if x < 0.5:  # reflection, with the derivatives of the cotangent as polynomials in it
        cot = 1.0 / math.tan(math.pi * (x - round(x)))
        p = [0.0, 1.0]
        for _ in range(n):
            slope = [k * c for k, c in enumerate(p)][1:]
            p = [-(a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope])]
        value = 0.0
        for c in reversed(p):
            value = value * cot + c
        return -sign * polygamma(n, 1.0 - x) - math.pi ** (n + 1) * value
    result = 0.0
    while x < 15.0 + n:
        result += math.factorial(n) * (1.0 / x) ** (n + 1)
        x += 1.0
    r = 1.0 / x
    result += math.factorial(n - 1) * r**n + math.factorial(n) / 2 * r ** (n + 1)
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
    for k, b in enumerate(bernoulli, 1):
        result += b * (math.factorial(2 * k + n - 1) / math.factorial(2 * k)) * r ** (2 * k + n)
    return sign * result


def logistic(x):
    """1 / (1 + exp(-x)), which is 0 where exp(-x) overflows."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-x))


def sinc_derivative(x, n):
    """The n-th derivative of np.sinc: a series near 0, a recurrence elsewhere."""
    t = np.pi * np.asarray(x)
    near = np.abs(t) < 2.0 + 0.5 * n
    small, large = np.where(near, t, 0.0), np.where(near, 1.0, t)
    series = np.zeros_like(t)
    for k in range((n + 1) // 2, n + 25):
        series += (-1.0) ** k * small ** (2 * k - n) / ((2 * k + 1) * math.factorial(2 * k - n))
    waves = (np.sin(large), np.cos(large), -np.sin(large), -np.cos(large))
    value = waves[0] / large
    for k in range(1, n + 1):
        value = (waves[k % 4] - k * value) / large
    return (np.where(near, series, value) * np.pi**n)[()].astype(t.dtype)


def products_without(x, m):
    """For every m different places of the last axis, the product of all other items; 0 where places agree."""
    n = x.shape[-1]
    if m == 1:
        ones = np.ones_like(x[..., :1])
        before = np.cumprod(np.concatenate([ones, x[..., :-1]], axis=-1), axis=-1)
        after = np.cumprod(np.concatenate([ones, x[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
        return before * after if n else x
    same = np.eye(n, dtype=bool)
    rest = products_without(np.where(same, np.ones((), x.dtype), x[..., None, :]), m - 1)
    for place in range(m - 1):
        mask = same.reshape((n,) + (1,) * place + (n,) + (1,) * (m - 2 - place))
        rest = np.where(mask, np.zeros((), x.dtype), rest)
    return rest


def from_diagonal(v, shape, offset):
    """A matrix of the shape with v on one of its diagonals, and zeros."""
    matrix = np.zeros(shape, v.dtype)
    at = np.arange(v.size)
    matrix[at + max(-offset, 0), at + max(offset, 0)] = v
    return matrix


def sum_tiles(x, shape, reps):
    """Sum what np.tile has laid side by side."""
    rank = max(len(shape), len(reps))
    sizes = (1,) * (rank - len(shape)) + tuple(shape)
    counts = (1,) * (rank - len(reps)) + tuple(reps)
    pairs = [n for pair in zip(counts, sizes) for n in pair]
    return x.reshape(pairs).sum(axis=tuple(range(0, 2 * rank, 2))).reshape(shape)


def sum_repeats(x, shape, repeats, axis):
    """Sum what np.repeat has made of each item."""
    if axis is None:
        return x.reshape(-1, repeats).sum(axis=1).reshape(shape)[()]
    axis %= len(shape)
    return x.reshape(*shape[: axis + 1], repeats, *shape[axis + 1 :]).sum(axis=axis + 1)


def last_written(shape, index):
    """Where an index names an element more than once the last write stays: which of the writes stay."""
    order = np.zeros(shape, dtype=int)
    places = np.arange(order[index].size).reshape(order[index].shape)
    order[index] = places
    return order[index] == places


def zeros_of(saved):
    """Zeros in the structure of what a forward sweep saved; None for what has no derivative."""
    if isinstance(saved, (tuple, list)):
        return type(saved)(map(zeros_of, saved))
    if isinstance(saved, np.ndarray):
        return np.zeros_like(saved)
    return type(saved)(0) if isinstance(saved, (float, complex, np.inexact)) else None


def sum_of(a, b):
    """The sum of two cotangents of what a forward sweep saved; None is zero."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, (tuple, list)):
        return type(a)(map(sum_of, a, b))
    return a + b


HELPER_FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        unbroadcast,
        instance,
        digamma,
        polygamma,
        logistic,
        sinc_derivative,
        products_without,
        from_diagonal,
        sum_tiles,
        sum_repeats,
        sum_of,
        last_written,
        zeros_of,
        cofactors,
        cofactors_change,
        complex_cofactors,
        complex_eig,
        quantile_weights,
        add_along_axis,
        sum_pads,
        into_part,
        from_diagonals,
        inverse_gaps,
        largest_real,
        nanquantile_weights,
        prefixes_without,
        put_where,
        running_places,
        scipy_special,
        unit_directions,
        expm,
        expm_change,
        expm_bend,
        fit_length,
        half_weights,
        calling,
        grown,
        with_row,
        checked_sum,
        same_length,
        checked_product,
        checked_power,
        checked_divisor,
        checked_place,
        checked_whole,
    )
}


PYTHON_ONLY = {"instance", "calling"}  # of these no machine code is made


class _Sources(Mapping[str, str]):
    """Name → text; the text is looked up only when someone asks, so that importing stays cheap."""

    def __getitem__(self, name: str) -> str:
        return inspect.getsource(HELPER_FUNCTIONS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(HELPER_FUNCTIONS)

    def __len__(self) -> int:
        return len(HELPER_FUNCTIONS)


HELPERS: Mapping[str, str] = _Sources()
