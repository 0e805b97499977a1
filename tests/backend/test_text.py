"""How emitted code reads: the central patterns, word for word."""

from __future__ import annotations

import math
from textwrap import dedent

import numpy as np
import pytest

import s2s_ad
from s2s_ad.backend.module import format_source
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import FALSE, Builder, const
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, MANY, NEVER, Array, List
from s2s_ad.ir.nodes import (
    Apply,
    Block,
    For,
    If,
    Program,
    Range,
    Value,
    Walk,
    While,
)
from s2s_ad.ir.structure import Entry, Leaf, Node, Param
from s2s_ad.ops.registry import OPS
from tests.agree import agrees as agrees_to_second_order
from tests.backend.build import agrees, emit, load, program, put, span, text

VECTOR = Array("float64", (MANY,))


def floats(*names: str) -> list[Value]:
    return [Value(FLOAT, name) for name in names]


def code(written: str) -> str:
    return dedent(written).strip() + "\n"


def worked_example() -> Program:
    x1, x2 = floats("x1", "x2")
    b = Builder(span(6, "return math.log(x1) + x1 * x2 - math.sin(x2)"))
    added = put(b, "add", put(b, "math.log", x1), put(b, "mul", x1, x2))
    return program(b.block((x1, x2), (put(b, "sub", added, put(b, "math.sin", x2)),)))


def test_one_expression() -> None:
    made = worked_example()
    agrees(made, 2.0, 5.0)
    assert text(made) == code("""
        def f(x1, x2):
            return math.log(x1) + x1 * x2 - math.sin(x2)
        """)


def test_the_listing_has_one_operation_a_line() -> None:
    assert text(worked_example(), optimize=False) == code("""
        def f(x1, x2):
            v1 = math.log(x1)
            v2 = x1 * x2
            v3 = v1 + v2
            v4 = math.sin(x2)
            v5 = v3 - v4
            return v5
        """)


def logistic() -> Program:
    x, r, y_bar = floats("x", "r", "y_bar")
    n, line = Value(INT, "n"), span(3, "x = r * x * (1.0 - x)")
    b = Builder()
    b.section("Forward sweep", False)
    before, after = floats("x", "x")
    trip = Builder(line)
    new = put(trip, "mul", put(trip, "mul", r, before), put(trip, "sub", const(1.0), before), hint="x")
    tape = Value(List(FLOAT), base=before, suffix="_tape")
    once = Range(const(0), n, const(1))
    b.emit(For(once, False, (), (x,), trip.block((Value(INT), before), (new, before)), (after, tape), span=line))

    b.section("Reverse sweep", True)
    item, back = Value(FLOAT, "x"), Builder(line)
    x_bar, r_bar = (Value(FLOAT, base=v, suffix="_bar") for v in (after, r))
    v1, v2 = put(back, "mul", r, item), put(back, "sub", const(1.0), item)
    v1_bar, v2_bar = put(back, "mul", x_bar, v2, base=v1), put(back, "mul", x_bar, v1, base=v2)
    r_after = put(back, "add", r_bar, put(back, "mul", v1_bar, item), base=r)
    x_after = put(back, "sub", put(back, "mul", v1_bar, r), v2_bar, base=item)
    outs = tuple(Value(FLOAT, base=v, suffix="_bar") for v in (x, r))
    body = back.block((item, x_bar, r_bar), (x_after, r_after))
    b.emit(For(None, False, (Walk(tape, True),), (y_bar, const(0.0)), body, outs, span=line))
    return program(b.block((x, r, n, y_bar), (after, *outs)))


def test_a_loop_with_a_tape() -> None:
    made = logistic()
    agrees(made, 0.3, 2.9, 9, 1.0)
    leaf = Leaf(FLOAT)
    params = (Param("x", leaf), Param("r", leaf), Param("n", Leaf(INT)), Param("y_bar", leaf, "1.0"))
    entry = Entry("f", params, (), Node(tuple, (leaf, Node(tuple, (leaf, leaf)))), "Value and gradient.")
    assert text(made, entry=entry) == code('''
        def f(x, r, n, y_bar=1.0):
            """Value and gradient."""

            # Forward sweep
            x_tape = []
            for _ in range(n):
                x_tape.append(x)
                x = r * x * (1.0 - x)
            y = x

            # Reverse sweep
            x_bar = y_bar
            r_bar = 0.0
            for x in reversed(x_tape):
                # x = r * x * (1.0 - x)  [example.py:3]
                v_bar = x_bar * (1.0 - x)
                r_bar += v_bar * x
                x_bar = v_bar * r - x_bar * (r * x)
            return y, (x_bar, r_bar)
        ''').replace('"""\n\n    # F', '"""\n    # F')


