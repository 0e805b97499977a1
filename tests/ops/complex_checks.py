"""What must hold of an operation with complex arguments: along random directions, which differences follow."""

import numpy as np
import pytest

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import kind_of
from s2s_ad.ir.nodes import Const, Function, Program, Value
from s2s_ad.ir.verify import verify
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.forward import forward
from s2s_ad.passes.reverse import reverse_joint
from tests.ops.driver import Fixed, differences, direction, dot, plain, random_like, real, rng_for


def check(case, *, tolerance=1e-7, compare_differences=True):
    """Tangent = finite differences; <ct, J v> = <J^T ct, v>; shapes and dtypes are those of the primal."""
    rng = rng_for(case.op.name, repr(case.params), [np.shape(x) for x in case.inputs if not isinstance(x, list)])
    value = case.value()
    active = [real(x) for x in case.inputs]
    dots = [direction(rng, case.op.name, x) if on else None for x, on in zip(case.inputs, active)]
    forward = case.tangent(dots)
    assert np.shape(forward) == np.shape(value)
    if compare_differences:
        np.testing.assert_allclose(forward, differences(case, dots), rtol=1e-6, atol=1e-7)
    ct = random_like(rng, value)
    back = case.pullback(ct)
    for x, x_bar in zip(case.inputs, back):
        if x_bar is not None and not isinstance(x, list):
            assert np.shape(x_bar) == np.shape(x)
            assert kind_of(x_bar).real and (np.ndim(x_bar) or not isinstance(x_bar, np.ndarray))
            if isinstance(x, (np.ndarray, np.generic)):
                assert x_bar.dtype == x.dtype
    total = sum(dot(b, v) for b, v in zip(back, dots) if b is not None and v is not None)
    assert total == pytest.approx(dot(ct, forward), rel=tolerance, abs=tolerance)
    if case.op.pullback is not None and any(np.ndim(x) for x in case.inputs):
        for given, derived in zip(back, case.pullback(ct, derived=True)):
            assert (given is None) == (derived is None)
            if given is not None:
                np.testing.assert_allclose(given, derived, rtol=1e-12, atol=1e-14)


def check_second_order(name, inputs, params, rng):
    builder = Builder()
    atoms = [Const(x.value, kind_of(x.value)) if isinstance(x, Fixed) else Value(kind_of(x)) for x in inputs]
    out = builder.apply(OPS[name], *atoms, **params)
    free = [a for a in atoms if isinstance(a, Value)]
    given = [plain(x) for x in inputs if not isinstance(x, Fixed)]
    active = tuple(real(x) for x in inputs if not isinstance(x, Fixed))
    program = Program({"f": Function("f", builder.block(free, [out]))}, "f")
    back = reverse_joint(program, active, (True,))
    over, varies = forward(back, (*active, False))

    dots = [direction(rng, name, x) if on else None for x, on in zip(given, active)]
    ct = random_like(rng, evaluate(program, *given)[0])
    with np.errstate(all="ignore"):
        results = evaluate(verify(over), *given, ct, *(v for v in dots if v is not None))
    count = len(varies)
    tangents = iter(results[count:])
    got = [next(tangents) if on else None for on in varies][1:]

    h = 1e-5
    ends = []
    for step in (h, -h):
        moved = [x if v is None else x + step * v for x, v in zip(given, dots)]
        with np.errstate(all="ignore"):
            ends.append(evaluate(back, *moved, ct)[1:])
    for second, high, low in zip(got, *ends):
        difference = (np.asarray(high) - low) / (2 * h)
        np.testing.assert_allclose(np.zeros_like(difference) if second is None else second, difference,
                                   rtol=1e-5, atol=1e-6)  # fmt: skip
