"""Random programs: branches, loops with break, tapes, updates of arrays and lists, names that clash on purpose."""

from __future__ import annotations

import random

from s2s_ad.ir.builder import FALSE, TRUE, Builder, const
from s2s_ad.ir.kinds import BOOL, FLOAT, INT, MANY, NEVER, Array, Kind, List
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Function, If, Program, Range, Value, Walk, While
from s2s_ad.ops.registry import OPS
from s2s_ad.span import Span

ARRAY = Array("float64", (MANY,))
NUMBERS, ARRAYS = List(FLOAT), List(ARRAY)
Scope = list[Value]


class NothingToRead(Exception):
    """The scope holds no value of the kind."""


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.line = 0

    def program(self) -> Program:
        kinds = [(FLOAT, "x"), (FLOAT, "y"), (FLOAT, "w"), (ARRAY, "a"), (ARRAY, "b"), (NUMBERS, "xs"), (ARRAYS, "zs")]
        params = [Value(kind, hint) for kind, hint in kinds]
        b, scope = Builder(), list(params)
        self.statements(b, scope, 0, self.random.randint(2, 10))
        results = [self.pick(scope, self.random.choice([FLOAT, ARRAY, NUMBERS])) for _ in range(3)]
        readable = [v for v in scope[-5:] if v.kind != NEVER]
        return Program({"f": Function("f", b.block(params, [*results, self.random.choice(readable)]))}, "f")

    def pick(self, scope: Scope, kind: Kind) -> Atom:
        if kind == FLOAT and self.random.random() < 0.15:
            return const(self.random.choice([0.5, -1.5, 2.0]))
        known = [v for v in scope if v.kind == kind]
        if not known:
            raise NothingToRead
        return self.random.choice(known[-6:] if self.random.random() < 0.7 else known)

    def hint(self) -> str:
        return self.random.choice(["", "", "", "x", "y", "z", "a"])

    def span(self) -> Span:
        self.line += self.random.choice([0, 0, 1])
        return Span("random.py", self.line, text=f"line {self.line}")

    def put(self, b: Builder, op: str, *inputs: Atom, **params: object) -> Value:
        out = b.apply(OPS[op], *inputs, **params)
        chance, named = self.random.random(), out
        bases = [a for a in inputs if isinstance(a, Value)]
        if chance < 0.3:
            named = Value(out.kind, self.random.choice("xyza"))
        elif chance < 0.45 and bases:
            named = Value(out.kind, base=bases[0], suffix="_bar")
        last = b.stmts.pop()
        assert isinstance(last, Apply)
        b.emit(Apply(last.op, last.inputs, (named,), last.params, last.span))
        return named

    def condition(self, b: Builder, scope: Scope) -> Value:
        op = self.random.choice(["lt", "gt", "le"])
        return self.put(b, op, self.pick(scope, FLOAT), self.pick(scope, FLOAT))

    def statements(self, b: Builder, scope: Scope, depth: int, count: int) -> None:
        simple = [
            (30, lambda: self.put(b, self.arithmetic(), self.pick(scope, FLOAT), self.pick(scope, FLOAT))),
            (
                5,
                lambda: self.put(b, self.random.choice(["neg", "math.tanh", "stop_gradient"]), self.pick(scope, FLOAT)),
            ),
            (8, lambda: self.put(b, self.arithmetic(), self.pick(scope, ARRAY), self.pick(scope, ARRAY))),
            (4, lambda: self.put(b, "zeros_like", self.pick(scope, ARRAY))),
            (5, lambda: self.put(b, "index_add", self.pick(scope, ARRAY), self.pick(scope, FLOAT), index=self.index())),
            (3, lambda: self.put(b, "stop_gradient", self.pick(scope, ARRAY))),
            (5, lambda: self.put(b, "float", self.put(b, "getitem", self.pick(scope, ARRAY), index=self.index()))),
            (4, lambda: self.put(b, "list_append", self.pick(scope, NUMBERS), self.pick(scope, FLOAT))),
            (2, lambda: self.put(b, "list_get", self.pick(scope, NUMBERS), const(0))),
            (2, lambda: self.put(b, "list_append", self.pick(scope, ARRAYS), self.pick(scope, ARRAY))),
            (2, lambda: self.put(b, "list_get", self.pick(scope, ARRAYS), const(self.random.choice([0, -1])))),
            (2, lambda: self.put(b, "list_set", self.pick(scope, NUMBERS), self.pick(scope, FLOAT), const(0))),
            (3, lambda: self.effect(b, scope)),
        ]
        nested = [
            (12, lambda: self.branch(b, scope, depth)),
            (12, lambda: self.counted(b, scope, depth)),
            (4, lambda: self.conditional(b, scope, depth)),
        ]
        choices = simple + (nested if depth < 3 else [])
        for _ in range(count):
            b.span = self.span()
            if depth == 0 and self.random.random() < 0.03:
                b.section(self.random.choice(["Forward sweep", "Reverse sweep"]), self.random.random() < 0.5)
            (_, make), = self.random.choices(choices, [weight for weight, _ in choices])  # fmt: skip
            made = make()
            if made is not None:
                scope.append(made)

    def arithmetic(self) -> str:
        return self.random.choice(["add", "sub", "mul"])

    def index(self) -> tuple[int]:
        return (self.random.randrange(3),)

    def effect(self, b: Builder, scope: Scope) -> None:
        params = (("code", "log.append(_0)"), ("names", ()))
        b.emit(Apply(OPS["effect"], (self.pick(scope, FLOAT),), (Value(NEVER),), params, b.span))

    def kinds(self) -> list[Kind]:
        return [self.random.choice([FLOAT, FLOAT, ARRAY, NUMBERS, ARRAYS]) for _ in range(self.random.randint(0, 3))]

    def branch(self, b: Builder, scope: Scope, depth: int) -> None:
        condition, kinds, blocks = self.condition(b, scope), self.kinds(), []
        for _ in range(2):
            inner, names = Builder(), list(scope)
            self.statements(inner, names, depth + 1, self.random.randint(0, 4))
            blocks.append(inner.block((), [self.pick(names, kind) for kind in kinds]))
        outs = tuple(Value(kind, self.hint()) for kind in kinds)
        written = self.random.choice([None, Span("random.py", self.line, text="if c:"), self.span()])
        b.emit(If(condition, blocks[0], blocks[1], outs, written))
        scope += outs

    def counted(self, b: Builder, scope: Scope, depth: int) -> None:
        pick, carried = self.random.choice, self.kinds()
        init = tuple(self.pick(scope, kind) for kind in carried)
        params = [Value(kind, self.hint()) for kind in carried]
        walks, items = [], []
        for _ in range(pick([0, 0, 1, 1, 2])):
            kind = pick([NUMBERS, NUMBERS, ARRAYS])
            walks.append(Walk(self.pick(scope, kind), pick([True, False])))
            items.append(Value(kind.item, self.hint()))
        ranged = not walks or self.random.random() < 0.3
        trips = Range(const(0), const(self.random.randint(0, 3)), const(1)) if ranged else None
        index = [Value(INT, pick(["", "i"]))] if ranged else []
        inner, names = Builder(), [*scope, *items, *params]
        self.statements(inner, names, depth + 1, self.random.randint(0, 5))
        saved: list[Kind] = [pick([FLOAT, ARRAY]) for _ in range(pick([0, 0, 1, 1, 2]))]
        after: list[Atom] = [self.pick(names, kind) for kind in carried]
        kept = [self.pick(names, kind) for kind in saved]
        stop: list[Atom] = []
        if self.random.random() < 0.3:
            if self.random.random() < 0.5:
                stop = [self.condition(inner, names)]
            else:
                stop, after = self.branch_that_stops(inner, names, depth, carried)
        tapes = [Value(List(v.kind), base=v if isinstance(v, Value) else None, suffix="_tape") for v in kept]
        outs = (*(Value(p.kind, p.hint) for p in params), *tapes)
        body = inner.block((*index, *items, *params), [*after, *kept, *stop])
        b.emit(For(trips, pick([True, False]), tuple(walks), init, body, outs, bool(stop), None))
        scope += outs
        if tapes and self.random.random() < 0.7:
            self.walk_back(b, scope, depth, tapes, kept)

    def branch_that_stops(
        self, b: Builder, scope: Scope, depth: int, kinds: list[Kind]
    ) -> tuple[list[Atom], list[Atom]]:
        condition, then, names = self.condition(b, scope), Builder(), list(scope)
        self.statements(then, names, depth + 1, 2)
        first = then.block((), [self.condition(then, names), *(self.pick(names, kind) for kind in kinds)])
        second = Block((), (), (self.random.choice([FALSE, TRUE]), *(self.pick(scope, kind) for kind in kinds)))
        outs = (Value(BOOL), *map(Value, kinds))
        b.emit(If(condition, first, second, outs))
        return [outs[0]], list(outs[1:])

    def walk_back(self, b: Builder, scope: Scope, depth: int, tapes: list[Value], kept: list[Atom]) -> None:
        items = [Value(v.kind, v.hint if isinstance(v, Value) else "") for v in kept]
        total, out = Value(FLOAT, self.random.choice(["", "total"])), Value(FLOAT, "total")
        inner, names = Builder(self.span()), [*scope, *items, total]
        self.statements(inner, names, depth + 1, 2)
        body = inner.block((*items, total), (self.pick(names, FLOAT),))
        b.emit(For(None, False, tuple(Walk(t, True) for t in tapes), (const(0.0),), body, (out,)))
        scope.append(out)

    def conditional(self, b: Builder, scope: Scope, depth: int) -> None:
        kinds = [INT, *self.kinds()]
        params = [Value(kind, self.hint()) for kind in kinds]
        tested = [Value(p.kind, p.hint) for p in params]
        cond = Builder()
        if self.random.random() < 0.3:
            self.statements(cond, [*scope, *tested], depth + 1, 1)
        goes_on = cond.apply(OPS["lt"], tested[0], const(self.random.randint(0, 3)))
        inner, names = Builder(), [*scope, *params]
        self.statements(inner, names, depth + 1, self.random.randint(0, 4))
        after = [inner.apply(OPS["add"], params[0], const(1), hint=params[0].hint)]
        results = [*after, *(self.pick(names, kind) for kind in kinds[1:])]
        saved = [self.pick(names, kind) for kind in self.random.choice([[], [FLOAT], [ARRAY]])]
        outs = (*(Value(p.kind, p.hint) for p in params), *(Value(List(v.kind)) for v in saved))
        init = (const(0), *(self.pick(scope, kind) for kind in kinds[1:]))
        b.emit(While(init, cond.block(tested, (goes_on,)), inner.block(params, [*results, *saved]), outs))
        scope += outs
