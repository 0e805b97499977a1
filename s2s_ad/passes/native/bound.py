"""Names that may have no value: Python says so when it runs, machine code would read whatever stands there.

Each such value gets a companion that says whether it is there, and what reads the value asks it first.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import FALSE, TRUE, Builder, const
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, Array, Kind, List, Scalar, is_number
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, Const, For, Function, If, Section, Stmt, Unbound, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, split_params
from s2s_ad.ops.control import CONVERSIONS, INDIFFERENT
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS


def bound(function: Function) -> Function:
    """The function without `Unbound`; where Python would raise an UnboundLocalError, so does it."""
    if not _has_unbound(function.body):
        return function
    return replace(function, body=_Bound().block(function.body, whole=True))


def _has_unbound(block: Block) -> bool:
    if any(isinstance(a, Unbound) for a in block.results):
        return True
    for stmt in all_stmts(block):
        if any(isinstance(a, Unbound) for a in inputs_of(stmt)):
            return True
        if any(isinstance(a, Unbound) for inner in blocks_of(stmt) for a in inner.results):
            return True
    return False


def placeholder(builder: Builder, kind: Kind) -> Atom:
    """Something of the kind, for a value that is not read."""
    if isinstance(kind, Scalar):
        return {"float": Const(0.0, FLOAT), "int": Const(0, INT), "bool": FALSE}.get(kind.name) or const(0j)
    if isinstance(kind, Array) and is_number(kind):
        return const(_zero(kind))
    if isinstance(kind, Array):
        return builder.apply(OPS["np.empty"], shape=(0,) * kind.rank, dtype=dtype_object(kind))
    if isinstance(kind, List):
        return Absent(kind)
    raise UnsupportedError(
        f"native code has nothing to put in the place of a {kind} that is missing", remedy='Use backend="numpy".'
    )


def _zero(kind: Array) -> object:
    return np.zeros((), kind.dtype)[()]


class _Bound:
    def __init__(self) -> None:
        self.flags: dict[Value, Atom] = {}  # of values that may be unbound: whether they are there

    def flag(self, atom: Atom) -> Atom:
        if isinstance(atom, Unbound):
            return FALSE
        return self.flags.get(atom, TRUE) if isinstance(atom, Value) else TRUE

    def there(self, builder: Builder, atom: Atom) -> Atom:
        return placeholder(builder, atom.kind) if isinstance(atom, Unbound) else atom

    def ask(self, builder: Builder, atoms: tuple[Atom, ...], stmt: Stmt | None) -> None:
        """Raise, as Python would, if one of these is not there."""
        for atom in dict.fromkeys(atoms):
            flag = self.flag(atom)
            if flag is TRUE:
                continue
            name = f" {atom.hint!r}" if isinstance(atom, Value) and atom.hint else ""
            text = f"cannot access local variable{name} where it is not associated with a value"
            code = f'if not _0:\n    raise UnboundLocalError("{text}")'
            builder.span = getattr(stmt, "span", None)
            builder.apply_all(OPS["effect"], (flag,), (("code", code),))
            if isinstance(atom, Value):
                self.flags.pop(atom)  # from here on it is there

    def block(self, block: Block, whole: bool = False) -> Block:
        """The block; of its results (unless it is the function's) the flags are for the caller to ask."""
        builder = Builder()
        for stmt in block.stmts:
            if isinstance(stmt, If):
                self.branch(builder, stmt)
            elif isinstance(stmt, (For, While)):
                self.loop(builder, stmt)
            else:
                if isinstance(stmt, Apply) and stmt.op.name in CONVERSIONS:  # it may be missing still
                    self.flags.update((stmt.out, flag) for a in stmt.inputs if (flag := self.flag(a)) is not TRUE)
                elif not (isinstance(stmt, Section) or isinstance(stmt, Apply) and stmt.op in INDIFFERENT):
                    self.ask(builder, inputs_of(stmt), stmt)
                if isinstance(stmt, Apply) and any(isinstance(a, Unbound) for a in stmt.inputs):
                    stmt = replace(stmt, inputs=tuple(self.there(builder, a) for a in stmt.inputs))
                builder.emit(stmt)
        if whole:
            self.ask(builder, block.results, None)
        return builder.block(block.params, block.results)

    def branch(self, builder: Builder, stmt: If) -> None:
        self.ask(builder, (stmt.cond,), stmt)
        sides: list[tuple[Block, tuple[Atom, ...]]] = []
        outer = self.flags
        for side in (stmt.then, stmt.orelse):
            self.flags = dict(outer)
            made = self.block(side)
            sides.append((made, tuple(map(self.flag, made.results))))
        self.flags = outer
        some = [k for k in range(len(stmt.outputs)) if any(flags[k] is not TRUE for _, flags in sides)]
        companions = tuple(Value(BOOL, base=stmt.outputs[k], suffix="_there") for k in some)
        blocks = []
        for made, flags in sides:
            inner = Builder()
            inner.stmts.extend(made.stmts)
            results = tuple(self.there(inner, a) for a in made.results)
            blocks.append(inner.block((), (*results, *(flags[k] for k in some))))
        builder.emit(replace(stmt, then=blocks[0], orelse=blocks[1], outputs=(*stmt.outputs, *companions)))
        self.flags.update((stmt.outputs[k], companion) for k, companion in zip(some, companions))

    def loop(self, builder: Builder, stmt: For | While) -> None:
        n, carried = len(stmt.init), split_params(stmt)[1]
        reads = inputs_of(stmt)[: len(inputs_of(stmt)) - n]
        self.ask(builder, reads, stmt)
        some = {k for k, a in enumerate(stmt.init) if self.flag(a) is not TRUE}
        outer = self.flags
        while True:  # what the body leaves unbound may be so at its start
            companions = {k: Value(BOOL, base=carried[k], suffix="_there") for k in sorted(some)}
            self.flags = {**outer, **{carried[k]: v for k, v in companions.items()}}
            body = self.block(stmt.body)
            ends = tuple(map(self.flag, body.results[: len(stmt.outputs)]))
            more = {k for k in range(n) if ends[k] is not TRUE} - some
            if not more:
                break
            some |= more
        for y in ends[n:]:
            if y is not TRUE:
                raise UnsupportedError(
                    "a list of values of which some may be unbound",
                    span=stmt.span,
                    remedy='Give the variable a value before the loop, or use backend="numpy".',
                )
        self.flags = outer
        order = sorted(some)
        inner = Builder()
        inner.stmts.extend(body.stmts)
        results = tuple(self.there(inner, a) for a in body.results)
        flags = tuple(ends[k] for k in order)
        body = inner.block((*body.params, *(companions[k] for k in order)), (*results[:n], *flags, *results[n:]))
        finals = tuple(Value(BOOL, base=stmt.outputs[k], suffix="_there") for k in order)
        init = (*(self.there(builder, a) for a in stmt.init), *(self.flag(stmt.init[k]) for k in order))
        outputs = (*stmt.outputs[:n], *finals, *stmt.outputs[n:])
        if isinstance(stmt, While):
            asked = {stmt.cond.params[k]: Value(BOOL, base=stmt.cond.params[k], suffix="_there") for k in order}
            self.flags = {**outer, **asked}
            cond = self.block(stmt.cond)
            self.flags = outer
            cond = replace(cond, params=(*cond.params, *asked.values()))
            builder.emit(replace(stmt, init=init, cond=cond, body=body, outputs=outputs))
        else:
            builder.emit(replace(stmt, init=init, body=body, outputs=outputs))
        self.flags.update((stmt.outputs[k], final) for k, final in zip(order, finals))
