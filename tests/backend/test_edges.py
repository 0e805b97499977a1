"""The edges of emitted code: signatures, names that clash, constants, what is not there."""

from __future__ import annotations

import cProfile
import math
import pstats
from textwrap import dedent

import numpy as np
import pytest

from s2s_ad.backend.module import emit_module
from s2s_ad.ir.builder import FALSE, TRUE, Builder, const
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, MANY, NEVER, Array, List
from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Program,
    Unbound,
    Value,
    Walk,
)
from s2s_ad.ir.structure import Entry, Leaf, Node, Param, Read, Static
from s2s_ad.ir.verify import verify
from s2s_ad.ops.registry import OPS
from tests.backend.build import agrees, emit, entry_of, load, program, put, span, text

VECTOR = Array("float64", (MANY,))


def floats(*names: str) -> list[Value]:
    return [Value(FLOAT, name) for name in names]


def code(written: str) -> str:
    return dedent(written).strip() + "\n"


def test_structures_in_and_out() -> None:
    a, b_, c = floats("a", "b", "c")
    b = Builder()
    s, leaf = put(b, "mul", put(b, "add", a, b_), c), Leaf(FLOAT)
    made = program(b.block((a, b_, c), (s, c)))
    params = (Param("pair", Node(tuple, (leaf, leaf))), Param("options", Node(dict, (leaf,), ("c",))))
    result = Node(dict, (leaf, Node(list, (leaf, Static(None)))), ("s", "rest"))
    entry = Entry("f", params, (), result)
    assert text(made, entry=entry) == code("""
        def f(pair, options):
            a, b = pair
            c = options["c"]
            return {"s": (a + b) * c, "rest": [c, None]}
        """)
    assert load(emit(made, entry=entry))((1.0, 2.0), {"c": 3.0}) == {"s": 9.0, "rest": [3.0, None]}


def test_reads_are_keyword_only() -> None:
    x, k = floats("x", "k")
    b = Builder()
    made = program(b.block((x, k), (put(b, "mul", x, k),)))
    entry = Entry("f", (Param("x", Leaf(FLOAT)),), (Read("k", (("global", "k"),), FLOAT, -2.5),), Leaf(FLOAT))
    assert text(made, entry=entry) == "def f(x, *, k=-2.5):\n    return x * k\n"


def test_unbound_raises_what_python_raises() -> None:
    x, out, b = Value(FLOAT, "x"), Value(FLOAT, "t"), Builder()
    then = Builder()
    first = then.block((), (put(then, "mul", x, const(2.0), hint="t"),))
    positive = put(b, "gt", x, const(0.0))
    b.emit(If(positive, first, Block((), (), (Unbound(FLOAT),)), (out,)))
    made = program(b.block((x,), (put(b, "add", out, const(1.0)),)))
    run = load(emit(made))
    assert run(2.0) == 5.0
    with pytest.raises(UnboundLocalError):
        run(-2.0)


def test_unbound_in_a_loop_does_not_keep_the_last_trip() -> None:
    xs, total, out = Value(List(FLOAT), "xs"), *floats("total", "total")
    x, t, trip, then, b = Value(FLOAT, "x"), Value(FLOAT, "t"), Builder(), Builder(), Builder()
    first = then.block((), (put(then, "mul", x, const(2.0), hint="t"),))
    trip.emit(If(put(trip, "gt", x, const(0.0)), first, Block((), (), (Unbound(FLOAT),)), (t,)))
    body = trip.block((x, total), (put(trip, "add", total, t, hint="total"),))
    b.emit(For(None, False, (Walk(xs),), (const(0.0),), body, (out,)))
    run = load(emit(program(b.block((xs,), (out,)))))
    assert run([1.0, 2.0]) == 6.0
    with pytest.raises(UnboundLocalError):
        run([1.0, -2.0])


def test_absent_is_none() -> None:
    x, saved, b, then = Value(FLOAT, "x"), Value(FLOAT, "kept"), Builder(), Builder()
    first = then.block((), (put(then, "math.exp", x, hint="kept"),))
    b.emit(If(put(b, "gt", x, const(0.0)), first, Block((), (), (Absent(FLOAT),)), (saved,)))
    run = load(emit(program(b.block((x,), (saved,)))))
    assert run(0.5) == math.exp(0.5) and run(-0.5) is None


class Refused(Exception):
    """Raised by a program below."""


def test_a_raise_stands_behind_its_condition_and_its_class_is_imported() -> None:
    x, b, fails = Value(FLOAT, "x"), Builder(), Builder()
    params = (("code", "raise Refused(_0)"), ("names", (("Refused", Refused),)))
    fails.emit(Apply(OPS["effect"], (x,), (Value(NEVER),), params))
    b.emit(If(put(b, "gt", x, const(0.0)), Block((), (), ()), fails.block(), ()))
    made = program(b.block((x,), (put(b, "math.sqrt", x),)))
    emitted = emit(made)
    assert "    if not x > 0.0:\n        raise Refused(x)\n" in emitted.text
    assert f"from {__name__} import Refused" in emitted.text or emitted.names == {"Refused": Refused}


