"""Numbers outside the functions: inputs of the entry function, handed on by calls to whoever reads them."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.nodes import Block, Call, Function, Stmt, Value
from s2s_ad.ir.walk import all_stmts, free_values, map_inputs, substitute


def lift(functions: dict[str, Function], entry: str, reads: tuple[Value, ...]) -> dict[str, Function]:
    """The functions that are called, entry first, each with a param for every read that it needs."""
    functions = {name: functions[name] for name in _called(functions, entry)}
    needs = {name: [v for v in reads if v in free_values(f.body)] for name, f in functions.items()}
    more = True
    while more:
        more = False
        for name, function in functions.items():
            below = {v for stmt in all_stmts(function.body) if isinstance(stmt, Call) for v in needs[stmt.callee]}
            if below - set(needs[name]):
                needs[name] = [v for v in reads if v in below or v in needs[name]]
                more = True
    needs[entry] = list(reads)
    return {name: _lifted(function, needs, name == entry) for name, function in functions.items()}


def _called(functions: dict[str, Function], entry: str) -> list[str]:
    order, waiting = [], [entry]
    while waiting:
        name = waiting.pop(0)
        if name not in order:
            order.append(name)
            waiting += [stmt.callee for stmt in all_stmts(functions[name].body) if isinstance(stmt, Call)]
    return order


def _lifted(function: Function, needs: dict[str, list[Value]], is_entry: bool) -> Function:
    wanted = needs[function.name]
    own = {v: v if is_entry else Value(v.kind, v.hint) for v in wanted}

    def block(b: Block) -> Block:
        return Block(b.params, tuple(map(stmt, b.stmts)), b.results)

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call):
            return replace(s, inputs=(*s.inputs, *needs[s.callee]))
        return map_inputs(s, lambda atom: atom, block)

    body = block(function.body)
    if not is_entry:
        body = substitute(body, dict(own))
    params = (*body.params, *(own[v] for v in wanted))
    return replace(function, body=replace(body, params=params))
