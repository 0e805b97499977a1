"""From a live function to the syntax tree it was compiled from.

The whole file is parsed and compiled again, and one of the code objects in it must be the function's own. So a file
that was edited after its import is noticed, and of two lambdas on one line the right one is found.
"""

from __future__ import annotations

import ast
import linecache
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FunctionType, MethodType
from typing import Any, Union

from s2s_ad.errors import UnsupportedError
from s2s_ad.span import Span

FunctionNode = Union[ast.FunctionDef, ast.Lambda]
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_ANNOTATIONS = annotations.compiler_flag  # a future import also binds its name
_PYTEST = "@pytest_ar"  # pytest binds its rewriter to this name in every module whose asserts it rewrites
_quietly = threading.Lock()  # warnings.catch_warnings is not for several threads at once


@dataclass(frozen=True)
class Definition:
    """Where a function is defined. `node` is shared by all who ask: read it, never change it.

    The node of an `async def` is an ast.AsyncFunctionDef, which has the fields of an ast.FunctionDef.
    """

    node: FunctionNode
    file: str
    function: str
    lines: tuple[str, ...] = field(repr=False, compare=False)

    def span(self, node: ast.AST) -> Span:
        """The place of a node of this function; a node without one (such as ast.arguments) has the function's."""
        at: Any = node if hasattr(node, "lineno") else self.node
        line = self._line(at.lineno)
        text = line.strip()
        return Span(
            self.file,
            at.lineno,
            _characters(line, at.col_offset),
            at.end_lineno,
            _characters(self._line(at.end_lineno), at.end_col_offset),
            self.function,
            text,
            len(line) - len(line.lstrip()),
        )

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def _characters(line: str, offset: int) -> int:
    """`ast` counts bytes of UTF-8; a caret wants characters."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))


@dataclass(frozen=True, eq=False)
class _Site:
    """A def or lambda of a file. `index` is its position among all of them."""

    node: FunctionNode
    qualname: str
    index: int


_Sites = dict[tuple[str, int], list[_Site]]
_Codes = dict[tuple[str, int], list[CodeType]]


def definition(fn: object) -> Definition:
    """The definition of a Python function or method; UnsupportedError if it is not to be had, or has changed.

    What is verified is what runs when the function is called. Defaults, decorators and annotations were evaluated
    before, and may have been edited since: take them from the function, not from the node.
    """
    function = _function_of(fn)
    code = function.__code__
    file, key = code.co_filename, (code.co_name, code.co_firstlineno)
    lines = _lines_of(function)
    text = "".join(lines)
    where = Span(file, code.co_firstlineno, function=function.__qualname__, text=_first(lines, code.co_firstlineno))
    if not text.strip():
        raise _not_found(function, where)
    try:
        site = _find(function, key, text)
    except (SyntaxError, ValueError):  # it was compiled once, so this is another text
        site = None
    if site is None:
        raise _not_found(function, where) if _is_pseudo(file) else _changed(function, where)
    return Definition(site.node, file, site.qualname, tuple(lines))


def _function_of(fn: object) -> FunctionType:
    if isinstance(fn, (MethodType, staticmethod, classmethod)):
        fn = fn.__func__
    if isinstance(fn, FunctionType):
        return fn
    name = getattr(fn, "__qualname__", "") or type(fn).__qualname__
    raise UnsupportedError(
        f"{name} has no Python source: it is a {type(fn).__name__}, not a function defined with def or lambda",
        remedy="Write it as a Python function, or state its derivative with a rule.",
    )


def _lines_of(function: FunctionType) -> list[str]:
    """The text as linecache knows it, which is where notebooks, doctests and the REPL leave theirs."""
    code = function.__code__
    # from Python 3.13.1 on, what is typed at the prompt is kept by code object
    by_code = getattr(linecache, "_getlines_from_code", None)
    if by_code is not None and _is_pseudo(code.co_filename):
        typed: list[str] = by_code(code)
        if typed:
            return typed
    linecache.checkcache(code.co_filename)
    return linecache.getlines(code.co_filename, function.__globals__)


def _first(lines: list[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def _is_pseudo(file: str) -> bool:
    return file.startswith("<") and file.endswith(">")


def _not_found(function: FunctionType, where: Span) -> UnsupportedError:
    return UnsupportedError(
        f"the source of {function.__qualname__} cannot be found",
        span=where,
        remedy="Define it in a file, a notebook cell or a doctest; the plain prompt of Python keeps no source before "
        "3.13. For text given to exec, put the text in linecache.",
    )


def _changed(function: FunctionType, where: Span) -> UnsupportedError:
    return UnsupportedError(
        f"{function.__qualname__} is not what stands in its file: the file has changed on disk since it was imported",
        span=where,
        remedy="Reload the module (importlib.reload) or restart Python. If nothing was edited, an import hook has "
        "rewritten the module: import it without the hook.",
    )


def _find(function: FunctionType, key: tuple[str, int], text: str) -> _Site | None:
    """The site whose code, compiled again, is that of the function."""
    code = function.__code__
    sites = _sites(text).get(key, [])
    variants = [False, True] if _PYTEST in function.__globals__ else [False]
    for rewritten in variants:
        flags = code.co_flags & _ANNOTATIONS  # set by a __future__ import, perhaps in an earlier notebook cell
        if len(sites) == 1:
            if _matches(code, _codes(text, flags, rewritten).get(key, [])):
                return sites[0]
            continue
        found = {}
        for site in sites:
            # moved far down, the codes of this one alone have its line
            moved = _codes(text, flags, rewritten, site.index).get((key[0], key[1] + _shift(text)), [])
            if match := _matches(code, moved):
                found[match] = site
        if found:  # equal but for columns: the same program, whichever of them it is
            return found[max(found)]
    return None


_EQUAL, _SAME_COLUMNS = 1, 2


def _matches(code: CodeType, others: list[CodeType]) -> int:
    """0, or _EQUAL, or _SAME_COLUMNS where also every column is the same."""
    mine = _fingerprint(code, code.co_firstlineno)
    equal = [other for other in others if _fingerprint(other, other.co_firstlineno) == mine]
    if not equal:
        return 0
    return _SAME_COLUMNS if any(other.co_linetable == code.co_linetable for other in equal) else _EQUAL


def _fingerprint(code: CodeType, base: int) -> tuple[object, ...]:
    """All that a code object does and where, but for columns, which Python can be told to leave out.

    Comparing with `==` instead would also see what debuggers and coverage tools have patched into a running function.
    """
    return (
        code.co_name,
        code.co_firstlineno - base,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        getattr(code, "co_exceptiontable", b""),
        tuple(_line_starts(code, base)),
        tuple(_constant(value, base) for value in code.co_consts),
    )


def _line_starts(code: CodeType, base: int) -> Iterator[tuple[int, int | None]]:
    last: object = ()
    for start, _, line in code.co_lines():
        if line != last:
            last = line
            yield start, None if line is None else line - base


def _constant(value: object, base: int) -> object:
    """Distinguishes what == does not: 1, 1.0 and True, 0.0 and -0.0."""
    if isinstance(value, CodeType):
        return _fingerprint(value, base)
    if isinstance(value, tuple):
        return tuple(_constant(item, base) for item in value)
    if isinstance(value, frozenset):
        return frozenset(_constant(item, base) for item in value)
    return type(value), repr(value) if isinstance(value, (float, complex, slice)) else value


def _walk(tree: ast.AST) -> Iterator[tuple[FunctionNode, str]]:
    """Every def and lambda with its qualified name, in an order that depends on the text alone."""
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, prefix = todo.pop()
        inner = prefix
        if isinstance(node, _DEFINITIONS):
            name = getattr(node, "name", "<lambda>")
            yield node, prefix + name  # type: ignore[misc]  # an async def is promised to look like a def
            inner = f"{prefix}{name}.<locals>."
        elif isinstance(node, ast.ClassDef):
            inner = f"{prefix}{node.name}."
        # decorators, defaults and annotations belong to the scope outside
        own = _body(node)
        todo += [(child, inner if child in own else prefix) for child in ast.iter_child_nodes(node)]


def _body(node: ast.AST) -> set[ast.AST]:
    if isinstance(node, ast.Lambda):
        return {node.body}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return set(node.body)
    return set()


def _line_of(node: FunctionNode) -> int:
    """The first line as code objects count it: decorators belong to the function."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


