"""What must hold of every program, checked between any two passes in the tests."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.ir.kinds import ANY, BOOL, INT, NEVER, RECORD, Array, Kind, List, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Const, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ir.text import text_of
from s2s_ad.ir.walk import inputs_of


class InvalidIR(AssertionError):
    """A pass made something that is not a program."""


class _Verifier:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.function = ""
        self.once: set[Value] = set()

    def fail(self, why: str) -> None:
        raise InvalidIR(f"{self.function}: {why}\n{text_of(self.program.functions[self.function])}")

    def need(self, condition: bool, why: str) -> None:
        if not condition:
            self.fail(why)

    def define(self, values: Iterable[Value], scope: set[Value]) -> None:
        for value in values:
            self.need(value not in self.once, f"{value.hint or 'a value'} is defined twice")
            self.once.add(value)
            scope.add(value)

    def read(self, atoms: Iterable[Atom], scope: set[Value], by: str) -> None:
        for atom in atoms:
            if isinstance(atom, Value) and atom not in scope:
                self.fail(f"{by} reads {atom.hint or atom.suffix or 'a value'}, which is not defined there")

    def flows(self, source: Atom, target: Value, what: str) -> None:
        if isinstance(source, Const) and isinstance(source.kind, Scalar) and isinstance(target.kind, Array):
            return  # a number that becomes an array: total = 0.0 before total = total + row
        self.need(fits(source.kind, target.kind), f"{what}: {source.kind} flows into {target.kind}")

    def block(self, block: Block, scope: set[Value], by: str) -> None:
        inner = set(scope)
        self.define(block.params, inner)
        for stmt in block.stmts:
            self.stmt(stmt, inner)
        self.read(block.results, inner, f"the end of {by}")

    def stmt(self, stmt: Stmt, scope: set[Value]) -> None:
        if isinstance(stmt, Section):
            return
        by = type(stmt).__name__ if not isinstance(stmt, Apply) else stmt.op.name
        self.read(inputs_of(stmt), scope, by)
        if isinstance(stmt, If):
            for block in (stmt.then, stmt.orelse):
                self.need(not block.params, "a branch has params")
                self.need(len(block.results) == len(stmt.outputs), "a branch has not one result an output")
                self.block(block, scope, "a branch")
                for result, output in zip(block.results, stmt.outputs):
                    self.flows(result, output, "a branch")
        elif isinstance(stmt, For):
            self.loop(stmt, scope)
        elif isinstance(stmt, While):
            self.need(len(stmt.cond.params) == len(stmt.init) == len(stmt.body.params), "while: params and init")
            self.need(len(stmt.cond.results) == 1, "while: its condition has one result")
            self.block(stmt.cond, scope, "a condition")
            self.carried(stmt, stmt.body.params, scope)
        elif isinstance(stmt, Call):
            callee = self.program.functions.get(stmt.callee)
            self.need(callee is not None, f"call of {stmt.callee}, which is not in the program")
            assert callee is not None
            self.need(len(callee.body.params) == len(stmt.inputs), f"call of {stmt.callee}: number of inputs")
            self.need(len(callee.body.results) == len(stmt.outputs), f"call of {stmt.callee}: number of outputs")
        self.define(stmt.outputs, scope)

    def loop(self, stmt: For, scope: set[Value]) -> None:
        params = list(stmt.body.params)
        self.need(stmt.trips is not None or bool(stmt.xs), "for: neither a range nor something to walk")
        if stmt.trips is not None:
            self.need(bool(params) and params.pop(0).kind == INT, "for: the index is no int")
        for walk in stmt.xs:
            self.need(isinstance(walk.source.kind, (List, Array)), f"for: walks {walk.source.kind}")
            params.pop(0)
        self.carried(stmt, tuple(params), scope)

    def carried(self, stmt: For | While, params: tuple[Value, ...], scope: set[Value]) -> None:
        self.need(len(params) == len(stmt.init), "loop: params and init")
        expected = len(stmt.outputs) + stmt.stops
        self.need(len(stmt.body.results) == expected, "loop: results and outputs")
        self.block(stmt.body, scope, "a loop")
        for init, param, result, output in zip(stmt.init, params, stmt.body.results, stmt.outputs):
            self.flows(init, param, "loop init")
            self.flows(result, param, "loop result")
            self.flows(param, output, "loop output")
        for y in stmt.outputs[len(stmt.init) :]:
            self.need(isinstance(y.kind, List), "loop: its ys are lists")
        if stmt.stops:
            self.need(fits(stmt.body.results[-1].kind, BOOL), "loop: its stop is no bool")


def fits(source: Kind, target: Kind) -> bool:
    """Whether a value of one kind may stand where the other is expected."""
    if source == target or NEVER in (source, target) or RECORD in (source, target):
        return True
    if isinstance(source, List) and isinstance(target, List):
        return fits(source.item, target.item)
    if isinstance(source, Array) and isinstance(target, Array):
        same = source.rank == target.rank
        return same and all(s == t or ANY in (s, t) for s, t in zip(source.shape, target.shape))
    if isinstance(target, Array) and not target.shape:
        return not isinstance(source, (List, Array))
    return str(source) in ("bool", "int", "float") and str(target) in ("bool", "int", "float", "complex")


def verify(program: Program) -> Program:
    """Raise InvalidIR unless the program is well formed; else return it."""
    if program.entry not in program.functions:
        raise InvalidIR(f"no entry {program.entry}")
    verifier = _Verifier(program)
    for name, function in program.functions.items():
        verifier.function, verifier.once = name, set()
        verifier.block(function.body, set(), name)
    return program
