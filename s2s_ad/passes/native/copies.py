"""An array that stands as long as its copy is read need not be copied."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.nodes import Apply, Atom, Block, Value
from s2s_ad.ir.walk import map_inputs, substitute
from s2s_ad.passes.native.buffers import only_read


def uncopied(block: Block) -> Block:
    """The block without such copies, in inner blocks too."""
    block = replace(block, stmts=tuple(map_inputs(s, lambda a: a, uncopied) for s in block.stmts))
    same: dict[Value, Atom] = {}
    for k, stmt in enumerate(block.stmts):
        if isinstance(stmt, Apply) and stmt.op.name in ("copy", "np.copy") and isinstance(stmt.inputs[0], Value):
            after = Block((), block.stmts[k + 1 :], ())
            if stmt.out not in block.results and only_read(stmt.out, after) and only_read(stmt.inputs[0], after):
                same[stmt.out] = stmt.inputs[0]
    left = tuple(s for s in block.stmts if not (isinstance(s, Apply) and s.outputs[:1] and s.outputs[0] in same))
    return substitute(replace(block, stmts=left), same)
