"""Expressions of whole arrays as loops over their elements, without arrays for what is in between.

`a[1:-1] + h * (a[2:] - a[:-2])` makes four arrays and goes through memory five times; as a loop it is a few numbers a
trip, and it is compiled ten times as fast. This is done after differentiation: what a reverse sweep saves is decided
for whole arrays, and the adjoint of a slice is a sum into another slice, which loops add up as well as they read.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, Array
from s2s_ad.ir.nodes import Apply, Block, For, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, free_values, inputs_of, is_derivative, map_inputs, outputs_of
from s2s_ad.ops.creation import ZEROS
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.linear import axes_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.alike import Alike, not_summed
from s2s_ad.passes.native.groups import Groups, overwritten
from s2s_ad.passes.native.narrow import narrowed
from s2s_ad.passes.native.nests import Nest
from s2s_ad.passes.native.places import Views
from s2s_ad.passes.native.sizes import Sizes

_SUMS = frozenset(("np.sum", "np.mean", "np.dot"))
_LENGTHS = frozenset(("shape_item", "array_len", "array_size", "count"))


def as_loops(block: Block, alike: Alike) -> Block:
    """The block of a function with such loops, in inner blocks too; what is `alike` is known of its arguments."""
    lengths = Lengths(block, alike)
    if alike:
        block = not_summed(block, lengths)
    return _Expressions(lengths).block(_adding_to_zeros(_asking_sources(block, lengths)), None)


def _asking_sources(block: Block, lengths: Lengths) -> Block:
    """The block that asks arguments for the lengths of what is made of them, which then need not be arrays."""
    stmts = list(all_stmts(block))
    over = {a for s in stmts for a in inputs_of(s)[: 1 if isinstance(s, Apply) and s.op.store else 0]}
    over.update(a for s in stmts if isinstance(s, (For, While)) for a in s.init)
    sources = {p for p in block.params if isinstance(p.kind, Array) and p not in over}

    def asking(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Apply) and stmt.op.name in _LENGTHS:
            shape = lengths.of(stmt.inputs[0])
            axes = axes_of(dict(stmt.params).get("axis", 0 if stmt.op.name == "array_len" else None), len(shape))
            if len(axes) == 1 and shape[axes[0]] != 1:
                source, axis, shorter = shape[axes[0]]
                if source in sources and not shorter:
                    return Apply(OPS["shape_item"], (source,), stmt.outputs, (("axis", axis),), stmt.span)
        return map_inputs(stmt, lambda a: a, inner)

    def inner(block: Block) -> Block:
        return replace(block, stmts=tuple(map(asking, block.stmts)))

    return inner(block)


def _adding_to_zeros(block: Block) -> Block:
    """The block in which what comes first into an adjoint is added, not written: it may then share a loop."""
    zeros = {s.out for s in block.stmts if isinstance(s, Apply) and s.op.name in ZEROS}
    summed = {s.inputs[0] for s in block.stmts if isinstance(s, Apply) and s.op.name == "index_add"}

    def adding(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Apply) and stmt.op.name == "index_set" and stmt.inputs[0] in zeros and stmt.out in summed:
            return replace(stmt, op=OPS["index_add"]) if is_derivative(stmt.out) else stmt
        return map_inputs(stmt, lambda a: a, _adding_to_zeros)

    return replace(block, stmts=tuple(map(adding, block.stmts)))


def _values_last(block: Block) -> Block:
    """The block in which what is made of sums is computed where it is read, so that other loops may join theirs."""
    sums: set[Value] = set()
    waiting: list[Apply] = []
    stmts: list[Stmt] = []
    for stmt in block.stmts:
        reads = {*inputs_of(stmt), *(v for inner in blocks_of(stmt) for v in free_values(inner))}
        if isinstance(stmt, Apply) and stmt.op.name in _SUMS:
            sums.add(stmt.out)
        elif isinstance(stmt, Apply) and is_elementwise(stmt.op) and stmt.out.kind == FLOAT and reads & sums:
            sums.add(stmt.out)
            waiting.append(stmt)
            continue
        wanted: list[Apply] = []
        for other in reversed(waiting):
            if other.out in reads:
                wanted.append(other)
                reads.update(other.inputs)
        waiting = [other for other in waiting if other not in wanted]
        stmts += [*reversed(wanted), stmt]
    return replace(block, stmts=(*stmts, *waiting))


class _Expressions:
    def __init__(self, lengths: Lengths) -> None:
        self.lengths = lengths

    def block(self, block: Block, before: Sizes | None) -> Block:
        """The block with its loops; what is known of lengths before it is in `before`."""
        block = _values_last(block)
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
