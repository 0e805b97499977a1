"""What is not differentiated is refused: with the file, the line, a caret and a remedy."""

import ctypes
import math
import re

import numpy as np
import pytest

import s2s_ad

COUNT = 0.0


def with_try(x):
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0.0


def with_yield(x):
    yield x


async def with_async(x):
    return x


def with_global(x):
    global COUNT
    COUNT = x
    return x


def with_set(x):
    return sum({x, 2.0})


def with_string(x):
    return float(str(x)) * x


def with_eval(x):
    return eval("x * x")


def with_unknown(x):
    return ctypes.sizeof(x) * x


def with_with(x):
    with open("f") as f:
        return x * len(f.read())


REFUSED = [
    with_try,
    with_yield,
    with_async,
    with_global,
    with_set,
    with_string,
    with_eval,
    with_unknown,
    with_with,
]


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("transform", [s2s_ad.grad, s2s_ad.value_and_grad])
def test_refused(f, transform):
    with pytest.raises(s2s_ad.DifferentiationError) as caught:
        transform(f)(1.0)
    text = str(caught.value)
    assert re.search(r'File ".*test_refused\.py", line \d+', text), text
    assert "^" in text
    assert caught.value.remedy
    assert isinstance(caught.value, s2s_ad.UnsupportedError | s2s_ad.NotDifferentiableError)


def test_a_function_without_a_rule_is_named_with_how_to_add_one():
    with pytest.raises(s2s_ad.DifferentiationError, match="sizeof") as caught:
        s2s_ad.grad(with_unknown)(1.0)
    assert "rule" in caught.value.remedy


BUFFER = np.zeros(2)


def into_a_buffer(x):
    BUFFER[0] = x
    return BUFFER[0] ** 2


def test_an_array_outside_is_not_written_to():
    held = np.zeros(2)

    def into_what_is_held(x):
        held[:] += x
        return np.sum(held)

    for f, name in ((into_a_buffer, "BUFFER"), (into_what_is_held, "held")):
        with pytest.raises(s2s_ad.UnsupportedError, match=f"^{name} is an array outside") as caught:
            s2s_ad.grad(f)(2.0)
        assert "^" in str(caught.value) and "argument" in caught.value.remedy


def test_a_function_in_c_is_to_get_a_rule():
    library = ctypes.pythonapi

    def absolute(x):
        return library.abs(x)

    with pytest.raises(s2s_ad.UnsupportedError, match="PyDLL") as caught:
        s2s_ad.grad(absolute)(2.0)
    assert "@s2s_ad.rule" in caught.value.remedy


def test_no_source():
    scope = {}
    exec("def f(x):\n    return x * x", scope)
    with pytest.raises(s2s_ad.UnsupportedError, match="source"):
        s2s_ad.grad(scope["f"])(1.0)


def test_changed_on_disk(tmp_path, monkeypatch):
    import importlib

    path = tmp_path / "changing_module.py"
    path.write_text("def f(x):\n    return x * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("changing_module")
    path.write_text("def f(x):\n    return x * x * x\n")
    with pytest.raises(s2s_ad.UnsupportedError, match="changed"):
        s2s_ad.grad(module.f)(2.0)


def test_wrt_that_is_not_real():
    with pytest.raises(s2s_ad.KindError, match="n"):
        s2s_ad.grad(lambda x, n: x, wrt="n")(1.0, np.array([1, 2]))
    with pytest.raises(s2s_ad.KindError, match="str|'a'"):
        s2s_ad.grad(lambda x, n: x, wrt="n")(1.0, "a")


def test_a_wrong_name_proposes_the_near_one():
    with pytest.raises(s2s_ad.KindError, match="wdth") as caught:
        s2s_ad.grad(lambda width: width, wrt="wdth")(1.0)
    assert "width" in caught.value.remedy


def test_grad_of_several_results_says_what_to_use():
    with pytest.raises(s2s_ad.KindError) as caught:
        s2s_ad.grad(lambda x: (x, x))(1.0)
    assert "vjp" in caught.value.remedy


def test_own_errors_come_through():
    def f(x):
        if x < 0:
            raise ValueError(f"negative: {x}")
        return math.sqrt(x)

    with pytest.raises(ValueError, match="negative: -1.0") as caught:
        s2s_ad.grad(f)(-1.0)
    assert any("test_refused.py" in note and "raise ValueError" in note for note in caught.value.__notes__)
    with pytest.raises(TypeError):
        s2s_ad.grad(f)()


def test_zero_division_comes_through():
    with pytest.raises(ZeroDivisionError):
        s2s_ad.value_and_grad(lambda x: 1.0 / x)(0.0)


def with_a_check(x):
    s2s_ad.check_grads(math.sin, (1.0,))
    return x * x


def of_a_builtin(x):
    return s2s_ad.jvp(math.hypot, (x,), (1.0,))[1]


def test_what_is_not_called_inside_is_refused_by_name():
    with pytest.raises(s2s_ad.UnsupportedError, match="s2s_ad.check_grads is not called inside") as caught:
        s2s_ad.grad(with_a_check)(1.0)
    assert "grad" in caught.value.remedy
    with pytest.raises(s2s_ad.UnsupportedError, match="hypot is an object of type") as caught:
        s2s_ad.grad(of_a_builtin)(1.0)
    assert "lambda x: hypot(x)" in caught.value.remedy


def with_a_typo(width):
    return widht * 2.0


def test_a_name_that_is_not_defined_proposes_the_near_one():
    with pytest.raises(s2s_ad.UnsupportedError, match="the name widht is not defined") as caught:
        s2s_ad.grad(with_a_typo)(1.0)
    assert caught.value.remedy == "Did you mean width?"
