"""The printed form of the IR. Two programs are the same if their texts are."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Program,
    Section,
    Stmt,
    Unbound,
    Value,
    While,
)


class _Printer:
    def __init__(self) -> None:
        self.names: dict[Value, str] = {}
        self.taken: dict[str, int] = {}
        self.lines: list[str] = []
        self.depth = 0

    def define(self, value: Value) -> str:
        stem = self._stem(value) or "v"
        count = self.taken[stem] = self.taken.get(stem, -1) + 1
        self.names[value] = name = f"{stem}.{count}" if count or stem == "v" else stem
        return name

    def _stem(self, value: Value) -> str:
        if value.hint:
            return value.hint
        if value.base is not None:
            base = self.names.get(value.base) or self._stem(value.base) or "v"
            return base + value.suffix
        return ""

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Value):
            return "%" + self.names.get(atom, f"?{self._stem(atom)}")
        if isinstance(atom, Const):
            return atom.text or repr(atom.value)
        return {Unbound: "unbound", Absent: "absent"}[type(atom)]

    def atoms(self, atoms: Iterable[Atom]) -> str:
        return ", ".join(map(self.atom, atoms))

    def defs(self, values: Iterable[Value]) -> str:
        return ", ".join(f"%{self.define(v)}: {v.kind}" for v in values)

    def line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    def block(self, block: Block, word: str) -> None:
        self.line(f"{word}({self.defs(block.params)}) {{")
        self.depth += 1
        for stmt in block.stmts:
            self.stmt(stmt)
        self.line(f"yield {self.atoms(block.results)}")
        self.depth -= 1
        self.line("}")

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Section):
            return self.line(f"# {stmt.title}")
        if isinstance(stmt, (Apply, Call)):
            what = stmt.op.name if isinstance(stmt, Apply) else f"call {stmt.callee}"
            params = "".join(f" {k}={v!r}" for k, v in (stmt.params if isinstance(stmt, Apply) else ()))
            text = f"{what}({self.atoms(stmt.inputs)}){params}"
            blocks = []
        elif isinstance(stmt, If):
            text, blocks = f"if {self.atom(stmt.cond)}", [(stmt.then, "then"), (stmt.orelse, "else")]
        elif isinstance(stmt, For):
            t = stmt.trips
            text = "for" + (f" range({self.atoms((t.start, t.stop, t.step))})" if t else "")
            text += " reversed" if stmt.reverse else ""
            text += "".join(f" {'reversed ' * walk.reverse}in {self.atom(walk.source)}" for walk in stmt.xs)
            text += f" from ({self.atoms(stmt.init)})" + " stops" * stmt.stops
            blocks = [(stmt.body, "body")]
        else:
            assert isinstance(stmt, While)
            text = f"while from ({self.atoms(stmt.init)})" + " stops" * stmt.stops
            blocks = [(stmt.cond, "cond"), (stmt.body, "body")]
        where = f"  # {stmt.span.place}" if stmt.span else ""
        if not blocks:
            outs = self.defs(stmt.outputs)
            return self.line((outs + " = " if outs else "") + text + where)
        self.line(text + where)
        self.depth += 1
        for block, word in blocks:
            self.block(block, word)
        self.depth -= 1
        if stmt.outputs:
            self.line(f"-> {self.defs(stmt.outputs)}")

    def function(self, function: Function) -> None:
        self.names, self.taken = {}, {}
        self.block(function.body, f"function {function.name}")


def text_of(thing: Program | Function) -> str:
    """The text form; functions in the order in which the program holds them."""
    printer = _Printer()
    functions = thing.functions.values() if isinstance(thing, Program) else (thing,)
    for function in functions:
        printer.function(function)
    return "\n".join(printer.lines) + "\n"
