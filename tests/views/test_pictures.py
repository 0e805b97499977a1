"""The pictures of the README and the guides are those of the programs of today."""

import importlib
import re

import pytest

from tests.test_readme import PAGES, ROOT

IMAGES = ROOT / "docs" / "images"


@pytest.fixture(scope="module")
def pictures():
    """What draws them; it imports its neighbours, as a script does."""
    pytest.importorskip("pygraphviz")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples")
        return importlib.import_module("pictures").pictures


def words(svg):
    """What is written in it; where it stands is another matter for each version of Graphviz and Rich."""
    return re.findall(r">([^<>\n]+)</text>", svg)


def test_they_say_what_is_drawn_now(pictures):
    for name, drawn in pictures():
        stored = (IMAGES / name).read_text(encoding="utf-8")
        assert words(stored) == words(drawn), "python examples/pictures.py"
        assert len(words(stored)) > 10, name


def test_the_same_bytes_each_time(pictures):
    assert list(pictures()) == list(pictures())


def test_they_fetch_nothing_from_elsewhere():
    for path in IMAGES.glob("*.svg"):
        assert set(re.findall(r"https?://[\w.]+", path.read_text(encoding="utf-8"))) <= {"http://www.w3.org"}, path


def test_each_is_on_a_page():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for path in IMAGES.iterdir():
        assert f"images/{path.name})" in text, path.name
