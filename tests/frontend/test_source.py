"""Functions are found wherever they may stand, and none is mistaken for another."""

from __future__ import annotations

import ast
import builtins
import functools
import importlib.util
import math
import operator
import sys
import textwrap
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.source import Definition, definition


def load(path: Path, name: str = "sample") -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def module(tmp_path: Path) -> Callable[..., types.ModuleType]:
    def make(text: str | bytes) -> types.ModuleType:
        path = tmp_path / "sample.py"
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return load(path)

    return make


def unparsed(found: Definition) -> str:
    return ast.unparse(found.node)


def test_function_of_a_module(module: Any) -> None:
    m = module("""
        import math

        def g(x):
            return x

        def f(x, y=2.0):
            return math.sin(x) * y
        """)
    found = definition(m.f)
    assert isinstance(found.node, ast.FunctionDef)
    assert unparsed(found) == "def f(x, y=2.0):\n    return math.sin(x) * y"
    assert (found.file, found.function) == (m.__file__, "f")


def test_span_of_a_node(module: Any) -> None:
    m = module("""
        def f(x):
            if x > 0:
                return abs(x) + 1
            return x
        """)
    found = definition(m.f)
    call = next(node for node in ast.walk(found.node) if isinstance(node, ast.Call))
    span = found.span(call)
    assert (span.file, span.line, span.col, span.end_line, span.end_col) == (m.__file__, 4, 15, 4, 21)
    assert (span.function, span.text, span.indent) == ("f", "return abs(x) + 1", 8)
    error = str(UnsupportedError("no", span=span))
    assert error.endswith("    return abs(x) + 1\n           ^^^^^^")


def test_span_counts_characters_where_ast_counts_bytes(module: Any) -> None:
    found = definition(module("def f(x):\n    return 'äöü€𝛼', abs(x)\n").f)
    call = next(node for node in ast.walk(found.node) if isinstance(node, ast.Call))
    span = found.span(call)
    assert span.text[span.col - span.indent : span.end_col - span.indent] == "abs(x)"


def test_span_of_a_node_without_a_place_is_that_of_the_function(module: Any) -> None:
    found = definition(module("\n\ndef f(x):\n    return x\n").f)
    assert found.span(found.node.args).line == 3


def test_nested_functions_and_closures(module: Any) -> None:
    m = module("""
        def outer(a):
            def inner(x):
                return a * x
            return inner

        def other(a):
            def inner(x):
                return a + x
            return inner
        """)
    assert "a * x" in unparsed(definition(m.outer(2.0)))
    assert "a + x" in unparsed(definition(m.other(2.0)))
    assert definition(m.other(2.0)).function == "other.<locals>.inner"


def test_methods(module: Any) -> None:
    m = module("""
        class A:
            class B:
                def f(self, x):
                    return x
            def f(self, x):
                return self.k * x
            def __hidden(self, x):
                return x * 3
            @staticmethod
            def s(x):
                return x + 1
            @classmethod
            def c(cls, x):
                return x + 2
            @property
            def p(self):
                return 4.0
        """)
    a = m.A()
    for method, line in [(a.f, "self.k * x"), (m.A.f, "self.k * x"), (a.s, "x + 1"), (a.c, "x + 2")]:
        assert line in unparsed(definition(method))
    assert "x + 1" in unparsed(definition(vars(m.A)["s"]))
    assert "x + 2" in unparsed(definition(vars(m.A)["c"]))
    assert "x * 3" in unparsed(definition(a._A__hidden))
    assert "4.0" in unparsed(definition(m.A.p.fget))
    assert definition(m.A.B.f).function == "A.B.f"


def test_decorated_functions(module: Any) -> None:
    m = module("""
        import functools

        def wraps(k):
            def decorate(fn):
                @functools.wraps(fn)
                def wrapper(*args):
                    return k * fn(*args)
                return wrapper
            return decorate

        def same(fn):
            return fn

        @same
        @same
        def plain(x):
            return x ** 2

        @wraps(
            3.0
        )
        @same
        def wrapped(x):
            return x ** 3
        """)
    assert "x ** 2" in unparsed(definition(m.plain))
    # the wrapper is what is called, whatever name functools.wraps gave it
    assert "k * fn(*args)" in unparsed(definition(m.wrapped))
    assert definition(m.wrapped).function == "wraps.<locals>.decorate.<locals>.wrapper"
    assert "x ** 3" in unparsed(definition(m.wrapped.__wrapped__))


