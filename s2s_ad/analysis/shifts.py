"""Which values cancel out of all that is made of them: the largest element, in a softmax or a log of a sum of exps.

Of a value m, each value v that is made of it has a degree k: dv/dm is k (a shift: x - m) or k v (a scale: exp(x - m)).
Where everything that m goes into ends with degree zero, no derivative goes through m, whatever m is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Value
from s2s_ad.ir.walk import all_stmts, blocks_of, free_values, inputs_of
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.linear import axes_of

_EXTREMES = frozenset({"np.max", "np.min"})
_SUMS = frozenset({"add", "sub", "np.add", "np.subtract"})
_PRODUCTS = frozenset({"mul", "div", "np.multiply", "np.divide"})
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
    """The largest and smallest elements through which no derivative goes."""
    blocks = (b for f in program.functions.values() for b in _blocks(f.body))
    found = ((block, at, stmt) for block in blocks for at, stmt in enumerate(block.stmts))
    return {stmt.out for block, at, stmt in found if isinstance(stmt, Apply) and _cancels(block, at, stmt)}


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in all_stmts(block):
        yield from blocks_of(stmt)


def _cancels(block: Block, at: int, stmt: Apply) -> bool:
    if stmt.op.name not in _EXTREMES:
        return False
    known: dict[Atom, _Degree] = {stmt.out: _Degree(False, 1.0, _axes(stmt))}
    try:
        for later in block.stmts[at + 1 :]:
            read = free_values(Block((), (later,), ())) if blocks_of(later) else inputs_of(later)
            if not any(a in known for a in read):
                continue
            if not isinstance(later, Apply):
                return False
            if not later.op.zero:
                found = _applied(later, known)
                if found.degree:
                    known[later.out] = found
    except _Unknown:
        return False
    return not any(a in known for a in block.results)


def _axes(extreme: Apply) -> tuple[int | None, ...]:
    """The axes of an extreme that are not of length one because it was taken along them."""
    params, rank = dict(extreme.params), len(shape_of(extreme.inputs[0].kind))
    gone = axes_of(params.get("axis"), rank)
    kept = (None if i in gone else i for i in range(rank) if params.get("keepdims", False) or i not in gone)
    return tuple(kept)


def _applied(stmt: Apply, known: Mapping[Any, _Degree]) -> _Degree:
    name, inputs = stmt.op.name, stmt.inputs
    found = [known.get(a) for a in inputs]
    first = found[0]
    if name in _SUMS or name in _PRODUCTS:
        return _combined(stmt, found)
    if first is None or any(other is not None for other in found[1:]):
        raise _Unknown
    if name == "neg":
        return first if first.scale else replace(first, degree=-first.degree)
    if name == "np.exp" and not first.scale:
        return replace(first, scale=True)
    if name == "np.log" and first.scale:
        return replace(first, scale=False)
    if name == "broadcast_like":
        return replace(first, axes=_aligned(first, len(shape_of(stmt.out.kind))))
    if name == "np.sum" and first.scale or name == "np.mean":
        return replace(first, axes=_reduced(stmt, first))
    if name == "getitem" and len(inputs) == 1:
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
