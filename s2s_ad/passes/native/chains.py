"""Numbers that a loop multiplies in each trip, multiplied once a trip.

The adjoint of a recurrence is a multiple of the adjoint after it. Where a trip computes it in several steps, the next
trip waits for all of them; as x_bar times a number that is made of other things, it waits for one multiplication.
What the user wrote is computed as he wrote it: a product in another order may overflow.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, For, If, Stmt, Value, While
from s2s_ad.ir.walk import is_derivative, map_inputs, split_params
from s2s_ad.passes.native.factors import multiple_of

Makers = dict[Value, Apply]


def short_chains(block: Block) -> Block:
    """The block whose innermost loops carry such numbers so."""
    return replace(block, stmts=tuple(_shortened(map_inputs(s, lambda a: a, short_chains)) for s in block.stmts))


def _shortened(loop: Stmt) -> Stmt:
    if not isinstance(loop, (For, While)) or any(isinstance(s, (For, While, If)) for s in loop.body.stmts):
        return loop
    body = loop.body
    makers = {s.outputs[0]: s for s in body.stmts if isinstance(s, Apply)}
    builder = Builder()
    builder.stmts += body.stmts
    results = list(body.results)
    for k, param in enumerate(split_params(loop)[1]):
        if param.kind == FLOAT and is_derivative(param) and _steps(results[k], param, makers) > 1:
            made = makers[results[k]]  # type: ignore[index]
            builder.span = made.span
            results[k] = multiple_of(builder, made, param, makers) or results[k]
    return replace(loop, body=Block(body.params, tuple(builder.stmts), tuple(results)))


def _steps(number: Atom, param: Value, makers: Makers) -> int:
    """How many operations, one after the other, lead from the one to the other; 0 if none do."""
    depths: dict[Atom, int] = {param: 1}
    for out, stmt in makers.items():
        before = max((depths[a] for a in stmt.inputs if a in depths), default=0)
        if before:
            depths[out] = before + 1
    return depths.get(number, 1) - 1
