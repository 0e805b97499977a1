"""Kinds written as text: "float64[:, :], int, float"."""

from __future__ import annotations

import re

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import COMPLEX, FLOAT, INT, MANY, ONE, Array, Kind, List

_SCALARS: dict[str, Kind] = {"float": FLOAT, "int": INT, "complex": COMPLEX}
_ITEM = re.compile(r"\s*([A-Za-z0-9_]+)\s*(\[[^\]]*(?:\[[^\]]*\])?\s*\])?\s*(,|$)")


def parse_kinds(text: str) -> list[Kind]:
    """The kinds in a signature. An axis is `:`, or `1` where the length is one and NumPy may broadcast it.

    >>> [str(kind) for kind in parse_kinds("float64[:, 1], int, list[float]")]
    ['float64[:, 1]', 'int', 'list[float]']
    """
    kinds: list[Kind] = []
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None:
            raise KindError(
                f"cannot read the signature {text!r} from {text[at:]!r} on",
                remedy='Write kinds with commas between them, such as "float64[:, :], float, int".',
            )
        kinds.append(_kind(match[1], (match[2] or "").strip()))
        at = match.end()
    return kinds


def _kind(name: str, axes: str) -> Kind:
    if name == "list" and axes:
        return List(parse_kinds(axes[1:-1])[0])
    if not axes and name in _SCALARS:
        return _SCALARS[name]
    try:
        dtype = np.dtype(name).name
    except TypeError:
        raise KindError(
            f"{name!r} is no kind", remedy='Kinds are float, int, "float64[:]", "list[float]" ...'
        ) from None
    parts = [part.strip() for part in axes[1:-1].split(",")] if axes else []
    if any(part not in (":", "1") for part in parts):
        raise KindError(f"an axis is : or 1, not {axes}")
    return Array(dtype, tuple(ONE if part == "1" else MANY for part in parts))
