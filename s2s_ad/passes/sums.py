"""What one line of the program adds to one element, added up first: in reverse sweeps, as it changes last digits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT, INT
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, Program, Section, Value
from s2s_ad.ir.walk import all_stmts, inputs_of, map_inputs, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.atoms import is_adjoint
from s2s_ad.span import line_of

Place = tuple[object, ...]
_NEAR = 6  # operations


def with_joint_sums(program: Program) -> Program:
    """The program with one addition to an element where a block has several right after one another."""
    functions = {}
    for name, function in program.functions.items():
        makers: dict[Atom, Apply] = {
            s.out: s for s in all_stmts(function.body) if isinstance(s, Apply) and len(s.outputs) == 1
        }
        functions[name] = replace(function, body=_block(function.body, False, use_counts(function.body), makers))
    return replace(program, functions=functions)


def _block(block: Block, on: bool, uses: Counter[Atom], makers: Mapping[Atom, Apply]) -> Block:
    builder = Builder()
    moved = _Joined(block, uses, makers)
    same: dict[Atom, Atom] = {}

    def atom(a: Atom) -> Atom:
        while a in same:
            a = same[a]
        return a

    for stmt in block.stmts:
        if isinstance(stmt, Section):
            on = stmt.annotate
        stmt = map_inputs(stmt, atom, lambda inner, on=on: _block(inner, on, uses, makers))  # type: ignore[misc]
        parts = moved.get(stmt.outputs[0]) if isinstance(stmt, Apply) and on else None
        if parts is None or not isinstance(stmt, Apply):
            builder.emit(stmt)
        elif parts:
            builder.span = stmt.span
            whole, *rest = sorted(parts, key=lambda part: _is_negated(part, makers))
            op = OPS["index_set"] if stmt.out in moved.written else stmt.op
            adder = _Adder(makers, uses, builder, op.name == "index_set")
            for part in rest:
                whole = adder.sum(whole, part)
            builder.emit(replace(stmt, op=op, inputs=(stmt.inputs[0], whole, *stmt.inputs[2:])))
        else:
            same[stmt.out] = stmt.inputs[0]  # a later one adds it
    return Block(block.params, tuple(builder.stmts), tuple(map(atom, block.results)))


class _Joined(dict[Value, list[Atom]]):
    """Of additions to elements all that each shall add; nothing for those that another takes over.

    `written`: those that a plain write has gone into.
    """

    def __init__(self, block: Block, uses: Counter[Atom], makers: Mapping[Atom, Apply]) -> None:
        super().__init__()
        self.written: set[Value] = set()
        self.places = {stmt: at for at, stmt in enumerate(block.stmts)}
        self.last = {a: at for at, stmt in enumerate(block.stmts) for a in inputs_of(stmt)}
        for chain in _chains(block, uses):
            places: dict[Place, list[Apply]] = {}
            if chain[0].op.name == "index_set":
                if _place(chain[0], makers) == _place(chain[1], makers) and self.waits(*chain[:2]):
                    self.written.add(chain[1].out)
                    self.take_over(chain[:2])
                chain = chain[2:] if chain[1].out in self.written else chain[1:]
            for stmt in chain:
                places.setdefault(_place(stmt, makers), []).append(stmt)
            for stmts in places.values():
                self.take_over([s for s in stmts if self.waits(s, stmts[-1])])

    def waits(self, one: Apply, last: Apply) -> bool:
        """Whether what it adds may be added later: a number, or an array that is there until then, or nearly so."""
        value = one.inputs[1]
        return not shape_of(value.kind) or self.places[last] - self.last[value] <= _NEAR

    def take_over(self, stmts: list[Apply]) -> None:
        if len(stmts) > 1:
            self.update({stmt.out: [] for stmt in stmts[:-1]})
            self[stmts[-1].out] = [stmt.inputs[1] for stmt in stmts]


def _chains(block: Block, uses: Counter[Atom]) -> Iterator[list[Apply]]:
    """Additions to elements of one array between which nobody reads it, and the write before them."""
    open_: dict[Atom, list[Apply]] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and _is_plain(stmt):
            goes_on = stmt.op.name == "index_add" and uses[stmt.inputs[0]] == 1
            chain = open_.pop(stmt.inputs[0], []) if goes_on else []
            open_[stmt.out] = [*chain, stmt]
    for chain in open_.values():
        if len(chain) > 1 and any(map(is_adjoint, (chain[0].inputs[0], *(stmt.out for stmt in chain)))):
            yield chain


def _is_plain(stmt: Apply) -> bool:
    """Whether it is about an element, or a slice, of floats."""
    if stmt.op.name not in ("index_add", "index_set") or any(a.kind != INT for a in stmt.inputs[2:]):
        return False
    return stmt.inputs[1].kind == FLOAT or {getattr(a.kind, "dtype", "") for a in stmt.inputs[:2]} == {"float64"}


def _place(stmt: Apply, makers: Mapping[Atom, Apply]) -> Place:
    """The same for what is surely one element."""

    def same(a: Atom) -> object:
        made = makers.get(a)
        if made is not None and made.op.name in ("add", "sub"):
            return made.op.name, *map(same, made.inputs)
        return ("const", a.value) if isinstance(a, Const) else a

    at = tuple(map(same, stmt.inputs[2:]))
    return (dict(stmt.params)["index"], at, line_of(stmt.span), stmt.inputs[0].kind)


class _Adder:
    """Adds up what is to be added to one element, or with `written` what it is to be."""

    def __init__(self, makers: Mapping[Atom, Apply], uses: Counter[Atom], builder: Builder, written: bool) -> None:
        self.makers, self.uses, self.builder, self.written = dict(makers), uses, builder, written

    def apply(self, name: str, *inputs: Atom) -> Value:
        out = self.builder.apply(OPS[name], *inputs)
        made = self.builder.stmts[-1]
        assert isinstance(made, Apply)
        self.makers[out] = made
        return out

    def sum(self, a: Atom, b: Atom) -> Atom:
        (m, x), (n, y) = (_factors(atom, self.makers) for atom in (a, b))
        if x is y and not _is_negated(a, self.makers):
            return self.times(m + n, x)
        m, n = self.constant(a), self.constant(b)
        if abs(m) == abs(n) != 1.0 and math.isfinite(m) and a.kind == b.kind:
            x, y = self.without(a), self.without(b)
            if x is y and m == n:
                return self.times(m + n, x)
            return self.times(m, self.apply("add" if m == n else "sub", x, y))
        if _is_negated(a, self.makers) and _is_negated(b, self.makers):
            return self.apply("neg", self.sum(self.makers[a].inputs[0], self.makers[b].inputs[0]))
        if _is_negated(b, self.makers):
            return self.apply("sub", a, self.makers[b].inputs[0])
        return self.apply("add", a, b)

    def times(self, number: float, atom: Atom) -> Atom:
        """A product; one with a negative number is taken away from what is there already."""
        if number < 0.0 and not self.written:
            return self.apply("neg", self.times(-number, atom))
        return atom if number == 1.0 else self.apply("mul", Const(number, FLOAT), atom)

    def constant(self, atom: Atom) -> float:
        """The constant factor of a product that nothing else reads."""
        made = self.makers.get(atom)
        if made is None or self.uses[atom] > 1 or made.op.name not in ("mul", "neg"):
            return 1.0
        if made.op.name == "neg":
            return -self.constant(made.inputs[0])
        number, rest = _factors(atom, self.makers)
        return number * self.constant(rest) if rest is not atom else math.prod(map(self.constant, made.inputs))

    def without(self, atom: Atom) -> Atom:
        """The product without its constant factor."""
        made = self.makers.get(atom)
        if made is None or self.constant(atom) == 1.0:
            return atom
        if made.op.name == "neg":
            return self.without(made.inputs[0])
        _, rest = _factors(atom, self.makers)
        return self.without(rest) if rest is not atom else self.apply("mul", *map(self.without, made.inputs))


def _factors(atom: Atom, makers: Mapping[Atom, Apply]) -> tuple[float, Atom]:
    """A constant factor, and what it stands before."""
    made = makers.get(atom)
    if made is not None and made.op.name == "mul":
        for one, other in (made.inputs, made.inputs[::-1]):
            if isinstance(one, Const) and type(one.value) is float and not one.text and other.kind == atom.kind:
                return one.value, other
    return 1.0, atom


def _is_negated(atom: Atom, makers: Mapping[Atom, Apply]) -> bool:
    return atom in makers and makers[atom].op.name == "neg"