def test_and_or_and_a_ternary() -> None:
    x, y, b = *floats("x", "y"), Builder()
    low, right, other = put(b, "lt", x, const(0.0)), Builder(), Builder()
    both, either, chosen = Value(BOOL), Value(BOOL), Value(FLOAT)
    b.emit(If(low, right.block((), (put(right, "gt", y, const(1.0)),)), Block((), (), (FALSE,)), (both,)))
    b.emit(If(both, Block((), (), (TRUE,)), other.block((), (put(other, "eq", x, y),)), (either,)))
    b.emit(If(either, Block((), (), (x,)), Block((), (), (const(-1.0),)), (chosen,)))
    made = program(b.block((x, y), (put(b, "mul", chosen, y),)))
    agrees(made, -1.0, 2.0)
    agrees(made, 3.0, 3.0)
    agrees(made, 3.0, 2.0)
    assert "(x if x < 0.0 and y > 1.0 or x == y else -1.0) * y" in text(made)


def test_two_tapes_of_one_loop_become_one() -> None:
    xs, b, trip, back = Value(List(FLOAT), "xs"), Builder(), Builder(), Builder()
    x, h_in, h_out = floats("x", "h", "h")
    new = put(trip, "mul", h_in, x, hint="h")
    tapes = tuple(Value(List(FLOAT), base=v, suffix="_tape") for v in (x, h_in))
    b.emit(For(None, False, (Walk(xs),), (const(1.0),), trip.block((x, h_in), (new, x, h_in)), (h_out, *tapes)))
    item, h_item, total, out = floats("x", "h", "total", "total")
    summed = put(back, "add", total, put(back, "mul", item, h_item), hint="total")
    walks = tuple(Walk(tape, True) for tape in tapes)
    b.emit(For(None, False, walks, (const(0.0),), back.block((item, h_item, total), (summed,)), (out,)))
    made = program(b.block((xs,), (h_out, out)))
    agrees(made, [1.5, 2.5, 0.5])
    assert "tape.append((x, h))" in text(made) and "for x, h in reversed(tape):" in text(made)


def test_calls_of_other_functions() -> None:
    x, y, n, b = Value(FLOAT, "x"), Value(FLOAT, "x"), Value(INT, "n"), Builder()
    inner, again = Builder(), Builder()
    result, deeper = Value(FLOAT), Value(FLOAT)
    less = put(again, "sub", n, const(1))
    again.emit(Call("power", (y, less), (deeper,)))
    more = again.block((), (put(again, "mul", y, deeper),))
    inner.emit(If(put(inner, "eq", n, const(0)), Block((), (), (const(1.0),)), more, (result,), span(1, "if n == 0:")))
    power = Function("power", inner.block((y, n), (result,)))
    out = Value(FLOAT)
    b.emit(Call("power", (x, const(5)), (out,)))
    made = verify(Program({"f": Function("f", b.block((x,), (out,))), "power": power}, "f"))
    agrees(made, 1.5)
    assert text(made) == code("""
        def f(x):
            return power(x, 5)


        def power(x, n):
            if n == 0:
                y = 1.0
            else:
                y = x * power(x, n - 1)
            return y
        """)


def test_no_name_hides_what_the_code_needs() -> None:
    math_, abs_, local = Value(FLOAT, "math"), Value(FLOAT, "abs"), Builder()
    lengths = put(local, "math.exp", put(local, "abs", math_), hint="np")
    made = program(local.block((math_, abs_), (put(local, "mul", lengths, put(local, "add", lengths, abs_)),)))
    agrees(made, -0.5, 2.0)


def test_a_comprehension_does_not_hide_a_variable() -> None:
    a, xs, b = Value(List(FLOAT), "a"), Value(List(FLOAT), "b"), Builder()
    agrees(program(b.block((a, xs), (put(b, "list_plus", a, xs), put(b, "list_plus", xs, a)))), [1.0, 2.0], [3.0, 5.0])


@pytest.mark.parametrize(
    "value",
    [0.1, -2.0, 1e-300, 5e-324, math.inf, -math.inf, math.nan, -0.0, 3, -3, 10**25, True, 2j, complex(-0.0, 1.0),
     complex(1.0, -2.0), np.float64(-0.5), np.float32(0.1), np.int64(-4), np.array([1.0, -2.0])],
)  # fmt: skip
def test_constants_come_back_as_they_were(value: object) -> None:
    x, b = Value(FLOAT, "x"), Builder()
    constant = const(value)
    back = load(emit(program(b.block((x,), (constant,)))))(0.0)
    assert repr(back) == repr(value) and type(back) is type(value)


def test_a_negative_constant_is_raised_as_a_whole() -> None:
    x, b = Value(FLOAT, "x"), Builder()
    agrees(program(b.block((x,), (put(b, "pow", const(-2), const(2)), put(b, "neg", put(b, "pow", x, const(2)))))), 3.0)


def test_the_users_words_for_a_constant() -> None:
    x, b = Value(FLOAT, "x"), Builder()
    made = program(b.block((x,), (put(b, "mul", x, Const(math.pi, FLOAT, "math.pi")),)))
    assert text(made) == "def f(x):\n    return x * math.pi\n"
    wrong = program(Builder().block((x,), (Const(3.0, FLOAT, "math.pi"),)))
    assert text(wrong) == "def f(x):\n    return 3.0\n"


def test_ten_times_the_statements_take_about_ten_times_as_many_calls() -> None:
    def calls(count: int) -> int:
        x, b = Value(FLOAT, "x"), Builder()
        last = x
        for _ in range(count):
            last = put(b, "mul", last, x, hint="x")
        made = program(b.block((x,), (last,)))
        profile = cProfile.Profile()
        profile.runcall(emit_module, made, [entry_of(made)], optimize=True)
        return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]

    assert calls(3000) < 12 * calls(300)
