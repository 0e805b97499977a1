"""Groups of values, each with one that stands for all: what a union-find asks again and again."""

from __future__ import annotations

from s2s_ad.ir.nodes import Value


def representative(parent: dict[Value, Value], value: Value) -> Value:
    """The value that stands for the group; the way to it is made shorter for the next who asks."""
    root = value
    while (above := parent.get(root, root)) is not root:
        root = above
    while value is not root:
        parent[value], value = root, parent[value]
    return root
