"""Emitted text becomes a module, which tracebacks and debuggers can show, and whose errors name the user's line."""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, MappingProxyType, ModuleType, TracebackType

from s2s_ad.cache import write_whole
from s2s_ad.errors import UnsupportedError
from s2s_ad.span import Span


@dataclass(frozen=True, eq=False)
class _Loaded:
    """`names` are held so that no other object can take the identity of one of them."""

    module: ModuleType
    names: Mapping[str, object]


_loaded: dict[tuple[str, tuple[tuple[str, int], ...]], _Loaded] = {}
_spans: dict[str, Mapping[int, Span]] = {}  # by pseudo file name
_lock = threading.Lock()


def load(
    name: str, text: str, names: Mapping[str, object], spans: Mapping[int, Span], folder: Path | None = None
) -> ModuleType:
    """Run `text` as a module called `name`, in which `names` are bound beforehand.

    With a `folder` it is a file there: what numba makes of it is kept beside it.

    `spans` says from which place of the user's each of its lines stems; lines count from 1. The same text with the same
    objects and spans is the same module.

    >>> load("f_grad", "def f_grad(x):\\n    return k * x\\n", {"k": 2.0}, {}).f_grad(3.0)
    6.0
    """
    file = _file_name(name, text, spans)
    if folder is not None:
        file = str(folder / f"{file.strip('<>').replace(' ', '_')}.py")
    key = file, tuple((each, id(names[each])) for each in sorted(names))
    loaded = _loaded.get(key)
    if loaded is None:
        # not run under the lock: the text may import a module that is itself waiting for the lock
        fresh = _Loaded(_execute(name, file, text, names, spans, folder is not None), dict(names))
        with _lock:
            loaded = _loaded.setdefault(key, fresh)
    return loaded.module


def _file_name(name: str, text: str, spans: Mapping[int, Span]) -> str:
    """A name made of the content, so that it is the same in every run."""
    content = repr((name, text, sorted(spans.items(), key=lambda item: item[0])))
    return f"<s2s_ad {name} {hashlib.sha256(content.encode(errors='surrogatepass')).hexdigest()[:12]}>"


def _execute(
    name: str, file: str, text: str, names: Mapping[str, object], spans: Mapping[int, Span], on_disk: bool
) -> ModuleType:
    if on_disk:
        return _from_file(Path(file), text, names, spans)
    code = compile(text, file, "exec", dont_inherit=True)
    # without a time of change, linecache keeps an entry for good
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    _spans[file] = MappingProxyType(dict(spans))
    module = ModuleType(name)
    module.__file__ = file
    vars(module).update(names)
    exec(code, vars(module))
    return module


def _from_file(path: Path, text: str, names: Mapping[str, object], spans: Mapping[int, Span]) -> ModuleType:
    """The file as a module, under a name by which it is found again: numba asks for both."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():  # its name says what is in it, and a newer file would be compiled again
        write_whole(path, text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    _spans[str(path)] = MappingProxyType(dict(spans))
    vars(module).update(names)
    spec.loader.exec_module(module)
    return module


def annotate(error: BaseException) -> None:
    """Add a note to an error that came out of an emitted module: which line of the user's was being differentiated.

    Meant for `except Exception as error: annotate(error); raise`. An error that was not raised in an emitted module, or
    in a line of it that stems from nowhere, stays as it is. What numba has no code for is an UnsupportedError.
    """
    if any(frame.f_globals.get("__name__", "").startswith("numba.core") for frame, _ in _frames(error.__traceback__)):
        # the message of numba is a page long and speaks of the emitted text; what it says is in ours
        raise UnsupportedError(
            f"numba cannot compile this derivative: {_reason(error)}",
            span=_place_said(error),
            remedy='Use backend="numpy" for it.',
        ) from None
    for frame, line in reversed(list(_frames(error.__traceback__))):
        span = _span_of(frame, line)
        if span is not None:
            text = f": {span.text}" if span.text else ""
            _add_note(error, f'  in the derivative of File "{span.file}", line {span.line}{text}')
            return


def _reason(error: BaseException) -> str:
    """Of numba's long messages what they are about."""
    lines = [line.strip() for line in str(error).split("File ", 1)[0].splitlines()]
    said = " ".join([line for line in lines if line and not line.startswith(("Failed in", "During:"))][:3])
    return re.sub(r"(<module '[\w.]+') from '[^']*'", r"\1", said)


def _place_said(error: BaseException) -> Span | None:
    """The line of the user's for the line of an emitted file that a message names."""
    for name, line in re.findall(r'File "([^"]+)", line (\d+)', str(error)):
        for file, spans in _spans.items():
            near = [mapped for mapped in spans if mapped <= int(line)]
            if Path(file).name == Path(name).name and near:
                return spans[max(near)]
    return None


def _frames(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _span_of(frame: FrameType, line: int) -> Span | None:
    """The nearest mapped line above, within the function that was running."""
    spans = _spans.get(frame.f_code.co_filename, {})
    candidates = [mapped for mapped in spans if frame.f_code.co_firstlineno <= mapped <= line]
    return spans[max(candidates)] if candidates else None


def _add_note(error: BaseException, note: str) -> None:
    notes: list[str] = getattr(error, "__notes__", [])
    if note in notes:  # a derivative that calls a derivative has said so already
        return
    if sys.version_info >= (3, 11):
        error.add_note(note)
    else:  # nothing shows it there but pytest and the backports, which read this attribute
        vars(error)["__notes__"] = [*notes, note]
