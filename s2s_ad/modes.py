"""Every derivative by its name, and the Jacobian that looks at the lengths before it is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2s_ad import jacobians
from s2s_ad.arguments import kind_given, own_copy
from s2s_ad.derivative import Derivative, How
from s2s_ad.directional import Jvp, Linearized, Vjp
from s2s_ad.ir.kinds import Kind, is_number
from s2s_ad.ir.nodes import Apply, Program
from s2s_ad.ir.structure import Spec, leaf_kinds, leaves, spec_of
from s2s_ad.ir.walk import all_stmts
from s2s_ad.targets import held_by


class Jacobian(Derivative):
    """The Jacobian by columns or by rows, whichever are fewer for arguments of these lengths."""

    def __init__(self, target: Callable[..., Any], how: How) -> None:
        super().__init__(target, how)
        self._ways = {by: Derivative(target, dataclasses.replace(how, by_columns=by)) for by in (True, False)}
        self._found: dict[Any, Derivative] = {}
        self._latest: Derivative | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._latest = way = self._way(args, kwargs)
        return way(*args, **kwargs)

    def chosen(self, args: Sequence[Any]) -> Derivative:
        """By columns or by rows, as example arguments or the last call have it; else itself."""
        if not args:
            return self._latest or self
        return self if any(isinstance(kind_given(a), Kind) for a in args) else self._way(tuple(args), {})

    def _way(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Derivative:
        values = self._bind(args, kwargs)
        specs = {name: spec_of(value) for name, value in values.items()}
        flat = [leaf for name, spec in specs.items() for leaf in leaves(spec, values[name])]
        key = tuple(specs.values()), tuple(len(leaf) if isinstance(leaf, list) else np.shape(leaf) for leaf in flat)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._ways[self._by_columns(values, specs, args, kwargs)]
        return found

    def _by_columns(
        self, values: dict[str, Any], specs: dict[str, Spec], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        specs = self._floats(specs)
        lowered = self.lowered_target(specs)
        value, _ = jacobians.differentiated(lowered, self.how.has_aux)
        outputs = [kind for kind in leaf_kinds(value) if kind.real]
        rows = len(outputs)
        if _draws(lowered.program):  # a call to look would take from the stream
            return False
        if not all(map(is_number, outputs)):  # how long it is only the function itself can say
            returned = self.target(*own_copy(args), **own_copy(kwargs))
            parts = self.how.of if isinstance(self.how.of, tuple) else (self.how.of,)
            returned = returned[0] if self.how.has_aux else returned
            rows = sum(_count(returned if part in (None, "return") else values[part]) for part in parts)
        names, _ = self.wrt_names(specs)
        return sum(_count(_part(values, name)) for name in names) <= rows


def _draws(program: Program) -> bool:
    stmts = (stmt for function in program.functions.values() for stmt in all_stmts(function.body))
    return any(isinstance(stmt, Apply) and stmt.op.draws for stmt in stmts)


def _part(values: dict[str, Any], name: str | tuple[str, int]) -> Any:
    return values[name] if isinstance(name, str) else values[name[0]][name[1]]


def _count(value: Any) -> int:
    """How many real numbers are in it."""
    spec = spec_of(value)
    found = zip(leaf_kinds(spec), leaves(spec, value))
    return sum(len(leaf) if isinstance(leaf, list) else np.size(leaf) for kind, leaf in found if kind.real)


_CLASSES: dict[str, type[Derivative]] = {
    "jvp": Jvp, "hvp": Jvp, "fwd": Vjp, "lin": Linearized, "jacobian": Jacobian,
}  # fmt: skip


def derivative_of(target: Callable[..., Any], how: How) -> Derivative:
    """The object for a derivative of a function."""
    return _CLASSES.get(how.mode, Derivative)(target, how)


def of_another(derivative: Derivative, target: Callable[..., Any]) -> Derivative:
    """The derivative, with all that was compiled for it, of the same function with other arguments brought along."""
    other = object.__new__(type(derivative))
    vars(other).update(vars(derivative))
    other.target = target
    other._args, other._named = held_by(target)
    if isinstance(other, Jacobian):
        other._ways = {by: of_another(way, target) for by, way in other._ways.items()}
        other._found, other._latest = {}, None
    return other