def test_lines_lead_back_to_the_user() -> None:
    emitted = emit(logistic())
    lines = emitted.text.splitlines()
    marked = {lines[number - 1].strip(): where.line for number, where in emitted.spans.items()}
    assert marked["x = r * x * (1.0 - x)"] == 3
    assert marked["r_bar += v_bar * x"] == 3


def test_branches_and_a_condition_that_is_cheap_to_print_again() -> None:
    r, delta, y_bar = floats("r", "delta", "y_bar")
    b = Builder(span(1, "if abs(r) <= delta:"))
    b.section("Forward sweep", False)
    small = put(b, "le", put(b, "abs", r), delta)
    inner, outer = Builder(span(2, "return 0.5 * r * r")), Builder(span(3, "return delta * (abs(r) - 0.5 * delta)"))
    near = inner.block((), (put(inner, "mul", put(inner, "mul", const(0.5), r), r),))
    over = put(outer, "sub", put(outer, "abs", r), put(outer, "mul", const(0.5), delta))
    y, r_bar = Value(FLOAT), Value(FLOAT, base=r, suffix="_bar")
    b.emit(If(small, near, outer.block((), (put(outer, "mul", delta, over),)), (y,), b.span))
    b.section("Reverse sweep", True)
    then, orelse = Builder(span(2, "return 0.5 * r * r")), Builder(span(3, "return delta * (abs(r) - 0.5 * delta)"))
    near_bar = then.block((), (put(then, "mul", y_bar, r),))
    sign = put(orelse, "math.copysign", const(1.0), r)
    far_bar = orelse.block((), (put(orelse, "mul", put(orelse, "mul", y_bar, delta), sign),))
    other = Value(FLOAT, base=delta, suffix="_bar")
    far_bar = Block((), far_bar.stmts, (*far_bar.results, y_bar))
    b.emit(If(small, Block((), near_bar.stmts, (*near_bar.results, const(0.0))), far_bar, (r_bar, other), b.span))
    made = program(b.block((r, delta, y_bar), (y, r_bar, other)))
    agrees(made, 0.3, 1.0, 1.0)
    agrees(made, -2.3, 1.0, 1.0)
    assert text(made) == code("""
        def f(r, delta, y_bar):
            # Forward sweep
            if abs(r) <= delta:
                y = 0.5 * r * r
            else:
                y = delta * (abs(r) - 0.5 * delta)

            # Reverse sweep
            if abs(r) <= delta:
                # return 0.5 * r * r  [example.py:2]
                r_bar = y_bar * r
                delta_bar = 0.0
            else:
                # return delta * (abs(r) - 0.5 * delta)  [example.py:3]
                r_bar = y_bar * delta * math.copysign(1.0, r)
                delta_bar = y_bar
            return y, r_bar, delta_bar
        """)


def test_break_and_continue() -> None:
    x, rate, level = floats("x", "rate", "level")
    n = Value(INT, "n")
    x_in, total_in, x_out, total_out = floats("x", "total", "x", "total")
    trip = Builder()
    grown = put(trip, "mul", x_in, rate, hint="x")
    negative = put(trip, "lt", grown, const(0.0))
    on = Builder()
    added = put(on, "add", total_in, grown, hint="total")
    above = put(on, "gt", added, level)
    total, stop = Value(FLOAT, "total"), Value(BOOL)
    trip.emit(If(negative, Block((), (), (total_in, FALSE)), on.block((), (added, above)), (total, stop)))
    b = Builder()
    body = trip.block((Value(INT), x_in, total_in), (grown, total, stop))
    b.emit(For(Range(const(0), n, const(1)), False, (), (x, const(0.0)), body, (x_out, total_out), stops=True))
    made = program(b.block((x, rate, level, n), (total_out,)))
    agrees(made, 1.0, 1.5, 20.0, 30)
    agrees(made, -1.0, 1.5, 20.0, 30)
    agrees(made, -1.0, 1.5, 20.0, 0)
    assert text(made) == code("""
        def f(x, rate, level, n):
            total = 0.0
            for _ in range(n):
                x = x * rate
                if x < 0.0:
                    continue
                total += x
                if total > level:
                    break
            return total
        """).replace("x = x * rate", "x *= rate")


