"""Elements of lists that are read where they stand: the same numbers, and only where nobody can have changed them."""

import numpy as np
import pytest

import s2s_ad
from examples.generate import HERE, load
from s2s_ad.ir.builder import Builder, const
from s2s_ad.ir.kinds import INT, MANY, Array
from s2s_ad.ir.nodes import Apply, For, Range, Value
from s2s_ad.ir.verify import verify
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.updates import ELEMENTS, to_list
from s2s_ad.passes.reread import read_again
from tests.agree import agrees, same
from tests.backend.build import program, text

factorised = load(HERE / "arrays.py").cholesky_logdet  # in place, with loops
A = np.arange(25.0).reshape(5, 5) % 7 / 10 + 4 * np.eye(5)


def any_pair(a):
    """i and k may be equal: what is read first may have been written to."""
    n = a.shape[0]
    for i in range(n):
        for k in range(n):
            for j in range(n):
                a[i, j] -= a[k, j] * a[i, k]
    return np.sum(a)


def test_an_element_is_read_twice_where_nobody_writes_to_it():
    agrees(factorised, A @ A.T)
    source = s2s_ad.grad(factorised).source(A)
    assert "A_bar[k][j] -= A_bar[i][k] * A_list[i][j]\n" in source, source
    assert "A_bar[i][j] -= A_bar[i][k] * A_list[k][j]\n" in source
    assert "A_bar[i][j] /= A[j, j]\n" in source and "A_bar[j][j] -= A_bar[i][j] * A_list[i][j]" in source
    assert "v_bar" not in source


def test_an_element_that_may_be_written_to_keeps_its_name():
    agrees(any_pair, A / 20)
    same(s2s_ad.grad(any_pair)(A), s2s_ad.grad(any_pair, optimize=False)(A), rtol=1e-13)
    source = s2s_ad.grad(any_pair).source(A)
    assert "_bar = a_bar[i][j]" in source, source


@pytest.mark.parametrize("beside", [True, False])
def test_only_what_is_proved_to_be_elsewhere_is_read_again(beside):
    """`v = l[i]`, then multiples of it are added to l[i - 1], which is another element, or to l[i] itself."""
    x, n = Value(Array("float64", (MANY,)), "x"), Value(INT, "n")
    b = Builder()
    listed = Value(to_list.kinds((x.kind,))[0], "l")
    b.emit(Apply(to_list, (x,), (listed,)))
    i, carried, out = Value(INT, "i"), Value(listed.kind, "l"), Value(listed.kind, "l")
    trip = Builder()
    v = trip.apply(ELEMENTS["getitem"], carried, i, index=(("in", 0),))
    at = trip.apply(OPS["sub"], i, const(1)) if beside else i
    last: Value = carried
    for factor in (2.0, 3.0):
        change = trip.apply(OPS["mul"], v, const(factor))
        last = trip.apply(ELEMENTS["index_add"], last, change, at, index=(("in", 0),))
    body = trip.block((i, carried), (last,))
    b.emit(For(Range(const(1), n, const(1)), False, (), (listed,), body, (out,)))
    made = program(b.block((x, n), (out,)))
    after = verify(read_again(made))
    assert ("l[i - 1] += l[i] * 3.0" in text(after)) is beside, text(after)
    assert ("l[i] * 3.0" in text(after)) is beside
    values = [np.array([1.0, 2.0, 3.0]), 3]
    want = [1.0 + 2.0 * 5, 2.0 + 3.0 * 5, 3.0] if beside else [1.0, 2.0 * 6, 3.0 * 6]
    for one in (made, after):
        assert evaluate(one, *values)[0] == want
