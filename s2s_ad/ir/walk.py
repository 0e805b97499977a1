"""Small questions about the IR, asked by every floor above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, If, Range, Section, Stmt, Value, Walk, While


def is_derivative(value: Value) -> bool:
    """Whether it is called an adjoint or a tangent, or something that was made for one."""
    return value.suffix in ("_bar", "_dot") or value.base is not None and is_derivative(value.base)


def inputs_of(stmt: Stmt) -> tuple[Atom, ...]:
    """What the statement itself reads, without what its blocks read."""
    if isinstance(stmt, (Apply, Call)):
        return stmt.inputs
    if isinstance(stmt, If):
        return (stmt.cond,)
    if isinstance(stmt, For):
        bounds = (stmt.trips.start, stmt.trips.stop, stmt.trips.step) if stmt.trips else ()
        return (*bounds, *(walk.source for walk in stmt.xs), *stmt.init)
    if isinstance(stmt, While):
        return stmt.init
    return ()


def outputs_of(stmt: Stmt) -> tuple[Value, ...]:
    return () if isinstance(stmt, Section) else stmt.outputs


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    if isinstance(stmt, Apply):
        return ()  # asked for first: nearly every statement is one
    if isinstance(stmt, If):
        return (stmt.then, stmt.orelse)
    if isinstance(stmt, For):
        return (stmt.body,)
    if isinstance(stmt, While):
        return (stmt.cond, stmt.body)
    return ()


def split_params(stmt: For | While) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The params of a loop body: (index and items, carried)."""
    at = len(stmt.body.params) - len(stmt.init)
    return stmt.body.params[:at], stmt.body.params[at:]


def all_stmts(block: Block) -> Iterator[Stmt]:
    """Every statement, those of inner blocks right after the one that holds them."""
    for stmt in block.stmts:
        yield stmt
        for inner in blocks_of(stmt):
            yield from all_stmts(inner)


def free_values(block: Block) -> dict[Value, None]:
    """The values that the block reads and does not define, in order of first reading."""
    free: dict[Value, None] = {}
    defined: set[Value] = set(block.params)

    def read(atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Value) and atom not in defined:
                free.setdefault(atom)

    for stmt in block.stmts:
        read(inputs_of(stmt))
        for inner in blocks_of(stmt):
            read(free_values(inner))
        defined.update(outputs_of(stmt))
    read(block.results)
    return free


def map_inputs(stmt: Stmt, atom: Callable[[Atom], Atom], block: Callable[[Block], Block]) -> Stmt:
    """The statement with `atom` applied to what it reads and `block` to its blocks; outputs stay."""
    if isinstance(stmt, (Apply, Call)):
        inputs = tuple(map(atom, stmt.inputs))
        if all(new is old for new, old in zip(inputs, stmt.inputs)):
            return stmt
        if isinstance(stmt, Apply):  # written out: this is what compiling does most
            return Apply(stmt.op, inputs, stmt.outputs, stmt.params, stmt.span)
        return Call(stmt.callee, inputs, stmt.outputs, stmt.span)
    if isinstance(stmt, If):
        return replace(stmt, cond=atom(stmt.cond), then=block(stmt.then), orelse=block(stmt.orelse))
    if isinstance(stmt, For):
        trips = stmt.trips
        return replace(
            stmt,
            trips=trips and Range(atom(trips.start), atom(trips.stop), atom(trips.step)),
            xs=tuple(Walk(atom(walk.source), walk.reverse) for walk in stmt.xs),
            init=tuple(map(atom, stmt.init)),
            body=block(stmt.body),
        )
    if isinstance(stmt, While):
        return replace(stmt, init=tuple(map(atom, stmt.init)), cond=block(stmt.cond), body=block(stmt.body))
    return stmt


def substitute(block: Block, mapping: dict[Value, Atom]) -> Block:
    """The block with free values replaced. Definitions stay as they are."""

    def atom(a: Atom) -> Atom:
        while isinstance(a, Value) and a in mapping:
            a = mapping[a]
        return a

    def inner(b: Block) -> Block:
        stmts = tuple(map_inputs(stmt, atom, inner) for stmt in b.stmts)
        return Block(b.params, stmts, tuple(map(atom, b.results)))

    return inner(block)


def clone(block: Block, mapping: dict[Value, Atom]) -> Block:
    """A copy with fresh definitions; `mapping` replaces free values and is extended with the new names."""

    def atom(a: Atom) -> Atom:
        return mapping.get(a, a) if isinstance(a, Value) else a

    def fresh(values: tuple[Value, ...]) -> tuple[Value, ...]:
        new = tuple(replace(v, base=rebase(v.base)) for v in values)
        mapping.update(zip(values, new))
        return new

    def rebase(base: Value | None) -> Value | None:
        renamed = mapping.get(base) if base is not None else None
        return renamed if isinstance(renamed, Value) else base

    def inner(b: Block) -> Block:
        params = fresh(b.params)
        stmts = []
        for stmt in b.stmts:
            moved = map_inputs(stmt, atom, inner)
            if not isinstance(moved, Section):
                moved = replace(moved, outputs=fresh(moved.outputs))
            stmts.append(moved)
        return Block(params, tuple(stmts), tuple(map(atom, b.results)))

    return inner(block)


def with_callees(block: Block, names: Mapping[str, str]) -> Block:
    """The block with functions of the program called by new names; those that are not among `names` keep theirs."""

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call):
            return replace(s, callee=names.get(s.callee, s.callee))
        return map_inputs(s, lambda atom: atom, inner)

    def inner(b: Block) -> Block:
        return Block(b.params, tuple(map(stmt, b.stmts)), b.results)

    return inner(block)


def defined_in(block: Block) -> set[Value]:
    """Everything that gets its value in the block or in a block inside it."""
    found = set(block.params)
    for stmt in block.stmts:
        found.update(outputs_of(stmt))
        for inner in blocks_of(stmt):
            found |= defined_in(inner)
    return found


def use_counts(block: Block) -> Counter[Atom]:
    """How often each atom is read in the block and in those inside it."""
    uses: Counter[Atom] = Counter(block.results)
    for stmt in all_stmts(block):
        uses.update(inputs_of(stmt))
        for inner in blocks_of(stmt):
            uses.update(inner.results)
    return uses
