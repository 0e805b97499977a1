"""How a value would like to be called."""

from __future__ import annotations

from collections.abc import Collection

from s2s_ad.ir.nodes import Value

NONE, WEAK, DERIVED, HINT = range(4)


def wish_of(value: Value) -> tuple[int, str]:
    """(strength, name): the user's own name, or one derived from it, or only a suffix, or nothing."""
    at, suffix = root_of(value)
    if at.hint:
        if not suffix:
            return HINT, at.hint
        return DERIVED, _joined(at.hint, suffix)
    return (WEAK, suffix) if suffix else (NONE, "")


def _joined(name: str, suffix: str) -> str:
    # a tape of tapes is called `x_tapes`
    return name + suffix.replace("_tape_tape", "_tapes")


def root_of(value: Value) -> tuple[Value, str]:
    """The value at the end of the chain of bases, and all the suffixes on the way."""
    suffix, at = "", value
    while not at.hint and at.base is not None and at.suffix:
        suffix, at = at.suffix + suffix, at.base
    return at, suffix


def free_name(text: str, taken: Collection[str]) -> str:
    """The name itself, else with a number."""
    name, count = text, 1
    while name in taken:
        count += 1
        name = f"{text}_{count}"
    return name
