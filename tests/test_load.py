"""Emitted modules: loaded once, shown in tracebacks, and their errors name the user's line."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from s2s_ad.frontend.source import definition
from s2s_ad.load import annotate, load
from s2s_ad.span import Span

TEXT = """\
import math


def helper(x):
    return math.log(x)


def f_grad(x, n):
    total = 0.0
    for i in range(n):
        y = helper(
            x - i
        )
        total += sum([1 / (x - 7) for _ in range(1)])
    return total * scale


def unmapped(x):
    return 1 / x
"""
SPANS = {
    5: Span("recurrence.py", 3, text="return math.log(x)"),
    11: Span("recurrence.py", 8, text="y = helper(x - i)"),
    14: Span("recurrence.py", 9),
}


def module(**names: object) -> Any:
    return load("f_grad", TEXT, {"scale": 2.0, **names}, SPANS)


def raised(call: Any, *args: Any) -> BaseException:
    with pytest.raises(Exception) as caught:
        try:
            call(*args)
        except Exception as error:
            annotate(error)
            raise
    return caught.value


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def test_runs_with_the_names_given() -> None:
    assert module().f_grad(9.0, 1) == 1.0
    assert module(scale=6.0).f_grad(9.0, 1) == 3.0
    assert "scale" not in vars(load("f_grad", TEXT, {}, SPANS))


def test_same_content_is_the_same_module() -> None:
    scale = [1.0]
    assert module(scale=scale) is module(scale=scale)
    assert module(scale=scale) is not module(scale=[1.0]), "another object, which may be changed by itself"
    assert module() is not load("g_grad", TEXT, {"scale": 2.0}, SPANS)
    assert module() is not load("f_grad", TEXT + "#\n", {"scale": 2.0}, SPANS)
    moved = {**SPANS, 5: Span("other.py", 3)}
    assert module() is not load("f_grad", TEXT, {"scale": 2.0}, moved)


def test_names_that_are_gone_are_not_confused_with_new_ones() -> None:
    seen = [load("f", "def f():\n    return held[0]\n", {"held": [k]}, {}) for k in range(100)]
    assert [m.f() for m in seen] == list(range(100))


def test_file_name_is_the_same_in_every_run() -> None:
    program = "from s2s_ad.load import load; print(load('f', 'x = 1\\n', {}, {}).__file__)"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outputs == {load("f", "x = 1\n", {}, {}).__file__}


def test_tracebacks_show_the_emitted_line() -> None:
    error = raised(module().unmapped, 0.0)
    linecache.checkcache()
    shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert f'File "{module().__file__}", line 19, in unmapped\n    return 1 / x' in shown


def test_source_can_be_asked_for() -> None:
    f_grad = module().f_grad
    assert inspect.getsource(f_grad).startswith("def f_grad(x, n):\n    total = 0.0\n")
    assert ast.unparse(definition(f_grad).node).endswith("return total * scale")


def test_note_names_the_users_line() -> None:
    error = raised(module().f_grad, -1.0, 1)
    assert isinstance(error, ValueError)
    assert notes(error) == ['  in the derivative of File "recurrence.py", line 3: return math.log(x)']


def test_note_of_a_line_below_a_mapped_one_and_inside_a_comprehension() -> None:
    assert notes(raised(module().f_grad, 7.0, 1)) == ['  in the derivative of File "recurrence.py", line 9']
    error = raised(module().f_grad, "text", 1)
    assert notes(error) == ['  in the derivative of File "recurrence.py", line 8: y = helper(x - i)']


def test_no_note_where_no_line_is_known() -> None:
    assert notes(raised(module().unmapped, 0.0)) == [], "the line mapped in the function above is not its own"
    assert notes(raised(int, "x")) == []


def test_wrong_number_of_arguments_gets_no_note() -> None:
    assert notes(raised(module().f_grad)) == []


def test_one_note_however_often_it_is_asked_for() -> None:
    error = raised(module().f_grad, -1.0, 1)
    annotate(error)
    assert len(notes(error)) == 1


def test_notes_of_others_stay() -> None:
    def noted() -> None:
        try:
            module().f_grad(-1.0, 1)
        except ValueError as error:
            error.__notes__ = ["mine"]  # type: ignore[attr-defined]
            raise

    assert notes(raised(noted))[0] == "mine"
    assert len(notes(raised(noted))) == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="3.10 does not show notes")
def test_note_is_shown() -> None:
    error = raised(module().f_grad, -1.0, 1)
    assert "".join(traceback.format_exception(error)).rstrip().endswith("return math.log(x)")


def test_text_that_fails_to_run_is_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(NameError):
            load("broken", "x = never_bound\n", {}, {})
        with pytest.raises(SyntaxError):
            load("broken", "x = = 1\n", {}, {})


def test_threads_get_the_same_module() -> None:
    barrier = threading.Barrier(8)

    def ask(_: int) -> Any:
        barrier.wait()
        return load("shared", "x = 1\n", {}, {})

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
