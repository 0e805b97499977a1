"""Derivatives by SymPy, which knows nothing of our rules: the program as an expression, evaluated to 30 digits."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Apply, For, Program, Stmt, While
from s2s_ad.ops.evaluate import Scope
from s2s_ad.probe import FEW, Direction, Probe
from s2s_ad.shadow import NotApplicable, Shadow

_DIGITS = 50  # with which it computes; 30 are asked of the result


def exact(probe: Probe, direction: Direction) -> float:
    """The derivative along the direction, for programs without loops; NotApplicable says what is in the way."""
    if importlib.util.find_spec("sympy") is None:
        raise NotApplicable("SymPy is not installed (pip install s2s-ad[symbolic])")
    if len(probe.numbers) > FEW:
        raise NotApplicable(f"there are more than {FEW} numbers")
    import sympy

    def run(*inputs: Any) -> tuple[Any, ...]:
        return runner.call(probe.lowered.program.entry, inputs)

    t = sympy.Symbol("t", real=True)
    runner = _Line(probe.lowered.program, sympy, {t: 0})
    made = probe.interpreted(run, probe.moved(direction, lambda x, d: runner.step(x, d, t)))
    if not runner.carries(made):
        return 0.0  # nothing that moves reaches the result
    probe.check_value(runner.number(made))
    return runner.number(sympy.diff(made, t))


class Expressions(Shadow):
    """Numbers are expressions in symbols. `point` says what number each symbol stands for; a branch is the one that is
    taken there."""

    largest = 3000  # nodes of an expression, written out as a tree

    def __init__(self, program: Program, sympy: Any, point: Mapping[Any, Any]) -> None:
        super().__init__(program)
        self.sympy, self.point = sympy, point
        self.sizes: dict[Any, int] = {}

    def constant(self, x: Any) -> Any:
        if not np.isfinite(x):
            raise NotApplicable(f"a number on the way is {x}")
        return self.sympy.Integer(int(x)) if x == int(x) and abs(x) < 1e6 else self.sympy.Float(float(x), _DIGITS)

    def carries(self, x: Any) -> bool:
        if isinstance(x, (list, tuple)):
            return any(map(self.carries, x))
        return isinstance(x, self.sympy.Basic) or isinstance(x, np.ndarray) and x.dtype == object

    def plain(self, x: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return type(x)(map(self.plain, x))
        if isinstance(x, np.ndarray) and x.dtype == object:
            return np.array([self.plain(item) for item in x.ravel()], float).reshape(x.shape)
        return self.number(x) if isinstance(x, self.sympy.Basic) else x

    def moving(self, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return np.array([self.moving(item) for item in x.ravel()], bool).reshape(x.shape)
        return np.bool_(any(symbol in self.point for symbol in getattr(x, "free_symbols", ())))

    def lift(self, x: Any) -> Any:
        if isinstance(x, list):
            return list(map(self.lift, x))
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            return objects([self.constant(item) for item in x.ravel()], x.shape)
        return self.constant(x) if isinstance(x, (float, np.floating)) else x

    def number(self, expression: Any) -> float:
        """The value at the point."""
        self.small(expression)
        value = self.sympy.sympify(expression).evalf(30, subs=self.point)
        if value.is_Float or value.is_Integer or value in (self.sympy.oo, -self.sympy.oo):
            return float(value)
        raise NotApplicable(f"it comes to {str(value)[:40]}")

    def small(self, expression: Any) -> None:
        """NotApplicable if it is not."""
        if self.size(expression) > self.largest:
            raise NotApplicable("the expression is too large")

    def size(self, expression: Any) -> int:
        """How many nodes it has; what occurs twice is computed twice."""
        if not isinstance(expression, self.sympy.Basic):
            return 1
        if expression not in self.sizes:
            parts = expression.args
            self.sizes[expression] = 1 + sum(map(self.size, parts))
        return self.sizes[expression]

    def checked(self, stmt: Apply, made: Any, inputs: Sequence[Any]) -> Any:
        """Given up while it is small enough for SymPy to be quick."""
        for item in made.ravel() if isinstance(made, np.ndarray) else made if isinstance(made, list) else [made]:
            self.small(item)
        return made

    def fn(self, name: str) -> Callable[..., Any]:
        sympy = self.sympy
        known: dict[str, Callable[..., Any]] = {
            "lgamma": sympy.loggamma,
            "digamma": lambda x: sympy.polygamma(0, x),
            "polygamma": lambda x, n=1: sympy.polygamma(n, x),
        }
        # arcsin is asin there
        function = known.get(name) or getattr(sympy, name.replace("arc", "a"))

        def apply(x: Any, **params: Any) -> Any:
            if isinstance(x, np.ndarray):
                return objects([function(item, **params) for item in x.ravel()], x.shape)
            return function(x, **params)

        return apply

    def power(self, x: Any, y: Any) -> Any:
        return np.asarray(x, object) ** y if isinstance(y, np.ndarray) else x**y


class _Line(Expressions):
    """One symbol, along a direction; loops would be written out at each of many calls."""

    def step(self, x: Any, direction: Any, t: Any) -> Any:
        """x + direction * t; numbers that do not move stay what they are."""
        if isinstance(x, np.ndarray) and x.shape:
            moved = [self.step(a, d, t) for a, d in zip(x.ravel(), np.ravel(direction))]
            return objects(moved, x.shape) if any(map(self.carries, moved)) else x
        return self.constant(float(x)) + self.constant(float(direction)) * t if direction else x

    def stmt(self, stmt: Stmt, scope: Scope) -> Any:
        if isinstance(stmt, (For, While)):
            raise NotApplicable("the program has a loop")
        return super().stmt(stmt, scope)


def objects(items: list[Any], shape: tuple[int, ...]) -> Any:
    """An array of anything."""
    made = np.empty(len(items), object)
    made[:] = items
    return made.reshape(shape)
