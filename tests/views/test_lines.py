"""Which lines of a derivative stand for which of the function, and how a terminal shows them."""

from __future__ import annotations

import functools
import io
import re
from pathlib import Path

import numpy as np
import pytest

import s2s_ad
from examples import objects, option, quickstart, recurrence, recursion, stencils
from s2s_ad.listing import derivative_source, passes
from s2s_ad.views import columns
from s2s_ad.views.lines import beside
from tests.language import helpers

BURGERS = stencils.EXAMPLES["burgers"]


def standing_for(made, line, mode):
    """The lines of a derivative that stand for a line of the main function, which counts from 0."""
    place = made.sources[0].keys[line]
    (derived,) = (each for each in made.derivatives if each.mode == mode)
    return [text.strip() for text, places in zip(derived.lines, derived.origins) if place in places]


def test_each_statement_knows_its_line():
    made = beside(recurrence.logistic, (), 0.3, 2.9, 9)
    assert [each.mode for each in made.derivatives] == ["jvp", "grad"]
    assert standing_for(made, 1, "grad") == ["x_tape = []", "for _ in range(n):"] + [
        "x_bar = 1.0", "r_bar = 0.0", "for x in reversed(x_tape):",
    ]  # fmt: skip
    assert standing_for(made, 3, "jvp") == ["return x, x_dot"]
    assert standing_for(made, 0, "grad") == [
        "def logistic_grad(x, r, n):", '"""Gradient of logistic."""', "return x_bar, r_bar",
    ]  # fmt: skip


def test_an_expression_that_was_folded_into_another_statement_keeps_its_line():
    def f(x):
        a = 2.0 * x
        b = a + 1.0
        return b * b

    made = beside(f, ["value_and_grad"])
    for line in (1, 2, 3):
        assert standing_for(made, line, "value_and_grad"), made.sources[0].lines[line]


@pytest.mark.parametrize(
    "f, args",
    [(recurrence.first_above, (1.0, 1.5, 10.0, 9)), (stencils.burgers, BURGERS), (quickstart.f, (2.0, 5.0))],
    ids=["first_above", "burgers", "f"],
)
def test_what_comments_quote_is_where_the_lines_lead(f, args):
    """The comments were written by another part of the compiler."""
    made = beside(f, ("jvp", "grad", "vjp"), *args)
    texts = {key: line for source in made.sources for key, line in zip(source.keys, source.lines)}
    for derived in made.derivatives:
        assert "\n".join([*derived.lines, ""]) == derivative_source(f, (derived.mode,), args=args)
        quoted = [k for k, line in enumerate(derived.lines) if re.search(r"\[\w+\.py:\d+\]$", line)]
        assert quoted
        for k in quoted:
            place, *_ = derived.origins[k]
            assert derived.lines[k].endswith(f"[{Path(place[0]).name}:{place[1]}]")
            assert texts[place].strip() in derived.lines[k]
            assert derived.origins[k] == derived.origins[k + 1]


def test_statements_over_several_lines_and_helpers_of_other_files():
    def f(x, y):
        z = (
            x
            * helpers.cube(y)
        )  # fmt: skip
        return z

    made = beside(f)
    assert made.sources[0].keys[1] == made.sources[0].keys[4]
    assert [source.name for source in made.sources] == ["f", "cube"]
    assert Path(made.sources[1].file).name == "helpers.py"
    assert standing_for(made, 1, "jvp")


def test_all_lines_lead_somewhere_but_those_of_helpers_of_the_module():
    for f, args in (
        (recursion.area, recursion.EXAMPLES["area"]),
        (option.american_put, option.EXAMPLES["american_put"]),
    ):
        for derived in beside(f, (), *args).derivatives:
            for line, places in zip(derived.lines, derived.origins):
                code = line.strip() and not line.lstrip().startswith(("#", '"""', "import"))
                assert places or not code, line


def test_helpers_that_are_methods_are_named_with_their_class():
    made = beside(objects.network_loss, (), *objects.EXAMPLES["network_loss"])
    assert "Network.loss" in [source.name for source in made.sources]


def test_a_lambda_and_a_method_and_a_function_that_holds_arguments():
    square = lambda x: x * x  # noqa: E731
    assert beside(square).sources[0].lines == ("square = lambda x: x * x  # noqa: E731",)
    assert beside(objects.Vector(1.0, 2.0).__abs__).sources[0].name == "Vector.__abs__"
    half = functools.partial(lambda x, k: x * k, k=0.5)
    assert standing_for(beside(half), 0, "jvp")


def test_a_function_with_several_results_has_its_pullback_beside_it():
    assert [each.mode for each in beside(lambda x: (x, 2.0 * x)).derivatives] == ["jvp", "vjp"]
    assert [each.mode for each in beside(lambda z: z * z, (), 1.0 + 2.0j).derivatives] == ["jvp", "vjp"]


def test_a_terminal_of_a_hundred_columns():
    text = columns.text_of(beside(recurrence.logistic, (), 0.3, 2.9, 9), 100)
    assert text == """\
   logistic  (recurrence.py:1)    tangent (jvp)                     adjoint (grad), ↓ first, then ↑
1  def logistic(x, r, n):         def logistic_jvp(x, r, n, x_dot,    def logistic_grad(x, r, n):
                                      r_dot):                       ↑     return x_bar, r_bar
2      for _ in range(n):             for _ in range(n):            ↓     x_tape = []
                                                                    ↓     for _ in range(n):
                                                                    ↑     x_bar = 1.0
                                                                    ↑     r_bar = 0.0
                                                                    ↑     for x in reversed(x_tape):
3          x = r * x * (1.0 - x)          v = r * x                 ↓         x_tape.append(x)
                                          v_dot = r_dot * x +       ↓         x = r * x * (1.0 - x)
                                              x_dot * r             ↑         v_bar = x_bar * (1.0 -
                                          v2 = 1.0 - x                            x)
                                          x = v * v2                ↑         r_bar += v_bar * x
                                          x_dot = v_dot * v2 -      ↑         x_bar = r * (v_bar -
                                              x_dot * v                           x_bar * x)
4      return x                       return x, x_dot
"""
    for width in (60, 80, 120):
        narrow = columns.text_of(beside(stencils.burgers, (), *BURGERS), width)
        assert max(map(len, narrow.splitlines())) <= width
        for line in narrow.splitlines():
            assert line == line.rstrip()


def test_colours_come_with_a_terminal():
    from rich.console import Console

    console = Console(width=100, force_terminal=True, color_system="standard", file=io.StringIO())
    columns.show(beside(quickstart.f), console)
    text = console.file.getvalue()
    assert "\x1b[36mx1_dot" in text and "\x1b[35mx1_bar" in text


def test_passes_say_what_they_have_made():
    made = passes(recurrence.logistic, "grad", signature="float, float, int")
    names = [each.name for each in made]
    assert names[0] == "frontend" and "grad" in names and "own_results" in names[names.index("grad") :]
    reverse = made[names.index("grad")]
    assert reverse.changed and any("reversed" in line for line in reverse.lines)
    assert not made[1].changed  # there is nothing to inline
    assert sum(reverse.new) < len(reverse.lines)  # the forward sweep was there before
    with pytest.raises(s2s_ad.UnsupportedError, match="syntax tree"):
        passes(np.sin, "ast")
