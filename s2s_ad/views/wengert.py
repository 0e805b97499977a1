"""One run of a function as the list of its elementary operations (a Wengert list), and derivatives along that list.

Griewank & Walther, chapters 2 and 3: the list is straight-line code, whatever loops and branches the function has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Union

import numpy as np

from s2s_ad.analysis.selection import Selection
from s2s_ad.ir.builder import Builder, const
from s2s_ad.ir.kinds import INT, List
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Function, If, Program, Stmt, Value, While
from s2s_ad.ops import derive
from s2s_ad.ops.evaluate import Evaluator, Scope
from s2s_ad.ops.registry import OPS
from s2s_ad.probe import Probe
from s2s_ad.span import Span


@dataclass(frozen=True, eq=False)
class Node:
    """A value of the run: what it is called in the list, and its number."""

    atom: Atom
    value: Any

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class Trip:
    """One trip of one run of a loop; trips are counted from 0."""

    run: int
    span: Span | None
    number: int


@dataclass(frozen=True, eq=False)
class Step:
    """One elementary operation as it ran."""

    apply: Apply
    trips: tuple[Trip, ...]  # of the loops around it, the outermost first


@dataclass(frozen=True, eq=False)
class Choice:
    """A branch that was chosen."""

    span: Span
    taken: bool
    trips: tuple[Trip, ...]


def _asks(span: Span) -> bool:
    """Whether the user's line asks something; what it unpacks has its length looked at, too."""
    return span.text.startswith(("if ", "elif ", "assert "))


class WengertList:
    """A run of `f` at `args`. `inputs` are the values of its arguments, flat."""

    def __init__(self, f: Callable[..., Any], args: Sequence[Any]) -> None:
        self.probe = Probe(f, args)
        program = self.probe.lowered.program
        self.inputs = program.main.body.params
        recorder = _Recorder(program)
        self.latest = recorder.latest  # what each value of the program was last
        nodes = [Node(v, n) for v, n in zip(self.inputs, self.probe.inputs(self.probe.args))]
        self.results = tuple(node.atom for node in recorder.call(program.entry, nodes))
        self.lines: list[Union[Step, Choice]] = recorder.lines
        self.latest.update((v, node.value) for v, node in zip(self.inputs, nodes))
        self.numbers: Scope = {**{v: node.value for v, node in zip(self.inputs, nodes)}, **recorder.numbers}

    @property
    def steps(self) -> Iterator[Step]:
        return (line for line in self.lines if isinstance(line, Step))

    @cached_property
    def selection(self) -> Selection:
        body = Block(self.inputs, tuple(step.apply for step in self.steps), self.results)
        return Selection(Program({"run": Function("run", body)}, "run"))

    # --- derivatives --------------------------------------------------------------------------------------------------

    def tangents(self, direction: Sequence[Any]) -> Scope:
        """The tangent of every value along a direction: one number for each input, None for zero.

        What is not in the result has the tangent zero.
        """
        scope = dict(self.numbers)
        dots: dict[Value, Value] = {}
        for value, number in zip(self.inputs, direction):
            if number is not None:
                dots[value] = Value(value.kind)
                scope[dots[value]] = number
        for step in self.steps:
            builder = Builder(step.apply.span)
            given = [dots.get(a) if isinstance(a, Value) else None for a in step.apply.inputs]
            dot = derive.tangent(builder, step.apply, given)
            if dot is not None:
                dots[step.apply.out] = Value(dot.kind)
                (scope[dots[step.apply.out]],) = _run(builder, [dot], scope)
        return {value: scope[dot] for value, dot in dots.items()}

    def adjoints(self, seeds: Sequence[Any], note: Callable[[Step, Sequence[Any]], None] | None = None) -> Scope:
        """The adjoint of every value, given those of the results; what is not in the result has the adjoint zero.

        `note` is told what each operation, the last one first, adds to the adjoints of its inputs.
        """
        scope = dict(self.numbers)
        bars: dict[Value, Value] = {}
        for result, seed in zip(self.results, seeds):
            if seed is not None and isinstance(result, Value):
                self._add(bars, scope, result, seed)
        for step in reversed(list(self.steps)):
            apply = step.apply
            ct = bars.get(apply.outputs[0]) if apply.outputs else None
            if ct is None or apply.op.zero:
                continue
            builder = Builder(apply.span)
            active = [isinstance(a, Value) and a.kind.real for a in apply.inputs]
            shares = derive.pullback(builder, apply, ct, active, self.selection.guard(apply))
            found = [(a, share) for a, share in zip(apply.inputs, shares) if share is not None]
            made = _run(builder, [share for _, share in found], scope)
            if note is not None:
                note(step, made)
            for (atom, _), number in zip(found, made):
                assert isinstance(atom, Value)
                self._add(bars, scope, atom, number)
        return {value: scope[bar] for value, bar in bars.items()}

    def _add(self, bars: dict[Value, Value], scope: Scope, value: Value, number: Any) -> None:
        before = bars.get(value)
        bars[value] = Value(value.kind)
        scope[bars[value]] = number if before is None else _plus(scope[before], number)


