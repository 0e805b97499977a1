"""The trips of some loops, and parts of what is very long, as functions of their own.

A compiler of machine code makes better code of the former, and is done sooner with the latter: what it takes for a
function grows faster than the function.
It is done on the syntax tree, when all is decided: arrays are changed in place, and numbers that a trip changes for
later are returned.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

from s2s_ad.backend.wishes import free_name

_MARK = "_outlined"
LONG = 6000  # statements of a function from which on parts of it are compiled sooner, all together, than the whole
PART = 300


def mark(loop: ast.stmt) -> None:
    """Say that the trip of this loop is to be a function."""
    setattr(loop, _MARK, True)


def outlined(function: ast.FunctionDef, taken: Collection[str]) -> list[ast.FunctionDef]:
    """The functions for the marked loops, which from now on call them."""
    made: list[ast.FunctionDef] = []
    own = {a.arg for a in function.args.args} | _stored(function.body)
    for at, statement in enumerate(function.body):
        if isinstance(statement, ast.For) and getattr(statement, _MARK, False) and not _leaves(statement):
            name = free_name(f"{function.name}_trip", [*taken, *own, *(each.name for each in made)])
            after = _Reads(own)
            after.block(function.body[at + 1 :], set())
            trip = _trip(function.name, statement, name, own, after.found)
            made += [trip] if trip is not None else []
    return made


def in_parts(function: ast.FunctionDef, taken: Collection[str]) -> list[ast.FunctionDef]:
    """The functions for parts of a long one, which from now on calls them; none if it is not long."""
    if _length(function.body) <= LONG:
        return []
    made: list[ast.FunctionDef] = []
    own = {a.arg for a in function.args.args} | _stored(function.body)
    body: list[ast.stmt] = []
    at = 0
    for run in _runs(function.body):
        at += len(run)
        name = free_name(f"{function.name}_part_{len(made) + 1}", [*taken, *own])
        params = _Reads(own)
        definite = params.block(run, set())
        after = _Reads(own)
        after.block(function.body[at:], set())
        returned = sorted(n for n in _stored(run) if n in after.found)
        # what only a branch stores may be bound to nothing where the part ends
        if _length(run) * 2 < PART or not (definite | params.found.keys()).issuperset(returned):
            body += run
            continue
        part, call = _called(name, f"A part of {function.name}.", run, list(params.found), returned)
        made.append(part)
        body.append(call)
    function.body = body
    return made


def _runs(statements: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The statements in runs, each short enough for a function if none of its statements alone is too long."""
    run: list[ast.stmt] = []
    room = PART
    for statement in statements:
        alone = _is_text(statement) or any(isinstance(n, ast.Return) for n in ast.walk(statement))
        length = _length([statement])
        if run and (alone or length > room):
            yield run
            run, room = [], PART
        room -= length
        if alone:
            yield [statement]
        else:
            run.append(statement)
    if run:
        yield run


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _length(statements: Iterable[ast.stmt]) -> int:
    return sum(isinstance(n, ast.stmt) for s in statements for n in ast.walk(s))


def _leaves(loop: ast.For) -> bool:
    return any(isinstance(n, (ast.Return, ast.Break, ast.Continue)) for s in loop.body for n in ast.walk(s))


def _trip(whole: str, loop: ast.For, name: str, own: set[str], after: Collection[str]) -> ast.FunctionDef | None:
    """The function; the loop keeps the call, and the reads of rows before it, and gives arrays other names."""
    if not isinstance(loop.target, ast.Name):
        return None
    before, body = _early(loop.body, loop.target.id)
    last = len(body)
    while last and _renames(body[last - 1]):
        last -= 1
    body, behind = body[:last], body[last:]
    params = _Reads(own)
    definite = params.block(body, set())
    stored = _stored(body)
    # what the next trip reads before it stores it, or what is read after the loop: if it is still the same then
    read = _Reads(own)
    again = read.block(behind, set())
    left = {*after, *params.found} - again
    read.block(before, again)
    returned = sorted(n for n in stored if n in left or n in read.found)
    if any(n not in definite and n not in params.found for n in returned):
        return None  # it may be bound to nothing
    trip, call = _called(name, f"One trip of a loop of {whole}.", body, list(params.found), returned)
    loop.body = [*before, call, *behind]
    return trip


