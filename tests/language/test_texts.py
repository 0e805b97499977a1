"""Strings: what is shown is what the function shows, and what they decide is decided as it does."""

import math

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

V = np.array([1.5, 2.0])


def formatted(x):
    y = x * x
    print("y = %g, %s and %5.2f|%d%%" % (y, "text", x, 3), "{:.3f} {}{{}}".format(y, [x, 1]), f"{y:>{10}.2f}{x!r}")
    print("%(a)s, %(b).1f" % {"a": y, "b": x}, format(x, ".4f"), repr("a"), str(x) + "!" * 3, ascii("ü"))
    return y * 3


def collected(x):
    lines, n = [], 0
    while x < 100:
        x = x * x
        lines.append(f"step {n}: {x:.3f}")
        n += 1
    print("; ".join(lines), len(lines), lines[0], lines[-1][:4])
    return x


def chosen_by_a_branch(x):
    size = "large" if x > 1 else "small"
    if size == "large" and size != "none" and "arg" in size:
        x = x * x
    print(size, size.upper(), len(size), size[0], size < "m", size * 2)
    return x


def changed_in_a_loop(x):
    status, text = "none", ""
    for k in range(10):
        x = math.cos(x)
        text += "%d," % k
        if k == 7:
            status = "seven"
            break
    if status.startswith("sev") and text.strip(","):
        x = 2 * x
    print(status, text.rstrip(","), text.count(","))
    return x


def keys(x):
    table = {}
    for i in range(3):
        table[f"x{i}"] = x * i
        table["y" + str(i)] = x
    print(sorted(table))
    return sum(table.values()) * table["x%d" % 2]


def key_chosen_by_a_branch(x):
    word = "neg" if x < 0 else "pos"
    slopes = {"neg": -2.0, "pos": x}
    return slopes[word] * x


def key_that_may_be_missing(x):
    word = "up" if x > 0 else "down"
    return {"up": x * x}[word]


def names_in_a_loop(x):
    total = 0.0
    for name, power in zip("ab", (2, 3)):
        if name.upper() in {"A", "C"}:
            total += x**power
    for name in sorted({"cos", "sin"}):
        total += {"sin": math.sin, "cos": math.cos}[name](x)
    return total


def option(x, method=" Newton "):
    kind = method.strip().lower().replace("newton", "n")
    if kind not in ("n", "secant"):
        raise ValueError("unknown method %r" % method)
    head, _, tail = "a:b".partition(":")
    return x * x if kind.startswith("n") and [head, tail] == "a b".split() and ord("a") == 97 and chr(98) == "b" else x


def item_of_names(x):
    names = ["zero", "one", "two"]
    k = 0
    while x < 5:
        x = x * x
        k += 1
    print(names[k - 1], names[-1])
    return x


SCALARS = [
    formatted,
    collected,
    chosen_by_a_branch,
    changed_in_a_loop,
    keys,
    key_chosen_by_a_branch,
    key_that_may_be_missing,
    names_in_a_loop,
    option,
    item_of_names,
]


@pytest.mark.parametrize("f", SCALARS, ids=lambda f: f.__name__)
def test_numbers_and_what_is_printed(f, capsys):
    value = f(1.5)
    shown = capsys.readouterr().out
    found, _ = s2s_ad.value_and_grad(f)(1.5)
    assert found == value
    assert capsys.readouterr().out == shown
    tangent = s2s_ad.jvp(f, (1.5,), (1.0,))
    assert capsys.readouterr().out == shown
    assert tangent[0] == value
    agrees(f, 1.5)


def shows_an_array_before_it_changes(x):
    xs, items = x.copy(), [x[0]]
    before, listed = f"{xs}", "%s" % items
    xs[0] = 0.0
    items.append(x[1])
    print(before, xs, listed, len(items))
    return np.sum(xs * x)


def test_a_text_is_of_what_was_there_when_it_was_made(capsys):
    shows_an_array_before_it_changes(V)
    shown = capsys.readouterr().out
    s2s_ad.grad(shows_an_array_before_it_changes)(V)
    assert capsys.readouterr().out == shown
    agrees(shows_an_array_before_it_changes, V)


