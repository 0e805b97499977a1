"""What one process has emitted, another need not emit again: files in a folder."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import platformdirs

VARIABLE = "S2S_AD_CACHE_DIR"


def digest(*parts: str) -> str:
    """A name for what depends on all the parts, on this version of the package, of Python and of NumPy."""
    python = f"{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}"
    return _hash(_package(), python, np.__version__, *parts)


def _hash(*parts: str) -> str:
    content = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass")
        content.update(f"{len(data)}:".encode() + data)  # with its length: ("ab", "c") is not ("a", "bc")
    return content.hexdigest()


@cache
def _package() -> str:
    """The package itself: its text says more than a version number, which stays while somebody changes a rule."""
    root = Path(__file__).parent
    files = sorted((path.relative_to(root).as_posix(), path) for path in root.rglob("*.py"))
    return _hash(*(part for name, path in files for part in (name, path.read_text(encoding="utf-8"))))


class Info(NamedTuple):
    """`folder` is None where there is no cache on disk."""

    folder: Path | None
    entries: int
    bytes: int


class DiskCache:
    """Small dicts of JSON by key, in files that several processes may read and write at once.

    The folder is `folder`, else what S2S_AD_CACHE_DIR names, else the user's cache folder; with S2S_AD_CACHE_DIR empty
    or "off" nothing is read or written. A file that cannot be read, or is not what was written, is as good as none.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._given = None if folder is None else Path(folder)

    @property
    def folder(self) -> Path | None:
        """Asked for anew at each use, so that the variable may be set after the import."""
        if self._given is not None:
            return self._given
        named = os.environ.get(VARIABLE)
        if named is None:
            return Path(platformdirs.user_cache_dir("s2s_ad", appauthor=False))
        return None if named.strip().lower() in ("", "off") else Path(named).expanduser()

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put there under the key by this version of everything."""
        path = self._path(key)
        text = None if path is None else _read(path)
        return None if text is None else _unseal(text)

    def put(self, key: str, value: dict[str, Any]) -> None:
        """Keep a dict. A folder that cannot be written to is warned of once; the program goes on without it."""
        path = self._path(key)
        if path is None:
            return
        text = _seal(value)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in it will be run
            write_whole(path, text)
        except OSError as error:
            # Windows replaces no file that somebody has open; it matters only if that file says something else
            if _read(path) != text:
                _warn_once(path.parent, error.strerror or str(error))

    def info(self) -> Info:
        sizes = [size for size in map(_size, self._entries()) if size is not None]
        return Info(self.folder, len(sizes), sum(sizes))

    def clear(self) -> int:
        """Remove all entries, of other versions too; how many there were."""
        removed = 0
        for path in self._entries():
            try:
                path.unlink()
            except FileNotFoundError:  # another process was faster
                continue
            removed += 1
        if self.folder is not None:
            shutil.rmtree(self.folder / "native", ignore_errors=True)
        return removed

    def _path(self, key: str) -> Path | None:
        folder = self.folder
        return None if folder is None else folder / f"{digest(key)}.json"

    def _entries(self) -> list[Path]:
        folder = self.folder
        if folder is None or not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if re.fullmatch(r"[0-9a-f]{64}\.json", path.name))


def native_folder() -> Path:
    """Where modules for numba are written, and what it makes of them; without a cache, for this process alone."""
    folder = DiskCache().folder
    return _folder_of_this_process() if folder is None else folder / "native"


@cache
def _folder_of_this_process() -> Path:
    folder = tempfile.mkdtemp(prefix="s2s_ad_")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _seal(value: dict[str, Any]) -> str:
    """The dict with a checksum, for what is read back will be run."""
    content = json.dumps(value)
    return json.dumps({"sha256": _hash(content), "content": content})


def _unseal(text: str) -> dict[str, Any] | None:
    """None where the text is not what `_seal` makes."""
    try:
        sealed = json.loads(text)
    except ValueError:
        return None
    if not isinstance(sealed, dict) or not isinstance(sealed.get("content"), str):
        return None
    if _hash(sealed["content"]) != sealed.get("sha256"):
        return None
    value: dict[str, Any] = json.loads(sealed["content"])
    return value


@cache
def _warn_once(folder: Path, why: str) -> None:
    warnings.warn(
        f"derivatives are not kept on disk: {folder} cannot be written to ({why}); "
        f"set {VARIABLE} to a folder that can, or to 'off'",
        RuntimeWarning,
        stacklevel=3,
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds all of it, or what was there before."""
    target = path.resolve()  # the file that a link points to is replaced, not the link
    temporary = target.parent / f".{target.name[:40]}.{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
