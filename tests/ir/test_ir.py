"""The data structures: kinds, the builder, the printed form, the verifier, small walks."""

import numpy as np
import pytest

import s2s_ad.ops  # noqa: F401  (fills the table)
from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder, const
from s2s_ad.ir.kinds import ANY, BOOL, FLOAT, INT, MANY, ONE, Array, List, broadcast, join, kind_of
from s2s_ad.ir.nodes import Block, Call, For, Function, If, Program, Range, Value
from s2s_ad.ir.structure import Leaf, Node, Static, leaf_kinds, leaves, real_leaves, rebuild, resolve, spec_of
from s2s_ad.ir.text import text_of
from s2s_ad.ir.verify import InvalidIR, verify
from s2s_ad.ir.walk import all_stmts, clone, free_values, substitute
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS

# --- kinds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, text",
    [
        (1.0, "float"),
        (True, "bool"),
        (3, "int"),
        (1j, "complex"),
        (np.float32(1), "float32[]"),
        (np.ones((3, 1)), "float64[:, 1]"),
        (np.ones((0,), dtype=np.int64), "int64[:]"),
        ([1.0, 2], "list[float]"),
        ([[1.0], [2.0]], "list[list[float]]"),
    ],
)
def test_kind_of(value, text):
    assert str(kind_of(value)) == text


@pytest.mark.parametrize("value", ["a", None, [], [1.0, "a"], {}, (1.0,), np.array(["a"])])
def test_no_kind(value):
    assert kind_of(value) is None


def test_join_widens_as_python_and_numpy_do():
    assert join(INT, FLOAT) == FLOAT
    assert join(BOOL, INT) == INT
    assert join(Array("float64", (ONE,)), Array("float64", (MANY,))) == Array("float64", (ANY,))
    assert join(FLOAT, Array("float32", ())) == Array("float64", ())  # np.tanh of a number of Python's has 64 bits
    assert join(Array("float64", (MANY,)), FLOAT) is None
    assert join(List(INT), List(FLOAT)) == List(FLOAT)


def test_broadcast():
    a, b = Array("float64", (MANY, ONE)), Array("float64", (MANY,))
    assert broadcast(a, b, FLOAT) == (MANY, MANY)
    assert broadcast(Array("float64", (ANY,)), Array("float64", (ONE,))) == (ANY,)


# --- structure --------------------------------------------------------------------------------------------------------


def test_leaves_and_rebuild_are_inverse():
    value = {"a": (1.0, None), "b": [np.ones(2), "text"], "c": 3}
    spec = spec_of(value)
    flat = leaves(spec, value)
    assert [type(x).__name__ for x in flat] == ["float", "ndarray", "int"]
    again = rebuild(spec, iter(flat))
    assert again["a"] == (1.0, None) and again["b"][1] == "text" and again["c"] == 3
    assert [str(k) for k in leaf_kinds(spec)] == ["float", "float64[:]", "int"]
    assert leaf_kinds(real_leaves(spec)) == leaf_kinds(spec)[:2]


def test_specs_are_equal_if_the_code_for_them_is():
    assert spec_of((1.0, 2.0)) == spec_of((3.0, 4.0))
    assert spec_of(True) != spec_of(1) and spec_of(True) == spec_of(True)
    assert Static(1) != Static(True) and Static(1.0) != Static(1)
    assert hash(spec_of({"a": 1.0})) == hash(spec_of({"a": 2.0}))
    assert spec_of([1.0, 2.0]) == spec_of([1.0]) == Leaf(List(FLOAT))
    assert spec_of([]) == Node(list, ())


def test_resolve_follows_globals_closures_attributes_and_items():
    table = {"k": [1.0, 2.5]}

    def f():
        return table

    assert resolve(f, (("closure", "table"), ("item", "k"), ("item", 1))) == 2.5
    assert resolve(f, (("global", "np"), ("attr", "pi"))) == np.pi
    assert resolve(f, (("global", "len"),)) is len


# --- programs ---------------------------------------------------------------------------------------------------------


def power_program():
    """for i in range(n): y = y * x if i else y + 1"""
    x, n, i, y = Value(FLOAT, "x"), Value(INT, "n"), Value(INT, "i"), Value(FLOAT, "y")
    then, orelse, body = Builder(), Builder(), Builder()
    a = then.apply(OPS["mul"], y, x)
    b = orelse.apply(OPS["add"], y, const(1))
    out, last = Value(FLOAT, "y"), Value(FLOAT, "y")
    body.emit(If(i, then.block((), (a,)), orelse.block((), (b,)), (out,)))
    loop = For(Range(ZERO_INT, n, ONE_INT), False, (), (const(0.0),), body.block((i, y), (out,)), (last,))
    return Program({"f": Function("f", Block((x, n), (loop,), (last,)))}, "f")


def test_a_program_is_verified_printed_and_run():
    program = verify(power_program())
    assert evaluate(program, 3.0, 3) == (9.0,)
    assert evaluate(program, 3.0, 0) == (0.0,)
    text = text_of(program)
    assert text == text_of(power_program())
    assert "for range(0, %n, 1) from (0.0)" in text
    assert [type(s).__name__ for s in all_stmts(program.main.body)] == ["For", "If", "Apply", "Apply"]


def test_free_values_and_clone():
    loop = power_program().main.body.stmts[0]
    (x,) = free_values(loop.body)
    assert x.hint == "x"
    z = Value(FLOAT, "z")
    copy = clone(loop.body, {x: z})
    assert list(free_values(copy)) == [z]
    assert not set(copy.params) & set(loop.body.params)
    assert list(free_values(substitute(loop.body, {x: z}))) == [z]


def broken(change):
    x = Value(FLOAT, "x")
    b = Builder()
    y = b.apply(OPS["mul"], x, x)
    return change(x, y, b)


@pytest.mark.parametrize(
    "why, change",
    [
        ("not defined", lambda x, y, b: ((x,), b.stmts, (Value(FLOAT, "other"),))),
        ("defined twice", lambda x, y, b: ((x,), (*b.stmts, *b.stmts), (y,))),
        ("not in the program", lambda x, y, b: ((x,), (*b.stmts, Call("g", (y,), ())), (y,))),
        (
            "not one result",
            lambda x, y, b: ((x,), (*b.stmts, If(x, Block((), (), ()), Block((), (), (y,)), (Value(FLOAT),))), (y,)),
        ),
        (
            "flows into",
            lambda x, y, b: (
                (x,),
                (*b.stmts, If(x, Block((), (), (y,)), Block((), (), (y,)), (Value(Array("float64", (MANY,))),))),
                (y,),
            ),
        ),
        (
            "number of inputs",
            lambda x, y, b: ((x,), (*b.stmts, Call("f", (), ())), (y,)),
        ),
    ],
)
def test_the_verifier_says_what_is_wrong(why, change):
    params, stmts, results = broken(change)
    with pytest.raises(InvalidIR, match=why):
        verify(Program({"f": Function("f", Block(params, tuple(stmts), results))}, "f"))
