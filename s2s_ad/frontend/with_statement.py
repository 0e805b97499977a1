"""with: np.errstate, which changes no value, and gradient_of, whose body runs in the reverse sweep."""

from __future__ import annotations

import ast

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.control import run_block
from s2s_ad.frontend.machine import Machine, statement
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.values import Abstract, ArrayRef, Known, Sym, what
from s2s_ad.ir.nodes import Block, Value
from s2s_ad.ir.walk import free_values, substitute


@statement(ast.With)
def _with(machine: Machine, node: ast.With) -> None:
    for item in node.items:
        value = item.context_expr
        function = machine.eval(value.func) if isinstance(value, ast.Call) else None
        obj = function.obj if isinstance(function, Known) else None
        if getattr(obj, "__s2s_gradient__", False) and len(node.items) == 1:
            assert isinstance(value, ast.Call)
            _hook(machine, node, value, item.optional_vars)
            return
        if obj is not np.errstate or item.optional_vars is not None:
            raise UnsupportedError("with is supported for np.errstate(...) and gradient_of(...) only")
        assert isinstance(value, ast.Call)
        _errstate(machine, value)
    run_block(machine, node.body)


def _errstate(machine: Machine, node: ast.Call) -> None:
    """What is not to be warned of, the derivative does not warn of either."""
    for keyword in node.keywords:
        mode = machine.eval(keyword.value)
        if keyword.arg is None or not isinstance(mode, Known) or mode.obj not in ("ignore", "warn"):
            raise UnsupportedError(
                f"np.errstate with {keyword.arg or '**'}={ast.unparse(keyword.value)}",
                remedy='Use "ignore" or "warn"; where something is to be raised, ask np.isfinite and raise it.',
            )
        if mode.obj == "ignore":
            machine.unit.errstate[keyword.arg] = "ignore"


def _hook(machine: Machine, node: ast.With, call: ast.Call, target: ast.expr | None) -> None:
    """The variable goes on as one whose cotangent the body has seen and may have changed."""
    name = call.args[0].id if len(call.args) == 1 and isinstance(call.args[0], ast.Name) else None
    if name is None or call.keywords or not isinstance(target, ast.Name):
        raise UnsupportedError("gradient_of takes a variable", remedy="Write: with gradient_of(x) as x_bar:")
    if any(isinstance(part, ast.Return) for inner in node.body for part in ast.walk(inner)):
        raise UnsupportedError("return in the body of gradient_of: it runs in the reverse sweep")
    value = read(machine.get(name))
    if not (isinstance(value, Sym) and value.kind.real) or isinstance(value, ArrayRef) and value.steps:
        raise KindError(f"gradient_of takes a number or an array of floats, and this is {what(value)}")
    primal = value.atom
    param = Value(primal.kind, target.id)
    before = dict(machine.store)

    def body() -> Abstract:
        machine.set(target.id, Sym(param))
        run_block(machine, node.body)
        changed = [key for key, was in before.items() if machine.store.get(key) is not was and key != own]
        if changed or machine.dead:
            raise UnsupportedError(
                "the body of gradient_of changes something of the function",
                remedy=f"It may rebind {target.id}, print, and use new names: it runs when the function is over.",
            )
        found = read(machine.get(target.id))
        return Sym(found.atom) if isinstance(found, Sym) else found

    own = (machine.frame.id, target.id)
    side = machine.side(body)
    result = side.value
    if not isinstance(result, Sym) or result.kind != primal.kind:
        raise KindError(f"{target.id} is of the kind {primal.kind}, and the body of gradient_of makes {what(result)}")
    inside = Block((param,), tuple(side.builder.stmts), (result.atom,))
    captured = tuple(free_values(inside))
    inner = tuple(Value(v.kind, v.hint) for v in captured)
    closed = substitute(inside, dict(zip(captured, inner)))
    block = Block((param, *inner), closed.stmts, closed.results)
    made = machine.apply("gradient_hook", primal, *captured, block=block)
    if isinstance(value, ArrayRef):
        machine.store[value.cell] = made
    else:
        machine.set(name, made)
