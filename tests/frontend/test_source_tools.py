"""Functions are found where other tools have had their hands in: notebooks, doctests, prompts, archives, pytest."""

from __future__ import annotations

import ast
import doctest
import linecache
import os
import subprocess
import sys
import textwrap
import types
import zipfile
from pathlib import Path
from typing import Any

import pytest

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.source import Definition, definition

ROOT = Path(__file__).resolve().parents[2]


def unparsed(found: Definition) -> str:
    return ast.unparse(found.node)


def with_assert(x: float) -> float:
    k = 2.0
    assert x > 0, "positive"
    return [k * y for y in [x]][0] * (lambda z: z + 1)(x)


def test_function_whose_asserts_pytest_has_rewritten() -> None:
    local = [lambda x: x + 1, lambda x: x + 2]
    assert "@pytest_ar" in globals()
    assert "positive" in unparsed(definition(with_assert))
    assert "x + 2" in unparsed(definition(local[1]))

    def nested(x: float) -> float:
        assert x == x
        return x * 7

    assert "x * 7" in unparsed(definition(nested))


def test_rewritten_function_that_has_changed_is_refused(tmp_path: Path) -> None:
    test = tmp_path / "test_inner.py"
    test.write_text(textwrap.dedent("""
            import pathlib, pytest
            from s2s_ad.errors import UnsupportedError
            from s2s_ad.frontend.source import definition

            def f(x):
                assert x > 0
                return x - 1.0

            def test_it():
                assert definition(f).function == "f"
                path = pathlib.Path(__file__)
                path.write_text(path.read_text().replace("x - " + "1.0", "1.0 " + "- x") + "#")
                with pytest.raises(UnsupportedError, match="changed on disk"):
                    definition(f)
            """))
    run = python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(test), cwd=tmp_path)
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def python(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    # UTF-8 on every platform, and this checkout wherever it stands
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **env}
    return subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=environment, timeout=120
    )


def test_exec_without_source_is_refused() -> None:
    scope: dict[str, Any] = {}
    exec("def f(x):\n    return x\ng = lambda x: x", scope)
    for name in "fg":
        with pytest.raises(UnsupportedError, match="cannot be found"):
            definition(scope[name])


def test_exec_with_the_text_in_linecache() -> None:
    text = "def f(x):\n    return x * 9\n"
    name = "<generated for a test>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope: dict[str, Any] = {}
    exec(compile(text, name, "exec", dont_inherit=True), scope)
    assert "x * 9" in unparsed(definition(scope["f"]))
    exec(compile(text.replace("9", "8"), name, "exec", dont_inherit=True), scope)
    with pytest.raises(UnsupportedError, match="cannot be found"):
        definition(scope["f"])
    del linecache.cache[name]


def test_notebook_cells() -> None:
    """As IPython does it: the text in linecache, each statement compiled alone, futures from an earlier cell."""
    cell = "k = 2\ndef f(x: no) -> no:\n    return k * x\nfs = [lambda x: x + 1, lambda x: x + 2]\n"
    name = os.path.join("somewhere", "ipykernel_1234", "567.py")
    linecache.cache[name] = (len(cell), None, cell.splitlines(True), name)
    scope: dict[str, Any] = {}
    from_earlier_cell = annotations.compiler_flag
    for statement in ast.parse(cell).body:
        code = compile(ast.Interactive([statement]), name, "single", from_earlier_cell, dont_inherit=True)
        exec(code, scope)
    assert "k * x" in unparsed(definition(scope["f"]))
    assert "x + 2" in unparsed(definition(scope["fs"][1]))
    del linecache.cache[name]


def test_text_typed_at_a_prompt_that_keeps_it_by_code_object(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(x):\n    return x * 8\n"
    kept: dict[types.CodeType, list[str]] = {}
    monkeypatch.setattr(linecache, "_getlines_from_code", lambda code: kept.get(code, []), raising=False)
    scope: dict[str, Any] = {}
    exec(compile(text, "<stdin>", "single", dont_inherit=True), scope)
    with pytest.raises(UnsupportedError, match="cannot be found"):
        definition(scope["f"])
    kept[scope["f"].__code__] = text.splitlines(True)
    assert "x * 8" in unparsed(definition(scope["f"]))


def test_doctest_examples() -> None:
    text = """
    >>> def f(x):
    ...     return x * 4
    >>> unparsed(definition(f))
    'def f(x):\\n    return x * 4'
    >>> unparsed(definition([lambda x: x, lambda x: x + 1][1]))
    'lambda x: x + 1'
    """
    test = doctest.DocTestParser().get_doctest(text, dict(globals()), "a.name", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test) == doctest.TestResults(0, 3)


def test_module_in_a_zip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("zipped_sample.py", "def f(x):\n    return x * 11\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib.zip"))
    import zipped_sample  # type: ignore[import-not-found]

    assert "x * 11" in unparsed(definition(zipped_sample.f))


USE = (
    "import ast; from s2s_ad.frontend.source import definition; show = lambda f: print(ast.unparse(definition(f).node))"
)


def test_text_given_on_the_command_line_is_never_mistaken() -> None:
    run = python("-c", f"{USE}\nfrom collections import namedtuple\nshow(namedtuple('P', 'x').__new__)")
    assert "UnsupportedError: the source of" in run.stderr and "cannot be found" in run.stderr


def test_script_run_as_main_from_another_folder(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{USE}\nimport os\nos.chdir('/')\ndef f(x):\n    return x * 12\nshow(f)\n")
    run = python("script.py", cwd=tmp_path)
    assert "x * 12" in run.stdout, run.stderr


@pytest.mark.parametrize("flags", [["-O"], ["-OO"], ["-X", "no_debug_ranges"], ["-W", "error"]], ids=" ".join)
def test_flags_of_the_interpreter(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "lib.py").write_text(
        "def f(x):\n    'doc'\n    assert x > 0\n    s = 0\n    for i in range(\n        3\n    ):\n"
        "        s = (s +\n            x)\n    return s * 13\n"
        "g, h = lambda x: x + 1, lambda x: x + 2\n"
    )
    # what one interpreter has written to __pycache__ the other reads
    program = f"{USE}\nimport lib\nshow(lib.f); show(lib.h)"
    for options in (flags, flags, ["-X", "utf8"]):
        run = python(*options, "-c", program, cwd=tmp_path, PYTHONDONTWRITEBYTECODE="")
        assert "s * 13" in run.stdout and "x + 2" in run.stdout, run.stderr