def _called(
    name: str, title: str, body: Sequence[ast.stmt], arguments: Sequence[str], returned: Sequence[str]
) -> tuple[ast.FunctionDef, ast.stmt]:
    """A function of these statements, and the statement that calls it in their place."""
    call = ast.Call(_load(name), [_load(n) for n in arguments], [])
    statement: ast.stmt = ast.Expr(call)
    if returned:
        targets: list[ast.expr] = [ast.Name(n, ast.Store()) for n in returned]
        statement = ast.Assign([targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())], call)
        values: list[ast.expr] = [_load(n) for n in returned]
        body = [*body, ast.Return(values[0] if len(values) == 1 else ast.Tuple(values, ast.Load()))]
    doc = ast.Expr(ast.Constant(title))
    args = ast.arguments([], [ast.arg(n) for n in arguments], None, [], [], None, [])
    function = ast.FunctionDef(name=name, args=args, body=[doc, *body], decorator_list=[], returns=None)
    return function, statement


def _reads_row(statement: ast.stmt, index: str) -> bool:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Subscript):
        return False
    source, place = statement.value.value, statement.value.slice
    named = isinstance(source, ast.Name) and isinstance(statement.targets[0], ast.Name)
    return named and isinstance(place, ast.Name) and place.id == index


def _early(body: Sequence[ast.stmt], index: str) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """What stays in the loop before the call, and the rest."""
    before: list[ast.stmt] = []
    rest: list[ast.stmt] = []
    for at, statement in enumerate(body):
        names = _renames(statement)
        if not rest and (names or _reads_row(statement, index)):
            before.append(statement)
        elif names.keys() == set(names.values()) and names and names.keys().isdisjoint(_stored(rest)):
            for each in (n for s in rest for n in ast.walk(s) if isinstance(n, ast.Name)):
                each.id = names.get(
                    each.id, each.id
                )  # what comes before the exchange asks for what is so called after it
            before.append(statement)
        elif isinstance(statement, ast.Assign):
            rest.append(statement)
        else:
            return before, [*rest, *body[at:]]
    return before, rest


def _renames(statement: ast.stmt) -> dict[str, str]:
    """For each name the other that its thing gets, if nothing else is done, as by `a, b = b, a`."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return {}
    sides = [s.elts if isinstance(s, ast.Tuple) else [s] for s in (statement.value, statement.targets[0])]
    old, new = ([each.id for each in side if isinstance(each, ast.Name)] for side in sides)
    return dict(zip(old, new)) if [len(old), len(new)] == list(map(len, sides)) else {}


class _Reads:
    """The names of the function that statements may read before they store them, in order."""

    def __init__(self, own: set[str]) -> None:
        self.own = own
        self.found: dict[str, None] = {}

    def block(self, statements: Sequence[ast.stmt], definite: set[str]) -> set[str]:
        """What is surely stored after them, where `definite` was before."""
        definite = set(definite)
        for statement in statements:
            if isinstance(statement, ast.If):
                self.read([statement.test], definite)
                definite |= self.block(statement.body, definite) & self.block(statement.orelse, definite)
            elif isinstance(statement, (ast.For, ast.While)):
                self.read([statement.iter if isinstance(statement, ast.For) else statement.test], definite)
                index = _stored_in(statement.target) if isinstance(statement, ast.For) else set()
                self.block(statement.body, definite | index)
            elif isinstance(statement, ast.AugAssign):
                self.read([statement.value, statement.target], definite)
                if isinstance(statement.target, ast.Name) and statement.target.id not in definite:
                    self.found.setdefault(statement.target.id)
            elif isinstance(statement, ast.Assign):
                self.read([statement.value], definite)
                for target in statement.targets:
                    self.read([target], definite)
                    definite |= _stored_in(target)
            else:
                self.read([statement], definite)
        return definite

    def read(self, nodes: Iterable[ast.AST], definite: set[str]) -> None:
        for node in nodes:
            for each in ast.walk(node):
                loads = isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
                if loads and each.id in self.own and each.id not in definite:  # type: ignore[attr-defined]
                    self.found.setdefault(each.id)  # type: ignore[attr-defined]


def _stored_in(target: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _stored(statements: Iterable[ast.stmt]) -> set[str]:
    return {n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
