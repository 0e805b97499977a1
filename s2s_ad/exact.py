"""Derivatives by SymPy, which knows nothing of our rules: the program as an expression, evaluated to 30 digits."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Apply, For, Program, Stmt, While
from s2s_ad.ops.evaluate import Scope
from s2s_ad.probe import FEW, Direction, Probe
from s2s_ad.shadow import NotApplicable, Shadow

_DIGITS = 50  # with which it computes; 30 are asked of the result
_LARGEST = 3000  # nodes of an expression written out as a tree


def exact(probe: Probe, direction: Direction) -> float:
    """The derivative along the direction, for programs without loops; NotApplicable says what is in the way."""
    if importlib.util.find_spec("sympy") is None:
        raise NotApplicable("SymPy is not installed (pip install s2s-ad[symbolic])")
    if len(probe.numbers) > FEW:
        raise NotApplicable(f"there are more than {FEW} numbers")
    import sympy

    def run(*inputs: Any) -> tuple[Any, ...]:
        return runner.call(probe.lowered.program.entry, inputs)

    runner = _Symbolic(probe.lowered.program, sympy)
    made = probe.interpreted(run, probe.moved(direction, runner.step))
    if not runner.carries(made):
        return 0.0  # nothing that moves reaches the result
    here = float(probe.weighted(probe.value))
    value = runner.number(made)
    if not np.isclose(value, here, rtol=1e-6 if probe.epsilon < 1e-12 else 1e-2, atol=1e-9):
        raise NotApplicable(f"its value is {value:.6g} where the function gives {here:.6g}")
    return runner.number(sympy.diff(made, runner.t))


class _Symbolic(Shadow):
    """Numbers are expressions in one symbol t, which is 0. A branch is the one that is taken there."""

    def __init__(self, program: Program, sympy: Any) -> None:
        super().__init__(program)
        self.sympy = sympy
        self.t = sympy.Symbol("t", real=True)
        self.sizes: dict[Any, int] = {}

    def step(self, x: Any, direction: Any) -> Any:
        """Numbers that do not move stay what they are."""
        if isinstance(x, np.ndarray) and x.shape:
            moved = [self.step(a, d) for a, d in zip(x.ravel(), np.ravel(direction))]
            return _objects(moved, x.shape) if any(map(self.carries, moved)) else x
        return self.constant(float(x)) + self.constant(float(direction)) * self.t if direction else x

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
        return np.bool_(self.t in getattr(x, "free_symbols", ()))

    def lift(self, x: Any) -> Any:
        if isinstance(x, list):
            return list(map(self.lift, x))
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            return _objects([self.constant(item) for item in x.ravel()], x.shape)
        return self.constant(x) if isinstance(x, (float, np.floating)) else x

    def number(self, expression: Any) -> float:
        """The value where t is 0."""
        if self.size(expression) > _LARGEST:
            raise NotApplicable("the expression is too large")
        value = self.sympy.sympify(expression).evalf(30, subs={self.t: 0})
        if value.is_Float or value.is_Integer or value in (self.sympy.oo, -self.sympy.oo):
            return float(value)
        raise NotApplicable(f"it comes to {str(value)[:40]}")

    def size(self, expression: Any) -> int:
        """How many nodes it has; what occurs twice is computed twice."""
        if not isinstance(expression, self.sympy.Basic):
            return 1
        if expression not in self.sizes:
            parts = expression.args
            self.sizes[expression] = 1 + sum(map(self.size, parts))
        return self.sizes[expression]

    def stmt(self, stmt: Stmt, scope: Scope) -> Any:
        if isinstance(stmt, (For, While)):
            raise NotApplicable("the program has a loop")
        return super().stmt(stmt, scope)

    def checked(self, stmt: Apply, made: Any, inputs: Sequence[Any]) -> Any:
        """Given up while it is small enough for SymPy to be quick."""
        for item in made.ravel() if isinstance(made, np.ndarray) else made if isinstance(made, list) else [made]:
            if self.size(item) > _LARGEST:
                raise NotApplicable("the expression is too large")
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
                return _objects([function(item, **params) for item in x.ravel()], x.shape)
            return function(x, **params)

        return apply

    def power(self, x: Any, y: Any) -> Any:
        return np.asarray(x, object) ** y if isinstance(y, np.ndarray) else x**y


def _objects(items: list[Any], shape: tuple[int, ...]) -> Any:
    made = np.empty(len(items), object)
    made[:] = items
    return made.reshape(shape)
