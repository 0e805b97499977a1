"""Loops in one another that are written as one: itertools.product and combinations, np.ndindex and np.ndenumerate."""

from __future__ import annotations

import itertools

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.attributes import shape
from s2s_ad.frontend.iteration import iterable, only
from s2s_ad.frontend.machine import BUILTINS, Machine, builtin, number
from s2s_ad.frontend.operators import binary, operand, read, static_int
from s2s_ad.frontend.streams import range_of
from s2s_ad.frontend.subscripts import get_item
from s2s_ad.frontend.values import (
    Abstract,
    Args,
    ArrayRef,
    Enumerate,
    Items,
    Keywords,
    Mapped,
    Nested,
    RangeOf,
    Ref,
    Reversed,
    Sym,
    Tuple,
    Zip,
    what,
)
from s2s_ad.ir.builder import ONE_INT, ZERO_INT
from s2s_ad.ir.kinds import Array


def _pool(machine: Machine, value: Abstract) -> Abstract:
    """The items as they are now: these functions make a tuple of what they are given."""
    value = machine.held(iterable(machine, value))
    if isinstance(value, (Enumerate, Mapped, Reversed, Zip)):
        value = BUILTINS[list](machine, [value], {})
    if isinstance(value, ArrayRef) and _rank(value) == 1:
        return Sym(value.atom)
    return machine.new_cell(machine.content(value)) if machine.is_list(value) and isinstance(value, Ref) else value


def _rank(value: Abstract) -> int:
    return value.kind.rank if isinstance(value, Sym) and isinstance(value.kind, Array) else 0


def _up_to(machine: Machine, start: Abstract, stop: Abstract) -> Abstract:
    return range_of(operand(machine, start).atom, operand(machine, stop).atom, ONE_INT)


@builtin(itertools.product)
def _product(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    repeat = static_int(keywords.pop("repeat", number(1)))
    only("itertools.product", args, keywords, 0, 1000)
    if repeat is None:
        raise UnsupportedError("itertools.product: repeat= must be known when compiled")
    pools = [_pool(machine, arg) for arg in args] * repeat
    return Nested(tuple(pools), lambda items: pools[len(items)], Tuple, len(pools))


@builtin(np.ndindex)
def _ndindex(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("np.ndindex", args, keywords, 0, 1000)
    first = machine.content(args[0]) if len(args) == 1 and isinstance(args[0], Ref) else args[0] if args else None
    lengths = list(first.items) if len(args) == 1 and isinstance(first, (Tuple, Items)) else args
    return _indices(machine, lengths)


def _indices(machine: Machine, lengths: Args, of: ArrayRef | None = None) -> Abstract:
    """Every index of an array of these lengths, and with `of` its element there as it is then."""
    levels = tuple(range_of(ZERO_INT, operand(machine, length).atom, ONE_INT) for length in lengths)

    def made(items: tuple[Abstract, ...]) -> Abstract:
        index = Tuple(items)
        return index if of is None else Tuple((index, get_item(machine, of, index)))

    return Nested((*levels, of) if of is not None else levels, lambda items: levels[len(items)], made, len(levels))


@builtin(np.ndenumerate)
def _ndenumerate(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("np.ndenumerate", args, keywords, 1, 1)
    array = machine.held(read(args[0]))
    if not isinstance(array, ArrayRef) or not _rank(array):
        raise UnsupportedError(f"np.ndenumerate() of {what(array)} is not supported")
    lengths = shape(machine, array)
    assert isinstance(lengths, Tuple)
    return _indices(machine, list(lengths.items), array)


def _chosen(name: str, first_after: int) -> None:
    """combinations: the place of each item is after that of the one before, or the same where it may come again."""
    function = getattr(itertools, name)

    def choose(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        args = [*args, keywords.pop("r")] if "r" in keywords else args
        only(f"itertools.{name}", args, keywords, 2, 2)
        pool, count = _pool(machine, args[0]), static_int(args[1])
        if count is None or count < 0:
            raise UnsupportedError(f"itertools.{name}: how many are chosen must be known when compiled")
        if not machine.is_list(pool) and not isinstance(pool, (Tuple, RangeOf)) and not _rank(pool):
            raise UnsupportedError(f"itertools.{name}() of {what(pool)} is not supported", remedy="Make a list of it.")
        length = BUILTINS[len](machine, [pool], {})

        def level(before: tuple[Abstract, ...]) -> Abstract:
            start = binary(machine, "add", before[-1], number(first_after)) if before and first_after else None
            later = (count - 1 - len(before)) * first_after
            stop = binary(machine, "sub", length, number(later)) if later else length
            return _up_to(machine, start or (before[-1] if before else number(0)), stop)

        def item(places: tuple[Abstract, ...]) -> Abstract:
            return Tuple(tuple(_at(machine, pool, place) for place in places))

        return Nested((pool,), level, item, count)

    builtin(function)(choose)


def _at(machine: Machine, pool: Abstract, place: Abstract) -> Abstract:
    if not isinstance(pool, RangeOf):
        return get_item(machine, pool, place)
    if static_int(Sym(pool.step)) != 1:
        place = binary(machine, "mul", Sym(pool.step), place)
    return place if static_int(Sym(pool.start)) == 0 else binary(machine, "add", Sym(pool.start), place)


_chosen("combinations", 1)
_chosen("combinations_with_replacement", 0)