def _plus(a: Any, b: Any) -> Any:
    return [_plus(x, y) for x, y in zip(a, b)] if isinstance(a, list) else a + b


def _run(builder: Builder, atoms: Sequence[Atom], scope: Scope) -> tuple[Any, ...]:
    """What a rule has appended, with numbers."""
    block = Block((), tuple(builder.stmts), tuple(atoms))
    with np.errstate(all="ignore"):
        return Evaluator(Program({}, "")).block(block, dict(scope))


class _Recorder(Evaluator):
    """Runs the program and writes down each operation with values of its own."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.lines: list[Union[Step, Choice]] = []
        self.numbers: Scope = {}
        self.latest: Scope = {}
        self.path: tuple[Trip, ...] = ()
        self.runs = 0

    def read(self, atom: Atom, scope: Scope) -> Node:
        if isinstance(atom, Value):
            return scope[atom]  # type: ignore[no-any-return]
        return Node(atom, atom.value if isinstance(atom, Const) else None)

    def stmt(self, stmt: Stmt, scope: Scope) -> Sequence[Any]:
        if isinstance(stmt, Apply):
            return self.apply(stmt, [self.read(a, scope) for a in stmt.inputs])
        if isinstance(stmt, If):
            if stmt.span is not None and (stmt.outputs or _asks(stmt.span)):
                self.lines.append(Choice(stmt.span, bool(self.read(stmt.cond, scope)), self.path))
            return super().stmt(stmt, scope)
        if not isinstance(stmt, (For, While)):
            return super().stmt(stmt, scope)
        outer, (*made,) = self.path, super().stmt(stmt, scope)
        self.path = outer
        n = len(stmt.init)
        for k, (out, items) in enumerate(zip(stmt.outputs[n:], made[n:])):
            made[n + k] = self.listed(out, items)
        return made

    def listed(self, out: Value, items: Sequence[Node]) -> Node:
        """A list of what the trips of a loop gave."""
        assert isinstance(out.kind, List)
        (node,) = self.apply(Apply(OPS["list_new"], (), (out,), (("item", out.kind.item),)), items)
        return node

    def apply(self, stmt: Apply, nodes: Sequence[Node]) -> list[Node]:
        values = tuple(node.value for node in nodes)
        kinds = tuple(node.atom.kind for node in nodes)
        if stmt.op.effect and not dict(stmt.params)["code"].startswith("raise "):
            return []  # it has been printed
        with np.errstate(all="ignore"):
            result = stmt.op.evaluate(values, stmt.params, kinds)
        outputs = tuple(Value(out.kind, out.hint) for out in stmt.outputs)
        self.lines.append(
            Step(Apply(stmt.op, tuple(n.atom for n in nodes), outputs, stmt.params, stmt.span), self.path)
        )
        results = result if len(outputs) != 1 else (result,)
        self.numbers.update(zip(outputs, results))
        self.latest.update(zip(stmt.outputs, results))
        return [Node(out, number) for out, number in zip(outputs, results)]

    def trips(self, stmt: For | While, scope: Scope) -> Iterator[tuple[Node, ...]]:
        self.runs += 1
        outer, run = self.path, self.runs
        for number, items in enumerate(self._items(stmt, scope)):
            self.path = (*outer, Trip(run, stmt.span, number))
            yield items

    def _items(self, stmt: For | While, scope: Scope) -> Iterator[tuple[Node, ...]]:
        if isinstance(stmt, While):
            while True:
                yield ()
        walks: list[Any] = []
        if stmt.trips is not None:
            bounds = (stmt.trips.start, stmt.trips.stop, stmt.trips.step)
            indices = range(*(int(self.read(atom, scope).value) for atom in bounds))
            walks.append([Node(const(i), i) for i in (reversed(indices) if stmt.reverse else indices)])
        for walk, item in zip(stmt.xs, stmt.body.params[1 if stmt.trips is not None else 0 :]):
            walks.append(self._walk(self.read(walk.source, scope), walk.reverse, item))
        yield from zip(*walks)

    def _walk(self, source: Node, reverse: bool, item: Value) -> Iterator[Node]:
        count = len(source.value)
        for i in reversed(range(count)) if reverse else range(count):
            if isinstance(source.atom.kind, List):
                apply = Apply(OPS["list_get"], (), (item,))
            else:
                apply = Apply(OPS["getitem"], (), (item,), (("index", (("in", 0),)),))
            (node,) = self.apply(apply, (source, Node(Const(i, INT), i)))
            yield node
