"""A function and its gradient as SymPy expressions in its arguments, where the program is straight enough."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from s2s_ad.derivative import Derivative, How
from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.exact import Expressions, objects
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, For, Program, Stmt, While
from s2s_ad.ir.structure import Leaf, has_real
from s2s_ad.ops.evaluate import Scope
from s2s_ad.probe import Probe
from s2s_ad.shadow import NotApplicable
from s2s_ad.span import Span

_REMEDY = "Take grad: it differentiates the program as it stands."
_TRIPS = 200  # of loops are written out
# What these give depends on the shapes of their inputs alone.
_SHAPES = frozenset("""
    list_len array_len array_size shape_item np.zeros_like np.ones_like np.empty_like zeros_like rows_like list_zeros
    """.split())


class Symbolic(NamedTuple):
    """SymPy expressions. Symbols are called as the user would write the numbers: x1, p['a'], A[0, 1].

    value       of the function
    gradient    with the structure of `grad` by all real arguments: one thing for one, a tuple for several; arrays are
                NumPy arrays of expressions
    """

    value: Any
    gradient: Any


def symbolic(f: Callable[..., Any], *args: Any) -> Symbolic:
    """The function and its gradient as SymPy expressions.

    `args` say what it is for: ints, shapes, None; without any, it is for floats.

    Loops whose trips are known are written out, helpers too. Raises UnsupportedError with the line where what happens
    depends on the number that an argument is (a branch, a maximum, a while loop), where an operation has no expression,
    where there is not one real result, and where SymPy is not installed (`pip install s2s-ad[symbolic]`).

    >>> made = symbolic(lambda x, y: x * y ** 2)
    >>> made.value, made.gradient
    (x*y**2, (y**2, 2*x*y))
    """
    found = Straight(f, args or _floats(f))
    if args or found.there():
        found.verify()
    gradient = found.gradient()
    return Symbolic(found.shown(found.value), found.structured([found.shown(each) for each in gradient]))


def _floats(f: Callable[..., Any]) -> tuple[float, ...]:
    """A float for each parameter, where nothing else is known of it."""
    derivative = Derivative(f, How("jvp"))
    every = derivative.specs(())
    specs = {name: every[name] for name in derivative._free()}
    other = next((name for name, spec in specs.items() if spec != Leaf(FLOAT)), None)
    if other is not None:
        raise KindError(f"{other} is not known to be a float", remedy="Give example arguments.")
    return tuple(0.6 + 0.1 * k for k in range(len(specs)))


class Straight:
    """A function at arguments like `args`, as an expression that holds for all numbers in their place.

    `value` is exact: a float in the program is the fraction that it is.
    """

    def __init__(self, f: Callable[..., Any], args: Sequence[Any]) -> None:
        if importlib.util.find_spec("sympy") is None:
            raise UnsupportedError("SymPy is not installed", remedy="pip install s2s-ad[symbolic]")
        import sympy

        self.sympy = sympy
        self.probe = probe = Probe(f, args)
        probe.need_numbers()
        if not all(map(np.isfinite, probe.numbers)):
            raise UnsupportedError("an expression is made for numbers that are finite", remedy=_REMEDY)
        self.symbols = tuple(sympy.Symbol(name, real=True) for name in probe.names())
        point = {symbol: sympy.Rational(float(n)) for symbol, n in zip(self.symbols, probe.numbers)}
        self._writer = runner = _Writer(probe.lowered.program, sympy, point)
        try:
            if probe.complex:
                raise NotApplicable("complex numbers take part")
            inputs = probe.inputs(probe.moved(probe.places, self._picked(self.symbols)))
            results = runner.call(probe.lowered.program.entry, inputs)
            if probe.lowered.result != Leaf(probe.lowered.program.main.body.results[0].kind):
                raise NotApplicable("the function gives several numbers")
            (result,) = (each[()] if isinstance(each, np.ndarray) and not each.shape else each for each in results)
            if isinstance(result, np.ndarray):
                raise NotApplicable("the function gives an array")
            self.value = result if runner.carries(result) else runner.constant(float(result))
        except NotApplicable as why:
            raise UnsupportedError(f"no expression in its arguments: {why}", span=runner.at, remedy=_REMEDY) from why

    def gradient(self) -> list[Any]:
        """The partial derivative by each number among the arguments."""
        return [self.sympy.diff(self.value, symbol) for symbol in self.symbols]

    def at_point(self, expression: Any) -> float:
        """What an expression comes to at the arguments, computed with many digits; NotApplicable if it is no number."""
        return self._writer.number(expression)

    def there(self) -> bool:
        """Whether the function gives a number at its arguments, if it was not the user who chose them."""
        try:
            with np.errstate(all="ignore"):
                return bool(np.isfinite(self.probe.value))
        except (ArithmeticError, ValueError):  # they are not in its domain
            return False

    def verify(self) -> None:
        """UnsupportedError if the expression is not what the function gives at the arguments."""
        try:
            self.probe.check_value(self.at_point(self.value))
        except NotApplicable as why:
            raise UnsupportedError(f"no expression in its arguments: {why}", remedy=_REMEDY) from why

    def shown(self, expression: Any) -> Any:
        """With floats where there are fractions that nobody would write."""
        long = {
            n: self.sympy.Float(float(n))
            for n in expression.atoms(self.sympy.Rational)
            if n.q > 1000 or abs(n.p) >= 10**9
        }
        return expression.xreplace(long)

    def structured(self, parts: Sequence[Any]) -> Any:
        """One for each number, in the structure of the real arguments."""
        moved = self.probe.moved(self.probe.places, self._picked(parts))
        found = [tree for tree, spec in zip(moved, self.probe.specs) if has_real(spec)]
        return found[0] if len(found) == 1 else tuple(found)

    @staticmethod
    def _picked(parts: Sequence[Any]) -> Callable[[Any, Any], Any]:
        """What puts these in the place of the numbers."""

        def part(_: Any, place: Any) -> Any:
            if isinstance(place, np.ndarray):
                return objects([parts[int(k)] for k in place.ravel()], place.shape)
            return parts[int(place)]

        return part


class _Writer(Expressions):
    """Refuses to look at what number a symbol stands for. `at` is the line of the last operation."""

    largest = 5000

    def __init__(self, program: Program, sympy: Any, point: dict[Any, Any]) -> None:
        super().__init__(program, sympy, point)
        self.at: Span | None = None
        self.trips_made = 0
        self.table = {
            **self.table,
            **{name: lambda x: self._each(sympy.Abs, x) for name in ("abs", "math.fabs", "np.fabs", "np.absolute")},
        }

    def _each(self, function: Callable[[Any], Any], x: Any) -> Any:
        return objects(list(map(function, x.ravel())), x.shape) if isinstance(x, np.ndarray) else function(x)

    def constant(self, x: Any) -> Any:
        if not np.isfinite(x):
            raise NotApplicable(f"a number on the way is {x}")
        return self.sympy.Rational(float(x))

    def plain(self, x: Any) -> Any:
        if self.carries(x):
            raise NotApplicable("what happens here depends on the numbers")
        return x

    def stmt(self, stmt: Stmt, scope: Scope) -> Sequence[Any]:
        if isinstance(stmt, Apply):
            self.at = stmt.span or self.at
            if stmt.op.name == "stop_gradient":
                raise NotApplicable("SymPy does not know of stop_gradient")
            if stmt.op.name in _SHAPES:
                values = tuple(map(self._bare, (self.read(a, scope) for a in stmt.inputs)))
                return [stmt.op.evaluate(values, stmt.params, tuple(a.kind for a in stmt.inputs))]
        return super().stmt(stmt, scope)

    def _bare(self, x: Any) -> Any:
        """Something of the same shape."""
        if isinstance(x, list):
            return list(map(self._bare, x))
        return np.ones(x.shape) if isinstance(x, np.ndarray) else x

    def trips(self, stmt: For | While, scope: Scope) -> Any:
        for items in super().trips(stmt, scope):
            self.trips_made += 1
            if self.trips_made > _TRIPS:
                self.at = stmt.span
                raise NotApplicable(f"its loops make more than {_TRIPS} trips")
            yield items
