"""What loops walk."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.nodes import Atom, For, Value, Walk
from s2s_ad.ir.walk import split_params


def walked_once(loop: For) -> tuple[For, dict[Value, Value]]:
    """The loop with one walk through what it walks twice from the same end, and for each item that goes another."""
    first: dict[tuple[Atom, bool], Value] = {}
    same: dict[Value, Value] = {}
    kept: list[Walk] = []
    items = split_params(loop)[0]
    for walk, item in zip(loop.xs, items[len(items) - len(loop.xs) :]):
        other = first.setdefault((walk.source, walk.reverse), item)
        if other is not item and other.kind == item.kind:
            same[item] = other
        else:
            kept.append(walk)
    params = tuple(param for param in loop.body.params if param not in same)
    return replace(loop, xs=tuple(kept), body=replace(loop.body, params=params)) if same else loop, same
