"""Built once in memory, kept whole on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2s_ad import cache
from s2s_ad.cache import DiskCache, digest, write_whole

ROOT = Path(__file__).resolve().parents[1]
VALUE = {"text": "def f():\n    return 'é\ud800'\n", "spans": {"3": [1, 2]}, "x": 0.1, "none": None}


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


# --------------------------------------------------------------------------------------------------- keys


def test_digest_depends_on_every_part_and_where_it_ends() -> None:
    assert digest("a", "b") == digest("a", "b")
    assert len({digest(), digest(""), digest("ab"), digest("a", "b"), digest("b", "a"), digest("a", "b", "")}) == 6


def test_digest_depends_on_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest("a")
    monkeypatch.setattr(np, "__version__", "0.0")
    with_numpy = digest("a")
    monkeypatch.setattr(cache, "_package", lambda: "another version")
    with_package = digest("a")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert len({before, with_numpy, with_package, digest("a")}) == 4


def test_digest_is_the_same_in_another_process() -> None:
    program = "from s2s_ad.cache import digest; print(digest('a', 'b'))"
    assert python(program, PYTHONHASHSEED="7").stdout.strip() == digest("a", "b")


def python(program: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **env}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, timeout=120
    )


# --------------------------------------------------------------------------------------------------- disk


def test_put_and_get(tmp_path: Path) -> None:
    disk = DiskCache(tmp_path / "deep" / "folder")
    assert disk.get("key") is None
    disk.put("key", VALUE)
    assert disk.get("key") == VALUE
    assert DiskCache(tmp_path / "deep" / "folder").get("key") == VALUE
    assert disk.get("other") is None
    disk.put("key", {"new": 1})
    assert disk.get("key") == {"new": 1}
    (file,) = entries(tmp_path / "deep" / "folder")
    assert file.name == f"{digest('key')}.json"


def test_other_versions_have_other_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = DiskCache(tmp_path)
    disk.put("key", VALUE)
    monkeypatch.setattr(cache, "_package", lambda: "another version")
    assert disk.get("key") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("return", "retarn"),
        lambda text: "[]",
        lambda text: '{"content": 3}',
        lambda text: json.dumps({"content": json.dumps(VALUE)}),
        lambda text: "\udcff",
    ],
    ids=["empty", "half", "changed", "list", "not text", "unsealed", "no utf-8"],
)
def test_damaged_file_is_as_good_as_none_and_is_replaced(tmp_path: Path, damage: Any) -> None:
    disk = DiskCache(tmp_path)
    disk.put("key", VALUE)
    (file,) = entries(tmp_path)
    file.write_bytes(damage(file.read_text(encoding="utf-8")).encode(errors="surrogateescape"))
    assert disk.get("key") is None
    disk.put("key", VALUE)
    assert disk.get("key") == VALUE


def test_folder_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = DiskCache()
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path / "here"))
    disk.put("key", VALUE)
    assert disk.info().folder == tmp_path / "here"
    assert disk.info().entries == 1
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("S2S_AD_CACHE_DIR", os.path.join("~", "there"))
    assert disk.folder == tmp_path / "there"
    monkeypatch.delenv("S2S_AD_CACHE_DIR")
    assert disk.folder is not None and "s2s_ad" in str(disk.folder)


@pytest.mark.parametrize("off", ["", "off", "OFF", " "])
def test_switched_off(off: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("S2S_AD_CACHE_DIR", off)
    disk = DiskCache()
    disk.put("key", VALUE)
    assert disk.get("key") is None
    assert disk.info() == (None, 0, 0)
    assert disk.clear() == 0
    assert entries(tmp_path) == []


def test_folder_that_cannot_be_written_to_is_warned_of_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    disk = DiskCache(tmp_path / "file" / "cache")
    with pytest.warns(RuntimeWarning, match="not kept on disk.*S2S_AD_CACHE_DIR"):
        disk.put("key", VALUE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        disk.put("key", VALUE)
    assert disk.get("key") is None
    assert disk.info().entries == 0


def test_file_that_cannot_be_replaced_but_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = DiskCache(tmp_path)
    disk.put("key", VALUE)

    def refuse(*paths: object) -> None:
        raise PermissionError(13, "open elsewhere")

    monkeypatch.setattr(os, "replace", refuse)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        disk.put("key", VALUE)
    with pytest.warns(RuntimeWarning, match="open elsewhere"):
        disk.put("key", {})
    assert disk.get("key") == VALUE
    assert len(entries(tmp_path)) == 1


def test_what_is_not_json_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        DiskCache(tmp_path).put("key", {"x": object()})
    assert entries(tmp_path) == []


def test_info_and_clear_touch_only_our_files(tmp_path: Path) -> None:
    disk = DiskCache(tmp_path)
    for k in range(3):
        disk.put(str(k), VALUE)
    size = sum(path.stat().st_size for path in entries(tmp_path))
    (tmp_path / "notes.json").write_text("{}")
    assert disk.info() == (tmp_path, 3, size)
    assert disk.clear() == 3
    assert disk.info() == (tmp_path, 0, 0)
    assert [path.name for path in entries(tmp_path)] == ["notes.json"]


def test_several_processes_writing_at_once(tmp_path: Path) -> None:
    program = (
        "from s2s_ad.cache import DiskCache\n"
        f"disk = DiskCache({str(tmp_path)!r})\n"
        "for k in range(60):\n"
        "    disk.put('key', {'text': str(k) * 5000})\n"
        "    value = disk.get('key')\n"
        "    assert value is not None and len(set(value['text'])) <= 2, value\n"
    )
    with ThreadPoolExecutor(3) as pool:
        assert [run.stderr for run in pool.map(lambda _: python(program), range(3))] == ["", "", ""]
    assert len(entries(tmp_path)) == 1


# -------------------------------------------------------------------------------------------------- files


def test_write_whole_replaces_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.py"
    write_whole(path, "old\n")
    write_whole(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "x" * 100_000 + "\ud800")
    assert path.read_bytes() == "é\n".encode()
    assert entries(tmp_path) == [path]


@pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")
def test_write_whole_keeps_links_and_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "real").stat().st_mode == (tmp_path / "plain").stat().st_mode
