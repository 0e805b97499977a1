"""Every block of README.md runs and prints what it says."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLAGS = doctest.ELLIPSIS
# What makes an environment or runs this very test is left out.
NOT_RUN = ("pip ", "pytest")


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The title of each section with its blocks, as (language, text)."""
    title, language, lines, blocks = "", "", [""], list[tuple[str, str]]()
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if language and line == "```":
            blocks.append((language, "".join(f"{text}\n" for text in lines)))
            language = ""
        elif language:
            lines.append(line)
        elif line.startswith("```"):
            language, lines = line[3:] or "text", []
        elif line.startswith("#"):
            yield title, blocks
            title, blocks = line.strip("# "), []
    yield title, blocks


SECTIONS = {title: blocks for title, blocks in sections() if blocks}


def matches(want: str, got: str) -> bool:
    return doctest.OutputChecker().check_output(want, got, FLAGS)


def run_python(text: str, folder: Path, scope: dict[str, Any]) -> None:
    """A block with prompts runs as a doctest; one without is a file, which its first line may name."""
    named = re.match(r"# (\w+\.py)\n", text)
    path = folder / (named[1] if named else "block.py")
    if ">>>" not in text:
        path.write_text(text, encoding="utf-8")
        exec(compile(text, str(path), "exec"), scope)
        return
    failures: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, scope, path.name, str(path), 0)
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=failures.append, clear_globs=False)
    scope.update(test.globs)
    assert not failures, "".join(failures)


def run_command(command: str, folder: Path) -> str:
    """What the command prints; `cat` and `s2s-ad` are resolved here, so that they are there on every system."""
    name, *words = shlex.split(command)
    if name == "cat":
        return "".join((folder / word).read_text(encoding="utf-8") for word in words)
    start = [sys.executable, "-X", "utf8", "-m", "s2s_ad"] if name == "s2s-ad" else [name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    done = subprocess.run([*start, *words], cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout.replace("\\", "/")


def run_console(text: str, folder: Path) -> None:
    for command, want in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        parts = [part for part in command.split(" && ") if not part.startswith(NOT_RUN)]
        got = "".join(run_command(part, folder) for part in parts)
        assert not parts or matches(want, got), f"$ {command}\nprints\n{got}"


@pytest.mark.parametrize("title", SECTIONS)
def test_blocks_of_the_section_run(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if any('backend="numba"' in text for _, text in SECTIONS[title]):
        pytest.importorskip("numba")
    for folder in ("examples", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    module = ModuleType("readme")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    scope: dict[str, Any] = module.__dict__
    for language, text in SECTIONS[title]:
        if language == "python":
            run_python(text, tmp_path, scope)
        elif language == "console":
            run_console(text, tmp_path)
        else:
            pytest.fail(f"nobody runs a block of {language}")


def test_the_main_job_writes_what_the_readme_shows(tmp_path: Path) -> None:
    command, *_ = re.findall(r"^\$ pip install \. && (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    run_command(command, tmp_path)
    written = (tmp_path / "generated" / "quickstart_f.py").read_text(encoding="utf-8")
    assert written == (ROOT / "generated" / "quickstart_f.py").read_text(encoding="utf-8")
