"""Arrays that are written to on the spot, at least in part: an old version of one is there only if it was copied."""

from __future__ import annotations

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, If, Value, While
from s2s_ad.ir.walk import all_stmts


def overwritten(block: Block) -> frozenset[Value]:
    """All versions of the arrays that a block, or a block in it, writes to."""
    parent: dict[Value, Value] = {}

    def find(value: Value) -> Value:
        root = value
        while parent.setdefault(root, root) is not root:
            root = parent[root]
        while parent[value] is not root:
            parent[value], value = root, parent[value]
        return root

    def join(*atoms: Atom) -> None:
        values = [a for a in atoms if isinstance(a, Value) and isinstance(a.kind, Array) and a.kind.rank]
        for value in values[1:]:
            parent[find(value)] = find(values[0])

    written: set[Value] = set()
    for stmt in all_stmts(block):
        if isinstance(stmt, Apply) and stmt.op.store and isinstance(stmt.inputs[0], Value):
            join(stmt.inputs[0], stmt.out)
            written.update(v for v in (stmt.inputs[0],) if isinstance(v.kind, Array) and v.kind.rank)
        elif isinstance(stmt, If):
            for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                join(out, a, b)
        elif isinstance(stmt, (For, While)):
            n = len(stmt.init)
            for k, (init, out) in enumerate(zip(stmt.init, stmt.outputs)):
                params = [stmt.body.params[len(stmt.body.params) - n + k]]
                if isinstance(stmt, While):
                    params.append(stmt.cond.params[k])
                join(init, out, stmt.body.results[k], *params)
    roots = {find(v) for v in written}
    return frozenset(v for v in list(parent) if find(v) in roots)
