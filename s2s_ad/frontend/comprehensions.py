"""Comprehensions and generator expressions: loops in a scope of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.assign import assign
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.loop_statements import for_each
from s2s_ad.frontend.loops import Loop
from s2s_ad.frontend.machine import FLAGS, Frame, Machine, expression, protocol
from s2s_ad.frontend.merge import branch
from s2s_ad.frontend.methods import append
from s2s_ad.frontend.operators import read, static_key
from s2s_ad.frontend.scope import targets_of
from s2s_ad.frontend.streams import Stream, iterated, unrolled, walked
from s2s_ad.frontend.subscripts import set_key
from s2s_ad.frontend.truth import condition
from s2s_ad.frontend.values import NONE, Abstract, Generator, Nested, Ref, Sym, Table


@dataclass(frozen=True)
class Loose:
    """A list comprehension: run where it stands."""

    node: ast.ListComp
    frame: Frame
    first: Abstract


@contextmanager
def scope(machine: Machine, node: ast.AST, generators: Sequence[ast.comprehension], parent: Frame) -> Iterator[Frame]:
    """A frame in which the targets of the comprehension are variables."""
    local = frozenset(name for generator in generators for name in targets_of(generator.target))
    outer = machine.frame
    frame = Frame(machine.unit.number(), node, parent.definition, local, parent=parent, at=parent.at)
    machine.frame = frame
    machine.clear(*FLAGS)
    try:
        yield frame
    finally:
        machine.frame = outer
        if frame.id not in machine.captured:
            for name in (*local, *FLAGS):
                machine.store.pop((frame.id, name), None)


def each(
    machine: Machine,
    generators: Sequence[ast.comprehension],
    consume: Callable[[], None],
    first: Abstract | None = None,
) -> None:
    """Run `consume` with the targets bound to every combination that passes the ifs."""
    generator, rest = generators[0], generators[1:]
    source = first if first is not None else machine.eval(generator.iter)

    def trip(item: Abstract) -> None:
        assign(machine, generator.target, item)
        filtered(list(generator.ifs))

    def filtered(tests: list[ast.expr]) -> None:
        if not tests:
            if rest:
                each(machine, rest, consume)
            else:
                consume()
            return
        found = condition(machine, tests[0])
        if found is True:
            filtered(tests[1:])
        elif found is not False:
            branch(machine, found, lambda: _none(lambda: filtered(tests[1:])), lambda: NONE)

    for_each(machine, source, trip, [], named=False)


def _none(run: Callable[[], None]) -> Abstract:
    run()
    return NONE


@expression(ast.ListComp)
def _list_comp(machine: Machine, node: ast.ListComp) -> Abstract:
    return listed(machine, Loose(node, machine.frame, machine.eval(node.generators[0].iter)), node.elt)


def listed(machine: Machine, made: Generator | Loose, elt: ast.expr) -> Ref:
    """The list of a comprehension, or of a generator expression."""
    node, first, generators = made.node, iterated(machine, made.first), made.node.generators
    with scope(machine, node, generators, made.frame):
        if len(generators) == 1 and not generators[0].ifs and not isinstance(first, Nested):
            with machine.walking(first):
                source = walked(machine, first, call)
                if isinstance(source, Stream):
                    found = _collected(machine, source, generators[0], elt)
                    if found is not None:
                        return found
                    source = unrolled(machine, source)
                return machine.new_list(tuple(_element(machine, generators[0], elt, item) for item in source))
        ref = machine.new_list(())
        each(machine, generators, lambda: append(machine, ref, machine.eval(elt)), first)
        return ref


def _element(machine: Machine, generator: ast.comprehension, elt: ast.expr, item: Abstract) -> Abstract:
    assign(machine, generator.target, item)
    return read(machine.eval(elt))


def _collected(machine: Machine, source: Stream, generator: ast.comprehension, elt: ast.expr) -> Ref | None:
    """The list as what each trip of a loop yields; None if its items are not numbers but the loop can be unrolled."""

    def trip(item: Abstract | None) -> Abstract:
        assert item is not None
        return _element(machine, generator, elt, item)

    loop = Loop(machine, [], source, trip, collect=True, named=False)
    error = machine.attempt(loop.run)
    if error is not None:
        if source.length is None:
            raise error
        return None
    ref = machine.wrap(Sym(loop.collection))
    assert isinstance(ref, Ref)
    return ref


@expression(ast.DictComp)
def _dict_comp(machine: Machine, node: ast.DictComp) -> Abstract:
    first = machine.eval(node.generators[0].iter)
    with scope(machine, node, node.generators, machine.frame):
        ref = machine.new_cell(Table((), ()))

        def consume() -> None:
            key = static_key(machine.eval(node.key))
            content = machine.content(ref)
            assert isinstance(content, Table)
            machine.write(ref, set_key(content, key, read(machine.eval(node.value))))

        each(machine, node.generators, consume, first)
    return ref


@expression(ast.GeneratorExp)
def _generator(machine: Machine, node: ast.GeneratorExp) -> Abstract:
    return Generator(node, machine.capture(), machine.eval(node.generators[0].iter))


def consumed(machine: Machine, value: Abstract, consume: Callable[[Abstract], None]) -> None:
    """Take every item of an iterable, in a frame of its own: setting RETURNED in it takes no more."""
    if not isinstance(value, Generator):
        with scope(machine, machine.frame.node, [], machine.frame):
            for_each(machine, value, consume, [], named=False)
        return
    node, first = value.node, value.first
    machine.use_up(value)
    with scope(machine, node, node.generators, value.frame):
        each(machine, node.generators, lambda: consume(read(machine.eval(node.elt))), first)


@protocol("generated")
def one_by_one(
    machine: Machine,
    value: Generator,
    trip: Callable[[Abstract], None],
    region: Sequence[ast.AST],
    orelse: Callable[[], None] | None,
) -> None:
    """Run `trip` with each item of a generator expression as soon as it is made, as a for loop does."""
    node, outer = value.node, machine.frame
    generator, *more = node.generators
    if more:
        raise UnsupportedError("a loop over a generator of several loops", remedy="Write the loops in one another.")
    machine.use_up(value)
    with scope(machine, node, node.generators, value.frame) as frame:

        def made(tests: list[ast.expr]) -> None:
            machine.frame = frame
            found = condition(machine, tests[0]) if tests else True
            if tests and found is True:
                made(tests[1:])
            elif found is True:
                item = read(machine.eval(node.elt))
                machine.frame = outer
                trip(item)
            elif found is not False:
                branch(machine, found, lambda: _none(lambda: made(tests[1:])), lambda: NONE)
            machine.frame = outer

        def step(item: Abstract) -> None:
            machine.frame = frame
            assign(machine, generator.target, item)
            made(list(generator.ifs))

        machine.frame = outer
        for_each(machine, value.first, step, region, orelse=orelse)
