"""match statements, and variables of a function around."""

import importlib.util

import pytest

import s2s_ad
from tests.agree import agrees
from tests.language.cases import Cases

case = Cases()


@case((1.3, 0), (1.3, 2), (1.3, 12), (1.3, 5))
def numbers_and_guards(x, k):
    match k:
        case 0:
            y = x**2
        case 1 | 2:
            y = x * 3
        case n if n > 10:
            y = x * n
        case _:
            y = x
    return y


@case((1.3, 0), (1.3, 1), (1.3, 2))
def early_returns(x, k):
    match k:
        case 0:
            return x**2
        case 1:
            x = x * 3
    return x * x


@case(([1.0, 2.0, 3.0], 2), ([1.0, 2.0, 3.0], 5))
def leaving_a_loop(xs, k):
    t = 0.0
    for v in xs:
        match k:
            case 0:
                continue
            case 3:
                break
            case _:
                t += v * k
        k -= 1
    return t


@case(((1.0, 2.0),), ((1.0, 2.0, 3.0, 4.0),), ((3.0,),))
def tuples(p):
    match p:
        case (a, b):
            return a * b
        case (a, *others, last):
            return a * sum(others) * last
        case [one]:
            return one**2


@case(({"w": 2.0, "kind": "lin", "b": 3.0},), ({"w": 2.0, "kind": "other"},))
def dicts(p):
    match p:
        case {"w": w, "kind": "lin", **rest}:
            return w * 2 + sum(rest.values())
        case {"w": w}:
            return w * w


@case((3.0,), ((3.0, 1.0),))
def classes(x):
    match x:
        case float(v):
            return v * v
        case (float(), int() | float() as second):
            return second * 2


@case(("square", 2.0), ("other", 2.0))
def strings(name, x):
    match name:
        case "square":
            return x * x
        case _:
            return x


@case(([1.0, -2.0, 3.0],))
def counts_in_a_function_around(xs):
    c = 0.0

    def add(v):
        nonlocal c
        c += v * v

    for v in xs:
        add(v)
    return c


@case((1.2,))
def written_two_functions_up(x):
    c = x

    def outer():
        d = 1.0

        def inner():
            nonlocal c, d
            c = c * x
            d = d + c
            return d

        return inner() + inner()

    return outer() * c


@pytest.mark.parametrize("f, args", case.found)
def test_match(f, args):
    agrees(f, *args)


def test_a_long_chain_of_elif(tmp_path):
    arms = "".join(f"    elif k == {i}:\n        y = x * {i}.0\n" for i in range(1, 150))
    (tmp_path / "chain.py").write_text(f"def f(x, k):\n    if k == 0:\n        y = x\n{arms}    return y\n")
    spec = importlib.util.spec_from_file_location("chain", tmp_path / "chain.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert s2s_ad.grad(module.f)(2.0, 149) == 149.0
