"""Kinds made sharper by what is known of lengths: an array made with `np.zeros(len(b))`, where b has not the length 1,
has not the length 1 either. So fewer sums over what may have been broadcast are left for run time."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.kinds import ANY, Array, Kind, join
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, If, Program, Section, Stmt, Value
from s2s_ad.ir.walk import map_inputs

ROUNDS = 3  # what is known of one array may say something of those before it


def sharpen(program: Program) -> Program:
    """The program in which fewer axes have an unknown length. What a function takes and returns keeps its kind."""
    functions = {}
    for name, function in program.functions.items():
        body = function.body
        for _ in range(ROUNDS):
            worker = _Sharpener(body)
            body = worker.block(body)
            if not worker.new:
                break
        functions[name] = replace(function, body=body)
    return replace(program, functions=functions)


class _Sharpener:
    def __init__(self, body: Block) -> None:
        self.lengths = Lengths(body)
        self.inputs = set(body.params)
        self.new: dict[Value, Value] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.new.get(atom, atom) if isinstance(atom, Value) else atom

    def block(self, block: Block) -> Block:
        params = tuple(p if p in self.inputs else self.value(p) for p in block.params)
        stmts = tuple(map(self.stmt, block.stmts))
        return Block(params, stmts, tuple(map(self.atom, block.results)))

    def stmt(self, stmt: Stmt) -> Stmt:
        moved = map_inputs(stmt, self.atom, self.block)
        if isinstance(moved, (Section, Call)):
            return moved
        found: list[Kind | None] = [None] * len(moved.outputs)
        if isinstance(moved, Apply) and moved is not stmt:
            found = [*moved.op.kinds(tuple(a.kind for a in moved.inputs), moved.params)]
        elif isinstance(moved, If):
            found = [join(a.kind, b.kind) for a, b in zip(moved.then.results, moved.orelse.results)]
        outputs = tuple(map(self.value, moved.outputs, found))
        return replace(moved, outputs=outputs) if outputs != moved.outputs else moved

    def value(self, value: Value, found: Kind | None = None) -> Value:
        """The value with the sharper kind that is `found`, or that its lengths say."""
        kind = value.kind
        if not isinstance(kind, Array) or ANY not in kind.shape:
            return value
        known = [self.lengths.dims(value)]
        if isinstance(found, Array) and found.rank == kind.rank:
            known.append(found.shape)
        shape = tuple(next((d for d in dims if d != ANY), ANY) for dims in zip(kind.shape, *known))
        if shape == kind.shape:
            return value
        self.new[value] = replace(value, kind=Array(kind.dtype, shape))
        return self.new[value]
