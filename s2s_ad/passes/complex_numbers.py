"""What simplification knows of complex numbers: where a real one need not be made complex first."""

from __future__ import annotations

from collections.abc import Mapping

from s2s_ad.ir.kinds import FLOAT, is_complex
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.core import Op
from s2s_ad.ops.registry import OPS

Makers = Mapping[Value, Apply]
_ARITHMETIC = frozenset({"add", "sub", "mul", "div"})
_CASTS = frozenset({"complex", "astype", "np.complex128", "np.complex64"})


def _maker(atom: Atom, makers: Makers) -> Apply | None:
    return makers.get(atom) if isinstance(atom, Value) else None


def without_casts(stmt: Apply, inputs: tuple[Atom, ...], makers: Makers) -> tuple[Atom, ...]:
    """Real numbers that are made complex only to be added to or multiplied by one that is: without that."""
    if stmt.op.name not in _ARITHMETIC or not is_complex(stmt.out.kind):
        return inputs
    for i, atom in enumerate(inputs):
        cast = _maker(atom, makers)
        if cast is None or cast.op.name not in _CASTS or len(cast.inputs) > 1 or is_complex(cast.inputs[0].kind):
            continue
        plain = (*inputs[:i], cast.inputs[0], *inputs[i + 1 :])
        if stmt.op.kinds(tuple(a.kind for a in plain), stmt.params) == (stmt.out.kind,):
            inputs = plain
    return inputs


def in_one(inputs: tuple[Atom, ...], makers: Makers) -> tuple[Op, tuple[Atom, ...]] | None:
    """a + complex(0.0, b) as complex(a, b)."""
    for part, other in (inputs, inputs[::-1]):
        made = _maker(part, makers)
        if made is not None and made.op.name == "complex" and other.kind == FLOAT:
            first = made.inputs[0]
            if len(made.inputs) == 2 and isinstance(first, Const) and first.value == 0.0:
                return OPS["complex"], (other, made.inputs[1])
    return None
