"""Arguments, tangents and cotangents as the emitted code takes them, checked against one another."""

from __future__ import annotations

import copy
import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import COMPLEX, FLOAT, Array, List, Stream, is_complex, kind_of
from s2s_ad.ir.objects import attribute_names, blank, fill, has_attributes, is_namedtuple
from s2s_ad.ir.structure import Leaf, Node, Spec, Static, leaves, rebuild, spec_of
from s2s_ad.pipeline import Compiled
from s2s_ad.signature import parse_kinds


def converted(spec: Spec, value: Any) -> Any:
    """Ints where the compiled code takes floats become floats."""
    if isinstance(spec, Leaf):
        if spec.kind == FLOAT and type(value) is not float:
            return float(value)
        if spec.kind == COMPLEX and type(value) is not complex:
            return complex(value)
        if isinstance(spec.kind, List):
            return [converted(Leaf(spec.kind.item), item) for item in value]
        return value
    if isinstance(spec, Static):
        return value
    parts = spec.parts(value)
    made = [converted(item, v) for item, v in zip(spec.items, parts)]
    return spec.made(made) if any(a is not b for a, b in zip(made, parts)) else value


def check_memory(compiled: Compiled, values: Mapping[str, Any], reads: Mapping[str, Any]) -> None:
    """Refuse arguments whose memory is not as the derivative takes it to be.

    An array that is written to shares it with no other; one that is reshaped and written to is stored row by row.
    """
    _check_objects(values, compiled.changed, (guard.seen for guard in compiled.guards))
    if not compiled.written and not compiled.in_order:
        return
    specs, written = compiled.arguments, compiled.written
    flat = [(name, leaf) for name, value in values.items() for leaf in leaves(specs[name], value)]
    for place in compiled.in_order:
        name, array = flat[place]
        if isinstance(array, np.ndarray) and not array.flags.c_contiguous:
            raise UnsupportedError(
                f"{name} is not stored row by row without gaps: whether reshaping it makes a copy is not followed",
                remedy=f"Pass np.ascontiguousarray({name}).",
            )
    others = [*enumerate(flat), *((-1, pair) for pair in reads.items())]
    for place in written:
        name, array = flat[place]
        for other, (other_name, leaf) in others:
            if other != place and any(_overlap(array, part) for part in _arrays_in(leaf)):
                whom = other_name if other_name != name else "another part of it"
                raise UnsupportedError(
                    f"{name} is written to, and shares memory with {whom}", remedy=f"Pass a copy: {name}.copy()."
                )


def _arrays_in(leaf: Any) -> Iterator[Any]:
    if isinstance(leaf, np.ndarray):
        yield leaf
    elif isinstance(leaf, list):
        for item in leaf:
            yield from _arrays_in(item)


def _overlap(a: Any, b: Any) -> bool:
    if not np.may_share_memory(a, b):
        return False
    try:
        return bool(np.shares_memory(a, b, max_work=_WORK))
    except np.exceptions.TooHardError:  # not decided in reasonable time
        return True


_WORK: Any = 10_000  # NumPy's annotations differ by version in what it may be


def kind_given(arg: Any) -> Any:
    """A Kind if `arg` names one (`float`, "float64[:]"), else `arg` itself."""
    if arg in (float, int, complex) if isinstance(arg, type) else False:
        return parse_kinds(arg.__name__)[0]
    if isinstance(arg, str) and arg.partition("[")[0].strip() in _KIND_WORDS:
        return parse_kinds(arg)[0]
    return arg


_NUMBERS = (int, float, complex)
_KIND_WORDS = ("float", "int", "complex", "float64", "float32", "int64", "int32", "complex128", "complex64", "list")


def zeros_like(value: Any) -> Any:
    spec = spec_of(value)
    zeros = [np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else leaf * 0.0 for leaf in _numbers(spec, value)]
    return rebuild(spec, iter(zeros))


def _numbers(spec: Spec, value: Any) -> list[Any]:
    return [np.asarray(leaf) if isinstance(leaf, list) else leaf for leaf in leaves(spec, value)]


_dtype = functools.cache(np.dtype)