def test_swap() -> None:
    a, b_, a_in, b_in, a_out, b_out = floats("a", "b", "a", "b", "a", "b")
    n, trip, b = Value(INT, "n"), Builder(), Builder()
    new = put(trip, "add", a_in, b_in, hint="b")
    body = trip.block((Value(INT), a_in, b_in), (b_in, new))
    b.emit(For(Range(const(0), n, const(1)), False, (), (a, b_), body, (a_out, b_out)))
    made = program(b.block((a, b_, n), (a_out,)))
    agrees(made, 0.0, 1.0, 10)
    assert text(made) == code("""
        def f(a, b, n):
            for _ in range(n):
                a, b = b, a + b
            return a
        """)


def test_while_with_a_condition_that_needs_statements() -> None:
    x, before, inside, after = floats("x", "x", "x", "x")
    cond, body, b = Builder(), Builder(), Builder()
    half = put(cond, "mul", before, const(0.5), hint="half")
    ok = put(cond, "lt", put(cond, "mul", half, half), const(9.0))
    new = put(body, "add", inside, const(1.0), hint="x")
    b.emit(While((x,), cond.block((before,), (ok,)), body.block((inside,), (new,)), (after,)))
    made = program(b.block((x,), (after,)))
    agrees(made, 0.25)
    assert text(made) == code("""
        def f(x):
            while True:
                half = x * 0.5
                if not half * half < 9.0:
                    break
                x += 1.0
            return x
        """)


def adding(start: str) -> Program:
    """Adds x to an element of an array, n times; the array is made here, or is the argument."""
    a, x, n = Value(VECTOR, "a"), Value(FLOAT, "x"), Value(INT, "n")
    b, trip = Builder(), Builder()
    first = put(b, "zeros_like", a, base=a) if start == "fresh" else a
    inside, out = (Value(VECTOR, base=a, suffix="_bar") for _ in range(2))
    new = put(trip, "index_add", inside, x, base=a, index=(0,))
    body = trip.block((Value(INT), inside), (new,))
    b.emit(For(Range(const(0), n, const(1)), False, (), (first,), body, (out,)))
    return program(b.block((a, x, n), (out,)))


def test_updates_in_place() -> None:
    made = adding("fresh")
    agrees(made, np.ones(3), 2.0, 4)
    assert text(made) == code("""
        def f(a, x, n):
            a_bar = np.zeros_like(a)
            for _ in range(n):
                a_bar[0] += x
            return a_bar
        """)


def test_what_belongs_to_the_caller_is_copied_once() -> None:
    made = adding("argument")
    agrees(made, np.ones(3), 2.0, 4)
    assert text(made) == code("""
        def f(a, x, n):
            a_bar = a.copy()
            for _ in range(n):
                a_bar[0] += x
            return a_bar
        """)


def test_an_old_version_that_is_read_later_is_kept() -> None:
    a, x, b = Value(VECTOR, "a"), Value(FLOAT, "x"), Builder()
    zero = put(b, "zeros_like", a, hint="z")
    one = put(b, "index_add", zero, x, index=(0,), hint="z")
    made = program(b.block((a, x), (put(b, "add", zero, one),)))
    agrees(made, np.ones(3), 2.0)
    assert ".copy()" in text(made)


def test_a_list_made_anew_in_each_trip_is_appended_to_in_place() -> None:
    xs, n, b = Value(List(FLOAT), "xs"), Value(INT, "n"), Builder()
    older, kept = Value(List(FLOAT), "row"), Value(List(FLOAT), "row")
    trip, inner = Builder(), Builder()
    empty = put(trip, "list_new", item=FLOAT)
    x, growing, grown = Value(FLOAT, "x"), Value(List(FLOAT), "new"), Value(List(FLOAT), "new")
    twice = put(inner, "mul", x, const(2.0))
    longer = put(inner, "list_append", growing, twice, hint="new")
    trip.emit(For(None, False, (Walk(older),), (empty,), inner.block((x, growing), (longer,)), (grown,)))
    tape = Value(List(List(FLOAT)), base=older, suffix="_tape")
    body = trip.block((Value(INT), older), (grown, older))
    b.emit(For(Range(const(0), n, const(1)), False, (), (xs,), body, (kept, tape)))
    made = program(b.block((xs, n), (kept, tape)))
    agrees(made, [1.0, 2.0], 3)
    assert text(made) == code("""
        def f(xs, n):
            row = xs
            row_tape = []
            for _ in range(n):
                row_tape.append(row)
                new = []
                for x in row:
                    new.append(x * 2.0)
                row = new
            return row, row_tape
        """)


