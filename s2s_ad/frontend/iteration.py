"""Python's own functions that make iterables, or take all of one: range, zip, sum, max, list."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.comprehensions import consumed, listed
from s2s_ad.frontend.library import answer
from s2s_ad.frontend.machine import RETURNED, Machine, builtin, number
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.methods import append
from s2s_ad.frontend.operators import binary, operand, read, static_int, static_key
from s2s_ad.frontend.shapes import list_atom
from s2s_ad.frontend.streams import Stream, iterated, range_of, walked
from s2s_ad.frontend.subscripts import SliceOf, get_item, set_key
from s2s_ad.frontend.truth import as_bool, as_value, truth
from s2s_ad.frontend.values import (
    NONE,
    NOTHING,
    Abstract,
    Args,
    Enumerate,
    Generator,
    Items,
    Keywords,
    Known,
    Mapped,
    NeedsUnroll,
    Nested,
    Ref,
    Reversed,
    Sym,
    Table,
    Tuple,
    Zip,
    is_nothing,
)
from s2s_ad.ir.builder import ONE_INT, TRUE, ZERO_INT
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, List
from s2s_ad.ir.nodes import Const
from s2s_ad.ops.iteration_compositions import filtered, first_of, ordered


def _itself(value: Any) -> Any:
    return value


def only(name: str, args: Args, keywords: Keywords, least: int, most: int) -> None:
    if keywords:
        raise UnsupportedError(f"{name}() with {next(iter(keywords))}= is not supported")
    if not least <= len(args) <= most:
        raise UnsupportedError(f"{name}() takes another number of arguments")


# --- what a loop walks over -------------------------------------------------------------------------------------------


@builtin(range)
def _range(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("range", args, keywords, 1, 3)
    if any(map(is_nothing, args)):
        return NOTHING
    bounds = [operand(machine, arg).atom for arg in args]
    if len(bounds) == 1:
        return range_of(ZERO_INT, bounds[0], ONE_INT)
    return range_of(bounds[0], bounds[1], bounds[2] if len(bounds) == 3 else ONE_INT)


@builtin(enumerate)
def _enumerate(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    start = keywords.pop("start", args[1] if len(args) > 1 else number(0))
    only("enumerate", args, keywords, 1, 2)
    return Enumerate(iterable(machine, args[0]), operand(machine, start).atom)


@builtin(zip)
def _zip(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    keywords.pop("strict", None)
    only("zip", args, keywords, 0, 1000)
    return Zip(tuple(iterable(machine, arg) for arg in args))


@builtin(reversed)
def _reversed(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("reversed", args, keywords, 1, 1)
    return Reversed(iterable(machine, args[0]))


@builtin(map)
def _map(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("map", args, keywords, 2, 1000)
    return Mapped(read(args[0]), tuple(iterable(machine, arg) for arg in args[1:]))


@builtin(next)
def _next(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("next", args, keywords, 1, 2)
    if not isinstance(args[0], (Generator, Mapped, Zip, Enumerate, Reversed)):
        raise UnsupportedError("next() of what is no iterator", remedy="Index it, or make an iterator: iter(xs).")
    if id(args[0]) in machine.used_up:
        raise UnsupportedError("this iterator has been taken from", remedy="Make a list of it first, and index that.")
    return call(machine, Known(first_of), args, {})


@builtin(filter)
def _filter(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("filter", args, keywords, 2, 2)
    return call(machine, Known(filtered), [read(args[0]), iterable(machine, args[1])], {})


@builtin(iter)
def _iter(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("iter", args, keywords, 1, 1)
    return Mapped(Known(_itself), (iterable(machine, args[0]),))  # taken from once, as iterators are


@builtin(_itself)
def _same(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return args[0]


def _of_generator(machine: Machine, value: Generator) -> Abstract:
    machine.use_up(value)
    return listed(machine, value, value.node.elt)


def iterable(machine: Machine, value: Abstract) -> Abstract:
    """A generator expression becomes a list when it is zipped, mapped or enumerated."""
    if isinstance(value, Generator):
        return _of_generator(machine, value)
    return iterated(machine, read(value))


# --- taking it all ----------------------------------------------------------------------------------------------------


def _accumulate(
    machine: Machine, iterable: Abstract, start: Abstract, step: Callable[[Abstract, Abstract], Abstract]
) -> Abstract:
    """start, then step(so far, item) for each item."""
    key = (machine.frame.id, f"$total.{machine.unit.number()}")
    machine.store[key] = start

    def consume(item: Abstract) -> None:
        machine.store[key] = step(machine.store[key], item)

    consumed(machine, iterable, consume)
    return read(machine.store.pop(key))


@builtin(sum)
def _sum(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    start = keywords.pop("start", args[1] if len(args) > 1 else number(0))
    only("sum", args, keywords, 1, 2)
    items = _known_items(machine, args[0])
    if items is None:
        if machine.is_list(args[0]):
            atom = list_atom(machine, args[0])
            if isinstance(atom.kind, List) and atom.kind.item in (FLOAT, INT):
                return _plus(machine, start, machine.apply("list_sum", atom))
        return _accumulate(machine, args[0], start, lambda total, item: _plus(machine, total, item))
    total = start
    for item in items:
        total = _plus(machine, total, item)
    return total


def _plus(machine: Machine, total: Abstract, item: Abstract) -> Abstract:
    """total + item; nothing is emitted for 0 + item."""
    if static_int(total) == 0 and isinstance(item, Sym) and not isinstance(item.atom, Const):
        return Sym(item.atom) if item.kind != BOOL else machine.apply("int", item.atom)
    return binary(machine, "add", total, item)


def _known_items(machine: Machine, value: Abstract) -> list[Abstract] | None:
    """The items of what is no stream."""
    read(value)
    if is_nothing(value):
        return []
    if isinstance(value, (Generator, Nested)):
        return None
    items = walked(machine, value, call)
    if isinstance(items, Stream):
        return None
    machine.use_up(value)
    return items


@builtin(any)
def _any(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("any", args, keywords, 1, 1)
    return _search(machine, args[0], wanted=True)


@builtin(all)
def _all(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("all", args, keywords, 1, 1)
    return _search(machine, args[0], wanted=False)


def _search(machine: Machine, iterable: Abstract, wanted: bool) -> Abstract:
    """Whether an item is true (or false): no item after it is looked at."""
    key = (machine.frame.id, f"$found.{machine.unit.number()}")
    machine.store[key] = as_value(not wanted)

    def hit() -> Abstract:
        machine.store[key] = as_value(wanted)
        machine.set(RETURNED, Sym(TRUE))
        return NONE

    def consume(item: Abstract) -> None:
        found = truth(machine, item)
        if isinstance(found, bool):
            if found == wanted:
                hit()
            return
        cond = as_bool(machine, found)
        branch(machine, cond, *((hit, lambda: NONE) if wanted else (lambda: NONE, hit)))

    consumed(machine, iterable, consume)
    return read(machine.store.pop(key))


@builtin(max)
def _max(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return _extreme(machine, "max", "gt", args, keywords)


@builtin(min)
def _min(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return _extreme(machine, "min", "lt", args, keywords)


def _extreme(machine: Machine, name: str, better: str, args: Args, keywords: Keywords) -> Abstract:
    """The first item that no later one beats."""
    default, key = keywords.pop("default", None), keywords.pop("key", NONE)
    only(name, args, keywords, 1, 1000)
    if any(map(is_nothing, args)):
        return NOTHING

    def keyed(item: Abstract) -> Tuple:
        return Tuple((item, item if _is_none(key) else call(machine, key, [item], {})))

    def step(best: Abstract, item: Abstract) -> Abstract:
        other = keyed(item)
        assert isinstance(best, Tuple)
        found = truth(machine, binary(machine, better, other.items[1], best.items[1]))
        if isinstance(found, bool):
            return other if found else best
        return branch(machine, found, lambda: other, lambda: best)

    items = args if len(args) > 1 else _known_items(machine, args[0])
    if items is None:
        whole = _whole_list(machine, args[0])
        if default is not None:
            raise UnsupportedError(f"{name}() with default= of a list of unknown length is not supported")
        first = get_item(machine, whole, number(0))
        return _first(_accumulate(machine, whole, keyed(first), step))
    if not items:
        if default is None:
            raise UnsupportedError(f"{name}() of nothing")
        return default
    best: Abstract = keyed(items[0])
    for item in items[1:]:
        best = step(best, item)
    return _first(best)


def _first(pair: Abstract) -> Abstract:
    return pair.items[0] if isinstance(pair, Tuple) else pair


def _is_none(value: Abstract) -> bool:
    return isinstance(value, Known) and value.obj is None


def _whole_list(machine: Machine, value: Abstract) -> Abstract:
    return value if machine.is_list(value) or isinstance(value, Sym) else _list(machine, [value], {})


@builtin(list)
def _list(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("list", args, keywords, 0, 1)
    if not args:
        return machine.new_list(())
    value = args[0]
    if isinstance(value, Generator):
        return _of_generator(machine, value)
    if machine.is_list(value):
        assert isinstance(value, Ref)
        return machine.new_cell(machine.content(value))
    items = _known_items(machine, value)
    if items is not None:
        return machine.new_list(tuple(items))
    ref = machine.new_list(())
    consumed(machine, value, lambda item: append(machine, ref, item))
    return ref


@builtin(tuple)
def _tuple(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("tuple", args, keywords, 0, 1)
    if not args or isinstance(args[0], Tuple):
        return args[0] if args else Tuple(())
    made = _list(machine, args, {})
    content = machine.content(made) if isinstance(made, Ref) else made
    if isinstance(content, Items):
        return Tuple(content.items)
    raise NeedsUnroll("a tuple of unknown length is not supported", remedy="Use a list.")


@builtin(sorted)
def _sorted(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    key, reverse = keywords.pop("key", NONE), truth(machine, keywords.pop("reverse", as_value(False)))
    only("sorted", args, keywords, 1, 1)
    if not isinstance(reverse, bool):
        raise UnsupportedError("sorted(): reverse= must be known when compiled", remedy="Write two calls in an if.")
    if isinstance(args[0], Known) and isinstance(args[0].obj, frozenset):
        args = [answer(machine, sorted(args[0].obj))]
    whole = _list(machine, args, {})
    by = whole if _is_none(key) else _list(machine, [Mapped(key, (whole,))], {})
    assert isinstance(by, Ref)
    items, keys = _known_items(machine, whole), _known_items(machine, by)
    if items is not None and keys is not None:
        known: list[Any] = [item.obj if isinstance(item, Known) else static_int(item) for item in keys]
        if all(value is not None for value in known):
            order = sorted(range(len(items)), key=known.__getitem__, reverse=reverse)
            return machine.new_list(tuple(items[i] for i in order))
    return call(machine, Known(ordered), [whole, by, as_value(reverse)], {})


@builtin(dict)
def _dict(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    table = Table((), ())
    if args:
        content = machine.content(args[0]) if isinstance(args[0], Ref) else args[0]
        if isinstance(content, Table):
            table = content
        else:
            made = _list(machine, args[:1], {})
            for pair in _known_items(machine, made) or []:
                parts = _known_items(machine, pair)
                if parts is None or len(parts) != 2:
                    raise UnsupportedError("dict() takes pairs of a key and a value")
                table = set_key(table, static_key(parts[0]), parts[1])
    for name, value in keywords.items():
        table = set_key(table, name, value)
    return machine.new_cell(table)


@builtin(functools.reduce)
def _reduce(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    only("reduce", args, keywords, 2, 3)
    items = _known_items(machine, args[1])
    if len(args) == 3:
        return _accumulate(machine, args[1], args[2], lambda total, item: call(machine, args[0], [total, item], {}))
    if items is None:
        whole = _whole_list(machine, args[1])
        rest = get_item(machine, whole, SliceOf(number(1), NONE, NONE))
        first = get_item(machine, whole, number(0))
        return _accumulate(machine, rest, first, lambda total, item: call(machine, args[0], [total, item], {}))
    if not items:
        raise UnsupportedError("reduce() of nothing needs a start")
    total = items[0]
    for item in items[1:]:
        total = call(machine, args[0], [total, item], {})
    return total
