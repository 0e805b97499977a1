"""One derivative along each unit direction in turn, written to its place in an array that is there before.

So native code takes them: what is several at once to NumPy is a loop there anyway, and a list would be an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from s2s_ad.ir.builder import ONE_FLOAT, ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import FLOAT, INT, ONE, Kind, List
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Range, Stmt, Value
from s2s_ad.ir.walk import clone
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.linear import shape_of
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS

_INDICES = "ijkl"


class OneByOne:
    """Blocks of a Jacobian, each with an axis for each of the output and of the input, which lend their shapes."""

    def __init__(self, builder: Builder, hint: str) -> None:
        self.builder = builder
        self.hint = hint
        self.sizes: dict[tuple[Atom, int], Atom] = {}

    def along(
        self, stmts: Sequence[Stmt], seed: Value, like: Atom, wanted: Sequence[tuple[Atom, Atom]], by_rows: bool
    ) -> list[Atom]:
        """What becomes of `wanted` for each unit direction in the place of `seed`, which has the shape of `like`.

        With each stands what has its shape. The directions are those of an output if `by_rows`, else of an input.
        """
        pairs = [(like, other) if by_rows else (other, like) for _, other in wanted]
        arrays = [self.new("np.empty", y, x, end.kind) for (y, x), (end, _) in zip(pairs, wanted)]
        behind = [_outer(y, x) is not like for y, x in pairs]
        rank = _rank(like)

        def nest(outer: Builder, places: tuple[Atom, ...], arrays: Sequence[Value]) -> list[Value]:
            if len(places) == rank:
                return trip(outer, places, arrays)
            inner, index = Builder(), Value(INT, _INDICES[len(places) : len(places) + 1])
            params = [replace(array) for array in arrays]
            ends = nest(inner, (*places, index), params)
            outs = [replace(array) for array in arrays]
            trips = Range(ZERO_INT, self.size(like, len(places)), ONE_INT)
            outer.emit(For(trips, False, (), tuple(arrays), inner.block((index, *params), ends), tuple(outs)))
            return outs

        def trip(inner: Builder, places: tuple[Atom, ...], arrays: Sequence[Value]) -> list[Value]:
            copied = clone(
                Block((), tuple(stmts), tuple(end for end, _ in wanted)), {seed: _one(inner, seed, like, places)}
            )
            inner.stmts.extend(copied.stmts)
            ends = []
            for array, made, (_, other), after in zip(arrays, copied.results, wanted, behind):
                item = inner.apply(OPS["list_to_array"], made) if isinstance(made.kind, List) else made
                ends.append(replace(array))
                _set(inner, array, item, ends[-1], places, (WHOLE,) * _rank(other) if after else ())
            return ends

        made = nest(self.builder, (), arrays)
        return [self.finished(array, y, x) for array, (y, x) in zip(made, pairs)]

    def zero(self, y: Atom, x: Atom) -> Atom:
        """The block where y does not depend on x."""
        return self.finished(self.new("np.zeros", y, x, y.kind), y, x)

    def new(self, op: str, y: Atom, x: Atom, item: Kind) -> Value:
        shape: list[int | None] = []
        sizes: list[Atom] = []
        for whole in (y, x) if _outer(y, x) is y else (x, y):
            for axis in range(_rank(whole)):
                known = shape_of(whole.kind)[axis : axis + 1] == (ONE,)
                shape.append(1 if known else None)
                sizes += [] if known else [self.size(whole, axis)]
        while isinstance(item, List):
            item = item.item
        dtype = dtype_object(item)
        params = {} if dtype is None else {"dtype": dtype}
        return self.builder.apply(OPS[op], *sizes, hint=self.hint, shape=tuple(shape), **params)

    def size(self, whole: Atom, axis: int) -> Atom:
        if (whole, axis) not in self.sizes:
            if isinstance(whole.kind, List):
                self.sizes[whole, axis] = self.builder.apply(OPS["list_len"], whole)
            else:
                self.sizes[whole, axis] = self.builder.apply(OPS["shape_item"], whole, axis=axis)
        return self.sizes[whole, axis]

    def finished(self, array: Value, y: Atom, x: Atom) -> Atom:
        """The block as it is handed out: a list where the output or the input is one."""
        outer = _outer(y, x)
        if not isinstance(outer.kind, List):
            return array
        inner = x if outer is y else y
        return self.builder.apply(OPS["array_to_list"], array, kind=List(inner.kind if _rank(inner) else FLOAT))


def _outer(y: Atom, x: Atom) -> Atom:
    """Whose axes come first: those of the output, but a list has an item for each of its own, array or not."""
    return x if isinstance(x.kind, List) and not isinstance(y.kind, List) else y


def _rank(like: Atom) -> int:
    return 1 if isinstance(like.kind, List) else len(shape_of(like.kind))


def _one(builder: Builder, seed: Value, like: Atom, places: tuple[Atom, ...]) -> Value:
    """Zeros, with a one in this place."""
    direction = replace(seed)
    if isinstance(like.kind, List):
        zeros = builder.apply(OPS["list_zeros"], like)
        builder.emit(Apply(OPS["list_set"], (zeros, ONE_FLOAT, *places), (direction,), (), builder.span))
    else:
        _set(builder, builder.apply(OPS["zeros_like"], like), ONE_FLOAT, direction, places)
    return direction


def _set(
    builder: Builder, array: Value, item: Atom, out: Value, places: Sequence[Atom], before: tuple[Any, ...] = ()
) -> None:
    index = (*before, *(("in", k) for k in range(len(places))))
    builder.emit(Apply(OPS["index_set"], (array, item, *places), (out,), (("index", index),), builder.span))
