"""Arguments, tangents and cotangents as the emitted code takes them, checked against one another."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import COMPLEX, FLOAT, Array, List, Stream, is_complex, kind_of
from s2s_ad.ir.structure import Leaf, Spec, Static, leaves, rebuild, spec_of
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
    items = value.values() if spec.type is dict else value
    made = [converted(item, v) for item, v in zip(spec.items, items)]
    return dict(zip(spec.keys, made)) if spec.type is dict else spec.type(made)


def check_memory(compiled: Compiled, values: Mapping[str, Any], reads: Mapping[str, Any]) -> None:
    """Refuse arguments whose memory is not as the derivative takes it to be.

    An array that is written to shares it with no other; one that is reshaped and written to is stored row by row.
    """
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
        return bool(np.shares_memory(a, b, max_work=_WORK))  # type: ignore[arg-type]
    except np.exceptions.TooHardError:  # not decided in reasonable time
        return True


_WORK = 10_000


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


def cotangent_like(spec: Spec, primal: Any, given: Any, what: str, name: str = "") -> Any:
    """`given` in the structure of the real parts of `primal`; raises KindError where it is not of that structure."""
    where = f" of {name}" if name else ""
    if isinstance(spec, Static):
        return None
    if isinstance(spec, Leaf):
        if isinstance(spec.kind, Array):
            if not is_complex(spec.kind) and np.iscomplexobj(given):
                raise KindError(f"the {what}{where} is complex, and what it belongs to is real")
            made = np.asarray(given, dtype=np.result_type(spec.kind.dtype))
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
    if not isinstance(given, container) or len(given) != len(spec.items) or any(key not in given for key in spec.keys):
        raise KindError(f"the {what}{where} has not the structure of what it belongs to: {given!r}")
    keys = spec.keys or range(len(spec.items))
    items = [cotangent_like(s, primal[k], given[k], what, f"{name}[{k!r}]") for k, s in zip(keys, spec.items)]
    return dict(zip(keys, items)) if spec.type is dict else spec.type(items)


def own_copy(value: Any) -> Any:
    """The same structure with arrays that nobody else holds."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (tuple, list):
        return type(value)(map(own_copy, value))
    return {k: own_copy(v) for k, v in value.items()} if type(value) is dict else value


def replica(value: Any) -> Any:
    """A copy of which a call leaves nothing behind in the original, generators of random numbers included."""
    if type(value) in (tuple, list):
        return type(value)(map(replica, value))
    if type(value) is dict:
        return {k: replica(v) for k, v in value.items()}
    return copy.deepcopy(value) if isinstance(kind_of(value), Stream) else own_copy(value)
