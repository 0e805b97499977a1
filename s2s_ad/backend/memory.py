"""Which values may share memory: all at once, or those that one object can reach in one run of a loop's body."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from s2s_ad.backend import templates
from s2s_ad.backend.schedule import Schedule
from s2s_ad.ir.kinds import Array, Kind, List, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, outputs_of

# Views that may be written through; any other alias (a broadcast, a diagonal) may be read-only or overlap itself.
_WRITABLE_VIEWS = frozenset({"getitem", "np.squeeze", "np.expand_dims", "np.reshape", "np.transpose", "np.swapaxes"})
# Operations that hand out what they were given, though not as a view of an array.
_PASSES_ON = frozenset({"unbroadcast", "list_get", "unpack", "list_new", "list_append", "list_set", "pack", "list_init",
                        "list_concat", "list_head", "list_tail", "list_reverse", "list_fill", "array_to_list",
                        "list_add_at"})  # fmt: skip
# Views for some arguments only, and not marked for it in the table.
_SOMETIMES_VIEWS = frozenset({"np.diag", "np.imag"})
_COPIES_CONTAINER = frozenset({"list_init", "list_concat", "list_head", "list_tail", "list_reverse", "list_new"})


@dataclass
class InPlace:
    """What the emitter asks: update on the spot, copy first, or copy what a loop starts from."""

    on_spot: set[Stmt] = field(default_factory=set)
    copied_init: set[tuple[Stmt, int]] = field(default_factory=set)


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
        elif op.alias or op.name in _SOMETIMES_VIEWS:
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
