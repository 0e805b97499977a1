"""What a derivative returns belongs to the caller: no array of his, and no two names for one array."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.analysis.overlap import defs_of, meets_itself
from s2s_ad.analysis.overwritten import overwritten
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import Array, Kind, List
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, free_values, map_inputs, split_params, substitute
from s2s_ad.ops.linear import is_filled
from s2s_ad.ops.registry import OPS

STACKING = ("rows", "columns", "list_to_array", "list_to_array_like")


def copy_overlaps(function: Function) -> Function:
    """Copies what is written to another part of its own array, where NumPy may read what it has just written.

    A program that does so is refused, but after `1.0 * A[1]` became `A[1]`, or in a tangent, the copy is gone.
    """
    made = defs_of(function.body)
    if not any(meets_itself(stmt, made) for stmt in all_stmts(function.body)):
        return function

    def block(old: Block) -> Block:
        builder = Builder()
        for stmt in old.stmts:
            if meets_itself(stmt, made):
                builder.span = stmt.span
                copied = builder.apply(OPS["np.copy"], stmt.inputs[1])
                stmt = replace(stmt, inputs=(stmt.inputs[0], copied, *stmt.inputs[2:]))
            builder.emit(map_inputs(stmt, lambda atom: atom, block))
        return replace(old, stmts=tuple(builder.stmts))

    return replace(function, body=block(function.body))


def unwidened(function: Function) -> Function:
    """The function without what only its derivatives had to know: that a number is taken as one of more bits."""
    same: dict[Value, Atom] = {}

    def block(old: Block) -> Block:
        for stmt in old.stmts:
            if isinstance(stmt, Apply) and stmt.op.name == "widened":
                same[stmt.out] = same.get(stmt.inputs[0], stmt.inputs[0])  # type: ignore[arg-type]
        left = (s for s in old.stmts if not (isinstance(s, Apply) and s.op.name == "widened"))
        return replace(old, stmts=tuple(map_inputs(s, lambda atom: atom, block) for s in left))

    body = block(function.body)
    return replace(function, body=substitute(body, same)) if same else function


def _is_list(atom: Atom) -> bool:
    return isinstance(atom.kind, List)


def own_results(function: Function, since: int = 0) -> Function:
    """Copies results (from number `since` on) that may share memory with an input or with an earlier result.

    Also results that are views which NumPy makes read-only.
    """
    body = _own_inputs(function.body)
    sources = _sources(body)
    builder = Builder()
    builder.stmts.extend(body.stmts)
    taken: set[Value] = set(body.params)
    results: list[Atom] = []
    for i, atom in enumerate(body.results):
        if not (isinstance(atom, Value) and isinstance(atom.kind, (Array, List)) and _has_memory(atom)):
            results.append(atom)
            continue
        roots = sources.get(atom) or {atom}
        if i >= since and (roots & taken or _read_only(body, atom)):
            atom = builder.apply(OPS["copy"], atom)
        taken |= roots
        results.append(atom)
    return replace(function, body=Block(body.params, tuple(builder.stmts), tuple(results)))


def _own_inputs(block: Block) -> Block:
    """An input that is written to and may be returned is copied first: what is written then belongs to the caller."""
    returned = {root for roots in map(_sources(block).get, _values(block.results)) if roots for root in roots}
    for param in (p for p in block.params if p in overwritten(block) and p in returned):
        at = next(k for k, s in enumerate(block.stmts) if param in _reads(s) and not _asks_shape(s))
        copied = replace(param) if param.hint else Value(param.kind)
        copy = Apply(OPS["copy"], (param,), (copied,), (), None)
        rest = substitute(Block((), block.stmts[at:], block.results), {param: copied})
        block = Block(block.params, (*block.stmts[:at], copy, *rest.stmts), rest.results)
    return block


def _values(atoms: tuple[Atom, ...]) -> list[Value]:
    return [atom for atom in atoms if isinstance(atom, Value)]


def _reads(stmt: Stmt) -> dict[Value, None]:
    return free_values(Block((), (stmt,), ()))


def _asks_shape(stmt: Stmt) -> bool:
    return isinstance(stmt, Apply) and stmt.op.name in ("shape_item", "array_len", "array_size")


def _has_memory(atom: Atom) -> bool:
    return not isinstance(atom.kind, Array) or bool(atom.kind.shape)


def _holds_memory(kind: Kind) -> bool:
    """Whether it is, or holds, something that can be changed in place: a new list of numbers shares nothing."""
    item = kind.item if isinstance(kind, List) else kind
    return isinstance(item, List) or (isinstance(item, Array) and bool(item.shape))


def _read_only(block: Block, value: Value) -> bool:
    return any(
        isinstance(s, Apply) and s.outputs[:1] == (value,) and s.op.name == "broadcast_like" and not is_filled(s)
        for s in block.stmts
    )


def _sources(block: Block) -> dict[Value, set[Value]]:
    """For each value the values whose memory it may share, itself included if it is new."""
    found: dict[Value, set[Value]] = {}

    def of(atom: Atom) -> set[Value]:
        return (found.get(atom) or {atom}) if isinstance(atom, Value) else set()

    def note(out: Value, *atoms: Atom) -> bool:
        roots = {root for a in atoms for root in of(a)}
        before = found.get(out, set())
        found[out] = before | roots
        return found[out] != before

    def visit(stmts: tuple[Stmt, ...]) -> None:
        for stmt in stmts:
            if isinstance(stmt, Apply):
                if isinstance(stmt.outputs[0].kind, Array) and stmt.op.name in STACKING and _is_list(stmt.inputs[0]):
                    pass  # the items of the list are copied into a new array
                elif is_filled(stmt):
                    pass  # so is the number
                elif (stmt.op.alias or stmt.op.store or stmt.op.cost == 0) and stmt.inputs:
                    note(stmt.outputs[0], stmt.inputs[0])
                elif any(isinstance(a.kind, List) for a in stmt.inputs):
                    for out in stmt.outputs:  # an item of a list, or a list that holds it
                        if _holds_memory(out.kind):
                            note(out, *stmt.inputs)
            elif isinstance(stmt, If):
                visit(stmt.then.stmts)
                visit(stmt.orelse.stmts)
                for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                    note(out, a, b)
            elif isinstance(stmt, (For, While)):
                loop(stmt)

    def loop(stmt: For | While) -> None:
        items, carried = split_params(stmt)
        if isinstance(stmt, For) and stmt.xs:
            for item, walk in zip(items[-len(stmt.xs) :], stmt.xs):
                note(item, walk.source)
        for p, a in zip(carried, stmt.init):
            note(p, a)
        while True:
            visit(stmt.body.stmts)
            if not any([note(p, r) for p, r in zip(carried, stmt.body.results)]):
                break
        for out, r in zip(stmt.outputs, stmt.body.results):
            note(out, r)
        for out, p in zip(stmt.outputs, carried):
            note(out, p)

    visit(block.stmts)
    return found
