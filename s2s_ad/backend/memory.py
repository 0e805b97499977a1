"""Which values may share memory: all at once, or those that one object can reach in one run of a loop's body."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass, field

from s2s_ad.backend import templates
from s2s_ad.backend.live import Liveness
from s2s_ad.backend.schedule import Schedule
from s2s_ad.ir.groups import representative
from s2s_ad.ir.kinds import Array, Kind, List, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, outputs_of, split_params
from s2s_ad.ops.indexing import has_mask, may_repeat
from s2s_ad.ops.linear import is_filled

# Views that may be written through; any other alias (a broadcast, a diagonal) may be read-only or overlap itself.
_WRITABLE_VIEWS = frozenset({"getitem", "np.squeeze", "np.expand_dims", "np.reshape", "np.transpose", "np.swapaxes"})
# Operations that hand out what they were given, though not as a view of an array.
_PASSES_ON = frozenset({"unbroadcast", "list_get", "unpack", "list_new", "list_append", "list_set", "pack", "list_init",
                        "list_concat", "list_head", "list_tail", "list_reverse", "list_fill", "array_to_list",
                        "list_add_at"})  # fmt: skip
_COPIES_CONTAINER = frozenset({"list_init", "list_concat", "list_head", "list_tail", "list_reverse", "list_new"})


@dataclass
class InPlace:
    """What the emitter asks: update on the spot, copy first, copy what a loop starts from, or the view that is kept."""

    on_spot: set[Stmt] = field(default_factory=set)
    copied_views: set[Value] = field(default_factory=set)
    copied_init: set[tuple[Stmt, int]] = field(default_factory=set)
    plain: frozenset[Value] = frozenset()  # numbers that cannot be changed in place, so that x += y is x = x + y


@dataclass(frozen=True)
class _Edge:
    value: Value
    loop: Stmt | None
    listed: bool = False  # into a list that the loop makes


class Memory:
    """Union-find over the values that may share memory, with those that belong to somebody else marked.

    Beside the groups it keeps by which way an object gets from one value to the next. An edge that leads from the end
    of a loop's trip to the start of the next, or out of the loop, is marked with the loop. What the decisions change is
    put off until they are known, so that the function is walked once, however many of them are tried.
    """

    def __init__(self, function: Function, plan: Schedule, sums: Collection[Stmt]) -> None:
        self.plan, self.decided = plan, InPlace()
        self.sums = frozenset(sums)  # statements that might be written on the spot, though they store nothing
        self.updates: list[Apply] = []
        self.views: list[Apply] = []
        self.inits: list[tuple[Stmt, int, Value, Value]] = []  # loop, number, what it starts from, a name in the loop
        self.onward: dict[Value, list[_Edge]] = {}
        self.sources: dict[Value, list[_Edge]] = {}
        self.made: set[Value] = set()  # values whose object can be made where they are defined
        self.given: set[Value] = set()  # objects that were made elsewhere
        self.around: dict[Value, tuple[Stmt, ...]] = {}  # the loops in which a value is defined
        # carried values that nobody else has at first -> the loops in one trip of which that is so: see `moved`
        self.moved: dict[Value, tuple[Stmt, ...]] = {}
        self.followed: set[Value] = set()  # the groups, by their representatives, whose `moved` have been looked for
        self.parent: dict[Value, Value] = {}
        self.members: dict[Value, list[Value]] = {}
        self.foreign: set[Value] = set()
        for value in function.body.params:
            self.mark_foreign(value)
        self.block(function.body, ())

    def under(self, decided: InPlace) -> Memory:
        """Who shares memory if that is decided."""
        made = copy(self)
        made.decided = decided
        made.onward = {value: edges.copy() for value, edges in self.onward.items()}
        made.sources = {value: edges.copy() for value, edges in self.sources.items()}
        made.members = {value: values.copy() for value, values in self.members.items()}
        made.parent, made.moved, made.followed = self.parent.copy(), {}, set()
        made.made, made.given, made.foreign = self.made.copy(), self.given.copy(), self.foreign.copy()
        for stmt in self.updates:
            if stmt in decided.on_spot:
                made.join(stmt.inputs[0], stmt.outputs[0])
            elif stmt.op.store and isinstance(stmt.inputs[0], Value) and _holds_memory(stmt.inputs[0].kind):
                made.holds(stmt.inputs[0], stmt.outputs[0])  # a copied list still holds the same arrays
        for stmt in self.views:
            if stmt.outputs[0] not in decided.copied_views:
                made.join(stmt.inputs[0], stmt.outputs[0])
        for loop, k, init, head in self.inits:
            if (loop, k) not in decided.copied_init:
                made.join(init, head)
            else:
                made.made.add(head)
                if _holds_memory(head.kind):
                    made.holds(init, head)
        return made

    def known(self, value: Value) -> bool:
        return value in self.parent

    def find(self, value: Value) -> Value:
        if value not in self.parent:
            self.parent[value] = value
            self.members[value] = [value]
        return representative(self.parent, value)

    def mark_foreign(self, atom: Atom) -> None:
        if isinstance(atom, Value) and _has_memory(atom.kind):
            self.foreign.add(self.find(atom))
            self.given.add(atom)

    def holds(self, a: Atom, b: Value) -> None:
        """The object `a` goes into the container `b`, or comes out of it."""
        self.join(a, b, same=False)

    def join(self, a: Atom, b: Atom, loop: Stmt | None = None, same: bool = True, listed: bool = False) -> None:
        """What is in `a` may also be in `b`; `same` if b can be that very object or a view of it."""
        if not isinstance(b, Value):
            return
        if not isinstance(a, Value):
            self.made.add(b)  # a constant is written out as a new object
            return
        if not (_has_memory(a.kind) and _has_memory(b.kind)):
            return
        self.onward.setdefault(a, []).append(_Edge(b, loop, listed))
        if same:
            self.sources.setdefault(b, []).append(_Edge(a, loop))
        x, y = self.find(a), self.find(b)
        if x is y:
            return
        if len(self.members[x]) < len(self.members[y]):
            x, y = y, x
        self.parent[y] = x
        self.members[x] += self.members.pop(y)
        if y in self.foreign:
            self.foreign.discard(y)
            self.foreign.add(x)

    def block(self, block: Block, loops: tuple[Stmt, ...]) -> None:
        for stmt in block.stmts:
            self.stmt(stmt, loops)
            for value in outputs_of(stmt):
                self.around[value] = loops
            for inner in blocks_of(stmt):
                self.block(inner, (*loops, stmt) if isinstance(stmt, (For, While)) else loops)

    def stmt(self, stmt: Stmt, loops: tuple[Stmt, ...]) -> None:
        if isinstance(stmt, Apply):
            self.apply(stmt)
        elif isinstance(stmt, Call):
            # the callee may keep, return or hand on whatever it was given
            for atom in (*stmt.inputs, *stmt.outputs):
                for other in stmt.outputs:
                    self.join(atom, other)
            for out in stmt.outputs:
                self.mark_foreign(out)
        elif isinstance(stmt, If):
            for branch in (stmt.then, stmt.orelse):
                for result, out in zip(branch.results, stmt.outputs):
                    self.join(result, out)
        elif isinstance(stmt, (For, While)):
            self.loop(stmt, loops)

    def apply(self, stmt: Apply) -> None:
        op, out = stmt.op, stmt.outputs
        if op.store or stmt in self.sums:
            self.updates.append(stmt)
            if op.name in _PASSES_ON:
                for atom in stmt.inputs[1:]:
                    self.holds(atom, out[0])
        elif op.may_alias:
            if is_view(stmt):
                self.views.append(stmt)
            elif not _copies(stmt):
                self.join(stmt.inputs[0], out[0])
            if op.name not in _WRITABLE_VIEWS and not is_filled(stmt):
                self.mark_foreign(out[0])
        elif _of_the_user(stmt):
            for atom in stmt.inputs:
                self.join(atom, out[0])
            self.mark_foreign(out[0])
        elif op.name in _PASSES_ON or templates.identity(op):
            same = op.name == "unbroadcast" or templates.identity(op)
            for atom in stmt.inputs:
                for value in out:
                    if op.name not in _COPIES_CONTAINER or _holds_memory(value.kind):
                        self.join(atom, value, same=same)
            if op.name == "unpack":
                for value in out:
                    self.mark_foreign(value)
            if op.name == "list_get":
                self.given.add(out[0])

    def loop(self, stmt: For | While, loops: tuple[Stmt, ...]) -> None:
        n = len(stmt.init)
        for k, (init, param) in enumerate(zip(stmt.init, split_params(stmt)[1])):
            heads = [param, stmt.outputs[k]]
            if isinstance(stmt, While):
                heads.append(stmt.cond.params[k])
            for head in heads:
                self.around[head] = loops
                if isinstance(init, Value) and _has_memory(head.kind):
                    self.inits.append((stmt, k, init, head))
                else:
                    self.join(init, head)
                self.join(stmt.body.results[k], head, stmt)
                self.join(param, head, stmt)
        for result, y in zip(stmt.body.results[n:], stmt.outputs[n:]):
            if self.plan.used(y):
                leader = self.plan.leader.get(y, y)
                self.join(result, y, stmt, same=False, listed=True)
                self.holds(y, leader)
        if isinstance(stmt, For):
            for walk, item in zip(stmt.xs, stmt.body.params[1 if stmt.trips is not None else 0 :]):
                if isinstance(walk.source, Value):
                    self.holds(walk.source, item)
                self.given.add(item)

    def scope(self, value: Value) -> tuple[Stmt, ...]:
        """The loops of which the object that begins with this value is in one and the same trip."""
        return self.moved.get(value) or self.around.get(value, ())

    # --- one object, in one run ---------------------------------------------------------------------------------------

    def origins(self, value: Value) -> dict[Value, None] | None:
        """Where the object that is in `value` may have been made; None if it may be older than this run of the code.

        What a loop made in an earlier trip is older: its object may be anywhere by now.
        """
        found: dict[Value, None] = {}
        crossed: set[Stmt] = set()
        seen, queue = {value}, [value]
        while queue:
            at = queue.pop()
            if at in self.moved:
                found[at] = None
                continue
            if at in self.given:
                return None
            edges = self.sources.get(at, ())
            if not edges or at in self.made:
                found[at] = None
            for edge in edges:
                if edge.loop is not None:
                    crossed.add(edge.loop)
                if edge.value not in seen:
                    seen.add(edge.value)
                    queue.append(edge.value)
        if any(loop in crossed for origin in found for loop in self.scope(origin)):
            return None
        return found

    def reaches(self, origins: Iterable[Value], at: int, live: Liveness, other: Callable[[Value], bool]) -> bool:
        """Whether one of the objects may be, at a place, in a value that is somebody else's, while the loops around its
        origin are in the trip that made it: a list that such a loop makes holds it when it has been appended."""
        together: dict[tuple[Stmt, ...], list[Value]] = {}
        for origin in origins:
            together.setdefault(self.scope(origin), []).append(origin)
        for loops, queue in together.items():
            met = set(queue)
            while queue:
                value = queue.pop()
                if other(value):
                    return True
                for edge in self.onward.get(value, ()):
                    if edge.value in met:
                        continue
                    later = not edge.listed or live.appended[self.plan.leader.get(edge.value, edge.value)] > at
                    if not (edge.loop in loops and later):
                        met.add(edge.value)
                        queue.append(edge.value)
        return False


def _has_memory(kind: Kind) -> bool:
    return not isinstance(kind, Scalar)


def _copies(stmt: Apply) -> bool:
    """Whether reading is copying, as of a single number, or by an index with arrays in it."""
    if stmt.op.name != "getitem":
        return is_filled(stmt)
    kind, index = stmt.outputs[0].kind, dict(stmt.params).get("index", ())
    at = tuple(a.kind for a in stmt.inputs[1:])
    if has_mask(index, at) or may_repeat(index, at):
        return True
    return isinstance(kind, Array) and not kind.shape and Ellipsis not in index


def is_view(stmt: Stmt | None) -> bool:
    """Whether it makes a view of an array, of which a copy could be made instead."""
    if not isinstance(stmt, Apply) or not stmt.op.alias or _copies(stmt):
        return False
    return stmt.op.name in _WRITABLE_VIEWS and bool(getattr(stmt.outputs[0].kind, "shape", ()))


def _of_the_user(stmt: Apply) -> bool:
    """A function with a rule of the user's own may return what it was given."""
    module = getattr(stmt.op.function, "__module__", None) or "numpy"
    return module.split(".")[0] not in ("numpy", "math", "builtins", "operator", "_operator")


def _holds_memory(kind: Kind) -> bool:
    """A list whose items could themselves be written to."""
    return isinstance(kind, List) and _has_memory(kind.item)