@lru_cache(maxsize=64)
def _sites(text: str) -> _Sites:
    sites: _Sites = {}
    for index, (node, qualname) in enumerate(_walk(_parse(text))):
        key = getattr(node, "name", "<lambda>"), _line_of(node)
        sites.setdefault(key, []).append(_Site(node, qualname, index))
    return sites


@lru_cache(maxsize=64)
def _codes(text: str, flags: int, rewritten: bool, moved: int = -1) -> _Codes:
    """The code objects of the text, with the lines of one site moved down, and as pytest rewrites it if wanted."""
    tree = _parse(text)
    for index, (node, _) in enumerate(_walk(tree)):
        if index == moved:
            ast.increment_lineno(node, _shift(text))
            break
    with _quietly, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when the file was imported
        if rewritten:
            _rewrite_asserts(tree, text)
        code = compile(tree, "<source>", "exec", flags=flags, dont_inherit=True)
    codes: _Codes = {}
    todo = [code]
    while todo:
        code = todo.pop()
        codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return codes


def _parse(text: str) -> ast.Module:
    with _quietly, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _shift(text: str) -> int:
    return text.count("\n") + 1


def _rewrite_asserts(tree: ast.Module, text: str) -> None:
    """What pytest does to a test module before it is compiled."""
    rewriter: Any = sys.modules["_pytest.assertion.rewrite"]
    hooks = (hook for hook in sys.meta_path if isinstance(hook, rewriter.AssertionRewritingHook))
    config = next((hook.config for hook in hooks), None)
    rewriter.rewrite_asserts(tree, text.encode(), None, config)
