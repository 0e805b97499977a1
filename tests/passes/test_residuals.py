"""What is saved is a smallest set from which the rest can be had again."""

import itertools
import random

import s2s_ad.ops  # noqa: F401  (fills the table)
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Value
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.residuals import choose_residuals, repeatable


def test_one_saved_value_gives_all_that_is_cheap():
    x, r = Value(FLOAT, "x"), Value(FLOAT, "r")
    b = Builder()
    u = b.apply(OPS["mul"], r, x)
    v = b.apply(OPS["sub"], u, x)
    found = choose_residuals([x], b.stmts, [u, v, x])  # r stands outside
    assert found.saved == (x,)
    assert [s.out for s in found.repeated] == [u, v]


def test_results_of_dear_operations_are_saved():
    x = Value(FLOAT, "x")
    b = Builder()
    e = b.apply(OPS["math.exp"], x)
    v = b.apply(OPS["mul"], e, e)
    found = choose_residuals([x], b.stmts, [v, e])
    assert found.saved == (e,)
    assert [s.out for s in found.repeated] == [v]


def test_two_needed_values_of_two_sources_are_saved_instead_of_four():
    a, b_, c, d = (Value(FLOAT, name) for name in "abcd")
    b = Builder()
    u = b.apply(OPS["mul"], a, b_)
    v = b.apply(OPS["mul"], c, d)
    assert choose_residuals([a, b_, c, d], b.stmts, [u, v]).saved == (u, v)


def test_what_is_at_hand_is_not_saved():
    i, x = Value(FLOAT, "i"), Value(FLOAT, "x")
    b = Builder()
    u = b.apply(OPS["mul"], i, x)
    assert choose_residuals([i, x], b.stmts, [u, i], free=[i]).saved in ((u,), (x,))
    assert choose_residuals([i], b.stmts, [u, i], free=[i]).saved == ()


def covers(saved, sinks, makers):
    """Whether every sink can be made of the saved values."""
    there = set(saved)

    def make(value):
        return value in there or (value in makers and all(map(make, makers[value].inputs)))

    return all(map(make, sinks))


def test_no_smaller_set_would_do():
    """Against all subsets, on random graphs."""
    rng = random.Random(0)
    for _ in range(60):
        params = [Value(FLOAT) for _ in range(3)]
        b = Builder()
        values = list(params)
        for _ in range(6):
            name = rng.choice(["mul", "add", "mul", "math.exp"])
            inputs = [rng.choice(values) for _ in range(1 if name == "math.exp" else 2)]
            values.append(b.apply(OPS[name], *inputs))
        makers = {s.out: s for s in b.stmts if repeatable(s)}
        sinks = rng.sample(values, 3)
        found = choose_residuals(params, b.stmts, sinks)
        assert covers(found.saved, sinks, makers)
        smallest = next(
            n for n in range(10) if any(covers(c, sinks, makers) for c in itertools.combinations(values, n))
        )
        assert len(found.saved) == smallest
        made = {*found.saved}
        for stmt in found.repeated:  # in an order in which they can run
            assert set(stmt.inputs) <= made
            made.add(stmt.out)
        assert set(sinks) <= made
