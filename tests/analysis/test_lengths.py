"""What is claimed of lengths holds whenever the program runs at all, also for lengths 0 and 1."""

import random

import numpy as np
import pytest

from s2s_ad.analysis.lengths import Lengths
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import ANY, MANY, Array
from s2s_ad.ir.nodes import Function, Program, Value
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS


def sliced(builder, x, *bounds):
    return builder.apply(OPS["getitem"], x, index=(("slice", *bounds),))


def vector(dim=MANY):
    return Value(Array("float64", (dim,)))


def test_neighbours_have_the_same_length():
    builder, u = Builder(), vector()
    right, middle, left = (sliced(builder, u, *bounds, None) for bounds in [(2, None), (1, -1), (None, -2)])
    nested = sliced(builder, sliced(builder, u, 1, None, None), None, -1, None)
    total = builder.apply(OPS["add"], builder.apply(OPS["mul"], right, middle), left)
    lengths = Lengths(builder.block((u,)))
    for other in (middle, left, nested, total):
        assert lengths.same(right, other)
    assert not lengths.same(right, u)


def test_different_arrays_are_not_taken_for_the_same():
    builder, u, w = Builder(), vector(ANY), vector(ANY)
    total = builder.apply(OPS["add"], sliced(builder, u, 1, None, None), sliced(builder, w, 1, None, None))
    lengths = Lengths(builder.block((u, w)))
    a, b = (stmt.out for stmt in builder.stmts[:2])
    assert not lengths.same(a, b) and not lengths.same(total, a) and not lengths.same(total, b)


def random_program(chance):
    """Slices, sums, products, reductions and turns of two matrices."""
    builder = Builder()
    params = [Value(Array("float64", (chance.choice((ANY, MANY)), ANY))) for _ in range(2)]
    values = list(params)
    for _ in range(8):
        x = chance.choice(values)
        step = chance.randrange(6)
        if step == 0:
            bounds = [
                chance.choice((None, 0, 1, 2, -1)),
                chance.choice((None, -1, -2, 2)),
                chance.choice((None, None, 2, -1)),
            ]
            other = ("slice", None, chance.choice((None, -1)), None)
            index = (("slice", *bounds), other) if chance.random() < 0.5 else (other, ("slice", *bounds))
            values.append(builder.apply(OPS["getitem"], x, index=index))
        elif step == 1:
            values.append(builder.apply(OPS["np.sum"], x, axis=chance.choice((0, 1)), keepdims=True))
        elif step == 2:
            values.append(builder.apply(OPS["np.transpose"], x))
        elif step == 3:
            values.append(builder.apply(OPS["np.flip"], x, axis=0))
        else:
            values.append(builder.apply(OPS[chance.choice(("add", "mul"))], x, chance.choice(values)))
    return builder.block(params, values), values


@pytest.mark.parametrize("seed", range(60))
def test_claims_hold_when_the_program_runs(seed):
    chance = random.Random(seed)
    block, values = random_program(chance)
    lengths = Lengths(block)
    claimed = [(i, j) for i in range(len(values)) for j in range(i) if lengths.same(values[i], values[j])]
    for n in range(5):
        for m in (1, 2, 4):
            shapes = [(n, m), chance.choice([(n, m), (1, m), (m, n), (n, 1)])]
            if any(param.kind.shape[0] == MANY and shape[0] == 1 for param, shape in zip(block.params, shapes)):
                continue
            try:
                results = evaluate(Program({"f": Function("f", block)}, "f"), *map(np.ones, shapes))
            except ValueError:
                continue  # shapes that do not fit together
            for i, j in claimed:
                assert np.shape(results[i]) == np.shape(results[j])