def test_what_the_last_trip_made_is_not_overwritten_in_this_one() -> None:
    a, x, n, b = Value(VECTOR, "a"), Value(FLOAT, "x"), Value(INT, "n"), Builder()
    trip, last, now = Builder(), Value(VECTOR, "z"), Value(VECTOR, "z")
    first = put(b, "zeros_like", a, hint="z")
    added = put(trip, "index_add", last, x, index=(0,), hint="z")
    tape = Value(List(VECTOR), base=last, suffix="_tape")
    b.emit(
        For(
            Range(const(0), n, const(1)),
            False,
            (),
            (first,),
            trip.block((Value(INT), last), (added, last)),
            (now, tape),
        )
    )
    agrees(program(b.block((a, x, n), (now, tape))), np.zeros(2), 1.5, 3)


def test_one_name_for_two_objects_is_refused() -> None:
    x, b = Value(FLOAT, "x"), Builder()
    for kind in (ValueError, TypeError):
        params = (("code", "raise Wrong(_0)"), ("names", (("Wrong", kind),)))
        fails = Builder(span(1, "raise Wrong(x)"))
        fails.emit(Apply(OPS["effect"], (x,), (Value(NEVER),), params, fails.span))
        b.emit(If(put(b, "gt", x, const(0.0)), fails.block(), Block((), (), ()), ()))
    with pytest.raises(UnsupportedError, match="Wrong"):
        emit(program(b.block((x,), (x,))))


def test_a_view_keeps_its_array_from_being_overwritten() -> None:
    a, x, b = Value(VECTOR, "a"), Value(FLOAT, "x"), Builder()
    zero = put(b, "zeros_like", a, hint="z")
    view = put(b, "getitem", zero, index=(("slice", 0, 2, None),), hint="head")
    one = put(b, "index_add", zero, x, index=(0,), hint="z")
    made = program(b.block((a, x), (view, one)))
    agrees(made, np.ones(3), 2.0)


def test_items_shared_in_a_list_are_not_added_to_in_place() -> None:
    a, n, b = Value(VECTOR, "a"), Value(INT, "n"), Builder()
    filled = put(b, "list_fill", put(b, "add", a, a), n, hint="xs")
    made = program(b.block((a, n), (put(b, "list_add_at", filled, a, const(0)),)))
    agrees(made, np.ones(2), 3)
    _, second, _ = load(emit(made))(np.ones(2), 3)
    assert second.tolist() == [2.0, 2.0]


def test_formatting_keeps_comments() -> None:
    emitted = emit(logistic())
    formatted = format_source(emitted.text)
    assert "# x = r * x * (1.0 - x)  [example.py:3]" in formatted
    compile(formatted, "<formatted>", "exec")


@pytest.mark.parametrize("name, stem", [("u", "v"), ("v", "t")])
def test_what_has_no_name_is_not_called_like_a_variable_of_the_users(name: str, stem: str) -> None:
    x, b = Value(FLOAT, name), Builder()
    ratio = put(b, "div", put(b, "math.exp", x), put(b, "add", x, const(1.0)))
    made = program(b.block((x,), (put(b, "mul", put(b, "add", ratio, const(2.0)), put(b, "math.log", ratio)),)))
    assert f"    {stem} = math.exp({name}) / ({name} + 1.0)\n    return ({stem} + 2.0) * math.log({stem})" in text(made)


def test_several_terms_are_added_up_before_they_reach_an_adjoint() -> None:
    def f(x, n):
        y = x
        for _ in range(n):
            y = y * x + x * math.sin(y) - x
        return y

    text = s2s_ad.grad(f).source(0.3, 3)
    assert "x_bar += " in text and "x_bar = x_bar" not in text
    agrees_to_second_order(f, 0.3, 3)


def test_an_array_without_axes_is_not_changed_in_place() -> None:
    def f(x):
        return x * x + np.sin(x) + x

    weight = np.array(0.5)
    _, pullback = s2s_ad.vjp(f, np.array(0.3))
    pullback(weight)
    assert weight == 0.5