def test_other_branches_show_other_texts(capsys):
    s2s_ad.grad(chosen_by_a_branch)(0.5)
    assert capsys.readouterr().out == "small SMALL 5 s False smallsmall\n"
    assert s2s_ad.grad(key_chosen_by_a_branch)(-1.5) == -2.0
    with pytest.raises(KeyError, match="down"):
        s2s_ad.grad(key_that_may_be_missing)(-1.0)
    with pytest.raises(ValueError, match="unknown method 'x'"):
        s2s_ad.grad(option)(1.0, "x")


def test_second_order():
    assert s2s_ad.grad(s2s_ad.grad(collected))(1.5) == pytest.approx(16 * 15 * 1.5**14)


def test_emitted_texts_read_as_written():
    assert s2s_ad.grad(key_chosen_by_a_branch).source(1.5) == KEY


KEY = '''\
def key_chosen_by_a_branch_grad(x):
    """Gradient of key_chosen_by_a_branch."""
    # Forward sweep
    if x < 0:
        word = "neg"
    else:
        word = "pos"
    v = word == "neg"
    if v:
        x_bar = -2.0
    else:
        if word != "pos":
            raise KeyError(word)
        x_bar = x

    # Reverse sweep
    if not v:
        # return slopes[word] * x  [test_texts.py:65]
        x_bar += x
    return x_bar
'''


def adds_to_a_number(x):
    return x + "1"


def number_of_a_text(x):
    return float(f"{x}") * x


def key_of_no_text(x):
    return {1: x}["a" if x > 0 else "b"]


def unordered(x):
    for name in {"a", "b"}:
        x = x * (2 if name == "a" else x)
    return x


@pytest.mark.parametrize("f", [adds_to_a_number, number_of_a_text, unordered], ids=lambda f: f.__name__)
def test_refused(f):
    with pytest.raises(s2s_ad.DifferentiationError, match=r"test_texts.py\", line \d+") as caught:
        s2s_ad.grad(f)(1.5)
    assert caught.value.remedy


def test_no_key_of_a_dict_is_a_text():
    with pytest.raises(KeyError):
        s2s_ad.grad(key_of_no_text)(1.5)


def test_native_code_compares_texts():
    pytest.importorskip("numba")
    assert s2s_ad.grad(key_chosen_by_a_branch, backend="numba")(1.5) == 3.0
    with pytest.raises(s2s_ad.UnsupportedError, match="format") as caught:
        s2s_ad.grad(collected, backend="numba")(1.5)
    assert 'backend="numpy"' in caught.value.remedy


def with_a_message(x):
    size = "large" if x > 1 else "small"
    return x * x, (size, f"{x:.2f}")


def test_texts_that_are_returned():
    (value, (size, shown)), slope = s2s_ad.value_and_grad(with_a_message, has_aux=True)(1.5)
    assert (value, size, shown, slope) == (2.25, "large", "1.50", 3.0)


def told(label, x):
    print(label, "of", len(label))
    if label == "neg":
        return -x
    match label[0]:
        case "p":
            return x * x
    return x


def helpers_take_texts(x):
    word = "neg" if x < 0 else "pos"
    if word in {"pos": 1, "neg": 2} and word not in {"none": 0}:
        x = x * told(word, x)
    return told(f"{x:.1f}", x)


NEGATIVE = "neg"


def same_object(x):
    word = "neg" if x < 0 else "pos"
    return -x if word is NEGATIVE else x


def test_texts_as_arguments(capsys):
    for x in (1.5, -1.5):
        helpers_take_texts(x)
        shown = capsys.readouterr().out
        s2s_ad.grad(helpers_take_texts)(x)
        assert capsys.readouterr().out == shown
        agrees(helpers_take_texts, x)
        capsys.readouterr()


def test_whether_two_texts_are_one_object_is_refused():
    with pytest.raises(s2s_ad.UnsupportedError, match="==") as caught:
        s2s_ad.grad(same_object)(1.5)
    assert "one object" in caught.value.message
