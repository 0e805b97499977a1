"""Expressions of whole arrays as loops over their elements, without arrays for what is in between.

`a[1:-1] + h * (a[2:] - a[:-2])` makes four arrays and goes through memory five times; as a loop it is a few numbers a
trip, and it is compiled ten times as fast. This is done after differentiation: what a reverse sweep saves is decided
for whole arrays, and the adjoint of a slice is a sum into another slice, which loops add up as well as they read.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Apply, Block, For, While
from s2s_ad.ir.walk import map_inputs, outputs_of
from s2s_ad.passes.native.groups import Groups, overwritten
from s2s_ad.passes.native.narrow import narrowed
from s2s_ad.passes.native.nests import Nest
from s2s_ad.passes.native.places import Views
from s2s_ad.passes.native.sizes import Sizes


def as_loops(block: Block) -> Block:
    """The block of a function with such loops, in inner blocks too."""
    return _Expressions(Lengths(block)).block(block, None)


class _Expressions:
    def __init__(self, lengths: Lengths) -> None:
        self.lengths = lengths

    def block(self, block: Block, before: Sizes | None) -> Block:
        """The block with its loops; what is known of lengths before it is in `before`."""
        makers = {v: s for s in block.stmts if isinstance(s, Apply) for v in outputs_of(s)}
        views = Views(self.lengths, makers)
        groups = Groups(block, views)
        narrowed(groups)
        sizes = Sizes(views, before)
        builder = Builder()
        for group in groups.groups:
            if group.members:
                Nest(views, group.members, groups.stored(group), sizes).write(builder)
            if group.other is None:
                continue
            if isinstance(group.other, (For, While)):
                builder.span = group.other.span
                for value in overwritten(group.other):
                    if value in group.other.init:
                        sizes.note(builder, value)
            builder.emit(map_inputs(group.other, lambda a: a, lambda inner: self.block(inner, sizes)))
        return replace(block, stmts=tuple(builder.stmts))
