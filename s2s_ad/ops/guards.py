"""Where a cotangent of zero could meet an infinite slope, and how it stays zero there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ir.nodes import Apply, Atom, Const, If, Stmt, Value
from s2s_ad.ir.walk import outputs_of
from s2s_ad.ops.core import declare
from s2s_ad.ops.trace import ZERO, d


class Guard(IntEnum):
    """Against which slopes a cotangent that may be zero is guarded; each also against those before it."""

    NONE = 0
    STEEP = 1  # infinite where the value is finite: sqrt at 0
    POLE = 2  # infinite where the value is: some elements of 1 / x, which NumPy computes with a warning
    NUMBER = 3  # the same of single numbers of NumPy
    ALL = 4  # any factor: it may be an infinity or NaN of the user's own


_DIVISIONS = frozenset({"div", "np.divide"})
POWERS = frozenset({"pow", "math.pow", "np.power", "np.float_power"})
_POLES = frozenset({"np.reciprocal", "np.log", "np.log2", "np.log10", "np.log1p", "np.arctanh"})
_PASSING = frozenset({"add", "sub", "mul", "neg", "np.where"})

Makers = Mapping[Atom, Stmt]


def makers_of(stmts: list[Stmt]) -> dict[Atom, Stmt]:
    return {out: stmt for stmt in stmts for out in outputs_of(stmt)}


def pole(stmt: Apply) -> bool:
    """Whether it makes infinities of some finite numbers.

    Numbers of Python raise an exception instead, and an array divided by one number is infinite as a whole.
    """
    name = stmt.op.name
    if name in _DIVISIONS:
        return _divides_each(stmt)
    return isinstance(stmt.out.kind, Array) and (name in _POLES or name in POWERS and _may_be_negative(stmt.inputs[1]))


def _divides_each(stmt: Apply) -> bool:
    divisor = stmt.inputs[1]
    return isinstance(divisor.kind, Array) and (_rank(divisor) > 0 or not _rank(stmt.out))


def _text(operator: str) -> Callable[[Mapping[str, Any], tuple[Kind, ...]], str]:
    def code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
        if operator == "/" and not any(isinstance(kind, Array) for kind in kinds):
            return "x / y"  # Python's numbers raise an exception where they are divided by zero
        each = any(isinstance(kind, Array) and kind.shape for kind in kinds)
        return f"np.where(x != 0, x {operator} y, 0.0)" if each else f"x {operator} y if x != 0 else x"

    return code


# Products and quotients of a cotangent, zero where it is, whatever the slope. They are operations of their own, because
# their derivative is not that of their text: where a cotangent passes through zero its change still counts.

kept_product = declare(
    (), lambda x, y: None, name="kept_product", code=_text("*"), selects=True,
    transposes={0: lambda ct, x, y: kept_product(ct, y), 1: lambda ct, x, y: kept_product(x, ct)},
)  # fmt: skip


def _kept_quotient(x: Any, y: Any, *, out: Any) -> None:
    change: Any = ZERO if d[x] is ZERO else kept_quotient(d[x], y)
    d[out] = change if d[y] is ZERO else change - kept_quotient(kept_product(out, d[y]), y)


kept_quotient = declare(
    (), lambda x, y: None, name="kept_quotient", code=_text("/"), selects=True, rule=_kept_quotient,
    transposes={0: lambda ct, x, y: kept_quotient(ct, y)},
)  # fmt: skip


def may_leak(step: Apply, i: int, guard: Guard, makers: Makers) -> bool:
    """Whether the transpose of a step of a rule could make something else than zero out of zero."""
    if not guard or step.op.name not in ("mul", *_DIVISIONS):
        return False
    other = step.inputs[1 - i]
    if isinstance(other, Const) and _finite(other) and (step.op.name == "mul" or other.value != 0):
        return False
    if guard is Guard.ALL:
        return True
    if step.op.name == "mul":
        return _steep(other, makers)
    least = Guard.POLE if _rank(other) else Guard.NUMBER
    return guard >= least and _divides_each(step) and not _never_zero(other, makers)


def _rank(atom: Atom) -> int:
    return atom.kind.rank if isinstance(atom.kind, Array) else 0


def _finite(atom: Atom) -> bool:
    return isinstance(atom, Const) and abs(atom.value) < float("inf")


def _may_be_negative(exponent: Atom) -> bool:
    return not (isinstance(exponent, Const) and exponent.value >= 0)


def _steep(factor: Atom, makers: Makers) -> bool:
    """Whether a slope may be infinite: it was divided for, it is a power, or it says so."""
    if isinstance(factor, Const):
        return not _finite(factor)
    maker = makers.get(factor)
    if isinstance(maker, If):
        at = maker.outputs.index(factor)
        return any(
            _steep(block.results[at], {**makers, **makers_of([*block.stmts])}) for block in (maker.then, maker.orelse)
        )
    if not isinstance(maker, Apply):
        return False
    name = maker.op.name
    if name in _DIVISIONS and isinstance(maker.out.kind, Array) and not _never_zero(maker.inputs[1], makers):
        return True
    if name in POWERS and isinstance(maker.out.kind, Array) and _may_be_negative(maker.inputs[1]):
        return True
    return name in _PASSING and any(_steep(a, makers) for a in maker.inputs)


def _never_zero(divisor: Atom, makers: Makers) -> bool:
    """Whether it can be seen that a rule does not divide by zero: what `nonzero` made, 1 + x * x, hypot(1, x)."""
    if isinstance(divisor, Const):
        return bool(divisor.value != 0)
    maker = makers.get(divisor)
    if isinstance(maker, If):
        sides = [block.results[maker.outputs.index(divisor)] for block in (maker.then, maker.orelse)]
        return _is_or_one(maker.cond, sides[0], sides[1], makers)
    if not isinstance(maker, Apply):
        return False
    inputs = maker.inputs
    if maker.op.name == "np.where":
        return _is_or_one(inputs[0], inputs[1], inputs[2], makers)
    if maker.op.name == "mul":
        return all(_never_zero(a, makers) for a in inputs)
    if maker.op.name == "add" and isinstance(inputs[0], Const):
        square = makers.get(inputs[1])
        return isinstance(square, Apply) and square.op.name == "mul" and square.inputs[0] is square.inputs[1]
    return maker.op.name.endswith("hypot") and isinstance(inputs[0], Const)


def _is_or_one(condition: Atom, x: Atom, y: Atom, makers: Makers) -> bool:
    """x where x != 0, else a number other than 0."""
    asked = makers.get(condition)
    if not (isinstance(asked, Apply) and asked.op.name == "ne" and isinstance(y, Const) and y.value != 0):
        return False
    return isinstance(x, Value) and asked.inputs[0] is x


def guarded_step(name: str) -> dict[int, Callable[..., Any]]:
    """The transposes of a product or a quotient, zero where the cotangent is."""
    if name == "mul":
        return {0: lambda ct, x, y: kept_product(ct, y), 1: lambda ct, x, y: kept_product(ct, x)}
    return {0: lambda ct, x, y: kept_quotient(ct, y)}