def test_redefined_under_one_name(module: Any) -> None:
    m = module("""
        def f(x):
            return x
        first = f
        def f(x):
            return x + 1
        if f(1) == 2:
            def f(x):
                return x + 2
        else:
            def f(x):
                return x + 3
        """)
    assert unparsed(definition(m.first)) == "def f(x):\n    return x"
    assert "x + 2" in unparsed(definition(m.f))


@pytest.mark.parametrize(
    "text, body",
    [
        ("f = lambda x: x + 1", "x + 1"),
        ("table = {'a': lambda x: x + 1, 'b': lambda x: x + 2}; f = table['b']", "x + 2"),
        ("table = {'a': lambda x: x + 1, 'b': lambda x: x + 2}; f = table['a']", "x + 1"),
        ("def g(h=lambda x: x * 3): return h\nf = g()", "x * 3"),
        ("fs = [lambda x: x * 1, lambda x: x * 1.0, lambda x: x * True]; f = fs[1]", "x * 1.0"),
        ("fs = [lambda x: x * 0.0, lambda x: x * -0.0]; f = fs[1]", "x * -0.0"),
        ("fs = [lambda x: x in (1, 1.0), lambda x: x in (1.0, 1)]; f = fs[1]", "x in (1.0, 1)"),
        ("fs = [lambda x: x in {1, 2}, lambda x: x in {1, 3}]; f = fs[1]", "x in {1, 3}"),
        ("fs = [lambda x: x + 1e999, lambda x: x + (2 << 20000)]; f = fs[1]", "x + (2 << 20000)"),
        ("fs = [lambda x: x, lambda y: y]; f = fs[1]", "y"),
        ("f = (lambda x: lambda y: x * y)(2)", "x * y"),
        ("f = lambda x: lambda y: x * y", "lambda y: x * y"),
        ("f = (lambda: (lambda x: x + 1, lambda x: x + 2))()[1]", "x + 2"),
        ("f = max([1, 2], key=lambda x: -x) and (\n    lambda x:\n    x - 1)", "x - 1"),
        ("f = [lambda x, k=k: x * k for k in (1, 2)][1]", "x * k"),
        ("class A: f = lambda self, x: x; g = lambda self, x: x + 1\nf = A().g", "x + 1"),
    ],
)
def test_lambdas(module: Any, text: str, body: str) -> None:
    found = definition(module(text + "\n").f)
    assert isinstance(found.node, ast.Lambda)
    assert ast.unparse(found.node.body) == body


@pytest.mark.skipif(sys.version_info < (3, 11), reason="code objects know no columns")
def test_equal_lambdas_on_one_line_are_told_apart_by_column(module: Any) -> None:
    m = module("a, b = lambda x: x + 1, lambda x: x + 1\nc = a if a is not b else None\n")
    if m.a.__code__ == m.b.__code__:  # before 3.12 the compiler may have merged them
        assert unparsed(definition(m.a)) == unparsed(definition(m.b)) == "lambda x: x + 1"
    else:
        assert [definition(f).node.col_offset for f in (m.a, m.b)] == [7, 24]


def test_lambda_as_decorator_argument_on_the_line_of_the_def(module: Any) -> None:
    m = module("def d(g):\n    return lambda fn: (fn, g)\n@d(lambda x: x * 5)\ndef f(x): return x * 6\n")
    fn, g = m.f
    assert "x * 6" in unparsed(definition(fn))
    assert unparsed(definition(g)) == "lambda x: x * 5"


def test_lambda_in_a_finally_clause_which_is_compiled_twice(module: Any) -> None:
    m = module("try:\n    pass\nfinally:\n    f, g = lambda x: x + 1, lambda x: x + 2\n")
    assert unparsed(definition(m.f)) == "lambda x: x + 1"
    assert unparsed(definition(m.g)) == "lambda x: x + 2"


