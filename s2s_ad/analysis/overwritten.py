"""Arrays that are written to later on: a version of one is there afterwards only if it was copied."""

from __future__ import annotations

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, If, Value, While
from s2s_ad.ir.walk import all_stmts, split_params


def overwritten(block: Block) -> frozenset[Value]:
    """The versions of arrays on whose spot the block, or a block in it, may write a later one."""
    before: dict[Value, list[Value]] = {}
    written: list[Value] = []

    def flows(source: Atom, target: Value) -> None:
        if isinstance(source, Value) and isinstance(source.kind, Array) and source.kind.rank:
            before.setdefault(target, []).append(source)

    for stmt in all_stmts(block):
        if isinstance(stmt, Apply) and stmt.op.store and isinstance(stmt.inputs[0], Value):
            written.append(stmt.inputs[0])
        elif isinstance(stmt, If):
            for out, *results in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                for result in results:
                    flows(result, out)
        elif isinstance(stmt, (For, While)):
            for init, param, out, result in zip(stmt.init, split_params(stmt)[1], stmt.outputs, stmt.body.results):
                flows(init, param)
                flows(result, param)
                flows(param, out)
    found: set[Value] = set()
    while written:
        value = written.pop()
        if value not in found:
            found.add(value)
            written += before.get(value, ())
    return frozenset(v for v in found if isinstance(v.kind, Array) and v.kind.rank)
