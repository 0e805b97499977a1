"""Which arrays of a function surely have the same shape, though their lengths are known only when it runs.

`u[2:]`, `u[1:-1]` and `u[:-2]` are all two shorter than u: where they meet in a sum nothing is broadcast, and the
reverse sweep has nothing to look at while it runs. A length is 1, or a symbol: an axis of some value, less a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from s2s_ad.ir.kinds import MANY, ONE, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, If, Section, Stmt, Value
from s2s_ad.ir.walk import blocks_of, outputs_of
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.ops.linear import axes_of, dtype_of

Length = Any  # 1, or (what it is of, which axis, by how much it is shorter)
Shape = tuple[Length, ...]

_LIKE_FIRST = frozenset(
    ("zeros_like", "copy", "astype", "index_add", "index_set")
    + ("np.flip", "np.roll", "np.triu", "np.tril", "np.copy", "np.array")
)
_LIKE_SECOND = frozenset(("broadcast_like", "unbroadcast", "reshape_like"))


class Lengths:
    """The shapes of everything in a block and the blocks in it."""

    def __init__(self, block: Block) -> None:
        self._shapes: dict[Value, Shape] = {}
        self._block(block)

    def same(self, a: Atom, b: Atom) -> bool:
        """Whether both surely have the same shape."""
        return self.of(a) == self.of(b)

    def fills(self, write: Apply) -> bool:
        """Whether what is written into an array surely has the shape of the elements that it is written to."""
        index = dict(write.params)["index"]
        return self._sliced(write, index, (None,), write.inputs[2:]) == self.of(write.inputs[1])

    def of(self, atom: Atom) -> Shape:
        if isinstance(atom, Value) and atom in self._shapes:
            return self._shapes[atom]
        return _own(atom)

    def _block(self, block: Block) -> None:
        for stmt in block.stmts:
            for inner in blocks_of(stmt):
                self._block(inner)
            if not isinstance(stmt, Section):
                self._stmt(stmt)

    def _stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Apply) and len(stmt.outputs) == 1 and isinstance(stmt.out.kind, Array):
            self._shapes[stmt.out] = self._apply(stmt)
        elif isinstance(stmt, If):
            for out, a, b in zip(outputs_of(stmt), stmt.then.results, stmt.orelse.results):
                if self.of(a) == self.of(b) and len(self.of(a)) == len(shape_of(out.kind)):
                    self._shapes[out] = self.of(a)

    def _apply(self, stmt: Apply) -> Shape:
        op, own = stmt.op, _own(stmt.out)
        params = {**op.defaults, **dict(stmt.params)}
        if is_elementwise(op) or op.name == "np.where":
            return self._combined(stmt.inputs, own)
        if op.name in _LIKE_FIRST:
            return self.of(stmt.inputs[0])
        if op.name in _LIKE_SECOND:
            return self.of(stmt.inputs[1])
        if op.name == "getitem":
            return self._sliced(stmt, params["index"], own, stmt.inputs[1:])
        if "axis" in params and "keepdims" in params:
            return _reduced(self.of(stmt.inputs[0]), params["axis"], params["keepdims"])
        if op.name == "np.transpose" and params["axes"] is None:
            return self.of(stmt.inputs[0])[::-1]
        return own

    def _combined(self, inputs: Sequence[Atom], own: Shape) -> Shape:
        """Of lengths that meet, those that are not 1 agree; which may be 1, though it is not known, says nothing."""
        result = []
        for axis in range(-len(own), 0):
            met = [(self.of(a)[axis], shape_of(a.kind)[axis]) for a in inputs if len(shape_of(a.kind)) >= -axis]
            symbols = dict.fromkeys(length for length, _ in met if length != 1)
            surely = [length for length, dim in met if dim == MANY]
            result.append(
                1 if not symbols else next(iter(symbols)) if len(symbols) == 1 else (surely or [own[axis]])[0]
            )
        return tuple(result)

    def _sliced(self, stmt: Apply, index: tuple[Any, ...], own: Shape, at: Sequence[Atom]) -> Shape:
        source = self.of(stmt.inputs[0])
        if len(index) == 1 and isinstance(index[0], tuple) and index[0][0] == "in" and shape_of(at[0].kind):
            # how many elements an array picks out depends on that array alone
            if dtype_of(at[0].kind) == "bool":
                return (("picked", at[0]), 0, 0), *source[len(shape_of(at[0].kind)) :]
            return *self.of(at[0]), *source[1:]
        if not all(isinstance(e, int) or isinstance(e, tuple) and e[0] == "slice" for e in index):
            return own
        full = (*index, *[("slice", None, None, None)] * (len(source) - len(index)))
        return tuple(_cut(length, e[1:], at) for length, e in zip(source, full) if isinstance(e, tuple))


def _own(atom: Atom) -> Shape:
    return tuple(1 if dim == ONE else (atom, axis, 0) for axis, dim in enumerate(shape_of(atom.kind)))


def _cut(length: Length, bounds: tuple[Any, ...], at: Sequence[Atom]) -> Length:
    """What a slice leaves of a length."""
    if bounds in ((None, None, None), (None, None, -1)):
        return length
    start, stop, step = bounds
    from_start = start is None or isinstance(start, int) and start >= 0
    from_end = stop is None or isinstance(stop, int) and stop < 0
    if from_start and from_end and step in (None, 1) and length != 1:
        what, axis, shorter = length
        return what, axis, shorter + (start or 0) - (stop or 0)
    # the same bounds of the same length are the same; inputs in them count by what they are
    named = tuple(at[b[1]] if isinstance(b, tuple) else b for b in bounds)
    return (length, *named), 0, 0


def _reduced(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    gone = axes_of(axis, len(shape))
    kept = ((1 if i in gone else length) for i, length in enumerate(shape))
    return tuple(length for i, length in enumerate(kept) if keepdims or i not in gone)
