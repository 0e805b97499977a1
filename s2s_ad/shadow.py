"""Running a program with numbers that carry a derivative along: what complex steps and SymPy have in common.

The operations stand in a table of their own, so that an error in a rule cannot repeat itself here.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from s2s_ad.ir.nodes import Apply, Program, Stmt
from s2s_ad.ops.evaluate import Evaluator, Scope


class NotApplicable(Exception):
    """This way of differentiating has nothing to say here; the message says why."""


# The code of these is right for any numbers that can be added and multiplied.
AS_THEY_ARE = frozenset("""
    add sub mul div neg pos matmul list_new list_append list_get list_add_at list_set list_init list_sum list_fill
    list_concat list_head list_tail list_reverse list_plus list_to_array list_to_array_like array_to_list copy
    getitem index_add index_set array_of broadcast_like reshape_like unbroadcast from_diagonal part sum_repeats
    sum_tiles pack unpack products_without np.add np.subtract np.multiply np.divide np.negative np.positive np.array
    np.asarray np.ascontiguousarray np.copy np.broadcast_to np.column_stack np.concatenate np.cumsum np.diag np.diagonal
    np.dot np.outer np.expand_dims np.flip np.full np.full_like np.hstack np.vstack np.stack np.linspace np.mean
    np.moveaxis np.prod np.ravel np.repeat np.reshape np.roll np.squeeze np.sum np.swapaxes np.tile np.trace
    np.transpose np.tril np.triu
    """.split())

# As NumPy calls them; `math` has the shorter names.
ELEMENTARY = frozenset("exp log sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh".split())
SHORT = {name.replace("arc", "a"): name for name in ELEMENTARY if name.startswith("arc")}
SPECIAL = {"math.erf", "math.erfc", "math.gamma", "math.lgamma", "digamma", "polygamma"}
CASTS = {"float", "astype", "np.float64", "np.float32", "np.float16"}


class Shadow(Evaluator, ABC):
    """Runs a program in which some numbers are not floats but things that know how they depend on one variable."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.table: Mapping[str, Callable[..., Any]] = {
            **{name: self.absolute for name in ("abs", "math.fabs", "np.fabs")},
            "np.absolute": self.absolute,
            "pow": self.power,
            "math.pow": self.power,
            "np.power": self.power,
            "np.float_power": self.power,
            "math.atan2": self.atan2,
            "np.arctan2": self.atan2,
            "math.hypot": self.hypot,
            "np.hypot": self.hypot,
            "np.where": self.where,
            "np.maximum": lambda x, y: self.extreme(x, y, 1.0),
            "np.fmax": lambda x, y: self.extreme(x, y, 1.0),
            "np.minimum": lambda x, y: self.extreme(x, y, -1.0),
            "np.fmin": lambda x, y: self.extreme(x, y, -1.0),
            "np.max": lambda x, axis=None, keepdims=False: self.extremes(x, axis, keepdims, 1.0),
            "np.min": lambda x, axis=None, keepdims=False: self.extremes(x, axis, keepdims, -1.0),
            "np.var": self.variance,
            "np.std": lambda x, **params: self.fn("sqrt")(self.variance(x, **params)),
            "np.linalg.norm": self.norm,
            "np.sinc": self.sinc,
            "np.logaddexp": lambda x, y: self.logaddexp(x, y, 1.0),
            "np.logaddexp2": lambda x, y: self.logaddexp(x, y, math.log(2.0)),
            "logistic": lambda x: 1.0 / (1.0 + self.fn("exp")(-x)),
            "math.copysign": self.copysign,
            "np.copysign": self.copysign,
            "mod": lambda x, y: x - y * np.floor_divide(self.plain(x), self.plain(y)),
            "np.remainder": lambda x, y: x - y * np.floor_divide(self.plain(x), self.plain(y)),
            "math.fmod": lambda x, y: x - y * np.trunc(self.plain(x) / self.plain(y)),
            "np.fmod": lambda x, y: x - y * np.trunc(np.divide(self.plain(x), self.plain(y))),
            "math.remainder": lambda x, y: x - y * np.rint(self.plain(x) / self.plain(y)),
            "fraction_part": lambda x: x - math.trunc(self.plain(x)),
            "mantissa": lambda x: x / 2.0 ** math.frexp(self.plain(x))[1],
            "math.ldexp": lambda x, i: x * 2.0**i,
            "math.fma": lambda x, y, z: x * y + z,
            "math.sumprod": lambda *xs: sum(a * b for a, b in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
            "math.fsum": lambda *xs: sum(xs[0]) if len(xs) == 1 and np.ndim(xs[0]) else sum(xs),
            "np.vdot": lambda x, y: (np.ravel(x) * np.ravel(y)).sum(),
            "math.log": lambda x, *base: self.fn("log")(x) / self.fn("log")(base[0]) if base else self.fn("log")(x),
            "stop_gradient": lambda x: self.plain(x),
            "np.square": lambda x: x * x,
            "np.reciprocal": lambda x: 1.0 / x,
            **{f"{m}.exp2": lambda x: self.fn("exp")(x * self.constant(math.log(2.0))) for m in ("math", "np")},
            **{f"{m}.expm1": lambda x: self.fn("exp")(x) - 1.0 for m in ("math", "np")},
            **{f"{m}.log1p": lambda x: self.fn("log")(1.0 + x) for m in ("math", "np")},
            **{f"{m}.log2": lambda x: self.fn("log")(x) / self.constant(math.log(2.0)) for m in ("math", "np")},
            **{f"{m}.log10": lambda x: self.fn("log")(x) / self.constant(math.log(10.0)) for m in ("math", "np")},
            **{f"{m}.cbrt": self.cbrt for m in ("math", "np")},
            **{name: lambda x: x * self.constant(180.0 / math.pi) for name in _DEGREES},
            **{name: lambda x: x * self.constant(math.pi / 180.0) for name in _RADIANS},
        }

    # --- what each of the two says for itself -------------------------------------------------------------------------

    @abstractmethod
    def carries(self, x: Any) -> bool:
        """Whether x, or something in it, depends on the variable."""

    @abstractmethod
    def plain(self, x: Any) -> Any:
        """x without what it carries: the number that the program would have."""

    @abstractmethod
    def moving(self, x: Any) -> Any:
        """Element by element, whether a number or array depends on the variable."""

    @abstractmethod
    def lift(self, x: Any) -> Any:
        """x so that it goes together with numbers that carry something."""

    @abstractmethod
    def fn(self, name: str) -> Callable[..., Any]:
        """An elementary function, of numbers and arrays."""

    @abstractmethod
    def power(self, x: Any, y: Any) -> Any: ...

    def constant(self, x: float) -> Any:
        return x

    def checked(self, stmt: Apply, made: Any, inputs: Sequence[Any]) -> Any:
        """The last word on what an operation gave."""
        return made

    # --- running ------------------------------------------------------------------------------------------------------

    def stmt(self, stmt: Stmt, scope: Scope) -> Sequence[Any]:
        if not isinstance(stmt, Apply):
            return super().stmt(stmt, scope)
        if stmt.op.effect and not stmt.op.draws:
            return [None] * len(stmt.outputs)  # what it prints has been printed; what it raises has not been raised
        inputs = [self.read(a, scope) for a in stmt.inputs]
        if stmt.op.name in ("pack", "unpack"):
            return [tuple(inputs)] if stmt.op.name == "pack" else list(inputs[0])
        if not any(map(self.carries, inputs)):
            return super().stmt(stmt, scope)
        if stmt.op.draws:
            raise NotApplicable("the parameters of a random draw depend on it")
        kinds = tuple(a.kind for a in stmt.inputs)
        if stmt.op.zero or not any(out.kind.real for out in stmt.outputs):
            return [stmt.op.evaluate(tuple(map(self.plain, inputs)), stmt.params, kinds)]
        made = self.apply(stmt, tuple(map(self.lift, inputs)), kinds)
        return [self.checked(stmt, made, inputs)]

    def apply(self, stmt: Apply, inputs: tuple[Any, ...], kinds: tuple[Any, ...]) -> Any:
        op, name = stmt.op, stmt.op.name
        params = {**op.defaults, **dict(stmt.params)}
        try:
            with np.errstate(all="ignore"):
                if name in CASTS:
                    return inputs[0]
                if name in AS_THEY_ARE:
                    plain = tuple((k, v) for k, v in stmt.params if k != "dtype")  # it would cut off what is carried
                    return op.evaluate(inputs, plain, kinds)
                if name in self.table:
                    return self.table[name](*inputs, **params)
                family, _, bare = name.rpartition(".")
                bare = SHORT.get(bare, bare)
                if family in ("math", "np") and bare in ELEMENTARY or name in SPECIAL:
                    return self.fn(bare)(*inputs, **params)
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise NotApplicable(f"{name} does not take its numbers here: {error}") from error
        raise NotApplicable(f"it does not know {name}")

    # --- operations in terms of elementary ones -----------------------------------------------------------------------

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return np.where(self.plain(condition), x, y)[()]

    def absolute(self, x: Any) -> Any:
        values = self.plain(x)
        if np.any(np.equal(values, 0) & self.moving(x)):
            raise NotApplicable("an absolute value is taken of 0")
        return self.where(np.less(values, 0), -x, x)

    def extreme(self, x: Any, y: Any, sign: float) -> Any:
        a, b = sign * np.asarray(self.plain(x)), sign * np.asarray(self.plain(y))
        if np.any((a == b) & (self.moving(x) | self.moving(y))):
            raise NotApplicable("a maximum or minimum is a tie")
        return self.where((a > b) | np.isnan(b), x, y)

    def extremes(self, x: Any, axis: Any, keepdims: bool, sign: float) -> Any:
        values = sign * np.asarray(self.plain(x))
        taken = values == values.max(axis=axis, keepdims=True)
        ties = taken.sum(axis=axis, keepdims=True) != 1
        if np.any(ties & taken & self.moving(x)):
            raise NotApplicable("a maximum or minimum is a tie")
        first = taken & (np.cumsum(taken, axis=axis).reshape(taken.shape) == 1)
        return self.where(first, x, self.lift(0.0)).sum(axis=axis, keepdims=keepdims)

    def variance(self, x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
        off = x - x.mean(axis=axis, keepdims=True)
        squares = (off * off).sum(axis=axis, keepdims=keepdims)
        return squares / (x.size // max(np.size(squares), 1) - ddof)

    def norm(self, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
        euclidean = ord in (None, "fro") or ord == 2 and (x.ndim == 1 or isinstance(axis, int))
        if not euclidean:
            raise NotApplicable(f"it does not know the norm of order {ord}")
        squares = (x * x).sum(axis=axis, keepdims=keepdims)
        if np.any(np.equal(self.plain(squares), 0) & self.moving(x).any()):
            raise NotApplicable("a norm is 0")
        return self.fn("sqrt")(squares)

    def hypot(self, *xs: Any) -> Any:
        total = sum(x * x for x in xs)
        if np.any(np.equal(self.plain(total), 0) & np.any([self.moving(x) for x in xs], axis=0)):
            raise NotApplicable("a length is 0")
        return self.fn("sqrt")(total)

    def atan2(self, y: Any, x: Any) -> Any:
        b, a = np.asarray(self.plain(y), float), np.asarray(self.plain(x), float)
        if np.any((a == 0) & (b == 0) & (self.moving(x) | self.moving(y))):
            raise NotApplicable("an angle is taken at the origin")
        flat = np.abs(a) >= np.abs(b)
        one = self.lift(1.0)
        slope = self.where(flat, y, x) / self.where(flat, x, y) * one
        angle = self.fn("arctan")(slope)
        turn = np.where(a < 0, np.copysign(1.0, b), 0.0)[()]
        quarter = np.copysign(0.5, b)[()]
        pi = self.constant(math.pi)
        return self.where(flat, angle + turn * pi, quarter * pi - angle)

    def cbrt(self, x: Any) -> Any:
        values = self.plain(x)
        if np.any(np.equal(values, 0) & self.moving(x)):
            raise NotApplicable("a root is taken of 0")
        negative = np.less(values, 0)
        size = self.fn("exp")(self.fn("log")(self.where(negative, -x, x)) / 3)
        return self.where(negative, -size, size)

    def sinc(self, x: Any) -> Any:
        zero = np.equal(self.plain(x), 0)
        t = self.where(zero, self.lift(1.0), x) * self.constant(math.pi)
        return self.where(zero, self.lift(1.0), self.fn("sin")(t) / t)

    def logaddexp(self, x: Any, y: Any, unit: float) -> Any:
        larger = np.greater(self.plain(x), self.plain(y))
        high, low = self.where(larger, x, y), self.where(larger, y, x)
        base = self.constant(unit)
        return high + self.fn("log")(1.0 + self.fn("exp")((low - high) * base)) / base

    def copysign(self, x: Any, y: Any) -> Any:
        values = self.plain(x)
        if np.any(np.equal(values, 0) & self.moving(x)):
            raise NotApplicable("the sign of 0 is changed")
        flipped = np.signbit(values) != np.signbit(self.plain(y))
        return self.where(flipped, -x, x)


_DEGREES = ("math.degrees", "np.degrees", "np.rad2deg")
_RADIANS = ("math.radians", "np.radians", "np.deg2rad")
