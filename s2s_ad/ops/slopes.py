"""What several rules share: slopes that stay finite or infinite where calculus leaves a choice."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, INT, Array, Kind, List, Scalar, is_complex
from s2s_ad.ops.core import Op, elementwise
from s2s_ad.ops.trace import ZERO, Zero, apply, choose, current, d

_FOR_ARRAYS = "Use the function of numpy for arrays."


def number(kind: Kind) -> Callable[[tuple[Kind, ...], Mapping[str, Any], Op], Kind]:
    """The kind of a function of `math`, which takes single real numbers only."""

    def infer(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
        for given in kinds:
            fits = isinstance(given, Scalar) or isinstance(given, Array) and not given.rank
            fits = fits and not is_complex(given)
            if not fits:
                remedy = "Use the function of cmath or NumPy." if is_complex(given) else _FOR_ARRAYS
                raise KindError(f"{op.name} takes single real numbers, not {given}", remedy=remedy)
        return kind

    return infer


to_float, to_int, to_bool = number(FLOAT), number(INT), number(BOOL)


def numeric(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """For a rule that serves `math`, `cmath` and NumPy: a number from the first two, elementwise in the last."""
    if op.flavor == "cmath":
        if any(isinstance(given, List) or isinstance(given, Array) and given.rank for given in kinds):
            raise KindError(f"{op.name} takes single numbers", remedy=_FOR_ARRAYS)
        return COMPLEX
    return to_float(kinds, params, op) if op.flavor == "math" else elementwise(kinds, params, op)


def real_only(*inputs: Any) -> None:
    """Refuse complex inputs where the rule holds for real ones alone."""
    for x in inputs:
        if is_complex(x.kind):
            raise KindError(
                "this operation is not differentiated for complex numbers", remedy="Work with real and imaginary parts."
            )


def along(x: Any, slope: Callable[[], Any]) -> Any:
    """d[x] times a slope that is computed only if x has a derivative."""
    return ZERO if d[x] is ZERO else d[x] * slope()


def over(a: float, b: Any) -> Any:
    """a / b; infinite where b is 0, also where Python would raise an exception."""
    if current.flavor == "numpy" or isinstance(b.kind, Array):
        return a / b
    return choose(b != 0, lambda: a / b, lambda: math.copysign(math.inf, a))


def nonzero(x: Any) -> Any:
    """x, and 1 where it is 0: a divisor for what is 0 there itself."""
    return choose(x != 0, lambda: x, lambda: 1.0)


def pick(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y, elementwise: nothing leaks from the side that is not taken."""
    if isinstance(x, Zero) and isinstance(y, Zero):
        return ZERO
    x, y = (0.0 if isinstance(v, Zero) else v for v in (x, y))
    if any(isinstance(getattr(v, "kind", None), Array) for v in (condition, x, y)):
        return apply("np.where", condition, x, y)
    return choose(condition, lambda: x, lambda: y)


def sign(x: Any) -> Any:
    """-1, 0 or 1 in the kind of x, which is real."""
    if isinstance(x.kind, Array):
        return apply("np.sign", x)
    return choose(x != 0, lambda: apply("math.copysign", 1.0, x), lambda: 0.0)