def cotangent_like(spec: Spec, primal: Any, given: Any, what: str, name: str = "") -> Any:
    """`given` in the structure of the real parts of `primal`; raises KindError where it is not of that structure."""
    if isinstance(spec, Leaf) and isinstance(spec.kind, Array) and type(given) is type(primal) is np.ndarray:
        if given.dtype is _dtype(spec.kind.dtype) and given.shape == primal.shape:  # as most are: nothing to look at
            return given.copy() if given.shape else given[()]
    where = f" of {name}" if name else ""
    if isinstance(spec, Static):
        return None
    if isinstance(spec, Leaf):
        if isinstance(spec.kind, Array):
            if not is_complex(spec.kind) and np.iscomplexobj(given):
                raise KindError(f"the {what}{where} is complex, and what it belongs to is real")
            made = np.asarray(given, dtype=_dtype(spec.kind.dtype))
            if made.shape != np.shape(primal):
                raise KindError(f"the {what}{where} has shape {made.shape}, and what it belongs to {np.shape(primal)}")
            return made.copy() if made.shape else made[()]
        if isinstance(spec.kind, List):
            if not isinstance(given, (list, tuple, np.ndarray)) or len(given) != len(primal):
                raise KindError(f"the {what}{where} is not a list of {len(primal)} items")
            item = Leaf(spec.kind.item)
            return [cotangent_like(item, p, g, what, name) for p, g in zip(primal, given)]
        if isinstance(given, _NUMBERS) or isinstance(given, (np.generic, np.ndarray)) and not np.shape(given):
            if is_complex(spec.kind):
                return complex(given)
            if np.iscomplexobj(given):
                raise KindError(f"the {what}{where} is complex, and what it belongs to is real")
            return given if type(given) is float else float(given)  # type: ignore[arg-type]
        raise KindError(f"the {what}{where} is {given!r}; it must be a number")
    container: type[Any] = spec.type
    if not isinstance(given, container) or not _same_keys(spec, given):
        raise KindError(f"the {what}{where} has not the structure of what it belongs to: {given!r}")
    if spec.type is dict:
        parts = [(primal[key], given[key], f"{name}[{key!r}]") for key in spec.keys]
    else:
        names = [f"{name}.{key}" for key in spec.keys] or [f"{name}[{i}]" for i in range(len(spec.items))]
        parts = list(zip(spec.parts(primal), spec.parts(given), names))
    return spec.made([cotangent_like(s, *part[:2], what, part[2]) for s, part in zip(spec.items, parts)])


def _same_keys(spec: Node, given: Any) -> bool:
    if spec.by_name:
        return all(hasattr(given, key) for key in spec.keys)
    return len(given) == len(spec.items) and (spec.type is not dict or all(key in given for key in spec.keys))


def own_copy(
    value: Any, copies: dict[int, Any] | None = None, other: Callable[[Any], Any] = lambda thing: thing
) -> Any:
    """The same structure with arrays and objects that nobody else holds.

    `copies` are those made, by the id of what; `other` says what becomes of everything else.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    copies = {} if copies is None else copies
    if type(value) in (tuple, list):
        return type(value)(own_copy(item, copies, other) for item in value)
    if type(value) is dict:
        return {k: own_copy(v, copies, other) for k, v in value.items()}
    if is_namedtuple(type(value)):
        return value._make(own_copy(item, copies, other) for item in value)
    if isinstance(value, types.MethodType):
        return types.MethodType(value.__func__, own_copy(value.__self__, copies, other))
    if not has_attributes(type(value)):
        return other(value)
    if id(value) not in copies:
        copies[id(value)] = made = blank(type(value))
        names = attribute_names(value)
        fill(made, names, [own_copy(getattr(value, name), copies, other) for name in names])
    return copies[id(value)]


def replica(value: Any) -> Any:
    """A copy of which a call leaves nothing behind in the original, generators of random numbers included."""
    return own_copy(value, other=lambda thing: copy.deepcopy(thing) if isinstance(kind_of(thing), Stream) else thing)


def objects_in(value: Any, found: dict[int, Any] | None = None) -> dict[int, Any]:
    """The objects with attributes in an argument, by their ids."""
    found = {} if found is None else found
    if isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            objects_in(item, found)
    elif isinstance(value, types.MethodType):
        objects_in(value.__self__, found)
    elif has_attributes(type(value)) and id(value) not in found:
        found[id(value)] = value
        for name in attribute_names(value):
            objects_in(getattr(value, name), found)
    return found


def _check_objects(values: Mapping[str, Any], changed: tuple[str, ...], outside: Iterable[Any]) -> None:
    """Refuse an object that is changed if it also stands in another argument, or the function reads it outside."""
    if not changed:
        return
    owners = {name: objects_in(value) for name, value in values.items()}
    owners["what the function reads from outside"] = {id(thing): thing for thing in outside}
    for name in changed:
        for other, theirs in owners.items():
            if other != name and (shared := owners[name].keys() & theirs.keys()):
                what = type(theirs[shared.pop()]).__name__
                raise UnsupportedError(
                    f"the function changes an object in {name}, and a {what} of it is in {other} too",
                    remedy="Pass a copy: copy.deepcopy(...).",
                )


def one_for_each(what: str, values: Any) -> tuple[Any, ...]:
    """The values as a tuple; KindError where they are not one for each argument in a tuple or list."""
    if not isinstance(values, (tuple, list)):
        raise KindError(
            f"the {what} are a tuple with one for each argument, not {type(values).__name__}",
            remedy="Write (x,) for a single one.",
        )
    return tuple(values)
