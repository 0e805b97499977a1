"""Strings: what is known of them is computed now, the rest by the program when it runs, for messages and conditions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from string import Formatter
from typing import Any

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.library import NotStatic, answer, static
from s2s_ad.frontend.machine import Machine, builtin, number, protocol
from s2s_ad.frontend.messages import Text
from s2s_ad.frontend.operators import operand, read, static_int
from s2s_ad.frontend.subscripts import SliceOf
from s2s_ad.frontend.values import (
    Abstract,
    Args,
    ArrayRef,
    Items,
    Keywords,
    Known,
    Message,
    NeedsUnroll,
    Ref,
    Sym,
    Table,
    Tuple,
    is_text,
    what,
)
from s2s_ad.ir.kinds import BOOL, INT, TEXT, Kind, List
from s2s_ad.ir.nodes import Const

_SYMBOLS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
# what a method of a string that is made at run time returns; the others are for strings that are known
_RETURNS: dict[Kind, str] = {
    TEXT: "upper lower title capitalize casefold swapcase strip lstrip rstrip ljust rjust center zfill replace"
    " removeprefix removesuffix expandtabs",
    BOOL: "startswith endswith isdigit isalpha isalnum isspace isupper islower",
    INT: "count find rfind index rindex",
}
_LATER = {name: kind for kind, names in _RETURNS.items() for name in names.split()}
_NOW = "split rsplit splitlines partition rpartition isidentifier isnumeric isdecimal istitle".split()


def _settled(machine: Machine, *values: Abstract) -> tuple[Any, ...] | None:
    """The values, if all of them are known now."""
    try:
        return tuple(static(machine, value) for value in values)
    except NotStatic:
        return None


def later(machine: Machine, write: Callable[[Text], str], kind: Kind = TEXT) -> Sym:
    """What this code, which is to be written of the values in it, makes when the program runs."""
    text = Text(machine)
    code = write(text)
    return machine.apply("text", *text.atoms, code=code, kind=kind, names=tuple(text.names.items()))


@protocol("text")
def text_of(machine: Machine, value: Abstract) -> Sym:
    """The string as one value of the program."""
    if isinstance(value, Sym):
        return value
    found = _settled(machine, value)
    if found is not None:
        return Sym(Const(found[0], TEXT))
    return later(machine, lambda text: text.of(value))


@protocol("message")
def message(machine: Machine, parts: Iterable[Any]) -> Abstract:
    """The string of these parts; of what can change before it is shown, it is what that is now."""
    made = Message(tuple(parts))
    found = _settled(machine, made)
    if found is not None:
        return Known(found[0])
    changing = any(isinstance(part[0], (Ref, ArrayRef)) for part in made.parts if not isinstance(part, str))
    return later(machine, lambda text: text.message(made)) if changing else made


def _parts(value: Abstract) -> tuple[Any, ...]:
    if isinstance(value, Message):
        return value.parts
    return (value.obj,) if isinstance(value, Known) else ((value, "", ""),)


@protocol("texts")
def binary(machine: Machine, name: str, a: Abstract, b: Abstract) -> Abstract | None:
    """An operator of which one side at least is a string."""
    if name == "mod" and is_text(a):
        return _percent(machine, a, b)
    if name == "mul":
        return _repeated(machine, *((a, b) if is_text(a) else (b, a)))
    if not (is_text(a) and is_text(b)):
        return number(name == "ne") if name in ("eq", "ne") and not isinstance(a if is_text(b) else b, Ref) else None
    if name == "add":
        return message(machine, (*_parts(a), *_parts(b)))
    if name not in _SYMBOLS:
        return None
    found = _settled(machine, a, b)
    if found is not None:
        return number(getattr(operator, name)(*found))
    return later(machine, lambda text: f"{text.of(a)} {_SYMBOLS[name]} {text.of(b)}", BOOL)


def _repeated(machine: Machine, value: Abstract, count: Abstract) -> Abstract | None:
    times = static_int(count)
    if times is not None:
        return message(machine, _parts(value) * times)
    if not isinstance(count, Sym) or count.kind != INT:
        return None
    return later(machine, lambda text: f"{text.of(value)} * {text.of(count)}")


def _percent(machine: Machine, template: Abstract, value: Abstract) -> Abstract:
    """template % value."""
    content = machine.content(value) if isinstance(value, Ref) else value
    if isinstance(content, Table):
        found = _settled(machine, template, *content.items)
        if found is not None:
            return Known(found[0] % dict(zip(content.keys, found[1:])))
    elif not isinstance(content, Items):
        found = _settled(machine, template, value)
        if found is not None:
            return Known(found[0] % found[1])
    return later(machine, lambda text: f"{text.of(template)} % {text.of(value)}")


@protocol("text in")
def contains(machine: Machine, part: Abstract, whole: Abstract) -> Sym:
    """`part in whole`, of a string."""
    if not is_text(part):
        raise KindError(f"{what(part)} is looked for in a string")
    found = _settled(machine, part, whole)
    if found is not None:
        return number(found[0] in found[1])
    return later(machine, lambda text: f"{text.of(part)} in {text.of(whole)}", BOOL)


@protocol("text truth")
def nonempty(machine: Machine, value: Abstract) -> Sym:
    """Whether there is a character in the string."""
    if any(isinstance(part, str) and part for part in _parts(value)):
        return number(True)
    return later(machine, lambda text: f"bool({text.of(value)})", BOOL)


@protocol("text length")
def length(machine: Machine, value: Abstract) -> Sym:
    found = _settled(machine, value)
    return number(len(found[0])) if found else later(machine, lambda text: f"len({text.of(value)})", INT)


@protocol("text item")
def item(machine: Machine, value: Abstract, index: Abstract) -> Abstract:
    """A character or a part of the string."""
    if isinstance(index, SliceOf):
        ends = _settled(machine, index.start, index.stop, index.step)
        if ends is None:
            raise NeedsUnroll("where this part of a string begins and ends is known only when it runs")
        found = _settled(machine, value)
        if found is not None:
            return Known(found[0][slice(*ends)])
        part = ":".join("" if end is None else str(end) for end in ends).removesuffix(":")
        return later(machine, lambda text: f"{text.of(value)}[{part or ':'}]")
    found = _settled(machine, value, index)
    if found is not None:
        return Known(found[0][found[1]])
    return later(machine, lambda text: f"{text.of(value)}[{text.of(operand(machine, index))}]")


# --- functions and methods --------------------------------------------------------------------------------------------


def _method(name: str) -> Callable[[Machine, Args, Keywords], Abstract]:
    """A method of a string: known now, or code that calls it."""

    def run(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
        found = _settled(machine, *args, *keywords.values())
        if found is not None:
            named = dict(zip(keywords, found[len(args) :]))
            return answer(machine, getattr(str, name)(*found[: len(args)], **named))
        if name not in _LATER:
            raise NeedsUnroll(f".{name}() of a string that is known only when it runs", remedy="Take it apart before.")

        def code(text: Text) -> str:
            shown = [text.of(arg) for arg in args[1:]] + [f"{key}={text.of(arg)}" for key, arg in keywords.items()]
            return f"{text.of(args[0])}.{name}({', '.join(shown)})"

        return later(machine, code, _LATER[name])

    return run


for _name in (*_LATER, *_NOW):
    builtin(getattr(str, _name))(_method(_name))


@builtin(str.join)
def _join(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    separator, items = args
    content = machine.content(items) if isinstance(items, Ref) else items
    if isinstance(content, (Items, Tuple)) and all(map(is_text, content.items)):
        parts: list[Any] = []
        for item in content.items:
            parts += [*(_parts(separator) if parts else ()), *_parts(item)]
        return message(machine, parts)
    if isinstance(content, Sym) and content.kind == List(TEXT):
        return later(machine, lambda text: f"{text.of(separator)}.join({text.of(items)})")
    raise UnsupportedError(f"strings are joined from a list of strings, and this is {what(items)}")


@builtin(str.format)
def _format(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    (template,) = _settled(machine, args[0]) or (None,)
    if template is None:
        raise NeedsUnroll("a template that is known only when it runs", remedy="Write it where it is filled in.")
    parts: list[Any] = []
    count = 1
    for literal, name, spec, conversion in Formatter().parse(template):
        parts.append(literal)
        if name is None:
            continue
        key: Any = name or str(count - 1)
        count += 1
        value = args[int(key) + 1] if key.isdigit() and int(key) + 1 < len(args) else keywords.get(key)
        if value is None or "{" in (spec or ""):
            raise UnsupportedError("this format is not supported in messages", remedy="Write an f-string.")
        parts.append((value, spec or "", conversion or ""))
    return message(machine, parts)


def _converting(conversion: str) -> Callable[[Machine, Args, Keywords], Abstract]:
    return lambda machine, args, keywords: _shown(machine, args, "", conversion)


for _function, _conversion in ((str, ""), (repr, "r"), (ascii, "a")):
    builtin(_function)(_converting(_conversion))


def _shown(machine: Machine, args: Args, spec: str, conversion: str) -> Abstract:
    if len(args) != 1:
        raise UnsupportedError("one value is shown as a string")
    return message(machine, [(read(args[0]), spec, conversion)])


@builtin(format)
def _formatted(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    spec = static(machine, args[1]) if len(args) > 1 else ""
    return _shown(machine, args[:1], spec, "")


@builtin(chr)
def _chr(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return Known(chr(static(machine, args[0])))


@builtin(ord)
def _ord(machine: Machine, args: Args, keywords: Keywords) -> Abstract:
    return number(ord(static(machine, args[0])))
