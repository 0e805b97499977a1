"""Sorted lists and the functions of itertools as programs: see `ops/compositions.py`."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.ops.settled import refused


def ordered(items, keys, reverse):
    """sorted(), of what has keys that are numbers."""
    order = np.argsort(-np.array(keys) if reverse else np.array(keys), kind="stable")
    return [items[i] for i in order]


def accumulate(iterable, func=operator.add, *, initial=None):
    items = list(iterable)
    totals = items[:1] if initial is None else [initial]
    for item in items[1:] if initial is None else items:
        totals.append(func(totals[-1], item))
    return totals


def chain(*iterables):
    return chain_of(iterables)


def chain_of(iterables, /):
    joined = []
    for iterable in iterables:
        joined += list(iterable)
    return joined


def pairwise(iterable, /):
    items = list(iterable)
    return zip(items[:-1], items[1:])


def islice(iterable, first, *rest):
    items = list(iterable)
    if len(rest) == 0:
        return items[:first]
    if len(rest) == 1:
        return items[first : rest[0]]
    return items[first : rest[0] : rest[1]]


def starmap(function, iterable, /):
    return [function(*args) for args in iterable]


def of_each_element(function, dtype, *args):
    """What np.vectorize(function) computes. NumPy hands it numbers of Python's own."""
    arrays = np.broadcast_arrays(*args)
    rows = [np.ravel(x).tolist() for x in (arrays if len(args) > 1 else (np.asarray(args[0]),))]
    found = np.array([function(*items) for items in zip(*rows)])
    if np.ndim(found) != 1:
        refused("np.vectorize of a function that returns no number", "Write a loop.")
    shape = np.shape(arrays[0])
    return np.reshape(found if dtype is None else found.astype(dtype), shape)


ITERATION_COMPOSITIONS: dict[Any, Callable[..., Any]] = {
    ordered: ordered,
    itertools.accumulate: accumulate,
    itertools.chain: chain,
    itertools.chain.from_iterable: chain_of,
    itertools.pairwise: pairwise,
    itertools.islice: islice,
    itertools.starmap: starmap,
    of_each_element: of_each_element,
}


def filtered(test, items):
    """filter(test, items)"""
    if test is None:
        return (item for item in items if item)
    return (item for item in items if test(item))


def first_of(iterator, *default):
    """next(iterator), next(iterator, default)"""
    for item in iterator:
        return item
    if not default:
        raise StopIteration
    return default[0]
