"""What one line of the program adds to one element, added up first: in reverse sweeps, as it changes last digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Section, Value
from s2s_ad.ir.walk import all_stmts, map_inputs, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.registry import OPS

Place = tuple[object, ...]


def with_joint_sums(program: Program) -> Program:
    """The program with one addition to an element where a block has several right after one another."""
    functions = {}
    for name, function in program.functions.items():
        makers: dict[Atom, Apply] = {
            s.out: s for s in all_stmts(function.body) if isinstance(s, Apply) and len(s.outputs) == 1
        }
        functions[name] = replace(function, body=_block(function.body, False, use_counts(function.body), makers))
    return replace(program, functions=functions)


def _block(block: Block, on: bool, uses: Counter[Atom], makers: Mapping[Atom, Apply]) -> Block:
    builder = Builder()
    moved = _joined(block, uses, makers)
    same: dict[Atom, Atom] = {}

    def atom(a: Atom) -> Atom:
        while a in same:
            a = same[a]
        return a

    for stmt in block.stmts:
        if isinstance(stmt, Section):
            on = stmt.annotate
        stmt = map_inputs(stmt, atom, lambda inner, on=on: _block(inner, on, uses, makers))  # type: ignore[misc]
        parts = moved.get(stmt.outputs[0], ()) if isinstance(stmt, Apply) and on else None
        if parts is None or not isinstance(stmt, Apply):
            builder.emit(stmt)
        elif parts:
            builder.span = stmt.span
            made = dict[Atom, Apply](makers)
            whole, *rest = sorted(parts, key=lambda part: _is_negated(part, makers))
            for part in rest:
                whole = _sum(whole, part, made, builder)
                made.update((s.out, s) for s in builder.stmts[-2:] if isinstance(s, Apply))
            builder.emit(replace(stmt, inputs=(stmt.inputs[0], whole, *stmt.inputs[2:])))
        elif stmt.out in moved:
            same[stmt.out] = stmt.inputs[0]  # a later one adds it
        else:
            builder.emit(stmt)
    return Block(block.params, tuple(builder.stmts), tuple(map(atom, block.results)))


def _joined(block: Block, uses: Counter[Atom], makers: Mapping[Atom, Apply]) -> dict[Value, list[Atom]]:
    """Of additions to elements all that each shall add; nothing for those that another takes over."""
    found: dict[Value, list[Atom]] = {}
    for chain in _chains(block, uses):
        places: dict[Place, list[Apply]] = {}
        for stmt in chain:
            places.setdefault(_place(stmt, makers), []).append(stmt)
        for stmts in places.values():
            if len(stmts) > 1:
                found.update({stmt.out: [] for stmt in stmts[:-1]})
                found[stmts[-1].out] = [stmt.inputs[1] for stmt in stmts]
    return found


def _chains(block: Block, uses: Counter[Atom]) -> Iterator[list[Apply]]:
    """Additions to single elements of one array between which nobody reads it."""
    open_: dict[Atom, list[Apply]] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and _is_plain_sum(stmt):
            x = stmt.inputs[0]
            chain = open_.pop(x, []) if uses[x] == 1 else []
            open_[stmt.out] = [*chain, stmt]
            if not chain and x in open_:
                yield open_.pop(x)
    yield from open_.values()


def _is_plain_sum(stmt: Apply) -> bool:
    if stmt.op.name != "index_add" or shape_of(stmt.inputs[1].kind):
        return False
    return all(a.kind == INT for a in stmt.inputs[2:]) and all(
        type(e) is int or isinstance(e, tuple) and e[0] == "in" for e in dict(stmt.params)["index"]
    )


def _place(stmt: Apply, makers: Mapping[Atom, Apply]) -> Place:
    """The same for what is surely one element."""

    def same(a: Atom) -> object:
        made = makers.get(a)
        if made is not None and made.op.name in ("add", "sub"):
            return made.op.name, *map(same, made.inputs)
        return ("const", a.value) if isinstance(a, Const) else a

    at = tuple(map(same, stmt.inputs[2:]))
    line = (stmt.span.file, stmt.span.line) if stmt.span is not None else None
    return (dict(stmt.params)["index"], at, line, stmt.inputs[0].kind)


def _sum(a: Atom, b: Atom, makers: Mapping[Atom, Apply], builder: Builder) -> Atom:
    if _is_negated(a, makers) and _is_negated(b, makers):
        return builder.apply(OPS["neg"], _sum(makers[a].inputs[0], makers[b].inputs[0], makers, builder))
    if _is_negated(b, makers):
        return builder.apply(OPS["sub"], a, makers[b].inputs[0])
    (m, x), (n, y) = (_factors(atom, makers) for atom in (a, b))
    if x is y:
        return x if m + n == 1.0 else builder.apply(OPS["mul"], Const(m + n, FLOAT), x)
    return builder.apply(OPS["add"], a, b)


def _factors(atom: Atom, makers: Mapping[Atom, Apply]) -> tuple[float, Atom]:
    """A constant factor, and what it stands before."""
    made = makers.get(atom)
    if made is not None and made.op.name == "mul":
        for one, other in (made.inputs, made.inputs[::-1]):
            if isinstance(one, Const) and type(one.value) is float and one.kind == FLOAT and other.kind == atom.kind:
                return one.value, other
    return 1.0, atom


def _is_negated(atom: Atom, makers: Mapping[Atom, Apply]) -> bool:
    return atom in makers and makers[atom].op.name == "neg"
