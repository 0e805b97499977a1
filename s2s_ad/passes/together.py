"""The results of one call, which are single operations until now, taken from one call: `w, V = np.linalg.eigh(A)`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from s2s_ad.ir.nodes import Apply, Atom, Block, Program, Stmt, Value
from s2s_ad.ir.walk import blocks_of, map_inputs
from s2s_ad.ops.core import Op
from s2s_ad.ops.wholes import Whole, part_of
from s2s_ad.passes.cse import input_keys
from s2s_ad.span import Span


@dataclass(eq=False)
class _Call:
    """One call, made where the first of its results is read."""

    whole: Whole
    params: dict[str, Any]
    first: Apply
    members: list[tuple[int, Apply]]

    def takes(self, whole: Whole, params: dict[str, Any], stmt: Apply) -> bool:
        """Whether this is a result of the same call; a parameter that one of the two has not is as the other has it."""
        if whole is not self.whole or whole.written and not self.stands_in(stmt.span):
            return False
        return all(self.params.get(key, value) == value for key, value in params.items())

    def stands_in(self, span: Span | None) -> bool:
        """Whether the user has written the call there."""
        return span is not None and span == self.first.span and self.whole.written in span.text

    @property
    def wanted(self) -> frozenset[int]:
        return frozenset(at for at, _ in self.members)

    def worth(self) -> bool:
        """Several results, or one that is named and for which NumPy has no function of its own."""
        wanted = self.wanted
        if self.whole.named and not all(stmt.out.hint for _, stmt in self.members):
            return False
        if self.whole.named and len(wanted) < len(self.whole.results(self.first, wanted)):
            return False
        if len(self.whole.results(self.first, wanted)) < 2:
            return False
        named = any(stmt.out.hint for _, stmt in self.members)
        return len(wanted) > 1 or named and not wanted <= self.whole.apart

    def named(self, at: int) -> Value | None:
        """What stands for a result: the value with the user's name, if one has it."""
        found = [stmt.out for k, stmt in self.members if k == at]
        return next((value for value in found if value.hint), found[0]) if found else None

    def stmt(self) -> Apply:
        first, wanted = self.first, self.wanted
        results = self.whole.results(first, wanted)
        outputs = tuple(self.named(at) or Value(first.out.kind) for at in results)
        kinds = tuple(value.kind for value in outputs)
        code = self.whole.code(self.params, wanted, tuple(a.kind for a in first.inputs))
        op = Op(self.whole.name, ("*inputs",), code, lambda *_: kinds, flavor=first.op.flavor, cost=20)
        return replace(first, op=op, outputs=outputs, params=())


Scope = dict[tuple[Any, ...], list[_Call]]


def together(program: Program) -> Program:
    """The program with one call for all results of a function that it reads."""
    functions = dict(program.functions)
    for name, function in functions.items():
        calls: dict[Apply, _Call] = {}
        _collect(function.body, {}, calls)
        kept = {stmt: call for stmt, call in calls.items() if call.worth()}
        if kept:
            functions[name] = replace(function, body=_taken(function.body, kept, {}))
    return replace(program, functions=functions)


def _collect(block: Block, outer: Scope, calls: dict[Apply, _Call]) -> None:
    scope = {key: list(found) for key, found in outer.items()}
    for stmt in block.stmts:
        part = part_of(stmt) if isinstance(stmt, Apply) else None
        if part is not None and isinstance(stmt, Apply):
            whole, at, params = part
            known = scope.setdefault((whole.name, *input_keys(stmt)), [])
            call = next((call for call in known if call.takes(whole, params, stmt)), None)
            if call is None:
                call = _Call(whole, {}, stmt, [])
                known.append(call)
            call.params.update(params)
            call.members.append((at, stmt))
            calls[stmt] = call
        for inner in blocks_of(stmt):
            _collect(inner, scope, calls)


def _taken(block: Block, calls: dict[Apply, _Call], same: dict[Value, Value]) -> Block:
    def atom(a: Atom) -> Atom:
        return same.get(a, a) if isinstance(a, Value) else a

    stmts: list[Stmt] = []
    for stmt in block.stmts:
        call = calls.get(stmt) if isinstance(stmt, Apply) else None
        if call is not None and call.first is stmt:
            same.update((member.out, named) for at, member in call.members if (named := call.named(at)) is not None)
            stmts.append(map_inputs(call.stmt(), atom, lambda b: b))
        elif call is None:
            stmts.append(map_inputs(stmt, atom, lambda b: _taken(b, calls, same)))
    return Block(block.params, tuple(stmts), tuple(map(atom, block.results)))
