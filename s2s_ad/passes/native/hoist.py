"""Numbers that a loop computes anew at each trip, computed once before it; and whole ones that could overflow."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from s2s_ad.ir.kinds import BOOL, FLOAT, INT, is_number
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, inputs_of, map_inputs, outputs_of, split_params
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.cse import short

_CHEAP = frozenset(("add", "sub", "neg", "shape_item", "array_len", "array_size", "list_len", "not_negative"))


def hoisted(block: Block) -> Block:
    """The block with lengths, bounds and floats that no trip changes before the loops.

    A float that is one cheap operation on plain numbers stays where it is, unless another one is made of it.
    """
    plain = {p for stmt in all_stmts(block) for inner in blocks_of(stmt) for p in inner.params}
    return _Hoist(plain.union(block.params)).block(block, set(block.params), top=True)[0]


class _Hoist:
    def __init__(self, plain: set[Value]) -> None:
        self.plain = plain

    def block(
        self, block: Block, defined: set[Value], top: bool = False, loop: bool = False
    ) -> tuple[Block, list[Stmt]]:
        """The block, and what of it may stand before it: what reads nothing that is in `defined`."""
        kept: list[Stmt] = []
        moved: list[Stmt] = []
        own = set(defined)
        for stmt in block.stmts:
            if isinstance(stmt, (For, While)):
                before, stmt = self.loop(stmt)
                for inner in before:  # a float that a branch need not make is not made for nothing
                    self.place(inner, own, moved, kept, top or not loop and _is_float(inner))
            elif isinstance(stmt, If):
                blocks = []
                for side in (stmt.then, stmt.orelse):
                    changed, before = self.block(side, set())
                    blocks.append(changed)
                    for inner in before:  # cheap, and nothing that could fail: it may be done for nothing
                        self.place(inner, own, moved, kept, top)
                stmt = replace(stmt, then=blocks[0], orelse=blocks[1])
            if _cheap(stmt):
                self.place(stmt, own, moved, kept, top)
            elif loop and _is_float(stmt) and not short(stmt, self.plain):
                for part in self.parts(stmt, own, kept):
                    self.place(part, own, moved, kept, top)
            else:
                kept.append(stmt)
                own.update(outputs_of(stmt))
        return replace(block, stmts=tuple(kept)), moved

    def parts(self, stmt: Apply, own: set[Value], kept: list[Stmt]) -> list[Apply]:
        """The float, after those short ones of its block that it is made of, if all may stand before the block."""
        makers = {s.out: s for s in kept if _is_float(s) and short(s, self.plain)}
        found = [makers[a] for a in dict.fromkeys(stmt.inputs) if a in makers]
        if any(a in own for s in found for a in s.inputs) or any(a in own and a not in makers for a in stmt.inputs):
            return [stmt]
        for part in found:
            kept.remove(part)
            own.remove(part.out)
        return [*found, stmt]

    def place(self, stmt: Stmt, own: set[Value], moved: list[Stmt], kept: list[Stmt], top: bool) -> None:
        if not top and not any(a in own for a in inputs_of(stmt)):
            moved.append(stmt)
        else:
            kept.append(stmt)
            own.update(outputs_of(stmt))

    def loop(self, stmt: For | While) -> tuple[list[Stmt], Stmt]:
        body, before = self.block(stmt.body, set(stmt.body.params), loop=True)
        changed: For | While = replace(stmt, body=body)
        if isinstance(changed, While):
            cond, more = self.block(changed.cond, set(changed.cond.params))
            changed, before = replace(changed, cond=cond), [*before, *more]
        return before, changed


def _is_float(stmt: Stmt) -> TypeGuard[Apply]:
    """Whether it makes a float of numbers: machine code raises nothing for one."""
    if not isinstance(stmt, Apply) or stmt.op.effect or stmt.op.draws or len(stmt.outputs) != 1:
        return False
    return stmt.out.kind == FLOAT and bool(stmt.inputs) and all(is_number(a.kind) for a in stmt.inputs)


def _cheap(stmt: Stmt) -> bool:
    return isinstance(stmt, Apply) and stmt.op.name in _CHEAP and stmt.out.kind == INT


# --- overflow ---------------------------------------------------------------------------------------------------------

# Bits that a whole number of known origin needs: a place in an array or a trip that is ever reached, and what is added
# to such a number at each trip.
PLACE, STEP, MOST = 45, 16, 62
_WHOLE = frozenset(("int", "round", "math.floor", "math.ceil", "math.trunc"))
_LENGTHS = frozenset(
    ("shape_item", "list_len", "array_len", "array_size", "trip_count", "not_negative", "lesser", "range_len")
    + ("same_length",)
)


def checked(block: Block) -> Block:
    """The block in which arithmetic on whole numbers that may need more than 64 bits says so."""
    return _Overflow(block).block(block)


class _Overflow:
    def __init__(self, block: Block) -> None:
        # an argument counts something, or is itself looked at where it is multiplied
        self.bits: dict[Value, int] = {p: PLACE for p in block.params if p.kind == INT}
        self.counted: set[Atom] = set()  # what loops carry and add little to

    def of(self, atom: Atom) -> int:
        if isinstance(atom, Const) and isinstance(atom.value, int):
            return int(atom.value).bit_length()
        if atom.kind == BOOL:
            return 1
        return self.bits.get(atom, 64) if isinstance(atom, Value) else 64

    def block(self, block: Block) -> Block:
        def same(a: Atom) -> Atom:
            return a

        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Apply):
                stmt = self.apply(stmt)
                if stmt.op.name in _WHOLE and stmt.inputs[0].kind == FLOAT and stmt.out.kind == INT:
                    whole = Value(FLOAT)
                    stmts.append(Apply(OPS["checked_whole"], stmt.inputs[:1], (whole,), (), stmt.span))
                    stmt = replace(stmt, inputs=(whole, *stmt.inputs[1:]))
            elif isinstance(stmt, (For, While)):
                self.carried(stmt)
                if isinstance(stmt, For) and stmt.trips is not None:
                    self.bits[stmt.body.params[0]] = PLACE
                stmt = map_inputs(stmt, same, self.block)
                assert isinstance(stmt, (For, While))
                for out, param in zip(stmt.outputs, split_params(stmt)[1]):
                    self.bits[out] = self.of(param)
            elif isinstance(stmt, If):
                stmt = map_inputs(stmt, same, self.block)
                assert isinstance(stmt, If)
                for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    self.bits[out] = max(self.of(a), self.of(b))
            stmts.append(stmt)
        return replace(block, stmts=tuple(stmts))

    def carried(self, stmt: For | While) -> None:
        """What a loop carries stays small if a trip adds little to it, or leaves it alone."""
        for k, param in enumerate(split_params(stmt)[1]):
            result = stmt.body.results[k]
            if param.kind == INT and self.small(stmt.body, param, result):
                start = self.of(stmt.init[k])
                same = result is param or stmt.init[k] in self.counted  # a loop in a loop that counts goes on counting
                self.bits[param] = start if same else max(PLACE + STEP, start + 1)
                self.counted.update(() if result is param else (param,))
                if isinstance(stmt, While):
                    self.bits[stmt.cond.params[k]] = self.bits[param]

    def small(self, body: Block, param: Value, result: Atom) -> bool:
        """Whether a trip adds little to it: itself, or at each trip of a loop in it."""
        if result is param:
            return True
        step = next((s for s in body.stmts if result in outputs_of(s)), None)
        if isinstance(step, Apply) and step.op.name in ("add", "sub"):
            return step.inputs[0] is param and self.of(step.inputs[1]) <= STEP
        if isinstance(step, (For, While)) and result in step.outputs[: len(step.init)]:
            k = step.outputs.index(result)
            return step.init[k] is param and self.small(step.body, split_params(step)[1][k], step.body.results[k])
        return False

    def apply(self, stmt: Apply) -> Apply:
        if stmt.out.kind != INT if len(stmt.outputs) == 1 else True:
            return stmt
        name, out = stmt.op.name, stmt.out
        if name in _LENGTHS:
            self.bits[out] = PLACE
            return stmt
        sizes = [self.of(a) for a in stmt.inputs]
        if name in ("add", "sub"):
            need = max(sizes) + 1
        elif name in ("neg", "abs", "pos", "stop_gradient"):
            need = sizes[0]
            self.bits[out] = need
            return stmt
        elif name == "mul":
            need = sum(sizes)
        elif name == "pow":
            power = stmt.inputs[1]
            need = sizes[0] * max(int(power.value), 1) if isinstance(power, Const) else 999
        elif name == "shift_left":
            need = sizes[0] + int(stmt.inputs[1].value) if isinstance(stmt.inputs[1], Const) else 999
        elif name in ("floordiv", "mod"):
            self.bits[out] = sizes[0] + 1 if name == "floordiv" else min(sizes[1], 64)
            return stmt if _nonzero(stmt.inputs[1]) else replace(stmt, op=OPS[f"checked_{name}"])
        elif name in ("bit_and", "bit_or", "bit_xor", "shift_right", "lesser"):
            self.bits[out] = max(sizes)
            return stmt
        else:
            return stmt
        self.bits[out] = min(need, 63)
        return stmt if need <= MOST else replace(stmt, op=OPS[f"checked_{name}"])


def _nonzero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value != 0
