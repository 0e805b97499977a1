"""Writing rules in plain Python: what `x`, `out` and `d[...]` are while a rule runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from s2s_ad.ir.builder import Builder, const
from s2s_ad.ir.kinds import COMPLEX, Array, Kind, Scalar, join
from s2s_ad.ir.nodes import Atom, Block, Const, If, Value
from s2s_ad.ops.registry import FUNCTIONS, OPS

if TYPE_CHECKING:
    from s2s_ad.ops.core import Op


class Context(threading.local):
    """The rule that is being traced in this thread."""

    builder: Builder
    flavor: str = "python"
    tangents: dict[int, Any]
    result: Any = None


current = Context()


class Traced:
    """A number or array of the program, inside a rule. Arithmetic on it appends to the program."""

    __slots__ = ("atom",)

    def __init__(self, atom: Atom) -> None:
        self.atom = atom

    @property
    def kind(self) -> Kind:
        return self.atom.kind

    @property
    def rank(self) -> int:
        return len(self.kind.shape) if isinstance(self.kind, Array) else 0

    def __neg__(self) -> Any:
        return apply("neg", self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **params: Any) -> Any:
        """NumPy's functions in rules, and arithmetic with a NumPy number on the left."""
        if method != "__call__":
            return NotImplemented
        return of_library(ufunc, inputs, params)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return of_library(function, args, kwargs)

    def __float__(self) -> float:
        raise TypeError("inside a rule, use the functions of np, not those of math")

    def __getitem__(self, axis: int) -> Any:
        raise TypeError("inside a rule, use getitem(x, ...)")


# Where Python raises an exception at 0, a rule of a NumPy function wants inf or NaN, as NumPy has them.
_ieee = {"div": "np.divide", "pow": "np.power"}


def _both_numbers(*operands: Any) -> bool:
    numbers = (int, float, complex)
    return all(isinstance(x.kind, Scalar) if isinstance(x, Traced) else isinstance(x, numbers) for x in operands)


def _binary(plain: str, swapped: bool) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Zero):
            return NotImplemented
        name = _ieee.get(plain, plain) if current.flavor == "numpy" and _both_numbers(self, other) else plain
        return apply(name, other, self) if swapped else apply(name, self, other)

    return method


for _python, _op in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "matmul": "matmul",
                     "floordiv": "floordiv", "mod": "mod"}.items():  # fmt: skip
    setattr(Traced, f"__{_python}__", _binary(_op, False))
    setattr(Traced, f"__r{_python}__", _binary(_op, True))
for _compare in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Traced, f"__{_compare}__", _binary(_compare, False))


class Zero:
    """A derivative that is zero because nothing active reaches it. It costs nothing and emits nothing."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **params: Any) -> Any:
        return of_library(ufunc, inputs, params)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self

    def _stay(self, *other: Any) -> Zero:
        return self

    def _other(self, other: Any) -> Any:
        return other

    def __rsub__(self, other: Any) -> Any:
        return other

    def __sub__(self, other: Any) -> Any:
        return -other

    __neg__ = __mul__ = __rmul__ = __truediv__ = __matmul__ = __rmatmul__ = _stay
    __add__ = __radd__ = _other


ZERO = Zero()


class Derivatives:
    """`d` in a rule: d[x] is the tangent of an input, d[out] = ... states that of the result."""

    def __getitem__(self, x: Any) -> Any:
        return current.tangents.get(id(x), ZERO)

    def __setitem__(self, out: Any, value: Any) -> None:
        current.result = value


d = Derivatives()


def traced(value: Any) -> Traced:
    """Lift a plain number into the program that is being traced."""
    return value if isinstance(value, Traced) else Traced(const(value))


def apply(op: Op | str, *inputs: Any, **params: Any) -> Any:
    """Append an operation; a linear function of ZERO is ZERO."""
    found = OPS[op] if isinstance(op, str) else op
    if any(isinstance(x, Zero) for x in inputs):
        return ZERO
    return Traced(current.builder.apply(found, *(traced(x).atom for x in inputs), **params))


# what NumPy calls the operators
_OPERATORS: dict[Any, str] = {
    np.add: "__add__", np.subtract: "__sub__", np.multiply: "__mul__", np.true_divide: "__truediv__",
    np.power: "__pow__", np.matmul: "__matmul__", np.negative: "__neg__",
}  # fmt: skip


def of_library(function: Any, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """A function of NumPy's applied in a rule."""
    if function in _OPERATORS and not params:
        first, *others = inputs
        if others and isinstance(others[0], Zero) and not isinstance(first, (Traced, Zero)):
            return {"__add__": first, "__sub__": first}.get(_OPERATORS[function], ZERO)
        first = first if isinstance(first, Zero) else traced(first)
        found = getattr(first, _OPERATORS[function])(*others)
        if found is NotImplemented:  # of a zero derivative
            found = getattr(others[0], _OPERATORS[function].replace("__", "__r", 1))(first)
        return found
    op = FUNCTIONS.get(function)
    if op is None:
        raise TypeError(f"{function.__name__} has no place in the table, so it cannot be used in a rule")
    fixed = [arg for arg in op.args if not arg.startswith("*")]
    count = len(inputs) if op.variadic else len(fixed)
    return apply(op, *inputs[:count], **{**dict(zip(op.defaults, inputs[count:])), **params})


class Generic:
    """A function to be used in rules: `cos(x)` is math.cos in the rule of math.sin and np.cos in that of np.sin.

    A missing family is looked for among the others: NumPy's for arrays, else any. Of complex numbers it is cmath's.
    """

    def __init__(self, name: str, ops: Mapping[str, Op]) -> None:
        self.__name__ = name
        self.ops = dict(ops)

    def pick(self, inputs: tuple[Any, ...]) -> Op:
        kinds = [x.kind for x in inputs if isinstance(x, Traced)]
        numpy = any(isinstance(kind, Array) and (kind.rank or kind.dtype.startswith("complex")) for kind in kinds)
        family = "cmath" if COMPLEX in kinds and current.flavor != "numpy" else current.flavor
        order = ("numpy", "python", "math") if numpy else (family, "math", "python", "numpy")
        return next(self.ops[family] for family in order if family in self.ops)

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        return apply(self.pick(inputs), *inputs, **params)


def choose(condition: Traced, then: Callable[[], Any], orelse: Callable[[], Any]) -> Traced:
    """`then() if condition else orelse()`, elementwise for arrays (where both are computed), lazily for numbers."""
    if condition.rank:
        return apply("np.where", condition, then(), orelse())  # type: ignore[no-any-return]
    if isinstance(condition.atom, Const):
        return traced(then() if condition.atom.value else orelse())
    outer = current.builder
    blocks: list[Block] = []
    for branch in (then, orelse):
        current.builder = Builder(outer.span)
        try:
            result = traced(branch()).atom
            blocks.append(current.builder.block((), (result,)))
        finally:
            current.builder = outer
    kind = join(blocks[0].results[0].kind, blocks[1].results[0].kind)
    if kind is None:
        raise TypeError("the two sides of choose() are of different kinds")
    out = Value(kind)
    outer.emit(If(condition.atom, blocks[0], blocks[1], (out,), outer.span))
    return Traced(out)


def constant(x: Any) -> Any:
    """The compile-time value of an input, or None: lets a rule be simpler for x**2 than for x**y."""
    if isinstance(x, Traced) and isinstance(x.atom, Const):
        return x.atom.value
    return x if isinstance(x, (int, float, complex, np.generic)) else None
