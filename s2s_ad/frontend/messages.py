"""print, raise and assert: statements that are kept as they are, with the text that they show."""

from __future__ import annotations

import ast
import builtins
import logging
import sys
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.library import static
from s2s_ad.frontend.machine import PROTOCOL, Machine, builtin, expression, protocol, statement
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.operators import read
from s2s_ad.frontend.truth import condition, negate
from s2s_ad.frontend.values import (
    NONE,
    Abstract,
    Fields,
    Items,
    Known,
    Message,
    Ref,
    Sym,
    Table,
    Tuple,
    is_nothing,
    is_text,
    what,
)
from s2s_ad.ir.kinds import NEVER
from s2s_ad.ir.nodes import Apply, Atom, Const, Value
from s2s_ad.ops.registry import OPS


@expression(ast.JoinedStr)
def _f_string(machine: Machine, node: ast.JoinedStr) -> Abstract:
    parts: list[Any] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            spec = ""
            if part.format_spec is not None:
                spec = static(machine, machine.eval(part.format_spec))
            conversion = "" if part.conversion == -1 else chr(part.conversion)
            parts.append((read(machine.eval(part.value)), spec, conversion))
    made: Abstract = PROTOCOL["message"](machine, parts)
    return made


class Text:
    """The code of a statement, and what stands for _0, _1, ... in it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.atoms: list[Atom] = []
        self.names: dict[str, Any] = {}

    def of(self, value: Abstract) -> str:
        """An expression that makes the value."""
        read(value)
        if isinstance(value, Sym):
            if isinstance(value.atom, Const) and not value.atom.text:
                return repr(value.atom.value)
            if is_nothing(value):
                return "None"
            if value.atom not in self.atoms:
                self.atoms.append(value.atom)
            return f"_{self.atoms.index(value.atom)}"
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Tuple):
            return "(" + "".join(self.of(item) + ", " for item in value.items).rstrip(" ") + ")"
        if isinstance(value, Ref):
            content = self.machine.content(value)
            if isinstance(content, Items):
                return "[" + ", ".join(map(self.of, content.items)) + "]"
            if isinstance(content, Fields):
                raise UnsupportedError(
                    f"a {content.cls.__name__} is not shown in a message", remedy="Show its attributes."
                )
            if isinstance(content, Table):
                pairs = zip(content.keys, content.items)
                return "{" + ", ".join(f"{key!r}: {self.of(item)}" for key, item in pairs) + "}"
            return self.of(content)
        if isinstance(value, Known):
            return self.known(value)
        raise UnsupportedError(f"{what(value)} is not shown in a message")

    def known(self, value: Known) -> str:
        obj = value.obj
        if obj is None or obj is Ellipsis or isinstance(obj, (str, bytes)):
            return repr(obj)
        if isinstance(obj, logging.Logger):
            self.names["logging"] = logging
            return "logging.getLogger()" if obj is logging.getLogger() else f"logging.getLogger({obj.name!r})"
        for stream in ("stdout", "stderr"):
            if obj is getattr(sys, stream):
                self.names["sys"] = sys
                return f"sys.{stream}"
        name = getattr(obj, "__name__", None)
        if name is not None and getattr(builtins, name, None) is obj:
            return str(name)
        if name is not None and name.isidentifier() and callable(obj):
            found = name
            while found in self.names and self.names[found] is not obj:
                found += "_"
            self.names[found] = obj
            return str(found)
        raise UnsupportedError(f"{what(value)} is not shown in a message")

    def message(self, value: Message) -> str:
        template, arguments = "", []
        if all(isinstance(part, str) or (is_text(part[0]) and part[1:] == ("", "")) for part in value.parts):
            return " + ".join(repr(part) if isinstance(part, str) else self.of(part[0]) for part in value.parts)
        for part in value.parts:
            if isinstance(part, str):
                template += part.replace("{", "{{").replace("}", "}}")
                continue
            shown, spec, conversion = part
            template += "{" + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
            arguments.append(self.of(shown))
        if template == "{}":
            return f"str({arguments[0]})"
        return f"{template!r}.format({', '.join(arguments)})"

    def emit(self, code: str) -> None:
        params = (("code", code), ("names", tuple(self.names.items())))
        self.machine.emit(Apply(OPS["effect"], tuple(self.atoms), (Value(NEVER),), params, self.machine.builder.span))


@protocol("key error")
def no_key(machine: Machine, key: Abstract) -> None:
    """A dict has no such key."""
    text = Text(machine)
    text.emit(f"raise KeyError({text.of(key)})")
    machine.dead = True


@builtin(print)
def _print(machine: Machine, args: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    text = Text(machine)
    shown = [text.of(value) for value in args]
    for name, value in keywords.items():
        shown.append(f"{name}={text.of(value)}")
    text.emit(f"print({', '.join(shown)})")
    return NONE


@statement(ast.Raise)
def _raise(machine: Machine, node: ast.Raise) -> None:
    if node.exc is None:
        raise UnsupportedError("a bare raise is not supported")
    text = Text(machine)
    code = "raise " + _exception(machine, text, node.exc)
    if node.cause is not None:
        code += " from " + ("None" if _is_none(node.cause) else _exception(machine, text, node.cause))
    text.emit(code)
    machine.dead = True


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _exception(machine: Machine, text: Text, node: ast.expr) -> str:
    function = machine.eval(node.func if isinstance(node, ast.Call) else node)
    made = function.obj if isinstance(function, Known) else None
    if not isinstance(function, Known) or not isinstance(made, type) or not issubclass(made, BaseException):
        raise UnsupportedError("only exceptions are raised that are made where they are raised")
    if not isinstance(node, ast.Call):
        return text.known(function)
    shown = [text.of(machine.eval(arg)) for arg in node.args]
    shown += [f"{keyword.arg}={text.of(machine.eval(keyword.value))}" for keyword in node.keywords]
    return f"{text.known(function)}({', '.join(shown)})"


@statement(ast.Assert)
def _assert(machine: Machine, node: ast.Assert) -> None:
    found = condition(machine, node.test)
    if found is True:
        return

    def fail() -> Abstract:
        text = Text(machine)
        shown = text.of(machine.eval(node.msg)) if node.msg is not None else ""
        text.emit(f"raise AssertionError({shown})")
        machine.dead = True
        return NONE

    if found is False:
        fail()
        return
    wrong = negate(machine, found)
    assert not isinstance(wrong, bool)
    branch(machine, wrong, fail, lambda: NONE)
