"""for and while: loops of the program, or unrolled where their items must be known when compiled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.arrays import RowsChange
from s2s_ad.frontend.assign import assign
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.control import run_block, status, unless
from s2s_ad.frontend.loops import ConditionWrites, Loop
from s2s_ad.frontend.machine import BROKE, CONTINUED, ENDED, PROTOCOL, Machine, statement
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.streams import LONGEST_UNROLLED, Stream, iterated, unrolled, walked
from s2s_ad.frontend.truth import as_bool, condition
from s2s_ad.frontend.values import NONE, Abstract, Generator, Known, Nested, Sym, refs_in
from s2s_ad.ir.builder import TRUE
from s2s_ad.ir.nodes import Atom


def for_each(
    machine: Machine,
    value: Abstract,
    trip: Callable[[Abstract], None],
    region: Sequence[ast.AST],
    named: bool = True,
    orelse: Callable[[], None] | None = None,
    inner: bool = False,
) -> None:
    """Run `trip` with each item; leaving it early is a flag of the frame, as for break and return.

    An `inner` one of several loops that are written as one leaves the break to those around it.
    """
    value = iterated(machine, machine.held(value))
    if isinstance(value, Nested):
        _nested(machine, value, (), trip, region, named, orelse)
        return
    own = set(refs_in(value))
    with machine.walking(value):
        store, count, frozen = dict(machine.store), len(machine.builder.stmts), machine.frozen.copy()
        by_index = own & machine.by_index
        source = walked(machine, value, call)
        while isinstance(source, Stream):
            stream = source
            try:
                run = partial(_loop, machine, stream, trip, region, named, orelse, inner)
                error = machine.attempt(run)
            except RowsChange as change:
                if change.cell not in own - by_index:
                    raise
                machine.by_index.add(change.cell)
                by_index = own & machine.by_index
                machine.back_to(store, count, frozen)
                source = walked(machine, value, call)
                continue
            if error is None:
                return
            if stream.length is None or stream.length > LONGEST_UNROLLED:
                raise error
            source = unrolled(machine, stream)
        _unroll(machine, source, trip, orelse)
        if not inner:
            machine.clear(BROKE)


def _loop(
    machine: Machine,
    stream: Stream,
    trip: Callable[[Abstract], None],
    region: Sequence[ast.AST],
    named: bool,
    orelse: Callable[[], None] | None,
    inner: bool,
) -> None:
    def body(item: Abstract | None) -> Abstract:
        assert item is not None
        trip(item)
        return NONE

    Loop(machine, region, stream, body, named=named, keeps_break=inner or orelse is not None).run()
    if not inner:
        _after(machine, orelse)


def _nested(
    machine: Machine,
    value: Nested,
    before: tuple[Abstract, ...],
    trip: Callable[[Abstract], None],
    region: Sequence[ast.AST],
    named: bool,
    orelse: Callable[[], None] | None = None,
) -> None:
    """The loop of one level, with those of the next ones in it."""
    depth = len(before)
    if depth == value.depth:  # of no loops at all
        _unroll(machine, [value.item(())], trip, orelse)
        machine.clear(BROKE)
        return

    def step(item: Abstract) -> None:
        items = (*before, item)
        if len(items) == value.depth:
            trip(value.item(items))
        else:
            _nested(machine, value, items, trip, region, named)

    if not depth:
        machine.use_up(value)
    for_each(machine, value.level(before), step, region, named, orelse, inner=depth > 0)


def _after(machine: Machine, orelse: Callable[[], None] | None) -> None:
    """The else of a loop runs unless it was left by break or return."""
    if orelse is not None:
        left = status(machine)
        if left is False:
            orelse()
        elif left is not True:
            unless(machine, left, orelse)
    machine.clear(BROKE)


def _unroll(
    machine: Machine, items: list[Abstract], trip: Callable[[Abstract], None], orelse: Callable[[], None] | None
) -> None:
    for i, item in enumerate(items):
        trip(item)
        machine.clear(CONTINUED)
        left = status(machine)
        if left is True:
            return
        if left is not False:
            rest = items[i + 1 :]
            unless(machine, left, partial(_unroll, machine, rest, trip, orelse))
            return
    if orelse is not None:
        orelse()


@statement(ast.For)
def _for(machine: Machine, node: ast.For) -> None:
    def trip(item: Abstract) -> None:
        assign(machine, node.target, item)
        run_block(machine, node.body)

    source = machine.eval(node.iter)
    orelse = (lambda: run_block(machine, node.orelse)) if node.orelse else None
    region = [node.target, *node.body]
    if isinstance(source, Generator):
        PROTOCOL["generated"](machine, source, trip, region, orelse)
    else:
        for_each(machine, source, trip, region, orelse=orelse)


# --- while ------------------------------------------------------------------------------------------------------------


@statement(ast.While)
def _while(machine: Machine, node: ast.While) -> None:
    now = machine.side(lambda: _known_truth(condition(machine, node.test))).value
    if isinstance(now, Known) and now.obj is False:
        condition(machine, node.test)  # what it binds
        run_block(machine, node.orelse)
        return
    error = machine.attempt(lambda: _while_loop(machine, node))
    if error is None:
        return
    if not isinstance(now, Known):
        raise error
    _unroll_while(machine, node, 0)
    machine.clear(BROKE)


def _known_truth(found: bool | Atom) -> Abstract:
    return Known(found) if isinstance(found, bool) else Sym(found)


def _while_loop(machine: Machine, node: ast.While) -> None:
    orelse = (lambda: run_block(machine, node.orelse)) if node.orelse else None

    def test() -> Atom:
        found = condition(machine, node.test)
        return as_bool(machine, found) if isinstance(found, bool) else found

    def body(_: Abstract | None) -> Abstract:
        run_block(machine, node.body)
        return NONE

    def test_and_body(_: Abstract | None) -> Abstract:
        found = condition(machine, node.test)
        if isinstance(found, bool):
            run_block(machine, node.body) if found else machine.set(ENDED, Sym(TRUE))
        else:
            branch(machine, found, lambda: body(None), lambda: _end(machine))
        return NONE

    region = [node.test, *node.body]
    before = dict(machine.store), len(machine.builder.stmts)
    try:
        Loop(machine, region, None, body, test, keeps_break=orelse is not None).run()
    except ConditionWrites:  # then the condition is part of the trip, and says whether it was the last
        machine.back_to(*before, machine.frozen)
        Loop(machine, region, None, test_and_body, lambda: TRUE, keeps_break=orelse is not None).run()
    _after(machine, orelse)


def _end(machine: Machine) -> Abstract:
    machine.set(ENDED, Sym(TRUE))
    return NONE


def _unroll_while(machine: Machine, node: ast.While, trips: int) -> None:
    while True:
        found = condition(machine, node.test)
        if not isinstance(found, bool) or trips > LONGEST_UNROLLED:
            raise UnsupportedError("what this loop does must be known when compiled, and it is not")
        if not found:
            run_block(machine, node.orelse)
            return
        run_block(machine, node.body)
        machine.clear(CONTINUED)
        trips += 1
        left = status(machine)
        if left is True:
            return
        if left is not False:
            unless(machine, left, partial(_unroll_while, machine, node, trips))
            return
