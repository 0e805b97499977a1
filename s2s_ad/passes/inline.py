"""Puts small functions, and those called from one place, where they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from s2s_ad.ir.nodes import Atom, Block, Call, Function, Program, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, clone, map_inputs

SMALL = 10  # statements: a body that reads better in place than as a function of its own


def inline(program: Program) -> Program:
    """The program with calls replaced by bodies, except of functions that call themselves or are large and shared."""
    recursive = _recursive(program)
    calls = Counter(s.callee for f in program.functions.values() for s in all_stmts(f.body) if isinstance(s, Call))
    sizes = {name: sum(1 for _ in all_stmts(f.body)) for name, f in program.functions.items()}
    chosen = {
        name
        for name in program.functions
        if name not in recursive
        and not program.functions[name].recompute
        and (calls[name] == 1 or sizes[name] <= SMALL)
        and name != program.entry
    }
    done: dict[str, Function] = {}

    def finished(name: str) -> Function:
        if name not in done:
            done[name] = replace(program.functions[name], body=expand(program.functions[name].body))
        return done[name]

    def expand(block: Block) -> Block:
        stmts: list[Stmt] = []
        same: dict[Value, Atom] = {}

        def atom(a: Atom) -> Atom:
            while isinstance(a, Value) and a in same:
                a = same[a]
            return a

        def inner(b: Block) -> Block:
            return expand(map_block(b, atom))

        for stmt in block.stmts:
            moved = map_inputs(stmt, atom, inner)
            if isinstance(moved, Call) and moved.callee in chosen:
                body = finished(moved.callee).body
                copy = clone(Block((), body.stmts, body.results), dict(zip(body.params, moved.inputs)))
                stmts.extend(s for s in copy.stmts if not isinstance(s, Section))
                same.update(zip(moved.outputs, copy.results))
            else:
                stmts.append(moved)
        return Block(block.params, tuple(stmts), tuple(map(atom, block.results)))

    functions = {name: finished(name) for name in program.functions if name not in chosen}
    return replace(program, functions=functions)


def map_block(block: Block, atom: Callable[[Atom], Atom]) -> Block:
    """The block with `atom` applied to all that it reads."""

    def inner(b: Block) -> Block:
        return map_block(b, atom)

    return Block(block.params, tuple(map_inputs(s, atom, inner) for s in block.stmts), tuple(map(atom, block.results)))


def _recursive(program: Program) -> set[str]:
    """The functions that reach themselves."""
    callees = {
        name: {s.callee for s in all_stmts(f.body) if isinstance(s, Call)} for name, f in program.functions.items()
    }
    found = set()
    for name in callees:
        reached: set[str] = set()
        todo = list(callees[name])
        while todo:
            callee = todo.pop()
            if callee not in reached:
                reached.add(callee)
                todo.extend(callees[callee])
        if name in reached:
            found.add(name)
    return found
