"""Elements that a loop reads or adds to at one and the same place, held in numbers meanwhile.

Machine code would read such an element anew at each trip, and write it each time: it does not know that the other
writes of the loop are to other elements. What is added is summed in a number and goes to its element after the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Value
from s2s_ad.ir.walk import defined_in, substitute
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import ACCESSES, Accesses, accesses, place_of
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.apart import Apart
from s2s_ad.passes.native.loops import LoopPass


def held(block: Block) -> Block:
    """The block with such elements held in numbers by its loops."""
    return _Held(Affine(block)).block(block)


@dataclass
class _Sum:
    """What a loop sums up, and how it is added to its element."""

    total: Value
    model: Apply


class _Held(LoopPass):
    def __init__(self, affine: Affine) -> None:
        super().__init__()
        self.affine = affine
        self.apart = Apart(affine)

    def loop(self, builder: Builder, loop: For) -> None:
        trips = loop.trips
        if trips is None or not isinstance(trips.step, Const) or trips.step.value not in (1, -1):
            builder.emit(loop)
            return
        inside = defined_in(loop.body)
        arrays = [found for k in range(len(loop.init)) if (found := accesses(loop, k)) is not None]
        if arrays:
            loop = self.read_before(builder, loop, arrays, inside)
        later: list[tuple[Value, Value, list[_Sum]]] = []
        for array in arrays:
            groups = self.sums(array, inside)
            if groups:
                loop, sums = _summed(loop, groups)
                made, outputs = loop.outputs[array.slot], list(loop.outputs)
                outputs[array.slot] = replace(made)
                loop = replace(loop, outputs=tuple(outputs))
                later.append((made, outputs[array.slot], sums))
        builder.emit(loop)
        for made, before, sums in later:
            self.finish(builder, loop, trips, made, before, sums)

    # --- sums ---------------------------------------------------------------------------------------------------------

    def sums(self, array: Accesses, inside: set[Value]) -> list[list[Apply]]:
        """The statements that add to elements whose places no trip changes, and that no trip looks at: by element."""
        groups: dict[tuple[object, ...], list[Apply]] = {}
        others = [place for stmt, place in array.found if stmt.op.name != "index_add"]
        for stmt, place in array.found:
            if stmt.op.name == "index_add" and stmt.inputs[1].kind == FLOAT and inside.isdisjoint(place):
                if all(self.apart.never_equal(place, other) for other in others):
                    groups.setdefault(tuple(map(self.affine.key, place)), []).append(stmt)
        return list(groups.values())

    def finish(
        self, builder: Builder, loop: For, trips: Range, made: Value, before: Value, sums: Sequence[_Sum]
    ) -> None:
        """Add the sums to their elements; where there may be no trip, there may be no such elements either."""
        array = before
        sure = all(self.is_there(loop, trips, s.model) for s in sums)
        inner = builder if sure else Builder(loop.span)
        for k, each in enumerate(sums):
            out = made if sure and k == len(sums) - 1 else replace(made)
            inner.emit(replace(each.model, inputs=(array, each.total, *each.model.inputs[2:]), outputs=(out,)))
            array = out
        if not sure:
            up = isinstance(trips.step, Const) and trips.step.value == 1
            ran = builder.apply(OPS["gt"], *((trips.stop, trips.start) if up else (trips.start, trips.stop)))
            builder.emit(If(ran, inner.block((), (array,)), Block((), (), (before,)), (made,), loop.span))

    # --- reads --------------------------------------------------------------------------------------------------------

    def read_before(self, builder: Builder, loop: For, arrays: Sequence[Accesses], inside: set[Value]) -> For:
        """The loop without reads that give the same at each trip; they come before it."""
        assert loop.trips is not None
        first: dict[Apply, Atom] = {}  # of such reads what they read
        for array in arrays:
            writes = [place for stmt, place in array.found if stmt.op.name != "getitem"]
            for stmt, place in array.found:
                if stmt.op.name == "getitem" and inside.isdisjoint(place):
                    if all(self.apart.never_equal(place, other) for other in writes):
                        first[stmt] = loop.init[array.slot]
        applied = [s for s in loop.body.stmts if isinstance(s, Apply)]
        for stmt in applied:
            if stmt.op.name == "getitem" and inside.isdisjoint(stmt.inputs) and place_of(stmt) is not None:
                first[stmt] = stmt.inputs[0]
        moved = {s for s in first if self.is_there(loop, loop.trips, s)}
        for stmt in applied:
            if stmt in moved:
                builder.emit(replace(stmt, inputs=(first[stmt], *stmt.inputs[1:])))
        left = tuple(s for s in loop.body.stmts if s not in moved)
        return replace(loop, body=replace(loop.body, stmts=left))

    def is_there(self, loop: For, trips: Range, access: Apply) -> bool:
        """Whether the loop makes a trip, or the block around it names the element too."""
        ends = (trips.start, trips.stop)
        if self.apart.surely_runs(*(ends if isinstance(trips.step, Const) and trips.step.value == 1 else ends[::-1])):
            return True
        return any(self.same_element(s, access) for s in self.around[-1].stmts if isinstance(s, Apply))

    def same_element(self, one: Apply, other: Apply) -> bool:
        """Whether both name one place, in arrays of one shape."""
        if one.op.name not in ACCESSES:
            return False
        array, of, place, at = one.inputs[0], other.inputs[0], place_of(one), place_of(other)
        if not isinstance(array, Value) or not isinstance(of, Value) or place is None or at is None:
            return False
        return self.affine.root(array) is self.affine.root(of) and tuple(map(self.affine.key, place)) == tuple(
            map(self.affine.key, at)
        )


def _summed(loop: For, groups: Sequence[Sequence[Apply]]) -> tuple[For, list[_Sum]]:
    """The loop with a sum for each of the groups, in place of what they add to an array."""
    stmts = list(loop.body.stmts)
    renamed: dict[Value, Atom] = {}
    params: list[Value] = []
    ends: list[Atom] = []
    sums: list[_Sum] = []
    for group in groups:
        array = group[0].inputs[0]
        assert isinstance(array, Value)
        at = Value(FLOAT, base=array, suffix="_sum")
        params.append(at)
        for stmt in group:
            after = replace(at)
            stmts[stmts.index(stmt)] = Apply(OPS["add"], (at, stmt.inputs[1]), (after,), (), stmt.span)
            renamed[stmt.out] = stmt.inputs[0]
            at = after
        ends.append(at)
        sums.append(_Sum(replace(at), group[-1]))
    n = len(loop.init)
    results = (*loop.body.results[:n], *ends, *loop.body.results[n:])
    body = substitute(Block((*loop.body.params, *params), tuple(stmts), results), renamed)
    made = replace(
        loop,
        init=(*loop.init, *[ZERO_FLOAT] * len(params)),
        body=body,
        outputs=(*loop.outputs[:n], *(s.total for s in sums), *loop.outputs[n:]),
    )
    return made, sums
