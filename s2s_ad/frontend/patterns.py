"""match statements: each case is the branch that runs where no earlier one fits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.attributes import attribute
from s2s_ad.frontend.builtin_functions import type_of
from s2s_ad.frontend.control import CHOICES, Choice, choose, run_block
from s2s_ad.frontend.machine import BUILTINS, Machine
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.objects import is_users
from s2s_ad.frontend.operators import equals, read
from s2s_ad.frontend.truth import Truth, as_bool, condition, truth
from s2s_ad.frontend.values import Abstract, Items, Known, Ref, Sym, Table, Tuple, is_nothing, what
from s2s_ad.ir.builder import FALSE
from s2s_ad.ir.kinds import BOOL, List

Bindings = list[tuple[str, Abstract]]
_PARTLESS = (bool, int, float, complex, str, bytes, bytearray)  # `case float(x)` binds the whole


def _match(machine: Machine, node: ast.Match) -> Choice:
    machine.nameable.clear()
    with machine.placed(node):
        subject = read(machine.held(machine.eval(node.subject)))
    return _case(machine, node, node.cases, subject)


CHOICES[ast.Match] = _match


def _case(machine: Machine, node: ast.Match, cases: list[ast.match_case], subject: Abstract) -> Choice:
    """The first case, or else those after it."""
    case, others = cases[0], cases[1:]
    bindings: Bindings = []

    def test() -> Truth:
        found = _fits(machine, case.pattern, subject, bindings)
        if case.guard is None:
            return found
        return _both(machine, found, lambda: _guarded(machine, bindings, case.guard))  # type: ignore[arg-type]

    def body() -> None:
        _bind(machine, bindings)
        run_block(machine, case.body)

    def no() -> None:
        if others:
            choose(machine, node, _case(machine, node, others, subject), None)

    return Choice(test, body, no)


def _guarded(machine: Machine, bindings: Bindings, guard: ast.expr) -> Truth:
    _bind(machine, bindings)
    return condition(machine, guard)


def _bind(machine: Machine, bindings: Bindings) -> None:
    for name, value in bindings:
        machine.set(name, value)


def _both(machine: Machine, found: Truth, other: Callable[[], Truth]) -> Truth:
    """found and other(), which is asked only then."""
    if isinstance(found, bool):
        return other() if found else False
    return truth(machine, branch(machine, found, lambda: Sym(as_bool(machine, other())), lambda: Sym(FALSE)))


def _all(machine: Machine, tests: Iterator[Callable[[], Truth]]) -> Truth:
    test = next(tests, None)
    return True if test is None else _both(machine, test(), lambda: _all(machine, tests))


def _fits(machine: Machine, pattern: ast.pattern, subject: Abstract, bindings: Bindings) -> Truth:
    """Whether the pattern fits; what it binds goes to `bindings`."""
    with machine.placed(pattern):
        if is_nothing(subject):
            return False
        if isinstance(pattern, ast.MatchValue):
            return truth(machine, equals(machine, subject, machine.eval(pattern.value)))
        if isinstance(pattern, ast.MatchSingleton):
            return isinstance(subject, Known) and subject.obj is pattern.value or _is_bool(subject, pattern.value)
        if isinstance(pattern, ast.MatchAs):
            found = True if pattern.pattern is None else _fits(machine, pattern.pattern, subject, bindings)
            if pattern.name is not None:
                bindings.append((pattern.name, subject))
            return found
        if isinstance(pattern, ast.MatchOr):
            return _any(machine, pattern.patterns, subject, bindings)
        if isinstance(pattern, ast.MatchSequence):
            return _sequence(machine, pattern.patterns, subject, bindings)
        if isinstance(pattern, ast.MatchMapping):
            return _mapping(machine, pattern, subject, bindings)
        if isinstance(pattern, ast.MatchClass):
            return _class(machine, pattern, subject, bindings)
        raise UnsupportedError("this pattern is not supported", remedy="Use if and elif.")


def _is_bool(subject: Abstract, wanted: Any) -> bool:
    if not isinstance(wanted, bool) or not isinstance(subject, Sym) or subject.kind != BOOL:
        return False
    raise UnsupportedError("case True and case False are not supported here", remedy="Use if and else.")


def _any(machine: Machine, patterns: list[ast.pattern], subject: Abstract, bindings: Bindings) -> Truth:
    for at, pattern in enumerate(patterns):
        own: Bindings = []
        found = _fits(machine, pattern, subject, own)
        if found is True:
            bindings += own
            return True
        if found is not False:
            rest = patterns[at + 1 :]
            if own:
                raise UnsupportedError("names in one of several patterns are not supported", remedy="Write two cases.")
            if not rest:
                return found
            value = branch(
                machine,
                found,
                lambda: Sym(as_bool(machine, True)),
                lambda: Sym(as_bool(machine, _any(machine, rest, subject, bindings))),  # noqa: B023
            )
            return truth(machine, value)
    return False


def _sequence(machine: Machine, patterns: list[ast.pattern], subject: Abstract, bindings: Bindings) -> Truth:
    content = machine.content(subject) if isinstance(subject, Ref) else subject
    if isinstance(content, Sym) and isinstance(content.kind, List):
        raise UnsupportedError(
            "the length of this list is known only when it runs, and cases depend on it",
            remedy="Use if len(xs) == ... and indices.",
        )
    if not isinstance(content, (Tuple, Items)):
        return False  # for Python an array is no sequence either
    items = list(content.items)
    stars = [at for at, pattern in enumerate(patterns) if isinstance(pattern, ast.MatchStar)]
    if len(items) < len(patterns) - len(stars) or (not stars and len(items) > len(patterns)):
        return False
    parts = list(zip(patterns, items))
    if stars:
        at, late = stars[0], len(patterns) - stars[0] - 1
        star = patterns[at]
        assert isinstance(star, ast.MatchStar)
        end = len(items) - late
        parts = [*zip(patterns[:at], items[:at]), *zip(patterns[at + 1 :], items[end:])]
        if star.name is not None:
            bindings.append((star.name, machine.new_list(tuple(items[at:end]))))
    return _all(machine, (lambda p=p, i=i: _fits(machine, p, i, bindings) for p, i in parts))  # type: ignore[misc]


def _mapping(machine: Machine, pattern: ast.MatchMapping, subject: Abstract, bindings: Bindings) -> Truth:
    content = machine.content(subject) if isinstance(subject, Ref) else subject
    if not isinstance(content, Table):
        return False
    known = dict(zip(content.keys, content.items))
    parts = []
    for key, inner in zip(pattern.keys, pattern.patterns):
        name = ast.literal_eval(key)
        if name not in known:
            return False
        parts.append((inner, known.pop(name)))
    if pattern.rest is not None:
        bindings.append((pattern.rest, machine.new_cell(Table(tuple(known), tuple(known.values())))))
    return _all(machine, (lambda p=p, i=i: _fits(machine, p, i, bindings) for p, i in parts))  # type: ignore[misc]


def _class(machine: Machine, pattern: ast.MatchClass, subject: Abstract, bindings: Bindings) -> Truth:
    cls = machine.eval(pattern.cls)
    if not isinstance(cls, Known) or not isinstance(cls.obj, type):
        raise UnsupportedError(f"{what(cls)} is no class")
    if not issubclass(type_of(machine, subject), cls.obj):
        return False
    if is_users(cls.obj):
        return _attributes(machine, pattern, cls.obj, subject, bindings)
    if pattern.kwd_patterns or (pattern.patterns and (cls.obj not in _PARTLESS or len(pattern.patterns) > 1)):
        raise UnsupportedError("patterns for attributes are not supported", remedy="Use isinstance and attributes.")
    return _all(machine, (lambda p=p: _fits(machine, p, subject, bindings) for p in pattern.patterns))  # type: ignore[misc]


def _attributes(machine: Machine, pattern: ast.MatchClass, cls: type, subject: Abstract, bindings: Bindings) -> Truth:
    """A pattern of the attributes of an object."""
    names = [*getattr(cls, "__match_args__", ())[: len(pattern.patterns)], *pattern.kwd_attrs]
    patterns = [*pattern.patterns, *pattern.kwd_patterns]
    if len(names) < len(patterns):
        raise UnsupportedError(f"a pattern of a {cls.__name__} has so many parts, and its __match_args__ fewer")
    there = BUILTINS[hasattr]
    if not all(truth(machine, there(machine, [subject, Known(name)], {})) for name in names):
        return False
    parts = zip(patterns, names)
    return _all(
        machine,
        (lambda p=p, n=n: _fits(machine, p, attribute(machine, subject, n), bindings) for p, n in parts),  # type: ignore[misc]
    )
