"""Puts small functions, and those called from one place, where they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Function, Program, Section, Stmt, Value
from s2s_ad.ir.walk import all_stmts, clone, map_inputs, outputs_of, substitute

SMALL = 10  # statements: a body that reads better in place than as a function of its own
SHORT = (
    150  # all bodies of one function together: what runs faster in place, as nothing has to be handed on in a record
)


def inline(program: Program) -> Program:
    """The program with calls replaced by bodies, except of functions that call themselves or are large and shared."""
    return _inlined(program, lambda size, calls: size <= SMALL)


def inline_short(program: Program) -> Program:
    """The same for machine code, in which shared functions may be larger."""
    return _inlined(program, lambda size, calls: size <= SMALL or size * calls <= SHORT)


def _inlined(program: Program, fits: Callable[[int, int], bool]) -> Program:
    recursive = _recursive(program)
    calls = Counter(s.callee for f in program.functions.values() for s in all_stmts(f.body) if isinstance(s, Call))
    sizes = {name: sum(1 for _ in all_stmts(f.body)) for name, f in program.functions.items()}
    chosen = {
        name
        for name in program.functions
        if name not in recursive
        and not program.functions[name].recompute
        and (calls[name] == 1 or fits(sizes[name], calls[name]))
        and name != program.entry
    }
    done: dict[str, Function] = {}

    def finished(name: str) -> Function:
        if name not in done:
            done[name] = replace(program.functions[name], body=expand(program.functions[name].body))
        return done[name]

    def expand(block: Block) -> Block:
        stmts: list[Stmt] = []
        same: dict[Atom, Atom] = {}

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
                same.update(_called_after(stmts, body.params, moved.inputs))
                inputs = map(atom, moved.inputs)
                copy = clone(Block((), body.stmts, body.results), dict(zip(body.params, inputs)))
                copy = _named_results(copy, moved.outputs)
                stmts.extend(s for s in copy.stmts if not isinstance(s, Section))
                same.update(zip(moved.outputs, copy.results))
            else:
                stmts.append(moved)
        return Block(block.params, tuple(stmts), tuple(map(atom, block.results)))

    functions = {name: finished(name) for name in program.functions if name not in chosen}
    return replace(program, functions=functions)


def _called_after(stmts: list[Stmt], params: tuple[Value, ...], inputs: tuple[Atom, ...]) -> dict[Atom, Value]:
    """Arguments that were computed for the call alone may be called as the parameters are, if they need a name."""
    fresh: dict[Atom, Value] = {}
    for param, given in zip(params, inputs):
        if not isinstance(given, Value) or given.hint or given.base is not None or not param.hint:
            continue
        for at in range(len(stmts) - 1, -1, -1):
            last = stmts[at]
            if isinstance(last, Apply) and last.outputs == (given,):
                fresh[given] = replace(given, base=param)
                stmts[at] = replace(last, outputs=(fresh[given],))
                later = Block((), tuple(stmts[at + 1 :]), ())
                stmts[at + 1 :] = map_block(later, lambda a: fresh.get(a, a)).stmts
                break
    return fresh


def _named_results(block: Block, outputs: tuple[Value, ...]) -> Block:
    """The results of a call under the names that the caller gives them, where they have none of their own."""
    names = {r: o.hint for r, o in zip(block.results, outputs) if isinstance(r, Value) and o.hint and not r.hint}
    made = {v for stmt in block.stmts for v in outputs_of(stmt)}
    named = {v: replace(v, hint=hint) for v, hint in names.items() if v in made and v.base is None}
    if not named:
        return block
    stmts = tuple(
        s if isinstance(s, Section) else replace(s, outputs=tuple(named.get(v, v) for v in s.outputs))
        for s in block.stmts
    )
    return substitute(Block(block.params, stmts, block.results), dict(named))


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
