"""README.md and the guides in docs/: their blocks are run, and what they say is printed is compared with it.

`python -m tests.test_readme` writes what is printed now into the pages, where it differs.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLAGS = doctest.ELLIPSIS
# What makes an environment or runs the tests themselves is left out.
NOT_RUN = ("pip ", "pytest")
# docs/rules.md is written by the compiler from its table
PAGES = [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - {ROOT / "docs" / "rules.md"})]

# extras of the package that a block may ask for, and how one sees that it does
EXTRAS = {"numba": r"backend.{1,2}numba|import numba", "scipy": "import scipy|from scipy", "sympy": "import sympy"}

Blocks = list[tuple[str, str]]


def sections(page: Path) -> Iterator[tuple[str, Blocks]]:
    """The title of each section with its blocks, as (language, text)."""
    title, language, lines, blocks = "", "", [""], Blocks()
    for line in page.read_text(encoding="utf-8").splitlines():
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


def stories(page: Path) -> dict[str, Blocks]:
    """What runs in one folder and one scope: a section of the README stands alone, a guide is read from the top."""
    found = {title: blocks for title, blocks in sections(page) if blocks}
    if page.name == "README.md" and page.parent == ROOT:
        return found
    whole = [block for blocks in found.values() for block in blocks]
    return {page.stem: whole} if whole else {}


def matches(want: str, got: str) -> bool:
    return doctest.OutputChecker().check_output(want, got, FLAGS)


class Recorder(doctest.DocTestRunner):
    """Keeps what was printed, by the line of each example that printed something else."""

    def __init__(self) -> None:
        super().__init__(optionflags=FLAGS)
        self.printed: dict[int, tuple[doctest.Example, str]] = {}

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        # of a traceback only the message is for readers
        short = re.sub(r"(Traceback \(most recent call last\):\n)(?:[ ].*\n)+", r"\1    ...\n", got)
        self.printed[example.lineno] = (example, short)

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        self.report_failure(out, test, example, "".join(traceback.format_exception(*exc_info)))


def run_python(text: str, folder: Path, scope: dict[str, Any]) -> str:
    """A block with prompts runs as a doctest; one without is a file, which its first line may name."""
    named = re.match(r"# (\w+\.py)\n", text)
    path = folder / (named[1] if named else "block.py")
    if ">>>" not in text:
        path.write_text(text, encoding="utf-8")
        exec(compile(text, str(path), "exec"), scope)
        return text
    test = doctest.DocTestParser().get_doctest(text, scope, path.name, str(path), 0)
    recorder = Recorder()
    recorder.run(test, out=lambda _: None, clear_globs=False)
    scope.update(test.globs)
    lines = text.splitlines(keepends=True)
    for start, (example, got) in sorted(recorder.printed.items(), reverse=True):
        first = start + example.source.count("\n")
        shown = got.replace(f"{folder}{os.sep}", "...").replace("\n\n", "\n<BLANKLINE>\n")
        lines[first : first + example.want.count("\n")] = shown.splitlines(keepends=True)
    return "".join(lines)


def run_command(command: str, folder: Path) -> str:
    """What the command prints; `cat`, `python` and `s2s-ad` are resolved here, so that they are the same everywhere."""
    name, *words = shlex.split(command)
    if name == "cat":
        return "".join((folder / word).read_text(encoding="utf-8") for word in words)
    own = {"s2s-ad": ["-m", "s2s_ad"], "python": []}
    start = [sys.executable, "-X", "utf8", *own[name]] if name in own else [name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run([*start, *words], cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout.replace("\\", "/")


def run_console(text: str, folder: Path) -> str:
    printed = ""
    for command, want in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        parts = [part for part in command.split(" && ") if not part.startswith(NOT_RUN)]
        got = "".join(run_command(part, folder) for part in parts)
        printed += f"$ {command}\n{want if not parts or matches(want, got) else got}"
    return printed


RUN = {"python": run_python, "console": lambda text, folder, _: run_console(text, folder)}


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[dict[str, Any]]:
    """The scope of a story that is told in the folder, with the examples in it."""
    for name in ("examples", "generated"):
        shutil.copytree(ROOT / name, folder / name)
    module, before = ModuleType("page"), Path.cwd()
    sys.modules["page"] = module
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    loaded = set(sys.modules)
    try:
        yield module.__dict__
    finally:
        os.chdir(before)
        sys.path.remove(str(folder))
        del sys.modules["page"]
        for name in set(sys.modules) - loaded:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def missing(blocks: Blocks) -> str:
    """What they ask for and is not there."""
    asked = (extra for extra, word in EXTRAS.items() if any(re.search(word, text) for _, text in blocks))
    return ", ".join(extra for extra in asked if find_spec(extra) is None)


def played(blocks: Blocks, folder: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """Each block as the page has it, and its text as it runs now."""
    with opened(folder) as scope:
        for language, text in blocks:
            if language not in RUN:
                raise LookupError(f"nobody runs a block of {language}:\n{text}")
            yield (language, text), RUN[language](text, folder, scope)


SECTIONS = stories(PAGES[0])
GUIDES = {page.stem: blocks for page in PAGES[1:] for blocks in stories(page).values()}


def compare(blocks: Blocks, folder: Path) -> None:
    if missing(blocks):
        pytest.skip(f"{missing(blocks)} is not installed")
    for (_, said), printed in played(blocks, folder):
        assert said == printed, "not up to date: python -m tests.test_readme"


@pytest.mark.parametrize("title", SECTIONS)
def test_blocks_of_the_section_run(title: str, tmp_path: Path) -> None:
    compare(SECTIONS[title], tmp_path)


@pytest.mark.parametrize("guide", GUIDES)
def test_blocks_of_the_guide_run(guide: str, tmp_path: Path) -> None:
    compare(GUIDES[guide], tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", page.read_text(encoding="utf-8"))  # a call may look like a link
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_main_job_writes_what_the_readme_shows(tmp_path: Path) -> None:
    command, *_ = re.findall(r"^\$ pip install \. && (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    run_command(command, tmp_path)
    written = (tmp_path / "generated" / "quickstart_f.py").read_text(encoding="utf-8")
    assert written == (ROOT / "generated" / "quickstart_f.py").read_text(encoding="utf-8")


def rewrite(only_modules: bool = False) -> list[Path]:
    """Write what is printed now into the pages, or only the modules that they show; the pages that have changed."""
    changed = []
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        done, rest = "", before
        for blocks in stories(page).values():
            if missing(blocks) or only_modules and not any(map(shows_a_module, blocks)):
                continue
            with tempfile.TemporaryDirectory() as folder:
                for block, printed in played(blocks, Path(folder).resolve()):
                    said = block[1]
                    passed, rest = rest.split(f"\n{said}```", 1)
                    done += f"{passed}\n{said if only_modules and not shows_a_module(block) else printed}```"
        if done + rest != before:
            page.write_text(done + rest, encoding="utf-8", newline="\n")
            changed.append(page)
    return changed


def shows_a_module(block: tuple[str, str]) -> bool:
    return block[0] == "console" and re.search(r"^\$ (.* )?(cat|git diff) ", block[1], re.MULTILINE) is not None


if __name__ == "__main__":
    for path in rewrite():
        print(path.relative_to(ROOT).as_posix())
