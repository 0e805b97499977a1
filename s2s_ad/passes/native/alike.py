"""Lengths of arguments that are taken to be the same: where they are not, one of them may be broadcast.

`u[1:-1] - f[1:-1]` broadcasts where f has three elements. A loop over both needs to know that it does not, and so does
the adjoint, which would have to be summed. That is looked at once at each call; for calls in which it is not so the
function is there a second time, and that one looks at lengths where they meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from s2s_ad.analysis.lengths import Length, Lengths, Shape
from s2s_ad.ir.nodes import Apply, Atom, Block, Stmt, Value
from s2s_ad.ir.walk import all_stmts, map_inputs, substitute
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.passes.native.affine import Length as AxisLength
from s2s_ad.passes.native.affine import Sum
from s2s_ad.passes.native.bounds import Assumption

MOST = 8  # lengths of one function

Alike = Mapping[Value, Shape]  # of arguments their shapes, in lengths of those before them


def supposed(block: Block) -> Alike:
    """The arguments of a function whose lengths meet those of others, and may be broadcast for all that is known."""
    order = _places(block.params)
    found: dict[Value, Shape] = {}
    for _ in range(MOST):
        lengths = Lengths(block, found)
        pair = next((pair for pair in _met(block, lengths) if _differ(*pair, order)), None)
        if pair is None:
            break
        (other, at, less), (param, axis, shorter) = sorted(pair, key=lambda length: (order[length[0]], length[1]))
        same = (other, at, less - shorter)
        found.setdefault(param, lengths.of(param))
        found = {p: tuple(_with(n, (param, axis), same) for n in shape) for p, shape in found.items()}
    return found


def _met(block: Block, lengths: Lengths) -> Iterator[tuple[Length, Length]]:
    """Lengths of which one may be broadcast to the other."""
    for stmt in all_stmts(block):
        if not isinstance(stmt, Apply) or len(stmt.outputs) != 1 or not shape_of(stmt.out.kind):
            continue
        if stmt.op.name in ("index_set", "index_add"):
            shapes = [lengths.target(stmt), lengths.of(stmt.inputs[1])]
        elif is_elementwise(stmt.op) or stmt.op.name == "unbroadcast":
            shapes = [lengths.of(a) for a in stmt.inputs]
        else:
            continue
        for one, other in combinations(shapes, 2):
            for x, y in zip(one[::-1], other[::-1]):
                if 1 not in (x, y) and not lengths.equal((x,), (y,), (*stmt.inputs, stmt.out)):
                    yield x, y


def _differ(x: Length, y: Length, params: Mapping[Value, int]) -> bool:
    """Whether they are what is left of two lengths of arguments."""
    return x is not None and y is not None and x[0] in params and y[0] in params and x[:2] != y[:2]


def _with(length: Length, old: tuple[Value, int], new: Length) -> Length:
    if length == 1 or length[:2] != old:
        return length
    return *new[:2], new[2] + length[2]


def assumptions(params: Sequence[Value], alike: Alike) -> tuple[Assumption, ...]:
    """That it is so."""
    place = _places(params)
    return tuple(
        Assumption(((place[other], at, 1), (place[param], axis, -1)), -shorter, equal=True)
        for param, axis, (other, at, shorter) in _pairs(alike)
    )


def sums(alike: Alike) -> dict[AxisLength, Sum]:
    """For those lengths which others they are."""
    return {
        AxisLength(param, axis): Sum({AxisLength(other, at): 1}, -shorter)
        for param, axis, (other, at, shorter) in _pairs(alike)
    }


def _places(params: Sequence[Value]) -> dict[Value, int]:
    return {param: place for place, param in enumerate(params)}


def _pairs(alike: Alike) -> Iterator[tuple[Value, int, Length]]:
    for param, shape in alike.items():
        for axis, length in enumerate(shape):
            if length != 1 and length[:2] != (param, axis):
                yield param, axis, length


def not_summed(block: Block, lengths: Lengths) -> Block:
    """The block without sums over what has been broadcast where nothing has been."""
    same: dict[Value, Atom] = {}

    def kept(stmt: Stmt) -> bool:
        if not isinstance(stmt, Apply) or stmt.op.name != "unbroadcast" or not lengths.same(*stmt.inputs):
            return True
        same[stmt.out] = stmt.inputs[0]
        return False

    def inner(block: Block) -> Block:
        return replace(block, stmts=tuple(map_inputs(s, lambda a: a, inner) for s in block.stmts if kept(s)))

    return substitute(inner(block), same)