@pytest.mark.parametrize(
    "text, body",
    [
        (b"class A:\n\tdef f(self, x):\n\t\ty = x\n\t\treturn y\nf = A.f\n", "return y"),
        ("# coding: latin-1\ndef f(x):\n    return 'é', x\n".encode("latin-1"), "return ('é', x)"),
        ("# coding: latin-1\ndef f(x):\n    é = x\n    return é\n".encode("latin-1"), "return é"),
        (b"\xef\xbb\xbfdef f(x):\r\n    return x + 1\r\n", "return x + 1"),
        (b'class A:\n    def f(self, x):\n        """\nat the left\n"""\n        return x\nf = A.f\n', "return x"),
        (b"def f(x):\n    # no newline at the end\n    return x + 3", "return x + 3"),
        (b"if 1:\n  def f(x): return x + \\\n    4\n\x0c\n", "return x + 4"),
        (b"s = '''a\x0bb\x1cc'''\n\x0cdef f(x):\n    return x + 5\n", "return x + 5"),
        (b"from __future__ import annotations\ndef f(x: no): return x + 7\n", "return x + 7"),
    ],
    ids=["tabs", "latin-1", "latin-1 name", "bom crlf", "docstring", "no newline", "backslash", "controls", "future"],
)
def test_strange_texts(module: Any, text: bytes, body: str) -> None:
    assert unparsed(definition(module(text).f)).endswith(body)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of 3.12")
def test_type_parameters(module: Any) -> None:
    assert "x + 1" in unparsed(definition(module("def f[T](x: T, g=lambda x: x) -> T:\n    return x + 1\n").f))


def test_coroutines_and_generators_are_found_and_left_to_others(module: Any) -> None:
    m = module("async def f(x):\n    return x\ndef g(x):\n    yield x\n")
    assert isinstance(definition(m.f).node, ast.AsyncFunctionDef)
    assert definition(m.g).function == "g"


def test_function_patched_by_a_tracer_is_found(module: Any) -> None:
    m = module("def f(x):\n    y = x + 1\n    return y\n")
    seen = []

    def tracer(frame: Any, event: str, arg: Any) -> Any:
        seen.append(event)
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        for _ in range(20):
            m.f(1.0)
        found = definition(m.f)
    finally:
        sys.settrace(before)
    assert "line" in seen
    assert "y = x + 1" in unparsed(found)


def test_function_warmed_up_is_found(module: Any) -> None:
    m = module("def f(x):\n    s = 0.0\n    for i in range(50):\n        s += x * i\n    return s\n")
    for _ in range(100):
        m.f(1.5)
    assert definition(m.f).function == "f"


def test_changed_on_disk(module: Any) -> None:
    m = module("def f(x):\n    return x + 1\n\ndef g(x):\n    return x\n")
    assert "x + 1" in unparsed(definition(m.f))
    path = Path(m.__file__)
    for text in [
        "def f(x):\n    return x + 2\n\ndef g(x):\n    return x\n",
        "def f(x):\n    return x + 1.0\n\ndef g(x):\n    return x\n",
        "\ndef f(x):\n    return x + 1\n\ndef g(x):\n    return x\n",
        "def g(x):\n    return x + 1\n",
        "def f(x:\n",
        "def f(x):\n    return x + 1\0\n",
    ]:
        path.write_text(text + "# longer\n")
        with pytest.raises(UnsupportedError, match="changed on disk") as caught:
            definition(m.f)
        assert caught.value.span is not None and caught.value.span.file == m.__file__
        assert "Reload" in caught.value.remedy
    path.write_text("def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x ** 2\n")
    assert "x + 1" in unparsed(definition(m.f)), "what changed stands below it"


def test_swapped_lambdas_have_changed(module: Any) -> None:
    m = module("f, g = lambda x: x - 1, lambda x: 1 - x\n")
    Path(m.__file__).write_text("f, g = lambda x: x - 2, lambda x: 2 - x\n#\n")
    with pytest.raises(UnsupportedError, match="changed on disk"):
        definition(m.f)


def test_source_removed(module: Any) -> None:
    m = module("def f(x):\n    return x + 1\n")
    Path(m.__file__).unlink()
    with pytest.raises(UnsupportedError, match="cannot be found"):
        definition(m.f)


@pytest.mark.parametrize(
    "fn",
    [math.sin, len, operator.add, "text".upper, functools.partial(max, 1), int, builtins.abs, None, 3],
    ids=lambda fn: type(fn).__name__,
)
def test_not_a_python_function(fn: object) -> None:
    with pytest.raises(UnsupportedError, match="no Python source") as caught:
        definition(fn)
    assert caught.value.remedy


def test_warnings_of_the_file_are_not_shown_again(module: Any, recwarn: pytest.WarningsRecorder) -> None:
    with pytest.warns((SyntaxWarning, DeprecationWarning)):
        m = module("def f(x):\n    '\\d'\n    return x\n")
    recwarn.clear()
    definition(m.f)
    assert not recwarn.list


def test_same_answer_twice_without_reading_again(module: Any) -> None:
    m = module("def f(x):\n    return x\n")
    assert definition(m.f).node is definition(m.f).node
