"""Which loops are to have their trips in functions of their own.

A loop that goes down the rows of a saved array keeps a compiler from seeing, before it begins, that its inner loops
may do several elements at once: it would have to know how far apart the rows are. In a function that gets one row it
sees it, if the function asks its arrays for their lengths: of a number it would not know that it is not negative.
The same with a loop whose trips exchange two arrays: of those the compiler does not see that they are two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from s2s_ad.analysis.lengths import ASKS_LENGTH
from s2s_ad.ir.kinds import INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Function, Range, Stmt, Value
from s2s_ad.ir.walk import all_stmts, free_values, split_params, substitute
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.affine import Affine


def with_trips(function: Function) -> Function:
    """The function with such loops marked."""
    found = [s for s in function.body.stmts if isinstance(s, For) and _gains(s)]
    if not found:
        return function
    affine = Affine(function.body)
    stmts = [_asking(s, affine) if isinstance(s, For) and s in found else s for s in function.body.stmts]
    return replace(function, body=replace(function.body, stmts=tuple(stmts)))


def _gains(loop: For) -> bool:
    """Whether its trips have loops of which the compiler sees more in a function."""
    if loop.trips is None or loop.xs or loop.stops or not any(isinstance(s, For) for s in all_stmts(loop.body)):
        return False
    return _goes_down_rows(loop, loop.trips) or _exchanges(loop)


def _goes_down_rows(loop: For, trips: Range) -> bool:
    down = isinstance(trips.step, Const) and trips.step.value == -1
    return down and any(_reads_row(s, loop) for s in loop.body.stmts)


def _exchanges(loop: For) -> bool:
    """Whether the next trip has as one array what in this one was another."""
    before: dict[Atom, Atom] = {p: p for p in split_params(loop)[1] if isinstance(p.kind, Array) and p.kind.rank}
    for stmt in loop.body.stmts:
        if isinstance(stmt, Apply) and stmt.op.store and stmt.inputs[0] in before:
            before[stmt.out] = before[stmt.inputs[0]]
        elif isinstance(stmt, For):
            before.update((out, before[a]) for a, out in zip(stmt.init, stmt.outputs) if a in before)
    pairs = zip(split_params(loop)[1], loop.body.results)
    return any(before.get(result, param) is not param for param, result in pairs)


def _reads_row(stmt: Stmt, loop: For) -> bool:
    """Whether it reads the row of an array whose place is the index of the loop."""
    if not isinstance(stmt, Apply) or stmt.op.name != "getitem" or stmt.inputs[1:] != (loop.body.params[0],):
        return False
    return isinstance(stmt.out.kind, Array) and bool(stmt.out.kind.rank)


def _asking(loop: For, affine: Affine) -> For:
    """The loop, marked, whose trips ask arrays of their own for lengths that were asked for before the loop."""
    free = free_values(loop.body)
    asker = _Asker(affine, [a for a in (*split_params(loop)[1], *free) if isinstance(a.kind, Array)])
    mapping: dict[Value, Atom] = {}
    for value in free:
        if value.kind == INT and (found := asker.again(value)) is not None:
            mapping[value] = found
    asked = asker.stmts
    body = substitute(loop.body, mapping)
    count = next((k for k, s in enumerate(body.stmts) if not _reads_row(s, loop)), 0)
    stmts = (*body.stmts[:count], *asked, *body.stmts[count:])
    return replace(loop, body=Block(body.params, stmts, body.results), outlined=True)


class _Asker:
    """Makes lengths again, and sums of them, from some arrays."""

    def __init__(self, affine: Affine, arrays: list[Value]) -> None:
        self.affine, self.arrays = affine, arrays
        self.stmts: list[Apply] = []
        self.made: dict[Value, Atom | None] = {}

    def again(self, atom: Atom) -> Atom | None:
        if not isinstance(atom, Value):
            return atom
        if atom not in self.made:
            stmt = self.affine.made.get(atom)
            self.made[atom] = self.done(atom, stmt) if isinstance(stmt, Apply) else None
        return self.made[atom]

    def done(self, value: Value, stmt: Apply) -> Atom | None:
        found: Apply | None = None
        if stmt.op.name in ASKS_LENGTH:
            found = next(self.asks(value), None)
        elif stmt.op.name in ("add", "sub"):
            inputs = [self.again(a) for a in stmt.inputs]
            if not any(a is None for a in inputs):
                found = replace(
                    stmt, inputs=tuple(a for a in inputs if a is not None), outputs=(replace(value),), span=None
                )
        self.stmts += [found] if found is not None else []
        return found.out if found is not None else None

    def asks(self, value: Value) -> Iterator[Apply]:
        """How to ask one of the arrays for this length."""
        length = self.affine.sum(value)
        for array in self.arrays:
            assert isinstance(array.kind, Array)
            for axis in range(array.kind.rank):
                own = self.affine.length(array, axis)
                if own.constant == length.constant and dict(own.terms) == dict(length.terms):
                    params = () if axis == 0 else (("axis", axis),)
                    op = OPS["shape_item" if axis else "array_len"]
                    yield Apply(op, (array,), (replace(value),), params)
