"""The command line: what it writes and prints, and that every error is one message."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from s2s_ad import cli
from s2s_ad.cache import DiskCache
from s2s_ad.check import Answer, Report, Row, Section

PROGRAM = '''\
"""A module of the user's."""
import math

import neighbour

k = 3


def f(x, y):
    return math.log(x) + x * y - math.sin(y)


def g(v, n: int):
    total = 0.0
    for i in range(n):
        total += v[i] * neighbour.twice(v[i])
    return total


def broken(x):
    try:
        return x
    except ValueError:
        return 2 * x


class A:
    @staticmethod
    def h(x):
        return x * x
'''


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """The command line in a folder of its own, which leaves nothing behind in this process."""
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "mine.py").write_text(PROGRAM)
    (tmp_path / "programs" / "neighbour.py").write_text("def twice(x):\n    return 2 * x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = dict(sys.modules)

    def call(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["s2s-ad", *words])
        with pytest.raises(SystemExit) as exited:
            cli.main()
        assert isinstance(exited.value.code, int)
        return Result(exited.value.code, *capsys.readouterr())

    yield call
    for name in set(sys.modules) - set(before):
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


Run = Callable[..., Result]


def definitions(path: Path) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    return scope


# ------------------------------------------------------------------------------------------------ generate


def test_generate_writes_a_module_and_prints_its_path(run: Run) -> None:
    result = run("generate", "programs/mine.py:f")
    assert result == (0, f"{Path('generated', 'mine_f.py')}\n", "")
    module = definitions(Path("generated/mine_f.py"))
    assert {"f_grad", "f_value_and_grad", "f_jvp", "f_vjp"} <= set(module)
    assert module["f_grad"](2.0, 5.0) == pytest.approx((5.5, 1.7163378145367738), rel=1e-15)
    assert [path.name for path in Path("generated").iterdir()] == ["mine_f.py"]


def test_generate_what_is_asked_for_by_name(run: Run) -> None:
    modes = ("jacobian", "jacfwd", "jacrev", "hessian", "hvp", "elementwise_grad")
    result = run("generate", "programs/mine.py:f", *(word for mode in modes for word in ("--mode", mode)))
    assert result.status == 0, result.err
    module = definitions(Path("generated/mine_f.py"))
    assert {f"f_{mode}" for mode in modes} <= set(module) and "f_vjp" not in module
    assert module["f_hessian"](2.0, 5.0)[0] == (-0.25, 1.0)
    assert module["f_hvp"](2.0, 5.0, 1.0, 0.0) == (-0.25, 1.0)
    shown = run("show", "programs/mine.py:f", "--stage", "hessian")
    assert shown.status == 0 and "def f_hessian(x, y):" in shown.out


def test_generate_what_is_asked_for(run: Run) -> None:
    result = run(
        "generate",
        "programs/mine.py:f",
        "programs/mine.py:A.h",
        "--mode",
        "grad",
        "--mode",
        "jvp",
        "--wrt",
        "0",
        "-o",
        "o",
    )
    assert result.status == 0, result.err
    assert result.out.split() == [str(Path("o", "mine_f.py")), str(Path("o", "mine_A_h.py"))]
    module = definitions(Path("o/mine_f.py"))
    assert "f_jvp" in module and "f_vjp" not in module
    assert module["f_grad"](2.0, 5.0) == 5.5


def test_generate_by_name_of_module_and_with_signature(run: Run) -> None:
    sys.path.insert(0, "programs")
    result = run("generate", "mine:g", "--mode", "grad", "--wrt", "v", "--signature", "float64[:], int")
    assert result.status == 0, result.err
    import numpy as np

    assert definitions(Path("generated/mine_g.py"))["g_grad"](np.array([1.0, 3.0]), 2).tolist() == [4.0, 12.0]


def test_generate_replaces_and_is_the_same_again(run: Run) -> None:
    run("generate", "programs/mine.py:f")
    path = Path("generated/mine_f.py")
    text = path.read_bytes()
    path.write_text("something else")
    assert run("generate", "programs/mine.py:f").status == 0
    assert path.read_bytes() == text


def test_generate_writes_nothing_if_one_of_them_fails(run: Run) -> None:
    result = run("generate", "programs/mine.py:f", "programs/mine.py:broken")
    assert result.status == 1
    assert result.out == ""
    assert "mine.py" in result.err and "line 21" in result.err and "^^^" in result.err
    assert not Path("generated").exists()


def test_generate_refuses_two_functions_for_one_file(run: Run) -> None:
    result = run("generate", "programs/mine.py:f", "./programs/mine.py:f")
    assert result.status == 1 and "as well" in result.err


def test_generate_where_no_file_can_be_written(run: Run) -> None:
    Path("generated").write_text("a file, not a folder")
    result = run("generate", "programs/mine.py:f")
    assert result.status == 1
    assert result.err.startswith("s2s-ad: FileExistsError") and len(result.err.splitlines()) == 1


def test_a_module_for_numba(run: Run) -> None:
    result = run("generate", "programs/mine.py:f", "--backend", "numba")
    assert result.status == 0
    text = Path("generated/mine_f.py").read_text(encoding="utf-8")
    assert "import numba" in text and "@numba.njit(cache=True" in text


def test_compare(run: Run) -> None:
    made = run("compare", "programs/mine.py:f", "2.0", "-5.0", "--repeat", "1")
    assert made.status == 0, made.err
    assert "reverse mode" in made.out and "error over the step" in made.out
    refused = run("compare", "programs/mine.py:f", "2.0", "-5.0", "--repeat", "1", "--plot", "errors.gif")
    assert refused.status == 1 and refused.err.startswith("s2s-ad: a plot ")


# -------------------------------------------------------------------------------------------- show, check


def test_show(run: Run) -> None:
    assert "def f_grad(" in run("show", "programs/mine.py:f").out
    assert "def f_vjp(" in run("show", "programs/mine.py:f", "--stage", "vjp").out
    assert "function f(" in run("show", "programs/mine.py:f", "--stage", "ssa").out
    assert "FunctionDef" in run("show", "programs/mine.py:f", "--stage", "ast").out
    listing = run("show", "programs/mine.py:f", "--no-optimize").out
    assert len(listing.splitlines()) > len(run("show", "programs/mine.py:f").out.splitlines())


def test_show_beside(run: Run) -> None:
    made = run("show", "programs/mine.py:f", "--width", "100", "--mode", "vjp")
    assert made.status == 0 and "adjoint (vjp)" in made.out and "tangent" not in made.out
    assert max(map(len, made.out.splitlines())) <= 100
    loop = run("show", "programs/mine.py:g", "np.ones(3)", "3").out
    assert "twice  (neighbour.py:" in loop  # a helper of another file stands below
    written = run("show", "programs/mine.py:f", "--html", "pages.html")
    assert written.out == "pages.html\n"
    assert "<h1>f</h1>" in Path("pages.html").read_text(encoding="utf-8")


def test_show_after_each_pass(run: Run) -> None:
    made = run("show", "programs/mine.py:f", "--passes").out
    assert "== frontend\n" in made and "== grad\n" in made and "(no change)" in made
    assert "+ function f_grad(" in made
    assert "== grad" not in run("show", "programs/mine.py:f", "--passes", "--stage", "ssa").out


def test_check(run: Run) -> None:
    result = run("check", "programs/mine.py:f", "2.0", "-5.0")
    assert result.status == 0, result.err
    assert "derivatives of f" in result.out and "ok" in result.out and "WRONG" not in result.out
    assert run("check", "programs/mine.py:g", "np.array([1.0, 2.0])", "2").status == 0


def test_check_of_a_point_where_the_function_raises(run: Run) -> None:
    result = run("check", "programs/mine.py:f", "-2.0", "5.0")
    assert result.status == 1
    assert "ValueError" in result.err and "Traceback" not in result.err


def test_check_that_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("x", {"forward": 1.0, "reverse": 2.5}, {"SymPy": Answer(1.0, 1e-9)})
    monkeypatch.setattr(cli, "report", lambda fn, args, order: Report("f", (Section("of f", (row,), ("a note",)),)))
    result = run("check", "programs/mine.py:f", "2.0", "5.0")
    assert result.status == 1
    assert [line.split() for line in result.out.splitlines()[3:6]] == [
        ["x", "1", "1", "ok"],
        ["2.5", "WRONG"],
        ["a", "note"],
    ]
    assert result.err == "s2s-ad: a derivative of programs/mine.py:f is wrong\n"


def test_check_is_readable_at_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("check", "programs/mine.py:f", "1e-3/7", "-np.pi*1e-7", "--order", "2")
    assert result.status == 0, result.err
    assert max(map(len, result.out.splitlines())) <= 80
    assert result.out.count(" ok") == 4 and "complex step" in result.out and "SymPy" in result.out


def test_check_prints_nothing_of_the_functions_own(run: Run) -> None:
    Path("programs/talks.py").write_text("def f(x):\n    print('hello')\n    return x * x\n")
    result = run("check", "programs/talks.py:f", "2.0")
    assert result.status == 0 and "hello" not in result.out and "ok" in result.out


def test_check_of_nothing(run: Run) -> None:
    result = run("check", "programs/mine.py:g", "np.array([1, 2])", "2")
    assert result.status == 1 and "none of its arguments is real" in result.err


# --------------------------------------------------------------------------------------------------- cache


def test_cache_info_and_clear(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path / "kept"))
    DiskCache().put("key", {})
    size = DiskCache().info().bytes
    assert run("cache", "info").out.split() == ["folder", str(tmp_path / "kept"), "entries", "1", "bytes", str(size)]
    assert run("cache", "clear").out == "removed 1\n"
    assert DiskCache().info().entries == 0
    monkeypatch.setenv("S2S_AD_CACHE_DIR", "off")
    assert "switched off" in run("cache", "info").out


# -------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "target, message",
    [
        ("programs/nothing.py:f", "there is no file"),
        ("no_such.module:f", "importing no_such.module failed: ModuleNotFoundError"),
        ("programs/mine.py:nothing", "has no nothing; it has f, g, broken, A"),
        ("programs/mine.py:k", "is of type int, not a function"),
        ("programs/raises.py:f", "failed: ZeroDivisionError: division by zero"),
        ("programs/exits.py:f", "failed: SystemExit: 3"),
        ("programs/text.py:f", "failed: SyntaxError"),
    ],
)
def test_one_message_and_status_1(run: Run, target: str, message: str) -> None:
    Path("programs/raises.py").write_text("1 / 0\n")
    Path("programs/exits.py").write_text("raise SystemExit(3)\n")
    Path("programs/text.py").write_text("no python\n")
    result = run("show", target)
    assert result.status == 1 and result.out == ""
    assert result.err.startswith("s2s-ad: ") and message in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["generate", "programs/mine.py"],
        ["generate", ":f"],
        ["generate"],
        ["generate", "programs/mine.py:f", "--mode", "sideways"],
        ["generate", "programs/mine.py:f", "--wrt", "x,,y"],
        ["show", "programs/mine.py:f", "--stage", "none"],
        ["check", "programs/mine.py:f", "word"],
        ["check", "programs/mine.py:f", "np.nothing(2)"],
        ["no_command"],
    ],
)
def test_wrong_usage_is_status_2(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.status == 2 and result.out == ""
    assert "Usage" in result.err


# ------------------------------------------------------------------------------------------ finding modules


def test_file_inside_a_package(run: Run) -> None:
    Path("pkg/sub").mkdir(parents=True)
    for folder in ("pkg", "pkg/sub"):
        Path(folder, "__init__.py").touch()
    Path("pkg/base.py").write_text("def square(x):\n    return x * x\n")
    Path("pkg/sub/part.py").write_text("from ..base import square\n\n\ndef f(x):\n    return square(x)\n")
    assert cli._resolve("pkg/sub/part.py:f")[0](3.0) == 9.0
    assert cli._resolve("pkg.sub.part:f") == cli._resolve("pkg/sub/part.py:f")


def test_file_with_the_name_of_a_loaded_module(run: Run) -> None:
    Path("programs/math.py").write_text("from dataclasses import dataclass\n\ndef f(x):\n    return x\n")
    fn, stem = cli._resolve("programs/math.py:f")
    assert fn(2.0) == 2.0 and stem == "math_f"
    assert cli._resolve("programs/math.py:f")[0] is fn
    assert not hasattr(sys.modules["math"], "f")


def test_one_file_is_one_module(run: Run) -> None:
    f, h = cli._resolve("programs/mine.py:f")[0], cli._resolve("./programs/mine.py:A.h")[0]
    assert f.__globals__ is h.__globals__


def test_python_m() -> None:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "s2s_ad", "--help"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONUTF8": "1"},
        timeout=120,
    )
    assert done.returncode == 0
    assert "generate" in done.stdout and "cache" in done.stdout


def test_rules(run: Callable[..., Result]) -> None:
    whole = run("rules")
    assert whole.status == 0 and "np.tanh  np.tanh\n  code      np.tanh(x)\n  tangent   y = np.tanh(x)\n" in whole.out
    assert run("rules").out == whole.out
    one = run("rules", "*")
    assert one.status == 0 and one.out.startswith("mul\n") and "x_bar = value_bar * y" in one.out
    missing = run("rules", "np.tahn")
    assert missing.status == 1 and missing.out == "" and "np.tanh" in missing.err
    assert run("rules", "--markdown").out.startswith("# The table of operations\n")


def test_rules_in_a_terminal(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    done = run("rules")
    assert done.status == 0 and "pullback" in done.out.splitlines()[0] and "x_bar = y_bar * (1.0 - y * y)" in done.out
