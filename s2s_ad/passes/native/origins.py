"""What is known of values before a loop begins: how many trips inner loops make, and the shapes of arrays."""

from __future__ import annotations

from s2s_ad.analysis.lengths import LIKE_FIRST, LIKE_SECOND
from s2s_ad.ir.kinds import MANY, Array, List
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, For, If, Range, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, outputs_of, split_params
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.passes.native.affine import MADE, sizes_of

_GROWS = frozenset(("list_append", "list_init"))
_KEEPS = frozenset(("list_append", "list_init", "list_add_at", "list_set", "copy", "list_zeros", "list_plus"))


class Origins:
    """Where values come from, in a function before it is lowered."""

    def __init__(self, body: Block) -> None:
        self.body = body
        self.made: dict[Value, Stmt] = {}
        self.slots: dict[Value, tuple[For | While, int]] = {}
        for stmt in all_stmts(body):
            self.made.update((v, stmt) for v in outputs_of(stmt))
            if isinstance(stmt, (For, While)):
                blocks = (stmt.body, stmt.cond) if isinstance(stmt, While) else (stmt.body,)
                for block in blocks:
                    carried = block.params[len(block.params) - len(stmt.init) :]
                    self.slots.update((p, (stmt, k)) for k, p in enumerate(carried))
        self._inside: dict[Stmt, set[Value]] = {}

    def inside(self, loop: For | While) -> set[Value]:
        """Every value that is defined in the loop."""
        found = self._inside.get(loop)
        if found is None:
            found = self._inside[loop] = set()
            for block in blocks_of(loop):
                _define(block, found)
        return found

    def is_length(self, atom: Atom) -> bool:
        """Whether it is the length of something, so not negative."""
        made = self.made.get(atom) if isinstance(atom, Value) else None
        return isinstance(made, Apply) and made.op.name in ("shape_item", "list_len", "array_len", "array_size")

    def counts(self, loop: For | While, result: Atom, depth: int) -> list[Range] | None:
        """The ranges of the loops in `loop` that make a list of lists, if they are known before it; else None."""
        if depth == 0:
            return []
        made = self.made.get(result) if isinstance(result, Value) else None
        if isinstance(made, If):
            k = made.outputs.index(result)
            sides = [side.results[k] for side in (made.then, made.orelse)]
            there = [a for a in sides if not isinstance(a, Absent)]
            return self.counts(loop, there[0], depth) if len(there) == 1 else None
        if not isinstance(made, For) or made.stops or made.trips is None or (made.xs and not made.even):
            return None
        k = made.outputs.index(result)
        bounds = (made.trips.start, made.trips.stop, made.trips.step)
        if k < len(made.init) or any(a in self.inside(loop) for a in bounds):
            return None
        inner = self.counts(loop, made.body.results[k], depth - 1)
        return None if inner is None else [made.trips, *inner]

    def nest(self, result: Atom, depth: int) -> list[For] | None:
        """The loops that make a list of lists, each in the one before, if they make all of their trips."""
        if depth == 0:
            return []
        made = self.made.get(result) if isinstance(result, Value) else None
        if not isinstance(made, For) or made.stops or made.trips is None or (made.xs and not made.even):
            return None
        k = made.outputs.index(result)
        inner = self.nest(made.body.results[k], depth - 1) if k >= len(made.init) else None
        return None if inner is None else [made, *inner]

    def path(self, result: Atom, depth: int) -> object:
        """Which loops fill a list of lists: those with the same path are filled in step."""
        if depth == 0 or not isinstance(result, Value):
            return None
        made = self.made.get(result)
        if isinstance(made, If):
            k = made.outputs.index(result)
            return made, self.path(made.then.results[k], depth), self.path(made.orelse.results[k], depth)
        if isinstance(made, (For, While)) and result in made.outputs[len(made.init) :]:
            return made, self.path(made.body.results[made.outputs.index(result)], depth - 1)
        return result

    def shape_before(self, loop: For | While, result: Atom, depth: int) -> Value | tuple[Atom, ...] | None:
        """A value from before the loop that surely has the shape of the items at the end of the lists; or the shape."""
        for _ in range(depth):
            made = self.made.get(result) if isinstance(result, Value) else None
            if not isinstance(made, (For, While)):
                return None
            result = made.body.results[made.outputs.index(result)]
        inside = self.inside(loop)
        found = self.shape_of(result, inside, set())
        made = self.made.get(found) if found in inside else None
        return sizes_of(made) if isinstance(made, Apply) else found

    def shape_of(self, atom: Atom, inside: set[Value], assumed: set[Value]) -> Value | None:
        """A value outside of `inside` of the same shape, or one that is made there with lengths from outside.

        `assumed` are values on the way that carry it along.
        """
        if not isinstance(atom, Value):
            return None
        if atom not in inside:
            return atom
        made = self.made.get(atom)
        slot = self.slots.get(atom)
        if slot is None and isinstance(made, (For, While)) and atom in made.outputs[: len(made.init)]:
            slot = (made, made.outputs.index(atom))
        if slot is not None:
            loop, k = slot
            param = split_params(loop)[1][k]
            first = self.shape_of(loop.init[k], inside, assumed)
            if first is None or param in assumed:
                return first
            last = self.shape_of(loop.body.results[k], inside, assumed | {param})
            return first if last is first else None
        if isinstance(made, If):
            k = made.outputs.index(atom)
            a = self.shape_of(made.then.results[k], inside, assumed)
            return a if a is self.shape_of(made.orelse.results[k], inside, assumed) else None
        if not isinstance(made, Apply):
            return None
        kind = atom.kind
        if made.op.name in MADE and inside.isdisjoint(made.inputs):
            return atom
        if made.op.name in LIKE_FIRST | LIKE_SECOND | {"neg"}:
            like = made.inputs[made.op.name in LIKE_SECOND]
            if getattr(like.kind, "rank", None) == getattr(kind, "rank", None):
                return self.shape_of(like, inside, assumed)
        if is_elementwise(made.op) and isinstance(kind, Array) and all(dim == MANY for dim in kind.shape):
            for atom in made.inputs:
                if isinstance(atom.kind, Array) and atom.kind.shape == kind.shape:
                    return self.shape_of(atom, inside, assumed)
        return None

    def recorded(self) -> set[Atom]:
        """The lists that go into a record or out of the function, also by way of a branch."""
        stmts = list(all_stmts(self.body))
        found: set[Atom] = set(self.body.results)
        found |= {a for s in stmts if isinstance(s, Apply) and s.op.name == "pack" for a in s.inputs}
        for stmt in reversed(stmts):
            if isinstance(stmt, If):
                for out, *sides in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    found.update(sides if out in found else ())
        return found

    def appended(self) -> set[Atom]:
        """The lists that grow or shrink item by item, and those that they flow to or come from."""
        parent: dict[Atom, Atom] = {}

        def find(a: Atom) -> Atom:
            while parent.setdefault(a, a) is not a:
                a = parent[a]
            return a

        def join(a: Atom, b: Atom) -> None:
            if isinstance(a, Value) and isinstance(b, Value) and isinstance(a.kind, List) and isinstance(b.kind, List):
                parent[find(a)] = find(b)

        grows: list[Value] = []
        for stmt in all_stmts(self.body):
            if isinstance(stmt, Apply) and stmt.op.name in _KEEPS and isinstance(stmt.out.kind, List):
                join(stmt.inputs[0], stmt.out)
                if stmt.op.name == "list_plus":
                    join(stmt.inputs[1], stmt.out)
                if stmt.op.name in _GROWS:
                    grows.append(stmt.out)
            elif isinstance(stmt, If):
                for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    join(a, out)
                    join(b, out)
            elif isinstance(stmt, (For, While)):
                for k, (a, p) in enumerate(zip(stmt.init, split_params(stmt)[1])):
                    join(a, p)
                    join(stmt.body.results[k], p)
                    join(stmt.outputs[k], p)
                    if isinstance(stmt, While):
                        join(stmt.cond.params[k], p)
        roots = {find(v) for v in grows}
        return {v for v in parent if find(v) in roots}


def _define(block: Block, found: set[Value]) -> None:
    found.update(block.params)
    for stmt in block.stmts:
        found.update(outputs_of(stmt))
        for inner in blocks_of(stmt):
            _define(inner, found)
