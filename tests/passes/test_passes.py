"""Passes keep what a program means, and make it what they promise."""

import math

import numpy as np
import pytest

from s2s_ad import transforms
from s2s_ad.frontend.lower import lower
from s2s_ad.ir.kinds import FLOAT, INT, MANY, Array, List
from s2s_ad.ir.nodes import Apply, Call, For
from s2s_ad.ir.structure import Leaf
from s2s_ad.ir.text import text_of
from s2s_ad.ir.verify import verify
from s2s_ad.ir.walk import all_stmts
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.passes.cse import cse
from s2s_ad.passes.dce import dce
from s2s_ad.passes.forward import forward
from s2s_ad.passes.inline import inline
from s2s_ad.passes.reverse import reverse_joint, reverse_split
from s2s_ad.passes.simplify import simplify

ARRAY = Leaf(Array("float64", (MANY,)))


def program_of(f, *specs):
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    return verify(lower(f, dict(zip(names, map(Leaf, specs)))).program)


def ops_in(program):
    return [s.op.name for f in program.functions.values() for s in all_stmts(f.body) if isinstance(s, Apply)]


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def mixed(x, y, n):
    unused = math.exp(x)
    total = 0.0
    for i in range(n):
        if total > 3.0:
            total = total - x * y + x * y
        else:
            total = total + helper(x, i) * y
    return total


def helper(x, i):
    return math.sin(x) * i + 1.0 * x


PROGRAMS = [(logistic, (FLOAT, FLOAT, INT), (0.3, 2.9, 6)), (mixed, (FLOAT, FLOAT, INT), (0.7, 1.4, 9))]


@pytest.mark.parametrize("passes", [(simplify,), (cse,), (dce,), (inline,), (inline, simplify, cse, simplify, dce)])
@pytest.mark.parametrize("f, kinds, args", PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_a_pass_keeps_the_value(f, kinds, args, passes):
    program = program_of(f, *kinds)
    expected = evaluate(program, *args)
    for step in passes:
        program = verify(step(program))
    assert evaluate(program, *args) == pytest.approx(expected, rel=1e-15)
    assert expected[0] == pytest.approx(f(*args), rel=1e-15)


def test_passes_are_deterministic_and_settle():
    program = program_of(mixed, FLOAT, FLOAT, INT)
    once = dce(simplify(cse(simplify(inline(program)))))
    assert text_of(once) == text_of(dce(simplify(cse(simplify(inline(program_of(mixed, FLOAT, FLOAT, INT)))))))
    assert text_of(dce(simplify(cse(simplify(once))))) == text_of(once)


def test_dce_takes_what_nothing_reads():
    assert "math.exp" in ops_in(program_of(mixed, FLOAT, FLOAT, INT))
    assert "math.exp" not in ops_in(dce(program_of(mixed, FLOAT, FLOAT, INT)))


def test_inline_leaves_no_call_of_a_small_function():
    program = inline(program_of(mixed, FLOAT, FLOAT, INT))
    assert not any(isinstance(s, Call) for f in program.functions.values() for s in all_stmts(f.body))


@pytest.mark.parametrize("f, kinds, args", PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_both_modes_without_any_tidying(f, kinds, args):
    """The transforms are right by themselves: not the simplifier makes them so."""
    program = program_of(f, *kinds)
    on = tuple(k == FLOAT for k in kinds)
    tangent, varied = forward(program, on)
    verify(tangent)
    assert varied == (True,)
    reverse = verify(reverse_joint(program, on, (True,)))
    split, fwd, bwd = reverse_split(program, on, (True,))
    verify(split)
    gradient = evaluate(reverse, *args, 1.0)[1:]
    slopes = [evaluate(tangent, *args, *(float(i == j) for j in range(2)))[1] for i in range(2)]
    assert gradient == pytest.approx(slopes, rel=1e-12)
    h = 1e-5
    for i in range(2):
        up, down = list(args), list(args)
        up[i] += h
        down[i] -= h
        assert gradient[i] == pytest.approx((f(*up) - f(*down)) / (2 * h), rel=1e-6, abs=1e-8)
    *_, record = evaluate(split, *args)
    again = evaluate(transforms.replace(split, entry=bwd), record, 1.0)
    assert again == pytest.approx(gradient, rel=1e-14)


def test_a_loop_saves_only_what_its_adjoint_reads():
    program = dce(reverse_joint(dce(program_of(logistic, FLOAT, FLOAT, INT)), (True, True, False), (True,)))
    forward_loop = next(s for s in all_stmts(program.main.body) if isinstance(s, For))
    assert len(forward_loop.outputs) == 2  # x at the end, and the tape of x


def test_what_does_not_depend_on_wrt_has_no_derivative_code():
    def f(x, y, n):
        s = math.exp(y)
        for _ in range(n):
            s = s * math.cos(y)
        return s * x

    program = dce(reverse_joint(dce(program_of(f, FLOAT, FLOAT, INT)), (True, False, False), (True,)))
    assert sum(isinstance(s, For) for s in all_stmts(program.main.body)) == 1
    assert "math.sin" not in ops_in(program)


def test_a_read_of_one_element_is_one_addition_in_reverse():
    def f(x, n):
        s = 0.0
        for i in range(n):
            s = s + x[i] * x[i]
        return s

    program = program_of(f, Array("float64", (MANY,)), INT)
    program = transforms.optimized(reverse_joint(program, (True, False), (True,)), True)
    assert "index_add" in ops_in(program)
    body = next(s for s in program.main.body.stmts if isinstance(s, For) and s.reverse).body
    assert not any(
        isinstance(s, Apply) and s.op.name in ("zeros_like", "add") and s.out.kind != FLOAT for s in body.stmts
    )
    x = np.arange(4.0)
    assert np.array_equal(evaluate(program, x, 4, 1.0)[1], 2 * x)


def test_lists_get_lists():
    def f(xs):
        s = 0.0
        for x in xs:
            s = s * x + xs[0]
        return s

    program = program_of(f, List(FLOAT))
    reverse = verify(transforms.optimized(reverse_joint(program, (True,), (True,)), True))
    value, ct = evaluate(reverse, [2.0, 3.0, 5.0], 1.0)
    assert value == (2.0 * 3.0 + 2.0) * 5.0 + 2.0
    assert ct == [5.0 * 3.0 + 5.0 + 1.0, 2.0 * 5.0, 8.0]
