"""Second derivatives of the operations on arrays: forward over reverse against differences of the pullback."""

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
from tests.ops.driver import Fixed, direction, plain, random_like, real, rng_for
from tests.ops.samples_more import MORE

# that would be the third derivative of the determinant
REFUSED = {"cofactors"}
NAMES = [name for name in MORE if name not in REFUSED]
CASES = [pytest.param(name, k, id=f"{name}-{k}") for name in NAMES for k in range(len(MORE[name]))]


@pytest.mark.parametrize("name, k", CASES)
def test_forward_over_reverse(name, k):
    check_second_order(name, *MORE[name][k], rng_for(name, k))


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
