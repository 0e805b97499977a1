"""Blocks, and what runs after a statement that may have left them: control flow without gotos.

Whether a path has returned, broken out or gone on to the next trip are variables like any other, only with a name that
no user can write. What follows a statement that left on some paths runs on the others.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Union

from s2s_ad.frontend.machine import BROKE, CONTINUED, FLAGS, RESULT, RETURNED, Machine, Side, statement
from s2s_ad.frontend.merge import branch, merge
from s2s_ad.frontend.truth import Truth, condition
from s2s_ad.frontend.values import NONE, Abstract, Sym
from s2s_ad.ir.builder import TRUE
from s2s_ad.ir.nodes import Atom, Const

Status = Union[bool, Atom]


def status(machine: Machine) -> Status:
    """Whether the path has left the block: for sure, for sure not, or as this Bool says."""
    if machine.dead:
        return True
    flags = [machine.flag(name) for name in FLAGS]
    if any(isinstance(flag, Const) and flag.value for flag in flags):
        return True
    return _any(machine, [flag for flag in flags if not isinstance(flag, Const)])


def _any(machine: Machine, flags: list[Atom]) -> Status:
    if not flags:
        return False
    found = flags[0]
    for flag in flags[1:]:
        found = either(machine, found, flag)
    return found


def either(machine: Machine, a: Atom, b: Atom) -> Atom:
    """a or b, of Bools."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Const):
            return one if one.value else other
    value = branch(machine, a, lambda: Sym(TRUE), lambda: Sym(b))
    assert isinstance(value, Sym)
    return value.atom


def unless(machine: Machine, left: Atom, run: Callable[[], None]) -> None:
    """Run what comes next on the paths that have not left."""
    active = [name for name in FLAGS if not isinstance(machine.flag(name), Const)]

    def gone() -> Abstract:
        if len(active) == 1:
            machine.set(active[0], Sym(TRUE))
        return NONE

    def goes_on() -> Abstract:
        for name in active:
            machine.clear(name)
        run()
        return NONE

    branch(machine, left, gone, goes_on)


@dataclass(frozen=True)
class Choice:
    """What a statement chooses between: which of the two blocks runs."""

    test: Callable[[], Truth]
    then: Callable[[], Any]
    orelse: Callable[[], Any]


def run_block(machine: Machine, stmts: Sequence[ast.stmt]) -> None:
    for i, stmt in enumerate(stmts):
        rest = stmts[i + 1 :]
        choice = CHOICES.get(type(stmt))
        if choice is not None:
            if choose(machine, stmt, choice(machine, stmt), partial(run_block, machine, rest)):
                return
        else:
            machine.exec(stmt)
        left = status(machine)
        if left is True:
            return
        if left is not False:
            if rest:
                unless(machine, left, partial(run_block, machine, rest))
            return


def _if(machine: Machine, node: ast.If) -> Choice:
    run = partial(run_block, machine)
    return Choice(partial(condition, machine, node.test), partial(run, node.body), partial(run, node.orelse))


CHOICES: dict[type[ast.stmt], Callable[[Machine, Any], Choice]] = {ast.If: _if}


# A long chain of elif is as many blocks in one another: few calls a level, so that Python's limit is far.
def choose(machine: Machine, node: ast.stmt, choice: Choice, after: Callable[[], None] | None) -> bool:
    """Run one of two blocks; True if what comes after the statement went into the one that did not leave."""
    machine.nameable.clear()
    machine.builder.span = span = machine.span(node)
    with machine.placed(node):
        cond = choice.test()
    if isinstance(cond, bool):
        (choice.then if cond else choice.orelse)()
        return False
    mark = machine.unit.serial
    sides = [machine.side(choice.then), machine.side(choice.orelse)]
    left = [_surely_left(machine, side) for side in sides]
    absorbed = after is not None and left[0] != left[1] and not any(side.dead for side in sides)
    if absorbed:
        going_on = sides[left.index(False)]
        sides[left.index(False)] = machine.side(_unless_left(machine, after), going_on)  # type: ignore[arg-type]
    machine.builder.span = span
    for side in sides:
        side.value = NONE
    merge(machine, cond, sides[0], sides[1], mark)
    return absorbed


def _unless_left(machine: Machine, run: Callable[[], None]) -> Callable[[], Abstract]:
    def side() -> Abstract:
        left = status(machine)
        if left is False:
            run()
        elif left is not True:
            unless(machine, left, run)
        return NONE

    return side


def _surely_left(machine: Machine, side: Side) -> bool:
    flags = [side.store.get((machine.frame.id, name)) for name in FLAGS]
    return any(isinstance(flag, Sym) and isinstance(flag.atom, Const) and flag.atom.value for flag in flags)


@statement(ast.Pass)
def _pass(machine: Machine, node: ast.Pass) -> None:
    """Nothing."""


@statement(ast.Break)
def _break(machine: Machine, node: ast.Break) -> None:
    machine.set(BROKE, Sym(TRUE))


@statement(ast.Continue)
def _continue(machine: Machine, node: ast.Continue) -> None:
    machine.set(CONTINUED, Sym(TRUE))


@statement(ast.Return)
def _return(machine: Machine, node: ast.Return) -> None:
    machine.set(RESULT, NONE if node.value is None else machine.eval(node.value))
    machine.set(RETURNED, Sym(TRUE))
