"""Which values cancel out of all that is made of them: the largest element, in a softmax or a log of a sum of exps.

It may have been found by a function, by a branch, or by a loop over elements; the sums may be made by loops.

Of a value m, each value v that is made of it has a degree k: dv/dm is k (a shift: x - m) or k v (a scale: exp(x - m)).
Where everything that m goes into ends with degree zero, no derivative goes through m, whatever m is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, free_values, inputs_of, split_params
from s2s_ad.ops.creation import ZEROS
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.linear import axes_of

_EXTREMES = frozenset({"np.max", "np.min"})
_SUMS = frozenset({"add", "sub", "np.add", "np.subtract"})
_PRODUCTS = frozenset({"mul", "div", "np.multiply", "np.divide"})
_EXPONENTIALS = frozenset({"np.exp", "math.exp"})
_LOGARITHMS = frozenset({"np.log", "math.log"})
_SAME = frozenset({"float", "np.float64"})
_TAKES_AWAY = frozenset({"sub", "div", "np.subtract", "np.divide"})


@dataclass(frozen=True)
class _Degree:
    """How a value depends on m. `axes`: for each axis of it, the axis of m that runs along with it."""

    scale: bool
    degree: float
    axes: tuple[int | None, ...]


class _Unknown(Exception):
    """m has another part in it than this page knows."""


def cancelled(program: Program) -> set[Value]:
    """The largest and smallest elements through which no derivative goes, however they are found."""
    blocks = [b for f in program.functions.values() for b in _blocks(f.body)]
    applied = [s for b in blocks for s in b.stmts if isinstance(s, Apply)]
    taken = {s.inputs[1] for s in applied if s.op.name in _TAKES_AWAY}
    zeros = {s.out for s in applied if s.op.name in ZEROS}
    found = ((block, at, v) for block in blocks for at, s in enumerate(block.stmts) for v in _extremes(s, taken))
    return {value for block, at, value in found if _cancels(block, at, value, zeros)}


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in all_stmts(block):
        yield from blocks_of(stmt)


def _extremes(stmt: Stmt, taken: set[Atom]) -> Iterator[Value]:
    """What may be a largest element: that is what it is called, or what a loop or a branch has chosen."""
    if isinstance(stmt, Apply) and stmt.op.name in _EXTREMES:
        yield stmt.out
    elif isinstance(stmt, (For, While, If)):
        carried = stmt.outputs if isinstance(stmt, If) else stmt.outputs[: len(stmt.init)]
        yield from (v for v in carried if v.kind.real and v in taken)


def _cancels(block: Block, at: int, value: Value, zeros: set[Value]) -> bool:
    made = block.stmts[at]
    axes = _axes(made) if isinstance(made, Apply) else tuple(range(len(shape_of(value.kind))))
    worker = _Follower({value: _Degree(False, 1.0, axes)}, zeros)
    try:
        worker.stmts(block.stmts[at + 1 :])
    except _Unknown:
        return False
    return not any(a in worker.known for a in block.results)


class _Follower:
    """What is made of m, statement by statement. `zeros` are zero, and so of any degree as a scale."""

    def __init__(self, known: dict[Atom, _Degree], zeros: set[Value]) -> None:
        self.known, self.zeros = known, zeros

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        for stmt in stmts:
            if isinstance(stmt, Section):
                continue
            read = set(inputs_of(stmt)).union(*map(free_values, blocks_of(stmt)))
            if self.known.keys().isdisjoint(read):
                continue
            if isinstance(stmt, Apply):
                found = None if stmt.op.zero else self.apply(stmt)
                self.note(stmt.out, found)
            elif isinstance(stmt, If):
                self.branch(stmt)
            elif isinstance(stmt, For):
                self.loop(stmt)
            else:
                raise _Unknown

    def note(self, value: Value, found: _Degree | None) -> None:
        if found is not None and found.degree:
            self.known[value] = found

    def zero(self, atom: Atom) -> bool:
        return atom in self.zeros or isinstance(atom, Const) and type(atom.value) in (int, float) and not atom.value

    def within(self, block: Block, params: Mapping[Value, _Degree | None], zeros: set[Value]) -> list[_Degree | None]:
        """The degrees of what a block yields."""
        inner = _Follower(dict(self.known), self.zeros | zeros)
        inner.known.update((p, found) for p, found in params.items() if found is not None)
        inner.stmts(block.stmts)
        return [inner.known.get(r) for r in block.results]

    def same(self, atoms: Sequence[Atom], found: Sequence[_Degree | None]) -> _Degree | None:
        """The degree that all of these numbers have."""
        there = {f for a, f in zip(atoms, found) if f is not None or not self.zero(a)}
        if len(there) > 1 or any(f is not None and not f.scale and None in found for f in there):
            raise _Unknown
        return next(iter(there), None)

    def apply(self, stmt: Apply) -> _Degree | None:
        name, inputs = stmt.op.name, stmt.inputs
        found = [self.known.get(a) for a in inputs]
        if name in _SUMS and (at := next((k for k, a in enumerate(inputs) if self.zero(a)), None)) is not None:
            rest = found[1 - at]
            if rest is not None and rest.scale:
                return replace(rest, axes=_aligned(rest, len(shape_of(stmt.out.kind))))
        if name in _SUMS or name in _PRODUCTS:
            return _combined(stmt, found)
        if name in ("index_set", "index_add") and not shape_of(inputs[1].kind):
            array, number = found[0], found[1]
            element = replace(number, axes=(None,) * len(shape_of(stmt.out.kind))) if number is not None else None
            if name == "index_add" and not all(f is None or f.scale for f in (array, element)):
                raise _Unknown
            return self.same(inputs[:2], (array, element))
        return _applied(stmt, found)

    def branch(self, stmt: If) -> None:
        ends = [self.within(block, {}, set()) for block in (stmt.then, stmt.orelse)]
        for out, *atoms, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results, *ends):
            self.note(out, self.same(atoms, (a, b)))

    def loop(self, loop: For) -> None:
        """What a loop carries has the same degree before and after each trip; what starts as zero gets it there."""
        n = len(loop.init)
        if not self.known.keys().isdisjoint(inputs_of(loop)[: len(inputs_of(loop)) - n]):
            raise _Unknown
        params = split_params(loop)[1]
        degrees = {p: self.known.get(a) for p, a in zip(params, loop.init)}
        zeros = {p for p, a in zip(params, loop.init) if self.zero(a)}
        while True:
            ends = self.within(loop.body, degrees, zeros)
            grown = {p for p, r in zip(params, loop.body.results) if p in zeros and r is not p and not self.zero(r)}
            if not grown:
                break
            degrees.update((p, end) for p, end in zip(params, ends) if p in grown)
            zeros -= grown
        scales = all(end.scale for p, a, end in zip(params, loop.init, ends) if end is not None and self.zero(a))
        if not scales or [degrees[p] for p in params] != ends[:n] or any(ends[n:]):
            raise _Unknown
        for out, param in zip(loop.outputs, params):
            self.note(out, degrees[param])


def _axes(extreme: Apply) -> tuple[int | None, ...]:
    """The axes of an extreme that are not of length one because it was taken along them."""
    params, rank = dict(extreme.params), len(shape_of(extreme.inputs[0].kind))
    gone = axes_of(params.get("axis"), rank)
    kept = (None if i in gone else i for i in range(rank) if params.get("keepdims", False) or i not in gone)
    return tuple(kept)


def _applied(stmt: Apply, found: Sequence[_Degree | None]) -> _Degree:
    name, first = stmt.op.name, found[0]
    if first is None or any(other is not None for other in found[1:]):
        raise _Unknown
    if name == "neg":
        return first if first.scale else replace(first, degree=-first.degree)
    if name in _SAME:
        return first
    if name in _EXPONENTIALS and not first.scale:
        return replace(first, scale=True)
    if name in _LOGARITHMS and first.scale:
        return replace(first, scale=False)
    if name == "broadcast_like":
        return replace(first, axes=_aligned(first, len(shape_of(stmt.out.kind))))
    if name == "np.sum" and first.scale or name == "np.mean":
        return replace(first, axes=_reduced(stmt, first))
    if name == "getitem" and not any(axis is not None for axis in first.axes):
        return replace(first, axes=(None,) * len(shape_of(stmt.out.kind)))
    if name == "getitem" and len(stmt.inputs) == 1:
        return replace(first, axes=_read(dict(stmt.params)["index"], first))
    if name == "np.expand_dims":
        added = axes_of(dict(stmt.params)["axis"], len(shape_of(stmt.out.kind)))
        left = iter(first.axes)
        return replace(
            first, axes=tuple(None if i in added else next(left) for i in range(len(first.axes) + len(added)))
        )
    if name == "matmul" and first.scale and len(first.axes) == 2 and first.axes[1] is None:
        return replace(first, axes=first.axes[: len(shape_of(stmt.out.kind))])
    raise _Unknown


def _combined(stmt: Apply, found: Sequence[_Degree | None]) -> _Degree:
    """A sum or a product of two, of which one or both depend on m."""
    rank, sign = len(shape_of(stmt.out.kind)), -1.0 if stmt.op.name in _TAKES_AWAY else 1.0
    there = [f for f in found if f is not None]
    axes = {_aligned(f, rank) for f in there}
    if len(axes) != 1:
        raise _Unknown
    (along,) = axes
    one, other = found
    product, scale = stmt.op.name in _PRODUCTS, there[0].scale
    if any(f.scale != scale for f in there):
        raise _Unknown
    if product == scale:  # shifts are added, scales multiplied
        degree = (one.degree if one is not None else 0.0) + sign * (other.degree if other is not None else 0.0)
        return _Degree(scale, degree, along)
    if not product and one is not None and other is not None and one.degree == other.degree:
        return _Degree(True, one.degree, along)  # exp(x - m) + exp(y - m)
    factor = _number(stmt.inputs[0 if one is None else 1])
    if not product or not factor or sign < 0 and one is None or len(there) == 2:
        raise _Unknown
    return _Degree(False, there[0].degree / factor if sign < 0 else there[0].degree * factor, along)


def _number(atom: Atom) -> float | None:
    return float(atom.value) if isinstance(atom, Const) and isinstance(atom.value, (int, float)) else None


def _aligned(found: _Degree, rank: int) -> tuple[int | None, ...]:
    return (None,) * (rank - len(found.axes)) + found.axes


def _reduced(stmt: Apply, found: _Degree) -> tuple[int | None, ...]:
    """The axes that a sum or a mean leaves, if m is the same along those that it takes together."""
    params = dict(stmt.params)
    if not params.keys() <= {"axis", "keepdims"}:
        raise _Unknown
    gone = axes_of(params.get("axis"), len(found.axes))
    if any(found.axes[i] is not None for i in gone):
        raise _Unknown
    return tuple(a for i, a in enumerate(found.axes) if params.get("keepdims", False) or i not in gone)


def _read(index: tuple[Any, ...], found: _Degree) -> tuple[int | None, ...]:
    """The axes of m[:, np.newaxis] and of m[:, 0]."""
    left = list(found.axes)
    axes: list[int | None] = []
    for element in index:
        if element is None:
            axes.append(None)
        elif element == WHOLE and left:
            axes.append(left.pop(0))
        elif type(element) is int and left and left[0] is None:
            left.pop(0)
        else:
            raise _Unknown
    return (*axes, *left)
