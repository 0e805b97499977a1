"""Which pure updates may be written on the spot.

A group holds all values that may share memory. An update in place is right if the group belongs to this function alone
and no other member is read after the update: nobody can see that the old version is gone. Where that does not hold the
old version is copied first, for a loop once before it begins if that is enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from s2s_ad.backend import templates
from s2s_ad.backend.live import Liveness
from s2s_ad.backend.schedule import Schedule
from s2s_ad.ir.kinds import ANY, Array, Kind, List, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of

# Views that may be written through; any other alias (a broadcast, a diagonal) may be read-only or overlap itself.
_WRITABLE_VIEWS = frozenset({"getitem", "np.squeeze", "np.expand_dims", "np.reshape", "np.transpose", "np.swapaxes"})
# Operations that hand out what they were given, though not as a view of an array.
_PASSES_ON = frozenset({"unbroadcast", "list_get", "unpack", "list_new", "list_append", "list_set", "pack", "list_init",
                        "list_concat", "list_head", "list_tail", "list_reverse", "list_fill", "array_to_list",
                        "list_add_at"})  # fmt: skip
_COPIES_CONTAINER = frozenset({"list_init", "list_concat", "list_head", "list_tail", "list_reverse", "list_new"})
_AUGMENTED = frozenset({"add", "sub"})


@dataclass
class InPlace:
    """What the emitter asks: update on the spot, copy first, or copy what a loop starts from."""

    on_spot: set[Stmt] = field(default_factory=set)
    copied_init: set[tuple[Stmt, int]] = field(default_factory=set)


@dataclass(frozen=True)
class _Slot:
    """A value that a loop carries."""

    loop: For | While
    k: int


class _Analysis:
    def __init__(self, function: Function, plan: Schedule, live: Liveness, augment: bool) -> None:
        self.function, self.plan, self.live = function, plan, live
        self.result = InPlace()
        self.stmts = list(all_stmts(function.body))
        self.stores: list[Apply] = []
        self.sums: list[Apply] = []
        self.slots: dict[Value, _Slot] = {}
        for stmt in self.stmts:
            if isinstance(stmt, (For, While)):
                n = len(stmt.init)
                blocks = (stmt.body, stmt.cond) if isinstance(stmt, While) else (stmt.body,)
                for block in blocks:
                    for k, param in enumerate(block.params[len(block.params) - n :]):
                        self.slots[param] = _Slot(stmt, k)
            elif isinstance(stmt, Apply) and stmt.op.store:
                self.stores.append(stmt)
            elif isinstance(stmt, Apply) and augment and self.could_augment(stmt):
                self.sums.append(stmt)

    def could_augment(self, stmt: Apply) -> bool:
        if stmt.op.name not in _AUGMENTED or stmt.outputs[0] in self.plan.folded:
            return False
        first, kind = stmt.inputs[0], stmt.outputs[0].kind
        if not isinstance(first, Value) or first in self.plan.folded or first.kind != kind:
            return False
        return isinstance(kind, Array) and ANY not in kind.shape and bool(kind.shape)

    def run(self) -> InPlace:
        if not self.stores and not self.sums:
            return self.result
        candidates: list[Apply] = [s for s in self.stmts if isinstance(s, Apply) and (s in self.sums or s.op.store)]
        self.result.on_spot = set(candidates)
        tried: set[tuple[Stmt, int]] = set()
        while True:
            groups = _Groups(self)
            failing = [s for s in candidates if s in self.result.on_spot and not self.safe(s, groups)]
            if not failing:
                return self.result
            optional = [s for s in failing if not s.op.store]
            if optional:
                self.result.on_spot.difference_update(optional)
                continue
            store = failing[0]
            init = self.outermost_init(store.inputs[0])
            if init is not None and init not in tried:
                tried.add(init)
                self.result.copied_init.add(init)
                if self.safe(store, _Groups(self)):
                    continue
                self.result.copied_init.discard(init)
            self.result.on_spot.discard(store)

    def outermost_init(self, atom: Atom) -> tuple[Stmt, int] | None:
        """Where the thing that is written comes into the outermost loop that carries it."""
        found = None
        while isinstance(atom, Value):
            slot = self.slots.get(atom)
            if slot is not None:
                found, atom = (slot.loop, slot.k), slot.loop.init[slot.k]
                continue
            source = self.plan.defs.get(atom)
            if isinstance(source, Apply) and source in self.result.on_spot:
                atom = source.inputs[0]
            elif isinstance(source, (For, While)) and atom in source.outputs[: len(source.init)]:
                k = source.outputs.index(atom)
                found, atom = (source, k), source.init[k]
            else:
                break
        return found

    def safe(self, stmt: Apply, groups: _Groups) -> bool:
        target = stmt.inputs[0]
        if not isinstance(target, Value) or target in self.plan.folded:
            return False
        root = groups.find(target)
        if root in groups.foreign:
            return False
        if any(isinstance(a, Value) and groups.known(a) and groups.find(a) is root for a in stmt.inputs[1:]):
            return False
        at = self.live.read_at[stmt]
        return not any(self.live.crosses(member, at) for member in groups.members[root])


class _Groups:
    """Union-find over the values that may share memory, with those that belong to somebody else marked."""

    def __init__(self, analysis: _Analysis) -> None:
        self.analysis = analysis
        self.parent: dict[Value, Value] = {}
        self.members: dict[Value, list[Value]] = {}
        self.foreign: set[Value] = set()
        for value in analysis.function.body.params:
            self.mark_foreign(value)
        self.block(analysis.function.body)

    def known(self, value: Value) -> bool:
        return value in self.parent

    def find(self, value: Value) -> Value:
        if value not in self.parent:
            self.parent[value] = value
            self.members[value] = [value]
        root = value
        while self.parent[root] is not root:
            root = self.parent[root]
        while self.parent[value] is not root:
            self.parent[value], value = root, self.parent[value]
        return root

    def mark_foreign(self, atom: Atom) -> None:
        if isinstance(atom, Value) and _has_memory(atom.kind):
            self.foreign.add(self.find(atom))

    def join(self, a: Atom, b: Atom) -> None:
        if not (isinstance(a, Value) and isinstance(b, Value)):
            return
        if not (_has_memory(a.kind) and _has_memory(b.kind)):
            return
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

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)
            for inner in blocks_of(stmt):
                self.block(inner)

    def stmt(self, stmt: Stmt) -> None:
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
            self.loop(stmt)

    def apply(self, stmt: Apply) -> None:
        op, out = stmt.op, stmt.outputs
        on_spot = stmt in self.analysis.result.on_spot
        if op.store or on_spot:
            if on_spot:
                self.join(stmt.inputs[0], out[0])
            elif isinstance(stmt.inputs[0], Value) and _holds_memory(stmt.inputs[0].kind):
                self.join(stmt.inputs[0], out[0])  # a copied list still holds the same arrays
            if op.name in _PASSES_ON:
                for atom in stmt.inputs[1:]:
                    self.join(atom, out[0])
        elif op.alias:
            if not _element(stmt):
                self.join(stmt.inputs[0], out[0])
            if op.name not in _WRITABLE_VIEWS:
                self.mark_foreign(out[0])
        elif _of_the_user(stmt):
            for atom in stmt.inputs:
                self.join(atom, out[0])
            self.mark_foreign(out[0])
        elif op.name in _PASSES_ON or templates.identity(op):
            shallow = op.name in _COPIES_CONTAINER
            for atom in stmt.inputs:
                for value in out:
                    if not shallow or (isinstance(value.kind, List) and _holds_memory(value.kind)):
                        self.join(atom, value)
            if op.name == "unpack":
                for value in out:
                    self.mark_foreign(value)

    def loop(self, stmt: For | While) -> None:
        n = len(stmt.init)
        copied = self.analysis.result.copied_init
        params = stmt.body.params
        for k, (init, param) in enumerate(zip(stmt.init, params[len(params) - n :])):
            if (stmt, k) not in copied:
                self.join(init, param)
            self.join(param, stmt.body.results[k])
            self.join(param, stmt.outputs[k])
            if isinstance(stmt, While):
                self.join(param, stmt.cond.params[k])
        for result, y in zip(stmt.body.results[n:], stmt.outputs[n:]):
            if self.analysis.plan.used(y):
                self.join(result, y)
                self.join(y, self.analysis.plan.leader.get(y, y))
        if isinstance(stmt, For):
            for walk, item in zip(stmt.xs, params[1 if stmt.trips is not None else 0 :]):
                self.join(walk.source, item)


def _has_memory(kind: Kind) -> bool:
    return not isinstance(kind, Scalar)


def _element(stmt: Apply) -> bool:
    """A single number out of an array: a copy, not a view."""
    kind, index = stmt.outputs[0].kind, dict(stmt.params).get("index", ())
    return stmt.op.name == "getitem" and isinstance(kind, Array) and not kind.shape and Ellipsis not in index


def _of_the_user(stmt: Apply) -> bool:
    """A function with a rule of the user's own may return what it was given."""
    module = getattr(stmt.op.function, "__module__", None) or "numpy"
    return module.split(".")[0] not in ("numpy", "math", "builtins", "operator", "_operator")


def _holds_memory(kind: Kind) -> bool:
    """A list whose items could themselves be written to."""
    return isinstance(kind, List) and _has_memory(kind.item)


def in_place(function: Function, plan: Schedule, live: Liveness, augment: bool) -> InPlace:
    return _Analysis(function, plan, live, augment).run()


