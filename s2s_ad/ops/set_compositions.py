"""NumPy's functions of sets as programs: which elements belong together is constant, they move as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.ordering import first_places_of, group_sizes, places_among_different
from s2s_ad.ops.settled import has_letter, refused


def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, equal_nan=True, sorted=True):
    if not equal_nan:
        refused("np.unique with equal_nan=False", "Leave it out.")
    if not (return_index or return_inverse or return_counts):
        return np.unique(ar, axis=axis)
    return (
        (np.unique(ar, axis=axis),)
        + ((first_places_of(ar, axis=axis),) if return_index else ())
        + ((places_among_different(ar, axis=axis),) if return_inverse else ())
        + ((group_sizes(ar, axis=axis),) if return_counts else ())
    )


def union1d(ar1, ar2):
    return np.unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)]))


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """What is in both is taken from the first."""
    if return_indices:
        if assume_unique:
            refused("np.intersect1d with assume_unique=True and return_indices=True", "Leave out assume_unique=True.")
        one, other = np.unique(ar1), np.unique(ar2)
        common = np.isin(one, other)
        return one[common], first_places_of(ar1)[common], first_places_of(ar2)[np.isin(other, one)]
    one = np.sort(np.ravel(ar1)) if assume_unique else np.unique(ar1)
    return one[np.isin(one, ar2)]


def setdiff1d(ar1, ar2, assume_unique=False):
    one = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return one[np.isin(one, ar2, invert=True)]


def setxor1d(ar1, ar2, assume_unique=False):
    one = np.ravel(ar1) if assume_unique else np.unique(ar1)
    other = np.ravel(ar2) if assume_unique else np.unique(ar2)
    return np.sort(np.concatenate([one[np.isin(one, other, invert=True)], other[np.isin(other, one, invert=True)]]))


def unique_all(x, /):
    return np.unique(x), first_places_of(x), places_among_different(x), group_sizes(x)


def unique_counts(x, /):
    return np.unique(x), group_sizes(x)


def unique_inverse(x, /):
    return np.unique(x), places_among_different(x)


def unique_values(x, /):
    return np.unique(x)


def trim_zeros(filt, trim="fb"):
    items = np.asarray(filt)
    if np.ndim(items) != 1:
        refused("np.trim_zeros of an array with several axes", "Cut it with slices.")
    kept = np.flatnonzero(items)
    first = np.min(kept, initial=np.size(items)) if has_letter(trim, "f") else 0
    last = np.max(kept, initial=-1) + 1 if has_letter(trim, "b") else np.size(items)
    return items[first:last]


_TAKEN = (
    union1d, intersect1d, setdiff1d, setxor1d, unique_all, unique_counts, unique_inverse, unique_values, trim_zeros,
)  # fmt: skip

SET_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    getattr(np, function.__name__): function for function in _TAKEN if hasattr(np, function.__name__)
}
