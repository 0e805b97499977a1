"""Statements along many directions at once: what depends on the direction gets an axis in front, one item a direction.

Not everything can have one; then `NotBatched` is raised, and the directions are taken one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from s2s_ad.errors import DifferentiationError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, MANY, Array, Kind, List
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, Const, For, If, Section, Stmt, Value, While
from s2s_ad.ir.walk import free_values, inputs_of
from s2s_ad.ops.core import Op
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.indexing import WHOLE
from s2s_ad.ops.registry import OPS

Params = dict[str, Any]


class NotBatched(Exception):
    """Something cannot be done for several directions at once."""


def rank_of(atom: Atom) -> int:
    return atom.kind.rank if isinstance(atom.kind, Array) else 0


def lifted(kind: Kind) -> Kind:
    """The kind with the axis of the directions."""
    if isinstance(kind, Array):
        return Array(kind.dtype, (MANY, *kind.shape))
    if isinstance(kind, List):
        return List(lifted(kind.item))
    if kind == FLOAT:
        return Array("float64", (MANY,))
    raise NotBatched


class Batch:
    """Turns statements into `builder`; `seed` has an item for each direction."""

    def __init__(self, seeds: dict[Value, Value]) -> None:
        (self.seed,) = seeds.values()
        self.many: dict[Value, Value] = dict(seeds)
        self.zeros: dict[Atom, Atom] = {}  # a zero that is the same for all: what it has the shape of
        self.builder = Builder()

    def is_many(self, atom: Atom) -> bool:
        return atom in self.many

    def atom(self, atom: Atom) -> Atom:
        return self.many.get(atom, atom) if isinstance(atom, Value) else atom

    def lift(self, atom: Atom) -> Atom:
        """The atom for every direction, if it is the same for all."""
        if isinstance(atom, Value) and atom in self.many:
            return self.many[atom]
        if isinstance(atom, Absent):
            return Absent(lifted(atom.kind))
        if not isinstance(atom, (Value, Const)) or isinstance(atom.kind, List):
            raise NotBatched
        if atom in self.zeros:
            return self.builder.apply(OPS["zero_rows"], self.zeros[atom], self.seed)
        return self.builder.apply(OPS["spread"], atom, self.seed)

    def fresh(self, value: Value) -> Value:
        self.many[value] = new = replace(value, kind=lifted(value.kind))
        return new

    def stmts(self, stmts: Iterable[Stmt]) -> None:
        for stmt in stmts:
            self.builder.span = getattr(stmt, "span", None)
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Section):
            self.builder.emit(stmt)
        elif isinstance(stmt, Apply):
            if any(map(self.is_many, stmt.inputs)):
                self.apply(stmt)
                return
            if stmt.op.name == "zeros_like" and rank_of(stmt.out):
                self.zeros[stmt.out] = stmt.inputs[0]
            self.builder.emit(stmt)
        elif isinstance(stmt, If):
            self.branch(stmt)
        elif isinstance(stmt, For):
            self.loop(stmt)
        elif any(self.is_many(v) for v in _read(stmt)):
            raise NotBatched
        else:
            self.builder.emit(stmt)

    # --- elementary operations ------------------------------------------------------------------------------------

    def apply(self, stmt: Apply) -> None:
        if len(stmt.outputs) != 1 or stmt.op.effect:
            raise NotBatched
        params = dict(stmt.params)
        made = self.applied(stmt, params)
        if made is None:
            raise NotBatched
        new = self.fresh(stmt.out)
        last = self.builder.stmts[-1]
        if not isinstance(last, Apply) or last.outputs != (made,) or _axes(made.kind) != _axes(new.kind):
            raise NotBatched
        # an axis of which less is known now stays one of which less is known
        self.many[stmt.out] = new = replace(new, kind=made.kind)
        self.builder.stmts[-1] = replace(last, outputs=(new,))

    def applied(self, stmt: Apply, params: Params) -> Value | None:
        op, x = stmt.op, stmt.inputs
        by_name = getattr(self, "_" + op.name.replace("np.", "").replace(".", "_"), None)
        if by_name is not None:
            return by_name(stmt, params)  # type: ignore[no-any-return]
        if op.name in _SAME_SHAPE or is_elementwise(op) and (op.flavor == "numpy" or op.name in _OPERATORS):
            return self.same(op, params, *self.aligned(x, rank_of(stmt.out)))
        return None

    def same(self, op: Op | str, params: Params, *inputs: Atom) -> Value:
        try:
            return self.builder.apply(OPS[op] if isinstance(op, str) else op, *inputs, **params)
        except (DifferentiationError, TypeError, ValueError, AssertionError) as error:
            raise NotBatched from error

    def aligned(self, atoms: Sequence[Atom], rank: int) -> list[Atom]:
        """Those with the axis in front have axes of length one after it, up to the rank of the result."""
        return [self.widened(a, rank) if self.is_many(a) else a for a in atoms]

    def widened(self, atom: Atom, rank: int) -> Atom:
        more = rank - rank_of(atom)
        wide = self.atom(atom)
        return wide if more <= 0 else self.builder.apply(OPS["getitem"], wide, index=(WHOLE, *[None] * more))

    def _where(self, stmt: Apply, params: Params) -> Value:
        return self.same(stmt.op, params, *self.aligned(stmt.inputs, rank_of(stmt.out)))

    def _getitem(self, stmt: Apply, params: Params) -> Value | None:
        x, *at = stmt.inputs
        if any(map(self.is_many, at)) or not rank_of(x):
            return None
        made = self.same(stmt.op, {"index": (WHOLE, *params["index"])}, self.atom(x), *at)
        # index arrays that are apart put their axes in front, before that of the directions
        return made if made.kind == lifted(stmt.out.kind) else None

    def _index_set(self, stmt: Apply, params: Params) -> Value | None:
        x, v, *at = stmt.inputs
        if any(map(self.is_many, at)) or not rank_of(x):
            return None
        index = (WHOLE, *params["index"])
        part = OPS["getitem"].kinds(tuple(a.kind for a in (x, *at)), (("index", params["index"]),))[0]
        wide = OPS["getitem"].kinds((lifted(x.kind), *(a.kind for a in at)), (("index", index),))[0]
        if wide != lifted(part):
            return None
        value = self.widened(v, len(part.shape)) if self.is_many(v) else v  # type: ignore[attr-defined]
        return self.same(stmt.op, {"index": index}, self.lift(x), value, *at)

    _index_add = _index_set

    def _sum(self, stmt: Apply, params: Params) -> Value | None:
        rank = rank_of(stmt.inputs[0])
        axis = params.get("axis")
        if not rank or len(stmt.inputs) != 1:
            return None
        axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        shifted = tuple(a % rank + 1 for a in axes)
        params["axis"] = shifted[0] if len(shifted) == 1 else shifted
        return self.same(stmt.op, params, self.atom(stmt.inputs[0]))

    _mean = _sum

    def _cumsum(self, stmt: Apply, params: Params) -> Value | None:
        rank, axis = rank_of(stmt.inputs[0]), params.get("axis")
        if len(stmt.inputs) != 1 or not rank or axis is None and rank > 1:
            return None
        params["axis"] = (axis or 0) % rank + 1
        return self.same(stmt.op, params, self.atom(stmt.inputs[0]))

    def _flip(self, stmt: Apply, params: Params) -> Value | None:
        return self._sum(stmt, params)

    def _transpose(self, stmt: Apply, params: Params) -> Value | None:
        rank = rank_of(stmt.inputs[0])
        axes = params.get("axes") or tuple(reversed(range(rank)))
        params["axes"] = (0, *(a % rank + 1 for a in axes))
        return self.same(stmt.op, params, self.atom(stmt.inputs[0])) if rank else None

    def _broadcast_like(self, stmt: Apply, params: Params) -> Value:
        x, like = stmt.inputs
        return self.same(stmt.op, params, *self.aligned([x], rank_of(like)), self.lift(like))

    def _reshape_like(self, stmt: Apply, params: Params) -> Value:
        x, like = stmt.inputs
        return self.same(stmt.op, params, self.lift(x), self.lift(like))

    def _unbroadcast(self, stmt: Apply, params: Params) -> Value | None:
        x, like = stmt.inputs
        lead = rank_of(x) - rank_of(like)
        if not self.is_many(x) or lead < 0:
            return None
        wide = self.atom(x)
        if lead:
            wide = self.same("np.sum", {"axis": tuple(range(1, lead + 1))}, wide)
        return self.same(stmt.op, params, wide, self.lift(like))

    def _matmul(self, stmt: Apply, params: Params) -> Value | None:
        x, y = stmt.inputs
        ranks = rank_of(x), rank_of(y)
        if self.is_many(x) and self.is_many(y) or max(ranks) > 2 or 0 in ranks:
            return None
        a, b = self.atom(x), self.atom(y)
        if self.is_many(y) and ranks[1] == 1:  # a vector for each direction: as the rows of a matrix
            turned = self.builder.apply(OPS["np.transpose"], a) if ranks[0] == 2 else a
            return self.same("matmul", params, b, turned)
        return self.same("matmul", params, a, b)

    def _dot(self, stmt: Apply, params: Params) -> Value | None:
        return self._matmul(stmt, {}) if 0 not in (rank_of(stmt.inputs[0]), rank_of(stmt.inputs[1])) else None

    def _outer(self, stmt: Apply, params: Params) -> Value | None:
        x, y = stmt.inputs
        if rank_of(x) != 1 or rank_of(y) != 1 or self.is_many(x) and self.is_many(y):
            return None
        column = (WHOLE, WHOLE, None) if self.is_many(x) else (WHOLE, None)
        a = self.builder.apply(OPS["getitem"], self.atom(x), index=column)
        return self.same("mul", {}, a, self.row(y) if self.is_many(y) else y)

    def row(self, atom: Atom) -> Atom:
        return self.builder.apply(OPS["getitem"], self.atom(atom), index=(WHOLE, None))

    def _stack(self, stmt: Apply, params: Params) -> Value:
        rank = rank_of(stmt.out)
        params["axis"] = params.get("axis", 0) % rank + 1
        return self.same(stmt.op, params, *map(self.lift, stmt.inputs))

    _concatenate = _stack

    # --- control flow ---------------------------------------------------------------------------------------------

    def inside(self, run: Callable[[], tuple[Atom, ...]], params: tuple[Value, ...]) -> Block:
        outer, self.builder = self.builder, Builder(self.builder.span)
        try:
            results = run()
            return self.builder.block(params, results)
        finally:
            self.builder = outer

    def branch(self, stmt: If) -> None:
        if self.is_many(stmt.cond):
            raise NotBatched
        trial = dict(self.many)
        on: set[int] = set()
        for block in (stmt.then, stmt.orelse):
            outer, self.builder = self.builder, Builder(self.builder.span)
            self.stmts(block.stmts)
            self.builder = outer
            on.update(i for i, r in enumerate(block.results) if self.is_many(r))
            self.many = dict(trial)

        def side(block: Block) -> Block:
            def run() -> tuple[Atom, ...]:
                self.stmts(block.stmts)
                return tuple(self.lift(r) if i in on else r for i, r in enumerate(block.results))

            return self.inside(run, ())

        blocks = side(stmt.then), side(stmt.orelse)
        outputs = tuple(self.fresh(o) if i in on else o for i, o in enumerate(stmt.outputs))
        self.builder.emit(replace(stmt, then=blocks[0], orelse=blocks[1], outputs=outputs))

    def loop(self, stmt: For) -> None:
        n, body = len(stmt.init), stmt.body
        lead = len(body.params) - n
        if any(isinstance(w.source.kind, Array) and self.is_many(w.source) for w in stmt.xs):
            raise NotBatched
        items = body.params[lead - len(stmt.xs) : lead]
        walked = [p for w, p in zip(stmt.xs, items) if self.is_many(w.source)]
        on = {i for i, a in enumerate(stmt.init) if self.is_many(a)}
        before = dict(self.many)

        def run() -> tuple[Atom, ...]:
            self.stmts(body.stmts)
            if stmt.stops and self.is_many(body.results[-1]):
                raise NotBatched
            found.update(i for i, r in enumerate(body.results) if self.is_many(r))
            return tuple(
                self.lift(r) if i in on or i >= n and self.is_many(r) else r for i, r in enumerate(body.results)
            )

        while True:  # until no more of what is carried depends on the direction
            self.many, found = dict(before), set(on)
            params = tuple(
                self.fresh(p) if p in walked or k - lead in on and k >= lead else p for k, p in enumerate(body.params)
            )
            block = self.inside(run, params)
            if {i for i in found if i < n} == on:
                break
            on = {i for i in found if i < n}
        init = tuple(self.lift(a) if i in on else a for i, a in enumerate(stmt.init))
        xs = tuple(replace(w, source=self.atom(w.source)) for w in stmt.xs)
        outputs = tuple(self.fresh(o) if i in found else o for i, o in enumerate(stmt.outputs))
        self.builder.emit(replace(stmt, init=init, xs=xs, body=block, outputs=outputs))


_OPERATORS = frozenset({"add", "sub", "mul", "div", "neg", "pow", "eq", "ne", "lt", "le", "gt", "ge"})
_SAME_SHAPE = frozenset({"zeros_like", "np.zeros_like", "np.ones_like", "copy", "astype", "stop_gradient"})


def _axes(kind: Kind) -> Any:
    """What must be as expected of a result: its dtype and the number of its axes."""
    if isinstance(kind, List):
        return "list", _axes(kind.item)
    return (kind.dtype, kind.rank) if isinstance(kind, Array) else str(kind)


def _read(stmt: Stmt) -> list[Atom]:
    found: list[Atom] = list(inputs_of(stmt))
    if isinstance(stmt, While):
        found += [*free_values(stmt.body), *free_values(stmt.cond)]
    return found
