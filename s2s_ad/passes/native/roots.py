"""Powers with 1/2 and 3/2, up and down, of numbers that cannot be negative, as square roots: ten times as fast.

Of minus infinity, which has a power and no root, it would be something else; so that the number is not negative, nor
minus zero, must be seen from how it is made. The last digit may differ.
"""

from __future__ import annotations

import math
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Value
from s2s_ad.ir.walk import map_inputs
from s2s_ad.ops.registry import OPS

_POWERS = frozenset(("pow", "np.power"))
_PRODUCTS = frozenset(("mul", "np.multiply"))
_POSITIVE = frozenset(("abs", "np.absolute", "math.fabs", "np.fabs", "math.exp", "np.exp", "np.square"))
_ONE = Const(1.0, FLOAT)


def with_roots(block: Block) -> Block:
    """The block with such powers as roots."""
    return _Roots().block(block)


class _Roots:
    def __init__(self) -> None:
        self.made: dict[Atom, Apply] = {}
        self.found: dict[Atom, bool] = {}

    def block(self, block: Block) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            moved = map_inputs(stmt, lambda a: a, self.block)
            if not isinstance(moved, Apply) or len(moved.outputs) != 1 or moved.out.kind != FLOAT:
                builder.emit(moved)
                continue
            self.made[moved.out] = moved
            power = moved.inputs[1] if moved.op.name in _POWERS else None
            if isinstance(power, Const) and power.value in (0.5, 1.5, -0.5, -1.5) and self.positive(moved.inputs[0]):
                self.root(builder, moved, float(power.value))
            else:
                builder.emit(moved)
        return replace(block, stmts=tuple(builder.stmts))

    def root(self, builder: Builder, power: Apply, exponent: float) -> None:
        """Emit what stands for the power."""
        builder.span, x = power.span, power.inputs[0]
        found: Value = builder.apply(OPS["math.sqrt"], x)
        if abs(exponent) == 1.5:
            found = builder.apply(OPS["mul"], x, found)
        if exponent < 0:
            found = builder.apply(OPS["div"], _ONE, found)
        last = builder.stmts[-1]
        assert isinstance(last, Apply)
        builder.stmts[-1] = replace(last, outputs=power.outputs)

    def positive(self, atom: Atom) -> bool:
        """Whether it is surely plus zero or more, or not a number."""
        if isinstance(atom, Const):
            return isinstance(atom.value, (int, float)) and math.copysign(1.0, atom.value) > 0
        if atom not in self.found:
            made = self.made.get(atom)
            self.found[atom] = made is not None and self.of(made)
        return self.found[atom]

    def of(self, made: Apply) -> bool:
        name, inputs = made.op.name, made.inputs
        if name in _PRODUCTS:
            return inputs[0] is inputs[1] or all(map(self.positive, inputs))
        if name in ("add", "np.add", "div"):
            return all(map(self.positive, inputs))
        if name in _POWERS:
            even = isinstance(inputs[1], Const) and inputs[1].value == 2
            return even or self.positive(inputs[0])
        return name in _POSITIVE or name in ("math.sqrt", "np.sqrt") and self.positive(inputs[0])
