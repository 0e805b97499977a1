"""A second name of a view goes where that changes nothing."""

import ast
import textwrap

import pytest

from s2s_ad.backend.aliases import without_second_names

HEAD = """\
def f(u, tape):
    w = u[1:-1]
"""
GOES = {
    "read once": ("v = w\ns += v * 2\n", "s += w * 2\n"),
    "bound anew later": ("v = w\nt = v * 2\nv = v @ t\ns += v\n", "t = w * 2\nv = w @ t\ns += v\n"),
    "read inside a branch": ("v = w\nif s:\n    s += v\n", "if s:\n    s += w\n"),
    "numbered for its sake": ("v = w\nv_2 = v * 2\ns += v_2\n", "v = w * 2\ns += v\n"),
    "numbered, but the name stays": (
        "v = 1\ns += v\nv = w\nv_2 = v * 2\ns += v_2\n",
        "v = 1\ns += v\nv_2 = w * 2\ns += v_2\n",
    ),
}
STAYS = {
    "changed in place": "v = w\nv *= 2\ns += v\n",
    "bound in a branch": "v = w\nif s:\n    v = s\ns += v\n",
    "read in the next trip": "s += v\nv = w\nt = v\n",
    "read after the loop": "v = w\ns += v\nREAD",
    "a name of the user's": "inner = w\ns += inner * 2\n",
    "no view": "v = u\ns += v\n",
    "nothing comes after it": "v = w\n",
}


def program(body):
    after = "    s += v\n" if "READ" in body else ""
    trip = textwrap.indent(body.replace("READ", ""), "        ")
    start = "s = v = 0.0" if "READ" in body or "v = 1" in body or "s += v\nv = w" in body else "s = 0.0"
    return f"{HEAD}    {start}\n    for t in tape:\n{trip}{after}    return s\n"


def cleaned(text):
    (function,) = ast.parse(text).body
    without_second_names(function, {"w"})
    return ast.unparse(function) + "\n"


@pytest.mark.parametrize("case", GOES)
def test_goes(case):
    body, wanted = GOES[case]
    text = program(body)
    assert cleaned(text) == program(wanted)
    numbers = {}
    for name, source in (("before", text), ("after", cleaned(text))):
        exec(source.replace(" @ ", " * "), scope := {})
        numbers[name] = scope["f"](SLICED, [1.0, 2.0])
    assert numbers["before"] == numbers["after"]


class Sliced:
    """A number for every slice."""

    def __getitem__(self, index):
        return 3.0


SLICED = Sliced()


@pytest.mark.parametrize("case", STAYS)
def test_stays(case):
    assert cleaned(program(STAYS[case])) == program(STAYS[case])
