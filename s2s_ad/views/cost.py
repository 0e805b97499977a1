"""What programs cost: their arithmetic, their statements, and derivatives called without the checks of arguments."""

from __future__ import annotations

import ast
import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2s_ad.arguments import converted
from s2s_ad.derivative import How
from s2s_ad.ir.nodes import Apply, Program, Stmt
from s2s_ad.ir.structure import Lowered, leaf_kinds, spec_of
from s2s_ad.modes import derivative_of
from s2s_ad.ops.evaluate import Evaluator, Scope
from s2s_ad.pipeline import emit
from s2s_ad.probe import Probe


class Emitted:
    """One of our derivatives as the function that is emitted: what it costs without the checks of its arguments."""

    def __init__(self, probe: Probe, mode: str) -> None:
        self.probe, self.bound = probe, probe.bound(probe.args)
        specs = {name: spec_of(value) for name, value in self.bound.items()}
        derivative = derivative_of(probe.f, How(mode))
        start = time.perf_counter()
        self.lowered = derivative.lowered(specs)
        self.text = emit([self.lowered], True).text
        self.seconds = time.perf_counter() - start
        self.compiled, self.reads = derivative.compiled_for_specs(specs)

    def values(self, added: Sequence[Any]) -> dict[str, Any]:
        """The arguments, and after them tangents or a cotangent."""
        return {**self.bound, **dict(zip(list(self.lowered.arguments)[len(self.bound) :], added))}

    def call(self, added: Sequence[Any]) -> Callable[[], Any]:
        values, arguments = self.values(added), self.compiled.arguments.items()
        given = [converted(spec, values[name]) for name, spec in arguments if leaf_kinds(spec)]
        return functools.partial(self.compiled.function, *given, **self.reads)

    def length(self, added: Sequence[Any]) -> int:
        return operations(self.probe, self.lowered, self.values(added))


class _Counter(Evaluator):
    """Runs a program and counts its arithmetic: once for each element that an operation takes or gives."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.operations = 0

    def stmt(self, stmt: Stmt, scope: Scope) -> Sequence[Any]:
        made = super().stmt(stmt, scope)
        if isinstance(stmt, Apply) and stmt.op.name not in _MOVES and any(out.kind.real for out in stmt.outputs):
            sizes = [np.size(self.read(a, scope)) for a in stmt.inputs if a.kind.real] + [np.size(m) for m in made]
            self.operations += max(sizes)
        return made


# What only hands numbers on, or makes room for them.
_MOVES = frozenset("""
    list_new list_append list_get list_set list_init list_fill list_concat list_head list_tail list_reverse list_plus
    list_zeros list_to_array list_to_array_like array_to_list copy getitem index_set array_of broadcast_like pack unpack
    reshape_like part zeros_like zero_number unit unit_like stop_gradient gradient_hook record_zeros float astype
    np.zeros np.ones np.empty np.zeros_like np.ones_like np.empty_like np.full np.full_like np.array np.asarray np.copy
    np.ascontiguousarray np.broadcast_to np.reshape np.ravel np.transpose np.swapaxes np.moveaxis np.squeeze np.flip
    np.expand_dims np.concatenate np.stack np.hstack np.vstack np.column_stack np.repeat np.tile np.roll np.diag
    """.split())


def operations(probe: Probe, lowered: Lowered, values: dict[str, Any]) -> int:
    """How much arithmetic a program does: an operation on an array counts once for each element."""
    counter = _Counter(lowered.program)
    counter.call(lowered.program.entry, probe.inputs_of(lowered, values))
    return counter.operations


def statements(tree: ast.AST) -> int:
    """How many statements are in the bodies of its functions, without documentation."""
    if isinstance(tree, ast.Lambda):
        return 1
    inner = {id(stmt) for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
             for own in node.body for stmt in ast.walk(own)}  # fmt: skip
    return sum(
        isinstance(node, ast.stmt)
        and id(node) in inner
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.walk(tree)
    )
