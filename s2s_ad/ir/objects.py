"""Objects of the user's classes as structures: their attributes, and how one like them is made."""

from __future__ import annotations

import enum
import sys
import types
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_HEAP = 1 << 9  # the flag of a class that was made by a class statement, or as if by one
_APART = {*sys.stdlib_module_names, "numpy", "scipy", "s2s_ad"}


def has_attributes(cls: Any) -> bool:
    """Whether objects of the class are their attributes and no more: a class of the user's without its own __new__."""
    return _has_attributes(cls)


@lru_cache(maxsize=4096)
def _has_attributes(cls: Any) -> bool:
    if cls is types.SimpleNamespace:
        return True
    heap = all(base is object or base.__flags__ & _HEAP and not _in_c(base) for base in cls.__mro__)
    plain = cls.__new__ is object.__new__ and not issubclass(cls, (enum.Enum, type))
    return heap and plain and (cls.__module__ or "").partition(".")[0] not in _APART


def _in_c(base: type) -> bool:
    """Whether the class is written in C: only that has attributes of its own that are computed there."""
    computed = (name for name, value in base.__dict__.items() if isinstance(value, types.GetSetDescriptorType))
    methods = any(isinstance(value, types.MethodDescriptorType) for value in base.__dict__.values())
    return methods or any(name not in ("__dict__", "__weakref__") for name in computed)


def is_namedtuple(cls: type) -> bool:
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def attribute_names(value: Any) -> tuple[str, ...]:
    """The attributes that an object has itself, those in slots first."""
    cls = type(value)
    names = [name for base in cls.__mro__[::-1] for name in slots_of(base) if hasattr(value, name)]
    return (*names, *getattr(value, "__dict__", ()))


def slots_of(base: type) -> list[str]:
    """The attributes for which a class itself has slots, under the names by which they are found."""
    slots = base.__dict__.get("__slots__", ())
    private = base.__name__.lstrip("_")
    return [
        f"_{private}{slot}" if slot.startswith("__") and not slot.endswith("__") else slot
        for slot in ((slots,) if isinstance(slots, str) else slots)
        if slot not in ("__dict__", "__weakref__")
    ]


def blank(cls: Any) -> Any:
    """An object of the class without any attributes: its __init__ is not called."""
    return cls.__new__(cls)


def fill(made: Any, names: Sequence[str], values: Sequence[Any]) -> Any:
    """Set the attributes, also of what is frozen."""
    for name, value in zip(names, values):
        object.__setattr__(made, name, value)
    return made


def float_attributes(cls: type) -> set[str]:
    """The attributes that the class says are floats."""
    said = (base.__dict__.get("__annotations__", {}) for base in cls.__mro__)
    return {name for each in said for name, kind in each.items() if kind is float or kind == "float"}
